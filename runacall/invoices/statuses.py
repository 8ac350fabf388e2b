"""The statuses of an invoice and the allowed changes, in one table; knows no database."""

from collections.abc import Mapping

from django.db import models


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    VIEWED = "viewed", "Viewed"
    PARTIAL = "partial", "Partial"
    PAID = "paid", "Paid"
    OVERDUE = "overdue", "Overdue"
    VOID = "void", "Void"


_PAID_OR_VOID = frozenset({Status.PARTIAL, Status.PAID, Status.VOID})

TRANSITIONS: Mapping[str, frozenset[str]] = {
    Status.DRAFT: frozenset({Status.SENT}),
    Status.SENT: _PAID_OR_VOID | {Status.VIEWED, Status.OVERDUE},
    Status.VIEWED: _PAID_OR_VOID | {Status.OVERDUE},
    Status.OVERDUE: _PAID_OR_VOID | {Status.SENT},  # back to Sent when the due date is moved
    Status.PARTIAL: _PAID_OR_VOID,
    Status.PAID: frozenset({Status.VOID}),
    Status.VOID: frozenset(),
}

OUTSTANDING = (Status.SENT, Status.VIEWED, Status.OVERDUE)
# Once there is a payment, or the invoice is void, its lines and dates stay as they are.
EDITABLE = (Status.DRAFT, Status.SENT, Status.VIEWED, Status.OVERDUE)
