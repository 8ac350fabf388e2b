"""What is owed and what lies on accounts: never stored, always what the transactions come to; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from qbo_emulator.books.postings import OF_BALANCE_SHEET, postings
from qbo_emulator.books.table import Row

# What moves the balance of a name, and which field says by how much.
OWING: Mapping[str, tuple[int, str]] = {
    "Invoice": (1, "Balance"),
    "CreditMemo": (-1, "Balance"),
    "Payment": (-1, "UnappliedAmt"),
    "Bill": (1, "Balance"),
    "VendorCredit": (-1, "Balance"),
}
# The entities whose balances are worked out, and how the fields begin that show them.
BALANCED = {"Customer": "Balance", "Vendor": "Balance", "Account": "CurrentBalance"}


class Balances:
    """Follows every row that comes and goes; `rows` gives those of an entity."""

    def __init__(self, rows: Callable[[str], Iterable[Row]]) -> None:
        self.rows = rows
        self.owed: dict[str, Decimal] = defaultdict(Decimal)
        self.posted: dict[str, Decimal] = defaultdict(Decimal)
        self.has_jobs = False

    def follow(self, entity: str, row: Row | None, sign: int) -> None:
        if row is None:
            return
        if entity in OWING:
            direction, field = OWING[entity]
            name = (row.get("CustomerRef") or row.get("VendorRef") or {}).get("value", "")
            self.owed[name] += sign * direction * row.get(field, 0)
        for account, amount in postings(entity, row):
            self.posted[account] += sign * amount
        if entity == "Customer" and "ParentRef" in row:
            self.has_jobs = True

    def shown(self, entity: str, row: Row) -> Row:
        """`row` with its balances, where its entity has any."""
        if entity == "Account":
            return self.account(row)
        return self.name(row) if entity in BALANCED else row

    def name(self, row: Row) -> Row:
        owed = self.owed.get(row["Id"], Decimal(0))
        if "BalanceWithJobs" not in row:
            return {**row, "Balance": owed or 0}
        jobs = sum((self.owed.get(job["Id"], Decimal(0)) for job in self.jobs_of(row["Id"])), owed)
        return {**row, "Balance": owed or 0, "BalanceWithJobs": jobs or 0}

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
        return self.posted.get(row["Id"], Decimal(0)) if counts else Decimal(0)
