"""JSON with exact decimals, in both directions; knows nothing about what it encodes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

# A JSON object, as it is sent to us or answered: only who reads a field knows what may be there.
JsonObject = dict[str, Any]

# The standard encoder writes no Decimal. It writes a string between marks instead, and quotes and marks come off
# afterwards: all steps run in C. A mark in somebody's text never reaches here, since `loads` removes it.
MARK = "\x01"
HALF_LETTER = "\\ud"
ESCAPED_MARK = "\\u0001"
OPENING, CLOSING = f'"{ESCAPED_MARK}', f'{ESCAPED_MARK}"'


def _mark(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{MARK}{value:f}{MARK}"
    raise TypeError(f"{type(value).__name__} has no place in an answer")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_mark).encode


def dumps(value: object) -> str:
    text = _encode(value)
    return text.replace(OPENING, "").replace(CLOSING, "") if ESCAPED_MARK in text else text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def loads(text: str) -> Any:
    """What `text` says, decimals as Decimal. Raises ValueError for anything that is not JSON."""
    if ESCAPED_MARK in text:
        text = text.replace(ESCAPED_MARK, "")
    value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    return _whole(value) if HALF_LETTER in text.lower() else value


def _whole(value: object) -> object:
    """`value` without halves of letters, which JSON can write and UTF-8 cannot."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value
