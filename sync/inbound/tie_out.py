"""Making a month's tie-out: what should be in the books by our records, and what is there, read for that month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from qbo.connection.endpoints import endpoints
from qbo.connection.queries import ReadFailed, read_rows, read_where_in
from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.connection.turn import NotNow, Visit, visit
from qbo.json_objects import JsonMapping, JsonObject, Row
from qbo.mapping.base import There, cents, reference
from qbo.mapping.comparing import Wanted, compare, compare_payments
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.loading import load_book, load_company, ref_of
from qbo.mapping.marks import PAYMENT
from qbo.mapping.payloads import invoice_payload
from qbo.models import Connection, Link, ListEntry
from runacall import clock
from runacall.invoices.models import Invoice, Payment
from runacall.invoices.money import ZERO
from sync.inbound.reconciling import wanted_invoices, wanted_payments
from sync.inbound.tying import (
    Gap,
    Line,
    content_of,
    fingerprint,
    gaps,
    invoice_lines,
    is_ours,
    money,
    payment_gaps,
    payments_line,
    tax_by_rate,
    tax_lines,
)
from sync.models import ActionRecord, SyncEvent, TieOut

PATIENCE = 120.0
AT_ONCE = 500
PAID = "Paid on these invoices"
PAYMENTS = "Payments received"


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
    connection, last = mine.connection, end_of(month)
    within = f"TxnDate >= '{month}' AND TxnDate <= '{last}'"
    skipped: list[ReadFailed] = []
    rows = list(read_rows(mine.client, "Invoice", within, pace=mine.pace, skipped=skipped))
    linked = dict(Link.objects.of(connection, "invoice").values_list("qbo_id", "record_id"))
    ours = [row for row in rows if is_ours(row, linked, connection.organization_id)]
    # One of ours may stand in another month there: it is compared in both.
    beside = {linked[str(row["Id"])] for row in ours if str(row["Id"]) in linked}
    wanted = list(wanted_invoices(connection, among=_of_month(connection, month, last, beside)))
    absent = {one.qbo_id for one in wanted if one.qbo_id} - {str(row["Id"]) for row in rows}
    unread: dict[str, ReadFailed] = {}
    ours += read_where_in(mine.client, "Invoice", "Id", absent, pace=mine.pace, unread=unread)
    found = compare(wanted, ours, {qbo_id: error.failure.intuit_words for qbo_id, error in unread.items()})
    of_here = [one for one in wanted if month <= one.invoice.books_date <= last]
    of_there = [row for row in ours if month.isoformat() <= There.of(row).txn_date <= last.isoformat()]
    payloads = _payloads(connection, of_here)
    if load_company(connection).is_us:
        codes = {pk: reference(one.get("TxnTaxDetail") or {}, "TxnTaxCodeRef") for pk, one in payloads.items()}
        lines = invoice_lines(of_here, of_there, codes)
    else:
        standing = [payloads[one.invoice.id] for one in of_here if not one.invoice.is_void]
        lines = invoice_lines(of_here, of_there, {})[:1]
        lines += tax_lines(tax_by_rate(standing), tax_by_rate(row for row in of_there if not is_void(row)))
    of_month = {one.invoice.id for one in wanted if month <= one.invoice.books_date <= last}
    lines.append(_paid_line(wanted, ours, of_month))
    paid = _compared_payments(mine, month, skipped)
    lines += paid.lines
    # A balance that differs because of a payment that is named is not named again.
    named = [one for one in gaps(found) if one.kind != "paid_otherwise" or one.record_id not in paid.invoices]
    named += paid.named
    theirs = [row for row in rows if not is_ours(row, linked, connection.organization_id) and not is_void(row)]
    content = content_of(
        _titled(connection, lines),
        _explained(connection, named),
        beside={"count": len(theirs), "money": money(sum((There.of(row).total for row in theirs), ZERO))},
        unread=len(skipped),
    )
    open_ones = [one for one in named if one.kind not in ("accepted", "rounded")]
    agrees = not named and not skipped and all(line["agrees"] for line in content["lines"])
    content["open"] = len(open_ones)
    return content, agrees, fingerprint(content, [*ours, *paid.rows])


@dataclass(frozen=True)
class Paid:
    """The month's payments: their line, what differs, on which invoices, and our rows there."""

    lines: Sequence[Line] = ()
    named: Sequence[Gap] = ()
    invoices: frozenset[int] = frozenset()
    rows: Sequence[Row] = ()


def _compared_payments(mine: Visit, month: date, skipped: list[ReadFailed]) -> Paid:
    """Nothing where none of ours was ever sent or received."""
    connection, last = mine.connection, end_of(month)
    linked = dict(Link.objects.of(connection, "payment").values_list("qbo_id", "record_id"))
    events = SyncEvent.objects.of(connection).filter(record_type="payment")
    if not linked and not events.exists():
        return Paid()
    within = f"TxnDate >= '{month}' AND TxnDate <= '{last}'"
    rows = list(read_rows(mine.client, "Payment", within, pace=mine.pace, skipped=skipped))
    ours = [row for row in rows if is_ours(row, linked, connection.organization_id, kind=PAYMENT)]
    beside = {linked[str(row["Id"])] for row in ours if str(row["Id"]) in linked}
    by_day = Q(posting_date=None, received_date__range=(month, last)) | Q(posting_date__range=(month, last))
    among = Payment.objects.for_organization(connection.organization).filter(by_day | Q(pk__in=beside))
    wanted = list(wanted_payments(connection, among=among))
    # One of ours may stand in another month there, or be gone.
    absent = {one.qbo_id for one in wanted if one.qbo_id} - {str(row["Id"]) for row in ours}
    ours += read_where_in(mine.client, "Payment", "Id", absent, pace=mine.pace, unread={})
    named = payment_gaps(compare_payments(wanted, ours, linked))
    differing = {one.record_id for one in named}
    here = [one.payment for one in wanted if month <= one.payment.books_date <= last]
    there = [row for row in ours if month.isoformat() <= str(row.get("TxnDate") or "")[:10] <= last.isoformat()]
    return Paid(
        [payments_line(PAYMENTS, here, there)] if here or there else [],
        named,
        frozenset(pk for one in wanted if one.payment.id in differing for pk in one.invoices),
        ours,
    )


def _of_month(connection: Connection, month: date, last: date, beside: Iterable[int]) -> QuerySet[Invoice]:
    by_day = Q(posting_date=None, invoice_date__range=(month, last)) | Q(posting_date__range=(month, last))
    return Invoice.objects.for_organization(connection.organization).filter(by_day | Q(pk__in=list(beside)))


def _payloads(connection: Connection, wanted: Sequence[Wanted]) -> dict[int, JsonMapping]:
    """By invoice, what it is sent as."""
    payloads: dict[int, JsonMapping] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = [one.invoice for one in wanted[start : start + AT_ONCE]]
        book = load_book(connection, some)
        for invoice in some:
            payloads[invoice.id] = invoice_payload(invoice, book)
    return payloads


def _titled(connection: Connection, lines: Sequence[Line]) -> list[Line]:
    """Tax codes by name; outside the US rates, by the codes that they are in."""
    entries = ListEntry.objects.of(connection, "TaxCode").order_by("name_key")
    if load_company(connection).is_us:
        names = dict(entries.values_list("qbo_id", "name"))
    else:
        names = {rate: f"{entry.name}, {percent:f} %" for entry in entries for rate, percent in ref_of(entry).rates}
    titled = []
    for line in lines:
        is_tax = line.what not in ("Invoices", PAID, PAYMENTS)
        title = f"Sales tax: {names.get(line.what, line.what or 'no tax code')}" if is_tax else line.what
        titled.append(Line(title, line.count_here, line.count_there, line.money_here, line.money_there))
    return titled


def _paid_line(wanted: Sequence[Wanted], rows: Sequence[Row], of_month: set[int]) -> Line:
    """What was paid on the month's invoices, whenever it was paid."""
    ours = [one for one in wanted if one.invoice.id in of_month and not one.invoice.is_void and one.invoice.amount_paid]
    ids = {one.qbo_id for one in wanted if one.invoice.id in of_month}
    paid = [
        There.of(row).total - Decimal(cents(row["Balance"]))
        for row in rows
        if row.get("Balance") is not None and str(row["Id"]) in ids and not is_void(row)
    ]
    paid = [amount for amount in paid if amount]
    here = sum((one.invoice.amount_paid for one in ours), ZERO)
    return Line(PAID, len(ours), len(paid), money(here), money(sum(paid, ZERO)))


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


def _reason(gap: Gap, event: SyncEvent | None) -> str:
    if gap.kind == "rounded":
        return "QuickBooks rounds each tax rate separately"
    if event is None:
        return "It was never queued for QuickBooks"
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
