"""What the log page shows besides the rows: chips, causes, filters, and the text of an empty list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, F, Q
from django.http import QueryDict
from django.urls import reverse
from unfold.templatetags.unfold_list import result_headers

from qbo import catalogue
from qbo.models import Connection, FormerCompany
from runacall import clock
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability
from runacall.organizations.paging import Counted
from sync.actions import ACTIONS, Action, title_of
from sync.admin.cause_strip import UNFOLDED, strip_of
from sync.admin.change_list import SyncLogChangeList, without_page
from sync.log.causes import Cause
from sync.log.counting import total
from sync.log.questions import questions_for
from sync.log.results import QUICK, SLOW, SOON, Result, results_for
from sync.log.rows import log_rows
from sync.log.wording import counted
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import WAITING, Direction, EntityType

LOG = "admin:sync_syncevent_changelist"


@dataclass(frozen=True)
class Chip:
    """A status as a filter, with its count; `is_more`: at least so many."""

    name: str
    label: str
    count: int
    url: str
    is_on: bool
    is_more: bool = False


def list_context(request: StaffRequest, cl: SyncLogChangeList, *, is_unfolded: bool) -> dict[str, object]:
    at = clock.now()
    rows = log_rows(list(cl.result_list), request.organization, at=at)
    results = results_for(request.organization, request.user, at=at)
    cl.full_result_count = cl.result_count  # the chips show the count, so the heading does not
    former = companies(request)
    strip = strip_of(request, at=at, is_unfolded=is_unfolded)
    return {
        "rows": rows,
        "title": "Sync log",
        "headers": list(result_headers(cl))[1:] if _has_checkboxes(cl) else list(result_headers(cl)),
        "chips": chips(request, cl.counts),
        "strip": strip,
        "all_causes_url": f"{here(request, **UNFOLDED)}#causes",
        "listed": in_list(request, strip.causes),
        "may_act": role_allows(request, Ability.MANAGE_QUICKBOOKS),
        "filter_values": _values(cl),
        "cause_title": _cause_title(cl),
        "companies": former,
        "shown_company": next((one for one in former if one.is_on), None),
        "entities": EntityType.choices,
        "directions": Direction.choices,
        "hidden_filters": _hidden(request),
        "clear_url": reverse(LOG),
        "retry_all_url": f"{reverse('admin:sync_syncevent_retry_all')}?{cl.filter_query}",
        "empty": {} if rows else empty_words(cl, request),
        "errors": cl.filterset.errors,
        "results": results,
        "questions": questions_for(request.organization, at=at),
        "action_shown": _action_shown(cl, request),
        "live": live_context(request, [*results, *strip.results]),
        "here": here(request),
        "zone_name": request.organization.time_zone if request.organization else "",
    }


@dataclass(frozen=True)
class Company:
    """An earlier company whose log can be read."""

    name: str
    url: str
    is_on: bool


def companies(request: StaffRequest) -> list[Company]:
    former = FormerCompany.objects.filter(connection__organization=request.organization).order_by("-left_at")
    others = former.exclude(realm_id=F("connection__realm_id"))
    chosen = request.GET.get("company", "")
    return [
        Company(str(one), reverse(LOG) + without_page(QueryDict(), company=one.realm_id), one.realm_id == chosen)
        for one in others
    ]


def _has_checkboxes(cl: SyncLogChangeList) -> bool:
    return "action_checkbox" in cl.list_display


def chips(request: StaffRequest, counts: Mapping[str, Counted]) -> list[Chip]:
    chosen = [state for state in request.GET.getlist("status") if state]
    order = (
        *(State.FAILED, State.HELD, State.QUEUED, State.SENDING, State.CHECKING),
        *(State.SYNCED, State.DISMISSED, State.SUPERSEDED),
    )
    known = {state: counts.get(state, Counted(0)) for state in order}
    # The rare ones only if there are any, so that the row stays short.
    always = (State.FAILED, State.QUEUED, State.CHECKING, State.SYNCED)
    shown = [state for state in order if known[state].number or state in chosen or state in always]
    every = total(counts.values())
    return [
        Chip("all", "All", every.number, without_page(request.GET, status=None), not chosen, every.is_more),
        *[
            Chip(
                *(state, state.label, known[state].number, without_page(request.GET, status=state)),
                is_on=chosen == [state],
                is_more=known[state].is_more,
            )
            for state in shown
        ],
    ]


def in_list(request: StaffRequest, found: Sequence[Cause]) -> list[Action]:
    """The actions that the list offers: of those for certain failures only what fits something that failed."""
    codes = {cause.failure.code for cause in found}
    of_many = [action for action in ACTIONS.values() if action.many and action.many.in_list]
    fitting = [action for action in of_many if not action.codes or codes & set(action.codes)]
    return [action for action in fitting if role_allows(request, action.ability)]


def _values(cl: SyncLogChangeList) -> dict[str, str]:
    return {name: cl.filterset.data.get(name, "") for name in cl.filterset.filters}


def _cause_title(cl: SyncLogChangeList) -> str:
    """The chosen cause in words, taken from a row of the page if there is one."""
    key = cl.filterset.data.get("cause", "")
    if not key:
        return ""
    failures = (failure for event in cl.result_list for failure in event.failures if failure.cause_key == key)
    found = next(failures, None)
    return found.cause_title if found else catalogue.entry(key.partition(":")[0]).title


def _hidden(request: StaffRequest) -> list[tuple[str, str]]:
    """Values that the filter form keeps although it has no field for them."""
    kept = ("status", "cause", "company", "action", "o")
    return [(name, value) for name in kept for value in request.GET.getlist(name) if value]


NOTHING_READ = {
    "title": "These filters are not valid",
    "text": "No rows are shown, so that nothing is retried by mistake.",
}
NOTHING_MATCHES = {"title": "Nothing matches", "text": "No event matches these filters."}
NOT_CONNECTED = {
    "title": "QuickBooks is not connected",
    "text": "Connect QuickBooks Online. Every invoice that goes there then shows up here.",
    "button": "Open Status",
}
NOTHING_SENT = {
    "title": "Nothing has been sent yet",
    "text": "When you send an invoice, it shows up here.",
}


def empty_words(cl: SyncLogChangeList, request: StaffRequest) -> dict[str, str]:
    """Why the list is empty, and what to do about it."""
    if cl.filterset.errors:
        return NOTHING_READ
    if cl.filter_query == "status=failed":
        return nothing_failed(cl.counts)
    if cl.is_filtered:
        return NOTHING_MATCHES
    if not Connection.objects.for_organization(request.organization).exists():
        return NOT_CONNECTED | {"url": reverse("qbo:status")}
    return NOTHING_SENT


def nothing_failed(counts: Mapping[str, Counted]) -> dict[str, str]:
    """Nothing failed, but some events may not have arrived yet, or were dismissed."""
    number = {state: counts.get(state, Counted(0)).number for state in State}
    on_the_way = number[State.QUEUED] + number[State.SENDING] + number[State.CHECKING]
    dismissed, held = number[State.DISMISSED], number[State.HELD]
    said = [
        f"{counted(on_the_way, 'event')} {'is' if on_the_way == 1 else 'are'} on the way and can still fail."
        if on_the_way
        else "",
        f"{counted(held, 'event')} {'is' if held == 1 else 'are'} held until the closing date moves." if held else "",
        f"{counted(dismissed, 'event')} {'was' if dismissed == 1 else 'were'} dismissed and not sent."
        if dismissed
        else "",
    ]
    text = " ".join(filter(None, said)) or "Everything that was sent is in QuickBooks."
    return {"title": "Nothing failed so far" if on_the_way else "Nothing failed", "text": text}


def here(request: StaffRequest, **more: str) -> str:
    """The address of the list with its filters, order and page; also when only its live part is requested."""
    query = "&".join(filter(None, (request.GET.urlencode(), urlencode(more))))
    return f"{reverse(LOG)}?{query}" if query else reverse(LOG)


def _action_shown(cl: SyncLogChangeList, request: StaffRequest) -> str:
    """The action that the list is filtered to, in words."""
    key = cl.filterset.data.get("action", "")
    action = ActionRecord.objects.filter(organization=request.organization, pk=key).first() if key.isdecimal() else None
    if action is None or request.organization is None:
        return ""
    return f"{title_of(action.action)} of {request.organization.local(action.at):%Y-%m-%d %H:%M}"


def live_context(request: StaffRequest, results: Sequence[Result]) -> dict[str, object]:
    """How often, in seconds, the page asks for changes, and at which address."""
    query = request.GET.urlencode()
    under_way = any(not result.is_known for result in results)
    every = QUICK if under_way or is_moving(request) else SLOW
    return {"every": every, "url": f"{reverse('admin:sync_syncevent_live')}?{query}"}


def is_moving(request: StaffRequest) -> bool:
    """Whether an event of the organization is about to change automatically."""
    soon = clock.now() + SOON
    moving = Q(state=State.SENDING) | Q(state__in=WAITING, due_at__lte=soon)
    # As `allowed_out`, but asked beside the events: SQLite would begin with a join, and then read every event.
    live = Connection.objects.for_organization(request.organization).live()
    events = SyncEvent.objects.for_organization(request.organization).filter(
        moving, Exists(live.exclude(settings__sync_invoices=False)), state__in=(*WAITING, State.SENDING)
    )
    payments_stay = Exists(live.filter(settings__sync_payments=False))
    return events.exclude(payments_stay, record_type=EntityType.PAYMENT).exists()
