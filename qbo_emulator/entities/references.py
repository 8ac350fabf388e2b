"""Whether what a transaction refers to exists and is active, in Intuit's words; knows no transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.faults import QboFault


@dataclass(frozen=True)
class Target:
    """A kind of thing that can be referred to, and the specific words for its absence."""

    entity: str
    missing: Callable[[str], QboFault]
    inactive: Callable[[Row], QboFault]


def _element_missing(group: str) -> Callable[[str], QboFault]:
    return lambda key: faults.invalid_reference(f"{group} element id {key} not found", "Reference Id")


def _at(element: str) -> Callable[[str], QboFault]:
    return lambda key: faults.invalid_reference(element, element)


def _customer_deleted(row: Row) -> QboFault:
    name = row["DisplayName"]
    return faults.business(
        "Customer assigned to this transaction has been deleted. "
        f"Before you can modify this transaction, you must restore {name}."
    )


def _item_deleted(row: Row) -> QboFault:
    name = row["Name"]
    return faults.business(
        "Product/Service assigned to this transaction has been deleted. "
        f"Before you can modify this transaction, you must restore {name}."
    )


CUSTOMER = Target("Customer", _element_missing("Names"), _customer_deleted)
VENDOR = Target("Vendor", _element_missing("Names"), lambda row: _element_missing("Names")(row["Id"]))
EMPLOYEE = Target("Employee", _element_missing("Names"), lambda row: _element_missing("Names")(row["Id"]))
ITEM = Target("Item", _at("Line.SalesItemLineDetail.ItemRef"), _item_deleted)
ACCOUNT = Target("Account", _element_missing("Accounts"), lambda row: _element_missing("Accounts")(row["Id"]))
TERM = Target("Term", _element_missing("Terms"), lambda row: _element_missing("Terms")(row["Id"]))
PAYMENT_METHOD = Target(
    "PaymentMethod",
    _element_missing("Payment methods"),
    lambda row: _element_missing("Payment methods")(row["Id"]),
)
TAX_CODE = Target(
    "TaxCode", _at("TxnTaxDetail.TxnTaxCodeRef"), lambda row: _at("TxnTaxDetail.TxnTaxCodeRef")(row["Id"])
)
TAX_AGENCY = Target("TaxAgency", _element_missing("TaxAgency"), lambda row: _element_missing("TaxAgency")(row["Id"]))
CLASS = Target("Class", _element_missing("Klasses"), lambda row: _element_missing("Klasses")(row["Id"]))
DEPARTMENT = Target(
    "Department", _element_missing("Departments"), lambda row: _element_missing("Departments")(row["Id"])
)
PLACES = {"ClassRef": CLASS, "DepartmentRef": DEPARTMENT}
GENERIC = {"610-generic": faults.object_not_found, "2500-generic": faults.invalid_reference}


def key_of(reference: object) -> str:
    """The id in a reference; a bare string counts as one."""
    if isinstance(reference, dict):
        return str(reference.get("value") or "")
    return str(reference or "")


def resolve(company: Company, target: Target, reference: object) -> Row:
    """The active row that `reference` points at. Raises QboFault in the wording that the switches choose."""
    key = key_of(reference)
    row = company.get(target.entity, key)
    if row is None:
        raise missing(company, target, key)
    if row.get("Active") is False:
        raise inactive(company, target, row)
    return row


def name_places(company: Company, row: Row, path: str = "") -> None:
    """Names the class and the location of `row` and of its lines. Raises QboFault for what is no id and for what does
    not exist (both recorded for a class); an inactive one is taken.
    """
    for field, target in PLACES.items():
        if field not in row:
            continue
        key = key_of(row[field])
        if not key:
            continue
        if not key.isdigit():
            raise faults.invalid_id(key, f"{path}{field}.value")
        place = company.get(target.entity, key)
        if place is None:
            raise missing(company, target, key)
        row[field] = pointing(place, "FullyQualifiedName")
    for line in row.get("Line", ()):
        kind = line.get("DetailType")
        if isinstance(line.get(kind), dict):
            name_places(company, line[kind], f"{path}Line.{kind}.")


def missing(company: Company, target: Target, key: str) -> QboFault:
    generic = GENERIC.get(company.switch("missing_reference"))
    return generic() if generic else target.missing(key)


def inactive(company: Company, target: Target, row: Row) -> QboFault:
    generic = GENERIC.get(company.switch("inactive_reference"))
    return generic() if generic else target.inactive(row)


def check_start_of_stock(company: Company, item: Row, day: str | None) -> None:
    """Raises QboFault 6270 where what is dated `day` moves an inventory item before it was kept in stock."""
    starts = item.get("InvStartDate") if item.get("Type") == "Inventory" else None
    if day and starts and day < starts and company.switch("inventory_before_start") == "refuse":
        raise faults.before_start_of_inventory(item["Name"])


def pointing(row: Row, name_field: str) -> Row:
    return {"value": row["Id"], "name": row[name_field]}
