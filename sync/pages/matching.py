"""Settings → QuickBooks → Customers, and → Products and services: which record of QuickBooks each of ours is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qbo.json_objects import Row
from qbo.lists import customers as customers_there
from qbo.lists.on_request import NotRead
from qbo.mapping.guessing import Guess, is_clear
from qbo.mapping.loading import product_row
from qbo.models import Connection, ConnectionSettings, MatchChoice
from qbo.pages.base import back_to, connection_of, page_context, read_at, settings_page
from runacall import clock
from runacall.invoices.document_loading import customer_document
from runacall.invoices.refusals import Refused
from runacall.organizations.middleware import StaffRequest
from sync.matching import choosing
from sync.matching.choosing import Subject
from sync.matching.kinds import CUSTOMERS, PRODUCTS, MatchKind
from sync.matching.listing import (
    ROWS,
    STATES,
    MatchRow,
    Survey,
    chips,
    match_rows,
    page_of,
    rows_in,
)
from sync.matching.record import record_context

# The scores from which guesses may be accepted together.
SCORES = (95, 90, 80, 70)
LONGEST_SEARCH = 100
# The most records that one press of the button compares, because the page waits for it.
MOST_AT_ONCE = 1000


@settings_page
@require_http_methods(["GET", "POST"])
def customers(request: StaffRequest) -> HttpResponse:
    return _list(request, CUSTOMERS)


@settings_page
@require_http_methods(["GET", "POST"])
def products(request: StaffRequest) -> HttpResponse:
    return _list(request, PRODUCTS)


@settings_page
@require_http_methods(["GET", "POST"])
def customer(request: StaffRequest, record_id: int) -> HttpResponse:
    return _record(request, CUSTOMERS, record_id)


@settings_page
@require_http_methods(["GET", "POST"])
def product(request: StaffRequest, record_id: int) -> HttpResponse:
    return _record(request, PRODUCTS, record_id)


def _list(request: StaffRequest, kind: MatchKind) -> HttpResponse:
    """Our records in one state of matching, with the best guess for each."""
    connection = connection_of(request)
    if connection is None:
        return TemplateResponse(request, "qbo/not_connected.html", page_context(request, kind.title))
    if request.method == "POST":
        return _accept_all(request, kind, connection)
    survey = Survey(kind, connection)
    state, search = _asked_for(request, survey)
    found = rows_in(kind, connection, state, search, survey)
    page, counted = page_of(found, request.GET.get("page", "1"), is_search=bool(search))
    records = list(page.object_list)
    looked = _looked(request, connection, records) if kind.is_customers and "look" in request.GET else None
    rows = match_rows(kind, connection, records, looked, survey)
    context = page_context(
        request,
        kind.title,
        kind=kind,
        connection=connection,
        rows=rows,
        page=page,
        chips=chips(kind, connection, state, search, survey, None if search else counted),
        state=state,
        search=search,
        scores=SCORES,
        picks=[f"{ours}:{theirs.there.id}" for ours, theirs in _clear(rows)],
        # Guesses for a customer have to be searched for in QuickBooks, a page at a time.
        pages=0 if kind.is_customers else page.paginator.num_pages,
        looked=looked is not None,
        here=request.get_full_path(),
        auto_create=ConnectionSettings.objects.filter(connection=connection, auto_create_items=True).exists(),
        read_at=read_at(connection, kind.lists) if kind.lists else None,
    )
    return TemplateResponse(request, "sync/matching/list.html", context)


def _asked_for(request: StaffRequest, survey: Survey) -> tuple[str, str]:
    """State and search of the list, by its address."""
    search = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    state = request.GET.get("state", "")
    if state not in STATES or (survey.kind.is_customers and state == "differs"):
        state = "all" if search else "choose" if survey.waiting_ids else "unmatched"
    return state, search


def _clear(rows: Sequence[MatchRow]) -> list[tuple[int, Guess]]:
    """Guesses that may be accepted together: each is clearly the best, and no other record has the same guess."""
    best = [(row, row.guess) for row in rows if row.guess and not row.ruled.creates]
    often = Counter(guess.there.id for _, guess in best)
    return [
        (int(row.ours.id), guess)
        for row, guess in best
        if often[guess.there.id] == 1 and is_clear([one for one in row.guesses if one.there.id not in row.held])
    ]


def _looked(request: StaffRequest, connection: Connection, records: Sequence[Any]) -> list[Row] | None:
    try:
        found = customers_there.look_for_all(connection, list(map(customer_document, records)), at=clock.now())
    except NotRead as error:
        messages.error(request, f"QuickBooks could not be read: {error}")
        return None
    return found


def _accept_all(request: StaffRequest, kind: MatchKind, connection: Connection) -> HttpResponse:
    """Choose the guesses that have at least the chosen score: those of the page, or of all pages."""
    least = request.POST.get("score", "")
    if request.POST.get("action") != "accept_all" or not least.isdecimal() or len(least) > 3:
        messages.info(request, "There was nothing to accept.")
        return back_to(request, reverse(kind.list_url))
    is_every = "every" in request.POST and not kind.is_customers
    try:
        rows = _rows_of_all_pages(request, kind, connection) if is_every else _rows_of_page(request, kind, connection)
        guesses = [(ours, guess) for ours, guess in _clear(rows) if guess.score >= int(least)]
        there = _rows_there(kind, connection, [guess.there.id for _, guess in guesses])
    except NotRead as error:
        messages.error(request, f"QuickBooks could not be read: {error}")
        return back_to(request, reverse(kind.list_url))
    picked = [
        (Subject(kind, connection, ours), there[guess.there.id]) for ours, guess in guesses if guess.there.id in there
    ]
    report = choosing.accept_all(picked, by=request.user, at=clock.now())
    noun = kind.noun if report.done == 1 else kind.nouns
    said = f"Matched {report.done:,} {noun}. Nothing was sent."
    messages.success(request, said) if report.done else messages.info(request, "No guess has that score.")
    for reason, count in report.left.items():
        messages.warning(request, f"{count:,} left alone: {reason}")
    if is_every and len(rows) == MOST_AT_ONCE:
        messages.info(request, f"The first {MOST_AT_ONCE:,} were compared. Press Accept them again for the others.")
    return back_to(request, reverse(kind.list_url))


def _rows_of_page(request: StaffRequest, kind: MatchKind, connection: Connection) -> list[MatchRow]:
    """The rows whose guesses the page showed, as they are now, with no other guess. Raises NotRead."""
    # No id of ours has 19 digits: such a number would be an error of the database, and not a row that is missing.
    pairs = [one.split(":") for one in request.POST.getlist("pick") if one.count(":") == 1]
    wanted = {int(ours): theirs for ours, theirs in pairs if ours.isdecimal() and len(ours) < 19}
    looked = list(_rows_there(kind, connection, list(wanted.values())).values()) if kind.is_customers else None
    records = list(kind.records(connection).filter(pk__in=wanted))
    rows = match_rows(kind, connection, records, looked) if records else []
    return [row for row in rows if row.guess and row.guess.there.id == wanted[int(row.ours.id)]]


def _rows_of_all_pages(request: StaffRequest, kind: MatchKind, connection: Connection) -> list[MatchRow]:
    """All rows of the list, a page at a time as they are shown, so that each has the guess that its page shows."""
    survey = Survey(kind, connection)
    state, search = _asked_for(request, survey)
    records = list(rows_in(kind, connection, state, search, survey)[:MOST_AT_ONCE])
    return [
        row
        for start in range(0, len(records), ROWS)
        for row in match_rows(kind, connection, records[start : start + ROWS], survey=survey)
    ]


def _rows_there(kind: MatchKind, connection: Connection, qbo_ids: Sequence[str]) -> dict[str, Row]:
    """The rows in QuickBooks with these Ids. Raises NotRead."""
    ids = [one for one in qbo_ids if one.isdecimal() and len(one) <= 32]
    if kind.is_customers:
        return customers_there.by_ids(connection, ids, at=clock.now()) if ids else {}
    return {qbo_id: row for qbo_id in ids if (row := product_row(connection, qbo_id))}


def _record(request: StaffRequest, kind: MatchKind, record_id: int) -> HttpResponse:
    """One of our records with its possible matches in QuickBooks, and earlier choices."""
    connection = connection_of(request)
    if connection is None:
        raise Http404
    record = get_object_or_404(kind.every(connection), pk=record_id)
    if request.method == "POST":
        return _act(request, Subject(kind, connection, record.pk))
    search = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    looked: list[Row] | None = None
    if kind.is_customers:
        try:
            document, at = customer_document(record), clock.now()
            looked = customers_there.look_for(connection, document, search=search, at=at)
        except NotRead as error:
            messages.error(request, f"QuickBooks could not be read: {error}")
    context = page_context(
        request,
        str(record),
        **record_context(kind, connection, record, looked, search=search, at=clock.now()),
    )
    return TemplateResponse(request, "sync/matching/record.html", context)


SAID = {
    "this_one": "Matched. Nothing was sent.",
    "not_this_one": "Saved: it is not that one.",
    "create": "Saved: it will be created in QuickBooks with the next invoice that needs it.",
    "unlink": "Unlinked. Nothing was changed in QuickBooks.",
    "send_price": "Our price is on its way to QuickBooks.",
    "keep_price": "Both prices stay. You will be asked again when one of them changes.",
    "undo": "Undone.",
}


def _act(request: StaffRequest, subject: Subject) -> HttpResponse:
    """One choice about one record."""
    action, here = request.POST.get("action", ""), reverse(subject.kind.record_url, args=[subject.record_id])
    try:
        _do(request, subject, action)
    except Refused as refusal:
        messages.error(request, str(refusal))
    except NotRead as error:
        messages.error(request, f"QuickBooks could not be read: {error} Nothing was changed.")
    else:
        messages.success(request, SAID[action])
    return back_to(request, here)


def _do(request: StaffRequest, subject: Subject, action: str) -> None:
    """Raises Refused, NotRead, and Http404 for an unknown action."""
    qbo_id = request.POST.get("qbo_id", "").strip()
    who: dict[str, Any] = {"by": request.user, "at": clock.now()}
    if action == "create":
        choosing.create(subject, **who)
    elif action == "unlink":
        choosing.unlink(subject, **who)
    elif action == "undo":
        key = request.POST.get("choice", "")
        rows = MatchChoice.objects.filter(**subject.which, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
        choosing.undo(get_object_or_404(rows.select_related("connection")), subject.kind, **who)
    elif action == "not_this_one" and qbo_id.isdecimal() and len(qbo_id) <= 32:
        choosing.refuse(subject, qbo_id, request.POST.get("name", "").replace("\x00", "")[:500], **who)
    elif action in ("this_one", "send_price", "keep_price") and qbo_id:
        row = _rows_there(subject.kind, subject.connection, [qbo_id]).get(qbo_id)
        if row is None:
            raise Refused("It is no longer in QuickBooks.")
        act = {"this_one": choosing.choose, "send_price": choosing.send_price, "keep_price": choosing.keep_price}
        if subject.kind.is_customers and action != "this_one":
            raise Http404
        act[action](subject, row, **who)
    else:
        raise Http404
