"""Payloads as readable text: formatted and without secrets; pure."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from qbo.redaction import ASSIGNED_SECRET, NO_SECRETS, SECRET, SECRET_FIELDS

# The most characters of a body that a page shows.
LONGEST = 300_000
BEARER = re.compile(r"(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)


def readable(text: str) -> str:
    """`text`, formatted if it is JSON; secrets are replaced."""
    if len(text) > LONGEST:
        return f"{without_secrets(text[:LONGEST])}\n… and {len(text) - LONGEST:,} characters more"
    try:
        return without_secrets(formatted(redacted(json.loads(text, parse_float=Decimal))))
    except (ValueError, RecursionError):  # not JSON, or nested too deeply
        return without_secrets(text)


def redacted(value: object) -> object:
    """A JSON value with everything under a secret's key replaced."""
    if isinstance(value, dict):
        return {key: SECRET if _is_secret(key) else redacted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [redacted(inner) for inner in value]
    return value


def _is_secret(key: str) -> bool:
    return key.casefold() not in NO_SECRETS and bool(SECRET_FIELDS.search(key))


def without_secrets(text: str) -> str:
    return ASSIGNED_SECRET.sub(rf"\1\2{SECRET}", BEARER.sub(rf"\1 {SECRET}", text))


def formatted(value: object, indent: str = "") -> str:
    """JSON indented by two spaces; Decimals digit for digit."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        rows = [f"{inner}{_plain(key)}: {formatted(each, inner)}" for key, each in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(inner + formatted(each, inner) for each in value) + f"\n{indent}]"
    return str(value) if isinstance(value, Decimal) else _plain(value)


def _plain(value: object) -> str:
    # Half of a character cannot be shown, but its escape can.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
