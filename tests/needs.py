"""What some tests need from the machine: Chromium, a PostgreSQL server. Without them those tests are skipped.

CI sets REQUIRE_BROWSER=1 and REQUIRE_POSTGRES=1: there, what is lacking is a failure and no excuse.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from tests.servers import pgbouncer, programs

POSTGRES_URL = os.environ.get("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FIREFOXES = ("firefox-esr", "firefox")


@cache
def chromium() -> str:
    """The path of the system's Chromium; "" without one. CHROMIUM names another."""
    named = os.environ.get("CHROMIUM", "")
    return named or next((path for name in CHROMIUMS if (path := shutil.which(name))), "")


def with_firefox() -> bool:
    """Whether the browser tests are to run in Firefox: FIREFOX=1."""
    return os.environ.get("FIREFOX", "") not in ("", "0")


@cache
def browser() -> str:
    """The path of the browser that is wanted; "" without it."""
    return next(filter(None, map(shutil.which, FIREFOXES)), "") if with_firefox() else chromium()


@cache
def postgresql() -> bool:
    """Whether a server answers at POSTGRES_URL."""
    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@cache
def pooler() -> bool:
    """Whether PgBouncer and a PostgreSQL that can be started in a directory of our own are installed."""
    return bool(pgbouncer()) and own_postgresql()


@cache
def own_postgresql() -> bool:
    """Whether a PostgreSQL is installed that can be started in a directory of our own."""
    return programs() is not None


@cache
def faketime() -> str:
    """The path of libfaketime for threads; "" without it."""
    return next(map(str, Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1")), "")


@dataclass(frozen=True)
class Need:
    """Tests of this marker run only where `is_met`; `variable` makes it a must."""

    marker: str
    variable: str
    lacking: str
    is_met: Callable[[], object]

    @property
    def is_must(self) -> bool:
        return os.environ.get(self.variable, "") not in ("", "0")


NEEDS = (
    Need("browser", "REQUIRE_BROWSER", f"no {'Firefox' if with_firefox() else 'Chromium'} was found", browser),
    Need("slow", "RUN_SLOW", "they take minutes: RUN_SLOW=1 runs them", lambda: os.environ.get("RUN_SLOW")),
    Need("faketime", "REQUIRE_FAKETIME", "libfaketime is not installed", faketime),
    Need("pgbouncer", "REQUIRE_PGBOUNCER", "PgBouncer or PostgreSQL's own programs are not installed", pooler),
    Need("own_postgresql", "REQUIRE_OWN_POSTGRES", "PostgreSQL's own programs are not installed", own_postgresql),
    Need("postgresql", "REQUIRE_POSTGRES", f"no PostgreSQL answers at {POSTGRES_URL}", postgresql),
)
