"""What an ordered fault looks like to the client; knows no company."""

from __future__ import annotations

from datetime import datetime

from qbo_emulator import faults
from qbo_emulator.api import answers
from qbo_emulator.books.encoding import dumps
from qbo_emulator.faults import Entry, QboFault
from qbo_emulator.messages import JSON, JSON_UTF8, Response
from qbo_emulator.world.breakage import Breakage


def answer(ordered: Breakage, *, at: datetime, wants_json: bool, instead_of: Response | None = None) -> Response:
    """What the client gets instead of the real answer (`instead_of`, if the work was done)."""
    if ordered.fault in ("reset", "cut", "timeout"):
        whole = instead_of or Response(200, dumps({"time": ""}), JSON_UTF8)
        whole.breakage = ordered.fault
        whole.delay = ordered.seconds if ordered.fault == "timeout" else 0.0
        return whole
    if ordered.fault == "half":
        whole = instead_of or Response(200, dumps({"time": ""}), JSON_UTF8)
        return Response(whole.status, whole.body[: len(whole.body) // 2], whole.content_type)
    if ordered.fault == "status":
        return with_retry_after(gateway_page(ordered), ordered)
    if ordered.fault == "throttle":
        return answers.throttled(ordered.format or "xml", status=429, retry_after=ordered.retry_after, at=at)
    if ordered.fault == "auth":
        return answers.not_authenticated("eyJlbXVsYXRvciI6", at=at, how="json_lower" if wants_json else "xml")
    if ordered.fault == "html":
        page = answers.gateway_page(200)
        page.body = (
            "<!DOCTYPE html><html><head><title>QuickBooks</title></head><body>We'll be right back.</body></html>"
        )
        return page
    if ordered.fault == "empty":
        return Response(200, "", JSON)
    return answers.fault(named(ordered), at=at, wants_json=wants_json if ordered.format != "xml" else False)


def gateway_page(ordered: Breakage) -> Response:
    """An answer of a gateway that knows nothing about QuickBooks, whatever its text (`message`)."""
    page = answers.gateway_page(ordered.status)
    if ordered.message:
        page.body = f"<html><head><title>Error</title></head><body><h1>{ordered.message}</h1></body></html>"
    return page


def with_retry_after(response: Response, ordered: Breakage) -> Response:
    if ordered.retry_after:
        response.headers["Retry-After"] = str(ordered.retry_after)
    return response


def named(ordered: Breakage) -> QboFault:
    if ordered.fault == "stale":
        return faults.stale_object()
    if ordered.fault == "subscription":
        return faults.subscription_ended(400)
    if ordered.fault == "fault_in_200":
        return faults.subscription_ended(200) if not ordered.code else custom(ordered, 200)
    return custom(ordered, ordered.status if ordered.code and ordered.status != 503 else 400)


def custom(ordered: Breakage, status: int) -> QboFault:
    code = ordered.code or "10000"
    message = ordered.message or "An application error has occurred while processing your request"
    detail = ordered.detail or "System Failure Error: a fault on order"
    kind = "SystemFault" if code == "10000" else faults.VALIDATION
    return QboFault(Entry(code, message, detail, ""), fault_type=kind, status=status)


def item_fault(ordered: Breakage) -> QboFault:
    """The fault inside one item of a batch."""
    if ordered.fault == "throttle":
        message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
        return QboFault(Entry("3001", message, "The request limit was reached.  Try again later"), fault_type="SERVICE")
    return named(ordered)
