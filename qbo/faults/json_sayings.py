"""Finds what other programs tell in JSON of their own, where there is no fault of Intuit's; knows no meanings."""

import json
import re
from collections.abc import Iterator

from qbo.failures import FaultEntry
from qbo.faults.json_shapes import MOST_DEPTH, joined_up, lowered, nodes, plain_code, telling, word

SAYING = re.compile(
    r"\w*(?:error|err|message|msg|detail|reason|description|title|exception|fault)s?(?:_?(?:message|msg|text|string))?"
)
"""Keys under which other programs tell what went wrong."""

NAMES_AN_ERROR = re.compile(r"\w*(?:error|exception|fault)s?(?:_?(?:message|msg|description))?")


ASKED = re.compile(
    "request|input|payload|params?|config|headers|query|variables|trace|stack|meta|invoice|customer|lines?|items?"
)
"""Keys under which they repeat what was asked, or where it happened."""

STATUS_KEYS = frozenset(("status", "statuscode", "httpcode", "httpstatus", "httpstatuscode"))

WRAPPED = ("data", "response", "result", "body")

FAILED = {"error", "failed", "failure", "fail"}

MOST_SAYINGS = 8


def told(text: str) -> tuple[FaultEntry, ...]:
    """What another program's document tells, as one entry; none if the text is not all JSON or tells nothing."""
    return told_in(whole(text))


def told_in(document: object) -> tuple[FaultEntry, ...]:
    words = telling(dict.fromkeys(sayings(document)))[:MOST_SAYINGS]
    if not words:
        return ()
    error = lowered(document).get("error") if isinstance(document, dict) else None
    within = [joined_up(one) for one in (error, document) if isinstance(one, dict)]
    codes = (plain_code(fields.get(name)) for fields in within for name in ("code", "errorcode"))
    code = next(filter(None, codes), "") or status_told(document)
    return (FaultEntry(code=code, message=words[0], detail=". ".join(words[1:])),)


def status_told(document: object) -> str:
    """The status that the document gives beside its words; "" without one."""
    given = (value for node in nodes(document) for key, value in joined_up(node).items() if key in STATUS_KEYS)
    return next((text for value in given if re.fullmatch(r"[45]\d\d", text := word(value))), "")


def told_as_error(text: str) -> tuple[FaultEntry, ...]:
    """The same only where the document says that it is an error, which a success with texts of its own does not."""
    document = whole(text)
    inside = [document]
    if isinstance(document, dict):
        inside += [value for key, value in document.items() if key.lower() in WRAPPED]
    return told_in(document) if any(says_failed(one) for one in inside) else ()


def says_failed(document: object) -> bool:
    if not isinstance(document, dict):
        return False
    fields = lowered(document)
    status = fields.get("status", fields.get("statuscode"))
    return (
        any(value and NAMES_AN_ERROR.fullmatch(key) for key, value in fields.items())
        or False in (fields.get("success"), fields.get("ok"), status)
        or (isinstance(status, str) and status.lower() in FAILED)
        or (isinstance(status, int) and 400 <= status < 600)
    )


def whole(text: str) -> object:
    """The document that the text is; None if it is not all JSON."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def sayings(value: object, key: str = "error", depth: int = 0) -> Iterator[str]:
    """The texts under keys that tell what went wrong, outermost first; not what was asked."""
    if isinstance(value, str) and SAYING.fullmatch(key) and value.strip() and not value.strip().isdecimal():
        yield value.strip()
    if depth > MOST_DEPTH:
        return
    inner = [(str(k).lower(), v) for k, v in value.items()] if isinstance(value, dict) else []
    if isinstance(value, list):
        inner = [(key, v) for v in value[:MOST_SAYINGS]]
    for name, one in inner:
        if isinstance(one, str):
            yield from sayings(one, name, depth + 1)
    for name, one in inner:
        if isinstance(one, dict | list) and not ASKED.fullmatch(name):
            # Under the names of fields ("errors": {"base": ["..."]}) the texts are what went wrong, too.
            yield from sayings(one, name if SAYING.fullmatch(name) or isinstance(one, dict) else key, depth + 1)
