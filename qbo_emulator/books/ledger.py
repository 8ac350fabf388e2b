"""Every account that a transaction changes, including income, expenses and stock at cost;
the entries of a transaction add up to zero.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple, Optional

from qbo_emulator.books.postings import BOOKED, Posting, account_of, amount_of, described, postings
from qbo_emulator.books.stock import Move, key_in, lines_of, moves
from qbo_emulator.books.table import Row

CENT, ZERO = Decimal("0.01"), Decimal(0)
OPENING_EQUITY, COST_OF_GOODS, STOCK = "34", "80", "81"
SALES_INCOME, UNCATEGORIZED_EXPENSE, DISCOUNTS = "1", "29", "86"
BOUGHT = frozenset(("Bill", "VendorCredit", "Purchase"))
SOLD = frozenset(("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt"))
GIVEN_BACK = frozenset(("CreditMemo", "RefundReceipt", "VendorCredit"))
Rows = Callable[[str], Iterable[Row]]
Get = Callable[[str, Optional[str]], Optional[Row]]


class Entry(NamedTuple):
    day: str
    account: str
    amount: Decimal  # debits are positive
    entity: str
    row: Row
    line: Row | None = None  # None if it is of no line

    @property
    def memo(self) -> str | None:
        """The description of its line; None if it is of no line."""
        return None if self.line is None else described(self.line)


class Ledger:
    """All entries of a company, oldest first. `rows` gives the rows of an entity, `get` one by its id."""

    def __init__(self, rows: Rows, get: Get) -> None:
        self.rows, self.get = rows, get
        self.layers: dict[str, deque[list[Decimal]]] = defaultdict(deque)  # item -> [quantity, unit cost], oldest first
        self.entries = list(self._entries())
        self.by_transaction: dict[tuple[str, str], list[Entry]] = {}

    def balances(self, *, until: str = "9999", since: str = "") -> dict[str, Decimal]:
        """The sums of the accounts over the days from `since` to `until`, both included."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for entry in self.entries:
            if since <= entry.day <= until:
                found[entry.account] += entry.amount
        return found

    def of(self, entity: str, key: str) -> list[Entry]:
        """The entries of one transaction."""
        if not self.by_transaction:
            for entry in self.entries:
                self.by_transaction.setdefault((entry.entity, entry.row["Id"]), []).append(entry)
        return self.by_transaction.get((entity, key), [])

    def _entries(self) -> Iterator[Entry]:
        for row in self.rows("Item"):
            yield from self._opening(row)
        for entity, row in self._by_age():
            for account, amount, line in self._postings(entity, row):
                if amount:
                    yield Entry(str(row.get("TxnDate", "")), account, amount, entity, row, line)

    def _by_age(self) -> list[tuple[str, Row]]:
        """On one day, incoming stock comes before outgoing, so that nothing is sold before it was bought."""
        found = [(entity, row) for entity in (*BOOKED, "InventoryAdjustment") for row in self.rows(entity)]
        return sorted(found, key=lambda one: (str(one[1].get("TxnDate", "")), one[0] not in BOUGHT, int(one[1]["Id"])))

    def _opening(self, item: Row) -> Iterator[Entry]:
        quantity = Decimal(item.get("QtyOnHand", 0))
        if not is_stock(item) or not quantity:
            return
        cost = Decimal(item.get("PurchaseCost", 0))
        self.layers[item["Id"]].append([quantity, cost])
        day, value = str(item.get("InvStartDate", "")), cents(quantity * cost)
        if value:
            yield Entry(day, account_of(item, "AssetAccountRef", STOCK), value, "Item", item)
            yield Entry(day, OPENING_EQUITY, -value, "Item", item)

    def _postings(self, entity: str, row: Row) -> Iterator[Posting]:
        left = ZERO
        for posting in postings(entity, row):
            left += posting[1]
            yield posting
        others = [*self._lines(entity, row), *self._stock(entity, row)]
        for posting in others:
            left += posting[1]
            yield posting
        if left:  # taxes inside of prices, cash back, amounts without an account
            yield (others[0][0] if others else SALES_INCOME if entity in SOLD else UNCATEGORIZED_EXPENSE), -left, {}

    def _lines(self, entity: str, row: Row) -> Iterator[Posting]:
        """Income of what is sold, and what was bought by item."""
        if entity in SOLD:
            sign = 1 if entity in GIVEN_BACK else -1
            yield from ((account, sign * amount, line) for account, amount, line in self._income(row))
        elif entity in BOUGHT:
            sign = -1 if entity in GIVEN_BACK or row.get("Credit") is True else 1
            for line in lines_of(row):
                detail = line.get("ItemBasedExpenseLineDetail")
                if isinstance(detail, dict):
                    account = self._account_of_purchase(key_in(detail.get("ItemRef")))
                    yield account, sign * amount_of(line), line

    def _income(self, row: Row) -> Iterator[Posting]:
        for line in lines_of(row):
            if "SalesItemLineDetail" in line:
                item = self.get("Item", key_in(line["SalesItemLineDetail"].get("ItemRef"))) or {}
                yield account_of(item, "IncomeAccountRef", SALES_INCOME), amount_of(line), line
            elif "DiscountLineDetail" in line:
                account = account_of(line["DiscountLineDetail"], "DiscountAccountRef", DISCOUNTS)
                yield account, -amount_of(line), {**line, "Description": described(line) or "Discount"}

    def _account_of_purchase(self, key: str) -> str:
        item = self.get("Item", key) or {}
        if is_stock(item):
            return account_of(item, "AssetAccountRef", STOCK)
        return account_of(item, "ExpenseAccountRef", COST_OF_GOODS)

    # stock, first in, first out (as QuickBooks values it)

    def _stock(self, entity: str, row: Row) -> Iterator[Posting]:
        for move in moves(entity, row):
            item = self.get("Item", move.item) or {}
            if not is_stock(item) or not move.quantity:
                continue
            asset = account_of(item, "AssetAccountRef", STOCK)
            if entity in BOUGHT:
                self._bought(move)
                continue
            value = self._value(item, move.quantity)
            against = account_of(item, "ExpenseAccountRef", COST_OF_GOODS)
            if entity == "InventoryAdjustment":
                against = account_of(row, "AdjustAccountRef", against)
            yield asset, value, move.line
            yield against, -value, move.line

    def _bought(self, move: Move) -> None:
        if move.quantity > 0:
            self.layers[move.item].append([move.quantity, move.amount / move.quantity])
        else:
            self._take(move.item, -move.quantity, ZERO)

    def _value(self, item: Row, quantity: Decimal) -> Decimal:
        """What `quantity` more (or less) of `item` is worth."""
        cost = Decimal(item.get("PurchaseCost", 0))
        if quantity < 0:
            return -cents(self._take(item["Id"], -quantity, cost))
        layers = self.layers[item["Id"]]
        cost = layers[-1][1] if layers else cost
        layers.append([quantity, cost])
        return cents(quantity * cost)

    def _take(self, item: str, quantity: Decimal, cost: Decimal) -> Decimal:
        """Takes `quantity` off the oldest layers and says what it cost; what was never bought is worth `cost` each."""
        layers, worth = self.layers[item], ZERO
        while quantity > 0 and layers:
            cost = layers[0][1]
            part = min(quantity, layers[0][0])
            layers[0][0] -= part
            quantity -= part
            worth += part * cost
            if not layers[0][0]:
                layers.popleft()
        return worth + quantity * cost


def is_stock(item: Row) -> bool:
    return item.get("Type") == "Inventory"


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
