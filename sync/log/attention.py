"""How many sync errors need attention in the request's organization: one query per page."""

from __future__ import annotations

from runacall.organizations.middleware import VisitorRequest
from sync.models import SyncEvent


def attention_count(request: VisitorRequest) -> int:
    """The number in banner and sidebar; 0 for people who do not manage QuickBooks."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.manages_quickbooks:
        return 0
    counted = getattr(request, "_sync_attention", None)
    if counted is None:
        rows = SyncEvent.objects.for_organization(request.organization)
        counted = rows.needing_attention().count()
        request._sync_attention = counted  # type: ignore[attr-defined]
    return int(counted)


def sidebar_badge(request: VisitorRequest) -> str:
    """The count next to "Sync log"; "" for zero."""
    count = attention_count(request)
    return f"{count:,}" if count else ""
