"""Real processes for a benchmark: the product's own settings, a company with or without Intuit's limits."""

from __future__ import annotations

import csv
import json
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet

from tests.chaos.stage import COLUMNS, HASTE, Stage

SLUG = "shop"
NO_LIMITS = {
    "SYNC_REQUESTS_A_MINUTE": "1000000",
    "SYNC_REQUESTS_A_SECOND": "100000",
    "SYNC_BATCHES_A_MINUTE": "1000000",
}


# With DEBUG, Django words each statement once more: that takes a third of a drain's time.
AS_IN_PRODUCTION = {
    "DEBUG": "false",
    "DEMO": "true",
    "SECURE_COOKIES": "false",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "TOKEN_KEYS": Fernet.generate_key().decode(),
}


@dataclass
class Ground(Stage):
    """As a stage of chaos, at the product's own pace."""

    has_limits: bool = True

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in super().environment.items() if name not in HASTE}
        return {**kept, **AS_IN_PRODUCTION, "Q_POLL": "0.2", **({} if self.has_limits else NO_LIMITS)}

    def start_company(self, *more: str) -> None:
        limits = [] if self.has_limits else ["--no-limits"]
        process = self.start("qbo_emulator", "--port", "0", "--latency-ms", str(self.latency_ms), *limits, *more)
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        self.url, self.access_token, self.realm_id = ready["url"], ready["access_token"], ready["realm_id"]

    def prepare(self, invoices: int, *, customers: int = 60, items: int = 20) -> None:
        """A shop whose customers and items are in QuickBooks, and `invoices` that failed for a reason now gone."""
        self.run("migrate", "--verbosity", "0")
        self.run("create_organization", SLUG, "--name", "Shop", "--time-zone", "America/New_York")
        self.start_company()
        self.run("connect_quickbooks", "--organization", SLUG, "--emulator", self.url)
        self.bring("first.csv", write_rows(max(customers, items), prefix="P", customers=customers, items=items))
        self.run("drain", "--organization", SLUG)
        if not invoices:
            return
        self.do("close_books", date="2027-12-31")
        self.run("shell", "-c", WANT_LISTS)
        self.bring("failed.csv", write_rows(invoices, prefix="B", customers=customers, items=items))
        self.run("drain", "--organization", SLUG)
        self.do("close_books", date=None)

    def bring(self, name: str, rows: Sequence[Sequence[object]]) -> None:
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(rows)
        self.run("import_invoices", str(path), "--organization", SLUG)

    def do(self, command: str, /, **arguments: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/emulator/control", json={"do": command, **arguments}, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def counters(self) -> dict[str, Any]:
        """What the company itself has counted: records, batches, calls, and those that it turned away."""
        return dict(requests.get(f"{self.url}/emulator/state", timeout=30).json())

    def count(self) -> int:
        """Invoices in the company now."""
        return int(self.counters()["counts"]["Invoice"])

    def wait_for(self, invoices: int, *, patience: float) -> float:
        """Seconds until the company has that many."""
        began = time.monotonic()
        while self.count() < invoices:
            if time.monotonic() - began > patience:
                raise TimeoutError(f"{self.count()} of {invoices} after {patience} s")
            time.sleep(0.1)
        return time.monotonic() - began


WANT_LISTS = (
    "from django.utils import timezone; from qbo.models import Connection, ListState;"
    "ListState.want(Connection.objects.get(), ListState.LISTS, at=timezone.now())"
)


def write_rows(count: int, *, prefix: str, customers: int, items: int) -> list[tuple[object, ...]]:
    """Untaxed invoices of two lines."""
    return [
        (
            f"{prefix}{number:05}",
            f"Customer {number % customers}",
            "2026-11-02",
            f"Part {(number + line) % items}",
            1 + line,
            f"{20 + number % 50}.{number % 100:02}",
            "N",
        )
        for number in range(count)
        for line in range(2)
    ]


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time that these processes have used so far."""
    tick, total = os.sysconf("SC_CLK_TCK"), 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(fields[place]) for place in (11, 12, 13, 14))
    return total / tick


def family(pid: int) -> list[int]:
    """A process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found
