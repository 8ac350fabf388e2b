"""Compares our invoices and payments with QuickBooks' rows: which match, are missing, twice or different; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal

from qbo.json_objects import Row
from qbo.mapping.applied import applied_by
from qbo.mapping.base import DELETED, There, name_of, reference, told_apart
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.marks import PAYMENT, marked_as
from qbo.mapping.names import name_key
from runacall.invoices.documents import InvoiceDocument, PaymentDocument
from runacall.invoices.money import ZERO, round_cents

# The fields of an invoice's row that are read here.
COMPARED = frozenset({
    "Id", "DocNumber", "PrivateNote", "CustomerRef", "CurrencyRef", "TotalAmt", "TxnTaxDetail", "TxnDate", "DueDate",
    "Balance",
})  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """An invoice that should be in the books, and what is known about how it was sent.

    `number`: the number that it should have there; "" if QuickBooks chose it. `customer_id`: the
    customer there, if known. `qbo_id`: the Id that it is linked to. `accepted`: staff agreed to a difference.
    `rounding`: by how much total and tax may differ, because QuickBooks rounds each rate separately. `currency`:
    the invoice's currency, if known. `customer_sent`: the Id of the customer that it had there after our last write,
    if known; needed only where its row has another than `customer_id`.
    """

    invoice: InvoiceDocument
    number: str = ""
    customer_id: str = ""
    accepted: bool = False
    qbo_id: str = ""
    rounding: Decimal = ZERO
    currency: str = ""
    customer_sent: str = ""

    @property
    def total(self) -> Decimal:
        return ZERO if self.invoice.is_void else self.invoice.total

    @property
    def tax(self) -> Decimal:
        return ZERO if self.invoice.is_void else self.invoice.tax_total


@dataclass(frozen=True)
class Difference:
    """One invoice that is different in the books: which fields, as (ours, theirs)."""

    invoice: InvoiceDocument
    qbo_id: str
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Twin:
    """One invoice that is in the books more than once, and its Ids there."""

    invoice: InvoiceDocument
    qbo_ids: tuple[str, ...]


@dataclass(frozen=True)
class Unreadable:
    """One invoice whose row there QuickBooks answers with an error, and Intuit's words for it."""

    invoice: InvoiceDocument
    qbo_id: str
    words: str


@dataclass(frozen=True)
class WantedPayment:
    """A payment that should be in the books. `qbo_id`: the Id that it is linked to; `invoices`: our invoices' Ids;
    `customer_sent`: as for an invoice.
    """

    payment: PaymentDocument
    qbo_id: str = ""
    customer_id: str = ""
    invoices: Mapping[int, str] = field(default_factory=dict)
    accepted: bool = False
    customer_sent: str = ""

    @property
    def applied(self) -> dict[str, str]:
        """What it pays, by the Id of the invoice there; nothing where it is void."""
        parts = () if self.payment.is_void else self.payment.applied
        return {self.invoices.get(one.invoice_id, f"#{one.number}"): str(_cents(one.amount)) for one in parts}


@dataclass(frozen=True)
class PaymentDifference:
    """One payment that is different in the books: which fields, as (ours, theirs)."""

    payment: PaymentDocument
    qbo_id: str
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class PaymentComparison:
    """The result for payments. A void payment that never reached the books is not expected there."""

    # By our id; everything else with what it is, since it is listed.
    matched: list[int] = field(default_factory=list)
    missing: list[PaymentDocument] = field(default_factory=list)
    twice: list[tuple[PaymentDocument, tuple[str, ...]]] = field(default_factory=list)
    different: list[PaymentDifference] = field(default_factory=list)
    accepted: list[PaymentDifference] = field(default_factory=list)

    @property
    def checked(self) -> int:
        parts: Sequence[Sequence[object]] = (self.matched, self.missing, self.twice, self.different, self.accepted)
        return sum(len(part) for part in parts)

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.twice or self.different)

    def add(self, more: PaymentComparison) -> None:
        """The result for other payments."""
        for name in PAYMENT_LISTS:
            getattr(self, name).extend(getattr(more, name))


NOTHING_LINKED: Mapping[str, int] = {}


def compare_payments(
    wanted: Iterable[WantedPayment], rows: Iterable[Row], linked: Mapping[str, int] = NOTHING_LINKED
) -> PaymentComparison:
    """Find each expected payment among all payments of the books by our mark, otherwise by its Id there.

    `linked`: which payment of ours each row is that has a link, whatever payment its mark names.
    """
    marked: dict[tuple[int, int], list[Row]] = defaultdict(list)
    by_id: dict[str, Row] = {}
    for row in {str(row["Id"]): row for row in rows}.values():
        by_id[str(row["Id"])] = row
        mark = marked_as(str(row.get("PrivateNote") or ""), PAYMENT)
        if mark:
            marked[mark].append(row)
    found = PaymentComparison()
    for one in wanted:
        payment = one.payment
        ours = marked.get((payment.organization_id, payment.id), [])
        ours = [row for row in ours if linked.get(str(row["Id"]), payment.id) == payment.id]
        ours = ours or ([by_id[one.qbo_id]] if one.qbo_id in by_id else [])
        standing = [row for row in ours if not is_void(row)] or ours[:1]
        if len(standing) > 1:
            found.twice.append((payment, tuple(str(row["Id"]) for row in standing)))
        elif not standing:
            found.matched.append(payment.id) if payment.is_void else found.missing.append(payment)
        elif fields := payment_differences(one, standing[0]):
            into = found.accepted if one.accepted else found.different
            into.append(PaymentDifference(payment, str(standing[0]["Id"]), fields))
        else:
            found.matched.append(payment.id)
    return found


def payment_differences(one: WantedPayment, row: Row) -> dict[str, tuple[str, str]]:
    """What is different in the row, as (ours, theirs): void, customer, amount, date, and what it pays.

    What the bookkeeper did with the rest of a payment, such as applying a credit, is no difference.
    """
    payment, theirs = one.payment, applied_by(row)
    if is_void(row) != payment.is_void:
        return {"void": ("yes" if payment.is_void else "no", "yes" if is_void(row) else "no")}
    if payment.is_void:
        return {}
    pairs = {
        "customer": _customers(payment.customer.display_name, one, row),
        "amount": (str(_cents(payment.amount)), str(_cents(row.get("TotalAmt")))),
        "date": (payment.books_date.isoformat(), str(row.get("TxnDate") or "")[:10]),
    }
    ours = set(one.invoices.values())
    told = {key: amount for key, amount in theirs.items() if key in ours or key in one.applied}
    if told != one.applied:
        pairs["invoices"] = (_parts(one.applied), _parts(told))
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _customers(name: str, one: Wanted | WantedPayment, row: Row) -> tuple[str, str]:
    """Ours and the row's: the same words only where it is the same customer.

    What was sent before its customer was deleted there and made again still has the deleted one, and nobody moved it.
    """
    theirs = name_of(row, "CustomerRef"), reference(row, "CustomerRef")
    same_name = name == theirs[0].removesuffix(DELETED)
    if one.customer_id in ("", theirs[1]) or (same_name and one.customer_sent in ("", theirs[1])):
        return theirs[0], theirs[0]
    here, there = told_apart((name, one.customer_id), theirs)
    return here, there


def _parts(applied: Mapping[str, str]) -> str:
    return ", ".join(f"Id {key}: {amount}" for key, amount in sorted(applied.items())) or "none"


@dataclass(frozen=True)
class Comparison:
    """The result. A void invoice that never reached the books is not expected there."""

    # By our id; everything else with what it is, since it is listed.
    matched: list[int] = field(default_factory=list)
    missing: list[InvoiceDocument] = field(default_factory=list)
    twice: list[Twin] = field(default_factory=list)
    different: list[Difference] = field(default_factory=list)
    accepted: list[Difference] = field(default_factory=list)
    # Those that differ only by QuickBooks' own rounding of each tax rate.
    rounded: list[Difference] = field(default_factory=list)
    # Those of which QuickBooks has other payments than we have; payments are the bookkeeper's, so the books agree.
    paid_otherwise: list[Difference] = field(default_factory=list)
    # Ours that are there, in a row that QuickBooks itself cannot read.
    unreadable: list[Unreadable] = field(default_factory=list)
    payments: PaymentComparison = field(default_factory=lambda: PaymentComparison())
    # Rows with our mark that are not ours: somebody copied one of our invoices in QuickBooks.
    copies: list[Twin] = field(default_factory=list)

    @property
    def checked(self) -> int:
        parts: Sequence[Sequence[object]] = (
            self.matched, self.missing, self.twice, self.different, self.accepted, self.rounded,
            self.paid_otherwise, self.unreadable,
        )  # fmt: skip
        return sum(len(part) for part in parts)

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.twice or self.different or self.unreadable) and self.payments.agrees

    def add(self, more: Comparison) -> None:
        """The result for other invoices."""
        for name in INVOICE_LISTS:
            getattr(self, name).extend(getattr(more, name))
        self.payments.add(more.payments)


PAYMENT_LISTS = tuple(one.name for one in fields(PaymentComparison))
INVOICE_LISTS = tuple(one.name for one in fields(Comparison) if one.name != "payments")


def compare(wanted: Iterable[Wanted], rows: Iterable[Row], unread: Mapping[str, str] | None = None) -> Comparison:
    """Find each expected invoice among all rows of the books: by our mark, otherwise by number and customer.

    `unread`: by Id, Intuit's words about rows that QuickBooks itself cannot read.
    """
    books = _Books(rows)
    found = Comparison()
    for one in wanted:
        if unread and one.qbo_id in unread:
            found.unreadable.append(Unreadable(one.invoice, one.qbo_id, unread[one.qbo_id]))
            continue
        _judge(one, _without_copies(one, books.rows_of(one), found), found)
    return found


def _without_copies(one: Wanted, rows: Sequence[Row], found: Comparison) -> Sequence[Row]:
    """Of several rows the linked one is ours; those with another number are copies that the bookkeeper made, even where
    the linked one was deleted, or is void and has no link any more because it will be sent again.

    A copy made in QuickBooks gets its own number; a second row with our number is a twin.
    """
    ours = [row for row in rows if one.qbo_id and str(row["Id"]) == one.qbo_id]
    number = ours[0].get("DocNumber") if ours else one.number
    was_there = bool(one.qbo_id) or any(is_void(row) and row.get("DocNumber") == number for row in rows)
    if ours or (was_there and number):
        copies = [row for row in rows if row not in ours and row.get("DocNumber") != number]
        if copies:
            found.copies.append(Twin(one.invoice, tuple(str(row["Id"]) for row in copies)))
        rows = [row for row in rows if row not in copies]
    # A void one beside it was sent again as a new invoice, or will be.
    return [row for row in rows if row in ours or not is_void(row)] or rows


def _judge(one: Wanted, rows: Sequence[Row], found: Comparison) -> None:
    if len(rows) > 1:
        found.twice.append(Twin(one.invoice, tuple(str(row["Id"]) for row in rows)))
    elif not rows:
        if not one.invoice.is_void:
            found.missing.append(one.invoice)
    else:
        fields = differences(one, rows[0])
        if fields:
            into = found.accepted if one.accepted else found.different
            beside = {name: values for name, values in fields.items() if name != "balance"}
            if not beside:
                into = found.paid_otherwise
            elif _is_rounding(one, beside):
                into = found.rounded
            into.append(Difference(one.invoice, str(rows[0]["Id"]), fields))
        else:
            found.matched.append(one.invoice.id)


def _is_rounding(one: Wanted, fields: Mapping[str, tuple[str, str]]) -> bool:
    """Whether only total and tax differ, by the same amount, and QuickBooks' rounding of each rate explains it."""
    if not one.rounding or set(fields) != {"total", "tax"}:
        return False
    by = {Decimal(theirs) - Decimal(ours) for ours, theirs in fields.values()}
    return len(by) == 1 and abs(by.pop()) <= one.rounding


def differences(one: Wanted, row: Row) -> dict[str, tuple[str, str]]:
    """What is different in the row, as (ours, theirs).

    Compared are void, customer, currency, total, tax, date, due date, number and balance: the balance as far as
    payments make it, so that a different total is not reported twice. Of a void invoice the void and the money count:
    an edit that was still waiting when it was voided is never sent.
    """
    there, invoice = There.of(row), one.invoice
    if is_void(row) != invoice.is_void and (is_void(row) or there.total):
        return {"void": ("yes" if invoice.is_void else "no", "yes" if is_void(row) else f"no, {there.total}")}
    our_customer, their_customer = _customers(invoice.customer.display_name, one, row)
    theirs = {
        "customer": their_customer,
        "currency": str((row.get("CurrencyRef") or {}).get("value") or ""),
        "total": str(there.total),
        "tax": str(there.tax),
        "date": there.txn_date,
        "due date": str(row.get("DueDate") or "")[:10],
        "number": there.number,
    }
    ours = {
        "customer": their_customer if invoice.is_void else our_customer,
        "currency": one.currency if one.currency and theirs["currency"] else theirs["currency"],
        "total": str(_cents(one.total)),
        "tax": str(_cents(one.tax)),
        "date": theirs["date"] if invoice.is_void else invoice.books_date.isoformat(),
        # Without one here, QuickBooks calculates one from the terms.
        "due date": invoice.due_date.isoformat() if invoice.due_date and not invoice.is_void else theirs["due date"],
        "number": theirs["number"] if invoice.is_void or not one.number else one.number,
    }
    return {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]} | _balance(one, row)


def _balance(one: Wanted, row: Row) -> dict[str, tuple[str, str]]:
    if row.get("Balance") is None or one.invoice.is_void:
        return {}
    theirs, paid_there = _cents(row["Balance"]), _cents(row.get("TotalAmt")) - _cents(row["Balance"])
    if paid_there == _cents(one.invoice.amount_paid):
        return {}
    return {"balance": (str(_cents(one.invoice.balance)), str(theirs))}


def _cents(amount: object) -> Decimal:
    return round_cents(Decimal(str(amount or 0)))


class _Books:
    """The rows, each once, by our mark and by number."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.marked: dict[tuple[int, int], list[Row]] = defaultdict(list)
        self.numbered: dict[str, list[Row]] = defaultdict(list)
        # Pages may overlap if something was written while they were read.
        for row in {str(row["Id"]): row for row in rows}.values():
            mark = marked_as(str(row.get("PrivateNote") or ""))
            if mark:
                self.marked[mark].append(row)
            else:
                self.numbered[str(row.get("DocNumber") or "")].append(row)

    def rows_of(self, one: Wanted) -> list[Row]:
        """Rows with its mark; a row with its number and customer but without the mark is a twin too."""
        invoice = one.invoice
        marked = self.marked.get((invoice.organization_id, invoice.id), [])
        unmarked = [row for row in self.numbered.get(invoice.number, []) if _same_customer(one, row)]
        if marked:
            unmarked = [row for row in unmarked if _cents(row.get("TotalAmt")) == _cents(one.total)]
        return [*marked, *unmarked]


def _same_customer(one: Wanted, row: Row) -> bool:
    customer = row.get("CustomerRef") or {}
    same_name = name_key(str(customer.get("name") or "")) == name_key(one.invoice.customer.display_name)
    return same_name or bool(one.customer_id and str(customer.get("value")) == one.customer_id)
