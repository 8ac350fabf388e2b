"""Takes one answer as a line of JSON and returns its meaning as plain values; knows no stream and no database."""

import json

from qbo import catalogue
from qbo.failures import Answer, Failure
from qbo.faults.reading import read_fault
from qbo.json_objects import JsonMapping, JsonObject

FIELDS = ("id", "http_status", "content_type", "body", "request_entity", "operation")


def read_line(line: str) -> dict[str, object]:
    """The reading of the answer in this line of JSON: id, code, label, kind, retryable, subject.

    A success has only nulls besides its id. A line that is not valid gives id and error instead.
    """
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"This line is not JSON: {error}"}
    if not isinstance(given, dict):
        return {"id": None, "error": f"This line is not a JSON object with the fields {', '.join(FIELDS)}"}
    return read_answer(given)


def read_answer(given: JsonMapping) -> JsonObject:
    status = given.get("http_status")
    if isinstance(status, bool) or not (status is None or str(status).strip().isdecimal()):
        return {"id": given.get("id"), "error": "http_status is neither null nor a whole number"}
    body = given.get("body")
    failure = read_fault(
        Answer(
            http_status=None if status is None else int(status),
            content_type=str(given.get("content_type") or ""),
            body=body if isinstance(body, str) else "" if body is None else json.dumps(body),
            retry_after=str(given.get("retry_after") or ""),
        ),
        request_entity=str(given.get("request_entity") or ""),
        operation=str(given.get("operation") or ""),
    )
    return {"id": given.get("id"), **reading(failure)}


def reading(failure: Failure | None) -> dict[str, object]:
    if failure is None:
        return dict.fromkeys(("code", "label", "kind", "retryable", "subject"))
    entry = catalogue.entry(failure.code)
    subject = failure.subject
    return {
        "code": failure.code,
        "label": entry.label,
        "kind": entry.kind.value,
        "retryable": entry.waiting_helps,
        "subject": {"kind": subject.kind, "key": subject.key, "name": subject.name},
    }
