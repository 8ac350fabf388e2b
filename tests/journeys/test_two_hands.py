"""An office and a bookkeeper work on the same invoices at random; after every drain the books are as both left them.

`TWO_HANDS=200 make test ARGS=tests/journeys/test_two_hands.py` runs more histories than the suite does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from qbo.mapping.base import INVOICE_FIELDS, cents, fields_of
from qbo.mapping.loading import load_company
from qbo.mapping.planning import held_line, is_paid, is_void, own_lines, said_of
from qbo.models import Link
from runacall.invoices.document_loading import load_invoices
from runacall.invoices.models import Invoice, LineInput
from runacall.invoices.refusals import Refused
from sync import deciding, operations
from sync.models import State, SyncEvent
from tests import builders
from tests.books import Shop, connected_shop, emulator

WORDS = st.sampled_from(["", "blue door", "call first", "ask Ann"])
PRICES = st.sampled_from(["80", "100", "120.50"])
MONEY = frozenset({"lines", "discount", "tax", "total"})
# What QuickBooks itself derives when something else changes.
DERIVED = frozenset({"terms"})


class TwoHands(RuleBasedStateMachine):
    """Each rule is what a person does on one side; `drain` is what Run a Call does about it."""

    open_shop: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.exit = TwoHands.open_shop()
        self.shop: Shop = self.exit.__enter__()
        self.at = timezone.now()
        # Fields of each invoice that the office changed since they last agreed, and that a person decided to send.
        self.office: dict[int, set[str]] = {}
        self.ours_wins: set[int] = set()
        self.history: list[str] = []

    def teardown(self) -> None:
        self.exit.__exit__(None, None, None)

    # --- what both can point at -----------------------------------------------------------------------------------

    def invoices(self) -> list[Invoice]:
        return list(Invoice.objects.for_organization(self.shop.organization).order_by("pk"))

    def pick(self, number: int) -> Invoice | None:
        rows = self.invoices()
        return rows[number % len(rows)] if rows else None

    def row(self, invoice: Invoice | None) -> dict[str, Any] | None:
        link = self.link(invoice)
        return next((row for row in self.shop.books.invoices() if link and row["Id"] == link.qbo_id), None)

    def link(self, invoice: Invoice | None) -> Link | None:
        rows = Link.objects.of(self.shop.connection, "invoice")
        return rows.filter(record_id=invoice.pk).first() if invoice else None

    def edit(self, number: int, *changed: str, **fields: Any) -> None:
        invoice = self.pick(number)
        if invoice is None:
            return
        try:
            invoice.edit(at=self.at, **fields)
        except Refused:
            return
        self.office.setdefault(invoice.pk, set()).update(changed)

    def book(self, number: int, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        row = self.row(self.pick(number))
        if row is not None and not is_void(row):
            self.shop.books.post(
                "invoice", {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, **change(row)}
            )

    # --- the office -----------------------------------------------------------------------------------------------

    @initialize()
    def first_invoices(self) -> None:
        for _ in range(2):
            self.shop.invoice(due_date=self.at.date() + timedelta(days=30))
        self.drain()

    @rule()
    def office_sends_another(self) -> None:
        if len(self.invoices()) < 5:
            self.shop.invoice()

    @rule(number=st.integers(0, 4), words=WORDS)
    def office_writes_to_the_customer(self, number: int, words: str) -> None:
        self.edit(number, "message", customer_note=words)

    @rule(number=st.integers(0, 4), words=WORDS)
    def office_writes_a_note(self, number: int, words: str) -> None:
        self.edit(number, "memo", internal_note=words)

    @rule(number=st.integers(0, 4), days=st.integers(10, 40))
    def office_moves_the_due_date(self, number: int, days: int) -> None:
        self.edit(number, "due date", due_date=self.at.date() + timedelta(days=days))

    @rule(number=st.integers(0, 4), prices=st.lists(PRICES, min_size=1, max_size=3))
    def office_rewrites_the_lines(self, number: int, prices: list[str]) -> None:
        lines: list[LineInput] = [
            builders.line(item=self.shop.item(name), unit_price=price, rates=[self.shop.rate])
            for name, price in zip(("Labor", "Filter", "Visit"), prices, strict=False)
        ]
        self.edit(number, *MONEY, lines=lines)

    @rule(number=st.integers(0, 4))
    def office_voids(self, number: int) -> None:
        invoice = self.pick(number)
        if invoice is not None and invoice.can_become(Invoice.Status.VOID):
            invoice.void(reason="mistake", at=self.at)
            self.office.setdefault(invoice.pk, set()).add("void")

    @rule()
    def office_retries_all(self) -> None:
        self.shop.retry(at=self.at)

    @rule(decision=st.sampled_from([deciding.keep_quickbooks, deciding.send_ours, deciding.void_here_too]))
    def office_decides(self, decision: Any) -> None:
        if decision is deciding.send_ours:
            self.ours_wins |= set(self.shop.failed().values_list("record_id", flat=True))
        if decision is deciding.void_here_too:
            for record_id in (
                self.shop.failed().filter(failure_code="voided_in_quickbooks").values_list("record_id", flat=True)
            ):
                self.office.setdefault(record_id, set()).add("void")
        if decision is deciding.keep_quickbooks:
            kept = self.shop.failed().filter(failure_code__in=deciding.CONFLICTS).values_list("record_id", flat=True)
            for record_id in kept:
                self.office.pop(record_id, None)
        decision(self.shop.failed(), by=None, at=self.at)

    @rule(reason=st.just("typed in by hand"))
    def office_dismisses(self, reason: str) -> None:
        operations.dismiss(self.shop.failed(), by=None, at=self.at, reason=reason)

    # --- the bookkeeper -------------------------------------------------------------------------------------------

    @rule(number=st.integers(0, 4), words=WORDS)
    def bookkeeper_changes_the_message(self, number: int, words: str) -> None:
        self.book(number, lambda row: {"CustomerMemo": {"value": words or "hello"}})

    @rule(number=st.integers(0, 4), words=WORDS)
    def bookkeeper_adds_to_the_memo(self, number: int, words: str) -> None:
        self.book(number, lambda row: {"PrivateNote": f"{row.get('PrivateNote', '')}\nBk: {words}"[:4000]})

    @rule(number=st.integers(0, 4), days=st.integers(10, 40))
    def bookkeeper_moves_the_due_date(self, number: int, days: int) -> None:
        self.book(number, lambda row: {"DueDate": (self.at.date() + timedelta(days=days)).isoformat()})

    @rule(number=st.integers(0, 4))
    def bookkeeper_puts_a_class_on_the_lines(self, number: int) -> None:
        def change(row: dict[str, Any]) -> dict[str, Any]:
            lines = own_lines(row)
            for line in lines:
                if "SalesItemLineDetail" in line:
                    line["SalesItemLineDetail"]["ClassRef"] = {"value": "5000000000000007280"}
            return {"Line": lines, "TxnTaxDetail": row["TxnTaxDetail"]}

        self.book(number, change)

    @rule(number=st.integers(0, 4), price=PRICES)
    def bookkeeper_adds_a_line(self, number: int, price: str) -> None:
        def change(row: dict[str, Any]) -> dict[str, Any]:
            amount = float(price) / 2
            detail = {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": amount, "TaxCodeRef": {"value": "NON"}}
            line = {
                "DetailType": "SalesItemLineDetail",
                "Amount": amount,
                "Description": "Permit",
                "SalesItemLineDetail": detail,
            }
            return {"Line": [*own_lines(row), line], "TxnTaxDetail": row["TxnTaxDetail"]}

        self.book(number, change)

    @rule(number=st.integers(0, 4), words=st.sampled_from(["corrected", "see file"]))
    def bookkeeper_rewords_the_first_line(self, number: int, words: str) -> None:
        def change(row: dict[str, Any]) -> dict[str, Any]:
            first, *rest = own_lines(row)
            return {"Line": [{**first, "Description": words}, *rest], "TxnTaxDetail": row["TxnTaxDetail"]}

        self.book(number, change)

    @rule(number=st.integers(0, 4))
    def bookkeeper_moves_it_to_another_customer(self, number: int) -> None:
        self.book(number, lambda row: {"CustomerRef": {"value": "1"}} if not is_paid(row) else {})

    @rule(number=st.integers(0, 4))
    def bookkeeper_voids(self, number: int) -> None:
        row = self.row(self.pick(number))
        if row is not None and not is_void(row) and not is_paid(row):
            self.shop.books.post("invoice", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")

    @rule(number=st.integers(0, 4))
    def bookkeeper_receives_a_payment(self, number: int) -> None:
        row = self.row(self.pick(number))
        if row is None or is_void(row) or Decimal(str(row.get("Balance") or 0)) < 10:
            return
        line = {"Amount": 10, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
        self.shop.books.post("payment", {"CustomerRef": row["CustomerRef"], "TotalAmt": 10, "Line": [line]})

    @rule(number=st.integers(0, 4))
    def bookkeeper_deletes(self, number: int) -> None:
        row = self.row(self.pick(number))
        if row is not None and not is_paid(row):
            self.shop.books.delete("Invoice", row)

    # --- Run a Call -----------------------------------------------------------------------------------------------

    @rule()
    def drain(self) -> None:
        before = {row["Id"]: row for row in self.shop.books.invoices()}
        linked = {link.record_id: link.qbo_id for link in Link.objects.of(self.shop.connection, "invoice")}
        self.at += timedelta(minutes=1)
        for _ in range(3):
            self.shop.drain(self.at)
        after = {row["Id"]: row for row in self.shop.books.invoices()}
        documents = load_invoices([invoice.pk for invoice in self.invoices()])
        for record_id, qbo_id in linked.items():
            if qbo_id in before and qbo_id in after:
                self.check_row(record_id, before[qbo_id], after[qbo_id])
        for row in before.values():
            assert row["Id"] in after, "we deleted an invoice"
            if is_void(row):
                assert is_void(after[row["Id"]]), f"void {row['Id']} lives again"
        for record_id in self.office:
            self.check_told(record_id, documents, after)

    def check_row(self, record_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
        """We changed nothing but what the office had changed."""
        wanted = self.office.get(record_id, set())
        if "void" in wanted:
            return
        for name, was in fields_of(before, INVOICE_FIELDS).items():
            now = fields_of(after, INVOICE_FIELDS)[name]
            assert now == was or name in wanted, f"invoice {record_id}: we changed {name} from {was!r} to {now!r}"
        hers = [line for line in str(before.get("PrivateNote") or "").splitlines() if line.startswith("Bk:")]
        kept = [line for line in str(after.get("PrivateNote") or "").splitlines() if line.startswith("Bk:")]
        assert kept == hers, f"invoice {record_id}: her words in the memo"
        permits = [held_line(line) for line in own_lines(before) if line.get("Description") == "Permit"]
        assert [held_line(line) for line in own_lines(after) if line.get("Description") == "Permit"] == permits
        if not wanted & MONEY:
            assert [(line["Id"], held_line(line)) for line in own_lines(after)] == [
                (line["Id"], held_line(line)) for line in own_lines(before)
            ], f"invoice {record_id}: we changed its lines"
            assert cents(after["TotalAmt"]) == cents(before["TotalAmt"])
        classes = {line["Id"]: (line.get("SalesItemLineDetail") or {}).get("ClassRef") for line in own_lines(before)}
        for line in own_lines(after):
            if classes.get(line["Id"]):
                assert line["SalesItemLineDetail"].get("ClassRef") == classes[line["Id"]], "a class was erased"

    def check_told(self, record_id: int, documents: dict[int, Any], after: dict[str, dict[str, Any]]) -> None:
        """Synced means that what the office changed is there; everything else is told in the log."""
        event = SyncEvent.objects.filter(connection=self.shop.connection).of_record("invoice", record_id).latest("pk")
        link = Link.objects.of(self.shop.connection, "invoice").filter(record_id=record_id).first()
        if event.state != State.SYNCED or link is None or link.accepted_at:
            assert event.state in (State.FAILED, State.DISMISSED, State.SYNCED, State.SUPERSEDED), event.state
            return
        row, document = after.get(link.qbo_id), documents[record_id]
        if row is None:
            assert document.is_void
            return
        if document.is_void:
            assert is_void(row)
            return
        held, said = fields_of(row, INVOICE_FIELDS), said_of(document, load_company(self.shop.connection))
        wanted = self.office[record_id]
        for name in wanted & {"message", "due date"}:
            assert held[name] == said[name], f"{name} of invoice {record_id} is not there, and the log says Synced"
        if "memo" in wanted:
            assert document.internal_note in str(row.get("PrivateNote") or "")
        self.office[record_id] = set()

    @invariant()
    def each_is_there_once(self) -> None:
        marks = [str(row.get("PrivateNote") or "") for row in self.shop.books.invoices() if not is_void(row)]
        for invoice in self.invoices():
            found = [note for note in marks if f"(ref {self.shop.organization.pk}-{invoice.pk})" in note]
            assert len(found) <= 1, f"invoice {invoice.pk} is there {len(found)} times"

    @invariant()
    @precondition(lambda self: len(self.invoices()) > 0)
    def nothing_is_called_a_mistake_of_ours(self) -> None:
        assert not SyncEvent.objects.filter(connection=self.shop.connection, failure_code="internal_error").exists()


@contextmanager
def open_shop() -> Iterator[Shop]:
    with emulator() as url:
        yield connected_shop(url)


@pytest.mark.timeout(3600)
def test_two_hands(db: None, qbo_url: str) -> None:
    TwoHands.open_shop = staticmethod(open_shop)
    run_state_machine_as_test(
        TwoHands,
        settings=settings(
            max_examples=int(os.environ.get("TWO_HANDS", "6")),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
