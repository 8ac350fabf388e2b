"""What Intuit's sample company holds beyond the plain one: customers, vendors, employees, items; pure data."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from qbo.emulator.clock import stamp
from qbo.emulator.company import Change, Put, Row
from qbo.emulator.seed import CURRENCY, stored

CUSTOMERS = (  # id, display name, given name, family name, id of the parent
    ("2", "Bill's Windsurf Shop", "Bill", "Lucchini", ""),
    ("3", "Cool Cars", "Grace", "Pariente", ""),
    ("4", "Diego Rodriguez", "Diego", "Rodriguez", ""),
    ("5", "Dukes Basketball Camp", "Peter", "Dukes", ""),
    ("6", "Dylan Sollfrank", "Dylan", "Sollfrank", ""),
    ("7", "Freeman Sporting Goods", "Kirby", "Freeman", ""),
    ("8", "0969 Ocean View Road", "Sasha", "Tillou", "7"),
    ("9", "55 Twin Lane", "Amelia", "", "7"),
    ("10", "Geeta Kalapatapu", "Geeta", "Kalapatapu", ""),
    ("11", "Gevelber Photography", "Lisa", "Gevelber", ""),
    ("12", "Jeff's Jalopies", "Jeff", "Chin", ""),
    ("13", "John Melton", "John", "Melton", ""),
    ("14", "Kate Whelan", "Kate", "Whelan", ""),
    ("16", "Kookies by Kathy", "Kathy", "Kuplis", ""),
    ("17", "Mark Cho", "Mark", "Cho", ""),
    ("18", "Paulsen Medical Supplies", "Kathy", "Paulsen", ""),
    ("19", "Rago Travel Agency", "Lawrence", "Rago", ""),
    ("20", "Red Rock Diner", "Stephanie", "Martini", ""),
    ("21", "Rondonuwu Fruit and Vegi", "Tony", "Rondonuwu", ""),
    ("22", "Shara Barnett", "Shara", "Barnett", ""),
    ("23", "Barnett Design", "Shara", "Barnett", "22"),
    ("24", "Sonnenschein Family Store", "Russ", "Sonnenschein", ""),
    ("25", "Sushi by Katsuyuki", "Katsuyuki", "Yanagawa", ""),
    ("26", "Travis Waldron", "Travis", "Waldron", ""),
    ("27", "Video Games by Dan", "Daniel", "Griffith", ""),
    ("28", "Wedding Planning by Whitney", "Whitney", "", ""),
    ("29", "Weiskopf Consulting", "Nicola", "Weiskopf", ""),
)
VENDORS = (
    ("30", "Books by Bessie"),
    ("31", "Brosnahan Insurance Agency"),
    ("32", "Cal Telephone"),
    ("33", "Chin's Gas and Oil"),
    ("34", "Cigna Health Care"),
    ("35", "Computers by Jenni"),
    ("36", "Ellis Equipment Rental"),
    ("37", "Fidelity"),
    ("38", "Hall Properties"),
    ("39", "Hicks Hardware"),
    ("40", "Lee Advertising"),
    ("41", "Mahoney Mugs"),
    ("42", "Met Life Dental"),
    ("43", "National Eye Care"),
    ("44", "Norton Lumber and Building Materials"),
    ("45", "Pam Seitz"),
    ("46", "PG&E"),
    ("47", "Robertson & Associates"),
    ("48", "Squeaky Kleen Car Wash"),
    ("49", "Tania's Nursery"),
    ("50", "Tim Philip Masonry"),
    ("51", "Tony Rondonuwu"),
    ("52", "United States Treasury"),
    ("56", "Bob's Burger Joint"),
)
EMPLOYEES = (("54", "Emily", "Platt"), ("55", "John", "Johnson"))
ITEMS = (  # id, name, type, price, taxable
    ("3", "Concrete", "Service", "0", True),
    ("4", "Design", "Service", "75", False),
    ("5", "Rock Fountain", "NonInventory", "275", True),
    ("6", "Gardening", "Service", "0", False),
    ("7", "Installation", "Service", "50", False),
    ("8", "Lighting", "NonInventory", "0", True),
    ("9", "Maintenance & Repair", "Service", "0", False),
    ("10", "Pest Control", "Service", "35", False),
    ("11", "Pump", "NonInventory", "15", True),
    ("12", "Refunds & Allowances", "Service", "0", False),
    ("13", "Rocks", "NonInventory", "0", True),
    ("14", "Sod", "NonInventory", "0", True),
    ("15", "Soil", "NonInventory", "10", True),
    ("16", "Sprinkler Heads", "NonInventory", "2", True),
    ("17", "Sprinkler Pipes", "NonInventory", "4", True),
    ("18", "Trimming", "Service", "35", False),
)


def rows(*, at: datetime) -> list[Change]:
    """The lists of Intuit's sample company, with its ids; documents are not in it."""
    made = stamp(at)
    people = [("Customer", customer(*facts)) for facts in CUSTOMERS]
    sellers = [("Vendor", vendor(*facts)) for facts in VENDORS]
    staff = [("Employee", employee(*facts)) for facts in EMPLOYEES]
    goods = [("Item", item(*facts)) for facts in ITEMS]
    return [Put(entity, stored(row, made)) for entity, row in [*people, *sellers, *staff, *goods]]


def customer(key: str, name: str, given: str, family: str, parent: str) -> Row:
    full = f"{name_of(parent)}:{name}" if parent else name
    under: Row = {"ParentRef": {"value": parent}, "Level": 1} if parent else {}
    return {
        "Taxable": True,
        "Job": bool(parent),
        "BillWithParent": False,
        **under,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "CurrencyRef": CURRENCY,
        "PreferredDeliveryMethod": "Print",
        "Id": key,
        "GivenName": given,
        **({"FamilyName": family} if family else {}),
        "FullyQualifiedName": full,
        "DisplayName": name,
        "PrintOnCheckName": name,
        "Active": True,
        "PrimaryEmailAddr": {"Address": f"customer{key}@example.com"},
        "DefaultTaxCodeRef": {"value": "2"},
    }


def name_of(key: str) -> str:
    return next(name for one, name, *_ in CUSTOMERS if one == key)


def vendor(key: str, name: str) -> Row:
    return {
        "Balance": 0,
        "Vendor1099": False,
        "CurrencyRef": CURRENCY,
        "Id": key,
        "DisplayName": name,
        "PrintOnCheckName": name,
        "Active": True,
    }


def employee(key: str, given: str, family: str) -> Row:
    name = f"{given} {family}"
    return {
        "BillableTime": False,
        "Id": key,
        "GivenName": given,
        "FamilyName": family,
        "DisplayName": name,
        "PrintOnCheckName": name,
        "Active": True,
    }


def item(key: str, name: str, kind: str, price: str, taxable: bool) -> Row:
    account = ("79", "Sales of Product Income") if kind == "NonInventory" else ("1", "Services")
    return {
        "Id": key,
        "Name": name,
        "Active": True,
        "FullyQualifiedName": name,
        "Taxable": taxable,
        "UnitPrice": Decimal(price) or 0,
        "Type": kind,
        "IncomeAccountRef": {"value": account[0], "name": account[1]},
        "PurchaseCost": 0,
        "TrackQtyOnHand": False,
    }
