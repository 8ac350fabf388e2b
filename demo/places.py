"""Where the demo stores what it creates, and its own keys; knows no Django."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

# Signs what the emulator tells the web process of the demo.
WEBHOOK_VERIFIER = "the-verifier-of-the-demo"
ROOT = Path(__file__).resolve().parent.parent


class Taken(Exception):
    """Another demo of this clone is running in that folder; the text names it."""


@dataclass(frozen=True)
class Home:
    """One folder with a database, books, keys and logs. The walk has its own."""

    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def books(self) -> Path:
        return self.path / "books.jsonl"

    @property
    def state(self) -> Path:
        return self.path / "state.json"

    def environment(self, emulator_url: str) -> dict[str, str]:
        """The environment of all processes of the demo; the person's own settings do not affect it."""
        keys = self._keys()
        return {
            "DJANGO_SETTINGS_MODULE": "runacall.settings",
            "DEBUG": "false",
            "DEMO": "true",
            # The demo speaks plain HTTP to this machine only.
            "SECURE_COOKIES": "false",
            "BEHIND_TLS_PROXY": "false",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "DATABASE_URL": f"sqlite:///{self.path / 'demo.sqlite3'}",
            "QBO_EMULATOR_URL": emulator_url,
            "QBO_REDIRECT_URL": "",
            "QBO_WEBHOOK_VERIFIER": WEBHOOK_VERIFIER,
            "QBO_CLIENT_ID": "emulator-client",
            "QBO_CLIENT_SECRET": "emulator-secret",
            "SECRET_KEY": keys["secret_key"],
            "TOKEN_KEYS": keys["token_key"],
            "Q_POLL": "0.3",
            "PYTHONUNBUFFERED": "1",
        }

    def _keys(self) -> dict[str, str]:
        file = self.path / "keys.json"
        if not file.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            made = {
                "secret_key": secrets.token_urlsafe(48),
                "token_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            }
            file.touch(mode=0o600)
            file.write_text(json.dumps(made))
        return dict(json.loads(file.read_text()))

    def remembered(self) -> dict[str, object]:
        """The state of the last run; empty if there was none or it was interrupted."""
        return dict(json.loads(self.state.read_text())) if self.state.exists() else {}

    def remember(self, **facts: object) -> None:
        self.state.write_text(json.dumps({**self.remembered(), **facts}, indent=2))

    def reset(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    @contextmanager
    def claimed(self) -> Iterator[Claim]:
        """Reserve this folder for one demo until it ends in any way. Raises Taken, naming the demo that has it."""
        # Next to the folder, because a reset removes the folder.
        file = self.path.with_name(f"{self.path.name}.lock")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                lock.seek(0)
                raise Taken(lock.read() or "Another demo of this clone is just starting.") from error
            claim = Claim(lock)
            claim.say("It is just starting.")
            yield claim
            lock.truncate(0)


@dataclass(frozen=True)
class Claim:
    """What a second demo is told about the first one."""

    lock: TextIO

    def say(self, where: str) -> None:
        pid, since = os.getpid(), time.strftime("%H:%M:%S")
        self.lock.truncate(0)
        self.lock.write(
            f"A demo of this clone is already running: process {pid}, since {since}. {where}\n"
            f"Use that one, or stop it first: Ctrl-C in its terminal, or kill {pid}.\n"
        )
        self.lock.flush()


PERSONS = Home(ROOT / "var" / "demo")
WALK = Home(ROOT / "var" / "demo-once")
