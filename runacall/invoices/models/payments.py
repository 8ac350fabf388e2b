"""Payments that customers made, and which part of each pays which invoice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Sum

from runacall.invoices import money
from runacall.invoices.models.records import Dates, Record, RecordQuerySet, text
from runacall.invoices.refusals import PaymentRefused

if TYPE_CHECKING:
    from runacall.invoices.models.invoices import Invoice


class PaymentQuerySet(RecordQuerySet):
    def standing(self) -> PaymentQuerySet:
        """Not void."""
        return self.filter(voided_at=None)

    @transaction.atomic
    def receive(
        self, *, parts: Mapping[Invoice, Decimal], at: dt.datetime, by: AbstractBaseUser | None = None, **fields: object
    ) -> Payment:
        """Record money from a customer that pays these parts of these invoices; the rest is the customer's credit.

        Raises PaymentRefused for a part that an invoice cannot take and for parts that come to more than the payment,
        ValidationError for fields that are not valid; then nothing is written.
        """
        payment = Payment(**fields)
        payment.full_clean()
        payment.save(force_insert=True)
        payment.put(parts, at=at, by=by)
        payment.announce(at=at, by=by)
        return payment


class Payment(Record):
    """Money received from a customer, in the organization's currency. What pays no invoice is the customer's credit."""

    class Method(models.TextChoices):
        CARD = "card", "Card"
        ACH = "ach", "ACH"
        CASH = "cash", "Cash"
        CHECK = "check", "Check"
        OTHER = "other", "Other"

    customer = models.ForeignKey("invoices.Customer", on_delete=models.PROTECT, related_name="payments")
    invoices = models.ManyToManyField("invoices.Invoice", through="PaymentApplication", related_name="payments")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    method = models.CharField(max_length=8, choices=Method.choices)
    received_date = models.DateField("date received")
    posting_date = models.DateField(
        "date in the books", null=True, blank=True, help_text="The date in the books, if it differs."
    )
    reference = text(100, help_text="Check number or bank reference.")
    memo = text(500)
    voided_at = models.DateTimeField(null=True, editable=False)

    same_organization = ("customer",)
    editable_fields = frozenset({"method", "received_date", "reference", "memo"})
    objects = PaymentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-received_date", "-pk"]
        indexes = [
            models.Index(fields=["organization", "-received_date", "-id"], name="payment_by_date"),
            models.Index(fields=["organization", "id"], name="payment_in_order"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(method__in=["card", "ach", "cash", "check", "other"]),
                name="payment_method_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Payment of {money.dollars(self.amount)} from {self.customer.display_name}"

    @property
    def books_date(self) -> dt.date:
        return self.posting_date or self.received_date

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None

    @property
    def credit(self) -> Decimal:
        """What pays no invoice."""
        if self.is_void:
            return money.ZERO
        used = self.applications.exclude(invoice__status="void").aggregate(sum=Sum("amount"))["sum"]
        return self.amount - (used or money.ZERO)

    def edit(self, *, at: dt.datetime, by: AbstractBaseUser | None = None, **fields: object) -> Self:
        """Change these fields. Raises PaymentRefused if it is void, ValidationError if they are not valid."""
        with self.changing(at=at, by=by):
            self._refuse_void()
            self._correct(fields)
            self.full_clean()
        return self

    def _correct(self, fields: dict[str, object]) -> None:
        was = self.received_date
        self.assign(fields)
        if self.received_date != was:
            # A person said which day it is: another one in the books has had its day.
            self.posting_date = None

    def apply(self, parts: Mapping[Invoice, Decimal], *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Have it pay these parts of these invoices and of no others; the rest is the customer's credit.

        Raises PaymentRefused if it is void, or for a part that an invoice cannot take; then nothing is changed.
        """
        with self.changing(at=at, by=by):
            self._refuse_void()
            self.put(parts, at=at, by=by)
        return self

    def restate(
        self,
        *,
        amount: Decimal,
        parts: Mapping[Invoice, Decimal],
        at: dt.datetime,
        by: AbstractBaseUser | None = None,
        **fields: object,
    ) -> Self:
        """Another amount, other parts, and other fields that `edit` may change, in one change.

        Raises PaymentRefused if it is void, or for a part that an invoice cannot take, ValidationError for fields that
        are not valid; then nothing is changed.
        """
        with self.changing(at=at, by=by):
            self._refuse_void()
            self._correct(fields)
            self.amount = amount
            self.put(parts, at=at, by=by)
            self.full_clean()
        return self

    def post_to(self, date: dt.date, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Moves it to another date in the books; when it was received stays. Raises PaymentRefused if it is void."""
        with self.changing(at=at, by=by):
            self._refuse_void()
            self.posting_date = date
        return self

    def dates_posted_to(self, date: dt.date) -> Dates:
        """Its dates if it were posted to `date`."""
        return Dates(self.received_date, date, None)

    def move_back(self, dates: Dates, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Gives it the date in the books that it had before it was posted elsewhere. Raises PaymentRefused if it is
        void, or was received on another day by now.
        """
        with self.changing(at=at, by=by):
            self._refuse_void()
            if dates.invoice_date != self.received_date:
                raise PaymentRefused("It has another date by now.")
            self.posting_date = dates.posting_date
        return self

    @property
    def dates(self) -> Dates:
        """As an invoice has them: its own date is when it was received."""
        return Dates(self.received_date, self.posting_date, None)

    def void(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """The money was not received after all: what it paid is open again. Raises PaymentRefused if it is void."""
        with self.changing(at=at, by=by):
            self._refuse_void()
            self.put({}, at=at, by=by)
            self.voided_at = at
        return self

    def _refuse_void(self) -> None:
        if self.is_void:
            raise PaymentRefused("This payment is void.")

    def put(self, parts: Mapping[Invoice, Decimal], *, at: dt.datetime, by: AbstractBaseUser | None) -> None:
        """Pay these parts of these invoices and of no others. Part of the operations, which say what is raised."""
        before = {one.invoice: one.amount for one in self.applications.select_related("invoice")}
        # Always in the same order, so that no two changes wait for each other.
        for invoice in sorted({*before, *parts}, key=lambda invoice: invoice.pk):
            was, becomes = before.get(invoice, money.ZERO), parts.get(invoice, money.ZERO)
            if was == becomes:
                continue
            if becomes < 0 or becomes != money.round_cents(becomes):
                raise PaymentRefused("What pays an invoice has to be a positive amount in whole cents.")
            if invoice.customer_id != self.customer_id:
                raise PaymentRefused(f"{invoice} is another customer's.")
            self.applications.filter(invoice=invoice).delete()
            if becomes:
                PaymentApplication.objects.create(payment=self, invoice=invoice, amount=becomes)
            invoice.count_payment(becomes - was, at=at, by=by)
        if sum(parts.values(), money.ZERO) > self.amount:
            raise PaymentRefused(f"The parts come to more than the payment of {self.amount}.")


class PaymentApplication(models.Model):
    """The part of a payment that pays one invoice."""

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="applications", db_index=False)
    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="applications")
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="unique_payment_of_invoice"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_application_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of invoice {self.invoice_id}"
