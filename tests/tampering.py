"""An emulator whose answers are changed on the way: what QuickBooks never says, but might one day."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from qbo_emulator.messages import Request, Response
from qbo_emulator.router import Emulator
from qbo_emulator.server import Server, encoded
from tests.books import STANDING_TOKEN

Rows = list[dict[str, Any]]
DRIP, ENDLESS = "drip", "endless"


@dataclass
class Tampering:
    """`rows`: what becomes of the rows of a list, by entity. `answers`: what becomes of any answer, by a word of the
    path or of the query in the request.
    """

    emulator: Emulator
    rows: dict[str, Callable[[Rows], Any]] = field(default_factory=dict)
    answers: dict[str, Callable[[Response], Response]] = field(default_factory=dict)
    url: str = ""

    def handle(self, request: Request) -> Response:
        answer = self.emulator.handle(request)
        asked = request.body.decode("utf-8", "replace") if request.path.endswith("/query") else request.path
        for entity, change in self.rows.items():
            if f"FROM {entity} " in f"{asked} ":
                answer.body = json.dumps(_with_rows(json.loads(answer.body), entity, change))
        for word, replace in self.answers.items():
            if word in asked:
                answer = replace(answer)
        return answer

    def clear(self) -> None:
        self.rows.clear()
        self.answers.clear()


def _with_rows(document: dict[str, Any], entity: str, change: Callable[[Rows], Any]) -> dict[str, Any]:
    found = document["QueryResponse"]
    return {**document, "QueryResponse": {**found, entity: change(found.get(entity, []))}}


class TamperingServer(Server):
    """Knows two ways more of not answering: byte by byte, and without end."""

    def _answer(self, connection: socket.socket, answer: Response, *, keeps: bool, bodyless: bool) -> bool:
        if answer.breakage == DRIP:
            self._drip(connection, answer)
            return False
        if answer.breakage == ENDLESS:
            self._pour(connection, answer)
            return False
        return super()._answer(connection, answer, keeps=keeps, bodyless=bodyless)

    def _drip(self, connection: socket.socket, answer: Response) -> None:
        """A byte every 50 ms, beginning with the first of the head where `delay` is unset, for at most a minute."""
        data = encoded(answer, keeps=False)
        with suppress(OSError):
            for place in range(min(len(data), 1200)):
                connection.sendall(data[place : place + 1])
                time.sleep(0.05)

    def _pour(self, connection: socket.socket, answer: Response) -> None:
        """Blanks without end, as a chunked body."""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {answer.content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        piece = b" " * 65536
        with suppress(OSError):
            connection.sendall(head.encode())
            for _ in range(4000):  # 260 MB, should nobody stop it
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))


@contextmanager
def tampered_emulator(**options: Any) -> Iterator[Tampering]:
    """A QuickBooks company in this process, untampered with until told otherwise."""
    tampering = Tampering(Emulator(**{"has_limits": False, "access_token": STANDING_TOKEN, **options}))
    server = TamperingServer(tampering.handle).start()
    tampering.url = server.url
    try:
        yield tampering
    finally:
        server.stop()
