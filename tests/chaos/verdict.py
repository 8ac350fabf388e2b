"""The result of a storm: the books according to `reconcile` and the company's own lists, and what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.ledger import Ledger
from tests.chaos.stage import PACE, Stage
from tests.chaos.storm import Storm

# How often an operator presses "Retry" on what used up its retries, and after how long something stands still.
ROUNDS = 3
# Of the editor's edits, those without which a storm says nothing about payments.
MONEY_EDITS = ("pay", "pay_several", "overpay", "reapply", "correct_payment", "void_payment", "void")
UNPAID = "SELECT COUNT(*) FROM invoices_invoice WHERE status <> 'void' AND amount_paid < total"
STUCK_AFTER = 30.0 * PACE
# A name with our own record's id behind it: ours for a second record of the name, and none has one here.
OUR_SUFFIX = re.compile(r" \(\d+\)$")


@dataclass
class Verdict:
    """`wrong`: everything that must not be; a storm is survived when there is nothing."""

    wrong: list[str] = field(default_factory=list)
    books: dict[str, Any] = field(default_factory=dict)
    tie_outs: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    refreshes: int = 0


def judge(storm: Storm) -> Verdict:
    """Wait for calm, retry what used up its retries, and compare; ends the storm's clusters."""
    found = Verdict()
    _settle(storm, found)
    storm.end()
    found.wrong += storm.early_failures
    found.wrong += [
        f"paused for no reason: {why}" for why in storm.reconnections if not why.startswith("token_expired")
    ]
    found.states = storm.ledger.states()
    found.books = storm.stage.judge()
    found.tie_outs = storm.stage.tie_out()
    found.refreshes = int(storm.ledger.rows("SELECT token_version FROM qbo_connection")[0][0])
    found.wrong += _enough(storm, found)
    found.wrong += _books(found.books) + _payments(found.books["payments"]) + _all_checked(storm, found.books)
    found.wrong += _payments_there(storm) + _tied(found.tie_outs)
    found.wrong += _names(storm.stage)
    found.wrong += _log(storm.ledger)
    return found


def _settle(storm: Storm, found: Verdict) -> None:
    for _ in range(ROUNDS):
        if not storm.calm(STUCK_AFTER):
            found.wrong.append(f"stuck for {STUCK_AFTER:.0f} s: {storm.ledger.states()}")
            return
        failed = storm.ledger.failed()
        if not failed:
            return
        storm.retry_failed()
    if storm.ledger.failed():
        found.wrong.append(f"still failed after {ROUNDS} rounds of retries: {storm.ledger.failed()[:5]}")


def _enough(storm: Storm, found: Verdict) -> list[str]:
    wrong = [f"only {storm.counts[name]} times: {name}" for name in storm.wanting]
    if storm.kills < storm.size.kills:
        wrong.append(f"only {storm.kills} kills")
    if found.refreshes < storm.size.least:
        wrong.append(f"only {found.refreshes} refreshes of the token")
    edits = sum(count for name, count in storm.edits.items() if name not in ("refused", "database away"))
    wrong += [f"never done: {name}" for name in MONEY_EDITS if not storm.edits[name]]
    return wrong if edits >= storm.size.least else [*wrong, f"only {edits} edits"]


def _books(books: dict[str, Any]) -> list[str]:
    return [
        f"{books[name]} {name}: {books[listed][:5]}"
        for name, listed in (
            ("missing", "missing_invoices"),
            ("twice", "invoices_twice"),
            ("copies", "copied_invoices"),
            ("different", "different_invoices"),
        )
        if books[name]
    ]


def _payments(payments: dict[str, Any]) -> list[str]:
    """Every payment that was recorded is there, once, on its invoice."""
    kinds = ("missing", "twice", "different")
    return [f"{len(payments[name])} payments {name}: {payments[name][:5]}" for name in kinds if payments[name]]


def _payments_there(storm: Storm) -> list[str]:
    """By the company's own list, and not by what we know: each mark once, and nothing without one."""
    marks = Counter(str(row.get("PrivateNote") or "no mark") for row in storm.stage.books("Payment"))
    wrong = [f"payment {count} times: {mark}" for mark, count in marks.items() if count > 1 or mark == "no mark"]
    ((standing,),) = storm.ledger.rows("SELECT COUNT(*) FROM invoices_payment WHERE voided_at IS NULL")
    if len(marks) < standing:
        wrong.append(f"only {len(marks)} payments there of {standing}")
    if storm.paid:
        ((unpaid,),) = storm.ledger.rows(UNPAID)
        wrong += [f"{unpaid} invoices are not paid"] if unpaid else []
    return wrong


def _tied(tie_outs: list[dict[str, Any]]) -> list[str]:
    """Every month agrees to the cent, and payments are in one of them."""
    wrong = [
        f"tie-out of {one['month']}: {one['problem'] or one['differences'][:3] or one['lines']}"
        for one in tie_outs
        if not one["agrees"]
    ]
    whats = {line["what"] for one in tie_outs for line in one["lines"]}
    return wrong if {"Invoices", "Payments received"} <= whats else [*wrong, f"tie-outs only of {sorted(whats)}"]


def _all_checked(storm: Storm, books: dict[str, Any]) -> list[str]:
    """Those voided before they ever went out are none of the books' business; all others are."""
    ((there, alive),) = storm.ledger.rows(
        "SELECT COUNT(*), SUM(CASE WHEN status = 'void' THEN 0 ELSE 1 END) FROM invoices_invoice"
    )
    if there == storm.size.invoices and alive <= books["checked"] <= there:
        return []
    return [f"{books['checked']} checked of {there} invoices, {alive} not void, {storm.size.invoices} imported"]


def _names(stage: Stage) -> list[str]:
    """No customer and no product twice: QuickBooks would take a second one only under another name."""
    wrong = []
    for entity, field_name in (("Customer", "DisplayName"), ("Item", "Name")):
        names = Counter(str(row[field_name]) for row in stage.books(entity))
        twice = [name for name, count in names.items() if count > 1 or OUR_SUFFIX.search(name)]
        wrong += [f"{entity} twice: {name}" for name in twice]
    return wrong


def _log(ledger: Ledger) -> list[str]:
    """No write of which nobody knows what became."""
    ((open_ones,),) = ledger.rows("SELECT COUNT(*) FROM sync_submission WHERE settled_at IS NULL")
    return [f"{open_ones} submissions never settled"] if open_ones else []
