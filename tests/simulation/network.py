"""The way to QuickBooks: calls that arrive, are cut, come late or are answered with a fault; it knows no shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import BaseAdapter

from qbo_emulator.api import answers
from qbo_emulator.books.clock import Clock
from qbo_emulator.messages import HTML, Request, Response
from qbo_emulator.router import Emulator
from qbo_emulator.transport import as_request, as_response
from tests.simulation.clockwork import NEVER, Clockwork
from tests.simulation.history import ANSWER, CALL, FAULTS, Act

# Seconds that a call takes each way, and in which Intuit cuts one.
WAY = 0.1
TIME_OUT = 125.0
SLOW = 60.0


class TrueClock(Clock):
    """The emulator's clock: the simulation's true time."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC) + self.shift


@dataclass
class Exchange:
    response: Response | None = None
    is_back: bool = False


class Network(BaseAdapter):
    """Every call of every session. Outside a simulated process it is answered at once."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.emulator = emulator
        self.work: Clockwork | None = None
        # Until then no call arrives.
        self.out_until = 0.0
        # Called after each call that the emulator has answered.
        self.after: Callable[[], None] = lambda: None

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        arrived = as_request(request)
        if self.work is None or self.work.current is None:
            return as_response(self.emulator.handle(arrived), request)
        act = self._act()
        if self.work.now >= self.work.current.leaves_by:
            # Held up for so long before it left (qbo.connection.bounds).
            raise requests.ConnectionError("Connection aborted", request=request)
        is_out = self.work.now < self.out_until
        answer = self._exchange(arrived, Act("lost") if is_out else act or Act("fine"), request)
        self.work.point(ANSWER)
        return as_response(answer, request)

    def _act(self) -> Act | None:
        """What the history has for this call; a kill or a pause happens before it leaves."""
        work = self._work
        known = len(work.history.happened)
        work.point(CALL)
        new = work.history.happened[known:]
        return next((act for _, kind, act in new if kind == CALL and act.what in FAULTS), None)

    def _exchange(self, arrived: Request, act: Act, request: requests.PreparedRequest) -> Response:
        work, what = self._work, act.what
        if what == "refused":
            raise requests.ConnectTimeout("Connection refused", request=request)
        if what == "lost":
            work.sleep(WAY)
            raise requests.ConnectionError("Connection reset by peer", request=request)
        exchange, me = Exchange(), work.current
        assert me is not None
        if what == "orphan":
            work.later(WAY / 2, lambda: work.kill(me.process, restart_in=0.0))
        way = (
            min(act.value, TIME_OUT - 5)
            if what in ("late", "orphan")
            else min(act.value, SLOW)
            if what == "slow"
            else WAY
        )
        back = NEVER if what in ("silent", "late") else WAY

        def deliver() -> None:
            work.outstanding -= 1
            exchange.response = self._handled(arrived, act)
            self.after()
            if back < NEVER:
                work.later(back, come_back)

        def come_back() -> None:
            exchange.is_back = True
            work.wake(me)

        work.outstanding += 1
        work.later(way, deliver)
        if what == "late":
            work.sleep(WAY)
            raise requests.ConnectionError("Connection aborted", request=request)
        until = work.now + TIME_OUT
        # Another of its calls that comes back may wake the thread as well.
        while not exchange.is_back and work.now < until:
            work.block(at_most=until - work.now)
        if not exchange.is_back or exchange.response is None:
            raise requests.ReadTimeout("Read timed out", request=request)
        if what == "outage":
            self.out_until = work.now + act.value * 60
        if what in ("cut", "outage"):
            raise requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead", request=request)
        return exchange.response

    def _handled(self, arrived: Request, act: Act) -> Response:
        at = datetime.fromtimestamp(self._work.now, UTC)
        if not arrived.path.startswith("/v3/") and act.what in ("401", "429", "garbage"):
            return self.emulator.handle(arrived)  # the token service has words of its own
        if act.what in ("500", "503"):
            return answers.gateway_page(int(act.what))
        if act.what == "429":
            return answers.throttled("xml", status=429, retry_after=int(act.value), at=at)
        if act.what == "401":
            return answers.not_authenticated("a-token-that-is-not-known", at=at)
        response = self.emulator.handle(arrived)
        if act.what == "500 acted":
            return answers.gateway_page(500)
        if act.what == "garbage":
            return Response(200, "<html>Welcome</html>", HTML)
        return response

    @property
    def _work(self) -> Clockwork:
        assert self.work is not None
        return self.work

    def close(self) -> None:
        """Nothing is held open."""
