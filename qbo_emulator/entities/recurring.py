"""Templates of recurring transactions: stored, changed, queried and deleted, never run; knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qbo_emulator import faults
from qbo_emulator.books.company import Row
from qbo_emulator.entities.fields import clean
from qbo_emulator.entities.kind import LIST, Draft, Kind
from qbo_emulator.entities.others import OTHERS, transaction_rules
from qbo_emulator.entities.payables import BILL, VENDOR_CREDIT
from qbo_emulator.entities.references import key_of
from qbo_emulator.entities.sales import (
    CREDIT_MEMO,
    ESTIMATE,
    INVOICE,
    REFUND_RECEIPT,
    SALES_RECEIPT,
    name_customer,
    total_up,
)
from qbo_emulator.entities.transfers import TRANSFER, transfer_rules

RECUR_TYPES = ("Automated", "Reminded", "UnScheduled")
SALES = {kind.name: kind for kind in (INVOICE, CREDIT_MEMO, ESTIMATE, SALES_RECEIPT, REFUND_RECEIPT)}
PURCHASES = {kind.name: kind for kind in (*OTHERS, BILL, VENDOR_CREDIT) if kind.rules is transaction_rules} | {
    kind.name: kind for kind in (BILL, VENDOR_CREDIT)
}
TEMPLATES: dict[str, Kind] = {**SALES, **PURCHASES, "Transfer": TRANSFER}
SYSTEM_FIELDS = ("Id", "SyncToken", "MetaData", "domain", "sparse", "status", "Type")


def opened(body: Row) -> Row:
    """The template inside `body`, with its type. Raises QboFault where there is not exactly one."""
    named = [name for name in body if name in TEMPLATES and isinstance(body[name], dict)]
    if len(named) != 1:
        raise faults.missing_parameter("RecurringTransaction")
    return {**body[named[0]], "Type": named[0]}


def recurring_rules(draft: Draft) -> None:
    """The rules of the transaction that it is a template of, without number and dates."""
    row = draft.row
    kind = TEMPLATES[row["Type"]]
    info = row.get("RecurringInfo")
    if not isinstance(info, dict):
        raise faults.missing_parameter("RecurringInfo")
    if info.get("RecurType") is not None:
        info = {**info, "RecurType": recur_type(info["RecurType"])}
    sent = clean(kind.member, {name: value for name, value in row.items() if name not in SYSTEM_FIELDS})
    # A template has no date, so nothing of before is in a closed period.
    inner = replace(draft, kind=kind, sent=sent, before=None, row={**kind.defaults, **sent, "Id": row["Id"]}, also=[])
    for name in kind.required:
        if name not in inner.row:
            raise faults.missing_parameter(name)
    rules_of(kind)(inner)
    draft.row = {**inner.row, "RecurringInfo": {"Active": True, **info}, "Type": row["Type"]}
    draft.row["RecurDataRef"] = (draft.before or {}).get("RecurDataRef") or {"value": next_of_its_own(draft)}
    if kind is BILL:
        draft.row["Balance"] = inner.row["TotalAmt"]
    for name in ("DocNumber", "TxnDate", "DueDate"):
        draft.row.pop(name, None)


def recur_type(sent: object) -> str:
    """The documented type that is meant, in whatever case (a client of 2026 sends `Unscheduled`)."""
    for known in RECUR_TYPES:
        if str(sent).lower() == known.lower():
            return known
    raise faults.invalid_enumeration(sent, "RecurringInfo.RecurType")


def next_of_its_own(draft: Draft) -> str:
    """The number of a new template: these count by themselves (documented: 2, 3 and 4 beside Ids 20, 23 and 1537)."""
    used = (int(key_of(row.get("RecurDataRef")) or 0) for row in draft.company.rows(draft.kind.name))
    return str(max(used, default=0) + 1)


def rules_of(kind: Kind) -> Callable[[Draft], None]:
    if kind.name in SALES:
        return sales_template
    return transfer_rules if kind.name == "Transfer" else transaction_rules


def sales_template(draft: Draft) -> None:
    name_customer(draft)
    total_up(draft)


RECURRING = Kind(
    "RecurringTransaction",
    operations=LIST | {"delete"},
    required=("Type",),
    rules=recurring_rules,
    opened=opened,
    is_wrapped=True,
)
