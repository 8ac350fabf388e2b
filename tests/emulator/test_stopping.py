"""A server that is stopped: its threads end although clients keep connections; the answer under way goes out."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import requests

from qbo_emulator.messages import Request, Response
from qbo_emulator.server import Server


def test_no_thread_is_left_for_a_client_that_keeps_its_connection() -> None:
    before = set(threading.enumerate())
    server = Server(lambda request: Response(200, "yes")).start()
    with requests.Session() as session:
        assert session.get(server.url, timeout=10).status_code == 200
        started = set(threading.enumerate()) - before
        assert len(started) == 2, started
        server.stop()
        for thread in started:
            thread.join(10)
        assert [thread for thread in started if thread.is_alive()] == []


def test_what_is_being_answered_still_goes_out() -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slow(request: Request) -> Response:
        asked.set()
        assert may_answer.wait(10)
        return Response(200, "yes")

    server = Server(slow).start()
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(requests.get, server.url, timeout=10)
        assert asked.wait(10)
        server.stop()
        may_answer.set()
        assert answer.result().text == "yes"
