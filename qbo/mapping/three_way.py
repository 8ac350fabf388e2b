"""Compares an invoice field by field: ours, the base of its link, and what QuickBooks holds now; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from qbo.json_objects import Row
from qbo.mapping import marks
from qbo.mapping.base import (
    INVOICE_FIELDS,
    Base,
    Said,
    Side,
    cents,
    collisions,
    fields_of,
    name_of,
    number,
    plain,
    reference,
)
from qbo.mapping.invoice_rows import (
    CLEARED,
    KEYS,
    MONEY,
    aligned,
    held_line,
    is_discount,
    is_percentage,
    note_of,
    own_lines,
)
from qbo.mapping.payloads import Payload
from qbo.mapping.plans import Expected
from runacall.invoices.documents import InvoiceDocument


class Comparison:
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
        self.our_lines = [line for line in payload["Line"] if not is_discount(line)]
        # Which of our current lines each line of the base is, by its Id there.
        self.pairs = aligned(base.said, said)
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
            if str(line.get("Id")) in self.base.line_ids or is_discount(line):
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
        if "memo" in self.here and self.said["memo"] not in note_of(self.now):
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
        return "customer" in self.here or (self.moves_money and not self._is_only_worded)

    @property
    def _is_only_worded(self) -> bool:
        """The lines that we would send are those that are there but for their descriptions, and so is the tax."""
        if self.here & set(MONEY) != {"lines"} or not self._keeps_tax():
            return False
        sent, there = ([_booked(line) for line in lines] for lines in (self._lines(), own_lines(self.now)))
        return sent == there

    def _keeps_tax(self) -> bool:
        if "TxnTaxDetail" not in self.payload:
            return True
        there, tax = _tax_of(self.now), self._tax()
        return cents(tax.get("TotalTax", self.invoice.tax_total if "TaxLine" in tax else there)) == there

    def _forced_lines(self) -> set[str]:
        return {name for name in self.base.ours_wins if name.startswith("line ")}

    def _held(self, row: Row) -> dict[str, str]:
        held = fields_of(row, INVOICE_FIELDS)
        note = str(row.get("PrivateNote") or "")
        held["memo"] = plain(marks.find_section(note, str(self.base.said.get("memo", "")), self.invoice))
        held["discount"] = _discount_of(row)
        return held

    def _held_lines(self, row: Row) -> dict[str, str]:
        """Our lines as they are in `row`, in words; "" for one that is not there."""
        lines = {str(line.get("Id")): line for line in own_lines(row)}
        found = [lines.get(qbo_id) for qbo_id in self.base.line_ids]
        return {f"line {place}": _line_words(line) if line else "" for place, line in enumerate(found, start=1)}

    def sides(self) -> list[Side]:
        """The fields that both changed, to different values."""
        known, now = self._held(self.base.row), self._held(self.now)
        ours = fields_of(self.payload, INVOICE_FIELDS)
        ours |= {"memo": plain(self.said["memo"]), "discount": _discount_of(self.payload)}
        fields = self.here - {"lines", "tax"}
        found = [*collisions(fields, known=known, now=now, ours=ours), *self._line_sides()]
        return [*map(self._in_words, sorted(found, key=lambda side: side.field)), *self._tax_side()]

    def _line_sides(self) -> Iterator[Side]:
        """Our lines that both changed, also where she only chose another product or tax code.

        A product or tax code there that is the one we would send is no question: ours follows a merge of products.
        """
        was, now = ({str(line.get("Id")): line for line in own_lines(row)} for row in (self.base.row, self.now))
        asked = self._needed()
        for position, j in self.pairs.items():
            name = f"line {position + 1}"
            forced = name in self.base.ours_wins or j in asked
            if not forced and j is not None and not self._is_changed(position, j):
                continue
            qbo_id = self.base.line_ids[position] if position < len(self.base.line_ids) else ""
            then, there = was.get(qbo_id), now.get(qbo_id)
            ours, sent = (self.our_lines[j], self._sent_line(there, position, j)) if j is not None else (None, None)
            if _clash(*map(_line_held, (then, sent, there))):
                # Whoever sends ours sends the whole line.
                lines, product = (then, ours, there), self._product(j) if j is not None else ""
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

    def kept(self) -> tuple[Side, ...]:
        """What of ours was changed there and is not written over: a total of its own only where no line says so."""
        sides = [side for side in self.changed_there() if side.field not in self.base.ours_wins]
        amounts = [side for side in sides if side.field in ("tax", "total")]
        rest = [side for side in sides if side not in amounts]
        if self.moves_money:
            # What they come to is not known before QuickBooks has worked it out with our change.
            amounts = []
        if any(side.field == "discount" or side.field.startswith("line ") for side in rest):
            amounts = []
        return (*rest, *amounts)

    def _changed_there(self) -> Iterator[Side]:
        known, now = (self._held(row) | self._held_lines(row) for row in (self.base.row, self.now))
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
        return in_words(side, self.invoice, was=self.base.row, now=self.now)

    def _tax_side(self) -> Iterator[Side]:
        """A tax that was set there by hand, not by the bookkeeper's own lines, if ours changed too."""
        was, now = _tax_of(self.base.row), _tax_of(self.now)
        if "tax" not in self.here or was == now or self._lines_differ_there():
            return
        if now != cents(self.invoice.tax_total):
            yield Side("tax", was, cents(self.invoice.tax_total), now)

    def _lines_differ_there(self) -> bool:
        then, now = own_lines(self.base.row), own_lines(self.now)
        return [(one.get("Id"), held_line(one)) for one in then] != [(one.get("Id"), held_line(one)) for one in now]

    def _is_changed(self, position: int, j: int) -> bool:
        said = self.base.said.get("lines", [])
        return position >= len(said) or list(said[position]) != list(self.said["lines"][j])

    def _is_reworded(self, position: int, j: int) -> bool:
        then, now = self.base.said.get("lines", [])[position : position + 1], self.said["lines"][j]
        return bool(then) and _without_words(then[0]) == _without_words(now)

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
        discount = next((line for line in self.payload["Line"] if is_ours and is_discount(line)), None)
        lines: list[Row] = []
        placed: set[int] = set()
        for line in own_lines(self.now):
            if is_discount(line):
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
                lines.append(self._sent_line(line, position, j))
        kept_away = self._removed_there()
        lines += [line for j, line in enumerate(self.our_lines) if j not in placed and j not in kept_away]
        return [*lines, discount] if discount is not None else lines

    def _sent_line(self, there: Row | None, position: int, j: int) -> Row:
        """One of our lines as it is sent. Other words bring no amount along: it may be hers, which a person kept."""
        ours: Row = self.our_lines[j]
        if there is None:
            return ours
        forced = f"line {position + 1}" in self.base.ours_wins
        if not (forced or self._is_changed(position, j)):
            return there
        if not forced and self._is_reworded(position, j):
            return {**there, "Description": ours["Description"]}
        return _over(there, ours)

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

    def _needed(self) -> set[int]:
        """Our lines that somebody removed there, if none would be left without them: each side took off what the other
        left, and QuickBooks refuses an invoice without a line.
        """
        return self._removed_there() if self.moves_money and all(map(is_discount, self._lines())) else set()

    @cached_property
    def _is_pure(self) -> bool:
        """What shall stand there is our own lines as we say them and nothing else: the whole total is ours."""
        ours = [line for line in self.payload["Line"] if line.get("DetailType") != "SubTotalLineDetail"]
        return sorted(map(held_line, self._lines())) == sorted(map(held_line, ours))

    @cached_property
    def _moves_alike(self) -> bool:
        """Beside what is hers, the lines there change by as much as ours did since we last said them."""
        if "total" not in self.base.said or any(map(is_percentage, self._lines())):
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


def _booked(line: Row) -> tuple[str, ...]:
    """A line without its description."""
    detail = line.get("SalesItemLineDetail") or {}
    amounts = number(detail.get("Qty")), number(detail.get("UnitPrice")), cents(line.get("Amount"))
    return str(line.get("Id") or ""), *amounts, reference(detail, "ItemRef"), reference(detail, "TaxCodeRef")


def _without_words(line: Sequence[str]) -> list[str]:
    """One of our lines as we say it (`planning.said_of`), without its description."""
    return [*line[:4], *line[5:]]


def _sum_of(lines: Sequence[Row]) -> Decimal:
    """What lines come to before tax; a discount takes off."""
    amounts = [(Decimal(cents(line.get("Amount"))), is_discount(line)) for line in lines]
    return sum((-amount if lessens else amount for amount, lessens in amounts), Decimal(0))


def _moved(there: str, was: str, ours: str) -> Decimal:
    """QuickBooks' amount, changed by as much as ours changed."""
    return Decimal(there) + Decimal(ours) - Decimal(was)


def _tax_of(row: Row) -> str:
    return cents((row.get("TxnTaxDetail") or {}).get("TotalTax"))


def _discount_of(row: Row) -> str:
    amounts = [Decimal(str(line.get("Amount") or 0)) for line in own_lines(row) if is_discount(line)]
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


Held = tuple[str, str, str]
NOT_THERE: Held = ("", "", "")


def _line_held(line: Row | None) -> Held:
    """A line as it is compared: in words, its product and its tax code; nothing for one that is not there."""
    if line is None:
        return NOT_THERE
    detail = line.get("SalesItemLineDetail") or {}
    return _line_words(line), reference(detail, "ItemRef"), reference(detail, "TaxCodeRef")


def _clash(then: Held, ours: Held, theirs: Held) -> bool:
    """Whether something of a line is neither as it was nor as we say it; of one that is gone, whether it is another."""
    if NOT_THERE in (ours, theirs):
        return theirs not in (then, ours)
    return any(there not in known for there, *known in zip(theirs, then, ours, strict=True))


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
        notes = [product or name_of(detail, "ItemRef")] if has_products else []
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


def in_words(side: Side, invoice: InvoiceDocument, *, was: Row, now: Row) -> Side:
    """A customer and terms by name, where they were compared by Id."""
    here = {"customer": invoice.customer.display_name, "terms": invoice.terms}
    if side.field not in here:
        return side
    key = KEYS[side.field][0]
    return side.named(name_of(was, key), here[side.field], name_of(now, key))
