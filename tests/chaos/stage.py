"""Real processes on a database of their own: a company, engines that can be killed, and commands that judge."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
# Minutes become fractions of a second; the order between the figures stays that of the product.
HASTE = {
    "SYNC_LEASE_SECONDS": "1.5",
    "SYNC_BATCH_SIZE": "10",
    "SYNC_BATCHES_IN_FLIGHT": "2",
    "SYNC_RETRY_DELAYS": "0.2,0.4,0.8,1,1,1,1,1,1,1",
    "SYNC_THROTTLE_PAUSE": "0.5",
    "SYNC_HTTP_READ_TIMEOUT": "5",
    "SYNC_REQUEST_ID_TRUSTED_FOR": "20",
    "SYNC_REQUESTS_A_MINUTE": "100000",
    "SYNC_REQUESTS_A_SECOND": "10000",
    "SYNC_BATCHES_A_MINUTE": "100000",
}


@dataclass
class Stage:
    """One database, one emulated company, any number of our processes."""

    folder: Path
    database_url: str
    latency_ms: int = 100
    running: list[subprocess.Popen[str]] = field(default_factory=list)
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **HASTE,
            "DJANGO_SETTINGS_MODULE": "runacall.settings",
            "DEBUG": "true",
            "SECRET_KEY": "chaos",
            "TOKEN_KEYS": "gZ4gWBO0Zfx1HOhLpOHpP3QUQDHmSeoiD8X1tkHiHTQ=",
            "DATABASE_URL": self.database_url,
            "QBO_CLIENT_ID": "emulator-client",
            "QBO_CLIENT_SECRET": "emulator-secret",
        }

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """A `manage.py` process in a group of its own."""
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            text=True,
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, **options},
        )
        self.running.append(process)
        return process

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            text=True,
            capture_output=True,
            check=check,
            timeout=300,
        )

    def start_emulator(self, port: int = 0) -> None:
        state = str(self.folder / "company.state")
        arguments = ["--port", str(port), "--state", state, "--no-limits", "--latency-ms", str(self.latency_ms)]
        process = self.start("qbo_emulator", *arguments)
        assert process.stdout is not None
        self.url = json.loads(process.stdout.readline())["url"]

    def kill(self, process: subprocess.Popen[str]) -> None:
        """SIGKILL to the whole group."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running = [one for one in self.running if one is not process]

    def end(self) -> None:
        for process in list(self.running):
            self.kill(process)

    def batches(self) -> int:
        """How many batches have arrived at the company."""
        return int(requests.get(f"{self.url}/emulator/state", timeout=5).json()["batches"])

    def judge(self) -> dict[str, Any]:
        """What `reconcile` says of the books."""
        return dict(json.loads(self.run("reconcile", "--organization", "shop", "--json", check=False).stdout))


COLUMNS = ("InvoiceNo", "Customer", "InvoiceDate", "Item(Product/Service)", "ItemQuantity", "ItemRate", "Taxable")


def write_invoices(path: Path, count: int, *, customers: int = 40, items: int = 12) -> None:
    """`count` untaxed invoices of one to three lines, as a file to import."""
    rows: list[Sequence[object]] = []
    for number in range(count):
        for line in range(1 + number % 3):
            item = f"Part {(number + line) % items}"
            price = f"{20 + number % 50}.{number % 100:02}"
            rows.append(
                (f"K{number:05}", f"Customer {number % customers}", "2026-11-02", item, 1 + line, price, "N")
            )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
