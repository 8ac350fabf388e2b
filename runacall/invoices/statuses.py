"""The states of an invoice and the steps between them, in one table; knows no row."""

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
# The customer owes nothing yet, or the books are closed on it: lines and dates are as they were agreed.
EDITABLE = (Status.DRAFT, Status.SENT, Status.VIEWED, Status.OVERDUE)
