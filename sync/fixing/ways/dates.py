"""Another date in the books for invoices of a closed period: today, or a day that a person chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from qbo.json_objects import JsonMapping, JsonObject
from qbo.models import Connection, Link
from runacall import clock
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.models import Invoice
from runacall.invoices.refusals import Refused
from sync.fixing.fix import Answer, Case, Fix, Group, Offer, Option, User
from sync.forecast.dry_run import Supposed
from sync.models.events import EntityType
from sync.operations.dating import note_dates
from sync.posting import THERE, as_json, cannot_post, from_json

MOST = 500
HINT = "Invoices with a payment keep their own date; only the date in QuickBooks changes. Ask your accountant first."


def _offer(case: Case) -> Offer | None:
    today = case.connection.organization.today(clock.now())
    options = [
        Option("today:", f"Post today ({today})"),
        Option("day:", "Post on another date", "date", "Date in the books", today.isoformat()),
    ]
    closed = case.lists.company.is_closed_on(today)
    return None if closed else Offer([Group("", options)], chosen="today:", hint=HINT)


def _day(case: Case, answer: Answer, at: datetime) -> date:
    """Raises Refused for what is no day, and for one that is closed too."""
    if answer.way == "today":
        return case.connection.organization.today(at)
    try:
        day = date.fromisoformat(answer.text)
    except ValueError:
        raise Refused("Choose a date first. Nothing was changed.") from None
    if case.lists.company.is_closed_on(day):
        raise Refused(f"{day} is in the closed period too. Nothing was changed.")
    return day


def _supposed(case: Case, answer: Answer) -> Supposed:
    try:
        day = _day(case, answer, clock.now())
    except Refused:
        return Supposed()
    mine = set(case.invoice_ids())

    def moved(invoice: InvoiceDocument) -> InvoiceDocument:
        if invoice.id not in mine or invoice.is_void:
            return invoice
        if invoice.amount_paid:
            return replace(invoice, posting_date=day, books_date=day)
        due = invoice.due_date and invoice.due_date + (day - invoice.invoice_date)
        return replace(invoice, invoice_date=day, posting_date=None, books_date=day, due_date=due)

    return Supposed(change=moved)


def _warns(case: Case, answer: Answer) -> str:
    """Why that day does not help."""
    try:
        _day(case, answer, clock.now())
    except Refused as refusal:
        return str(refusal)
    return ""


def _apply(case: Case, answer: Answer, by: User, at: datetime) -> Mapping[str, object]:
    day = _day(case, answer, at)
    ids = case.invoice_ids(MOST + 1)
    if len(ids) > MOST:
        raise Refused(f"These are more than {MOST} invoices. Use Post to current period… on a part of the list.")
    before: JsonObject = {}
    left: dict[str, int] = {}
    unmoved = _unmoved(case, ids, day)
    for invoice in Invoice.objects.for_organization(case.connection.organization).filter(pk__in=ids).order_by("pk"):
        why = unmoved.get(invoice.pk)
        if why:
            left[why] = left.get(why, 0) + 1
            continue
        was = invoice.dates
        invoice.post_to(day, at=at, by=by)
        before[str(invoice.pk)] = {"was": as_json(was), "became": as_json(invoice.dates)}
        note_dates(invoice, "Posted to the current period", was, by=by)
    if not before:
        raise Refused(f"None of them can be moved: {', '.join(left)}. Nothing was changed.")
    return {"before": before, "left": left}


def _unmoved(case: Case, ids: Sequence[int], day: date) -> dict[int, str]:
    """The invoices that another date does not help, each with the reason."""
    if case.ahead:
        there = Link.objects.of(case.connection, EntityType.INVOICE).for_records(ids)
        return dict.fromkeys(there.values_list("record_id", flat=True), THERE)
    events = case.events.filter(record_type=EntityType.INVOICE).select_related("connection", "organization")
    found = ((event.record_id, cannot_post(event, day)) for event in events)
    return {record_id: why for record_id, why in found if why}


def _undo(connection: Connection, kept: JsonMapping, by: User, at: datetime) -> None:
    rows = Invoice.objects.for_organization(connection.organization)
    for key, dates in kept["before"].items():
        invoice = rows.get(pk=int(key))
        was = invoice.dates
        if as_json(was) != dates["became"]:
            raise Refused(f"{invoice} has other dates since then.")
        invoice.move_back(from_json(dates["was"]), at=at, by=by)
        note_dates(invoice, "Post to current period undone", was, by=by)


FIX = Fix(
    codes=("closed_period",),
    label="Date in the books",
    submit="Post and send {count}",
    offer=_offer,
    seen=lambda case: str(case.lists.company.closing_date or ""),
    supposed=_supposed,
    apply=_apply,
    undo=_undo,
    warning=_warns,
    edits=True,
    replaces=("post_to_current_period",),
    afterwards="What was sent keeps its date.",
)
