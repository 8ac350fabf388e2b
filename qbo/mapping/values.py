"""How the value of a field is said in a sentence."""

from __future__ import annotations

import re

# A number, an amount or a day ends where one sees it end.
_PLAIN = re.compile(r"[^\w\s]?[\d.,/-]+ ?%?")


def quoted(value: str) -> str:
    """Words in quotation marks, as 'Thank you'; a number, an amount or a day as it is; "empty" for nothing."""
    if not value:
        return "empty"
    return value if _PLAIN.fullmatch(value) else f"'{value}'"
