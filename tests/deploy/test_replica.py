"""The sync log is read from a streaming replica: what it may show, and when the server itself answers instead.

A server, a hot standby of it and gunicorn, all real. Replay is paused to see which of the two a page comes from.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
import requests

from runacall.replica import COOKIE
from tests.deploy.test_deploy import ROOT, gunicorn
from tests.servers import Postgres, postgres, replica_of

LOG = "/admin/sync/syncevent/"
# Seconds. A page that is asked for within half of it after the pause still comes from the replica.
MAX_LAG = 30.0
MAKE = """
import json
from django.conf import settings
from django.test import Client
from tests import builders, log_rows
books = log_rows.shop_with_books()
event = log_rows.event(books)
sessions = []
for _ in range(2):
    client = Client()
    client.force_login(builders.member(books.organization))
    sessions.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
print(json.dumps({"event": event.pk, "sessions": sessions}))
"""
# As the engine leaves it: another one like the first, with a label of its own.
ANOTHER = """
INSERT INTO sync_syncevent ({columns}, label, record_id)
SELECT {columns}, %s, record_id + %s FROM sync_syncevent WHERE id = %s
"""

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.own_postgresql, pytest.mark.timeout(900)]


@dataclass
class House:
    """Two people of one shop at a web process that has a replica."""

    server: Postgres
    replica: Postgres
    url: str
    event: int
    sessions: list[str]
    serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def person(self, number: int) -> requests.Session:
        session = requests.Session()
        session.cookies.set("sessionid", self.sessions[number], domain="127.0.0.1")
        return session

    def do(self, server: Postgres, statement: str, *values: Any) -> Any:
        with psycopg.connect(server.url("shop"), autocommit=True) as connection:
            found = connection.execute(statement, values)  # type: ignore[call-overload]
            return found.fetchall() if found.description else None

    def add(self) -> str:
        """Another row of the log, on the server itself."""
        number = next(self.serial)
        columns = self.do(
            self.server,
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns WHERE table_name ="
            " 'sync_syncevent' AND column_name NOT IN ('id', 'label', 'record_id')",
        )[0][0]
        self.do(self.server, ANOTHER.format(columns=columns), f"Invoice #R{number}", number, self.event)
        return f"Invoice #R{number}"

    def shows(self, person: requests.Session, text: str, page: str = LOG) -> bool:
        answer = person.get(f"{self.url}{page}", timeout=60)
        assert answer.status_code == 200, answer.text[:300]
        return text in answer.text

    def pause(self) -> None:
        self.do(self.replica, "SELECT pg_wal_replay_pause()")
        wait_for(
            "the pause",
            lambda: self.do(self.replica, "SELECT pg_get_wal_replay_pause_state()")[0][0] == "paused",
        )

    def go_on(self) -> None:
        self.do(self.replica, "SELECT pg_wal_replay_resume()")
        here = self.do(self.server, "SELECT pg_current_wal_lsn()::text")[0][0]
        wait_for(
            "the replica", lambda: self.do(self.replica, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", here)[0][0]
        )

    def from_replica(self, person: requests.Session) -> bool:
        """Whether the log comes from the replica now; leaves its replay paused if so."""
        self.pause()
        if not self.shows(person, self.add()):
            return True
        self.go_on()
        time.sleep(1)
        return False


def wait_for(what: str, there: Callable[[], bool], seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.2)


@pytest.fixture
def house() -> Iterator[House]:
    with postgres() as server:
        environment = {"DATABASE_URL": server.create("shop"), "DJANGO_SETTINGS_MODULE": "runacall.settings"}
        environment |= {"DEBUG": "true", "SECRET_KEY": "replica", "TOKEN_KEYS": os.environ["TOKEN_KEYS"]}
        # Straight to the server, as a migration should.
        manage = {"cwd": ROOT, "env": {**os.environ, **environment}, "check": True, "text": True}
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], **manage)  # type: ignore[call-overload]
        made = subprocess.run(  # type: ignore[call-overload]
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", MAKE], stdout=subprocess.PIPE, **manage
        )
        with replica_of(server) as replica:
            environment |= {
                "DATABASE_REPLICA_URL": replica.url("shop"),
                "DATABASE_REPLICA_MAX_LAG": str(MAX_LAG),
                "DATABASE_CONN_MAX_AGE": "0",
            }
            with gunicorn("runacall.wsgi", **environment) as (url, _):
                yield House(server, replica, url, **json.loads(made.stdout.splitlines()[-1]))


def test_the_log_comes_from_the_replica_but_not_behind_ones_own_write_and_not_too_late(house: House) -> None:
    one, other = house.person(0), house.person(1)
    wait_for("the log from the replica", lambda: house.from_replica(one))
    # Replay is paused: what is new now is on the server alone.
    added = house.add()
    assert not house.shows(other, added), "the other person reads the replica too"
    assert not house.shows(other, added, "/quickbooks/sync-log.csv"), "and so does the export"
    # A write of their own: from then on this person sees all of it, while the other one still reads the replica.
    press_retry(house, one)
    assert COOKIE in one.cookies
    assert house.shows(one, added)
    assert not house.shows(other, added)
    assert COOKIE not in other.cookies, "who only reads has no such cookie"
    # Too far behind, it is no longer shown to anybody.
    wait_for("the server itself", lambda: house.shows(other, added), seconds=2 * MAX_LAG)
    assert house.shows(other, added, "/quickbooks/sync-log.csv")
    # When it has caught up, both read it again.
    house.go_on()
    wait_for("the log from the replica again", lambda: house.from_replica(one))
    # It ends: no page does.
    house.replica.stop("immediate")
    added = house.add()
    for person in (one, other):
        assert house.shows(person, added)
        assert house.shows(person, added, "/quickbooks/sync-log.csv")
    house.replica.start()
    house.do(house.replica, "SELECT 1")


def press_retry(house: House, person: requests.Session) -> None:
    """Retry of the first row, with the mouse's own form."""
    address = f"{house.url}{LOG}"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', person.get(address, timeout=60).text)
    assert token
    form = {"action": "retry", "select_across": "0", "_selected_action": house.event, "csrfmiddlewaretoken": token[1]}
    answer = person.post(address, data=form, headers={"Referer": address}, timeout=60)
    assert answer.status_code == 200, answer.text[:300]
    [(state,)] = house.do(house.server, "SELECT state FROM sync_syncevent WHERE id = %s", house.event)
    assert state == "queued"
