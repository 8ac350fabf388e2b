"""A proxy for another company: passes every call on and records the redacted exchange."""

from __future__ import annotations

import re
import secrets
import threading
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from qbo_emulator.api.calls import PREFIX
from qbo_emulator.messages import Request, Response
from qbo_emulator.record.exchange import exchange
from qbo_emulator.record.redaction import Redaction

# Headers of one connection; the others are passed on as they come.
OF_CONNECTION = frozenset(
    ("host", "connection", "content-length", "accept-encoding", "transfer-encoding", "keep-alive")
)
PATIENCE = 120.0  # seconds; Intuit cuts what takes longer
OAUTH = re.compile(r"(?i)(oauth2?|tokens?|openid)")


class Upstream:
    """Passes calls on to `url` and appends what came of them to `file`. Token calls are passed on and not written."""

    def __init__(self, url: str, file: Path) -> None:
        self.url, self.file = url.rstrip("/"), file
        self.salt = secrets.token_bytes(16)
        self.seen: dict[str, str] = {}
        self._lock = threading.Lock()

    def handle(self, request: Request) -> Response:
        query = urlencode(request.query)
        answer = self.ask(request, query)
        if not OAUTH.search(request.path):
            realm = request.path[len(PREFIX) :].partition("/")[0] if request.path.startswith(PREFIX) else ""
            self.write(request, query, answer, realm)
        return answer

    def ask(self, request: Request, query: str) -> Response:
        target = f"{self.url}{request.path}{'?' if query else ''}{query}"
        headers = {name: value for name, value in request.headers.items() if name not in OF_CONNECTION}
        asked = urllib.request.Request(  # noqa: S310  the address is the operator's own
            target, data=request.body or None, headers=headers, method=request.method
        )
        try:
            with OPENER.open(asked, timeout=PATIENCE) as answer:
                return response(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return response(refused.code, refused.headers, refused.read())
        except OSError as problem:
            return Response(502, f"{urlsplit(self.url).hostname} does not answer: {problem}\n", "text/plain")

    def write(self, request: Request, query: str, answer: Response, realm: str) -> None:
        with self._lock, self.file.open("a", encoding="utf-8") as out:
            out.write(exchange(request, query, answer, Redaction(self.salt, realm, self.seen)).line())


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The caller follows redirects itself."""

    def redirect_request(self, *given: object) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def response(status: int, headers: Message, data: bytes) -> Response:
    dropped = OF_CONNECTION | {"content-type", "content-encoding"}
    kept = {name: value for name, value in headers.items() if name.lower() not in dropped}
    return Response(status, content_type=headers.get("content-type", ""), headers=kept, content=data)
