"""Finds fault entries in JSON, complete or quoted inside other text; does not know what a code means."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from qbo.failures import FaultEntry
from qbo.json_objects import JsonObject

DECODER = json.JSONDecoder(strict=False)  # quotes often hold raw line breaks inside strings
START = re.compile(r'[{\[]\s*(?:[{\[]\s*)?["}\]]')
MOST_STARTS = 40
MOST_NODES = 20_000
MOST_DEPTH = 6
LONGEST_QUOTE = 20_000
# In a string, or in a string inside that one, where its quotes are escaped.
HOLDS_A_FAULT = re.compile(r'"fault\\*"', re.IGNORECASE)
NAME = re.compile(r"[\w.:-]{1,80}")
HUMP = re.compile(r"[a-z][A-Z]")
PASSED_ON = re.compile("inner|cause|detail|error|response|original|upstream|provider")
"""Keys of another error inside an error; what was asked stands under others."""

PASSED_ON_CODE = re.compile("(integration|provider|upstream|original|source|intuit|quickbooks|qbo|fault)(error)?code")

ENTRY_KEYS = {"code", "message", "detail", "errorcode", "errormessage"}
DETAIL_KEYS = ("detail", "errordetail", "details", "description", "errordescription")


def entries(text: str) -> tuple[FaultEntry, ...]:
    """The entries of the first JSON document in the text that has a fault."""
    for document in documents(text):
        found = tuple(in_document(document))
        if found:
            return found
    return ()


def documents(text: str) -> Iterator[object]:
    """The JSON documents in the text, each decoded from a place where one can begin."""
    position = 0
    for _ in range(MOST_STARTS):
        start = START.search(text, position)
        if start is None:
            return
        document, position = decode(text, start.start())
        if document is not None:
            yield document


def decode(text: str, start: int) -> tuple[Any, int]:
    """The document that begins here and where it ends; None if it is not JSON."""
    try:
        return DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start + 1


def in_document(document: object) -> Iterator[FaultEntry]:
    """Entries of all faults, however deep; a bare entry or an OAuth error counts only at the top."""
    yield from at_top(document)
    for node in nodes(document):
        for key, value in node.items():
            if key.lower() == "fault":
                yield from in_fault(value)
            elif isinstance(value, str) and HOLDS_A_FAULT.search(value[:LONGEST_QUOTE]):
                yield from entries(value)


def nodes(document: object) -> Iterator[dict[str, object]]:
    """Every object in the document, without recursion, outermost first."""
    waiting, seen = deque([document]), 0
    while waiting and seen < MOST_NODES:
        node = waiting.popleft()
        seen += 1
        if isinstance(node, dict):
            yield node
            waiting.extend(value for value in node.values() if isinstance(value, dict | list))
        elif isinstance(node, list):
            waiting.extend(value for value in node if isinstance(value, dict | list))


def in_fault(fault: object) -> Iterator[FaultEntry]:
    """Entries of one value under `Fault` or `fault`; a fault without entries still counts as one."""
    for one in as_list(fault):
        if not isinstance(one, dict):
            continue
        fields = lowered(one)
        fault_type = word(fields.get("type"))
        listed = [e for e in as_list(fields.get("error")) if isinstance(e, dict)]
        for error in listed:
            yield entry(error, fault_type)
        if not listed:
            yield FaultEntry(message=word(fields.get("faultstring")), fault_type=fault_type)


def at_top(document: object) -> Iterator[FaultEntry]:
    for one in as_list(document):
        if not isinstance(one, dict):
            continue
        fields = lowered(one)
        error = fields.get("error", fields.get("errors"))
        if isinstance(error, str) and error:
            words = first_word(fields, ("error_description", "message", *DETAIL_KEYS))
            message, *more = telling(filter(None, (error, words)))
            yield error_entry(message, ". ".join(more), plain_code(fields.get("code")))
        elif isinstance(error, dict | list):
            for one_error in as_list(error):
                if looks_like_entry(one_error):
                    yield entry(one_error, word(fields.get("type")))
                    yield from passed_on(one_error)
        elif looks_like_entry(one):
            yield entry(one, "")


def passed_on(error: dict[str, Any]) -> Iterator[FaultEntry]:
    """The error that a gateway met and put inside its own: `innerError`, `cause`, `details`."""
    inside = [value for key, value in error.items() if PASSED_ON.search(key.lower()) and isinstance(value, dict | list)]
    for node in nodes(inside):
        if word(lowered(node).get("message")):
            yield entry(node, "")


SAYS_NOTHING = frozenset(
    ("error", "failed", "failure", "fail", "bad request", "conflict", "unprocessable entity", "unprocessable content")
)
"""The phrases of statuses, which only stand beside what went wrong."""


def telling(words: Iterable[str]) -> list[str]:
    """The words without the phrases of statuses, where anything else is told."""
    told = list(words)
    return [one for one in told if one.strip(". ").casefold() not in SAYS_NOTHING] or told


def error_entry(error: str, words: str, code: str = "") -> FaultEntry:
    """The entry of `"error": "…"`: OAuth has a code there, others a message, beside a code or alone."""
    if NAME.fullmatch(error) and not code and ("_" in error or (words and HUMP.search(error))):
        return FaultEntry(code=error, message=words)
    return FaultEntry(code=code, message=error, detail=words)


def looks_like_entry(value: object) -> bool:
    return isinstance(value, dict) and len(ENTRY_KEYS & set(joined_up(value))) > 1


def entry(error: JsonObject, fault_type: str) -> FaultEntry:
    fields = joined_up(error)
    return FaultEntry(
        code=plain_code(fields.get("code", fields.get("errorcode"))),
        message=word(fields.get("message", fields.get("errormessage"))),
        detail=first_word(fields, DETAIL_KEYS),
        element=word(fields.get("element")),
        fault_type=fault_type,
    )


def plain_code(value: object) -> str:
    """Intuit's code as digits without leading zeros; clients write it as a number or as 003200."""
    code = word(value).strip()
    return code.lstrip("0") or code if code.isdecimal() else code


def lowered(fields: dict[str, object]) -> dict[str, object]:
    return {str(key).lower(): value for key, value in fields.items()}


def joined_up(fields: dict[str, object]) -> dict[str, object]:
    """The fields of an entry by name without case and underscores; a code that was passed on stands for the code.

    A program that passes on QuickBooks' fault often keeps `code` for its own and calls Intuit's `integrationCode`.
    """
    named = {key.replace("_", ""): value for key, value in lowered(fields).items()}
    passed = next(
        (value for key, value in named.items() if PASSED_ON_CODE.fullmatch(key) and word(value).isdecimal()), None
    )
    return named if passed is None else named | {"code": passed}


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def first_word(fields: dict[str, object], names: tuple[str, ...]) -> str:
    """The first of these fields that is a scalar, or a list of texts, with text in it; "" without one."""
    return next(filter(None, (word(fields.get(name)) or listed(fields.get(name)) for name in names)), "")


def listed(value: object) -> str:
    """The texts of a list in one line; "" for anything else."""
    return ". ".join(one for one in value if isinstance(one, str)) if isinstance(value, list) else ""


def word(value: object) -> str:
    """A scalar as text; "" for null and for anything that is not a scalar."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
