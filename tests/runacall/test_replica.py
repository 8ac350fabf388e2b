"""Which database a query goes to; the pages themselves are tried with a real replica in tests/deploy."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory

from runacall import replica
from runacall.invoices.models import Invoice
from runacall.organizations.models import Membership
from sync.models import SyncEvent

ROUTER = replica.ReplicaRouter()


@pytest.fixture(autouse=True)
def _watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica.Watch, "is_away", lambda self: None)
    monkeypatch.setattr(replica, "_position_here", lambda: "0/16B3748")


@pytest.fixture
def _at_replica() -> Iterator[None]:
    before = replica._reads_replica.set(True)
    yield
    replica._reads_replica.reset(before)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_at_replica")
def test_only_tables_of_the_work_are_read_there_and_nothing_is_written_there() -> None:
    assert [ROUTER.db_for_read(model) for model in (SyncEvent, Invoice)] == ["replica", "replica"]
    assert [ROUTER.db_for_read(model) for model in (Membership, Session)] == ["default", "default"]
    assert [ROUTER.db_for_write(model) for model in (SyncEvent, Session)] == ["default", "default"]
    assert ROUTER.allow_migrate("replica", "sync") is False
    assert ROUTER.allow_migrate("default", "sync") is None


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_replica")
def test_a_transaction_reads_what_it_wrote() -> None:
    """pytest keeps one open."""
    assert ROUTER.db_for_read(SyncEvent) == "default"


def test_nothing_is_read_there_unless_a_page_asks() -> None:
    assert ROUTER.db_for_read(SyncEvent) == "default"


def visit(view: Any, method: str = "GET", name: str = "sync:export_log") -> tuple[Any, Any]:
    request = RequestFactory().generic(method, "/")
    request.resolver_match = SimpleNamespace(view_name=name, func=view, args=(), kwargs={})  # type: ignore[assignment]

    def handle(asked: Any) -> Any:
        middleware.process_view(asked)
        return view(asked)

    middleware = replica.ReplicaMiddleware(handle)
    return middleware(request), request


@pytest.fixture
def _near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica.Watch, "allows", lambda self, written: True)


def reads(*_: Any) -> str:
    return "replica" if replica._reads_replica.get() else "default"


@pytest.mark.usefixtures("_near")
@pytest.mark.parametrize(
    ("method", "name", "database"),
    [
        ("GET", "sync:export_log", "replica"),
        ("HEAD", "admin:sync_syncevent_changelist", "replica"),
        ("POST", "admin:sync_syncevent_changelist", "default"),
        ("GET", "qbo:status", "default"),
    ],
)
def test_only_pages_that_may_lag_are_read_there(method: str, name: str, database: str) -> None:
    answer, _ = visit(lambda request: HttpResponse(reads()), method, name)
    assert answer.content.decode() == database
    assert reads() == "default", "and nothing after them"


@pytest.mark.usefixtures("_near")
def test_a_download_is_read_there_to_its_end_and_nothing_between_its_pieces() -> None:
    answer, _ = visit(lambda request: StreamingHttpResponse(reads().encode() for _ in range(3)))
    between = [(piece.decode(), reads()) for piece in answer.streaming_content]
    assert between == [("replica", "default")] * 3


@pytest.mark.usefixtures("_near")
def test_who_writes_is_given_the_position_and_who_writes_a_session_is_not() -> None:
    written, _ = visit(lambda request: HttpResponse(ROUTER.db_for_write(SyncEvent)), "POST")
    assert written.cookies[replica.COOKIE].value == "0/16B3748"
    assert written.cookies[replica.COOKIE]["httponly"]
    signed_in, _ = visit(lambda request: HttpResponse(ROUTER.db_for_write(Session)), "POST")
    assert replica.COOKIE not in signed_in.cookies


def test_a_cookie_of_somebodys_own_making_reads_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = replica.Watch()
    monkeypatch.setattr(watch, "_needed", lambda: "0/1")
    for written in ("", "x", "0/0 OR true", "0/0\n", "0/" + "F" * 9):
        assert not watch.allows(written)


@pytest.mark.usefixtures("_near")
@pytest.mark.parametrize("is_template", [True, False])
def test_a_page_whose_replica_goes_away_in_the_middle_is_answered_by_the_server(is_template: bool) -> None:
    def page(request: Any) -> Any:
        if reads() == "replica":
            raise OperationalError("terminating connection")
        return SimpleTemplateResponse(engines["django"].from_string("well")) if is_template else HttpResponse("well")

    with pytest.raises(OperationalError) as gone:
        visit(page)
    middleware = replica.ReplicaMiddleware(page)
    request = RequestFactory().get("/")
    request.resolver_match = SimpleNamespace(  # type: ignore[assignment]
        view_name="sync:export_log", func=page, args=(), kwargs={}
    )
    assert middleware.process_exception(request, gone.value) is None, "it was not the replica"
    middleware.process_view(request)
    assert middleware.process_exception(request, ValueError("ours")) is None
    answer = middleware.process_exception(request, gone.value)
    assert answer is not None
    assert answer.status_code == 200
    assert answer.content
    assert reads() == "default"
