"""Fixtures for every test, and which tests are skipped on a machine where something is missing."""

import gc
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import hypothesis
import pytest
from django.db import connection
from pytest_socket import socket_allow_hosts

from tests import migrated, over_and_over
from tests.needs import NEEDS
from tests.settings import SCRATCH

LEFT_OUT: Counter[str] = Counter()
# How many cases of a test have been collected.
SEEN: Counter[str] = Counter()

# How long examples take to make says something of the machine, and at first of tables that hypothesis builds once.
hypothesis.settings.register_profile("ours", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
# `make mutate` wants to know whether an example fails, not which is the smallest.
hypothesis.settings.register_profile(
    "mutation", hypothesis.settings.get_profile("ours"), phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate]
)
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session", autouse=True)
def _nothing_over_and_over() -> Iterator[None]:
    """No test keeps a worker busy without end: what rests because it came back over and over is an error of ours."""
    with over_and_over.watched(pytest.fail):
        yield


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    """No test reaches beyond this machine."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _no_proxies() -> Iterator[None]:
    """Nothing is called beyond this machine, and looking for a proxy in the environment is a third of a call."""
    with (
        patch("requests.sessions.get_environ_proxies", lambda *_, **__: {}),
        patch("requests.sessions.get_netrc_auth", lambda *_, **__: None),
    ):
        yield


# What Django makes anew after each migration, and after each test that writes outside a transaction: always the same.
LASTING_TABLES = {"django_content_type", "auth_permission"}


def _not_empty(connection: Any, tables: list[str]) -> list[str]:
    asked = " UNION ALL ".join(
        f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})"
        for number, name in enumerate(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [tables[number] for (number,) in cursor.fetchall()]


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """After a test that commits, rows go and content types and permissions stay: making those takes half a second."""

    def delete_rows(style: Any, connection: Any, **how: Any) -> list[str]:
        """From those that have any: on PostgreSQL TRUNCATE makes a new file of every table, which takes seconds."""
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
        filled = _not_empty(connection, sorted(tables - LASTING_TABLES))
        return [f"DELETE FROM {connection.ops.quote_name(name)}" for name in filled]

    def make_schedules(*_: Any, **__: Any) -> None:
        from sync.worker.schedules import ensure_schedules

        ensure_schedules()

    with (
        patch("django.core.management.commands.flush.sql_flush", delete_rows),
        patch("django.core.management.commands.flush.emit_post_migrate_signal", make_schedules),
    ):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_use_migrations: bool
) -> None:
    """On SQLite the tests' database begins as a copy of one that was migrated before."""
    creation = connection.creation
    if connection.vendor != "sqlite" or not django_db_use_migrations:
        return
    create = creation._create_test_db

    def copied(*arguments: Any, **how: Any) -> str:
        name = str(create(*arguments, **how))
        migrated.copy_to(Path(name))
        return name

    creation._create_test_db = copied


@pytest.fixture(scope="session", autouse=True)
def _scratch() -> Iterator[None]:
    yield
    shutil.rmtree(SCRATCH, ignore_errors=True)


# What takes many seconds, most of them waiting for other processes, by the marks that say so.
LONG = ("long", "processes", "slow")
# As many as `make test` has; with more or fewer the longest still come early.
WORKERS = 3


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers are dealt equal parts in this order, and one that is done takes from another's end: the longest go first.

    The first has the browser's, which share one; the second the storms, one after the other.
    """
    heads: tuple[list[pytest.Item], ...] = ([], [], [])
    others: list[pytest.Item] = []
    for item in items:
        if "test_storm" in item.nodeid:
            heads[1].append(item)
        elif item.get_closest_marker("browser") and "test_every_control" not in item.nodeid:
            heads[0].append(item)
        elif not item.get_closest_marker("sampled") and any(map(item.get_closest_marker, LONG)):
            heads[2 if len(heads[1]) > len(heads[2]) else 1].append(item)
        else:
            others.append(item)
    ordered: list[pytest.Item] = []
    for left, head in zip(range(WORKERS, 0, -1), heads, strict=True):
        rest = max(0, (len(items) - len(ordered)) // left - len(head))
        ordered += [*head, *others[:rest]]
        others = others[rest:]
    items[:] = [*ordered, *others]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported and collected stays: while it comes, there is no garbage to look for."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """The migrated database is made before the first test's time limit begins: on a busy machine it takes minutes."""
    _collect_less_garbage()
    options = session.config.option
    if connection.vendor == "sqlite" and session.items and not (options.collectonly or options.nomigrations):
        migrated.database()


def _collect_less_garbage() -> None:
    """Modules and collected tests stay until the end: looking through them for garbage was a twentieth of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Of the cases of a `sampled` test, all but one in so many are slow."""
    sampled = item.get_closest_marker("sampled")
    if sampled:
        name = item.nodeid.partition("[")[0]
        SEEN[name] += 1
        if (SEEN[name] - 1) % sampled.args[0]:
            item.add_marker("slow")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out, or with REQUIRE_… fail, what this machine cannot run."""
    for need in NEEDS:
        if item.get_closest_marker(need.marker) is None or need.is_met():
            continue
        if need.is_must:
            pytest.fail(f"{need.variable} is set, but {need.lacking}.", pytrace=False)
        LEFT_OUT[f"{need.marker} tests, since {need.lacking}"] += 1
        pytest.skip(need.lacking)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if LEFT_OUT:
        told = "; ".join(f"{count} {what}" for what, count in LEFT_OUT.items())
        terminalreporter.write_line(f"Left out: {told}.", yellow=True)
