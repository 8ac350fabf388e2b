"""Balances of people and accounts: never stored, always calculated from the transactions; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from qbo_emulator.books.ledger import Get, Ledger
from qbo_emulator.books.money import plain
from qbo_emulator.books.postings import BOOKED, OF_BALANCE_SHEET, postings
from qbo_emulator.books.stock import MOVING, moves
from qbo_emulator.books.table import Row

# What changes the balance of a name, and which field says by how much.
OWING: Mapping[str, tuple[int, str]] = {
    "Invoice": (1, "Balance"),
    "CreditMemo": (-1, "Balance"),
    "Payment": (-1, "UnappliedAmt"),
    "Bill": (1, "Balance"),
    "VendorCredit": (-1, "Balance"),
}
# The entities whose balances are calculated, and the beginnings of their fields.
BALANCED = {"Customer": "Balance", "Vendor": "Balance", "Account": "CurrentBalance", "Item": "QtyOnHand"}


class Balances:
    """Follows every row that is added or removed; `rows` returns those of an entity."""

    def __init__(self, rows: Callable[[str], Iterable[Row]], get: Get) -> None:
        self.rows, self.get = rows, get
        self.owed: dict[str, Decimal] = defaultdict(Decimal)
        self.posted: dict[str, Decimal] = defaultdict(Decimal)
        self.moved: dict[str, Decimal] = defaultdict(Decimal)  # item -> what came in minus what went out
        self.has_jobs = self.has_stock = False
        self._worth: dict[str, Decimal] | None = None  # of stock by account, until something is written

    def follow(self, entity: str, row: Row | None, sign: int) -> None:
        if row is None:
            return
        self._worth = None
        if self.has_stock:
            for move in moves(entity, row):
                self.moved[move.item] += sign * move.quantity
        elif entity == "Item" and row.get("Type") == "Inventory":
            self.count_stock()
        if entity in OWING:
            direction, field = OWING[entity]
            name = (row.get("CustomerRef") or row.get("VendorRef") or {}).get("value", "")
            self.owed[name] += sign * direction * row.get(field, 0)
        for account, amount, _ in postings(entity, row):
            self.posted[account] += sign * amount
        if entity == "Customer" and "ParentRef" in row:
            self.has_jobs = True

    def count_stock(self) -> None:
        """From the first stock item on, quantities are tracked; earlier ones are caught up."""
        self.has_stock = True
        for entity in MOVING:
            for row in self.rows(entity):
                for move in moves(entity, row):
                    self.moved[move.item] += move.quantity

    def shown(self, entity: str, row: Row) -> Row:
        """`row` with its balances, where its entity has any."""
        if entity == "Account":
            return self.account(row)
        if entity == "Item":
            return self.item(row)
        return self.name(row) if entity in BALANCED else row

    def name(self, row: Row) -> Row:
        owed = self.owed.get(row["Id"], Decimal(0))
        if "BalanceWithJobs" not in row:
            return {**row, "Balance": owed or 0}
        jobs = sum((self.owed.get(job["Id"], Decimal(0)) for job in self.jobs_of(row["Id"])), owed)
        return {**row, "Balance": owed or 0, "BalanceWithJobs": jobs or 0}

    def item(self, row: Row) -> Row:
        """The stored quantity is that of the first day; the rest is calculated from what was bought and sold."""
        if row.get("Type") != "Inventory" or "QtyOnHand" not in row:
            return row
        return {**row, "QtyOnHand": plain(Decimal(row["QtyOnHand"]) + self.moved.get(row["Id"], Decimal(0)))}

    def jobs_of(self, key: str) -> list[Row]:
        return self.under("Customer", key) if self.has_jobs else []

    def under(self, entity: str, key: str) -> list[Row]:
        return [row for row in self.rows(entity) if row.get("ParentRef", {}).get("value") == key]

    def account(self, row: Row) -> Row:
        own = self.on_account(row)
        whole = own + sum((self.on_account(one) for one in self.under("Account", row["Id"])), Decimal(0))
        return {**row, "CurrentBalance": own or 0, "CurrentBalanceWithSubAccounts": whole or 0}

    def on_account(self, row: Row) -> Decimal:
        """Income and expenses show no balance, and neither does an account that was made inactive (a field report)."""
        counts = row.get("Classification") in OF_BALANCE_SHEET and row.get("Active") is not False
        return self.posted.get(row["Id"], Decimal(0)) + self.stock_on(row["Id"]) if counts else Decimal(0)

    def stock_on(self, account: str) -> Decimal:
        """What stock changes on `account`: it is bought by item, and leaves at its cost."""
        if not self.has_stock:
            return Decimal(0)
        if self._worth is None:
            self._worth = worth_of_stock(Ledger(self.rows, self.get))
        return self._worth.get(account, Decimal(0))


def worth_of_stock(ledger: Ledger) -> dict[str, Decimal]:
    """What the ledger books on accounts in addition to the postings that are tracked row by row."""
    worth: dict[str, Decimal] = ledger.balances()
    for entity in BOOKED:
        for row in ledger.rows(entity):
            for account, amount, _ in postings(entity, row):
                worth[account] -= amount
    return worth
