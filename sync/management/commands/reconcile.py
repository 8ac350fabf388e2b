"""Compares a shop's invoices with what is in its QuickBooks company."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from typing import IO, Any, Self

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qbo.mapping.comparing import Comparison, Difference, PaymentDifference
from qbo.mapping.values import quoted
from qbo.models import Connection
from runacall.chunks import in_chunks
from runacall.invoices.documents import InvoiceDocument, PaymentDocument
from sync.inbound.reconciling import CannotRead, comparisons
from sync.management.organization_option import add_organization_option, connection_of, organization_named
from sync.models import State, SyncEvent
from sync.models.events import EntityType

# A company with so many more is worth a line; smaller ones are read before anybody wonders.
SAID_EVERY = 10_000


class Command(BaseCommand):
    help = (
        "Read all invoices of a shop's QuickBooks company and list ours that are missing there, there twice, or"
        " different in customer, currency, total, tax, date, due date, number or void; the same of the payments that"
        " were sent, with what they pay. The exit status is 0 only if there are none. Invoices of which QuickBooks has"
        " other payments, so that the balance differs, are listed apart."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser, required=True)
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="one JSON document; see docs/running.md"
        )
        parser.add_argument("--since", metavar="DAY", help="leave out invoices dated before this day")

    def handle(self, *args: object, organization: str, since: str | None, as_json: bool, **options: object) -> None:
        connection = connection_of(organization_named(organization))
        with Listed() as listed:
            agrees = True
            try:
                for found in comparisons(connection, since=_day(since), told=self._say_how_far):
                    listed.add(found, _reasons(connection, found.missing))
                    agrees = agrees and found.agrees
            except CannotRead as failure:
                raise CommandError(f"The books could not be read: {failure}") from failure
            if as_json:
                for part in json.JSONEncoder(indent=2).iterencode(_document(listed)):
                    self.stdout.write(part, ending="")
                self.stdout.write()
            else:
                for line in _lines(listed):
                    self.stdout.write(line)
        if not agrees:
            raise CommandError("The books do not match.")

    def _say_how_far(self, entity: str, count: int) -> None:
        if count and count % SAID_EVERY == 0:
            self.stderr.write(f"{count:,} {entity.lower()}s read")


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as mistake:
        raise CommandError(f"“{given}” is not a day. Use one such as 2026-06-18.") from mistake


def _reasons(connection: Connection, missing: list[InvoiceDocument]) -> dict[int, str]:
    """The reason that our log gives for each missing invoice."""
    known: dict[int, str] = {}
    for ids in in_chunks([invoice.id for invoice in missing]):
        events = SyncEvent.objects.of(connection).filter(record_type=EntityType.INVOICE)
        rows = events.filter(record_id__in=ids).order_by("pk").values_list("record_id", "state", "message")
        known |= {record_id: f"{State(state).label} {message}".strip() for record_id, state, message in rows}
    return {invoice.id: known.get(invoice.id, "Never queued") for invoice in missing}


class Listed:
    """What is listed, each list in a file of its own that goes away with it, and how many are in each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._files: dict[str, IO[str]] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, found: Comparison, reasons: Mapping[int, str]) -> None:
        """`reasons`: why each missing invoice is."""
        self.counts["matched"] += len(found.matched)
        self.counts["payments matched"] += len(found.payments.matched)
        self._put(
            "missing",
            ({"number": one.number, "total": str(one.total), "why": reasons[one.id]} for one in found.missing),
        )
        for name, twins in (("twice", found.twice), ("copies", found.copies)):
            self._put(name, ({"number": one.invoice.number, "qbo_ids": list(one.qbo_ids)} for one in twins))
        for name in DIFFERENT:
            self._put(name, map(_difference, getattr(found, name)))
        self._put(
            "unreadable",
            ({"number": one.invoice.number, "qbo_id": one.qbo_id, "why": one.words} for one in found.unreadable),
        )
        payments = found.payments
        self._put("payments missing", map(_payment, payments.missing))
        self._put("payments twice", (_payment(one) | {"qbo_ids": list(ids)} for one, ids in payments.twice))
        self._put("payments different", map(_payment_difference, payments.different))
        self._put("payments accepted", map(_payment_difference, payments.accepted))

    def _put(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            if name not in self._files:
                file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  closed with the others
                self._files[name] = self._open.enter_context(file)
            self._files[name].write(json.dumps(row) + "\n")
            self.counts[name] += 1

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        if name in self._files:
            self._files[name].seek(0)
            yield from map(json.loads, self._files[name])


class Streamed(list[Any]):
    """A list for the JSON encoder, which iterates over it: its rows are read one by one."""

    def __init__(self, listed: Listed, name: str) -> None:
        super().__init__()
        self._rows, self._count = listed.rows(name), listed.counts[name]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return self._rows


# Lists of invoices that are different, each with its word in the output.
DIFFERENT = {"different": "different", "accepted": "accepted", "rounded": "rounded", "paid_otherwise": "paid"}
# What is checked is in one of these.
OF_INVOICES = ("matched", "missing", "twice", *DIFFERENT, "unreadable")
OF_PAYMENTS = tuple(f"payments {name}" for name in ("matched", "missing", "twice", "different", "accepted"))


def _document(listed: Listed) -> dict[str, object]:
    counts = listed.counts
    numbers = {name: counts[name] for name in ("matched", "missing", "twice", "copies", *DIFFERENT, "unreadable")}
    return {
        "checked": sum(counts[name] for name in OF_INVOICES),
        **numbers,
        "missing_invoices": Streamed(listed, "missing"),
        "invoices_twice": Streamed(listed, "twice"),
        "copied_invoices": Streamed(listed, "copies"),
        **{f"{name}_invoices": Streamed(listed, name) for name in (*DIFFERENT, "unreadable")},
        "payments": {
            "checked": sum(counts[name] for name in OF_PAYMENTS),
            "matched": counts["payments matched"],
            **{name.removeprefix("payments "): Streamed(listed, name) for name in OF_PAYMENTS[1:]},
        },
    }


def _payment(one: PaymentDocument) -> dict[str, Any]:
    return {"payment": one.id, "amount": str(one.amount), "date": one.received_date.isoformat()}


def _payment_difference(one: PaymentDifference) -> dict[str, Any]:
    return _payment(one.payment) | {"qbo_id": one.qbo_id, "fields": _fields(one)}


def _difference(one: Difference) -> dict[str, Any]:
    return {"number": one.invoice.number, "qbo_id": one.qbo_id, "fields": _fields(one)}


def _fields(one: Difference | PaymentDifference) -> dict[str, dict[str, str]]:
    return {name: {"ours": ours, "theirs": theirs} for name, (ours, theirs) in one.fields.items()}


def _lines(listed: Listed) -> Iterator[str]:
    for row in listed.rows("missing"):
        yield f"missing    #{row['number']}  {_money(row['total'])} {row['why']}"
    for row in listed.rows("twice"):
        yield f"twice      #{row['number']}  Ids {', '.join(row['qbo_ids'])}"
    for row in listed.rows("copies"):
        ids = ", ".join(row["qbo_ids"])
        yield f"copied     #{row['number']}  Somebody copied it in QuickBooks: Id {ids} is not ours"
    for row in listed.rows("unreadable"):
        yield f"unreadable #{row['number']}  QuickBooks cannot read Id {row['qbo_id']}: {row['why']}"
    for name, word in DIFFERENT.items():
        for row in listed.rows(name):
            yield f"{word:10} #{row['number']}  Id {row['qbo_id']}: {_told(row)}"
    yield from _payment_lines(listed)
    counts = listed.counts
    yield (
        f"{sum(counts[name] for name in OF_INVOICES):,} checked: {counts['matched']:,} matched,"
        f" {counts['missing']:,} missing, {counts['twice']:,} twice, {counts['different']:,} different,"
        f" {counts['accepted']:,} accepted, {counts['rounded']:,} rounded by QuickBooks,"
        f" {counts['paid_otherwise']:,} with other payments there"
        f"{f', {unreadable:,} unreadable' if (unreadable := counts['unreadable']) else ''}."
    )


def _payment_lines(listed: Listed) -> Iterator[str]:
    for row in listed.rows("payments missing"):
        yield f"missing    payment of {_money(row['amount'])} on {row['date']}"
    for row in listed.rows("payments twice"):
        yield f"twice      payment of {_money(row['amount'])} on {row['date']}: Ids {', '.join(row['qbo_ids'])}"
    for word in ("different", "accepted"):
        for row in listed.rows(f"payments {word}"):
            yield f"{word:10} payment of {_money(row['amount'])}, Id {row['qbo_id']}: {_told(row)}"
    counts = listed.counts
    if checked := sum(counts[name] for name in OF_PAYMENTS):
        told = ", ".join(f"{counts[name]:,} {name.removeprefix('payments ')}" for name in OF_PAYMENTS)
        yield f"{checked:,} payments checked: {told}."


def _told(row: Mapping[str, Any]) -> str:
    pairs = ((name, quoted(pair["ours"]), quoted(pair["theirs"])) for name, pair in row["fields"].items())
    return ", ".join(f"{name} {ours} here, {theirs} there" for name, ours, theirs in pairs)


def _money(amount: str) -> str:
    return f"{Decimal(amount):,}"
