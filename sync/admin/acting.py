"""Doing an action of the table to one event or to many, and telling the person what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string

from runacall.organizations.middleware import StaffRequest
from sync.actions import Action
from sync.models.events import SyncEventQuerySet
from sync.operations.recording import Report

# PostgreSQL stores no NUL.
NUL = "\x00"
REASON_IS_NO_TEXT = "The reason has a character in it that is not text (NUL). Type it again. Nothing was dismissed."


def perform(
    action: Action,
    events: SyncEventQuerySet,
    request: StaffRequest,
    *,
    at: datetime,
    filters: Mapping[str, object] | None = None,
) -> Report | None:
    """Do `action` to `events` and tell the result; None if a reason is missing, which is told as well."""
    reason = request.POST.get("reason", "").strip()[:500]
    if action.asks_reason and (not reason or NUL in reason):
        messages.warning(request, REASON_IS_NO_TEXT if reason else action.asks_reason)
        return None
    told: dict[str, object] = {"reason": reason} if action.asks_reason else {}
    if action.form:
        form = form_of(action, request)
        if not form.is_valid():
            messages.warning(request, " ".join(f"{one.label}: {' '.join(one.errors)}" for one in form if one.errors))
            return None
        told |= form.cleaned_data
    if action.many and filters is not None:
        told["filters"] = filters
    report: Report = import_string(action.operation)(events, by=request.user, at=at, **told)
    # What was only queued, the page tells later (`sync.log.results`).
    if not (report.action and report.action.done):
        level = messages.SUCCESS if report.done else messages.WARNING
        messages.add_message(request, level, report.sentence(action.verb))
    return report


def form_of(action: Action, request: StaffRequest) -> Any:
    """The form of an action that asks for more than a reason."""
    return import_string(action.form)(request.POST if request.method == "POST" else None)


def forecast(action: Action, events: SyncEventQuerySet, *, at: datetime) -> Report:
    """What the action would do now."""
    report: Report = import_string(action.operation)(events, by=None, at=at, dry_run=True)
    return report


def back_to(request: StaffRequest) -> str:
    """The page of the button, as the form says; "" unless it is one of our pages."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
