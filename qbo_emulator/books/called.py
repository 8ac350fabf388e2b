"""What references call a row: by its name of now, whatever it was called when they were written; knows no rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from qbo_emulator.books.table import Row

Get = Callable[[str, Optional[str]], Optional[Row]]
FULL, SHORT = "FullyQualifiedName", "Name"
NAME_OF = {
    **dict.fromkeys(("Vendor", "Employee"), "DisplayName"),
    **dict.fromkeys(("Customer", "Item", "Account", "Class", "Department"), FULL),
    **dict.fromkeys(("Term", "PaymentMethod"), SHORT),
}
REFERS_TO = {
    "CustomerRef": "Customer",
    "VendorRef": "Vendor",
    "EmployeeRef": "Employee",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "SalesTermRef": "Term",
    "PaymentMethodRef": "PaymentMethod",
    "ItemRef": "Item",
    **dict.fromkeys(
        (
            *("AccountRef", "APAccountRef", "ARAccountRef", "BankAccountRef", "CCAccountRef", "CreditCardAccountRef"),
            *("DepositToAccountRef", "FromAccountRef", "ToAccountRef", "IncomeAccountRef", "ExpenseAccountRef"),
            *("AssetAccountRef", "ItemAccountRef", "DiscountAccountRef", "AdjustAccountRef"),
        ),
        "Account",
    ),
}


def is_renamed(entity: str, before: Row | None, row: Row) -> bool:
    field = NAME_OF.get(entity)
    return field is not None and before is not None and before.get(field) != row.get(field)


def called_now(get: Get, value: Any) -> Any:
    """`value` with the names of now in all its references; the same object where none has changed."""
    if isinstance(value, list):
        items = [called_now(get, one) for one in value]
        return items if any(new is not old for new, old in zip(items, value)) else value
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, inner in value.items():
        if isinstance(inner, (dict, list)):
            of = value.get("Type") if name == "EntityRef" else REFERS_TO.get(name)
            now = named_now(get, inner, of) if of in NAME_OF else called_now(get, inner)
            if now is not inner:
                changed[name] = now
        elif name == "name" and str(value.get("type")).capitalize() in NAME_OF:  # a name of any of the three lists
            return named_now(get, value, value["type"].capitalize())
    return {**value, **changed} if changed else value


def named_now(get: Get, reference: Any, entity: str) -> Any:
    if not isinstance(reference, dict) or "name" not in reference:
        return reference
    row = get(entity, reference.get("value"))
    name = row.get(NAME_OF[entity]) if row else None
    return reference if name in (None, reference["name"]) else {**reference, "name": name}
