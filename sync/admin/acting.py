"""What the buttons of one event do: each calls one operation and reports the result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from runacall.organizations.middleware import StaffRequest
from sync import deciding, operations
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet
from sync.operations import Report

REASON_WANTED = "Enter a reason why it does not have to go to QuickBooks. Nothing was dismissed."
REASON_IS_NO_TEXT = "The reason has a character in it that is not text (NUL). Type it again. Nothing was dismissed."

Operation = Callable[[SyncEventQuerySet, StaffRequest, datetime], Report]


def _accept(events: SyncEventQuerySet, request: StaffRequest, at: datetime) -> Report:
    return operations.accept(events.get(), by=request.user, at=at)


# Action -> the verb of its report, and the operation.
ACTIONS: dict[str, tuple[str, Operation]] = {
    "retry": ("Retried", lambda events, request, at: operations.retry(events, by=request.user, at=at)),
    "undo_posting": (
        "Undid Post to current period for",
        lambda events, request, at: operations.undo_posting(events, by=request.user, at=at),
    ),
    "dismiss": (
        "Dismissed",
        lambda events, request, at: operations.dismiss(events, by=request.user, at=at, reason=reason_of(request)),
    ),
    "take_back": ("Took back", lambda events, request, at: operations.take_back(events, by=request.user, at=at)),
    "accept": ("Accepted", _accept),
    "keep_quickbooks": (
        "Kept QuickBooks' version of",
        lambda events, request, at: deciding.keep_quickbooks(events, by=request.user, at=at),
    ),
    "send_ours": (
        "Sending our version of",
        lambda events, request, at: deciding.send_ours(events, by=request.user, at=at),
    ),
    "void_here_too": (
        "Voided here too:",
        lambda events, request, at: deciding.void_here_too(events, by=request.user, at=at),
    ),
    "send_as_new": (
        "Sending again as a new invoice:",
        lambda events, request, at: deciding.send_as_new(events, by=request.user, at=at),
    ),
}


def perform(action: str, event: SyncEvent, request: StaffRequest) -> None:
    """Do `action` to `event` and tell the person the result."""
    if action == "dismiss" and (problem := problem_of_reason(request)):
        messages.warning(request, problem)
        return
    verb, operation = ACTIONS[action]
    tell(request, verb, operation(SyncEvent.objects.filter(pk=event.pk), request, timezone.now()))


def tell(request: StaffRequest, verb: str, report: Report) -> None:
    """Tell what was done; for what was only queued, the page shows the result later (`sync.log.results`)."""
    if report.action and report.action.done:
        return
    level: Any = messages.SUCCESS if report.done else messages.WARNING
    messages.add_message(request, level, report.sentence(verb))


def reason_of(request: StaffRequest) -> str:
    return request.POST.get("reason", "").strip()[:500]


def problem_of_reason(request: StaffRequest) -> str:
    """Why nothing can be dismissed for this reason; "" if it can. PostgreSQL stores no NUL."""
    reason = reason_of(request)
    if not reason:
        return REASON_WANTED
    return REASON_IS_NO_TEXT if "\x00" in reason else ""


def back_to(request: StaffRequest) -> str:
    """The page of the button, as the form says; "" unless it is one of our pages."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
