"""Answers in the shapes of QuickBooks, for the tests of the reader; their texts are our own."""

import json
from typing import Any

from qbo.failures import Answer, Failure
from qbo.faults import read_fault

JSON, XML, TEXT, HTML = "application/json", "application/xml", "text/plain", "text/html"
GENERIC = "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items."


def fault(
    code: str | int, message: str = "", detail: str | None = "", element: str | None = "", **more: Any
) -> dict[str, Any]:
    entry = {"Message": message, "Detail": detail, "code": code, "element": element}
    return {"Error": [entry], "type": more.get("type", "ValidationFault")}


def body(*args: Any, **kwargs: Any) -> str:
    return json.dumps({"Fault": fault(*args, **kwargs), "time": "2026-06-18T11:32:00-07:00"})


def business(detail: str) -> str:
    return body("6000", "A business validation error", f"Business Validation Error: {detail}")


def gateway(code: str, words: str, status: int, detail: str | None = None, kind: str = "SERVICE") -> str:
    """The lower-case shape of Intuit's gateway."""
    message = f"message={words}; errorCode=00{code}; statusCode={status}"
    error = {"message": message, "detail": detail, "code": code, "element": None}
    return json.dumps({"warnings": None, "fault": {"error": [error], "type": kind}, "time": 1601391072830})


def xml(code: str, message: str, detail: str = "", element: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="2026-06-18T11:32:00-07:00">'
        f'<Fault type="ValidationFault"><Error code="{code}" element="{element}"><Message>{message}</Message>'
        f"<Detail>{detail}</Detail></Error></Fault></IntuitResponse>"
    )


def read(
    text: str,
    status: int | None = 400,
    content_type: str = JSON,
    *,
    entity: str = "Invoice",
    operation: str = "create",
) -> Failure:
    failure = read_fault(Answer(status, content_type, text), request_entity=entity, operation=operation)
    assert failure is not None
    return failure
