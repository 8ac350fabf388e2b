"""One company's books: its rows, their indexes and its settings; knows no rule of QuickBooks and no request."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Union

from qbo_emulator.books.balances import BALANCED, Balances
from qbo_emulator.books.called import called_now, is_renamed
from qbo_emulator.books.encoding import dumps
from qbo_emulator.books.journal import Journal
from qbo_emulator.books.ledger import Ledger
from qbo_emulator.books.numbering import following
from qbo_emulator.books.remembered import Remembered
from qbo_emulator.books.switches import SWITCHES
from qbo_emulator.books.table import Row as Row
from qbo_emulator.books.table import Table

TRANSACTIONS = frozenset(
    (
        "Invoice",
        "Payment",
        "CreditMemo",
        "SalesReceipt",
        "RefundReceipt",
        "Estimate",
        "Bill",
        "BillPayment",
        "Purchase",
        "PurchaseOrder",
        "VendorCredit",
        "Deposit",
        "JournalEntry",
        "Transfer",
        "CreditCardPayment",
        "InventoryAdjustment",
    )
)
NAMES = frozenset(("Customer", "Vendor", "Employee"))
ADDRESS_FIELDS = ("BillAddr", "ShipAddr", "ShipFromAddr", "VendorAddr", "RemitToAddr", "PrimaryAddr", "CompanyAddr")
FIRST_IDS = {"Attachable": 5_000_000_000_000_000_001}  # as recorded
ADDRESSES = "addresses"  # the sequence of their ids


class Put(NamedTuple):
    entity: str
    row: Row


class Drop(NamedTuple):
    entity: str
    stub: Row


class Set(NamedTuple):
    key: str
    value: Any


Change = Union[Put, Drop, Set]

WRITES: dict[str, Callable[..., Change]] = {"p": Put, "d": Drop, "s": Set}


class Company:
    def __init__(self, realm_id: str, journal: Journal) -> None:
        self.realm_id, self.journal = realm_id, journal
        self.lock = threading.RLock()
        self.tables: dict[str, Table] = defaultdict(Table)
        self.settings: dict[str, object] = {}
        self.remembered: dict[str, Remembered] = {}
        self.last_ids: dict[str, int] = defaultdict(int)
        self.last_numbers: dict[str, tuple[int, str]] = {}
        self.balances = Balances(self.rows, self.get)
        self._pending: list[str] = []
        self.has_renamed = False  # whether references may call something by an older name
        self.waiting: list[list[str]] = []  # what webhooks still have to send
        self.tell: Callable[[Company, list[Change]], None] = nobody

    # reading

    def get(self, entity: str, key: str | None) -> Row | None:
        return self.tables[entity].rows.get(key) if key else None

    def rows(self, entity: str) -> Iterable[Row]:
        return self.tables[entity].rows.values()

    def rows_as_called(self, entity: str) -> Iterable[Row]:
        """The rows of `entity` with the names that what they refer to has now."""
        return map(self.as_called, self.rows(entity)) if self.has_renamed else self.rows(entity)

    @property
    def preferences(self) -> Row:
        return self.tables["Preferences"].rows["1"]

    def preference(self, group: str, name: str) -> Any:
        return self.preferences.get(group, {}).get(name)

    def switch(self, name: str) -> Any:
        return self.settings.get(f"switch.{name}", SWITCHES[name].default)

    def setting(self, name: str, default: Any = None) -> Any:
        return self.settings.get(name, default)

    def encoded(self, entity: str, row: Row) -> str:
        """`row` as JSON. What is owed is never stored: it follows from the transactions."""
        if entity in BALANCED:
            return dumps(self.as_called(self.with_balance(entity, row)))
        table = self.tables[entity]
        text = table.encoded.get(row["Id"])
        if text is None:
            text = table.encoded[row["Id"]] = dumps(self.as_called(row))
        return text

    def as_called(self, row: Row) -> Row:
        """`row` with the names that what it refers to has now."""
        now: Row = called_now(self.get, row) if self.has_renamed else row
        return now

    def with_balance(self, entity: str, row: Row) -> Row:
        return self.balances.shown(entity, row)

    def ledger(self) -> Ledger:
        """All entries of the books, recalculated."""
        return Ledger(self.rows_as_called, self.get)

    # numbering

    def next_id(self, entity: str) -> str:
        """The id of the next row; it is used up when the row is written, so a refused write leaves no gap."""
        return str(max(self.last_ids[sequence_of(entity)] + 1, FIRST_IDS.get(entity, 1)))

    def new_address_id(self) -> str:
        """An id for one more address, used up at once."""
        self.last_ids[ADDRESSES] += 1
        return str(self.last_ids[ADDRESSES])

    def start_ids_at(self, entity: str, key: int) -> None:
        """The next row gets the id `key`, which must be free; the one after it the next."""
        self.last_ids[sequence_of(entity)] = key - 1

    def next_number(self, entity: str) -> str:
        return following(self.last_numbers.get(entity, (0, "1000"))[1])

    # writing

    @contextmanager
    def work(self) -> Iterator[None]:
        """One write at a time. Everything it wrote and the answer to remember are one line of the journal:
        a killed process has both or neither, so a repeated request id never creates a second record."""
        with self.lock:
            try:
                yield
            finally:
                self.journal.append(self.realm_id, self._pending)
                self._pending = []

    def commit(self, changes: Iterable[Change]) -> None:
        """Applies `changes`; the journal gets them when the write ends."""
        changes = list(changes)
        for change in changes:
            self._apply(change)
            if self.journal.keeps:
                self._pending.append(self._line(change))
        self.tell(self, changes)

    def remember(self, request_id: str, answer: Remembered) -> None:
        self.remembered[request_id] = answer
        stored = [answer.status, answer.content_type, answer.packed, answer.fingerprint, str(answer.at)]
        if self.journal.keeps:
            self._pending.append(dumps(["q", request_id, *stored]))

    def hold(self, events: list[list[str]]) -> None:
        """Stores what webhooks have to send, together with the writes it is about."""
        self.waiting += events
        self._pending.append(dumps(["w", events]))

    def told(self, count: int) -> None:
        del self.waiting[:count]
        self._pending.append(dumps(["t", count]))

    def _line(self, change: Change) -> str:
        if isinstance(change, Put):
            worked_out = change.entity in BALANCED  # what is shown of it is not what is kept
            row = dumps(change.row) if worked_out else self.encoded(change.entity, change.row)
            return f'["p","{change.entity}",{row}]'
        return dumps(["d" if isinstance(change, Drop) else "s", *change])

    def replay(self, line: list[Any]) -> None:
        """Applies one change from the journal."""
        self.has_renamed = True
        kind, *rest = line
        if kind in WRITES:
            self._apply(WRITES[kind](*rest))
        elif kind == "w":
            self.waiting += rest[0]
        elif kind == "t":
            del self.waiting[: rest[0]]
        elif kind == "q":
            request_id, status, content_type, packed_body, fingerprint, at = rest
            self.remembered[request_id] = Remembered(status, content_type, packed_body, fingerprint, float(at))

    def snapshot(self) -> Iterator[str]:
        """Every change that builds this company from nothing, in the order of the writes."""
        for key, value in self.settings.items():
            yield dumps(["s", key, value])
        for entity, table in self.tables.items():
            for row in table.rows.values():
                yield f'["p","{entity}",{dumps(row)}]'
            for stub in table.deleted.values():
                yield dumps(["d", entity, stub])
        if self.waiting:
            yield dumps(["w", self.waiting])
        for request_id, one in self.remembered.items():
            yield dumps(["q", request_id, one.status, one.content_type, one.packed, one.fingerprint, str(one.at)])

    def _apply(self, change: Change) -> None:
        if isinstance(change, Put):
            self._put(change.entity, change.row)
        elif isinstance(change, Drop):
            self._count(change.entity, change.stub["Id"])
            self.balances.follow(change.entity, self.get(change.entity, change.stub["Id"]), -1)
            self.tables[change.entity].drop(change.stub)
        else:
            self.settings[change.key] = change.value

    def _put(self, entity: str, row: Row) -> None:
        self._count(entity, row["Id"])
        self._count_addresses(row)
        if is_renamed(entity, self.get(entity, row["Id"]), row):
            self._forget_names()
        self.balances.follow(entity, self.get(entity, row["Id"]), -1)
        self.balances.follow(entity, row, 1)
        if entity in TRANSACTIONS and row.get("DocNumber"):
            newest = (int(row["Id"]), row["DocNumber"])
            self.last_numbers[entity] = max(newest, self.last_numbers.get(entity, newest))
        self.tables[entity].put(row)

    def _forget_names(self) -> None:
        self.has_renamed = True
        for table in self.tables.values():
            table.encoded.clear()

    def _count_addresses(self, row: Row) -> None:
        for field in ADDRESS_FIELDS:
            key = row[field].get("Id", "") if isinstance(row.get(field), dict) else ""
            if key.isdigit():
                self.last_ids[ADDRESSES] = max(self.last_ids[ADDRESSES], int(key))

    def _count(self, entity: str, key: str) -> None:
        sequence = sequence_of(entity)
        if key.isdigit():
            self.last_ids[sequence] = max(self.last_ids[sequence], int(key))


def nobody(company: Company, changes: list[Change]) -> None:
    """Used when there are no webhooks."""


def sequence_of(entity: str) -> str:
    """Names share one sequence of ids, and so do transactions; every other list has its own."""
    if entity in NAMES:
        return "names"
    return "transactions" if entity in TRANSACTIONS else entity
