"""What is done to many events: asks first, with counts, then does it and reports what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from qbo.models import Connection
from runacall.isolation import isolated
from runacall.organizations.middleware import StaffRequest
from sync import deciding, operations
from sync.admin.acting import back_to, problem_of_reason, reason_of
from sync.admin.acting import tell as tell_report
from sync.admin.change_list import filter_query
from sync.forecasting import Forecast, forecast_retry
from sync.log.causes import words_of
from sync.log.filters import SyncEventFilter, given
from sync.log.holding import money
from sync.log.posting import Moved, cannot_post_today, moved_back, moved_to_today
from sync.log.wording import counted
from sync.models import ActionRecord, State
from sync.models.audit import Action
from sync.models.events import EntityType, SyncEventQuerySet
from sync.operations import Report

LOG = "admin:sync_syncevent_changelist"


@dataclass(frozen=True)
class Bulk:
    """How an action on many events reads: the verb of its report, and the words of the page that asks first."""

    verb: str
    title: str
    ask: str
    explanation: str
    button: str
    noun: str = "event"
    end: str = "?"

    def question(self, count: int) -> str:
        return f"{self.ask} {counted(count, self.noun)}{self.end}"


ACTIONS = {
    "retry": Bulk(
        "Retried",
        "Retry all",
        "Retry",
        "Run a Call first reads again from QuickBooks what their failures are about, then sends them."
        " Their history is kept.",
        "Retry {count:,}",
    ),
    "dismiss": Bulk(
        "Dismissed",
        "Dismiss",
        "Dismiss",
        "They will not go to QuickBooks and no longer count as errors, unless somebody takes them back.",
        "Dismiss {count:,}",
        noun="failed event",
    ),
    "post_to_current_period": Bulk(
        "Posted to the current period:",
        "Post to current period",
        "Post",
        "The invoice date becomes today, the due date moves with it, and they are sent again. On an invoice with a"
        " payment, only the date used in QuickBooks changes. You can undo this until they are sent. You can also move"
        " the closing date in QuickBooks instead: talk to your accountant first.",
        "Post {count:,} to today",
        noun="invoice",
        end=" to the current period?",
    ),
    "undo_posting": Bulk(
        "Undid Post to current period for",
        "Undo Post to current period",
        "Undo Post to current period for",
        "They get the dates back that they had before. Invoices that have been sent since then are left alone.",
        "Undo for {count:,}",
        noun="invoice",
    ),
    "keep_quickbooks": Bulk(
        "Kept QuickBooks' version of",
        "Keep QuickBooks'",
        "Keep QuickBooks' version of",
        "Nothing is sent. QuickBooks keeps what it has, and the difference is recorded as accepted.",
        "Keep QuickBooks' for {count:,}",
        noun="record",
    ),
    "send_ours": Bulk(
        "Sending our version of",
        "Send ours",
        "Send our version of",
        "Our values replace those in QuickBooks, only in the fields that both changed.",
        "Send ours for {count:,}",
        noun="record",
    ),
    "void_here_too": Bulk(
        "Voided here too:",
        "Void here too",
        "Void",
        "They were voided in QuickBooks and become void in Run a Call as well. This cannot be undone.",
        "Void {count:,} here too",
        noun="invoice",
        end=" here too?",
    ),
    "send_as_new": Bulk(
        "Sending again as new invoices:",
        "Send again as new invoices",
        "Send",
        "QuickBooks gets a new invoice for each. The void ones stay there as they are. An invoice whose number the void"
        " one still has stops as “Duplicate Doc Number”: give it another number first.",
        "Send {count:,} as new",
        noun="invoice",
        end=" again as new invoices?",
    ),
}
# How many invoices the page lists with their dates.
MOST_SHOWN = 50
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
        if action == "dismiss" and (problem := problem_of_reason(request)):
            messages.warning(request, problem)
            return HttpResponseRedirect(request.get_full_path())
        count, most = forecast(action, chosen).done, MOST_AT_ONCE if action == "retry" else deciding.MOST_AT_ONCE
        if count > most and action in ("retry", *deciding.CHOICES):
            return _leave_to_a_worker(request, action, chosen, count)
        return tell(request, action, _do(action, chosen, request))
    report, words = forecast(action, chosen), ACTIONS[action]
    context |= {
        "title": words.title,
        "action": action,
        "report": report,
        "question": words.question(report.done),
        "explanation": words.explanation,
        "button": words.button.format(count=report.done),
        "money": _money(action, chosen.events),
        "moved": _moved(action, chosen.events),
        "retried": _retried(request, action, chosen.events),
        "left": list(report.left.items()),
        "back": back_to(request) or reverse(LOG),
        "filters": described(chosen.filters, log),
    }
    return TemplateResponse(request, "sync/confirm.html", context)


def _money(action: str, events: SyncEventQuerySet) -> str:
    """What the invoices that a choice is for come to; "" for other actions."""
    if action not in deciding.CHOICES:
        return ""
    invoices = deciding.meant_by(Action(action), events).filter(record_type=EntityType.INVOICE)
    total = invoices.aggregate(total=Sum("amount"), count=Count("pk"))
    return f"{counted(total['count'], 'invoice')}, {money(total['total'])}" if total["count"] else ""


def _moved(action: str, events: SyncEventQuerySet) -> list[Moved]:
    """The dates before and after, of the first few."""
    at, found = timezone.now(), list[Moved]()
    if action not in ("post_to_current_period", "undo_posting"):
        return found
    for event in events.select_related("connection", "organization").order_by("pk"):
        with isolated("Forecasting dates", event=event.pk, organization=event.organization_id):
            one = moved_back(event) if action == "undo_posting" else None
            if action == "post_to_current_period" and not cannot_post_today(event, at=at):
                one = moved_to_today(event, at=at)
            found += [one] if isinstance(one, Moved) else []
        if len(found) == MOST_SHOWN:
            break
    return found


def _retried(request: StaffRequest, action: str, events: SyncEventQuerySet) -> Forecast | None:
    connection = Connection.objects.for_organization(request.organization).first() if action == "retry" else None
    if connection is None:
        return None
    with isolated("Forecasting a retry", organization=connection.organization_id):
        return forecast_retry(connection, events)
    return None


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
    if action == "undo_posting":
        return _forecast_undoing(chosen.events)
    if action in deciding.CHOICES:
        return deciding.forecast(Action(action), chosen.events)
    movable = chosen.events.filter(state=State.FAILED).exclude(record_type=EntityType.CONNECTION).count()
    left = chosen.events.count() - movable
    return Report(movable, {"not failed": left} if left else {})


def _leave_to_a_worker(request: StaffRequest, action: str, chosen: Chosen, count: int) -> HttpResponse:
    """By filters, never by ids: a page does not have that many."""
    by, at, shop = request.user, timezone.now(), request.organization
    if action == "retry":
        operations.retry_soon(shop, chosen.filters, by=by, at=at, meant=count)
    else:
        deciding.decide_soon(shop, Action(action), chosen.filters, by=by, at=at, meant=count)
    return HttpResponseRedirect(back_to(request) or reverse(LOG))


def _forecast_posting(events: SyncEventQuerySet) -> Report:
    at, done, left = timezone.now(), 0, Counter[str]()
    for event in events.select_related("connection", "organization"):
        with isolated("Forecasting", event=event.pk, organization=event.organization_id) as caught:
            refusal = cannot_post_today(event, at=at)
        if caught.mistake:
            refusal = operations.STUMBLED
        left[refusal] += bool(refusal)
        done += not refusal
    return Report(done, {why: count for why, count in left.items() if count})


def _forecast_undoing(events: SyncEventQuerySet) -> Report:
    done, left = 0, Counter[str]()
    for event in events.select_related("connection", "organization"):
        moved: Moved | str = operations.STUMBLED
        with isolated("Forecasting", event=event.pk, organization=event.organization_id):
            moved = moved_back(event)
        done += isinstance(moved, Moved)
        left.update([moved] if isinstance(moved, str) else [])
    return Report(done, dict(left))


def _do(action: str, chosen: Chosen, request: StaffRequest) -> Report:
    at = timezone.now()
    if action == "retry":
        return operations.retry(chosen.events, by=request.user, at=at, filters=chosen.filters)
    if action == "post_to_current_period":
        return operations.post_to_current_period(chosen.events, by=request.user, at=at)
    if action == "undo_posting":
        return operations.undo_posting(chosen.events, by=request.user, at=at)
    if action in deciding.CHOICES:
        return deciding.decide(Action(action), chosen.events, by=request.user, at=at, filters=chosen.filters)
    return operations.dismiss(chosen.events, by=request.user, at=at, reason=reason_of(request))


def tell(request: StaffRequest, action: str, report: Report) -> HttpResponse:
    """Back to the filtered list, with a report of what was done."""
    tell_report(request, ACTIONS[action].verb, report)
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
