"""The last calls with their bodies and answers, and counters of all of them; knows no rule."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qbo_emulator.books.clock import precise_stamp
from qbo_emulator.books.encoding import JsonObject

KEPT = 500


@dataclass
class Entry:
    id: int
    at: datetime
    method: str
    path: str
    query: str
    status: int | str
    request_id: str
    intuit_tid: str
    realm: str
    body: bytes
    answer: str
    note: str = ""

    def shown(self) -> JsonObject:
        return {
            "id": self.id,
            "at": precise_stamp(self.at),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "request_id": self.request_id,
            "intuit_tid": self.intuit_tid,
            "realm_id": self.realm,
            "body": self.body.decode("utf-8", "replace"),
            "answer": self.answer,
            "note": self.note,
        }


class RequestLog:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.last = 0
        self.calls: Counter[str] = Counter()

    def add(self, **fields: Any) -> Entry:
        with self._lock:
            self.last += 1
            entry = Entry(self.last, **fields)
            self.entries.append(entry)
            return entry

    def count(self, *names: str) -> None:
        with self._lock:
            self.calls.update(names)

    def after(self, number: int) -> list[Entry]:
        with self._lock:
            return [entry for entry in self.entries if entry.id > number]
