"""Budgets: an amount by account and period (documented), created, changed and deleted; knows no HTTP."""

from __future__ import annotations

from qbo_emulator import faults
from qbo_emulator.entities.kind import LIST, Draft, Kind
from qbo_emulator.entities.others import name_accounts
from qbo_emulator.entities.references import CUSTOMER, key_of, name_places, pointing, resolve

TYPES = ("ProfitAndLoss", "BalanceSheet")
REQUIRED = ("StartDate", "EndDate", "BudgetType", "BudgetEntryType", "BudgetDetail")


def budget_rules(draft: Draft) -> None:
    """A name with every write, even a sparse one (seen live by a public client), and what its details refer to."""
    row = draft.row
    if not str(draft.sent.get("Name") or "").strip():
        raise faults.business("A budget must have a name.")
    if row["BudgetType"] not in TYPES:
        raise faults.invalid_enumeration(str(row["BudgetType"]), "BudgetType")
    details = row["BudgetDetail"]
    if not isinstance(details, list) or not all(isinstance(detail, dict) for detail in details):
        raise faults.unreadable_body()
    row["BudgetDetail"] = [dict(detail) for detail in details]
    for detail in row["BudgetDetail"]:
        if not key_of(detail.get("AccountRef")):
            raise faults.missing_parameter("BudgetDetail.AccountRef")
        name_accounts(draft.company, detail)
        name_places(draft.company, detail, "BudgetDetail.")
        if key_of(detail.get("CustomerRef")):
            customer = resolve(draft.company, CUSTOMER, detail["CustomerRef"])
            detail["CustomerRef"] = pointing(customer, "FullyQualifiedName")


BUDGET = Kind(
    "Budget",
    operations=LIST | {"delete"},
    required=REQUIRED,
    defaults={"Active": True},
    rules=budget_rules,
)
