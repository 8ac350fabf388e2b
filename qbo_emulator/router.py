"""Which handler answers which address, and the headers of every answer; knows no socket and no rule."""

from __future__ import annotations

import secrets
import traceback
from datetime import datetime

from qbo_emulator import pages
from qbo_emulator.api import admission, entitlements
from qbo_emulator.api.calls import PREFIX
from qbo_emulator.books.clock import http_date
from qbo_emulator.control import endpoint
from qbo_emulator.messages import Request, Response
from qbo_emulator.oauth import endpoints
from qbo_emulator.world.world import World

MOST_LOGGED = 1_000_000  # bytes of a body; an upload may be much larger
QUIET = ("/emulator", "/static", "/favicon.ico")


class Emulator(World):
    """An Intuit server. `handle` takes any request and is safe to call from many threads."""

    def handle(self, request: Request) -> Response:
        at = self.clock.now()
        try:
            answer = self._route(request, at)
        except Exception as mistake:  # last resort: report our own error and keep the connection open
            traceback.print_exc()
            answer = Response(500, f'{{"emulator_error":"{type(mistake).__name__}"}}')
            self.log.count("mistakes")
        self._finish(request, answer, at)
        return answer

    def _route(self, request: Request, at: datetime) -> Response:
        path = request.path
        if path.startswith(PREFIX):
            answer = admission.handle(self, request, at)
            answer.delay += self.latency_ms / 1000
            return answer
        if path.startswith(entitlements.PREFIX):
            return entitlements.handle(self, request, at)
        if path.startswith("/emulator/"):
            return endpoint.handle(self, request, at)
        if endpoints.serves(path):
            return endpoints.handle(self, request, at)
        return pages.handle(self, request, at)

    def _finish(self, request: Request, answer: Response, at: datetime) -> None:
        """The headers that every answer carries, and the line in the log."""
        tid = f"1-{int(at.timestamp()):08x}-{secrets.token_hex(12)}"
        answer.headers.setdefault("Date", http_date(at))
        answer.headers.setdefault("intuit_tid", tid)
        self.log.count("requests")
        if not is_logged(request.path):
            return
        secret = endpoints.serves(request.path)
        self.log.add(
            at=at,
            method=request.method,
            path=request.path,
            query="" if secret else "&".join(f"{name}={value}" for name, value in request.query.items()),
            status=answer.breakage or answer.status,
            request_id=request.query.get("requestid", ""),
            intuit_tid=tid,
            realm=request.path[len(PREFIX) :].split("/")[0] if request.path.startswith(PREFIX) else "",
            body=b"" if secret else request.body[:MOST_LOGGED],
            answer="" if secret else answer.body,
        )


def is_logged(path: str) -> bool:
    return path != "/" and not path.startswith(QUIET) and not path.startswith("/app")
