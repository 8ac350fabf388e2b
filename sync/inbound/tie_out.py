"""Making a month's tie-out: what should be in the books by our records, and what is there, read for that month."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from qbo.connection.endpoints import endpoints
from qbo.connection.queries import ReadFailed, read_pages, read_where_in
from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.connection.turn import NotNow, Visit, visit
from qbo.json_objects import JsonMapping, JsonObject, Row
from qbo.mapping.base import Base, There, cents, reference
from qbo.mapping.comparing import COMPARED, Wanted, WantedPayment, compare, compare_payments
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.loading import CHARGES as CHARGE_SETTINGS
from qbo.mapping.loading import load_book, load_company, ref_of
from qbo.mapping.payloads import invoice_payload
from qbo.models import Connection, ConnectionSettings, Link, ListEntry, SettingChange
from runacall import clock
from runacall.chunks import in_chunks
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.models import Invoice, Payment, PricebookItem
from runacall.invoices.money import ZERO
from sync.inbound.charges import CHARGES, Charges, charges_here
from sync.inbound.reconciling import wanted_invoices, wanted_payments, with_customers_sent
from sync.inbound.shelf import MARKS, Shelf
from sync.inbound.tying import (
    INVOICES,
    PAID,
    PAYMENTS,
    TAX,
    Gap,
    Totals,
    charge_gap,
    content_of,
    fingerprint,
    gaps,
    is_ours,
    money,
    payment_gaps,
    says_all,
    tax_by_code,
    tax_by_rate,
)
from sync.models import ActionRecord, State, SyncEvent, TieOut
from sync.models.events import EntityType

PATIENCE = 120.0
AT_ONCE = 500
# Of settings, as their history names them.
TITLES = {field.name: str(field.verbose_name) for field in ConnectionSettings._meta.fields}


def make(tie_out: TieOut, *, now: Callable[[], datetime] = clock.now) -> None:
    """Read the month's books and keep the result, or why they could not be read."""
    connection = tie_out.connection
    try:
        with visit(connection, patience=PATIENCE) as mine:
            failure = refresh_tokens(connection, at=now())
            if failure is not None or connection.realm_id != tie_out.realm_id:
                raise NotNow(failure.message if failure else "Another company is connected now.")
            content, agrees, mark = _compared(mine, tie_out.month)
    except (NotNow, RefreshUnderWay) as error:
        TieOut.objects.filter(pk=tie_out.pk).update(problem=str(error)[:500])
        return
    except ReadFailed as error:
        TieOut.objects.filter(pk=tie_out.pk).update(problem=error.failure.message[:500])
        return
    with transaction.atomic():
        TieOut.objects.filter(pk=tie_out.pk).update(
            content=content, agrees=agrees, fingerprint=mark, read_at=now(), problem=""
        )


def end_of(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _compared(mine: Visit, month: date) -> tuple[JsonObject, bool, str]:
    connection = mine.connection
    with Shelf({"Invoice": COMPARED | {"SyncToken", "Line"}}) as shelf:
        reading = Reading(mine, month, shelf)
        reading.invoices()
        reading.payments()
    # A balance that differs because of a payment that is named is not named again.
    named = [
        one for one in reading.named if one.kind != "paid_otherwise" or one.record_id not in reading.paid_otherwise
    ]
    skipped = reading.skipped
    content = content_of(
        reading.totals.lines(_tax_names(connection)),
        _explained(connection, named),
        beside={"count": reading.beside_count, "money": money(reading.beside_money)},
        unread=len(skipped),
    )
    open_ones = [one for one in named if one.kind not in ("accepted", "rounded")]
    agrees = not named and not skipped and all(line["agrees"] for line in content["lines"])
    content["open"] = len(open_ones)
    return content, agrees, fingerprint(content, reading.versions.hexdigest())


class Reading:
    """One month, read and compared a few hundred records at a time: in memory are only sums and what differs."""

    def __init__(self, mine: Visit, month: date, shelf: Shelf) -> None:
        self.mine, self.connection, self.shelf = mine, mine.connection, shelf
        self.month, self.last = month, end_of(month)
        self.is_us = load_company(self.connection).is_us
        self.taxes = tax_by_code if self.is_us else tax_by_rate
        self.charges = _charges_of(self.connection)
        self.totals, self.named, self.paid_otherwise = Totals(), list[Gap](), set[int]()
        self.beside_count, self.beside_money = 0, ZERO
        self.versions = hashlib.sha256()
        self.skipped: list[ReadFailed] = []
        self.unread: dict[str, ReadFailed] = {}

    # --- invoices ---

    def invoices(self) -> None:
        self.totals.expect(INVOICES, PAID)
        self._read("Invoice")
        every = Invoice.objects.for_organization(self.connection.organization)
        of_month = self._of_month("invoice_date")
        for some in in_chunks(wanted_invoices(self.connection, among=every.filter(of_month))):
            self._compare_invoices(some)
        # One of ours may stand in another month there: it is compared in both.
        for ids in self._linked("Invoice"):
            elsewhere = every.filter(pk__in=ids).exclude(of_month)
            self._compare_invoices(list(wanted_invoices(self.connection, among=elsewhere)))
        for row in self._ours_there("Invoice"):
            there = There.of(row)
            if is_void(row) or not self._is_within(there.txn_date):
                continue
            self.totals.add_there((INVOICES, ""), there.total)
            for key, tax in self.taxes(row).items():
                self.totals.add_there((TAX, key), tax)

    def _compare_invoices(self, some: Sequence[Wanted]) -> None:
        self._fetch("Invoice", [one.qbo_id for one in some], self.unread)
        marks = [(one.invoice.organization_id, one.invoice.id) for one in some]
        rows = self.shelf.beside("Invoice", marks=marks, ids=[one.qbo_id for one in some])
        words = {qbo_id: error.failure.intuit_words for qbo_id, error in self.unread.items()}
        some = with_customers_sent(self.connection, EntityType.INVOICE, some, rows)
        named = gaps(compare(some, rows, words))
        by_id = {str(row["Id"]): row for row in rows}
        of_here = [one for one in some if self._is_within(one.invoice.books_date.isoformat())]
        self._sum_here([one for one in of_here if not one.invoice.is_void], by_id)
        explained = {gap.record_id for gap in named if says_all(gap)}
        self.named += named + self._sum_charges(of_here, by_id, explained)

    def _sum_here(self, standing: Sequence[Wanted], by_id: Mapping[str, Row]) -> None:
        for one in standing:
            self.totals.add_here((INVOICES, ""), one.total)
            if one.invoice.amount_paid:
                self.totals.add_here((PAID, ""), one.invoice.amount_paid)
            row = by_id.get(one.qbo_id, {})
            paid = There.of(row).total - Decimal(cents(row.get("Balance")))
            if paid and row.get("Balance") is not None and not is_void(row):
                self.totals.add_there((PAID, ""), paid)
        payloads = _payloads(self.connection, [one.invoice for one in standing])
        for one in standing:
            payload = payloads[one.invoice.id]
            if not self.is_us:
                taxes = tax_by_rate(payload)
            else:
                code = reference(payload.get("TxnTaxDetail") or {}, "TxnTaxCodeRef")
                taxes = {code: one.tax} if one.tax else {}
            for key, tax in taxes.items():
                self.totals.add_here((TAX, key), tax)

    def _sum_charges(self, some: Sequence[Wanted], by_id: Mapping[str, Row], explained: Container[int]) -> list[Gap]:
        """Tips and card fees here and there; named where nothing else says why they differ."""
        said = {one.invoice.id: charges_here(one.invoice) for one in some if not one.invoice.is_void}
        rows = {one.invoice.id: by_id[one.qbo_id] for one in some if one.qbo_id in by_id}
        having = {pk for pk, found in said.items() if any(found.values())}
        having |= {pk for pk, row in rows.items() if self.charges.are_in(row)}
        links = Link.objects.of(self.connection, "invoice").for_records(having)
        bases = dict(links.values_list("record_id", "base")) if having else {}
        named = []
        for one in (one for one in some if one.invoice.id in having):
            pk, row = one.invoice.id, rows.get(one.invoice.id, {})
            here = said.get(pk, {})
            there = self.charges.there(row, Base.from_text(bases.get(pk, "")))
            for kind, what in CHARGES.items():
                sides = here.get(kind, ZERO), there[kind] if not is_void(row) else ZERO
                for amount, add in zip(sides, (self.totals.add_here, self.totals.add_there), strict=True):
                    if amount:
                        add((what, ""), amount)
                if sides[0] != sides[1] and pk not in explained:
                    named.append(charge_gap(one.invoice, one.qbo_id, what.lower(), sides))
        return named

    # --- payments ---

    def payments(self) -> None:
        """Nothing where none of ours was ever sent or received."""
        connection = self.connection
        events = SyncEvent.objects.of(connection).filter(record_type="payment")
        if not Link.objects.of(connection, "payment").exists() and not events.exists():
            return
        self._read("Payment")
        every, of_month = Payment.objects.for_organization(connection.organization), self._of_month("received_date")
        for some in in_chunks(wanted_payments(connection, among=every.filter(of_month))):
            self._compare_payments(some)
        for ids in self._linked("Payment"):
            elsewhere = every.filter(pk__in=ids).exclude(of_month)
            self._compare_payments(list(wanted_payments(connection, among=elsewhere)))
        for row in self._ours_there("Payment"):
            if not is_void(row) and self._is_within(str(row.get("TxnDate") or "")[:10]):
                self.totals.add_there((PAYMENTS, ""), Decimal(cents(row.get("TotalAmt"))))

    def _compare_payments(self, some: Sequence[WantedPayment]) -> None:
        # One of ours may stand in another month there, or be gone.
        self._fetch("Payment", [one.qbo_id for one in some], {})
        marks = [(one.payment.organization_id, one.payment.id) for one in some]
        rows = self.shelf.beside("Payment", marks=marks, ids=[one.qbo_id for one in some])
        some = with_customers_sent(self.connection, EntityType.PAYMENT, some, rows)
        named = payment_gaps(compare_payments(some, rows, self._links("Payment", rows)))
        differing = {one.record_id for one in named}
        self.named += named
        self.paid_otherwise |= {pk for one in some if one.payment.id in differing for pk in one.invoices}
        for one in some:
            if not one.payment.is_void and self._is_within(one.payment.books_date.isoformat()):
                self.totals.add_here((PAYMENTS, ""), one.payment.amount)

    # --- of both ---

    def _of_month(self, day: str) -> Q:
        within = (self.month, self.last)
        return Q(posting_date=None, **{f"{day}__range": within}) | Q(posting_date__range=within)

    def _is_within(self, day: str) -> bool:
        return self.month.isoformat() <= day <= self.last.isoformat()

    def _read(self, entity: str) -> None:
        within = f"TxnDate >= '{self.month}' AND TxnDate <= '{self.last}'"
        for page in read_pages(self.mine.client, entity, within, pace=self.mine.pace, skipped=self.skipped):
            self.shelf.put(entity, page)

    def _fetch(self, entity: str, qbo_ids: Iterable[str], unread: dict[str, ReadFailed]) -> None:
        """What is linked and was not read with the month."""
        ids = [qbo_id for qbo_id in qbo_ids if qbo_id]
        absent = sorted(set(ids) - self.shelf.has(entity, ids))
        if absent:
            client, pace = self.mine.client, self.mine.pace
            self.shelf.put(entity, read_where_in(client, entity, "Id", absent, pace=pace, unread=unread))

    def _linked(self, entity: str) -> Iterator[list[int]]:
        """Our records that the rows there are linked to."""
        for rows in self.shelf.pages(entity, AT_ONCE):
            yield list(self._links(entity, rows).values())

    def _links(self, entity: str, rows: Iterable[Row]) -> dict[str, int]:
        links = Link.objects.of(self.connection, entity.lower()).filter(qbo_id__in=[str(row["Id"]) for row in rows])
        return dict(links.values_list("qbo_id", "record_id"))

    def _ours_there(self, entity: str) -> Iterator[Row]:
        """Ours of all rows; of the month's other invoices it counts how many there are."""
        for rows in self.shelf.pages(entity, AT_ONCE):
            linked = self._links(entity, rows)
            for row in rows:
                if is_ours(row, linked, self.connection.organization_id, kind=MARKS[entity]):
                    self.versions.update(f"{entity} {row['Id']} {row.get('SyncToken', '')}\n".encode())
                    yield row
                elif entity == "Invoice" and not is_void(row):
                    self.beside_count += 1
                    self.beside_money += There.of(row).total


def _charges_of(connection: Connection) -> Charges:
    """What tips and card fees are booked under: what is chosen and was before, and the products of their own names."""
    items = PricebookItem.objects.for_organization(connection.organization).filter(kind__in=CHARGES)
    kinds = dict(items.values_list("pk", "kind"))
    links = Link.objects.of(connection, "item").for_records(kinds)
    products: dict[str, set[str]] = {kind: set() for kind in CHARGES}
    for pk, qbo_id in links.values_list("record_id", "qbo_id"):
        products[kinds[pk]].add(qbo_id)
    settings = ConnectionSettings.objects.filter(connection=connection).first()
    for kind, setting in CHARGE_SETTINGS.items():
        products[kind] |= {getattr(settings, setting, "")} - {""}
        products[kind] |= _chosen_before(connection, TITLES[setting])
    return Charges({str(pk): kind for pk, kind in kinds.items()}, products)


def _chosen_before(connection: Connection, title: str) -> set[str]:
    """The history of settings knows products by name."""
    changes = SettingChange.objects.filter(connection=connection, realm_id=connection.realm_id, setting=title)
    names = {name for pair in changes.values_list("old", "new") for name in pair if name}
    return set(ListEntry.objects.of(connection, "Item").filter(name__in=names).values_list("qbo_id", flat=True))


def _payloads(connection: Connection, invoices: Sequence[InvoiceDocument]) -> dict[int, JsonMapping]:
    """By invoice, what it is sent as."""
    book = load_book(connection, invoices)
    return {invoice.id: invoice_payload(invoice, book) for invoice in invoices}


def _tax_names(connection: Connection) -> dict[str, str]:
    """Of tax codes, by Id; outside the US of rates, by the codes that they are in."""
    entries = ListEntry.objects.of(connection, "TaxCode").order_by("name_key")
    if load_company(connection).is_us:
        return dict(entries.values_list("qbo_id", "name"))
    return {rate: f"{entry.name}, {percent:f} %" for entry in entries for rate, percent in ref_of(entry).rates}


def _explained(connection: Connection, named: Sequence[Gap]) -> list[JsonMapping]:
    """Each difference with what our log says of it, who accepted it, and where it is opened in QuickBooks."""
    places = endpoints(connection.environment, connection.emulator_url)
    told: list[JsonMapping] = []
    for gap in named:
        events = SyncEvent.objects.of(connection).of_record(gap.record_type, gap.record_id)
        event = events.select_related("action__by").order_by("-id").first()
        accepted = _acceptance(event) if gap.kind == "accepted" else {}
        told.append(
            {
                **asdict(gap),
                "reason": _reason(gap, event),
                "event": event.pk if event else None,
                "url": places.open(gap.record_type.capitalize(), gap.qbo_id) if gap.qbo_id else "",
                **accepted,
            }
        )
    return told


# Why one differs that agreed when it was sent, where the log knows nothing newer.
SINCE = {
    "missing": "Deleted in QuickBooks after it was sent",
    "twice": "Entered or copied in QuickBooks after it was sent",
    "different": "Changed in QuickBooks after it was sent",
    "void": "Voided in QuickBooks after it was sent",
    "paid_otherwise": "Other payments in QuickBooks than in Run a Call",
    "booked_otherwise": "Booked under another product in QuickBooks",
}


def _reason(gap: Gap, event: SyncEvent | None) -> str:
    if gap.kind == "rounded":
        return "QuickBooks rounds each tax rate separately"
    if event is None:
        return "It was never queued for QuickBooks"
    if event.state == State.SYNCED and (not event.message or gap.kind == "booked_otherwise"):
        return SINCE.get("void" if (gap.what, gap.there) == ("void", "yes") else gap.kind, event.get_state_display())
    return event.message or ("Waiting to be sent" if event.state == "queued" else event.get_state_display())


def _acceptance(event: SyncEvent | None) -> dict[str, str]:
    action: ActionRecord | None = event.action if event else None
    by = str(action.by) if action and action.by else ""
    return {"accepted_by": by, "accepted_at": action.at.isoformat() if action else ""}


def ask(connection: Connection, month: date, *, at: datetime, by: User | None = None) -> TieOut:
    """A tie-out that a worker will make."""
    return TieOut.objects.create(
        organization=connection.organization,
        connection=connection,
        realm_id=connection.realm_id,
        month=month,
        asked_at=at,
        asked_by=by,
    )
