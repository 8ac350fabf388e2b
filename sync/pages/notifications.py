"""Settings → QuickBooks → Notifications: what the reader wants by e-mail, what was sent, and how to stop it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from qbo.pages.base import page_context, settings_page
from runacall import clock
from runacall.organizations.middleware import StaffRequest
from sync.models import Letter, Wish
from sync.telling.people import meant_by, stop, wish_of

SHOWN = 30
SNOOZES = {"day": timedelta(days=1), "week": timedelta(days=7)}


@settings_page
@require_http_methods(["GET", "POST"])
def notifications(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    wish = wish_of(request.membership) if request.membership else None
    now = clock.now()
    context = page_context(
        request,
        "Notifications",
        wish=wish,
        snoozed=bool(wish and wish.snoozed_until and wish.snoozed_until > now),
        letters=Letter.objects.for_person(request.organization, request.user)[:SHOWN],
    )
    return TemplateResponse(request, "sync/notifications.html", context)


def _save(request: StaffRequest) -> HttpResponse:
    what, now = request.POST.get("do", "save"), clock.now()
    if what in SNOOZES:
        changes: dict[str, object] = {"snoozed_until": now + SNOOZES[what]}
        said = "No e-mails until then. Errors still show in the sync log."
    elif what == "wake":
        changes, said = {"snoozed_until": None}, "E-mails are on again."
    else:
        changes = {name: request.POST.get(name) == "on" for name in ("at_once", "digest")}
        said = "Saved."
    Wish.objects.update_or_create(organization=request.organization, user=request.user, defaults=changes)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("sync:notifications"))


@settings_page
@require_GET
def letter(request: StaffRequest, letter_id: int) -> HttpResponse:
    """One e-mail as it was sent to the reader."""
    kept = get_object_or_404(Letter.objects.for_person(request.organization, request.user), pk=letter_id)
    return TemplateResponse(request, "sync/letter.html", page_context(request, kept.subject, letter=kept))


@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop_notifications(request: HttpRequest, token: str) -> HttpResponse:
    """From the link in an e-mail, without logging in; mail programs post to it. The link itself is the proof."""
    meant = meant_by(token)
    if meant is not None and request.method == "POST":
        stop(*meant)
    context = {"meant": meant, "done": request.method == "POST" and meant is not None}
    return TemplateResponse(request, "sync/stop_notifications.html", context, status=200 if meant else 404)
