"""Hours that somebody worked; knows no HTTP."""

from __future__ import annotations

from qbo_emulator import faults
from qbo_emulator.books.called import NAME_OF
from qbo_emulator.books.clock import pacific_date
from qbo_emulator.entities.kind import LIST, Draft, Kind
from qbo_emulator.entities.references import CUSTOMER, EMPLOYEE, ITEM, VENDOR, key_of, pointing, resolve

OWNERS = {"Employee": EMPLOYEE, "Vendor": VENDOR}
NAMED = {"EmployeeRef": EMPLOYEE, "VendorRef": VENDOR, "CustomerRef": CUSTOMER, "ItemRef": ITEM}
BILLABLE = ("Billable", "NotBillable", "HasBeenBilled")
ORDER = (
    "TxnDate", "NameOf", "EmployeeRef", "VendorRef", "CustomerRef", "ItemRef", "ClassRef", "DepartmentRef",
    "BillableStatus", "Taxable", "HourlyRate", "CostRate", "BreakHours", "BreakMinutes", "StartTime", "EndTime",
    "Hours", "Minutes", "Description", "domain", "sparse", "Id", "SyncToken", "MetaData",
)  # fmt: skip


def time_rules(draft: Draft) -> None:
    """Whose time it is, an employee's or a vendor's (Intuit's API reference), and for whom; all of them must exist."""
    row = draft.row
    owner = row["NameOf"]
    if owner not in OWNERS:
        raise faults.invalid_enumeration(owner, "NameOf")
    if not key_of(row.get(f"{owner}Ref")):
        raise faults.missing_parameter(f"{owner}Ref")
    for field, target in NAMED.items():
        if key_of(row.get(field)):
            row[field] = pointing(resolve(draft.company, target, row[field]), NAME_OF[target.entity])
    if row["BillableStatus"] not in BILLABLE:
        raise faults.invalid_enumeration(row["BillableStatus"], "BillableStatus")
    if row["BillableStatus"] == "Billable" and "CustomerRef" not in row:
        raise faults.missing_parameter("CustomerRef")
    row.setdefault("TxnDate", pacific_date(draft.at).isoformat())
    if "StartTime" not in row:
        row.setdefault("Hours", 0)
        row.setdefault("Minutes", 0)


TIME_ACTIVITY = Kind(
    "TimeActivity",
    operations=LIST | {"delete"},
    required=("NameOf",),
    defaults={"BillableStatus": "NotBillable", "Taxable": False, "HourlyRate": 0},
    rules=time_rules,
    order=ORDER,
)
