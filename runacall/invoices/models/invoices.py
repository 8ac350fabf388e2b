"""Invoices and what can be done with them; totals come from `money`, status changes from `statuses`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from runacall.invoices import money, statuses
from runacall.invoices.models.customers import Customer
from runacall.invoices.models.invoice_constraints import INVOICE_CONSTRAINTS
from runacall.invoices.models.lines import LineInput, ResolvedLine, known_again, resolve_lines, write_lines
from runacall.invoices.models.payments import Payment, PaymentApplication
from runacall.invoices.models.records import ADDRESS_FIELDS, Addressed, Dates, Record, RecordQuerySet, text
from runacall.invoices.models.tax_rates import TaxRate
from runacall.invoices.refusals import InvoiceLocked, PaymentRefused, Refused, TransitionRefused
from runacall.invoices.statuses import EDITABLE, TRANSITIONS, Status

LARGEST = Decimal("9999999999.99")
NO_LINES = "An invoice that was sent has to keep at least one line. To cancel it, void it."


class InvoiceQuerySet(RecordQuerySet):
    def alive(self) -> InvoiceQuerySet:
        """Not deleted."""
        return self.filter(deleted_at=None)

    def sent(self) -> InvoiceQuerySet:
        """Sent at some time; this includes paid and void ones."""
        return self.alive().exclude(status=Status.DRAFT)

    def withdrawn(self) -> InvoiceQuerySet:
        """Void or deleted: nothing is owed on them."""
        return self.filter(Q(status=Status.VOID) | Q(deleted_at__isnull=False))

    def past_due(self, *, on: dt.date) -> InvoiceQuerySet:
        """Those that `mark_overdue` accepts on that day."""
        unpaid = self.alive().filter(status__in=[Status.SENT, Status.VIEWED])
        return unpaid.filter(due_date__lt=on, total__gt=F("amount_paid"))

    def mark_overdue(self, *, on: dt.date, at: dt.datetime, at_most: int) -> int:
        """Mark at most `at_most` that are past due on that day; returns how many.

        Announces nothing: the books have no such status.
        """
        late = list(self.past_due(on=on).order_by().values_list("pk", flat=True)[:at_most])
        # The UPDATE checks again: one may have been paid since.
        return self.past_due(on=on).filter(pk__in=late).order_by().update(status=Status.OVERDUE, updated_at=at)


def _money(**options: Any) -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(max_digits=12, decimal_places=2, default=money.ZERO, **options)


class Invoice(Addressed, Record):
    Status = Status

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=32)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT, editable=False)
    invoice_date = models.DateField()
    posting_date = models.DateField(null=True, blank=True, help_text="The date in the books, if it differs.")
    due_date = models.DateField(null=True, blank=True)
    terms = text(31)
    discount = _money(validators=[MinValueValidator(Decimal(0))])
    discount_name = text(100, help_text="For example “Member savings”.")
    customer_note = models.TextField(blank=True, default="", help_text="The customer sees this.")
    internal_note = models.TextField(blank=True, default="", help_text="The customer never sees this.")
    subtotal = _money(editable=False)
    tax_total = _money(editable=False)
    total = _money(editable=False)
    amount_paid = _money(editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    voided_at = models.DateTimeField(null=True, editable=False)
    void_reason = text(200, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    same_organization = ("customer",)
    editable_fields = frozenset(
        {
            *("customer", "number", "invoice_date", "posting_date", "due_date", "terms"),
            *("discount", "discount_name", "customer_note", "internal_note", *ADDRESS_FIELDS),
        }
    )
    objects = InvoiceQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-invoice_date", "-pk"]
        indexes = [
            models.Index(fields=["organization", "-invoice_date", "-id"], name="invoice_by_date"),
            # For the list of one status, which may hold few of many, in its order.
            models.Index(fields=["organization", "status", "-invoice_date", "-id"], name="invoice_by_status_date"),
            # For the list, sorted by it.
            models.Index(fields=["organization", "total", "-id"], name="invoice_by_total"),
            # For what goes through all of them, or reads those that came since.
            models.Index(fields=["organization", "id"], name="invoice_in_order"),
        ]
        constraints = INVOICE_CONSTRAINTS

    def __str__(self) -> str:
        return f"Invoice #{self.number}"

    @property
    def balance(self) -> Decimal:
        return money.ZERO if self.status == Status.VOID else self.total - self.amount_paid

    @property
    def books_date(self) -> dt.date:
        return self.posting_date or self.invoice_date

    @property
    def lock_reason(self) -> str:
        """Why it can no longer be edited; "" while it can."""
        if self.deleted_at:
            return f"{self} is deleted."
        if self.status == Status.VOID:
            return f"{self} is void and can no longer be edited."
        if self.status not in EDITABLE:
            return f"{self} has a payment and can no longer be edited. Void it and issue a new one."
        return ""

    def can_become(self, status: statuses.Status) -> bool:
        return not self.deleted_at and status in TRANSITIONS[self.status]

    def touch(self, at: dt.datetime) -> None:
        self.updated_at = at

    # --- operations: each is one transaction and announces the change -----------------------------------------

    def edit(
        self,
        *,
        at: dt.datetime,
        by: AbstractBaseUser | None = None,
        lines: Sequence[LineInput] | None = None,
        **fields: Any,
    ) -> Self:
        """Change fields, and replace all lines if `lines` are given; totals are recalculated.

        Raises InvoiceLocked after a payment and on void or deleted invoices, ValidationError for fields or lines
        that are not valid.
        """
        with self.changing(at=at, by=by):
            self._refuse_if_locked()
            customer_before = self.customer_id
            self.assign(fields)
            if self.customer_id != customer_before and not set(fields) & set(ADDRESS_FIELDS):
                self.copy_addresses()
            self._rewrite_lines(lines)
            self._follow_due_date(at)
            self.full_clean()
        return self

    def send(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Draft -> Sent. Raises TransitionRefused if it is not a draft, Refused if it has no lines."""
        with self.changing(at=at, by=by):
            self._become(Status.SENT)
            if not self.lines.exists():
                raise Refused(f"{self} has no lines.")
            self.sent_at = at
        return self

    def mark_viewed(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """The customer opened it. Raises TransitionRefused unless it is Sent."""
        with self.changing(at=at, by=by):
            self._become(Status.VIEWED)
        return self

    def mark_overdue(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """The due date has passed. Raises TransitionRefused if it is paid, void or not due yet."""
        with self.changing(at=at, by=by):
            self._become(Status.OVERDUE)
            if not self._is_past_due(at):
                raise TransitionRefused(f"{self} is not past its due date.")
        return self

    def record_payment(
        self,
        *,
        amount: Decimal,
        method: str,
        received_date: dt.date,
        at: dt.datetime,
        by: AbstractBaseUser | None = None,
        reference: str = "",
        memo: str = "",
        rest_is_credit: bool = False,
    ) -> Payment:
        """Record a full or partial payment.

        Raises PaymentRefused for a draft or void invoice, and for more than the balance unless `rest_is_credit`: then
        what is more stays the customer's credit.
        """
        with self.changing(at=at, by=by):
            self._refuse_payment(amount, rest_is_credit=rest_is_credit)
            part = min(amount, self.balance)
            payment: Payment = Payment(
                organization=self.organization,
                customer=self.customer,
                amount=amount,
                method=method,
                received_date=received_date,
                reference=reference,
                memo=memo,
            )
            payment.full_clean()
            payment.save(force_insert=True)
            if part:
                PaymentApplication.objects.create(payment=payment, invoice=self, amount=part)
                self._count(part)
            payment.announce(at=at, by=by)
        return payment

    def count_payment(self, amount: Decimal, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """A payment pays `amount` more of it than before, or less; the status follows.

        Called by the payment. Raises PaymentRefused for more than the balance, and for a draft or void invoice.
        """
        with self.changing(at=at, by=by):
            if amount > 0:
                self._refuse_payment(amount)
            self._count(amount)
        return self

    def _count(self, amount: Decimal) -> None:
        self.amount_paid += amount
        if self.status == Status.VOID:
            return
        if amount > 0:
            self._become(Status.PAID if self.amount_paid == self.total else Status.PARTIAL)
        else:
            self.status = Status.PARTIAL if self.amount_paid else Status.SENT

    def void(self, *, reason: str, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Set the balance to 0 and keep the record.

        Raises TransitionRefused for drafts (delete those) and void invoices.
        """
        with self.changing(at=at, by=by):
            self._become(Status.VOID)
            self.voided_at, self.void_reason = at, reason
            self.rate_sets.all().delete()
        return self

    def delete_draft(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Hide a draft; its row stays. Raises TransitionRefused for anything but a draft."""
        with self.changing(at=at, by=by):
            if self.status != Status.DRAFT or self.deleted_at:
                raise TransitionRefused(f"{self} is not a draft. Only drafts can be deleted; void it instead.")
            self.deleted_at = at
            self.rate_sets.all().delete()
        return self

    def post_to(self, date: dt.date, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Moves it to another date in the books (`dates_posted_to`). Raises InvoiceLocked if it is void or deleted."""
        with self.changing(at=at, by=by):
            if not self._moves_in_books_only:
                self._refuse_if_locked()
            self.dates = self.dates_posted_to(date)
        return self

    def dates_posted_to(self, date: dt.date) -> Dates:
        """Its dates if it were posted to `date`: due as many days after the invoice date as it is now, by its terms.

        An invoice with a payment keeps its own dates, which the customer has seen; only the date in the books moves.
        """
        if self._moves_in_books_only:
            return Dates(self.invoice_date, date, self.due_date)
        return Dates(date, None, self.due_date and self.due_date + (date - self.invoice_date))

    def move_back(self, dates: Dates, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Gives it the dates that it had before it was posted elsewhere. Raises InvoiceLocked as `post_to` does."""
        with self.changing(at=at, by=by):
            if not self._moves_in_books_only or dates.invoice_date != self.invoice_date:
                self._refuse_if_locked()
            self.dates = dates
        return self

    @property
    def dates(self) -> Dates:
        return Dates(self.invoice_date, self.posting_date, self.due_date)

    @dates.setter
    def dates(self, dates: Dates) -> None:
        self.invoice_date, self.posting_date, self.due_date = dates

    @property
    def _moves_in_books_only(self) -> bool:
        return bool(self.amount_paid) and self.status != Status.VOID

    # --- parts of the operations ----------------------------------------------------------------------------

    def copy_addresses(self) -> None:
        """Copy the customer's current addresses to the invoice."""
        for name in ADDRESS_FIELDS:
            setattr(self, name, getattr(self.customer, name))

    def take_totals(self, lines: Sequence[ResolvedLine]) -> None:
        """Calculate the totals.

        Raises ValidationError for a discount above the lines, and for negative or too large totals.
        """
        try:
            sums = money.totals(lines, self.discount)
        except ValueError as error:
            raise ValidationError({"discount": str(error)}) from error
        if any(abs(amount) > LARGEST for amount in (sums.subtotal, sums.total, *(line.amount for line in lines))):
            raise ValidationError(f"No line and no invoice can be more than {LARGEST:,}.")
        if sums.total < 0:
            raise ValidationError("An invoice total cannot be negative.")
        self.subtotal, self.tax_total, self.total = sums.subtotal, sums.tax, sums.total

    def _become(self, status: statuses.Status) -> None:
        if not self.can_become(status):
            state = "deleted" if self.deleted_at else self.get_status_display()
            raise TransitionRefused(f"{self} is {state} and cannot become {status.label}.")
        self.status = status

    def _refuse_if_locked(self) -> None:
        if self.lock_reason:
            raise InvoiceLocked(self.lock_reason)

    def _refuse_payment(self, amount: Decimal, *, rest_is_credit: bool = False) -> None:
        if not self.can_become(Status.PAID):
            raise PaymentRefused(f"{self} is {self.get_status_display()} and cannot take a payment.")
        if amount <= 0 or amount != money.round_cents(amount):
            raise PaymentRefused("A payment has to be a positive amount in whole cents.")
        if amount > self.balance and not rest_is_credit:
            raise PaymentRefused(f"{self} has a balance of {self.balance}; a payment cannot be more.")

    def _is_past_due(self, at: dt.datetime) -> bool:
        return bool(self.due_date and self.due_date < self.organization.today(at) and self.balance > 0)

    def _follow_due_date(self, at: dt.datetime) -> None:
        if self.status == Status.OVERDUE and not self._is_past_due(at):
            self._become(Status.SENT)

    def _rewrite_lines(self, lines: Sequence[LineInput] | None) -> None:
        """Rewrite lines and totals; without new lines, keep the current ones (untaxed for an exempt customer)."""
        if lines is None:
            lines = self.line_inputs()
        elif not lines and self.status != Status.DRAFT:
            raise ValidationError(NO_LINES)
        else:
            lines = known_again(lines, {line.identity for line in self.lines.all()})
        default_rate = TaxRate.objects.for_organization(self.organization).default().first()
        resolved = resolve_lines(lines, customer=self.customer, default_rate=default_rate)
        self.take_totals(resolved)
        self.lines.all().delete()
        self.rate_sets.all().delete()
        write_lines({self: resolved})

    def line_inputs(self) -> list[LineInput]:
        """The current lines, as they would be entered."""
        return [
            LineInput(
                item=line.item,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                rates=list(line.tax_rates.all()),
                identity=line.identity,
            )
            for line in self.lines.select_related("item").prefetch_related("tax_rates")
        ]
