"""The whole installation as separate processes on the test's database: emulator, web and cluster."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import connection

from runacall.organizations.models import Role
from tests import builders
from tests.books import Shop, connected_shop
from tests.journeys.office import Office
from tests.journeys.visiting import HttpVisitor, send

ROOT = Path(__file__).resolve().parents[2]
# How long a page, a process or a drain may take on a busy machine.
PATIENCE = 60.0
STOP_GRACE = 10.0
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>


@dataclass
class House:
    """Each process leads a group of its own; `end` leaves none behind."""

    folder: Path
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    books_url: str = ""
    # Of the bookkeeper, who writes over the API too.
    books_token: str = ""
    url: str = ""
    settings: str = "runacall.settings"
    # Of the environment, beside what every house has.
    told: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        plenty = dict.fromkeys(("SYNC_REQUESTS_A_MINUTE", "SYNC_REQUESTS_A_SECOND", "SYNC_BATCHES_A_MINUTE"), "100000")
        return {
            **os.environ,
            **plenty,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "DATABASE_URL": database_url(),
            "SECURE_COOKIES": "false",
            "QBO_EMULATOR_URL": self.books_url,
            "QBO_CLIENT_ID": "emulator-client",
            "QBO_CLIENT_SECRET": "emulator-secret",
            "QBO_WEBHOOK_VERIFIER": "emulator-verifier",
            "Q_POLL": "0.2",
            "PYTHONUNBUFFERED": "1",
            # Where the links of e-mails lead.
            **({"SITE_URL": self.url} if self.url else {}),
            **self.told,
        }

    def open(self) -> None:
        self.open_books()
        self.open_web()
        self.start_cluster()

    def open_books(self, *options: str) -> None:
        told = ("--port", "0", "--no-limits", *options)
        emulator = self.start("emulator", "-m", "qbo_emulator", *told, stdout=subprocess.PIPE)
        assert emulator.stdout is not None
        started = json.loads(emulator.stdout.readline())
        self.books_url, self.books_token = started["url"], started["access_token"]

    def open_web(self) -> None:
        address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{address}"
        self.start("web", "-m", "gunicorn", "runacall.wsgi", "--bind", address, "--threads", "4")
        assert wait_until(self.answers), (self.folder / "web.log").read_text()

    def start_cluster(self) -> None:
        self.start("cluster", "manage.py", "run_cluster", "--stop-grace", "5")

    def answers(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/admin/login/", timeout=10).status_code == 200
        return False

    def start(self, name: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        with (self.folder / f"{name}.log").open("w") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                text=True,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                preexec_fn=end_with_parent,
                **{"stdout": log, "stderr": log, "env": self.environment, **options},
            )
        return self.running[name]

    @property
    def is_whole(self) -> bool:
        return all(process.poll() is None for process in self.running.values())

    def stop(self, name: str) -> None:
        """End one with its children, at once."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def end(self) -> None:
        """Ask nicely, then end whole groups, those of grandchildren too."""
        leaders = {process.pid for process in self.running.values()}
        family = leaders | {pid for leader in leaders for pid in descendants(leader)}
        groups = {group_of(pid) for pid in family} - {os.getpgid(0), 0}
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_GRACE)
        for group in groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        for process in self.running.values():
            process.wait()
        left = [pid for pid in family if is_alive(pid)]
        assert not left, f"still there: {left}"


def end_with_parent() -> None:
    """If the system supports it, no process outlives a killed test run."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGTERM)


def database_url() -> str:
    """The test's own database, as another process reaches it."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    login = f"{settings['USER']}:{settings['PASSWORD']}" if settings["PASSWORD"] else settings["USER"]
    return f"postgres://{login}@{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}/{settings['NAME']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [pid]
    for one in found:
        found += [child for child, parent in parents if parent == one]
    return found[1:]


def group_of(pid: int) -> int:
    with suppress(ProcessLookupError):
        return os.getpgid(pid)
    return 0


def is_alive(pid: int) -> bool:
    """Whether there is such a process that has not ended; one that waits to be reaped has."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    return False


def wait_until(is_so: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.1)
    return is_so()


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[House]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    # What the processes can read: they do not know the quick hasher of the tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    house = House(tmp_path)
    try:
        house.open()
        yield house
    finally:
        house.end()


@pytest.fixture
def open_shop(house: House) -> Shop:
    """A shop connected to the emulator's process."""
    shop = connected_shop(house.books_url)
    shop.books.access_token = house.books_token
    return shop


@pytest.fixture
def owner_at_the_door(house: House, open_shop: Shop) -> Office:
    """Its Owner, logged in through the log-in page."""
    owner = builders.member(open_shop.organization, Role.OWNER)
    visitor = HttpVisitor()
    page = visitor.get(f"{house.url}/admin/login/")
    home = send(visitor, page, page.form(field="username").fill(username=owner.username, password=builders.PASSWORD))
    assert home.part("sync-banner")
    return Office(open_shop, visitor, house.url)
