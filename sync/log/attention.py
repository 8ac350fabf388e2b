"""How many sync errors need attention in the request's organization, and what they hold back."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Sum

from qbo.models import Link
from runacall.invoices.models import Invoice
from runacall.invoices.money import ZERO
from runacall.organizations.middleware import VisitorRequest
from sync.models import SyncEvent
from sync.models.events import EntityType


class HeldBack(NamedTuple):
    """The invoices among the errors that are not in QuickBooks, in the organization's currency; `tax` is in `money`."""

    money: Decimal = ZERO
    tax: Decimal = ZERO


def attention_count(request: VisitorRequest) -> int:
    """The number in banner and sidebar, one query per page; 0 for people who do not manage QuickBooks."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.manages_quickbooks:
        return 0
    counted = getattr(request, "_sync_attention", None)
    if counted is None:
        rows = SyncEvent.objects.for_organization(request.organization)
        counted = rows.needing_attention().count()
        request._sync_attention = counted  # type: ignore[attr-defined]
    return int(counted)


def held_back(request: VisitorRequest) -> HeldBack:
    """What the errors keep out of the books: one query, and none where there are no errors."""
    if not attention_count(request):
        return HeldBack()
    there = Link.objects.filter(
        connection=OuterRef("connection"),
        realm_id=OuterRef("realm_id"),
        record_type=EntityType.INVOICE,
        record_id=OuterRef("record_id"),
        active=True,
    )
    rows = SyncEvent.objects.for_organization(request.organization).needing_attention()
    # A change that failed holds back nothing of its invoice: that one is in the books.
    absent = rows.filter(~Exists(there), record_type=EntityType.INVOICE).values("record_id")
    invoices = Invoice.objects.for_organization(request.organization).filter(pk__in=absent).order_by()
    sums = invoices.aggregate(money=Sum("total"), tax=Sum("tax_total"))
    return HeldBack(sums["money"] or ZERO, sums["tax"] or ZERO)


def sidebar_badge(request: VisitorRequest) -> str:
    """The count next to "Sync log"; "" for zero."""
    count = attention_count(request)
    return f"{count:,}" if count else ""
