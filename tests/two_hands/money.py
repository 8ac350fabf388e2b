"""Two hands with payments: both receive, correct and take back money on the same invoices, and changes come back.

Webhooks are lost, doubled, late or in disorder, as the history wants it. Nothing is sent back that came from there; at
the end both sides hold the same payments, each once, and owe the same on every invoice.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from qbo.mapping.payments import NO_METHOD
from qbo.models import PaymentMapping
from qbo_emulator.books.company import Put
from runacall.invoices.models import Invoice, Payment
from runacall.invoices.refusals import Refused
from sync.closed_period.hold import hold
from sync.inbound.listening import Unavailable
from sync.models import State, SyncEvent
from sync.operations import deciding, dismissing
from tests import builders
from tests.two_hands import words
from tests.two_hands.hands import Hands
from tests.two_hands.inside import Row
from tests.two_hands.simulated import TURNS

VERIFIER = "emulator-verifier"
A_NUMBER = st.integers(0, 5)
AMOUNTS = ("10", "25", "whole", "more")
HERS, OURS = ("corrects", "void", "delete", "nothing"), ("reference", "day", "void", "nothing")
MAIL = ("at once", "doubled", "late", "lost")
MOST_BETWEEN = 3
MOST_INVOICES, MOST_PAYMENTS = 5, 8
CLOSED = (State.SYNCED, State.SUPERSEDED, State.DISMISSED)


class PaymentsOfTwo(Hands):
    """`acts`: how often a person did something to one of our records of which QuickBooks has to be told; `writes`: how
    often it was told. `lost`: how many answers were lost, each of which may cost one more write.
    """

    def __init__(self) -> None:
        super().__init__()
        self.acts, self.writes, self.lost = Counter[tuple[str, int]](), Counter[tuple[str, int]](), 0
        self.mail, self.held_back = "at once", list[bytes]()
        self.written = list[tuple[str, str]]()
        self.listen()

    # --- what is told, and how it arrives ------------------------------------------------

    def listen(self) -> None:
        """Intuit's webhooks go to our page, and every write of the company is seen here as well."""
        emulator = self.world.emulator
        tell = emulator.webhooks.notice

        def see(company: Any, changes: Iterable[Any], at: Any) -> None:
            changes = list(changes)
            rows = [(one.entity, str(one.row["Id"])) for one in changes if isinstance(one, Put)]
            # What a payment does to its invoices is no write of an invoice.
            self.written += [one for one in rows if one[0] == "Payment"] or rows
            tell(company, changes, at)

        def receive(_: str, headers: dict[str, str], body: bytes) -> int:
            how = self.mail
            if how == "late":
                self.held_back.append(body)
            for _ in range({"at once": 1, "doubled": 2}.get(how, 0)):
                self.deliver(body)
            return 200

        emulator.webhooks.notice = see  # type: ignore[method-assign]
        emulator.webhooks.post = receive
        self.books.do("webhook", url="http://127.0.0.1:9/quickbooks/webhooks/", verifier=VERIFIER)

    @staticmethod
    def deliver(body: bytes) -> None:
        digest = base64.b64encode(hmac.new(VERIFIER.encode(), body, hashlib.sha256).digest()).decode()
        headers = {"intuit-signature": digest}
        answer = Client().post("/quickbooks/webhooks/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.status_code

    def post_is_delivered(self, *, all_of_it: bool = False) -> None:
        self.world.emulator.webhooks.deliver(self.world.emulator.companies.values(), self.world.emulator.clock.now())
        if all_of_it:
            for body in reversed(self.held_back):
                self.deliver(body)
            self.held_back.clear()

    # --- Run a Call, and what has to hold -----------------------------------------------------------------------------

    def hears(self, *, sooner: bool = False) -> None:
        before = len(self.written)
        self.shop.hear(self.at, sooner=sooner)
        assert len(self.written) == before, "reading wrote something"

    def passes(self, minutes: int, *, sooner: bool = False) -> None:
        """What Run a Call does by itself in these minutes."""
        self.world.at += dt.timedelta(minutes=minutes)
        self.world.emulator.clock.advance(minutes * 60)
        self.post_is_delivered()
        with suppress(Unavailable):
            self.hears(sooner=sooner)
        before = len(self.written)
        if self.shop.drain(self.at).settled:
            self.shop.drain(self.at)
        self.check_writes(self.written[before:])
        self.check_log()
        self.post_is_delivered()

    def check_writes(self, written: list[tuple[str, str]]) -> None:
        """Nothing was written that a person did not change here: no echo, and nothing twice."""
        for entity, qbo_id in written:
            kind = entity.lower()
            if kind not in ("invoice", "payment"):
                continue
            record_id = self.record_of(kind, qbo_id)
            assert record_id is not None, f"we wrote {entity} {qbo_id}, which is none of ours"
            self.writes[kind, record_id] += 1
            acts, writes = self.acts[kind, record_id], self.writes[kind, record_id]
            assert acts, f"{entity} {qbo_id} was written, and nobody changed {kind} {record_id} here"
            assert writes <= acts + self.lost, f"{kind} {record_id}: {writes} writes for {acts} acts"

    def record_of(self, kind: str, qbo_id: str) -> int | None:
        links = {key: pk for pk, key in self.world.links(self.world.realm, kind).items()}
        if qbo_id in links:
            return links[qbo_id]
        row = self.books.rows(kind.capitalize()).get(qbo_id, {})
        return words.record_of(row) if kind == "invoice" else words.payment_of(row)

    def check_log(self) -> None:
        events = SyncEvent.objects.filter(connection=self.shop.connection)
        mistakes = events.filter(failure_code="internal_error")
        assert not mistakes.exists(), list(mistakes.values_list("facts", flat=True))
        assert not events.filter(state=State.SENDING).exists(), "something is being sent for ever"
        marks = Counter(words.payment_of(row) for row in self.books.rows("Payment").values())
        marks.pop(None, None)
        twice = {pk for pk, count in marks.items() if count > 1 and self.acts["again", pk or 0] < count - 1}
        assert not twice, f"the payments {twice} are there twice"

    def check_both(self) -> None:
        """Every payment is on both sides, or the log tells of it; what is settled owes the same on both sides."""
        rows, invoices = self.books.rows("Payment"), self.books.rows("Invoice")
        links = {kind: self.world.links(self.world.realm, kind) for kind in ("payment", "invoice")}
        ours = {one.pk: one for one in self.payments()}
        paid_here = {qbo_id: pk for pk, qbo_id in links["invoice"].items()}
        open_events = SyncEvent.objects.filter(connection=self.shop.connection).exclude(state__in=CLOSED)
        told = {(one.record_type, one.record_id): one for one in open_events}
        by_link = Counter(links["payment"].values())
        assert not [key for key, count in by_link.items() if count > 1], "two payments here are one there"
        open_ids: set[int] = set()
        for qbo_id, row in rows.items():
            pays = [paid_here[key] for key in words.applied(row) if key in paid_here]
            if qbo_id in by_link or not pays or words.is_void(row) or words.payment_of(row) is not None:
                continue
            news = [told[key] for key in (("invoice", pk) for pk in pays) if key in told]
            # Or a person was asked whether it is one of ours.
            news += [one for one in told.values() if one.facts.get("there_id") == qbo_id]
            # Or is asked something else about that of ours; whether this one is it waits for the answer.
            beside = {pk for pk, one in ours.items() if one.applications.filter(invoice__in=pays).exists()}
            news += [one for pk in beside if (one := told.get(("payment", pk))) and one.state == State.FAILED]
            assert news, f"payment {qbo_id} of {row['TotalAmt']} there is not recorded here, and the log does not tell"
            open_ids |= {*pays}
        for pk, payment in ours.items():
            applications = payment.applications.exclude(invoice__status=Invoice.Status.VOID)
            parts = {one.invoice_id: one.amount for one in applications}
            if ("payment", pk) in told:
                pays = words.applied(rows.get(links["payment"].get(pk, ""), {}))
                open_ids |= {*parts} | {paid_here.get(key, 0) for key in pays}
                continue
            row = rows.get(links["payment"].get(pk, ""))
            if payment.is_void:
                assert row is None or words.is_void(row), f"{payment} is void here, and stands there as {row}"
                continue
            if row is None:
                # None of those that were dismissed or never owed is there.
                assert pk not in links["payment"], f"{payment} is gone there, and nobody is told"
                last = self.world.latest("payment", pk)
                assert last is None or last.state != State.SYNCED, f"{payment} is Synced, and is not there"
                open_ids |= {*parts}
                continue
            there = {paid_here[key]: amount for key, amount in words.applied(row).items() if key in paid_here}
            here = {key: words.cents(amount) for key, amount in parts.items() if ("invoice", key) not in told}
            there = {key: amount for key, amount in there.items() if ("invoice", key) not in told}
            assert there == here, f"{payment} pays {here} here and {there} there"
            assert row["TxnDate"] == payment.received_date.isoformat(), f"{payment}: {row['TxnDate']}"
        for invoice in self.world.invoices():
            row = invoices.get(links["invoice"].get(invoice.pk, ""))
            if row is None or ("invoice", invoice.pk) in told or invoice.pk in open_ids:
                continue
            if invoice.status == Invoice.Status.VOID:
                assert words.is_void(row), f"{invoice} is void here and not there"
                continue
            assert not words.is_void(row), f"{invoice} is void there and open here"
            assert words.cents(row["Balance"]) == words.cents(invoice.balance), (
                f"{invoice}: {row['Balance']} is open there, {invoice.balance} here"
            )
            wanted = {row["TotalAmt"]: Invoice.Status.SENT, 0: Invoice.Status.PAID}.get(row["Balance"], "partial")
            assert invoice.status == wanted, f"{invoice} is {invoice.status} here, {wanted} there"

    # --- the office ------------------------------------------------

    def payments(self) -> list[Payment]:
        return list(Payment.objects.filter(organization=self.shop.organization).order_by("pk"))

    def acted(self, kind: str, record_id: int) -> None:
        self.acts[kind, record_id] += 1

    @initialize(
        mail=st.sampled_from(MAIL),
        is_reversed=st.booleans(),
        form=st.sampled_from(("classic", "cloudevents")),
        hers_stays=st.booleans(),
        by=st.sampled_from(("office", "bookkeeper", "both")),
        lost=st.sampled_from((None, None, False, True)),
        hers=st.sampled_from(HERS),
        ours=st.sampled_from(OURS),
        is_back=st.booleans(),
        turns=st.sampled_from(TURNS),
    )
    def first_invoices(
        self,
        mail: str,
        is_reversed: bool,
        form: str,
        hers_stays: bool,
        by: str,
        lost: bool | None,
        hers: str,
        ours: str,
        is_back: bool,
        turns: int,
    ) -> None:
        """`hers_stays`: where money is recorded twice, the office gives way in the end. `by`: who receives the first
        payment; then both are at it at the same time. `is_back`: where it is void by then, she brings it back.
        """
        assert self.books.do("switch", name="webhook_format", value=form)
        assert self.books.do("switch", name="webhook_reversed", value=is_reversed)
        self.mail, self.hers_stays = mail, hers_stays
        self.turns.shuffle(turns)
        for name in ("Anna Smith", "Anna Smith", "Ben Ode"):
            self.add_invoice(name)
        self.passes(1)
        if by != "office":
            self.bookkeeper_receives(0, "whole" if by == "both" else "10")
        if by != "bookkeeper":
            self.office_receives(0, "whole" if by == "both" else "10", "check")
        if lost is not None:
            self.an_answer_is_lost(lost)
        self.passes(1)
        self.passes(20)
        self.is_broken = False
        self.both_at_one_payment(0, hers, ours)
        if is_back:
            self.bookkeeper_brings_a_payment_back(0, 10)

    @rule(number=A_NUMBER, hers=st.sampled_from(HERS), ours=st.sampled_from(OURS))
    def both_at_one_payment(self, number: int, hers: str, ours: str) -> None:
        """Which chance alone brings about too seldom."""
        payment = self.payment(number)
        if payment is None:
            return
        row = self.books.rows("Payment").get(self.world.links(self.world.realm, "payment").get(payment.pk, ""))
        if row is not None and not words.is_void(row):
            if hers == "corrects" and row["Line"]:
                self.correct(row, 60, 0)
            elif hers in ("void", "delete"):
                self.take_back(row, hers)
        day = self.day - dt.timedelta(days=3)
        acts: dict[str, Callable[[], Any]] = {
            "reference": lambda: payment.edit(reference="1109", at=self.at),
            "day": lambda: payment.edit(received_date=day, at=self.at),
            "void": lambda: payment.void(at=self.at),
            "nothing": lambda: None,
        }
        with suppress(Refused, ValidationError):
            acts[ours]()
            self.acts["payment", payment.pk] += ours != "nothing"
        self.guarded(lambda: self.passes(1))

    def add_invoice(self, name: str) -> None:
        customer = next((one for one in self.world.records("customer") if one.name == name), None)
        customer = customer or builders.customer(self.shop.organization, name, at=self.at)
        lines = [builders.line(self.world.token(), "100", item=self.shop.item("Labor"), rates=[self.shop.rate])]
        invoice = self.shop.invoice(customer=customer, lines=lines, at=self.at)
        self.acted("invoice", invoice.pk)

    def invoice(self, number: int) -> Invoice:
        found: Invoice = self.world.pick("invoice", number)
        return found

    def payment(self, number: int) -> Payment | None:
        standing = [one for one in self.payments() if not one.is_void]
        return standing[number % len(standing)] if standing else None

    @rule(name=st.sampled_from(("Anna Smith", "Ben Ode")))
    def office_sends_an_invoice(self, name: str) -> None:
        if len(self.world.invoices()) < MOST_INVOICES:
            self.add_invoice(name)

    @rule(number=A_NUMBER, amount=st.sampled_from(AMOUNTS), method=st.sampled_from(("check", "cash")))
    def office_receives(self, number: int, amount: str, method: str) -> None:
        invoice = self.invoice(number)
        if len(self.payments()) >= MOST_PAYMENTS:
            return
        wanted = {"whole": invoice.balance, "more": invoice.balance + 5}.get(amount) or Decimal(10)
        how = {"method": method, "received_date": self.day, "at": self.at}
        with suppress(Refused, ValidationError):
            payment = invoice.record_payment(amount=wanted, rest_is_credit=amount == "more", **how)
            self.acted("payment", payment.pk)

    @rule(number=A_NUMBER)
    def office_receives_for_all_of_a_customer(self, number: int) -> None:
        customer = self.invoice(number).customer
        owed = [one for one in self.world.invoices() if one.customer_id == customer.pk and one.balance > 10]
        owed = [one for one in owed if one.can_become(Invoice.Status.PARTIAL)]
        if not owed or len(self.payments()) >= MOST_PAYMENTS:
            return
        payment: Payment = Payment.objects.add(
            at=self.at, organization=self.shop.organization, customer=customer, amount=Decimal(10 * len(owed)),
            method="check", received_date=self.day,
        )  # fmt: skip
        payment.apply(dict.fromkeys(owed, Decimal(10)), at=self.at)
        self.acted("payment", payment.pk)

    def to_payment(self, number: int, change: Callable[[Payment], Any]) -> None:
        payment = self.payment(number)
        if payment is not None:
            with suppress(Refused, ValidationError):
                change(payment)
                self.acted("payment", payment.pk)

    @rule(number=A_NUMBER, reference=st.sampled_from(("", "1107", "1108")))
    def office_notes_a_check_number(self, number: int, reference: str) -> None:
        self.to_payment(number, lambda payment: payment.edit(reference=reference, at=self.at))

    @rule(number=A_NUMBER, days=st.sampled_from((0, 3, 20)))
    def office_moves_the_day(self, number: int, days: int) -> None:
        day = self.day - dt.timedelta(days=days)
        self.to_payment(number, lambda payment: payment.edit(received_date=day, at=self.at))

    @rule(number=A_NUMBER, to=A_NUMBER)
    def office_applies_it_elsewhere(self, number: int, to: int) -> None:
        invoice = self.invoice(to)
        self.to_payment(number, lambda one: one.apply({invoice: min(one.amount, invoice.balance)}, at=self.at))

    @rule(number=A_NUMBER)
    def office_voids_a_payment(self, number: int) -> None:
        self.to_payment(number, lambda payment: payment.void(at=self.at))

    @rule(number=A_NUMBER)
    def office_voids_an_invoice(self, number: int) -> None:
        self.void(self.invoice(number))

    def void(self, invoice: Invoice) -> None:
        if invoice.can_become(Invoice.Status.VOID):
            invoice.void(reason="mistake", at=self.at)
            self.acted("invoice", invoice.pk)
            for payment in invoice.payments.all():
                self.acted("payment", payment.pk)

    @rule(number=A_NUMBER, said=st.sampled_from(("blue door", "ask Ann")))
    def office_writes(self, number: int, said: str) -> None:
        with suppress(Refused, ValidationError):
            invoice = self.invoice(number)
            invoice.edit(customer_note=said, at=self.at)
            self.acted("invoice", invoice.pk)

    @rule()
    def office_retries_all(self) -> None:
        for event in self.failed():
            self.acted(event.record_type, event.record_id)
            if event.failure_code == "record_deleted_there":
                self.acts["again", event.record_id] += 1
        self.shop.retry(at=self.at)

    @rule()
    def office_holds(self) -> None:
        hold(self.failed(), by=None, at=self.at)

    # --- the bookkeeper ------------------------------------------------

    def row(self, number: int) -> Row | None:
        invoice = self.invoice(number)
        row = self.books.rows("Invoice").get(self.world.links(self.world.realm, "invoice").get(invoice.pk, ""))
        return None if row is None or words.is_void(row) else row

    def her(self, number: int) -> Row | None:
        """A payment that stands there, whoever received it."""
        rows = [row for row in self.books.rows("Payment").values() if not words.is_void(row)]
        return rows[number % len(rows)] if rows else None

    @rule(number=A_NUMBER, amount=st.sampled_from(AMOUNTS))
    def bookkeeper_receives(self, number: int, amount: str) -> None:
        row = self.row(number)
        balance = Decimal(str(row["Balance"])) if row else Decimal(0)
        if row is None or balance < 25 or len(self.books.rows("Payment")) >= MOST_PAYMENTS:
            return
        part = balance if amount in ("whole", "more") else Decimal(amount)
        self.receive(row["CustomerRef"], part + 5 * (amount == "more"), {row["Id"]: part})

    @rule(number=A_NUMBER)
    def bookkeeper_receives_for_all_of_a_customer(self, number: int) -> None:
        row = self.row(number)
        if row is None or len(self.books.rows("Payment")) >= MOST_PAYMENTS:
            return
        rows = [one for one in self.books.rows("Invoice").values() if one["CustomerRef"] == row["CustomerRef"]]
        parts = {one["Id"]: Decimal(10) for one in rows if one["Balance"] >= 10}
        if parts:
            self.receive(row["CustomerRef"], Decimal(10 * len(parts)), parts)

    def receive(self, customer: Any, amount: Decimal, parts: dict[str, Decimal]) -> None:
        lines = [{"Amount": part, "LinkedTxn": [{"TxnId": key, "TxnType": "Invoice"}]} for key, part in parts.items()]
        day = self.day.isoformat()
        self.books.post("Payment", {"CustomerRef": customer, "TotalAmt": amount, "Line": lines, "TxnDate": day})

    @rule(number=A_NUMBER, amount=st.sampled_from((5, 20, 60)), days=st.sampled_from((0, 0, 3)))
    def bookkeeper_corrects(self, number: int, amount: int, days: int) -> None:
        row = self.her(number)
        if row is not None and row["Line"]:
            self.correct(row, amount, days)

    def correct(self, row: Row, amount: int, days: int) -> None:
        first, *others = row["Line"]
        lines = [{**first, "Amount": amount}, *others]
        total = sum((Decimal(str(line["Amount"])) for line in lines), Decimal(0))
        fields = {"CustomerRef": row["CustomerRef"], "TotalAmt": total, "Line": lines}
        day = (self.day - dt.timedelta(days=days)).isoformat()
        self.books.change("Payment", row, **fields, **({"TxnDate": day} if days else {}))

    @rule(number=A_NUMBER, to=A_NUMBER)
    def bookkeeper_applies_it_elsewhere(self, number: int, to: int) -> None:
        row, invoice = self.her(number), self.row(to)
        if row is None or invoice is None or invoice["Id"] in words.applied(row):
            return
        amount = min(Decimal(str(row["TotalAmt"])), Decimal(str(invoice["Balance"])))
        if not amount:
            return
        line = {"Amount": amount, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        fields = {"CustomerRef": row["CustomerRef"], "TotalAmt": row["TotalAmt"]}
        self.books.change("Payment", row, **fields, Line=[line])

    @rule(number=A_NUMBER, operation=st.sampled_from(("void", "delete")))
    def bookkeeper_takes_a_payment_back(self, number: int, operation: str) -> None:
        row = self.her(number)
        if row is not None:
            self.take_back(row, operation)

    def take_back(self, row: Row, operation: str = "delete") -> None:
        how = {"operation": "update", "include": "void"} if operation == "void" else {"operation": operation}
        self.books.post("Payment", {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}, **how)

    @rule(number=A_NUMBER, amount=st.sampled_from((10, 25)))
    def bookkeeper_brings_a_payment_back(self, number: int, amount: int) -> None:
        """One that is void, with an amount again, on whatever is open."""
        invoice = self.row(number)
        rows = [row for row in self.books.rows("Payment").values() if words.is_void(row)]
        if invoice is None or not rows or invoice["Balance"] < amount:
            return
        line = {"Amount": amount, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        fields = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": amount, "Line": [line]}
        self.books.change("Payment", rows[number % len(rows)], **fields)

    @rule(number=A_NUMBER)
    def bookkeeper_voids_an_invoice(self, number: int) -> None:
        row = self.row(number)
        if row is not None and not words.is_paid(row):
            self.books.post("Invoice", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")

    @rule(number=A_NUMBER)
    def bookkeeper_brings_an_invoice_back(self, number: int) -> None:
        """One that is void, just as it was."""
        rows = [row for row in self.books.rows("Invoice").values() if words.is_void(row)]
        if not rows:
            return
        row = rows[number % len(rows)]
        lines = [
            {**line, "Amount": 100, "SalesItemLineDetail": {**line["SalesItemLineDetail"], "Qty": 1, "UnitPrice": 100}}
            for line in words.lines_of(row)
        ]
        tax = {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": 8}
        self.books.change("Invoice", row, Line=lines, CustomerRef=row["CustomerRef"], TxnTaxDetail=tax)
        # It may be her write that is lost.
        assert self.books.rows("Invoice")[row["Id"]]["TotalAmt"] in (0, 108)

    @rule(number=A_NUMBER)
    def bookkeeper_changes_the_message(self, number: int) -> None:
        row = self.row(number)
        if row is not None:
            self.books.change("Invoice", row, CustomerMemo={"value": "hello"})

    @rule(days=st.sampled_from((None, 1, 10)))
    def bookkeeper_closes_the_books(self, days: int | None) -> None:
        self.books.do("close_books", date=(self.day - dt.timedelta(days=days)).isoformat() if days else None)

    # --- what goes wrong, and time ------------------------------------------------

    @rule(arrives=st.booleans())
    def an_answer_is_lost(self, arrives: bool) -> None:
        self.world.emulator.breakages.clear()
        self.books.do("fault", fault="reset", path="write", after_commit=arrives)
        self.lost += 1

    @rule(mail=st.sampled_from(MAIL))
    def the_post_is_otherwise(self, mail: str) -> None:
        self.mail = mail

    @rule()
    def late_post_comes_in_disorder(self) -> None:
        self.post_is_delivered(all_of_it=True)

    @rule(minutes=st.sampled_from((1, 3, 20)))
    def time_passes(self, minutes: int) -> None:
        self.guarded(lambda: self.passes(minutes))

    @rule()
    def they_compare(self) -> None:
        """Once nothing is on its way any more."""

        def compare() -> None:
            self.world.emulator.breakages.clear()
            for _ in range(3):
                self.passes(20, sooner=True)
            self.check_both()

        self.guarded(compare)

    @invariant()
    def run_a_call_is_never_far_behind(self) -> None:
        Hands.steps += 1
        self.since += 1
        if self.since > MOST_BETWEEN and not self.is_broken:
            self.guarded(lambda: self.passes(1))

    # --- peace ------------------------------------------------

    def peace(self) -> None:
        self.world.emulator.breakages.clear()
        self.books.do("close_books", date=None)
        # A pass renews the token, which may have expired; then the opened books are read.
        self.passes(70, sooner=True)
        self.shop.read_lists("Preferences", at=self.at)
        self.post_is_delivered(all_of_it=True)
        for _ in range(8):
            self.passes(70, sooner=True)
            for event in self.failed():
                self.make_way(event)
            self.office_retries_all()
            self.passes(70, sooner=True)
            if not self.unsettled():
                break
        left = self.unsettled()
        assert not left, [(str(one), one.state, one.direction, one.failure_code, one.message) for one in left]
        self.check_both()

    def make_way(self, event: SyncEvent) -> None:
        """What the card of the row would have somebody do."""
        note(f"  {event.record_type} {event.record_id}: {event.failure_code}: {event.message}")
        log = self.shop.log().filter(pk=event.pk)
        record = {"invoice": Invoice, "payment": Payment}[event.record_type].objects.get(pk=event.record_id)
        there = self.books.rows("Payment")
        match event.failure_code:
            case "payment_not_taken_over":
                row = there.get(str(event.facts.get("there_id")))
                stays = self.hers_stays and event.record_type == "invoice" and self.gives_way(record)
                if row is not None and not words.is_void(row) and not stays:
                    self.take_back(row)
            case "payment_twin" if self.hers_stays:
                deciding.same_payment(log, by=None, at=self.at)
                self.acted("payment", event.record_id)
            case "payment_twin":
                deciding.record_both(log, by=None, at=self.at)
            case "payment_voided_there":
                self.void_payment(record)
            case "record_deleted_there" if event.record_type == "payment":
                self.void_payment(record)
            case "voided_in_quickbooks":
                deciding.void_here_too(log, by=None, at=self.at)
                self.acted("invoice", event.record_id)
            case "edited_in_quickbooks" | "changed_in_quickbooks":
                deciding.send_ours(log, by=None, at=self.at)
                self.acted(event.record_type, event.record_id)
            case "void_has_payments" | "payment_over_applied" | "paid_in_quickbooks":
                # Hers were on it before ours came.
                for row in there.values():
                    if words.payment_of(row) is None and not words.is_void(row):
                        self.take_back(row)
            case "payment_method_missing":
                # One that she had received without a method, made there again as ours.
                PaymentMapping.objects.update_or_create(
                    connection=self.shop.connection,
                    realm_id=self.world.realm,
                    method=record.method,
                    defaults={"method_id": NO_METHOD},
                )
            case "same_payment_gone":
                dismissing.dismiss(log, by=None, at=self.at, reason="the bookkeeper took hers back")
            case "payment_invoice_gone":
                for invoice in record.invoices.all():
                    self.void_gone(invoice)

    def gives_way(self, invoice: Any) -> bool:
        """Ours on this invoice are void, so that hers can be recorded; False if there are none."""
        ours = [one for one in invoice.payments.all() if not one.is_void]
        for payment in ours:
            self.void_payment(payment)
        return bool(ours) and bool(invoice.status != Invoice.Status.VOID)

    def void_payment(self, payment: Any) -> None:
        if not payment.is_void:
            payment.void(at=self.at)
            self.acted("payment", payment.pk)

    def void_gone(self, invoice: Invoice) -> None:
        row = self.books.rows("Invoice").get(self.world.links(self.world.realm, "invoice").get(invoice.pk, ""))
        if row is None or words.is_void(row):
            self.void(invoice)
