"""An office and a bookkeeper who each do what such people do, in any order; hypothesis decides who is next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from qbo.connection.connecting import disconnect, keep_company, use_other_company
from qbo.models import AccountMapping, OtherCompany
from runacall.invoices.models import Invoice, LineInput
from runacall.invoices.refusals import Refused
from sync.inbound.reconciling import CannotRead
from sync.matching.choosing import Subject, create
from sync.matching.kinds import CUSTOMERS, PRODUCTS
from sync.models import State, SyncEvent
from sync.models.events import SyncEventQuerySet
from sync.operations import deciding, dismissing
from tests import builders
from tests.books import Books
from tests.two_hands import words
from tests.two_hands.hands import Hands
from tests.two_hands.inside import URL, Row
from tests.two_hands.scenes import SCENES, Scene
from tests.two_hands.simulated import TURNS
from tests.two_hands.world import CONFLICTS, ENTITIES, FIRST, OTHER

ANY = range(4)
WORDS = ("", "blue door", "call first", "ask Ann")
# 10.10 is one on which Quebec's two taxes come to a cent more when each is rounded.
PRICES = ("80", "100", "120.50", "10.10")
DAYS = range(0, 40, 7)
TOWNS = ("", "Dayton", "Akron", "Lima")
NAMES = ("Anna Smith", "Ben Ode", "C. Diaz", "Nora O’Dell")
EMAILS = ("", "anna@example.com", "ben@example.com", "a@example.com, b@example.com")
ITEMS = ("Labor", "Filter", "Visit", "Permit fee")
# What the office and the bookkeeper do of the same kind, to an invoice and to a customer or product.
OF_INVOICES = (
    ("writes", "changes_the_message"), ("writes", "rewrites_our_note"), ("writes", "adds_to_the_memo"),
    ("moves_a_date", "moves_the_due_date"), ("moves_a_date", "moves_the_date"),
    ("agrees_on_terms", "agrees_on_terms"), ("corrects_an_address", "corrects_an_address"),
    ("renumbers", "renumbers"), ("changes_a_line", "corrects_an_amount"), ("changes_a_line", "rewords_a_line"),
    ("changes_a_line", "takes_a_line_off"), ("takes_a_line_off", "rewords_a_line"), ("puts_in_a_line", "adds_a_line"),
    ("puts_in_a_line", "takes_a_line_off"), ("changes_a_line", "puts_a_class_on_the_lines"),
    ("gives_a_discount", "corrects_an_amount"), ("changes_a_line", "receives_a_payment"), ("writes", "voids"),
    ("writes", "deletes"), ("voids", "receives_a_payment"), ("voids", "changes_the_message"),
    ("moves_it_to_another_customer", "moves_it_to_another_customer"),
    ("moves_it_to_another_customer", "merges_customers"), ("sends_an_invoice", "copies"),
    ("changes_a_line", "merges_items"), ("puts_in_a_line", "merges_items"),
)  # fmt: skip
OF_LISTS = (
    ("sends_an_invoice", "merges_customers"), ("gets_an_email_address", "corrects_a_customer"),
    ("corrects_a_customer", "corrects_a_customer"),
    ("renames_a_customer", "renames_a_customer"), ("reprices_an_item", "edits_an_item"),
    ("renames_an_item", "edits_an_item"),
    ("reprices_an_item", "moves_an_item_to_another_account"), ("sends_an_invoice", "deletes_a_customer"),
    ("sends_an_invoice", "makes_an_item_inactive"), ("sends_an_invoice", "adds_a_name"),
    ("sends_an_invoice", "merges_items"), ("reprices_an_item", "merges_items"), ("renames_an_item", "merges_items"),
)  # fmt: skip
MOST_BETWEEN = 4


Choices = Sequence[Any]


@dataclass(frozen=True)
class Act:
    """Something that somebody does: by which method, and what may be chosen for each of its arguments."""

    name: str
    choices: Mapping[str, Choices]

    def on(self, machine: TwoHands, *numbers: int, **made_already: Any) -> None:
        """Do it, each choice made by a number, or made already."""
        made = {
            name: values[number % len(values)]
            for (name, values), number in zip(self.choices.items(), numbers, strict=False)
        } | made_already
        note(f"  {self.name}({', '.join(f'{name}={value!r}' for name, value in made.items())})")
        getattr(machine, self.name)(**made)


ACTS: dict[str, dict[str, Act]] = {
    "office": {}, "decisions": {}, "bookkeeper": {}, "company": {}, "trouble": {}, "software": {}
}  # fmt: skip


def _who(group: str) -> Callable[..., Callable[[Any], Any]]:
    def with_choices(**choices: Choices) -> Callable[[Any], Any]:
        def keep(method: Any) -> Any:
            ACTS[group][method.__name__] = Act(method.__name__, choices)
            return method

        return keep

    return with_choices


office, decisions, bookkeeper, company, trouble, software = map(_who, ACTS)
A_NUMBER = st.integers(0, 11)
BEGINNING: dict[str, st.SearchStrategy[Any]] = {
    "checks_numbers": st.booleans(),
    "scene": st.sampled_from(SCENES),
    "turns": st.sampled_from(TURNS),
    **dict.fromkeys(("number", "a", "b", "c"), A_NUMBER),
}


class TwoHands(Hands):
    """All that an office and a bookkeeper do, but for payments that go both ways: those have hands of their own."""

    def edit(self, kind: str, number: int, /, **fields: Any) -> None:
        record = self.world.pick(kind, number)
        if record is not None:
            self.edit_one(kind, record, **fields)

    def edit_one(self, kind: str, record: Any, /, **fields: Any) -> None:
        said = SAID_OF[kind](record)
        try:
            record.edit(at=self.at, **fields)
        except (Refused, ValidationError):
            return
        self.world.touch(kind, record.pk)
        changed = self.world.record(kind, record.pk)
        if kind == "invoice" and SAID_OF[kind](changed) != said:
            self.world.check_owed(kind, record.pk)

    def row(self, number: int) -> Row | None:
        """An invoice of ours as the bookkeeper finds it, voided ones aside."""
        invoice = self.world.pick("invoice", number)
        rows = self.books.rows("Invoice")
        qbo_id = self.world.links(self.world.realm, "invoice").get(invoice.pk, "") if invoice else ""
        found = rows.get(qbo_id) or next((row for row in rows.values() if words.record_of(row) == invoice.pk), None)
        return None if found is None or words.is_void(found) else found

    def line(self, item: str, price: str, note: str = "") -> LineInput:
        words_of_it = f"{self.world.token()} {note}".strip()
        return builders.line(words_of_it, price, item=self.shop.item(item), rates=self.world.rates)

    # --- the office --------------------------------------------------------------------------------------------

    @initialize(**BEGINNING)
    def first_invoices(
        self, checks_numbers: bool, scene: Scene, turns: int, number: int, a: int, b: int, c: int
    ) -> None:
        self.turns.shuffle(turns)
        # Payments are the bookkeeper's in these histories, so that both hands can touch every invoice.
        self.shop.choose(sync_payments=False)
        self.choose_an_account()
        for books in self.world.books.values():
            books.do("duplicate_number_check", on=checks_numbers)
        for number in range(2):
            self.add_invoice(NAME_OF_FIRST[number], 2)
        self.world.drain(1)
        self.is_broken = False
        self.scene(scene, number, a, b, c)

    def choose_an_account(self) -> None:
        """Of items without a category, as under Settings → QuickBooks → Items, in the company that is connected now."""
        where = {"connection": self.shop.connection, "realm_id": self.shop.connection.realm_id, "category": None}
        AccountMapping.objects.get_or_create(**where, item=None, defaults={"account_id": "1"})

    @rule(scene=st.sampled_from(SCENES), number=A_NUMBER, a=A_NUMBER, b=A_NUMBER, c=A_NUMBER)
    def scene(self, scene: Scene, number: int, a: int, b: int, c: int) -> None:
        """Acts in an order that chance alone would seldom bring about."""
        note(f"  {scene.says}:")
        for name, made_already in scene.steps:
            act = next(acts[name] for acts in ACTS.values() if name in acts)
            act.on(self, *((number, a, b, c) if "number" in act.choices else (a, b, c)), **made_already)

    @software(minutes=(1,))
    def drains(self, minutes: int) -> None:
        self.guarded(lambda: self.world.drain(minutes))

    @software()
    def reconciles(self) -> None:
        self.guarded(self.compare)

    def compare(self) -> None:
        # Until somebody connects again nothing can be read: it is compared at the end.
        with suppress(CannotRead):
            self.world.check_books()

    def add_invoice(self, name: str, count: int, price: str = "100", **fields: Any) -> None:
        customer = next((one for one in self.world.records("customer") if one.name == name), None)
        customer = customer or builders.customer(self.shop.organization, name, at=self.at)
        lines = [self.line(ITEMS[place], price) for place in range(count)]
        invoice = self.shop.invoice(
            customer=customer, lines=lines, at=self.at, due_date=self.day + dt.timedelta(days=30), **fields
        )
        self.world.touch("invoice", invoice.pk)

    @office(name=NAMES, count=range(1, 3 + 1), price=PRICES)
    def office_sends_an_invoice(self, name: str, count: int, price: str) -> None:
        live = [one for one in self.world.invoices() if one.status != Invoice.Status.VOID]
        if len(live) < 4:
            self.add_invoice(name, count, price)

    @office(number=ANY, field=("customer_note", "internal_note"), said=WORDS)
    def office_writes(self, number: int, field: str, said: str) -> None:
        self.edit("invoice", number, **{field: said})

    @office(number=ANY, field=("due_date", "invoice_date"), days=DAYS)
    def office_moves_a_date(self, number: int, field: str, days: int) -> None:
        self.edit("invoice", number, **{field: self.day + dt.timedelta(days=days - 20 * (field == "invoice_date"))})

    @office(number=ANY, terms=tuple(sorted(words.TERMS)))
    def office_agrees_on_terms(self, number: int, terms: str) -> None:
        self.edit("invoice", number, terms=terms)

    @office(number=ANY, kind=("billing", "service"), town=TOWNS)
    def office_corrects_an_address(self, number: int, kind: str, town: str) -> None:
        self.edit("invoice", number, **{f"{kind}_line1": "1 Main St", f"{kind}_city": town})

    @office(number=ANY, change=range(0, 3 + 1))
    def office_renumbers(self, number: int, change: int) -> None:
        self.edit("invoice", number, number=f"{3000 + change}")

    @office(number=ANY, place=ANY, price=PRICES, said=WORDS)
    def office_changes_a_line(self, number: int, place: int, price: str, said: str) -> None:
        def change(lines: list[LineInput]) -> list[LineInput]:
            at = place % len(lines)
            old = lines[at]
            new = builders.line(
                f"{words.TOKEN.match(old.description)[0]} {said}".strip(), price, item=old.item, rates=old.rates
            )
            return [*lines[:at], replace(new, identity=old.identity), *lines[at + 1 :]]

        self.rewrite(number, change)

    @office(number=ANY, place=ANY, price=PRICES, item=ITEMS)
    def office_puts_in_a_line(self, number: int, place: int, price: str, item: str) -> None:
        def change(lines: list[LineInput]) -> list[LineInput]:
            at = place % (len(lines) + 1)
            return [*lines[:at], self.line(item, price), *lines[at:]] if len(lines) < 4 else lines

        self.rewrite(number, change)

    @office(number=ANY, place=ANY)
    def office_takes_a_line_off(self, number: int, place: int) -> None:
        def change(lines: list[LineInput]) -> list[LineInput]:
            at = place % len(lines)
            return [*lines[:at], *lines[at + 1 :]] if len(lines) > 1 else lines

        self.rewrite(number, change)

    def rewrite(self, number: int, change: Callable[[list[LineInput]], list[LineInput]]) -> None:
        invoice = self.world.pick("invoice", number)
        if invoice is not None:
            self.edit("invoice", number, lines=change(invoice.line_inputs()))

    @office(number=ANY, amount=("0", "5", "12.50"))
    def office_gives_a_discount(self, number: int, amount: str) -> None:
        self.edit("invoice", number, discount=Decimal(amount))

    @office(number=ANY, to=ANY)
    def office_moves_it_to_another_customer(self, number: int, to: int) -> None:
        self.edit("invoice", number, customer=self.world.pick("customer", to))

    @office(number=ANY)
    def office_voids(self, number: int) -> None:
        invoice = self.world.pick("invoice", number)
        if invoice is not None and invoice.can_become(Invoice.Status.VOID):
            invoice.void(reason="mistake", at=self.at)
            self.world.touch("invoice", invoice.pk)

    @office(number=ANY)
    def office_takes_a_payment(self, number: int) -> None:
        invoice = self.world.pick("invoice", number)
        if invoice is not None and invoice.balance > 10 and invoice.can_become(Invoice.Status.PARTIAL):
            builders.payment(invoice, "10", at=self.at)
            self.world.touch("invoice", invoice.pk)

    @office(number=ANY, email=EMAILS)
    def office_gets_an_email_address(self, number: int, email: str) -> None:
        self.edit("customer", number, email=email)

    @office(number=ANY, town=TOWNS, phone=("", "216-555-0100", "216-555-0199"))
    def office_corrects_a_customer(self, number: int, town: str, phone: str) -> None:
        self.edit("customer", number, billing_line1="9 High St", billing_city=town, phone=phone)

    @office(number=ANY, name=("Anna Smith", "Anna Jones", "Ben Ode"))
    def office_renames_a_customer(self, number: int, name: str) -> None:
        self.edit("customer", number, name=name)

    @office(number=ANY, price=PRICES, said=WORDS)
    def office_reprices_an_item(self, number: int, price: str, said: str) -> None:
        self.edit("item", number, unit_price=Decimal(price), description=said)

    @office(number=ANY, name=("Labor", "Hour", "Filter 16x25"))
    def office_renames_an_item(self, number: int, name: str) -> None:
        self.edit("item", number, name=name)

    @office(name=("sync_invoices", "send_numbers", "sync_customer_updates", "stop_on_rounding"), on=(False, True))
    def office_switches(self, name: str, on: bool) -> None:
        self.shop.choose(**{name: on})

    # --- decisions ---------------------------------------------------------------------------------------------

    @decisions()
    def office_retries_all(self) -> None:
        self.allow_again(self.failed("record_deleted_there"))
        for record_id in self.failed("total_differs").values_list("record_id", flat=True):
            # The row says both totals: retrying is sending ours.
            known = self.world.known[self.world.realm, "invoice", record_id]
            known.ours_wins |= {name for name in {**(known.said or {})} if name.startswith(("line ", "discount"))}
        self.shop.retry(at=self.at)

    def allow_again(self, events: SyncEventQuerySet) -> None:
        for record_type, record_id in events.values_list("record_type", "record_id"):
            self.world.known[self.world.realm, record_type, record_id].licences += 1

    @decisions()
    def office_keeps_quickbooks(self) -> None:
        events = list(self.failed(*CONFLICTS))
        deciding.keep_quickbooks(self.failed(), by=None, at=self.at)
        for event in events:
            known = self.world.known[self.world.realm, event.record_type, event.record_id]
            record = self.world.record(event.record_type, event.record_id)
            said = SAID_OF[event.record_type](record)
            known.undecided = known.undecided or known.held
            known.said, known.held, known.touched, known.ours_wins = said, known.seen, False, set()
            known.total = record.total if event.record_type == "invoice" else known.total

    @decisions()
    def office_sends_ours(self) -> None:
        events = list(self.failed("changed_in_quickbooks"))
        deciding.send_ours(self.failed(), by=None, at=self.at)
        for event in events:
            known = self.world.known[self.world.realm, event.record_type, event.record_id]
            told = {side["field"] for side in event.facts["sides"]}
            record = self.world.record(event.record_type, event.record_id)
            said = SAID_OF[event.record_type](record)
            lines = {name for name in {**(known.said or {}), **(known.held or {})} if name.startswith("line ")}
            lines = lines if any(name.startswith("line ") for name in told) else set()
            # A line is told by its place; which one that is shows in what both changed.
            lines = {name for name in lines if said.get(name) != (known.said or {}).get(name)}
            clashing = {name for name in lines if (known.held or {}).get(name) != (known.seen or {}).get(name)}
            # One that only she took off is asked about where nothing else would be left on the invoice.
            asked = [side for side in event.facts["sides"] if side["field"].startswith("line ") and not side["theirs"]]
            gone = [words.TOKEN.search(side["ours"]) for side in asked]
            clashing |= {f"line {token[0]}" for token in gone if token and f"line {token[0]}" in said}
            known.ours_wins |= {name for name in told if not name.startswith("line ") and name != "tax"} | clashing
            known.held, known.undecided = known.seen, known.undecided or known.held

    @decisions()
    def office_voids_here_too(self) -> None:
        events = list(self.failed("voided_in_quickbooks"))
        deciding.void_here_too(self.failed(), by=None, at=self.at)
        for event in events:
            self.world.touch("invoice", event.record_id)

    @decisions()
    def office_sends_as_new(self) -> None:
        self.allow_again(self.failed("voided_in_quickbooks"))
        deciding.send_as_new(self.failed(), by=None, at=self.at)

    @decisions()
    def office_dismisses(self) -> None:
        dismissing.dismiss(self.failed(), by=None, at=self.at, reason="typed in by hand")

    @decisions()
    def office_takes_back(self) -> None:
        dismissing.take_back(self.shop.log().filter(state=State.DISMISSED), by=None, at=self.at)

    # --- the connection ----------------------------------------------------------------------------------------

    @company()
    def office_disconnects(self) -> None:
        disconnect(self.world.connection, at=self.at)

    @company()
    def office_connects(self) -> None:
        self.choose_on_intuits_page(self.world.realm)

    @company()
    def office_connects_another_company(self) -> None:
        self.choose_on_intuits_page(OTHER if self.world.realm == FIRST else FIRST)

    @company()
    def office_goes_back(self) -> None:
        if OtherCompany.objects.exists():
            keep_company(self.world.connection, at=self.at)

    @company(number=ANY, said=WORDS)
    def office_connects_another_company_by_mistake(self, number: int, said: str) -> None:
        """With work waiting from before and from the time until it is noticed."""
        self.edit("invoice", number, customer_note=f"before {said}")
        self.choose_on_intuits_page(OTHER if self.world.realm == FIRST else FIRST)
        self.guarded(lambda: self.world.drain(1))
        self.edit("invoice", number + 1, customer_note=f"after {said}")
        self.guarded(lambda: self.world.drain(1))
        self.office_goes_back()

    @company(days=(0, 60))
    def office_moves_to_the_other_company(self, days: int) -> None:
        self.choose_on_intuits_page(OTHER if self.world.realm == FIRST else FIRST)
        self.office_uses_the_other_company(days)

    @company(days=(0, 60))
    def office_uses_the_other_company(self, days: int) -> None:
        other = OtherCompany.objects.first()
        if other is None:
            return
        realm = other.realm_id
        start = self.day - dt.timedelta(days=days)
        use_other_company(self.world.connection, realm_id=realm, start_date=start, at=self.at)
        self.shop.books = Books(URL, realm=realm)
        self.shop.connection.refresh_from_db()
        self.world.map_tax()
        self.choose_an_account()
        self.shop.choose(auto_create_items=True)
        for invoice in self.world.invoices():
            self.world.touch("invoice", invoice.pk)

    # --- the bookkeeper ----------------------------------------------------------------------------------------

    def book(self, number: int, change: Callable[[Row], Row]) -> None:
        row = self.row(number)
        if row is not None:
            self.books.change("Invoice", row, **change(row))

    @bookkeeper(number=ANY, said=WORDS)
    def bookkeeper_changes_the_message(self, number: int, said: str) -> None:
        self.book(number, lambda row: {"CustomerMemo": {"value": said or "hello"}})

    @bookkeeper(number=ANY, said=WORDS, first=(False, True))
    def bookkeeper_adds_to_the_memo(self, number: int, said: str, first: bool) -> None:
        def change(row: Row) -> Row:
            parts = [f"{words.HERS} {said}", str(row.get("PrivateNote") or "")]
            return {"PrivateNote": "\n".join(parts if first else reversed(parts))[:4000]}

        self.book(number, change)

    @bookkeeper(number=ANY)
    def bookkeeper_rewrites_our_note(self, number: int) -> None:
        def change(row: Row) -> Row:
            kept = [one for one in str(row.get("PrivateNote") or "").splitlines() if words.MARK.search(one)]
            ours = words.held_invoice(row)["memo"].splitlines()
            # Beneath our mark alone, or with words of hers, it would be one more line of hers.
            if len(ours) < 2 or words.hers_of_invoice(row)["words"]:
                return {}
            return {"PrivateNote": "\n".join([*kept, "see the file"])}

        self.book(number, change)

    @bookkeeper(number=ANY, days=DAYS)
    def bookkeeper_moves_the_due_date(self, number: int, days: int) -> None:
        self.book(number, lambda row: {"DueDate": (self.day + dt.timedelta(days=days)).isoformat()})

    @bookkeeper(number=ANY, days=DAYS)
    def bookkeeper_moves_the_date(self, number: int, days: int) -> None:
        self.book(number, lambda row: {"TxnDate": (self.day - dt.timedelta(days=days)).isoformat()})

    @bookkeeper(number=ANY, term=("1", "2", "3"))
    def bookkeeper_agrees_on_terms(self, number: int, term: str) -> None:
        self.book(number, lambda row: {"SalesTermRef": {"value": term}})

    @bookkeeper(number=ANY, change=range(0, 3 + 1))
    def bookkeeper_renumbers(self, number: int, change: int) -> None:
        self.book(number, lambda row: {"DocNumber": f"{3000 + change}"})

    @bookkeeper(on=(False, True))
    def bookkeeper_has_numbers_checked(self, on: bool) -> None:
        # Where this is off, QuickBooks takes a number twice without a word.
        self.books.do("duplicate_number_check", on=on)

    @bookkeeper(number=ANY, email=EMAILS)
    def bookkeeper_changes_the_email(self, number: int, email: str) -> None:
        self.book(number, lambda row: {"BillEmail": {"Address": email}})

    @bookkeeper(number=ANY, key=("BillAddr", "ShipAddr"), town=TOWNS)
    def bookkeeper_corrects_an_address(self, number: int, key: str, town: str) -> None:
        self.book(number, lambda row: {key: {"Line1": "2 Side St", "City": town}})

    @bookkeeper(number=ANY)
    def bookkeeper_sets_what_is_hers(self, number: int) -> None:
        self.book(number, lambda row: {"ShipDate": self.day.isoformat()})

    def lines(self, number: int, change: Callable[[list[Row]], list[Row]]) -> None:
        def whole(row: Row) -> Row:
            discounts = [line for line in row["Line"] if line["DetailType"] == "DiscountLineDetail"]
            code = (row.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef")
            tax = {"TxnTaxDetail": {"TxnTaxCodeRef": code}} if code else {}
            return {"Line": [*change([dict(line) for line in words.lines_of(row)]), *discounts], **tax}

        self.book(number, whole)

    @bookkeeper(number=ANY)
    def bookkeeper_puts_a_class_on_the_lines(self, number: int) -> None:
        self.books.post("Class", {"Name": "North"})  # refused if she has made it before
        classes = list(self.books.rows("Class"))
        if not classes:
            # What breaks the next call breaks hers as well.
            return
        more = {"ClassRef": {"value": classes[0]}, "ServiceDate": "2026-06-01"}

        def change(lines: list[Row]) -> list[Row]:
            key = "SalesItemLineDetail"
            return [{**line, key: {**line[key], **more}} for line in lines]

        self.lines(number, change)

    @bookkeeper(number=ANY, price=PRICES, first=(False, True))
    def bookkeeper_adds_a_line(self, number: int, price: str, first: bool) -> None:
        detail = {
            "ItemRef": {"value": "1"},
            "Qty": 1,
            "UnitPrice": price,
            "TaxCodeRef": {"value": self.world.taxes["NON"]},
        }
        line = {"DetailType": "SalesItemLineDetail", "Amount": price, "Description": "Permit"}
        line |= {"SalesItemLineDetail": detail}
        self.lines(number, lambda lines: [line, *lines] if first else [*lines, line])

    @bookkeeper(number=ANY, place=ANY, said=("corrected", "see file"))
    def bookkeeper_rewords_a_line(self, number: int, place: int, said: str) -> None:
        def change(lines: list[Row]) -> list[Row]:
            line = lines[place % len(lines)]
            line["Description"] = f"{words.token_of(line) or 'Permit'} {said}"
            return lines

        self.lines(number, change)

    @bookkeeper(number=ANY, place=ANY, price=PRICES)
    def bookkeeper_corrects_an_amount(self, number: int, place: int, price: str) -> None:
        def change(lines: list[Row]) -> list[Row]:
            line = lines[place % len(lines)]
            detail = {**line["SalesItemLineDetail"], "Qty": 1, "UnitPrice": price}
            lines[place % len(lines)] = {**line, "Amount": price, "SalesItemLineDetail": detail}
            return lines

        self.lines(number, change)

    @bookkeeper(number=ANY, place=ANY)
    def bookkeeper_takes_a_line_off(self, number: int, place: int) -> None:
        def change(lines: list[Row]) -> list[Row]:
            at = place % len(lines)
            return [*lines[:at], *lines[at + 1 :]] if len(lines) > 1 else lines

        self.lines(number, change)

    @bookkeeper(number=ANY, to=ANY)
    def bookkeeper_moves_it_to_another_customer(self, number: int, to: int) -> None:
        customer = self.any_of("customer", to)["Id"]
        self.book(number, lambda row: {} if words.is_paid(row) else {"CustomerRef": {"value": customer}})

    @bookkeeper(number=ANY)
    def bookkeeper_voids(self, number: int) -> None:
        row = self.row(number)
        if row is not None:
            self.books.post("Invoice", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")

    @bookkeeper(number=ANY, whole=(False, True))
    def bookkeeper_receives_a_payment(self, number: int, whole: bool) -> None:
        row = self.row(number)
        balance = Decimal(str(row["Balance"])) if row else Decimal(0)
        if row is None or balance < 10:
            return
        amount = balance if whole else Decimal(10)
        line = {"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
        self.books.post("Payment", {"CustomerRef": row["CustomerRef"], "TotalAmt": amount, "Line": [line]})

    @bookkeeper(number=ANY)
    def bookkeeper_takes_a_payment_back(self, number: int) -> None:
        payments = list(self.books.rows("Payment").values())
        if payments:
            row = payments[number % len(payments)]
            self.books.post("Payment", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="delete")

    @bookkeeper(number=ANY)
    def bookkeeper_deletes(self, number: int) -> None:
        row = self.row(number)
        if row is not None and not words.is_paid(row):
            self.books.post("Invoice", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="delete")

    @bookkeeper(number=ANY)
    def bookkeeper_copies(self, number: int) -> None:
        row = self.row(number)
        if row is not None:
            keys = ("CustomerRef", "PrivateNote", "TxnDate")
            lines = [{key: line[key] for key in line if key != "Id"} for line in words.lines_of(row)]
            self.books.post("Invoice", {**{key: row[key] for key in keys if key in row}, "Line": lines})

    def customer(self, number: int) -> Row:
        """The one that the office means by the same number, else another; most of what she does is to ours."""
        return self.listed("customer", number)

    def item(self, number: int) -> Row:
        return self.listed("item", number)

    def listed(self, kind: str, number: int) -> Row:
        rows = self.books.rows(ENTITIES[kind])
        record = self.world.pick(kind, number)
        ours = rows.get(self.world.links(self.world.realm, kind).get(record.pk, "")) if record else None
        if ours is not None and ours.get("Active", True):
            return ours
        return self.any_of(kind, number)

    def any_of(self, kind: str, number: int) -> Row:
        rows = list(self.books.rows(ENTITIES[kind]).values())
        rows = [row for row in rows if row.get("Active", True)] or rows
        return rows[-1 - number % len(rows)]

    @bookkeeper(number=ANY, name=NAMES)
    def bookkeeper_renames_a_customer(self, number: int, name: str) -> None:
        self.books.change("Customer", self.customer(number), DisplayName=name)

    @bookkeeper(number=ANY, email=EMAILS, phone=("", "330-555-0123"))
    def bookkeeper_corrects_a_customer(self, number: int, email: str, phone: str) -> None:
        fields = {"PrimaryEmailAddr": {"Address": email}, "PrimaryPhone": {"FreeFormNumber": phone}, "Notes": "late"}
        self.books.change("Customer", self.customer(number), **fields)

    @bookkeeper(number=ANY)
    def bookkeeper_deletes_a_customer(self, number: int) -> None:
        row = self.customer(number)
        if self.books.do("delete_customer", id=row["Id"]):
            self.allow_customer_again(row)

    def allow_customer_again(self, row: Row) -> None:
        """`row`: as it was before it went. Nobody's may have been made for one of ours whose answer was lost."""
        links = self.world.links(self.world.realm, "customer")
        linked = {record_id for record_id, key in links.items() if key == row["Id"]}
        for record_id in linked or self.world.makers(self.world.realm, "customer", row) - links.keys():
            self.world.known[self.world.realm, "customer", record_id].licences += 1

    @bookkeeper(number=ANY, into=ANY)
    def bookkeeper_merges_customers(self, number: int, into: int) -> None:
        row, survivor = self.customer(number), self.any_of("customer", into)["Id"]
        loser = row["Id"]
        if loser != survivor and self.books.do("merge_customers", loser={"id": loser}, survivor={"id": survivor}):
            self.allow_customer_again(row)

    @bookkeeper(name=NAMES, kind=("Customer", "Vendor"), email=EMAILS)
    def bookkeeper_adds_a_name(self, name: str, kind: str, email: str) -> None:
        fields = {"PrimaryEmailAddr": {"Address": email}} if email else {}
        self.books.post(kind, {"DisplayName": name, **fields})

    @bookkeeper(name=ITEMS)
    def bookkeeper_adds_an_item(self, name: str) -> None:
        self.books.post("Item", {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": "1"}})

    @bookkeeper(number=ANY, name=("Labor", "Hour", "Filter 16x25"), price=PRICES)
    def bookkeeper_edits_an_item(self, number: int, name: str, price: str) -> None:
        self.books.change("Item", self.item(number), Name=name, UnitPrice=price)

    @bookkeeper(number=ANY, account=("1", "79"))
    def bookkeeper_moves_an_item_to_another_account(self, number: int, account: str) -> None:
        self.books.change("Item", self.item(number), IncomeAccountRef={"value": account})

    @bookkeeper(number=ANY, into=ANY)
    def bookkeeper_merges_items(self, number: int, into: int) -> None:
        loser, survivor = self.item(number)["Id"], self.any_of("item", into)["Id"]
        if loser != survivor:
            self.books.do("merge_items", loser={"id": loser}, survivor={"id": survivor})

    @bookkeeper(number=ANY)
    def bookkeeper_makes_an_item_inactive(self, number: int) -> None:
        self.books.change("Item", self.item(number), Active=False)

    @bookkeeper(entity=("Customer", "Item", "Account"))
    def bookkeeper_makes_all_active_again(self, entity: str) -> None:
        self.make_active(entity)

    def make_active(self, entity: str) -> None:
        merged = self.world.emulator.companies[self.world.realm].setting("merged", {}) if entity == "Customer" else {}
        for key, row in self.books.rows(entity).items():
            if row.get("Active", True) or key in merged or self.books.do("reactivate", entity=entity, id=key):
                continue
            # Another has the name by now.
            name = "DisplayName" if entity == "Customer" else "Name"
            assert self.books.change(entity, row, Active=True, **{name: f"{row[name]} {key}"}), row

    @bookkeeper(account=("1", "79"))
    def bookkeeper_makes_an_account_inactive(self, account: str) -> None:
        self.books.do("deactivate", entity="Account", id=account)

    @bookkeeper(days=(None, 5, 15))
    def bookkeeper_closes_the_books(self, days: int | None) -> None:
        day = (self.day - dt.timedelta(days=days)).isoformat() if days is not None else None
        self.books.do("close_books", date=day)

    # --- what goes wrong, and Run a Call -----------------------------------------------------------------------

    @trouble(arrives=(False, True), path=("write", "write", "query"))
    def an_answer_is_lost(self, arrives: bool, path: str) -> None:
        self.world.emulator.breakages.clear()
        self.books.do("fault", fault="reset", path=path, after_commit=arrives)

    @trouble(hours=(1, 30))
    def the_tokens_expire(self, hours: int) -> None:
        self.books.do("expire_token", refresh=hours > 1)

    @rule(act=st.deferred(lambda: st.sampled_from(sorted(ACTS["office"]))), a=A_NUMBER, b=A_NUMBER, c=A_NUMBER)
    def office(self, act: str, a: int, b: int, c: int) -> None:
        ACTS["office"][act].on(self, a, b, c, a + b)

    @rule(act=st.deferred(lambda: st.sampled_from(sorted(ACTS["bookkeeper"]))), a=A_NUMBER, b=A_NUMBER, c=A_NUMBER)
    def bookkeeper(self, act: str, a: int, b: int, c: int) -> None:
        ACTS["bookkeeper"][act].on(self, a, b, c, a + b)

    @rule(
        pairs=st.one_of(
            *(
                st.lists(st.tuples(st.sampled_from(pairs), A_NUMBER, A_NUMBER, A_NUMBER), min_size=1, max_size=3)
                for pairs in (OF_INVOICES, OF_INVOICES, OF_LISTS)
            )
        ),
        number=A_NUMBER,
        lost=st.sampled_from((None, None, None, False, True)),
        then=st.sampled_from((None, None, *sorted(ACTS["decisions"]))),
    )
    def both(self, pairs: list[tuple[tuple[str, str], int, int, int]], number: int, lost: Any, then: str) -> None:
        """Both are at one record at the same time, which chance alone brings about too seldom; then comes a drain."""
        for (_, hers), a, b, _ in pairs:
            ACTS["bookkeeper"][f"bookkeeper_{hers}"].on(self, number, a, b)
        for (ours, _), a, b, c in pairs:
            ACTS["office"][f"office_{ours}"].on(self, number, c, b, a)
        if lost is not None:
            self.an_answer_is_lost(lost, "write")
        self.guarded(lambda: self.world.drain(1))
        if then:
            note(f"  {then}()")
            getattr(self, then)()

    @rule(act=st.deferred(lambda: st.sampled_from(sorted(ACTS["decisions"]))))
    def decisions(self, act: str) -> None:
        ACTS["decisions"][act].on(self)

    @rule(
        act=st.deferred(lambda: st.sampled_from(sorted(ACTS["company"]))), a=A_NUMBER, stays=st.sampled_from((0, 0, 1))
    )
    def company(self, act: str, a: int, stays: int) -> None:
        """Mostly for a while only, since little happens while nothing is connected."""
        ACTS["company"][act].on(self, a, a)
        if not stays:
            self.guarded(lambda: self.world.drain(1))
            self.office_goes_back()
            self.office_connects()

    @rule(act=st.deferred(lambda: st.sampled_from(sorted(ACTS["trouble"]))), a=A_NUMBER, b=A_NUMBER)
    def trouble(self, act: str, a: int, b: int) -> None:
        ACTS["trouble"][act].on(self, a, b)
        if self.world.emulator.breakages.active:
            return
        self.guarded(lambda: self.world.drain(1))
        self.office_connects()

    @rule(minutes=st.sampled_from([1, 3, 10, 70]))
    def drain(self, minutes: int) -> None:
        self.guarded(lambda: self.world.drain(minutes))

    @invariant()
    def run_a_call_is_never_far_behind(self) -> None:
        """Histories are quiet about most drains: after a few steps there is one."""
        Hands.steps += 1
        self.since += 1
        if self.since > MOST_BETWEEN and not self.is_broken:
            self.guarded(lambda: self.world.drain(1))

    # --- peace -------------------------------------------------------------------------------------------------

    def peace(self) -> None:
        self.world.emulator.breakages.clear()
        if self.world.connection.is_held:
            keep_company(self.world.connection, at=self.at)
        self.choose_on_intuits_page(self.world.realm)
        self.shop.choose(sync_invoices=True, send_numbers=True, sync_customer_updates=True, auto_create_items=True)
        self.shop.choose(stop_on_rounding=False)
        for entity in ("Account", "Item", "Customer"):
            self.make_active(entity)
        self.books.do("close_books", date=None)
        self.office_takes_back()
        for turn in range(7):
            self.make_up(turn)
            self.office_retries_all()
            self.world.drain(130)
            if not self.unsettled():
                break
        left = self.unsettled()
        assert not left, [(str(one), one.state, one.failure_code, one.message) for one in left]
        self.world.check_books()

    def make_up(self, turn: int) -> None:
        for row in self.books.rows("Payment").values():
            self.books.post("Payment", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="delete")
        self.office_sends_ours()
        self.office_voids_here_too()
        if turn > 2:
            self.office_keeps_quickbooks()
        for event in self.failed():
            self.make_way(event, turn)

    def make_way(self, event: SyncEvent, turn: int) -> None:
        fresh = f"{event.record_id}-{turn}"
        if event.record_type == "invoice" and event.failure_code == "duplicate_doc_number":
            invoice = self.world.record("invoice", event.record_id)
            self.edit_one("invoice", invoice, number=f"9-{fresh}")
            if invoice.amount_paid:
                # Nothing of a paid one is edited here: the other one gets a new number there.
                holder = self.books.rows("Invoice")[event.facts["there_id"]]
                self.books.change("Invoice", holder, DocNumber=f"8-{fresh}")
        elif event.record_type == "invoice" and event.failure_code == "total_differs":
            dismissing.accept(self.failed().filter(pk=event.pk), by=None, at=self.at)
        elif event.failure_code in ("name_ambiguous", "item_ambiguous"):
            self.create_in_any_case(event.record_type, event.record_id)
        elif event.record_type in ("customer", "item") and event.failure_code != "changed_in_quickbooks":
            record = self.world.record(event.record_type, event.record_id)
            self.edit_one(event.record_type, record, name=f"{event.record_type} {fresh}")

    def create_in_any_case(self, kind: str, record_id: int) -> None:
        """A person says that it is none of those that it may be."""
        subject = Subject(CUSTOMERS if kind == "customer" else PRODUCTS, self.shop.connection, record_id)
        try:
            create(subject, by=None, at=self.at)
        except Refused as refusal:
            note(f"  {kind} {record_id} is not to be created: {refusal}")
        else:
            known = self.world.known[self.world.realm, kind, record_id]
            known.licences += 1
            known.is_another = True


class TwoHandsInCanada(TwoHands):
    """The same in Quebec, where two taxes on a line are rounded each for itself."""

    country = "CA"

    def office_gives_a_discount(self, number: int, amount: str) -> None:
        """Its lines there are without a first word of ours: tests of their own have them."""


NAME_OF_FIRST = ("Anna Smith", "Ben Ode")
SAID_OF = {"invoice": words.said_invoice, "customer": words.said_customer, "item": words.said_item}
