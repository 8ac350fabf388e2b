"""The emulator behind a `requests` session, without a socket; the rules are the same as over HTTP."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from qbo_emulator.messages import Request, Response
from qbo_emulator.router import Emulator


class EmulatorAdapter(BaseAdapter):
    """Answers every request of a session: `session.mount("http://intuit.test", EmulatorAdapter(emulator))`."""

    def __init__(self, emulator: Emulator, *, sleeps: bool = False) -> None:
        super().__init__()
        self.emulator, self.sleeps = emulator, sleeps

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: bool | str = True,
        cert: object = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The answer. Raises requests' own exceptions if the emulator breaks the connection."""
        answer = self.emulator.handle(as_request(request))
        if answer.delay and self.sleeps:
            time.sleep(answer.delay)
        if answer.breakage == "reset":
            raise requests.ConnectionError("Connection reset by peer", request=request)
        if answer.breakage == "timeout":
            raise requests.ReadTimeout("Read timed out", request=request)
        if answer.breakage == "cut":
            raise requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead", request=request)
        return as_response(answer, request)

    def close(self) -> None:
        """Nothing is held open."""


def as_request(prepared: requests.PreparedRequest) -> Request:
    body = prepared.body or b""
    data = body.encode() if isinstance(body, str) else bytes(body)
    request = Request.to(prepared.method or "GET", prepared.url or "/", headers=dict(prepared.headers), body=data)
    host = (prepared.url or "").split("/")[2]
    return Request(request.method, request.path, request.query, {"host": host, **request.headers}, request.body)


def as_response(answer: Response, request: requests.PreparedRequest) -> requests.Response:
    body = answer.data
    headers = {"Content-Type": answer.content_type, "Content-Length": str(len(body)), **answer.headers}
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(headers)
    response.raw = HTTPResponse(io.BytesIO(body), headers=headers, status=answer.status, preload_content=False)
    response.encoding = "utf-8"
    response.url = request.url or ""
    response.request = request
    return response
