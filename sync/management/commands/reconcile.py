"""Compares a shop's invoices with what is in its QuickBooks company."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qbo.mapping.comparing import Comparison, Difference, PaymentComparison, PaymentDifference, Twin
from qbo.models import Connection
from runacall.invoices.documents import InvoiceDocument, PaymentDocument
from sync.inbound.reconciling import CannotRead, in_chunks, reconcile
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
        try:
            found = reconcile(connection, since=_day(since), told=self._say_how_far)
        except CannotRead as failure:
            raise CommandError(f"The books could not be read: {failure}") from failure
        reasons = _reasons(connection, found.missing)
        if as_json:
            self.stdout.write(json.dumps(_document(found, reasons), indent=2))
        else:
            self.stdout.write("\n".join(_lines(found, reasons)))
        if not found.agrees:
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


def _document(found: Comparison, reasons: dict[int, str]) -> dict[str, object]:
    return {
        "checked": found.checked,
        "matched": len(found.matched),
        "missing": len(found.missing),
        "twice": len(found.twice),
        "copies": len(found.copies),
        "different": len(found.different),
        "accepted": len(found.accepted),
        "rounded": len(found.rounded),
        "paid_otherwise": len(found.paid_otherwise),
        "unreadable": len(found.unreadable),
        "missing_invoices": [
            {"number": one.number, "total": str(one.total), "why": reasons[one.id]} for one in found.missing
        ],
        "invoices_twice": [{"number": one.invoice.number, "qbo_ids": list(one.qbo_ids)} for one in found.twice],
        "copied_invoices": [{"number": one.invoice.number, "qbo_ids": list(one.qbo_ids)} for one in found.copies],
        "different_invoices": [_difference(one) for one in found.different],
        "accepted_invoices": [_difference(one) for one in found.accepted],
        "rounded_invoices": [_difference(one) for one in found.rounded],
        "paid_otherwise_invoices": [_difference(one) for one in found.paid_otherwise],
        "unreadable_invoices": [
            {"number": one.invoice.number, "qbo_id": one.qbo_id, "why": one.words} for one in found.unreadable
        ],
        "payments": _payments(found.payments),
    }


def _payments(found: PaymentComparison) -> dict[str, object]:
    return {
        "checked": found.checked,
        "matched": len(found.matched),
        "missing": [_payment(one) for one in found.missing],
        "twice": [_payment(one) | {"qbo_ids": list(ids)} for one, ids in found.twice],
        "different": [_payment_difference(one) for one in found.different],
        "accepted": [_payment_difference(one) for one in found.accepted],
    }


def _payment(one: PaymentDocument) -> dict[str, object]:
    return {"payment": one.id, "amount": str(one.amount), "date": one.received_date.isoformat()}


def _payment_difference(one: PaymentDifference) -> dict[str, object]:
    fields = {name: {"ours": ours, "theirs": theirs} for name, (ours, theirs) in one.fields.items()}
    return _payment(one.payment) | {"qbo_id": one.qbo_id, "fields": fields}


def _payment_lines(found: PaymentComparison) -> Iterator[str]:
    for one in found.missing:
        yield f"missing    payment of {one.amount:,} on {one.received_date}"
    for one, ids in found.twice:
        yield f"twice      payment of {one.amount:,} on {one.received_date}: Ids {', '.join(ids)}"
    for kind, differences in (("different", found.different), ("accepted", found.accepted)):
        for each in differences:
            told = ", ".join(f"{name} {ours} here, {theirs} there" for name, (ours, theirs) in each.fields.items())
            yield f"{kind:10} payment of {each.payment.amount:,}, Id {each.qbo_id}: {told}"
    if found.checked:
        yield (
            f"{found.checked:,} payments checked: {len(found.matched):,} matched, {len(found.missing):,} missing,"
            f" {len(found.twice):,} twice, {len(found.different):,} different, {len(found.accepted):,} accepted."
        )


def _difference(one: Difference) -> dict[str, object]:
    fields = {name: {"ours": ours, "theirs": theirs} for name, (ours, theirs) in one.fields.items()}
    return {"number": one.invoice.number, "qbo_id": one.qbo_id, "fields": fields}


def _lines(found: Comparison, reasons: dict[int, str]) -> Iterator[str]:
    for invoice in found.missing:
        yield f"missing    #{invoice.number}  {invoice.total:,} {reasons[invoice.id]}"
    for twin in found.twice:
        yield _twin(twin)
    for copy in found.copies:
        ids = ", ".join(copy.qbo_ids)
        yield f"copied     #{copy.invoice.number}  Somebody copied it in QuickBooks: Id {ids} is not ours"
    for row in found.unreadable:
        yield f"unreadable #{row.invoice.number}  QuickBooks cannot read Id {row.qbo_id}: {row.words}"
    kinds = {
        "different": found.different,
        "accepted": found.accepted,
        "rounded": found.rounded,
        "paid": found.paid_otherwise,
    }
    for kind, differences in kinds.items():
        for one in differences:
            told = ", ".join(f"{name} {ours} here, {theirs} there" for name, (ours, theirs) in one.fields.items())
            yield f"{kind:10} #{one.invoice.number}  Id {one.qbo_id}: {told}"
    yield from _payment_lines(found.payments)
    yield (
        f"{found.checked:,} checked: {len(found.matched):,} matched, {len(found.missing):,} missing,"
        f" {len(found.twice):,} twice, {len(found.different):,} different, {len(found.accepted):,} accepted,"
        f" {len(found.rounded):,} rounded by QuickBooks, {len(found.paid_otherwise):,} with other payments there"
        f"{f', {len(found.unreadable):,} unreadable' if found.unreadable else ''}."
    )


def _twin(twin: Twin) -> str:
    return f"twice      #{twin.invoice.number}  Ids {', '.join(twin.qbo_ids)}"
