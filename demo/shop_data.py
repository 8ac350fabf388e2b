"""What the demo's shops sell, to whom and where; fictional, pure data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

PASSWORD = "demo"  # noqa: S105  only for the demo on this machine


@dataclass(frozen=True)
class Person:
    email: str
    first_name: str
    last_name: str
    role: str


PEOPLE = (
    Person("owner@buckeye.example", "Renee", "Kaminski", "owner"),
    Person("dispatch@buckeye.example", "Luis", "Ortega", "dispatcher"),
    Person("tech@buckeye.example", "Sam", "Whitfield", "field_tech"),
)
SUPPORT = "support@runacall.example"


@dataclass(frozen=True)
class Item:
    """`account`: the income account of the product in QuickBooks; "" for a product that is not there."""

    category: str
    name: str
    price: Decimal
    kind: str = "service"
    taxable: bool = True
    account: str = "Services"


def _item(category: str, name: str, price: str, kind: str = "service", **more: object) -> Item:
    return Item(category, name, Decimal(price), kind, **more)  # type: ignore[arg-type]


PARTS = "Sales of Product Income"
CLUB_ACCOUNT = "Comfort Club Income"
CLUB = _item("Maintenance", "Comfort Club membership", "189.00", account=CLUB_ACCOUNT)
CAPACITOR = _item("Parts", "Capacitor 35/5", "89.00", "part", account="")
THERMOSTAT = _item("Parts", "Wi-Fi thermostat", "249.00", "part", account="")
ITEMS = (
    _item("Heating", "Furnace diagnostic", "95.00"),
    _item("Heating", "Furnace tune-up", "129.00"),
    _item("Heating", "Boiler service", "215.00"),
    _item("Heating", "Heat exchanger inspection", "160.00"),
    _item("Cooling", "AC diagnostic", "95.00"),
    _item("Cooling", "AC tune-up", "129.00"),
    _item("Cooling", "Refrigerant recharge", "310.00"),
    _item("Cooling", "Condenser coil cleaning", "175.00"),
    _item("Maintenance", "Duct cleaning", "420.00"),
    _item("Maintenance", "Humidifier service", "110.00"),
    CLUB,
    _item("Labor", "Labor, journeyman", "118.00", "labor"),
    _item("Labor", "Labor, apprentice", "72.00", "labor"),
    _item("Labor", "After-hours call", "165.00", "labor"),
    _item("Parts", "Filter 16x25x1", "18.50", "part", account=PARTS),
    _item("Parts", "Ignitor, hot surface", "74.25", "part", account=PARTS),
    _item("Parts", "Blower motor 1/2 HP", "389.00", "part", account=PARTS),
    _item("Parts", "Flame sensor", "42.75", "part", account=PARTS),
    _item("Parts", "Contactor 30A", "58.90", "part", account=PARTS),
    CAPACITOR,
    THERMOSTAT,
    _item("Permits", "City permit, passed on", "65.00", taxable=False),
)
USUAL = tuple(item for item in ITEMS if item.account and item is not CLUB)


@dataclass(frozen=True)
class Buyer:
    """`county`: where they are, which decides their sales tax."""

    name: str
    city: str
    postal_code: str
    street: str
    county: str = "Cuyahoga"
    company: bool = False
    tax_exempt: bool = False
    terms: str = "Due on receipt"

    @property
    def email(self) -> str:
        return "".join(letter for letter in self.name.lower() if letter.isalnum()) + "@example.com"


def _house(name: str, street: str, city: str, postal_code: str, county: str = "Cuyahoga") -> Buyer:
    return Buyer(name, city, postal_code, street, county)


def _firm(name: str, street: str, city: str, postal_code: str, county: str = "Cuyahoga", **more: bool) -> Buyer:
    return Buyer(name, city, postal_code, street, county, company=True, terms="Net 30", **more)


# Deleted in QuickBooks during the demo: the first is recreated automatically, the second's name was taken.
HEALS = _house("Judith Kowalczyk", "3318 Ridge Rd", "Parma", "44129")
NEEDS_A_PERSON = _firm("Tremont Diner", "2201 Professor Ave", "Cleveland", "44113")
BUYERS = (
    HEALS,
    NEEDS_A_PERSON,
    _house("M. Okafor", "1174 Edgewater Dr", "Lakewood", "44107"),
    _house("Dana Petrov", "2650 Fairmount Blvd", "Cleveland Heights", "44106"),
    _house("Aaron Feldman", "19801 Van Aken Blvd", "Shaker Heights", "44122"),
    _house("Grace O'Malley", "4405 W 130th St", "Cleveland", "44135"),
    _house("Hector Ruiz", "3021 Scranton Rd", "Cleveland", "44109"),
    _house("Priya Raman", "26777 Center Ridge Rd", "Westlake", "44145"),
    _house("Tom & Ellen Novak", "7120 Brecksville Rd", "Independence", "44131"),
    _house("Wanda Jefferson", "1590 E 93rd St", "Cleveland", "44106"),
    _house("Stefan Horvat", "875 E 222nd St", "Euclid", "44123"),
    _house("Linh Tran", "18120 Sloane Ave", "Lakewood", "44107"),
    _house("Marcus Bell", "5460 Mayfield Rd", "Lyndhurst", "44124"),
    _house("Carol Zielinski", "6200 State Rd", "Parma", "44134"),
    _house("Noor Haddad", "22555 Lorain Rd", "Fairview Park", "44126"),
    _house("Eli Strauss", "3700 Warrensville Center Rd", "Shaker Heights", "44122"),
    _house("Beth Carmody", "14950 Pearl Rd", "Strongsville", "44136"),
    _house("Devon Price", "24111 Chagrin Blvd", "Beachwood", "44122"),
    _house("Rosa Delgado", "4150 Fulton Rd", "Cleveland", "44144"),
    _house("Ingrid Solberg", "490 Solon Rd", "Bedford", "44146"),
    _firm("West Side Bakery Co.", "2817 Detroit Ave", "Cleveland", "44113"),
    _firm("Rocky River Dental Group", "19900 Detroit Rd", "Rocky River", "44116"),
    _firm("Solon Tool & Die", "6565 Davis Industrial Pkwy", "Solon", "44139"),
    _firm("Ohio City Properties LLC", "1900 W 25th St", "Cleveland", "44113"),
    _firm("St. Hedwig Parish", "12905 Madison Ave", "Lakewood", "44107", tax_exempt=True),
    _firm("Parma Community School", "6726 Ridge Rd", "Parma", "44129", tax_exempt=True),
    _house("Alice Brandt", "7777 Munson Rd", "Mentor", "44060", "Lake"),
    _house("Joel Farkas", "36200 Euclid Ave", "Willoughby", "44094", "Lake"),
    _house("Teresa Lindqvist", "35150 Lakeshore Blvd", "Eastlake", "44095", "Lake"),
    _house("Omar Siddiqui", "8440 Station St", "Mentor", "44060", "Lake"),
    _house("Kathleen Byrne", "270 E Main St", "Painesville", "44077", "Lake"),
    _house("Vernon Clay", "30300 Lakeland Blvd", "Wickliffe", "44092", "Lake"),
    _firm("Fairport Marine Supply", "415 High St", "Fairport Harbor", "44077", "Lake"),
    _firm("Lake Erie Cold Storage", "9010 Tyler Blvd", "Mentor", "44060", "Lake"),
)


@dataclass(frozen=True)
class Shop:
    """One organization and its QuickBooks company."""

    slug: str
    name: str
    realm_id: str


HEATING = Shop("buckeye", "Buckeye Heating & Cooling", "4620816365010101")
PLUMBING = Shop("buckeye-plumbing", "Buckeye Plumbing", "4620816365010102")
ELECTRIC = Shop("buckeye-electric", "Buckeye Electric", "4620816365010103")
SHOPS = (HEATING, PLUMBING, ELECTRIC)
