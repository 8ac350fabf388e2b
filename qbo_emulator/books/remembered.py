"""The answer that a request id gets again; knows neither the company nor the request."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass


@dataclass
class Remembered:
    """The answer that a request id gets again; its body is packed, since there is one for every write."""

    status: int
    content_type: str
    packed: str
    fingerprint: str
    at: float

    @property
    def body(self) -> str:
        return zlib.decompress(base64.b85decode(self.packed)).decode()


def packed(body: str) -> str:
    return base64.b85encode(zlib.compress(body.encode(), 1)).decode()
