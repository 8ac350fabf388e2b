"""Retry and Dismiss for many events: asks first, with counts, then does it and reports what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from runacall.isolation import isolated
from runacall.organizations.middleware import StaffRequest
from sync import operations
from sync.admin.acting import REASON_WANTED, back_to, reason_of
from sync.admin.acting import tell as tell_report
from sync.admin.change_list import filter_query
from sync.log.causes import words_of
from sync.log.filters import SyncEventFilter, given
from sync.log.posting import cannot_post_today
from sync.models import ActionRecord, State
from sync.models.events import EntityType, SyncEventQuerySet
from sync.operations import Report

LOG = "admin:sync_syncevent_changelist"
# Action -> verb of the report.
ACTIONS = {
    "retry": "Retried",
    "dismiss": "Dismissed",
    "post_to_current_period": "Posted to the current period:",
}
TITLES = {"retry": "Retry all", "dismiss": "Dismiss", "post_to_current_period": "Post to current period"}
MOST_IDS = 200
# Above this many events a worker does the retry, and the page does not wait for it.
MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class Chosen:
    """The chosen events and the filters they were chosen by."""

    events: SyncEventQuerySet
    filters: dict[str, Any]


def ask(request: StaffRequest, action: str, *, ids: Iterable[int] = ()) -> HttpResponse:
    """Go to the page that says how many; it keeps the filters of the list."""
    back = urlencode({"next": request.get_full_path()})
    query = urlencode([("id", pk) for pk in ids]) or filter_query(request.GET)
    meant = "&".join(part for part in (query, back) if part)
    return HttpResponseRedirect(f"{reverse(f'admin:sync_syncevent_{action}_all')}?{meant}")


def view(request: StaffRequest, action: str, log: SyncEventQuerySet, context: dict[str, Any]) -> HttpResponse:
    """GET says what would be done to how many; POST does it. `log`: the organization's events."""
    chosen = choose(request, log)
    if chosen is None:
        messages.error(request, "These filters are not valid, so nothing was done.")
        return HttpResponseRedirect(reverse(LOG))
    if request.method == "POST":
        if action == "dismiss" and not reason_of(request):
            messages.warning(request, REASON_WANTED)
            return HttpResponseRedirect(request.get_full_path())
        if action == "retry" and (count := forecast(action, chosen).done) > MOST_AT_ONCE:
            return _leave_to_a_worker(request, chosen, count)
        return tell(request, action, _do(action, chosen, request))
    report = forecast(action, chosen)
    context |= {
        "title": TITLES[action],
        "action": action,
        "report": report,
        "left": list(report.left.items()),
        "back": back_to(request) or reverse(LOG),
        "filters": described(chosen.filters, log),
    }
    return TemplateResponse(request, "sync/confirm.html", context)


def choose(request: StaffRequest, log: SyncEventQuerySet) -> Chosen | None:
    """The events of the query string, by ids or by filters as in the log; None if it is not valid."""
    ids = request.GET.getlist("id")
    if ids:
        usable = [pk for pk in ids if pk.isdecimal() and len(pk) < 19]
        if len(usable) != len(ids) or len(ids) > MOST_IDS:
            return None
        return Chosen(log.filter(pk__in=usable), {"id": usable})
    found = SyncEventFilter(request.GET, queryset=log, request=request)
    if not found.is_valid():
        return None
    return Chosen(found.qs, dict(given(request.GET).lists()))


def forecast(action: str, chosen: Chosen) -> Report:
    """What the action would do now."""
    if action == "retry":
        return operations.retry(chosen.events, by=None, at=timezone.now(), dry_run=True)
    if action == "post_to_current_period":
        return _forecast_posting(chosen.events)
    movable = chosen.events.filter(state=State.FAILED).exclude(record_type=EntityType.CONNECTION).count()
    left = chosen.events.count() - movable
    return Report(movable, {"not failed": left} if left else {})


def _leave_to_a_worker(request: StaffRequest, chosen: Chosen, count: int) -> HttpResponse:
    """By filters, never by ids: a page does not have that many."""
    operations.retry_soon(request.organization, chosen.filters, by=request.user, at=timezone.now(), meant=count)
    return HttpResponseRedirect(back_to(request) or reverse(LOG))


def _forecast_posting(events: SyncEventQuerySet) -> Report:
    at, done, left = timezone.now(), 0, Counter[str]()
    for event in events.select_related("connection", "organization"):
        with isolated("Forecasting", event=event.pk, organization=event.organization_id) as slip:
            refusal = cannot_post_today(event, at=at)
        if slip.mistake:
            refusal = operations.STUMBLED
        left[refusal] += bool(refusal)
        done += not refusal
    return Report(done, {why: count for why, count in left.items() if count})


def _do(action: str, chosen: Chosen, request: StaffRequest) -> Report:
    at = timezone.now()
    if action == "retry":
        return operations.retry(chosen.events, by=request.user, at=at, filters=chosen.filters)
    if action == "post_to_current_period":
        return operations.post_to_current_period(chosen.events, by=request.user, at=at)
    return operations.dismiss(chosen.events, by=request.user, at=at, reason=reason_of(request))


def tell(request: StaffRequest, action: str, report: Report) -> HttpResponse:
    """Back to the filtered list, with a report of what was done."""
    tell_report(request, ACTIONS[action], report)
    in_place = request.path == reverse(LOG)
    return HttpResponseRedirect(request.get_full_path() if in_place else back_to(request) or reverse(LOG))


def described(filters: dict[str, Any], log: SyncEventQuerySet) -> list[tuple[str, str]]:
    """The filters as labels and values, for people."""
    known = SyncEventFilter.base_filters
    return [
        (str(known[name].label), ", ".join(_in_words(name, value, log) for value in values))
        for name, values in filters.items()
        if name in known
    ]


def _in_words(name: str, value: str, log: SyncEventQuerySet) -> str:
    if name == "cause":
        return words_of(log, value)
    if name == "action":
        action = ActionRecord.objects.filter(pk=int(value)).first()
        return f"{action.get_action_display()}, {action.done:,}" if action else value
    choices = dict(SyncEventFilter.base_filters[name].extra.get("choices", ()))
    return str(choices.get(value, value))
