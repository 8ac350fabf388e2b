"""One call of the data API, parsed; knows no company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qbo_emulator.messages import Request

PREFIX = "/v3/company/"


@dataclass
class Call:
    """One call of the data API, parsed."""

    request: Request
    realm: str
    resource: str
    rest: list[str]
    operation: str
    at: datetime

    @property
    def is_write(self) -> bool:
        return self.request.method == "POST" and self.resource not in ("query", "cdc")

    @property
    def wants_json(self) -> bool:
        return self.request.wants_json

    @property
    def request_id(self) -> str:
        return self.request.query.get("requestid", "") if self.is_write else ""


def parsed(request: Request, at: datetime) -> Call:
    realm, _, path = request.path[len(PREFIX) :].partition("/")
    resource, *rest = [part for part in path.split("/") if part] or [""]
    call = Call(request, realm, resource.lower(), rest, "read", at)
    if call.is_write:
        named = request.query.get("operation", "").lower()
        included = request.query.get("include", "").lower().split(",")
        voids = named in ("", "update") and "void" in included
        call.operation = "void" if voids else named or "create"
    return call
