"""Pages of sync that are not admin pages: the health of the queue, and sending earlier invoices."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from runacall import clock
from runacall.invoices.models import Invoice
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability
from sync.log.rows import connection_of
from sync.log.waiting import earlier_count
from sync.models import ActionRecord
from sync.outbox.enqueueing import enqueue_earlier, enqueue_earlier_payments
from sync.pages.obstacles import banner_context
from sync.worker.health import queue_health
from sync.worker.wake import wake


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while events are being sent, otherwise 503 with the problem in words; no organization's data."""
    health = queue_health(at=clock.now())
    return JsonResponse(health.as_json, status=503 if health.problem else 200)


@require_GET
@login_required
def invoice_banner(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """The banner of an invoice, loaded again while the invoice is about to change."""
    rows = Invoice.objects.for_organization(request.organization)
    invoice = get_object_or_404(rows, pk=invoice_id)
    return TemplateResponse(
        request,
        "sync/invoice_banner_again.html",
        banner_context(request, invoice, at=clock.now()),
    )


@require_GET
@login_required
def earlier_offer(request: StaffRequest) -> HttpResponse:
    """The offer to send earlier invoices, for a page that did not wait for it."""
    if not role_allows(request, Ability.MANAGE_QUICKBOOKS):
        raise PermissionDenied
    return TemplateResponse(request, "sync/earlier_offer.html", {"count": earlier_count(request.organization)})


@require_POST
def send_earlier(request: StaffRequest) -> HttpResponse:
    """Open an event for each invoice that was sent before QuickBooks was connected."""
    return _send_earlier(request, "send_earlier", enqueue_earlier, "No earlier invoice is left to send.")


@require_POST
def send_earlier_payments(request: StaffRequest) -> HttpResponse:
    """Open an event for each payment that was recorded while payments were not sent."""
    return _send_earlier(
        request, "send_earlier_payments", enqueue_earlier_payments, "No earlier payment is left to send."
    )


def _send_earlier(request: StaffRequest, name: str, enqueue: Callable[..., int], nothing: str) -> HttpResponse:
    if not role_allows(request, Ability.MANAGE_QUICKBOOKS):
        raise PermissionDenied
    connection = connection_of(request.organization)
    if connection is None or not connection.is_live:
        raise Http404
    at = clock.now()
    with transaction.atomic():
        action = ActionRecord.objects.create(organization=request.organization, by=request.user, at=at, action=name)
        count = enqueue(connection, at=at, action=action)
        ActionRecord.objects.filter(pk=action.pk).update(done=count, meant=count)
        wake(connection)
    if not count:
        messages.info(request, nothing)
    return HttpResponseRedirect(reverse("admin:sync_syncevent_changelist"))
