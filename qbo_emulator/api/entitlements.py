"""What a company's plan includes, as Intuit documents it: in XML only, without a namespace; knows no entity's rules."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape

from qbo_emulator import faults
from qbo_emulator.api import admission, answers
from qbo_emulator.api.calls import Call
from qbo_emulator.api.xml_format import HEAD
from qbo_emulator.books.company import Company
from qbo_emulator.messages import XML, Request, Response
from qbo_emulator.world.world import World

PREFIX = "/manage/entitlements/v3/"
PLAN = "QBWEBPLUSPAYROLLMONTHLY"
DAYS_OF_TRIAL = 30
# Ids and names as in Intuit's own example.
OFF = ((7, "PayPal"), (8, "Merchant Service"), (44, "Do-it-yourself Payroll (Paycycle)"), (47, "Hide Employee List"))
ON = (
    (1, "Class Tracking"),
    (3, "Expense Tracking by Customer"),
    (4, "Time Tracking"),
    (5, "Budgets"),
    (6, "Custom Invoice Styles"),
    (9, "1099 Forms for Vendors"),
    (10, "Managing Bills to Pay Later"),
    (11, "Complete Set of Reports"),
    (12, "Enhanced Reporting"),
    (13, "Exporting to Excel"),
    (15, "Delayed Charges"),
    (16, "Custom Sales Fields"),
    (19, "Recurring Transactions"),
    (20, "Closing the Books"),
    (21, "Location Tracking"),
    (29, "Basic Sales"),
    (30, "Basic Banking"),
    (31, "Accounting"),
    (35, "Estimates"),
    (42, "Purchase Order"),
    (43, "Inventory"),
    (45, "Multi-Currency"),
)


def handle(world: World, request: Request, at: datetime) -> Response:
    """The entitlements of the company that the address names, for whoever may call its data API."""
    realm = request.path[len(PREFIX) :].strip("/")
    call = Call(request, realm, "entitlements", [], "read", at)
    refused = admission.admit(world, call)
    if refused:
        return refused
    if request.method != "GET":
        return answers.fault(faults.unsupported(request.method), at=at, wants_json=False)
    company = world.companies[realm]
    with company.lock:
        return Response(200, HEAD + document(company), XML)


def document(company: Company) -> str:
    trial = DAYS_OF_TRIAL if company.setting("subscription") == "TRIAL" else 0
    facts = {"QboCompany": "true", "PlanName": PLAN, "MaxUsers": 10, "CurrentUsers": 1, "DaysRemainingTrial": trial}
    told = "".join(f"<{name}>{value}</{name}>" for name, value in facts.items())
    included = "".join(
        entitlement(key, name, term) for term, which in (("Off", OFF), ("On", ON)) for key, name in which
    )
    tracked = sum(len(list(company.rows(entity))) for entity in ("Class", "Department"))
    accounts = len(list(company.rows("Account")))
    limits = threshold("CLASSES_AND_DEPARTMENTS", 40, tracked) + threshold("ACCOUNTS", 250, accounts)
    return f"<EntitlementsResponse>{told}{included}<Thresholds>{limits}</Thresholds></EntitlementsResponse>"


def entitlement(key: int, name: str, term: str) -> str:
    return f'<Entitlement id="{key}"><name>{escape(name)}</name><term>{term}</term></Entitlement>'


def threshold(name: str, limit: int, count: int) -> str:
    """How much of a list the plan allows; here nothing is refused for it."""
    above = "true" if count > limit else "false"
    inside = f"<name>{name}</name><limit>{limit}</limit><enforced>false</enforced>"
    return (
        f"<threshold>{inside}<currentCount>{count}</currentCount><aboveThreshold>{above}</aboveThreshold></threshold>"
    )
