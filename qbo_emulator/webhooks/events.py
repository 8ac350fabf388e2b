"""Which writes are sent out, and as what; knows no format."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from qbo_emulator.books.clock import moment
from qbo_emulator.books.company import Change, Company, Put, Row, Set

TOLD = frozenset(
    [
        "Account",
        "Bill",
        "BillPayment",
        "Class",
        "CreditMemo",
        "Customer",
        "Department",
        "Deposit",
        "Employee",
        "Estimate",
        "Invoice",
        "Item",
        "JournalEntry",
        "Payment",
        "PaymentMethod",
        "Preferences",
        "Purchase",
        "PurchaseOrder",
        "RefundReceipt",
        "SalesReceipt",
        "TaxAgency",
        "Term",
        "TimeActivity",
        "Transfer",
        "Vendor",
        "VendorCredit",
    ]
)


@dataclass(frozen=True)
class Event:
    entity: str
    key: str
    operation: str
    at: datetime
    deleted_id: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def kept(self) -> list[str]:
        return [self.entity, self.key, self.operation, self.at.isoformat(), self.deleted_id, self.id]

    @classmethod
    def again(cls, kept: list[str]) -> Event:
        entity, key, operation, at, deleted_id, event_id = kept
        return cls(entity, key, operation, moment(at), deleted_id, event_id)


def event_of(company: Company, change: Change, at: datetime) -> Event | None:
    if isinstance(change, Set):
        if change.key != "merged":
            return None
        loser, survivor = list(change.value.items())[-1]
        return Event("Customer", survivor, "Merge", at, deleted_id=loser)
    if change.entity not in TOLD:
        return None
    if isinstance(change, Put):
        return Event(change.entity, change.row["Id"], operation_of(company, change.entity, change.row), at)
    return Event(change.entity, change.stub["Id"], "Delete", at)


def operation_of(company: Company, entity: str, row: Row) -> str:
    if row.get("SyncToken") == "0":
        return "Create" if "DeliveryInfo" not in row else "Emailed"
    if str(row.get("PrivateNote", "")).startswith("Voided") and not row.get("TotalAmt"):
        return "Void"
    inactivated = row.get("Active") is False
    return str(company.switch("webhook_inactivation")) if inactivated else "Update"
