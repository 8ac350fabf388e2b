"""Whether a row meets a condition: numbers as numbers, text without case, times as instants; knows no company."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from qbo_emulator import faults
from qbo_emulator.books.clock import PACIFIC, moment
from qbo_emulator.books.company import Row
from qbo_emulator.query.statement import Condition

# Properties of rows that are times: as text, the hour that is twice in November would be in disorder.
TIMES = "MetaData."


def value_at(row: Row, path: str) -> object:
    """The value of a property; a reference counts as its id, a list as its first."""
    return next(iter(values_at(row, path)), None)


def values_at(row: Row, path: str) -> list[object]:
    """The values of a property: one, or as many as a list on the way has (`AttachableRef.EntityRef.value`)."""
    found: list[Any] = [row]
    for part in path.split("."):
        found = [inner for one in found if isinstance(one, dict) and (inner := one.get(part)) is not None]
        if found and isinstance(found[0], list):
            found = [item for one in found for item in one]
    return [plain(one) for one in found]


def plain(value: object) -> object:
    if isinstance(value, dict):
        return value.get("value", value.get("Address", value.get("FreeFormNumber")))
    return value


def comparable(value: object) -> object:
    """`value` in a form that orders among its like: numbers as numbers, text without case."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    return str(value).lower()


def pair(stored: object, given: object, path: str) -> tuple[Any, Any] | None:
    """Both sides in one type, or None where they cannot be compared."""
    if stored is None:
        return None
    numeric = isinstance(stored, (int, Decimal)) and not isinstance(stored, bool)
    if numeric or path == "Id":
        try:
            both = Decimal(str(stored)), Decimal(str(given))
        except InvalidOperation:
            return None if numeric else (str(stored), str(given))
        return both if both[1].is_finite() else None
    if path.startswith(TIMES):
        return instant(str(stored)), instant(str(given))
    return comparable(stored), comparable(given)


def instant(text: str) -> float:
    try:
        read = moment(text)
    except ValueError:
        raise faults.query_invalid(f"value {text} is not a date time") from None
    return (read if read.tzinfo else read.replace(tzinfo=PACIFIC)).timestamp()


def like(stored: object, given: object, path: str) -> bool:
    if stored is None:
        return False
    pattern = "".join(".*" if letter == "%" else re.escape(letter) for letter in str(given))
    return re.fullmatch(pattern, str(stored), re.I | re.S) is not None


def compare(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any, str], bool]:
    def holds(stored: Any, given: Any, path: str) -> bool:
        both = pair(stored, given, path)
        return both is not None and test(*both)

    return holds


COMPARISONS: dict[str, Callable[[Any, Any, str], bool]] = {
    "=": compare(lambda a, b: a == b),
    "<": compare(lambda a, b: a < b),
    ">": compare(lambda a, b: a > b),
    "<=": compare(lambda a, b: a <= b),
    ">=": compare(lambda a, b: a >= b),
    "!=": compare(lambda a, b: a != b),
    "in": compare(lambda a, b: a == b),
    "like": like,
}


def matches(row: Row, condition: Condition) -> bool:
    test = COMPARISONS[condition.operator]
    return any(
        test(stored, value, condition.property)
        for stored in values_at(row, condition.property)
        for value in condition.values
    )


def sort_key(value: object, path: str) -> tuple[int, Any]:
    if value is None:
        return 0, ""
    if path == "Id":
        text = str(value)
        return (1, Decimal(text)) if text.isdigit() else (2, text)
    value = Decimal(instant(str(value))) if path.startswith(TIMES) else comparable(value)
    return (1, value) if isinstance(value, Decimal) else (2, value)
