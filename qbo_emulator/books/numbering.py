"""The number after a number; knows no company."""

from __future__ import annotations

import re

TRAILING_DIGITS = re.compile(r"(\d+)(?=\D*$)")


def following(number: str) -> str:
    """The number after `number`: its last run of digits counts up, and prefixes stay (QuickBooks' own numbering)."""
    found = TRAILING_DIGITS.search(number)
    if not found:
        return f"{number}1"
    digits = found.group(1)
    return f"{number[: found.start(1)]}{str(int(digits) + 1).zfill(len(digits))}{number[found.end(1) :]}"
