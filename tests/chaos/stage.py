"""Real processes on a database of their own: a company, hosts that can be killed, and commands that judge."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests import migrated

ROOT = Path(__file__).resolve().parents[2]
# How many times slower everything goes: on a machine that is busy with other things no process comes up within seconds.
PACE = float(os.environ.get("CHAOS_PACE", "1"))


def paced(*seconds: float) -> str:
    """These seconds at that pace, as a setting."""
    return ",".join(f"{one * PACE:g}" for one in seconds)


# Minutes become seconds; the order between the figures stays that of the product.
HASTE = {
    "SYNC_BATCH_SIZE": "5",
    "SYNC_ALONE_AT_MOST": "2",
    "SYNC_BATCHES_IN_FLIGHT": "6",
    "SYNC_HTTP_CONNECT_TIMEOUT": paced(0.5),
    "SYNC_HTTP_READ_TIMEOUT": paced(1.0),
    "SYNC_LEAVES_WITHIN": paced(0.5),
    "SYNC_LEASE_SECONDS": paced(1.6),
    "SYNC_REQUEST_ID_TRUSTED_FOR": paced(2.4),
    "SYNC_RETRY_DELAYS": paced(2.4, 3, 3.5),
    "SYNC_DRAIN_SECONDS": paced(3),
    "SYNC_THROTTLE_PAUSE": paced(0.6),
    "SYNC_WAKE_LOST_AFTER": paced(3),
    "SYNC_REQUESTS_A_MINUTE": "100000",
    "SYNC_REQUESTS_A_SECOND": "10000",
    "SYNC_BATCHES_A_MINUTE": "100000",
    "Q_POLL": "0.1",
    "Q_TIMEOUT": f"{30 * PACE:.0f}",
    "Q_RETRY": f"{60 * PACE:.0f}",
    # What is killed is reported by its killer.
    "LOG_LEVEL": "ERROR",
}
RETRIES = len(HASTE["SYNC_RETRY_DELAYS"].split(","))
# For commands that read a whole company and are in no hurry.
PATIENCE = {"SYNC_HTTP_READ_TIMEOUT": "60"}


@dataclass
class Stage:
    """One database, one emulated company, any number of our processes."""

    folder: Path
    database_url: str
    latency_ms: int = 50
    running: list[subprocess.Popen[str]] = field(default_factory=list)
    url: str = ""
    emulator: subprocess.Popen[str] | None = None

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

    def prepare(self) -> None:
        """An organization that is connected to a running company and has no invoice yet."""
        self.migrate()
        self.run("create_organization", "shop", "--name", "Shop", "--time-zone", "America/New_York")
        self.start_emulator()
        self.connect()

    def migrate(self) -> None:
        if self.database_url.startswith("sqlite:///"):
            migrated.copy_to(Path(self.database_url.removeprefix("sqlite:///")))
        self.run("migrate", "--verbosity", "0")

    def connect(self, *, attempts: int = 1) -> None:
        """Connect as a person does, who presses again where a storm has cut that call too."""
        for attempt in range(1, attempts + 1):
            arguments = ("connect_quickbooks", "--organization", "shop", "--emulator", self.url)
            if self.run(*arguments, check=attempt == attempts, **PATIENCE).returncode == 0:
                return

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """A `manage.py` process in a group of its own; what it complains of goes into the log."""
        return self.start_python("manage.py", *arguments, **options)

    def start_python(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        with (self.folder / "log.txt").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                text=True,
                start_new_session=True,
                **{"env": self.environment, "stdout": subprocess.PIPE, "stderr": log, **options},
            )
        self.running.append(process)
        return process

    def run(
        self, *arguments: str, check: bool = True, timeout: float = 300, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            text=True,
            capture_output=True,
            timeout=timeout,
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done

    def start_emulator(self, port: int = 0) -> None:
        arguments = ["--port", str(port), "--state", str(self.folder / "company.state"), "--no-limits"]
        process = self.start_python("-m", "qbo_emulator", *arguments, "--latency-ms", str(self.latency_ms))
        assert process.stdout is not None
        self.url = json.loads(process.stdout.readline())["url"]
        self.emulator = process

    def restart_emulator(self) -> None:
        """Killed, and started anew on its state file and port."""
        assert self.emulator is not None
        self.kill(self.emulator)
        self.start_emulator(int(self.url.rsplit(":", 1)[1]))

    def kill(self, process: subprocess.Popen[str]) -> None:
        """SIGKILL to the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running = [one for one in self.running if one is not process]

    def end(self) -> None:
        for process in list(self.running):
            for pid in descendants(process.pid):
                kill(pid)
            self.kill(process)

    def control(self, command: str, **arguments: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/emulator/control", json={"do": command, **arguments}, timeout=10 * PACE)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def state(self) -> dict[str, Any]:
        return dict(requests.get(f"{self.url}/emulator/state", timeout=10 * PACE).json())

    def books(self, entity: str) -> list[dict[str, Any]]:
        return list(requests.get(f"{self.url}/emulator/entity/{entity}", timeout=30 * PACE).json()[entity])

    def batches(self) -> int:
        """How many batches have arrived at the company."""
        return int(self.state()["batches"])

    def judge(self) -> dict[str, Any]:
        """What `reconcile` says of the books."""
        said = self.run("reconcile", "--organization", "shop", "--json", check=False, **PATIENCE)
        assert said.stdout, said.stderr
        return dict(json.loads(said.stdout))

    def tie_out(self) -> list[dict[str, Any]]:
        """What the tie-out of each month says."""
        process = self.start_python("-m", "tests.chaos.tying", env=self.environment | PATIENCE)
        said, _ = process.communicate(timeout=600)
        self.running.remove(process)
        assert process.returncode == 0, f"no tie-out: see {self.folder / 'log.txt'}"
        return list(json.loads(said.splitlines()[-1]))


class CalmStage(Stage):
    """As in chaos, but nothing is hurried: a slow machine is no part of what is rehearsed."""

    @property
    def environment(self) -> dict[str, str]:
        calm = {
            "SYNC_HTTP_CONNECT_TIMEOUT": "5",
            "SYNC_HTTP_READ_TIMEOUT": "60",
            "SYNC_LEAVES_WITHIN": "10",
            "SYNC_LEASE_SECONDS": "90",
            "SYNC_REQUEST_ID_TRUSTED_FOR": "120",
            "SYNC_DRAIN_SECONDS": "20",
            "SYNC_WAKE_LOST_AFTER": "60",
            "Q_TIMEOUT": "120",
            "Q_RETRY": "300",
        }
        return super().environment | calm


def kill(pid: int) -> bool:
    """SIGKILL; False where there is no such process any more."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def descendants(pid: int) -> list[int]:
    """All processes that stem from `pid`, the nearest first."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [pid]
    for one in found:
        found += [child for child, parent in parents if parent == one]
    return found[1:]


COLUMNS = ("InvoiceNo", "Customer", "InvoiceDate", "Item(Product/Service)", "ItemQuantity", "ItemRate", "Taxable")


def write_invoices(path: Path, count: int, *, first: int = 0, items: int = 12) -> None:
    """`count` untaxed invoices of one to three lines, as a file to import; the first has the number `first`.

    They are of a few customers first, and of a new one now and then.
    """
    rows: list[Sequence[object]] = []
    for number in range(first, first + count):
        for line in range(1 + number % 3):
            item = f"Part {(number + line) % items}"
            price = f"{20 + number % 50}.{number % 100:02}"
            rows.append(
                (f"K{number:05}", f"Customer {number % (6 + number // 8)}", "2026-11-02", item, 1 + line, price, "N"),
            )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
