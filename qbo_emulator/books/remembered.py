"""The answer that a request id gets again; knows neither the company nor the request."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

BASE_64 = "64:"  # no letter of base 85


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
        decode = base64.b64decode if self.packed.startswith(BASE_64) else base64.b85decode  # which older files hold
        return zlib.decompress(decode(self.packed.removeprefix(BASE_64))).decode()


def packed(body: str) -> str:
    """`body` as text, in base 64, which the standard library writes in C."""
    return BASE_64 + base64.b64encode(zlib.compress(body.encode(), 1)).decode()
