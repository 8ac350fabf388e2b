"""What one invoice needs so that QuickBooks agrees with it: a write, nothing, or a person's decision; pure.

Our part of an invoice in QuickBooks is the fields that `payloads` fills, our own lines and our section of the
memo. Everything else is the bookkeeper's. An update sends only what changed here since the base; what changed
there stays, and if both changed the same field a person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property

from qbo.failures import Failure, Subject
from qbo.json_objects import JsonObject, Row
from qbo.mapping import marks
from qbo.mapping.base import INVOICE_FIELDS, Base, Said, Side, cents, collisions, fields_of, number, plain, reference
from qbo.mapping.book import Company, MappingBook, TransactionRef
from qbo.mapping.payloads import Payload, Write, discount_lines, invoice_payload, rounding_allowed
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.money import ZERO

MONEY = ("lines", "discount", "tax")
# The payload keys of each field. Lines, discount and tax are sent together, because each changes the total.
KEYS: Mapping[str, tuple[str, ...]] = {
    "customer": ("CustomerRef",),
    "date": ("TxnDate",),
    "due date": ("DueDate",),
    "terms": ("SalesTermRef",),
    "number": ("DocNumber",),
    "e-mail": ("BillEmail",),
    "billing address": ("BillAddr",),
    "service address": ("ShipAddr",),
    "message": ("CustomerMemo",),
    "memo": ("PrivateNote",),
}
# The value that clears a field in a sparse update; leaving the field out would keep it.
CLEARED: Mapping[str, object] = {
    "BillEmail": {"Address": ""},
    "CustomerMemo": {"value": ""},
    "BillAddr": {"Line1": "", "Line2": "", "City": "", "CountrySubDivisionCode": "", "PostalCode": "", "Country": ""},
    "ShipAddr": {"Line1": "", "Line2": "", "City": "", "CountrySubDivisionCode": "", "PostalCode": "", "Country": ""},
}
PAYMENTS = ("Payment", "CreditMemo")


@dataclass(frozen=True)
class Expected:
    """What the answer should contain; "" is not compared.

    `rounding`: by how much total and tax may differ, because QuickBooks rounds each rate separately.
    """

    total: str = ""
    tax: str = ""
    rounding: str = ""
    date: str = ""
    number: str = ""


@dataclass(frozen=True)
class Plan:
    """The one write that makes QuickBooks agree, or None; or the failures that only a person can settle.

    `said`: what the base records as sent by us when the write succeeds, or immediately if there is no
    write. `adopts`: the base to store if nothing has to be sent because QuickBooks already has what we would send.
    """

    write: Write | None = None
    said: Said = field(default_factory=dict)
    expected: Expected = Expected()
    failures: tuple[Failure, ...] = ()
    adopts: Base | None = None


def plan_invoice(invoice: InvoiceDocument, book: MappingBook) -> Plan:
    """What to do so that QuickBooks agrees with the invoice."""
    there = book.invoices.get(invoice.id)
    if invoice.is_deleted or invoice.is_void:
        return _undo(invoice, there, book)
    if invoice.is_draft:
        return Plan()
    payload = invoice_payload(invoice, book)
    said = said_of(invoice, book.company)
    allowed = ZERO if book.choices.stop_on_rounding else rounding_allowed(invoice, book.company)
    if there is None:
        said = {**said, "customer_ref": reference(payload, "CustomerRef")}
        expected = Expected(
            total=str(invoice.total),
            tax=str(invoice.tax_total),
            rounding=str(allowed or ""),
            date=invoice.books_date.isoformat(),
            number=str(payload.get("DocNumber") or ""),
        )
        return Plan(Write("Invoice", "create", payload), said, expected)
    if there.gone:
        return Plan(_update(there, payload), said, failures=(_failure("record_deleted_there", invoice),))
    return _change(invoice, payload, said, there, allowed)


def _undo(invoice: InvoiceDocument, there: TransactionRef | None, book: MappingBook) -> Plan:
    if there is None or there.voided or there.gone or is_void(there.now):
        return Plan()
    target: Payload = {"Id": there.qbo_id, "SyncToken": there.current_token}
    if invoice.is_deleted:
        return Plan(Write("Invoice", "delete", target))
    write = Write("Invoice", "update", target, options="void")
    payments = book.payments_on.get(invoice.id, {}) if book.choices.sync_payments else {}
    ours = {payment.qbo_id for payment in payments.values()}
    paid = (_failure("void_has_payments", invoice),) if is_paid(there.now, besides=ours) else ()
    return Plan(write, failures=paid)


def _update(there: TransactionRef, changes: Payload) -> Write:
    target: Payload = {"Id": there.qbo_id, "SyncToken": there.current_token, "sparse": True}
    return Write("Invoice", "update", target | changes)


# --- what we say, and what of it changed ----------------------------------------------------------------------


def said_of(invoice: InvoiceDocument, company: Company) -> Said:
    """The invoice as we would send it, field by field, in our own terms, independent of QuickBooks' lists and mappings.

    Outside the US the discount is one of the lines, as it is in QuickBooks.
    """
    return {
        "customer": str(invoice.customer.id),
        "date": invoice.books_date.isoformat(),
        "due date": invoice.due_date.isoformat() if invoice.due_date else "",
        "terms": plain(invoice.terms),
        "number": invoice.number,
        "e-mail": plain(invoice.customer.email).casefold(),
        "billing address": ", ".join(filter(None, map(plain, vars(invoice.billing).values()))),
        "service address": ", ".join(filter(None, map(plain, vars(invoice.service).values()))),
        "message": plain(invoice.customer_note),
        "memo": marks.section(invoice),
        "lines": _said_lines(invoice, company),
        "discount": f"{cents(invoice.discount)} {invoice.discount_name}".strip() if company.is_us else "",
        "tax": str(invoice.tax_total),
        "total": str(invoice.total),
    }


DISCOUNT = "discount"


def _said_lines(invoice: InvoiceDocument, company: Company) -> list[list[str]]:
    lines = []
    for line in (*invoice.lines, *discount_lines(invoice, company)):
        item = str(line.item.id) if line.item else ""
        amounts = [number(line.quantity), number(line.unit_price), str(line.amount)]
        lines.append([item, *amounts, plain(line.description), line.rate_key])
    return [line if place < len(invoice.lines) else [*line, DISCOUNT] for place, line in enumerate(lines)]


def _change(invoice: InvoiceDocument, payload: Payload, said: Said, there: TransactionRef, allowed: Decimal) -> Plan:
    now = there.now
    if there.base is None:
        return _without_base(invoice, payload, said, there)
    comparison = _Comparison(invoice, payload, said, there.base, now, in_doubt=there.in_doubt, allowed=allowed)
    said = {**said, "customer_ref": comparison.customer_ref}
    if not comparison.here and not is_void(now):
        return Plan(said=said)
    write = _update(there, comparison.changes())
    if "Line" in write.payload:
        said = {**said, LINE_IDS: comparison.line_ids()}
    if is_void(now):
        return Plan(write, said, failures=(_failure("voided_in_quickbooks", invoice),))
    if there.in_doubt and comparison.agrees:
        adopts = base_after(now, said, write.payload, before=there.base)
        return Plan(said=said, expected=comparison.expected(), adopts=adopts)
    sides = comparison.sides()
    if sides:
        return Plan(write, said, failures=(_conflict(invoice, sides),))
    if comparison.moves_money_or_customer and is_paid(now):
        return Plan(write, said, failures=(_failure("paid_in_quickbooks", invoice),))
    return Plan(write, said, comparison.expected())


def changed_there(invoice: InvoiceDocument, book: MappingBook) -> tuple[Side, ...]:
    """What somebody changed in QuickBooks of our part of an invoice, and of its total, to something else than we have.

    Nothing for a link without a base: there nobody knows who changed what.
    """
    there = book.invoices[invoice.id]
    if there.base is None:
        return ()
    payload, said = invoice_payload(invoice, book), said_of(invoice, book.company)
    allowed = ZERO if book.choices.stop_on_rounding else rounding_allowed(invoice, book.company)
    comparison = _Comparison(invoice, payload, said, there.base, there.now, in_doubt=False, allowed=allowed)
    return tuple(comparison.changed_there())


# What the customer owes, to whom, and under which date and number: a person decides. The rest is said, and stays.
DECISIVE = frozenset({"customer", "date", "number", "discount", "tax", "total"})


def is_decisive(side: Side) -> bool:
    """Whether the books are different by it, and not only worded differently."""
    return side.field in DECISIVE or side.field.startswith("line ")


def _without_base(invoice: InvoiceDocument, payload: Payload, said: Said, there: TransactionRef) -> Plan:
    """A link from before bases were stored: we do not know who changed what, so a person decides about differences."""
    now = there.now
    ours, theirs = fields_of(payload, INVOICE_FIELDS), fields_of(now, INVOICE_FIELDS)
    sides = [
        Side(name, "", ours[name], theirs[name])
        for name in INVOICE_FIELDS
        if ours[name] != theirs[name] and (name in ("customer", "date") or payload.get(KEYS[name][0]))
    ]
    if marks.section(invoice) not in _note(now):
        sides.append(Side("memo", "", plain(marks.section(invoice)), plain(now.get("PrivateNote"))))
    ours_lines = sorted(map(held_line, own_lines(payload)))
    if ours_lines != sorted(map(held_line, own_lines(now))):
        ours_words, theirs_words = (f"{len(own_lines(row))} lines" for row in (payload, now))
        sides.append(Side("lines", "", f"{ours_words}, {invoice.total}", f"{theirs_words}, {now.get('TotalAmt')}"))
    if not sides:
        return Plan(said=said, adopts=base_after(now, said, payload))
    return Plan(_update(there, payload), said, failures=(_conflict(invoice, sides),))


def base_found(invoice: InvoiceDocument, row: Row, company: Company) -> Base:
    """The base of an invoice in QuickBooks when we do not know what we last sent: its lines by position."""
    ids = [str(line["Id"]) for line in own_lines(row) if line.get("Id") and not _is_discount(line)]
    ids = ids[: len(_said_lines(invoice, company))]
    # What we sent is not known, so each counts as changed here.
    return Base({"lines": [[] for _ in ids]}, row, tuple(ids))


def conflict(subject: Subject, sides: Sequence[Side]) -> Failure:
    """The conflict of fields that changed here and there: base, ours and theirs of each, for a person to choose."""
    facts: JsonObject = {"fields": ", ".join(side.field for side in sides)}
    if len(sides) == 1:
        facts |= {"ours": sides[0].ours, "theirs": sides[0].theirs}
    return Failure("changed_in_quickbooks", subject, facts=facts | {"sides": [side.as_fact for side in sides]})


def _conflict(invoice: InvoiceDocument, sides: Sequence[Side]) -> Failure:
    return conflict(Subject("invoice", str(invoice.id), invoice.number), sides)


def _failure(code: str, invoice: InvoiceDocument) -> Failure:
    return Failure(code, Subject("invoice", str(invoice.id), invoice.number))


# --- what stands in QuickBooks --------------------------------------------------------------------------------


def is_void(row: Row) -> bool:
    """A voided invoice is still there, with every amount 0 and "Voided" in its memo (as recorded)."""
    if cents(row.get("TotalAmt")) != "0.00":
        return False
    return any(line.lower().startswith("voided") for line in _note(row).splitlines())


def _note(row: Row) -> str:
    """The memo without trailing spaces, as notes are compared."""
    return "\n".join(marks.lines_of(str(row.get("PrivateNote") or "")))


def is_paid(row: Row, *, besides: Collection[str] = ()) -> bool:
    """Whether a payment or credit is applied to it there, fully or partly; `besides`: Ids that do not count."""
    linked = [one for one in row.get("LinkedTxn") or () if one.get("TxnType") in PAYMENTS]
    return any(str(one.get("TxnId")) not in besides for one in linked)


def own_lines(row: Row) -> list[Row]:
    """The lines of an invoice that somebody entered: all except the subtotal, which QuickBooks adds."""
    return [line for line in row.get("Line") or () if line.get("DetailType") != "SubTotalLineDetail"]


def _is_discount(line: Row) -> bool:
    return line.get("DetailType") == "DiscountLineDetail"


def _is_percentage(line: Row) -> bool:
    """A discount whose amount follows the other lines."""
    return bool((line.get("DiscountLineDetail") or {}).get("PercentBased"))


def held_line(line: Row) -> tuple[str, ...]:
    """The parts of a line that are ours: product, quantity, rate, amount, description and tax code."""
    detail = line.get("SalesItemLineDetail") or {}
    return (
        reference(detail, "ItemRef"),
        cents(line.get("Amount")),
        plain(line.get("Description")),
        reference(detail, "TaxCodeRef"),
    )


def line_ids(row: Row, payload_lines: Sequence[Row], *, hers: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The Ids of our lines in QuickBooks, in our order; `hers`: Ids known to be the bookkeeper's.

    QuickBooks keeps the order of what was sent, so new lines are identified by their content, then by their order.
    """
    free = [line for line in own_lines(row) if str(line.get("Id")) not in hers and not _is_discount(line)]
    ids: list[str] = []
    for wanted in (line for line in payload_lines if not _is_discount(line)):
        found = next((line for line in free if wanted.get("Id") and line.get("Id") == wanted["Id"]), None)
        found = found or next((line for line in free if held_line(line) == held_line(wanted)), None)
        found = found or (free[0] if free and not wanted.get("Id") else None)
        if found is not None:
            free.remove(found)
        ids.append(str(found["Id"]) if found is not None else "")
    return tuple(ids)


def holds(row: Row, written: Row) -> bool:
    """Whether `row` has everything that our update sent: then the update arrived."""
    ours, theirs = fields_of(written, INVOICE_FIELDS), fields_of(row, INVOICE_FIELDS)
    keys = {name: keys[0] for name, keys in KEYS.items()}
    if any(ours[name] != theirs[name] for name in INVOICE_FIELDS if keys[name] in written):
        return False
    if "PrivateNote" in written and _note(written) != _note(row):
        return False
    return "Line" not in written or list(map(held_line, own_lines(written))) == list(map(held_line, own_lines(row)))


def base_after(row: Row, said: Said, written: Row, *, before: Base | None = None) -> Base:
    """The base after `written` was answered with `row`, or `row` was found to be what we had written."""
    known = said.get(LINE_IDS)
    said = {name: value for name, value in said.items() if name != LINE_IDS}
    if "Line" not in written:
        ids = before.line_ids if before else ()
        return Base(said, row, ids)
    if known is not None:
        new = [line for line in written["Line"] if not line.get("Id")]
        there = frozenset(str(line["Id"]) for line in written["Line"] if line.get("Id"))
        given = iter(line_ids(row, new, hers=there))
        return Base(said, row, tuple(qbo_id or next(given, "") for qbo_id in known))
    ours_before = set(before.line_ids) if before else set()
    hers = frozenset(str(line["Id"]) for line in written["Line"] if line.get("Id") and line["Id"] not in ours_before)
    ours = [line for line in written["Line"] if str(line.get("Id", "")) not in hers]
    return Base(said, row, line_ids(row, ours, hers=hers))


# Other fields that we leave out QuickBooks fills in itself: the due date, the addresses, the terms, the number.
EMPTY_UNLESS_SENT = (KEYS["message"][0],)


def base_of_create(row: Row, said: Said, written: Row) -> Base:
    """The base of an invoice that was found there, made by `written`, whose answer nobody saw.

    QuickBooks held what was sent; what differs now somebody changed since.
    """
    base = base_after(row, said, written)
    if str(row.get("SyncToken")) == "0":
        return base
    ours, theirs = fields_of(written, INVOICE_FIELDS), fields_of(row, INVOICE_FIELDS)
    changed = {KEYS[name][0] for name in INVOICE_FIELDS if ours[name] != theirs[name]} | {"PrivateNote"}
    then = {key: written[key] for key in changed if key in written}
    sent = [line for line in written["Line"] if not _is_discount(line)]
    by_id = {qbo_id: line for qbo_id, line in zip(base.line_ids, sent, strict=False) if qbo_id}
    lines = [
        line if held_line(line) == held_line(by_id[str(line["Id"])]) else {**by_id[str(line["Id"])], "Id": line["Id"]}
        for line in own_lines(row)
        if str(line.get("Id")) in by_id
    ]
    held = {key: value for key, value in row.items() if key in written or key not in EMPTY_UNLESS_SENT}
    return replace(base, row={**held, **then, "Line": [*lines, *filter(_is_discount, written["Line"])]})


def base_of_update(row: Row, said: Said, written: Row, *, before: Base) -> Base:
    """As `base_after`, where nobody saw the answer: what `written` did not say is as it was known before."""
    keys = {*written} - {"Id", "sparse", "SyncToken"}
    keys |= {"TxnTaxDetail", "TotalAmt"} if "Line" in written else set()
    base = base_after(row, said, written, before=before)
    return replace(base, row={**before.row, **{key: row[key] for key in keys if key in row}})


def base_kept(base: Base, theirs: Row, said: Said) -> Base:
    """QuickBooks' values are right: its current row and what we would send now become the base."""
    there = {str(line.get("Id")) for line in own_lines(theirs)}
    ids = [""] * len(said.get("lines", []))
    for position, j in _aligned(base.said.get("lines", []), said.get("lines", [])).items():
        if j is not None and position < len(base.line_ids) and base.line_ids[position] in there:
            ids[j] = base.line_ids[position]
    return replace(base.keep_theirs(theirs, said), line_ids=tuple(ids))


# Only during an update: the Id of each line that it sends, "" for a new one.
LINE_IDS = "line_ids"


class _Comparison:
    """Compares ours, the base and theirs, field by field.

    `in_doubt`: our update may have arrived without our knowing, so lines there that are identical to ours count as
    ours. `allowed`: by how much QuickBooks may round differently.
    """

    def __init__(
        self,
        invoice: InvoiceDocument,
        payload: Payload,
        said: Said,
        base: Base,
        now: Row,
        *,
        in_doubt: bool,
        allowed: Decimal,
    ) -> None:
        self.allowed = allowed
        self.invoice, self.payload, self.said, self.base, self.now = invoice, payload, said, base, now
        self.our_lines = [line for line in payload["Line"] if not _is_discount(line)]
        # Which of our current lines each line of the base is, by its Id there.
        self.pairs = _aligned(base.said.get("lines", []), said["lines"])
        self.here = frozenset(
            {name for name in (*KEYS, *MONEY) if said[name] != base.said.get(name)}
            | {name for name in base.ours_wins if not name.startswith("line ")}
            | ({"lines"} if self._forced_lines() else set())
            | self._recreated_customer()
        )
        if "number" in self.here and not payload.get("DocNumber"):
            # QuickBooks assigns the number: ours is only in our section of the memo.
            self.here -= {"number"}
        if "due date" in self.here and not payload.get("DueDate"):
            self.here -= {"due date"}
        self.arrived = self._arrived_lines() if in_doubt else {}

    def _recreated_customer(self) -> set[str]:
        """The former customer is gone there, and the invoice still refers to it."""
        sent, ref = self.base.said.get("customer_ref"), reference(self.payload, "CustomerRef")
        return {"customer"} if sent and sent != ref and reference(self.now, "CustomerRef") == sent else set()

    @property
    def customer_ref(self) -> str:
        """The customer there that we last sent."""
        if "customer" in self.here:
            return reference(self.payload, "CustomerRef")
        return str(self.base.said.get("customer_ref", ""))

    def _arrived_lines(self) -> dict[str, int]:
        """Lines there that are not in the base and are identical to our new lines, by Id."""
        free = [j for j in range(len(self.our_lines)) if j not in self.pairs.values()]
        found: dict[str, int] = {}
        for line in own_lines(self.now):
            if str(line.get("Id")) in self.base.line_ids or _is_discount(line):
                continue
            j = next((j for j in free if held_line(self.our_lines[j]) == held_line(line)), None)
            if j is not None:
                free.remove(j)
                found[str(line["Id"])] = j
        return found

    @property
    def agrees(self) -> bool:
        """Whether everything that changed here is already there."""
        ours = fields_of(self.payload, INVOICE_FIELDS)
        theirs = fields_of(self.now, INVOICE_FIELDS)
        if any(ours[name] != theirs[name] for name in self.here & set(INVOICE_FIELDS)):
            return False
        if "memo" in self.here and self.said["memo"] not in _note(self.now):
            return False
        if not self.moves_money:
            return True
        wanted = [held_line(line) for line in self._lines()]
        return wanted == [held_line(line) for line in own_lines(self.now)] and (
            abs(Decimal(_tax_of(self.now)) - self.invoice.tax_total) <= self.allowed or not self._is_pure
        )

    @property
    def moves_money(self) -> bool:
        return bool(self.here & set(MONEY))

    @property
    def moves_money_or_customer(self) -> bool:
        return self.moves_money or "customer" in self.here

    def _forced_lines(self) -> set[str]:
        return {name for name in self.base.ours_wins if name.startswith("line ")}

    def _held(self, row: Row) -> dict[str, str]:
        held = fields_of(row, INVOICE_FIELDS)
        note = str(row.get("PrivateNote") or "")
        held["memo"] = plain(marks.find_section(note, str(self.base.said.get("memo", "")), self.invoice))
        held["discount"] = _discount_of(row)
        lines = {str(line.get("Id")): line for line in own_lines(row)}
        for position, qbo_id in enumerate(self.base.line_ids):
            line = lines.get(qbo_id)
            held[f"line {position + 1}"] = _line_words(line) if line else ""
        return held

    def sides(self) -> list[Side]:
        """The fields that both changed, to different values."""
        known, now = self._held(self.base.row), self._held(self.now)
        ours = fields_of(self.payload, INVOICE_FIELDS)
        ours |= {"memo": plain(self.said["memo"]), "discount": _discount_of(self.payload)}
        fields = self.here - {"lines", "tax"} - {*self.base.ours_wins}
        found = [*collisions(fields, known=known, now=now, ours=ours), *self._line_sides()]
        return [*map(self._in_words, sorted(found, key=lambda side: side.field)), *self._tax_side()]

    def _line_sides(self) -> Iterator[Side]:
        """Our lines that both changed, also where she only chose another product or tax code."""
        was, now = ({str(line.get("Id")): line for line in own_lines(row)} for row in (self.base.row, self.now))
        for position, j in self.pairs.items():
            name = f"line {position + 1}"
            if name in self.base.ours_wins or (j is not None and not self._is_changed(position, j)):
                continue
            qbo_id = self.base.line_ids[position] if position < len(self.base.line_ids) else ""
            lines = (was.get(qbo_id), self.our_lines[j] if j is not None else None, now.get(qbo_id))
            then, ours, theirs = map(_line_held, lines)
            if theirs not in (then, ours):
                product = self._product(j) if j is not None else ""
                yield Side(name, *_lines_in_words(lines, products=(None, product, None)))

    def _product(self, j: int) -> str:
        """What we call the product of our line `j`; "" for one without."""
        item = self.invoice.lines[j].item if j < len(self.invoice.lines) else None
        return item.name if item else ""

    def changed_there(self) -> list[Side]:
        """The fields that are different there than in the base, and than we would send them now."""
        sides = list(self._changed_there())
        if self._lines_differ_there() and not any(side.field.startswith("line ") for side in sides):
            # Lines of the bookkeeper's own bring their tax along.
            sides = [side for side in sides if side.field != "tax"]
        return sides

    def _changed_there(self) -> Iterator[Side]:
        known, now = self._held(self.base.row), self._held(self.now)
        known |= {"tax": _tax_of(self.base.row), "total": cents(self.base.row.get("TotalAmt"))}
        now |= {"tax": _tax_of(self.now), "total": cents(self.now.get("TotalAmt"))}
        ours = {name: value for name, value in fields_of(self.payload, INVOICE_FIELDS).items() if self._says(name)}
        ours |= {"memo": plain(self.said["memo"]), "discount": _discount_of(self.payload)}
        ours |= {"tax": cents(self.invoice.tax_total), "total": cents(self.invoice.total)}
        for position, j in self.pairs.items():
            ours[f"line {position + 1}"] = _line_words(self.our_lines[j]) if j is not None else ""
        for name, value in now.items():
            if name in ours and value not in (known.get(name, ""), ours[name]):
                yield self._in_words(Side(name, known.get(name, ""), ours[name], value))

    def _says(self, name: str) -> bool:
        """Whether we have an opinion: QuickBooks chooses a number, a due date or terms that we leave out."""
        return name not in ("number", "due date", "terms") or KEYS[name][0] in self.payload

    def _in_words(self, side: Side) -> Side:
        """A customer and terms by name, where they were compared by Id."""
        here = {"customer": self.invoice.customer.display_name, "terms": self.invoice.terms}
        if side.field not in here:
            return side
        key = KEYS[side.field][0]
        return Side(side.field, _name_of(self.base.row, key), here[side.field], _name_of(self.now, key))

    def _tax_side(self) -> Iterator[Side]:
        """A tax that was set there by hand, not by the bookkeeper's own lines, if ours changed too."""
        was, now = _tax_of(self.base.row), _tax_of(self.now)
        if "tax" not in self.here or "tax" in self.base.ours_wins or was == now or self._lines_differ_there():
            return
        if now != cents(self.invoice.tax_total):
            yield Side("tax", was, cents(self.invoice.tax_total), now)

    def _lines_differ_there(self) -> bool:
        then, now = own_lines(self.base.row), own_lines(self.now)
        return [(one.get("Id"), held_line(one)) for one in then] != [(one.get("Id"), held_line(one)) for one in now]

    def _is_changed(self, position: int, j: int) -> bool:
        said = self.base.said.get("lines", [])
        return position >= len(said) or list(said[position]) != list(self.said["lines"][j])

    def changes(self) -> Payload:
        """The part of the payload that is sent: what changed here, and our lines among the bookkeeper's."""
        changes: Payload = {}
        for name, keys in KEYS.items():
            if name in self.here:
                for key in keys:
                    value = self.payload.get(key, CLEARED.get(key))
                    if value is not None:
                        changes[key] = value
        if "PrivateNote" in changes:
            note = str(self.now.get("PrivateNote") or "")
            there = marks.find_section(note, str(self.base.said.get("memo", "")), self.invoice)
            changes["PrivateNote"] = marks.replace_section(note, there, self.said["memo"])
        if self.moves_money:
            changes["Line"] = self._lines()
            together = ("ApplyTaxAfterDiscount", "GlobalTaxCalculation")
            changes |= {key: self.payload[key] for key in together if key in self.payload}
            # Amounts of single rates cover only our own lines; with the bookkeeper's lines, QuickBooks calculates them.
            if "TxnTaxDetail" in self.payload and (self._is_pure or "TaxLine" not in self.payload["TxnTaxDetail"]):
                changes["TxnTaxDetail"] = self._tax()
        return changes

    def _lines(self) -> list[Row]:
        """Every line to send: the bookkeeper's unchanged,
        ours with their Ids and with what the bookkeeper added to them.
        """
        positions = {qbo_id: position for position, qbo_id in enumerate(self.base.line_ids) if qbo_id}
        is_ours = "discount" in self.here
        discount = next((line for line in self.payload["Line"] if is_ours and _is_discount(line)), None)
        lines: list[Row] = []
        placed: set[int] = set()
        for line in own_lines(self.now):
            if _is_discount(line):
                if not is_ours:
                    lines.append(line)
                elif discount is not None:
                    lines.append(_over(line, discount))
                    discount = None
                continue
            position = positions.get(str(line.get("Id")))
            if position is None:
                placed |= {self.arrived[str(line["Id"])]} if str(line.get("Id")) in self.arrived else set()
                lines.append(line)
                continue
            j = self.pairs.get(position)
            if j is not None:
                placed.add(j)
                forced = f"line {position + 1}" in self.base.ours_wins
                lines.append(_over(line, self.our_lines[j]) if forced or self._is_changed(position, j) else line)
        kept_away = self._removed_there()
        lines += [line for j, line in enumerate(self.our_lines) if j not in placed and j not in kept_away]
        return [*lines, discount] if discount is not None else lines

    def line_ids(self) -> list[str]:
        """The Id there of each of our lines, in our order; "" for those without an Id yet."""
        there = {str(line.get("Id")) for line in own_lines(self.now)}
        kept_away = self._removed_there()
        ids = [""] * len(self.our_lines)
        for position, qbo_id in enumerate(self.base.line_ids):
            j = self.pairs.get(position)
            if j is not None and (qbo_id in there or j in kept_away):
                ids[j] = qbo_id
        for qbo_id, j in self.arrived.items():
            ids[j] = qbo_id
        return ids

    def _removed_there(self) -> set[int]:
        """Our lines that somebody removed there and that did not change here: they stay removed."""
        there = {str(line.get("Id")) for line in own_lines(self.now)}
        gone = set()
        for position, j in self.pairs.items():
            is_there = position < len(self.base.line_ids) and self.base.line_ids[position] in there
            forced = f"line {position + 1}" in self.base.ours_wins
            if not is_there and j is not None and not forced and not self._is_changed(position, j):
                gone.add(j)
        return gone

    @cached_property
    def _is_pure(self) -> bool:
        """What shall stand there is our own lines as we say them and nothing else: the whole total is ours."""
        ours = [line for line in self.payload["Line"] if line.get("DetailType") != "SubTotalLineDetail"]
        return sorted(map(held_line, self._lines())) == sorted(map(held_line, ours))

    @cached_property
    def _moves_alike(self) -> bool:
        """Beside what is hers, the lines there change by as much as ours did since we last said them."""
        if "total" not in self.base.said or any(map(_is_percentage, self._lines())):
            return False
        ours = _moved("0", self.base.said["total"], self.said["total"])
        ours -= _moved("0", self.base.said["tax"], self.said["tax"])
        return _sum_of(self._lines()) - _sum_of(own_lines(self.now)) == ours

    def _tax(self) -> Payload:
        """Our tax; moved by as much as ours moved beside what is hers; else QuickBooks works it out."""
        tax: Payload = dict(self.payload["TxnTaxDetail"])
        if "TotalTax" in tax and not self._is_pure:
            del tax["TotalTax"]
            if self._moves_alike:
                tax["TotalTax"] = _moved(_tax_of(self.now), self.base.said["tax"], self.said["tax"])
        return tax

    def expected(self) -> Expected:
        """What the answer has to contain about the amounts that this write changes."""
        total, tax = "", ""
        if self.moves_money and self._is_pure:
            total, tax = str(self.invoice.total), str(self.invoice.tax_total)
        elif self.moves_money and self._moves_alike:
            total = str(_moved(cents(self.now.get("TotalAmt")), self.base.said["total"], self.said["total"]))
            tax = str(_moved(_tax_of(self.now), self.base.said["tax"], self.said["tax"]))
        return Expected(
            rounding=str(self.allowed or "") if total else "",
            total=total,
            tax=tax,
            date=self.invoice.books_date.isoformat() if "date" in self.here else "",
            number=str(self.payload.get("DocNumber") or "") if "number" in self.here else "",
        )


def _sum_of(lines: Sequence[Row]) -> Decimal:
    """What lines come to before tax; a discount takes off."""
    amounts = [(Decimal(cents(line.get("Amount"))), _is_discount(line)) for line in lines]
    return sum((-amount if lessens else amount for amount, lessens in amounts), Decimal(0))


def _name_of(row: Row, key: str) -> str:
    """What a reference is called there; e.g. "Id 58" where QuickBooks did not say."""
    ref = row.get(key) or {}
    return str(ref.get("name") or (f"Id {ref['value']}" if ref.get("value") else ""))


def _moved(there: str, was: str, ours: str) -> Decimal:
    """QuickBooks' amount, changed by as much as ours changed."""
    return Decimal(there) + Decimal(ours) - Decimal(was)


def _tax_of(row: Row) -> str:
    return cents((row.get("TxnTaxDetail") or {}).get("TotalTax"))


def _discount_of(row: Row) -> str:
    amounts = [Decimal(str(line.get("Amount") or 0)) for line in own_lines(row) if _is_discount(line)]
    return cents(sum(amounts, Decimal(0)))


def _line_words(line: Row) -> str:
    """One line of an invoice for staff, e.g. "2 × 50.00 = 100.00 Visit"."""
    detail = line.get("SalesItemLineDetail") or {}
    product = str((detail.get("ItemRef") or {}).get("name") or "")
    what = plain(line.get("Description")) or product
    quantity = ""
    if detail.get("Qty") not in (None, ""):
        quantity = f"{_digits(detail['Qty'])} × {_digits(detail.get('UnitPrice'))} = "
    return f"{quantity}{cents(line.get('Amount'))} {what}".strip()


def _line_held(line: Row | None) -> tuple[str, str, str]:
    """A line as it is compared: in words, its product and its tax code; nothing for one that is not there."""
    if line is None:
        return "", "", ""
    detail = line.get("SalesItemLineDetail") or {}
    return _line_words(line), reference(detail, "ItemRef"), reference(detail, "TaxCodeRef")


def _lines_in_words(lines: Sequence[Row | None], *, products: Sequence[str | None]) -> list[str]:
    """Versions of one line for staff, with the product and the tax code where these differ.

    `products`: what the product is called, where QuickBooks' own name is not wanted.
    """
    there = [line for line in lines if line is not None]
    held = {_line_held(line)[1:] for line in there}
    has_products, has_codes = (len({one[place] for one in held}) > 1 for place in (0, 1))
    words = []
    for line, product in zip(lines, products, strict=True):
        detail = (line or {}).get("SalesItemLineDetail") or {}
        notes = [product or _name_of(detail, "ItemRef")] if has_products else []
        notes += [f"tax code {reference(detail, 'TaxCodeRef') or 'none'}"] if has_codes else []
        said = _line_words(line) if line is not None else ""
        words.append(f"{said} ({', '.join(filter(None, notes))})" if line is not None and notes else said)
    return words


def _digits(value: object) -> str:
    """A number as people write it: 100 for 100.0000 and for 1E+2."""
    return f"{Decimal(str(value or 0)).normalize():f}"


def _over(there: Row, ours: Row) -> Row:
    """Our line on top of the existing one: its Id, class, service date and so on stay."""
    detail_type = str(ours["DetailType"])
    kept = {key: value for key, value in there.items() if key not in ("Amount", "Description", "LineNum", detail_type)}
    detail = {key: value for key, value in (there.get(detail_type) or {}).items() if key not in ("Qty", "UnitPrice")}
    return {**kept, **ours, detail_type: {**detail, **ours[detail_type]}}


def _aligned(then: Sequence[Sequence[object]], now: Sequence[Sequence[object]]) -> dict[int, int | None]:
    """For each line that we sent then, the line that it is now; None if it was removed.

    Staff rewrite all lines at once, so lines are known again by all that they say, else by product and description,
    else by their place between those; lines of a discount among themselves.
    """
    pairs: dict[int, int | None] = dict.fromkeys(range(len(then)))
    for lessens in (False, True):
        before = [i for i, line in enumerate(then) if (DISCOUNT in line[-1:]) == lessens]
        after = [j for j, line in enumerate(now) if (DISCOUNT in line[-1:]) == lessens]
        for known_by in (tuple, _product_and_description):
            pairs |= _alike(before, after, pairs, [known_by(line) for line in then], [known_by(line) for line in now])
        # What was paired is the same; what was not is told apart from everything.
        same = {j: i for i, j in pairs.items() if j is not None}
        words = (
            [(i,) if pairs[i] is not None else (i, "then") for i in before],
            [(same[j],) if j in same else (j, "now") for j in after],
        )
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
            if tag == "replace":
                left = [i for i in before[i1:i2] if pairs[i] is None], [j for j in after[j1:j2] if j not in same]
                pairs |= dict(zip(*left, strict=False))
    return pairs


def _product_and_description(line: Sequence[object]) -> tuple[object, ...]:
    return tuple(line[place] for place in (0, 4) if len(line) > place)


def _alike(
    before: Sequence[int],
    after: Sequence[int],
    pairs: Mapping[int, int | None],
    then: Sequence[object],
    now: Sequence[object],
) -> dict[int, int | None]:
    """Those not paired yet that say the same, in their order."""
    taken = set(pairs.values())
    free = [j for j in after if j not in taken]
    found: dict[int, int | None] = {}
    for i in before:
        j = next((j for j in free if now[j] == then[i]), None) if pairs[i] is None else None
        if j is not None:
            free.remove(j)
            found[i] = j
    return found
