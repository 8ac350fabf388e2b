"""Pages of sync that are no admin pages: the health of the queue, and sending what came before the connection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Min
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from qbo.models import Connection
from runacall.invoices.models import Invoice
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability
from sync.log.invoice_banner import invoice_banner_context
from sync.log.rows import connection_of
from sync.log.wording import counted
from sync.models import ActionRecord, Heartbeat, SyncEvent
from sync.models.events import WAITING
from sync.outbox.enqueueing import enqueue_earlier
from sync.worker.wake import wake

# The sweep comes every minute; what is due goes within minutes while workers live.
HEARTBEAT_LIMIT = 300
DUE_LIMIT = 900


@require_GET
@never_cache
def healthz(request: StaffRequest) -> HttpResponse:
    """200 while the workers live and nothing due is left lying, else 503; no organization's data."""
    health = queue_health(at=timezone.now())
    return JsonResponse(health, status=200 if health["ok"] else 503)


def queue_health(*, at: datetime) -> dict[str, Any]:
    """Ages in seconds: of the last sign of life of the workers, and of the oldest event that is due."""
    beat = Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()
    waiting = SyncEvent.objects.filter(due_at__lte=at, connection__in=Connection.objects.live())
    # State by state, since each has a small index of its own.
    found = [waiting.filter(state=state).aggregate(first=Min("due_at"))["first"] for state in WAITING]
    due = min(filter(None, found), default=None)
    beat_age = round((at - beat).total_seconds()) if beat else None
    due_age = round((at - due).total_seconds()) if due else None
    ok = beat_age is not None and beat_age <= HEARTBEAT_LIMIT and (due_age or 0) <= DUE_LIMIT
    return {"ok": ok, "heartbeat_age_seconds": beat_age, "oldest_due_age_seconds": due_age}


@require_GET
@login_required
def invoice_banner(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """The banner of an invoice anew, while something is about to happen to it."""
    rows = Invoice.objects.for_organization(request.organization)
    invoice = get_object_or_404(rows, pk=invoice_id)
    return TemplateResponse(
        request,
        "sync/invoice_banner_again.html",
        invoice_banner_context(request, invoice, at=timezone.now()),
    )


@require_POST
def send_earlier(request: StaffRequest) -> HttpResponse:
    """Open an event for each invoice that was sent before the connection."""
    if not role_allows(request, Ability.MANAGE_QUICKBOOKS):
        raise PermissionDenied
    connection = connection_of(request.organization)
    if connection is None or not connection.is_live:
        raise Http404
    at = timezone.now()
    with transaction.atomic():
        count = enqueue_earlier(connection, at=at)
        ActionRecord.objects.create(
            organization=request.organization,
            by=request.user,
            at=at,
            action=ActionRecord.Action.SEND_EARLIER,
            done=count,
        )
        wake(connection)
    messages.success(request, f"{counted(count, 'earlier invoice')} queued for QuickBooks.")
    return HttpResponseRedirect(reverse("admin:sync_syncevent_changelist"))
