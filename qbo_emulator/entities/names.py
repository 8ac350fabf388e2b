"""Customers, vendors and employees: one set of names, never deleted, only made inactive; knows no HTTP."""

from __future__ import annotations

from qbo_emulator import faults
from qbo_emulator.books.company import NAMES, Company, Row
from qbo_emulator.entities.currencies import currency_of_name
from qbo_emulator.entities.descendants import rename_descendants
from qbo_emulator.entities.kind import LIST, Draft, Kind
from qbo_emulator.entities.references import CUSTOMER, TERM, key_of, resolve

SUFFIX = " (deleted)"
NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")


def name_rules(draft: Draft) -> None:
    """DisplayName, unique over the three lists, and what follows from it."""
    row = draft.row
    name = row.get("DisplayName") or full_name(row)
    if not name:
        raise (
            faults.missing_parameter("DisplayName")
            if draft.kind.name != "Employee"
            else faults.missing_parameter("GivenName")
        )
    row["DisplayName"] = name = deleted_name(draft, name.strip())
    check_name_free(draft, name)
    row.setdefault("PrintOnCheckName", row.get("CompanyName") or full_name(row) or name)
    if key_of(draft.sent.get("SalesTermRef")):
        resolve(draft.company, TERM, row["SalesTermRef"])


def full_name(row: Row) -> str:
    return " ".join(row[part] for part in NAME_PARTS if row.get(part))


def deleted_name(draft: Draft, name: str) -> str:
    """The suffix of an inactive row; reactivating needs the old name or removes the suffix."""
    active = draft.row.get("Active", True)
    if not active and not name.endswith(SUFFIX) and draft.company.switch("deleted_suffix_frees_name"):
        return name + SUFFIX
    was_inactive = draft.before is not None and draft.before.get("Active") is False
    return name.removesuffix(SUFFIX) if active and was_inactive else name


def check_name_free(draft: Draft, name: str) -> None:
    if draft.row.get("Active") is not False and holder(draft.company, name, besides=draft.row.get("Id")):
        told = draft.company.switch("duplicate_name_words") == "who"
        raise faults.duplicate_name() if told else faults.duplicate_person()


def holder(company: Company, name: str, *, besides: str | None = None) -> Row | None:
    """The record in the three lists that has `name`."""
    for entity in NAMES:
        for row in company.tables[entity].with_text("DisplayName", name):
            same = company.switch("name_uniqueness_ignores_case") or row["DisplayName"] == name
            if same and row["Id"] != besides:
                return row
    return None


def hide(row: Row, field: str, shown: int) -> None:
    """A number of a person or company is masked in every answer, but for its last letters (Intuit's API reference)."""
    number = str(row.get(field) or "")
    if number:
        end = "".join(letter for letter in number if letter.isalnum())[-shown:]
        row[field] = "X" * (len(number) - len(end)) + end


def customer_rules(draft: Draft) -> None:
    name_rules(draft)
    row, company = draft.row, draft.company
    hide(row, "PrimaryTaxIdentifier", 5)
    hide(row, "SecondaryTaxIdentifier", 5)
    currency_of_name(draft)
    set_parent(draft)
    is_us = company.setting("country") == "US"
    if is_us and draft.before is None and row["Taxable"] and company.preference("TaxPrefs", "UsingSalesTax"):
        code = key_of(company.preference("TaxPrefs", "TaxGroupCodeRef"))
        row["DefaultTaxCodeRef"] = {"value": code} if code else row.get("DefaultTaxCodeRef", {"value": "2"})


def set_parent(draft: Draft) -> None:
    row = draft.row
    if not key_of(row.get("ParentRef")):
        row.pop("ParentRef", None)
        row["FullyQualifiedName"] = row["DisplayName"]
        rename_descendants(draft)
        return
    parent = resolve(draft.company, CUSTOMER, row["ParentRef"])
    level = parent.get("Level", 0) + 1
    if level > 4:
        raise faults.business("A customer can have at most four levels of sub-customers.")
    row |= {"Job": row.get("Job", True), "Level": level}
    row["FullyQualifiedName"] = f"{parent['FullyQualifiedName']}:{row['DisplayName']}"
    rename_descendants(draft)


def vendor_rules(draft: Draft) -> None:
    """The notes of a vendor are taken and dropped: it has none (documented; seen live by a public client)."""
    draft.row.pop("Notes", None)
    name_rules(draft)
    hide(draft.row, "TaxIdentifier", 4)
    currency_of_name(draft)


def employee_rules(draft: Draft) -> None:
    """The social security number is never shown, and the mask of an answer that comes back changes nothing."""
    name_rules(draft)
    if draft.row.get("SSN"):
        draft.row["SSN"] = "XXX-XX-XXXX"


CUSTOMER_ORDER = (
    "Taxable", "BillAddr", "ShipAddr", "Notes", "Job", "BillWithParent", "ParentRef", "Level", "SalesTermRef",
    "Balance", "BalanceWithJobs", "CurrencyRef", "PreferredDeliveryMethod", "IsProject", "ClientEntityId",
    "domain", "sparse", "Id", "SyncToken", "MetaData", "Title", "GivenName", "MiddleName", "FamilyName",
    "Suffix", "FullyQualifiedName",
    "CompanyName", "DisplayName", "PrintOnCheckName", "Active", "PrimaryPhone", "AlternatePhone", "Mobile",
    "V4IDPseudonym", "Fax", "PrimaryEmailAddr", "WebAddr", "DefaultTaxCodeRef",
)  # fmt: skip
CUSTOMER_DEFAULTS = {
    "Taxable": True,
    "Job": False,
    "BillWithParent": False,
    "Balance": 0,
    "BalanceWithJobs": 0,
    "PreferredDeliveryMethod": "Print",
    "Active": True,
}

CUSTOMER_KIND = Kind(
    "Customer",
    operations=LIST,
    defaults=CUSTOMER_DEFAULTS,
    kept=("CurrencyRef", "DefaultTaxCodeRef"),
    rules=customer_rules,
    is_list=True,
    name_field="DisplayName",
    order=CUSTOMER_ORDER,
)
VENDOR_KIND = Kind(
    "Vendor",
    operations=LIST,
    defaults={"Balance": 0, "Vendor1099": False, "Active": True},
    kept=("CurrencyRef",),
    rules=vendor_rules,
    is_list=True,
    name_field="DisplayName",
)
EMPLOYEE_KIND = Kind(
    "Employee",
    operations=LIST,
    defaults={"BillableTime": False, "Active": True},
    rules=employee_rules,
    is_list=True,
    name_field="DisplayName",
)
