"""The envelopes around answers: success, faults in their four recorded forms, throttling; knows no rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qbo_emulator.api import xml_format
from qbo_emulator.books.clock import precise_stamp
from qbo_emulator.books.encoding import dumps, loads
from qbo_emulator.faults import Entry, QboFault
from qbo_emulator.messages import HTML, JSON, JSON_UTF8, XML, Response

CHALLENGE = 'Bearer realm="Intuit", error="invalid_token"'
XML_UTF8 = "application/xml;charset=UTF-8"
RECORDED = {
    "QBO-Version": "1944.190",
    "Service-Time": "total=1, db=0",
    "Expires": "0",
    "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
}
"""Headers of every recorded success; clients decide nothing by their values."""


def success(inside: str, *, at: datetime, wants_json: bool) -> Response:
    """`inside`: the members of the answer's object, as JSON."""
    time = precise_stamp(at)
    if wants_json:
        return Response(200, f'{{{inside},"time":"{time}"}}', JSON_UTF8, dict(RECORDED))
    return Response(200, xml_format.document(loads(f"{{{inside}}}"), time), XML_UTF8, dict(RECORDED))


def fault(raised: QboFault, *, at: datetime, wants_json: bool) -> Response:
    time, shown = precise_stamp(at), raised.as_json()
    if wants_json:
        return Response(raised.status, dumps({"Fault": shown, **({"time": time} if raised.has_time else {})}), JSON)
    entries: Any = shown["Error"]
    return Response(raised.status, xml_format.fault(entries, raised.fault_type, time), XML)


def lower_case_fault(raised: QboFault, *, at: datetime) -> Response:
    """A refusal in lower case, as a client meets it now and then (reported with this body)."""
    entries = [{name.lower(): value for name, value in one.items()} for one in raised.entries_as_json()]
    body = {
        "fault": {"error": entries, "type": raised.fault_type},
        "batchItemResponse": [],
        "attachableResponse": [],
        "time": int(at.timestamp() * 1000),
        "cdcresponse": [],
    }
    return Response(raised.status, dumps(body), JSON)


def lower_case(status: int, message: str, detail: str | None, code: str, kind: str, *, at: datetime) -> Response:
    """The gateway's own form: lower-case keys and an integer time (recorded for 401)."""
    error = {"message": message, "detail": detail, "code": code, "element": None}
    body: dict[str, object] = {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": kind},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(at.timestamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }
    return Response(status, dumps(body), JSON)


def not_authenticated(token: str, *, at: datetime, how: str = "json_lower") -> Response:
    """`how` is "json_lower" (the gateway's shape), "json" (as business faults come) or "xml"."""
    if token and len(token) < 10:
        detail: str | None = "Malformed bearer token: too short or too long"
    else:
        detail = f"Token expired: {token[:12]}…" if token else None
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    if how == "json_lower":
        answer = lower_case(401, message, detail, "3200", "AUTHENTICATION", at=at)
    else:
        entry = Entry("3200", message, detail or "Token missing")
        answer = fault(QboFault(entry, fault_type="AUTHENTICATION", status=401), at=at, wants_json=how == "json")
    answer.headers["WWW-Authenticate"] = CHALLENGE
    return answer


def disconnected(*, at: datetime) -> Response:
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    return lower_case(403, message, None, "3100", "SERVICE", at=at)


def wrong_realm(code: str, *, at: datetime) -> Response:
    """A token that belongs to another company: XML even for a client that asked for JSON (reported)."""
    words = {
        "100": (
            "General Authentication Error",
            "AuthenticationErrorGeneral: SRV-110-Authentication Failure , statusCode: 401",
        ),
        "130": (
            "Accessing Wrong Cluster",
            "WrongClusterError: -11017-You have accessed the wrong server. Please sign in again.",
        ),
    }
    message, detail = words[code]
    entry = {"Message": message, "Detail": detail, "code": code}
    return Response(401, xml_format.fault([entry], "AuthenticationFault", precise_stamp(at)), XML)


def throttled(how: str, *, status: int, retry_after: int, at: datetime) -> Response:
    message = f"message=ThrottleExceeded; errorCode=003001; statusCode={status}"
    detail = "The request limit was reached.  Try again later"
    entry = {"Message": message, "Detail": detail, "code": "3001"}
    if how == "json_lower":
        answer = lower_case(status, message, detail, "3001", "SERVICE", at=at)
    elif how == "json":
        body = {"Fault": {"Error": [entry], "type": "SERVICE"}, "time": precise_stamp(at)}
        answer = Response(status, dumps(body), JSON)
    else:
        answer = Response(status, xml_format.fault([entry], "SERVICE", precise_stamp(at)), XML)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def gateway_page(status: int) -> Response:
    page = f"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"
    return Response(status, page, HTML)
