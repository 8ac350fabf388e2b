"""The next free invoice number of each organization."""

from __future__ import annotations

from django.db import models, transaction

from runacall.organizations.models import Organization

FIRST_NUMBER = 1001


class NumberSequence(models.Model):
    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="+", primary_key=True)
    next_number = models.PositiveBigIntegerField(default=FIRST_NUMBER)

    def __str__(self) -> str:
        return f"{self.organization}: {self.next_number}"

    @classmethod
    @transaction.atomic
    def take(cls, organization: Organization, count: int = 1) -> list[str]:
        """Reserve `count` numbers that no invoice of `organization` has and that nobody else will get."""
        if count == 0:
            return []
        cls.objects.get_or_create(organization=organization)
        sequence = cls.objects.select_for_update().get(organization=organization)
        numbers: list[str] = []
        while len(numbers) < count:
            numbers += sequence._free_numbers(count - len(numbers))
        sequence.save()
        return numbers

    @classmethod
    def continue_after(cls, organization: Organization, number: int) -> None:
        """Continue after `number`, so that new invoices follow the imported ones."""
        sequence, _ = cls.objects.get_or_create(organization=organization)
        cls.objects.filter(pk=sequence.pk, next_number__lte=number).update(next_number=number + 1)

    def _free_numbers(self, count: int) -> list[str]:
        from runacall.invoices.models.invoices import Invoice

        wanted = [str(self.next_number + i) for i in range(count)]
        self.next_number += count
        invoices = Invoice.objects.filter(organization_id=self.organization_id, number__in=wanted)
        taken = set(invoices.values_list("number", flat=True))
        return [number for number in wanted if number not in taken]
