"""How many sync errors need attention in the request's organization, and what they hold back."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Subquery, Sum

from qbo.models import Connection, Link
from runacall.invoices.models import Invoice
from runacall.invoices.money import ZERO
from runacall.organizations.middleware import VisitorRequest
from sync.log.counting import count_each
from sync.models import SyncEvent
from sync.models.events import OF_INVOICE, EntityType, SyncEventQuerySet

# How many errors the banner, which is on every page, adds up: 5,000 would take as long as the rest of the page.
MOST_ADDED_UP = 500


class HeldBack(NamedTuple):
    """The invoices among the errors that are not in QuickBooks, in the organization's currency; `tax` is in `money`.

    `is_more`: only the latest errors were added up, so that it may be more.
    """

    money: Decimal = ZERO
    tax: Decimal = ZERO
    is_more: bool = False


class Errors(NamedTuple):
    """`to_fix`: what a person has to fix. `payments`: those that fail only because of an invoice among them."""

    to_fix: int = 0
    payments: int = 0


def errors_of(request: VisitorRequest) -> Errors:
    """Counted once per page; not at all for people who do not manage QuickBooks."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.manages_quickbooks:
        return Errors()
    counted: Errors | None = getattr(request, "_sync_attention", None)
    if counted is None:
        counted = count_errors(SyncEvent.objects.for_organization(request.organization))
        request._sync_attention = counted  # type: ignore[attr-defined]
    return counted


def count_errors(events: SyncEventQuerySet) -> Errors:
    """The errors among `events`: one query, and a second one where payments may wait for an invoice."""
    failed = events.failed().order_by()
    of_invoices = failed.filter(record_type=EntityType.PAYMENT, blocked_by__startswith=OF_INVOICE)
    number, payments = count_each([failed, of_invoices])
    if payments:
        number, payments = count_each([failed, events.waiting_payments().order_by()])
    return Errors(number - payments, payments)


def attention_count(request: VisitorRequest) -> int:
    """The number in banner and sidebar; 0 for people who do not manage QuickBooks."""
    return errors_of(request).to_fix


def held_back(request: VisitorRequest) -> HeldBack:
    """What the latest errors keep out of the books: one query, and none where there are no errors."""
    errors = errors_of(request)
    if not errors.to_fix:
        return HeldBack()
    failed = SyncEvent.objects.for_organization(request.organization).failed().filter(record_type=EntityType.INVOICE)
    is_more = sum(errors) > MOST_ADDED_UP
    latest = failed.values("record_id")[:MOST_ADDED_UP] if is_more else failed.order_by().values("record_id")
    # A change that failed holds back nothing of its invoice: that one is in the books.
    now = Connection.objects.filter(organization=request.organization)
    there = Link.objects.filter(
        connection=Subquery(now.values("pk")[:1]),
        realm_id=Subquery(now.values("realm_id")[:1]),
        record_type=EntityType.INVOICE,
        record_id=OuterRef("pk"),
        active=True,
    )
    invoices = Invoice.objects.for_organization(request.organization).filter(~Exists(there), pk__in=latest).order_by()
    sums = invoices.aggregate(money=Sum("total"), tax=Sum("tax_total"))
    return HeldBack(sums["money"] or ZERO, sums["tax"] or ZERO, is_more)


def sidebar_badge(request: VisitorRequest) -> str:
    """The count next to "Sync log"; "" for zero."""
    count = attention_count(request)
    return f"{count:,}" if count else ""
