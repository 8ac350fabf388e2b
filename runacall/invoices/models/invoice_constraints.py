"""The database's own constraints on invoices."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from runacall.invoices.statuses import Status

# SQLite adds decimals as binary fractions; a tenth of a cent is far above its error and well below a cent.
HAIR = Decimal("0.001")

INVOICE_CONSTRAINTS: list[models.BaseConstraint] = [
    models.UniqueConstraint(
        fields=["organization", "number"],
        name="unique_invoice_number",
        violation_error_message="There is already an invoice with this number.",
    ),
    models.CheckConstraint(condition=~Q(number=""), name="invoice_has_number"),
    models.CheckConstraint(condition=Q(status__in=Status.values), name="invoice_status_is_known"),
    models.CheckConstraint(
        condition=Q(discount=0) | Q(discount__gt=0, discount__lte=F("subtotal")),
        name="discount_within_subtotal",
        violation_error_message="The discount cannot be more than the total of the lines.",
    ),
    models.CheckConstraint(
        condition=Q(total__gte=F("subtotal") - F("discount") + F("tax_total") - HAIR)
        & Q(total__lte=F("subtotal") - F("discount") + F("tax_total") + HAIR),
        name="invoice_total_adds_up",
    ),
    models.CheckConstraint(
        condition=Q(total__gte=0),
        name="invoice_total_not_negative",
        violation_error_message="An invoice total cannot be negative.",
    ),
    models.CheckConstraint(condition=Q(amount_paid__gte=0) & Q(amount_paid__lte=F("total")), name="paid_within_total"),
    models.CheckConstraint(
        condition=Q(status=Status.PARTIAL, amount_paid__gt=0, amount_paid__lt=F("total"))
        | Q(status=Status.PAID, amount_paid__gt=0, amount_paid=F("total"))
        | Q(status=Status.VOID)
        | (~Q(status__in=[Status.PARTIAL, Status.PAID, Status.VOID]) & Q(amount_paid=0)),
        name="status_says_what_is_paid",
    ),
    models.CheckConstraint(
        condition=Q(status=Status.DRAFT, sent_at__isnull=True) | (~Q(status=Status.DRAFT) & Q(sent_at__isnull=False)),
        name="only_drafts_are_unsent",
    ),
    models.CheckConstraint(
        condition=Q(status=Status.VOID, voided_at__isnull=False) | (~Q(status=Status.VOID) & Q(voided_at__isnull=True)),
        name="void_has_a_time",
    ),
    models.CheckConstraint(
        condition=Q(deleted_at__isnull=True) | Q(status=Status.DRAFT), name="only_drafts_are_deleted"
    ),
]
