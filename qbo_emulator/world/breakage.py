"""Ordered faults: what breaks, how often, on which calls, before or after the work is done; knows no HTTP."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field

from qbo_emulator.books.encoding import JsonObject

NAMES = (
    "status", "reset", "timeout", "cut", "half", "throttle", "auth", "html", "empty", "fault_in_200", "stale",
    "subscription", "item_fault", "fault",
)  # fmt: skip


@dataclass
class Breakage:
    fault: str
    times: int | None = 1  # None: until cleared
    rate: float = 1.0
    seed: int = 0
    # "batch", "query", "invoice", "token" …; "write": every write, alone or in a batch; empty: any call of the data API
    path: str = ""
    entity: str = ""
    operation: str = ""
    after_commit: bool = False
    item: bool = False  # refuses only the record that is written, and leaves the other items of a batch alone
    retry_after: int = 0
    format: str = ""
    status: int = 503
    code: str = ""
    message: str = ""
    detail: str = ""
    seconds: float = 150.0
    dice: random.Random = field(init=False, repr=False)
    struck: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311  repeatable on purpose
        self.item = self.item or self.fault == "item_fault"

    def strikes(self, path: str, entities: frozenset[str], operation: str) -> bool:
        """Whether this call is hit. Uses one up, and rolls the dice, only if the call matches."""
        meant = self._means(path, entities, operation)
        if not meant or self.times == 0 or self.dice.random() >= self.rate:
            return False
        if self.times is not None:
            self.times -= 1
        self.struck += 1
        return True

    def _means(self, path: str, entities: frozenset[str], operation: str) -> bool:
        wanted_path, wanted = self.path.lower(), self.entity.lower()
        if not wanted_path and path == "token":
            return False
        if wanted_path == "write":
            is_meant = operation != "read" and path != "token"
        else:
            is_meant = wanted_path in ("", path) or (self.item and wanted_path in entities)
        if not is_meant:
            return False
        return (not wanted or wanted in entities) and self.operation in ("", operation)

    def shown(self) -> JsonObject:
        return {name: getattr(self, name) for name in FIELDS} | {"struck": self.struck}


FIELDS = tuple(name for name in Breakage.__dataclass_fields__ if name not in ("dice", "struck"))


class Breakages:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.active: list[Breakage] = []

    def add(self, breakage: Breakage) -> None:
        with self._lock:
            self.active.append(breakage)

    def clear(self) -> None:
        with self._lock:
            self.active.clear()

    def strike(self, path: str, entities: frozenset[str], operation: str, *, item: bool = False) -> Breakage | None:
        """The first breakage that hits this call, if any."""
        if not self.active:
            return None
        with self._lock:
            for one in self.active:
                if one.item == item and one.strikes(path, entities, operation):
                    self.active = [other for other in self.active if other.times != 0]
                    return one
        return None
