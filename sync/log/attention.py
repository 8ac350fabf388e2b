"""How many sync errors need attention in the request's organization, and what they hold back."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, Sum

from qbo.models import Link
from runacall.invoices.models import Invoice
from runacall.invoices.money import ZERO
from runacall.organizations.middleware import VisitorRequest
from sync.models import SyncEvent
from sync.models.events import OF_INVOICE, EntityType, SyncEventQuerySet

# How many errors the banner, which is on every page, adds up: 5,000 would take as long as the rest of the page.
MOST_ADDED_UP = 1_000


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
    of_invoices = Q(record_type=EntityType.PAYMENT, blocked_by__startswith=OF_INVOICE)
    found = failed.aggregate(failed=Count("pk"), payments=Count("pk", filter=of_invoices))
    if found["payments"]:
        # Both numbers in one query, since an event may fail at this moment.
        waiting = Count("pk", filter=Q(pk__in=events.waiting_payments().order_by().values("pk")))
        found = failed.aggregate(failed=Count("pk"), payments=waiting)
    return Errors(found["failed"] - found["payments"], found["payments"])


def attention_count(request: VisitorRequest) -> int:
    """The number in banner and sidebar; 0 for people who do not manage QuickBooks."""
    return errors_of(request).to_fix


def held_back(request: VisitorRequest) -> HeldBack:
    """What the latest errors keep out of the books: one query, and none where there are no errors."""
    errors = errors_of(request)
    if not errors.to_fix:
        return HeldBack()
    there = Link.objects.filter(
        connection=OuterRef("connection"),
        realm_id=OuterRef("realm_id"),
        record_type=EntityType.INVOICE,
        record_id=OuterRef("record_id"),
        active=True,
    )
    failed = SyncEvent.objects.for_organization(request.organization).failed()
    is_more = sum(errors) > MOST_ADDED_UP
    rows = SyncEvent.objects.filter(pk__in=failed.values("pk")[:MOST_ADDED_UP]) if is_more else failed
    # A change that failed holds back nothing of its invoice: that one is in the books.
    absent = rows.filter(~Exists(there), record_type=EntityType.INVOICE).order_by().values("record_id")
    invoices = Invoice.objects.for_organization(request.organization).filter(pk__in=absent).order_by()
    sums = invoices.aggregate(money=Sum("total"), tax=Sum("tax_total"))
    return HeldBack(sums["money"] or ZERO, sums["tax"] or ZERO, is_more)


def sidebar_badge(request: VisitorRequest) -> str:
    """The count next to "Sync log"; "" for zero."""
    count = attention_count(request)
    return f"{count:,}" if count else ""
