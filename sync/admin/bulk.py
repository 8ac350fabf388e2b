"""What is done to many events: asks first, with counts, then does it and reports what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.module_loading import import_string

from qbo.mapping.tax_rows import percent_warnings
from qbo.models import Connection
from runacall import clock
from runacall.invoices.money import dollars
from runacall.isolation import isolated
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Organization
from sync.actions import ACTIONS, Action, title_of
from sync.admin.acting import back_to, forecast, form_of, perform
from sync.admin.change_list import filter_query
from sync.forecast.retries import forecast_retry
from sync.log.causes import words_of
from sync.log.filters import SyncEventFilter, given
from sync.log.wording import counted
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet
from sync.operations.recording import leave_to_worker
from sync.posting import CLOSED_BY, Moved, cannot_post_today, moved_back, moved_to_today, noun_of

LOG = "admin:sync_syncevent_changelist"
# How many invoices the page lists with their dates.
MOST_SHOWN = 50
MOST_IDS = 200


@dataclass(frozen=True)
class Chosen:
    """The chosen events and the filters they were chosen by."""

    events: SyncEventQuerySet
    filters: dict[str, list[str]]


def ask(request: StaffRequest, action: str, *, ids: Iterable[int] = ()) -> HttpResponse:
    """Go to the page that says how many; it keeps the filters of the list."""
    back = urlencode({"next": request.get_full_path()})
    query = urlencode([("id", pk) for pk in ids]) or filter_query(request.GET)
    meant = "&".join(part for part in (query, back) if part)
    return HttpResponseRedirect(f"{reverse(f'admin:sync_syncevent_{action}_all')}?{meant}")


def view(request: StaffRequest, name: str, log: SyncEventQuerySet, context: dict[str, object]) -> HttpResponse:
    """GET says what would be done to how many; POST does it. `log`: the organization's events."""
    action, at = ACTIONS[name], clock.now()
    many = action.many
    assert many is not None, "only what can be done to many has this page"
    chosen = choose(request, log)
    if chosen is None:
        messages.error(request, "These filters are not valid, so nothing was done.")
        return HttpResponseRedirect(reverse(LOG))
    after = back_to(request) or reverse(LOG)
    if request.method == "POST":
        if many.later and (count := forecast(action, chosen.events, at=at).done) > many.most:
            # By filters, never by ids: a page does not have that many.
            leave_to_worker(request.organization, name, chosen.filters, by=request.user, at=at, meant=count)
            return HttpResponseRedirect(after)
        report = perform(action, chosen.events, request, at=at, filters=chosen.filters)
        if report and report.made and many.leads_to:
            return HttpResponseRedirect(reverse(many.leads_to, args=[report.made]))
        return HttpResponseRedirect(request.get_full_path() if report is None else after)
    report = forecast(action, chosen.events, at=at)
    # Only of what is for invoices and payments: other actions name what they are for.
    noun = noun_of(chosen.events) if action.codes == tuple(CLOSED_BY.values()) and many.noun == "invoice" else ""
    context |= {
        "title": many.title,
        "action": action,
        "report": report,
        "question": many.fill(many.question, report.done, noun=noun),
        "button": many.fill(many.submit, report.done, noun=noun),
        "form": form_of(action, request) if action.form else None,
        "left": list(report.left.items()),
        "back": after,
        "filters": described(chosen.filters, log),
        **(import_string(many.shows)(action, request.organization, chosen.events) if many.shows else {}),
    }
    return TemplateResponse(request, "sync/confirm.html", context)


# --- what else the page shows, by the names in the table -------------------------------------------------------------


def money_of(action: Action, organization: Organization | None, events: SyncEventQuerySet) -> dict[str, str]:
    """What the invoices that the action is for come to."""
    invoices = events.failed().filter(record_type=EntityType.INVOICE, failure_code__in=action.codes, blocked_by="")
    said = _money_of_invoices(invoices)
    return {"money": said} if said else {}


def _money_of_invoices(events: SyncEventQuerySet) -> str:
    """E.g. "63 invoices, $40,705.03"; "" where there is none."""
    total = events.filter(record_type=EntityType.INVOICE).aggregate(total=Sum("amount"), count=Count("pk"))
    return f"{counted(total['count'], 'invoice')}, {dollars(total['total'])}" if total["count"] else ""


def dates_of_posting(
    action: Action, organization: Organization | None, events: SyncEventQuerySet
) -> dict[str, list[Moved]]:
    at = clock.now()

    def moved(event: SyncEvent) -> Moved | None:
        return None if cannot_post_today(event, at=at) else moved_to_today(event, at=at)

    return {"moved": _first_few(events, moved)}


def dates_of_undoing(
    action: Action, organization: Organization | None, events: SyncEventQuerySet
) -> dict[str, list[Moved]]:
    return {"moved": _first_few(events, moved_back)}


def _first_few(events: SyncEventQuerySet, dates: Callable[[SyncEvent], Moved | str | None]) -> list[Moved]:
    """The dates before and after, of the first few."""
    found: list[Moved] = []
    for event in events.select_related("connection", "organization").order_by("pk"):
        with isolated("Forecasting dates", event=event.pk, organization=event.organization_id):
            one = dates(event)
            found += [one] if isinstance(one, Moved) else []
        if len(found) == MOST_SHOWN:
            break
    return found


def forecast_of_retry(
    action: Action, organization: Organization | None, events: SyncEventQuerySet
) -> dict[str, object]:
    connection = Connection.objects.for_organization(organization).first()
    if connection is not None:
        with isolated("Forecasting a retry", organization=connection.organization_id):
            return {
                "retried": forecast_retry(connection, events),
                "warnings": _warnings(connection, events),
                "money": _money_of_invoices(events.filter(state__in=(State.FAILED, State.QUEUED))),
            }
    return {}


def _warnings(connection: Connection, events: SyncEventQuerySet) -> list[str]:
    """What to know before these are sent: tax codes with a different percentage than the rates that failed."""
    rates = events.failed().filter(subject_kind="tax_rate").order_by()
    keys = list(rates.values_list("subject_key", flat=True).distinct()[:MOST_IDS])
    return percent_warnings(connection, keys) if keys else []


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


def described(filters: dict[str, list[str]], log: SyncEventQuerySet) -> list[tuple[str, str]]:
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
        return f"{title_of(action.action)}, {action.done:,}" if action else value
    choices = dict(SyncEventFilter.base_filters[name].extra.get("choices", ()))
    return str(choices.get(value, value))
