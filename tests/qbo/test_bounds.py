"""A call to QuickBooks ends, and an answer has a maximum size, whatever the other side does."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.utils import timezone

from qbo.connection import bounds
from qbo.connection.bounds import new_session
from qbo.connection.client import Reply, exchange
from qbo.lists.on_request import SLOW, NotRead, read_again
from qbo.models import ListState
from qbo_emulator.messages import Response
from runacall import stopwatch
from sync.models import State
from tests.books import NO_LIMITS, Shop, connected_shop
from tests.tampering import DRIP, ENDLESS, Tampering, tampered_emulator

MOST = 1_000_000


@pytest.fixture
def there(settings: Any) -> Iterator[Tampering]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    with tampered_emulator() as tampering:
        yield tampering


def ask(there: Tampering, *, session: Any = None, seconds: float = 1.5, **how: Any) -> tuple[Reply, float]:
    began = time.monotonic()
    timeout = (seconds / 2, seconds / 2)
    reply = exchange(session or new_session(), "GET", f"{there.url}/emulator/state", timeout=timeout, most=MOST, **how)
    return reply, time.monotonic() - began


def broken(how: str) -> Any:
    return lambda answer: Response(200, answer.body, breakage=how)


def unpacking_to(size: int) -> Any:
    packed = gzip.compress(b" " * size)
    return lambda answer: Response(200, content=packed, headers={"Content-Encoding": "gzip"})


def test_a_byte_now_and_then(there: Tampering) -> None:
    """Of the head already: no time-out between two bytes ever comes to pass."""
    there.answers["state"] = broken(DRIP)
    reply, took = ask(there)
    assert took < 4
    assert (reply.status, reply.left) == (None, True)
    assert "no whole answer came within 1.5 s" in reply.cut


def test_a_body_that_drips_behind_a_whole_head(there: Tampering) -> None:
    there.answers["state"] = lambda answer: Response(200, " " * 5000, breakage=DRIP)
    reply, took = ask(there, seconds=12, within=6.5)
    assert took < 10
    assert reply.cut


@pytest.mark.parametrize("tamper", [broken(ENDLESS), unpacking_to(60_000_000), lambda _: Response(200, "x" * 3 * MOST)])
def test_too_long(there: Tampering, tamper: Any) -> None:
    there.answers["state"] = tamper
    reply, took = ask(there, seconds=20)
    assert reply.status is None
    assert reply.cut == "the answer was longer than 1 MB"
    assert took < 10


@pytest.mark.parametrize("is_open", [False, True])
def test_a_process_that_was_suspended_on_the_way_sends_nothing(
    there: Tampering, monkeypatch: pytest.MonkeyPatch, is_open: bool
) -> None:
    """Its timer may fire after the bytes have left; by then another process may have sent the same."""
    session, seconds, arrived = new_session(), stopwatch.seconds, list[Response]()
    if is_open:
        ask(there, session=session)
    there.answers["state"] = lambda answer: (arrived.append(answer), answer)[1]
    enter = bounds.Deadline.__enter__

    def suspended(deadline: bounds.Deadline) -> bounds.Deadline:
        monkeypatch.setattr(stopwatch, "seconds", lambda: seconds() + 700)
        return enter(deadline)

    monkeypatch.setattr(bounds.Deadline, "__enter__", suspended)
    reply, _ = ask(there, session=session, seconds=20)
    assert (reply.status, reply.cut) == (None, "no whole answer came within 20 s")
    assert not arrived


def test_no_time_left(there: Tampering) -> None:
    reply, took = ask(there, within=0)
    assert (reply.status, reply.left) == (None, False)
    assert took < 0.5


def test_a_connection_that_is_kept_outlives_the_deadline_of_its_call(there: Tampering) -> None:
    session = new_session()
    assert ask(there, session=session, seconds=0.6)[0].status == 200
    time.sleep(0.8)
    assert ask(there, session=session, seconds=5)[0].status == 200


class TestKeptOpen:
    """A connection that carries no call is used again for a short while, by the process that opened it."""

    @pytest.fixture
    def connects(self, monkeypatch: pytest.MonkeyPatch) -> list[object]:
        seen: list[object] = []
        real = bounds._Watched.connect
        monkeypatch.setattr(bounds._Watched, "connect", lambda self: (seen.append(self), real(self))[1])
        return seen

    def call(self, there: Tampering) -> None:
        session = bounds.take_session(there.url)
        assert ask(there, session=session, seconds=5)[0].status == 200
        bounds.leave_session(there.url, session)

    def test_the_next_call_opens_none(self, there: Tampering, connects: list[object]) -> None:
        self.call(there)
        self.call(there)
        assert len(connects) == 1

    def test_two_calls_at_once_have_one_each(self, there: Tampering) -> None:
        self.call(there)
        assert bounds.take_session(there.url) is not bounds.take_session(there.url)

    def test_an_old_one_is_closed(
        self, there: Tampering, connects: list[object], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.call(there)
        monkeypatch.setattr(bounds, "KEPT_OPEN", 0.0)
        self.call(there)
        assert len(connects) == 2
        assert not bounds._free[there.url]

    def test_a_child_has_none(self, there: Tampering) -> None:
        self.call(there)
        child = os.fork()
        if not child:
            os._exit(len(bounds._free))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert bounds._free[there.url]

    def test_no_cookie_is_kept(self, there: Tampering) -> None:
        there.answers["state"] = lambda answer: replace(answer, headers={**answer.headers, "Set-Cookie": "shop=1"})
        session = bounds.take_session(there.url)
        assert ask(there, session=session, seconds=5)[0].status == 200
        assert not session.cookies


def test_no_answer_holds_a_nul(there: Tampering) -> None:
    there.answers["state"] = lambda answer: Response(200, "a\x00b")
    assert ask(there)[0].body == "a\ufffdb"


class TestOfAShop:
    @pytest.fixture
    def shop(self, transactional_db: None, there: Tampering, settings: Any) -> Shop:
        shop = connected_shop(there.url)
        settings.SYNC = {**settings.SYNC, "LARGEST_ANSWER": MOST, "PAGE_SECONDS": 2}
        return shop

    def test_a_page_leaves_to_the_queue_what_takes_too_long(self, shop: Shop, there: Tampering) -> None:
        there.answers["FROM Item "] = broken(DRIP)
        began = time.monotonic()
        with pytest.raises(NotRead) as told:
            read_again(shop.connection, ListState.LISTS, at=timezone.now())
        assert time.monotonic() - began < 5
        assert str(told.value) == SLOW
        assert not shop.failed().exists()
        there.clear()
        moment = timezone.now()
        shop.drain(moment)
        assert not ListState.objects.stale(at=moment).exists()

    def test_a_list_without_end_is_named_and_the_rest_goes_on(self, shop: Shop, there: Tampering) -> None:
        there.answers["FROM Account "] = broken(ENDLESS)
        now = timezone.now()
        ListState.want(shop.connection, ListState.LISTS, at=now)
        invoice = shop.invoice(at=now)
        shop.drain(now)
        assert shop.event(invoice).state == State.SYNCED
        assert "the answer was longer than 1 MB" in shop.failed().get().message

    @pytest.mark.parametrize("how", [DRIP, ENDLESS])
    def test_a_write_is_looked_for_and_not_sent_twice(
        self, shop: Shop, there: Tampering, settings: Any, how: str
    ) -> None:
        settings.SYNC = {**settings.SYNC, "HTTP_CONNECT_TIMEOUT": 1, "HTTP_READ_TIMEOUT": 1}
        now = timezone.now()
        customer = shop.settled_invoice(at=now).customer
        invoice = shop.invoice(at=now, customer=customer)
        there.answers["/invoice"] = broken(how)
        shop.drain(now)
        assert shop.event(invoice).state == State.CHECKING
        there.clear()
        shop.drain(now + timedelta(minutes=6))
        shop.assert_in_books(invoice)
        assert len(shop.books.invoices()) == 2


def test_a_call_goes_with_its_own_token_whatever_the_host_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A .netrc with a default entry names a password for every host."""
    monkeypatch.setattr("requests.sessions.get_netrc_auth", lambda *_, **__: ("somebody", "password"))
    call = requests.Request("GET", "http://127.0.0.1/", headers={"Authorization": "Bearer ours"})
    assert new_session().prepare_request(call).headers["Authorization"] == "Bearer ours"
