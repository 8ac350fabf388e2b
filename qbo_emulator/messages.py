"""One HTTP call and its answer as plain values; knows no socket."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

JSON = "application/json"
JSON_UTF8 = "application/json;charset=utf-8"
XML = "application/xml"
HTML = "text/html; charset=utf-8"
LARGEST_BODY = 64 * 1024 * 1024
# Content-Encoding -> what zlib reads it with; Intuit's SDKs for Java and .NET can compress what they send
WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


@dataclass
class Request:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""

    @classmethod
    def to(cls, method: str, target: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Request:
        """A request for `target`, an absolute URL or a path with its query string; a compressed body is opened.

        Raises ValueError for what is no address, and for a body that is not compressed as its header says.
        """
        parts = urlsplit(target)
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        window = WINDOW.get(lowered.get("content-encoding", "").lower())
        if window and body:
            body = inflated(body, window)
            del lowered["content-encoding"]  # a recording passes on what it holds
        query = dict(parse_qsl(parts.query, keep_blank_values=True)) if parts.query else {}
        return cls(method.upper(), parts.path or "/", query, lowered, body)

    @property
    def wants_json(self) -> bool:
        return "json" in self.headers.get("accept", "")

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


def inflated(data: bytes, window: int) -> bytes:
    """What was compressed. Raises ValueError if it was not, ends early or is too large."""
    reader = zlib.decompressobj(window)
    try:
        found = reader.decompress(data, LARGEST_BODY)
    except zlib.error:
        raise ValueError("a body that is not compressed as its header says") from None
    if not reader.eof:
        raise ValueError("a compressed body that ends early or is too large")
    return found


@dataclass
class Response:
    status: int
    body: str = ""
    content_type: str = JSON_UTF8
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds that the transport lets pass before it answers
    content: bytes | None = None  # a body that is no text, in place of `body`
    breakage: str = ""  # "reset", "cut" or "timeout": what the transport does instead of answering

    @property
    def data(self) -> bytes:
        return self.body.encode() if self.content is None else self.content


def redirect(location: str) -> Response:
    return Response(302, content_type=HTML, headers={"Location": location})


def base_url(request: Request) -> str:
    scheme = request.headers.get("x-forwarded-proto", "http")
    return f"{scheme}://{request.headers.get('host', '127.0.0.1')}"
