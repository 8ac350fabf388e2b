"""Checks the rows of a QuickBooks list before any of them is stored; pure.

Databases differ in what they refuse (PostgreSQL: NUL, half characters, texts that are too long; SQLite: little of
it), so everything is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from qbo.json_objects import JsonMapping

LONGEST_ID = 32
LONGEST_NAME = 500
LONGEST_COMPANY_NAME = 255
DEEPEST = 20
# What a database text cannot contain: NUL, and half of a surrogate pair.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The name of a row is in one of these, in this order.
NAMES = ("Name", "DisplayName")
# What is stored of a row besides its name, and the type it must have if present.
KINDS: JsonMapping = {
    "AccountType": str,
    "AccountSubType": str,
    "Type": str,
    "FullyQualifiedName": str,
    "Description": str,
    "IncomeAccountRef": Mapping,
    "SalesTaxRateList": Mapping,
    "Taxable": bool,
    "TaxGroup": bool,
}
NUMBERS = ("UnitPrice", "DueDays", "RateValue")
SHOWN = 40


class Unreadable(Exception):
    """An answer that cannot be a list of QuickBooks; the text says what is wrong, for staff."""


def checked(rows: Iterable[object]) -> Sequence[JsonMapping]:
    """`rows`, if each is an object with an Id and a name that can be stored, and no Id is there twice.

    Raises Unreadable.
    """
    found: list[JsonMapping] = []
    ids: set[str] = set()
    for row in rows:
        if not isinstance(row, Mapping):
            raise Unreadable(f"it has {shown(row)} where a row should be")
        qbo_id = checked_reference(row)
        if qbo_id in ids:
            raise Unreadable(f"it has the Id {qbo_id} twice")
        ids.add(qbo_id)
        _check_row(row, f"the row with Id {qbo_id}")
        found.append(row)
    return found


def identity(row: JsonMapping) -> str:
    """The row's Id. Raises Unreadable."""
    given = row.get("Id")
    if isinstance(given, bool) or not isinstance(given, str | int) or given == "":
        raise Unreadable(f"a row has the Id {shown(given)}" if given is not None else "a row has no Id")
    if len(text := str(given)) > LONGEST_ID:
        raise Unreadable(f"a row has an Id of {len(text):,} characters")
    if UNSTORABLE.search(text):
        raise Unreadable("a row has an Id with an invalid character")
    return text


def checked_reference(row: Mapping[str, object]) -> str:
    """The Id of a record, if it and its SyncToken can be stored. Raises Unreadable."""
    qbo_id, token = identity(row), row.get("SyncToken", "")
    if not isinstance(token, str | int) or len(str(token)) > LONGEST_ID or UNSTORABLE.search(str(token)):
        raise Unreadable(f"the row with Id {qbo_id} has {shown(token)} as its SyncToken")
    return qbo_id


def _check_row(row: Mapping[str, object], which: str) -> None:
    for key in NAMES:
        name = row.get(key)
        if name is not None and not isinstance(name, str):
            raise Unreadable(f"{which} has {shown(name)} as its {key}")
        if name and len(name) > LONGEST_NAME:
            raise Unreadable(f"{which} has a {key} of {len(name):,} characters")
    if not isinstance(row.get("Active", True), bool):
        raise Unreadable(f"{which} has {shown(row['Active'])} as Active")
    for key, kind in KINDS.items():
        if row.get(key) is not None and not isinstance(row[key], kind):
            raise Unreadable(f"{which} has {shown(row[key])} as {key}")
    for key in NUMBERS:
        number_in(row, key, which)
    check_texts(row, which)


def check_texts(value: object, which: str, *, depth: int = 0) -> None:
    """Check that every text in `value` can be stored, and that it is not too deep. Raises Unreadable."""
    if depth > DEEPEST:
        raise Unreadable(f"{which} is nested too deeply")
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            raise Unreadable(f"{which} has an invalid character")
    elif isinstance(value, Mapping):
        for key, one in value.items():
            check_texts(key, which, depth=depth + 1)
            check_texts(one, which, depth=depth + 1)
    elif isinstance(value, list):
        for one in value:
            check_texts(one, which, depth=depth + 1)


def object_in(row: JsonMapping, key: str) -> JsonMapping:
    """The object under `key`; an empty one if there is none. Raises Unreadable."""
    value = row.get(key)
    if value is not None and not isinstance(value, Mapping):
        raise Unreadable(f"{key} is {shown(value)}")
    return value or {}


def day_in(row: Mapping[str, object], key: str) -> date | None:
    """The day under `key`, with or without a time after it. Raises Unreadable."""
    value = row.get(key)
    if value in (None, ""):
        return None
    try:
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
    except ValueError:
        pass
    raise Unreadable(f"{key} is {shown(value)}, which is not a date")


def text_in(row: Mapping[str, object], key: str, *, longest: int, otherwise: str = "") -> str:
    """The text under `key`, of at most `longest` characters. Raises Unreadable."""
    value = row.get(key)
    if value is None or value == "":
        return otherwise
    if not isinstance(value, str) or len(value) > longest:
        raise Unreadable(f"{key} is {shown(value)}")
    return value


def flag_in(row: Mapping[str, object], key: str, *, otherwise: bool | None) -> bool | None:
    """The true or false value under `key`. Raises Unreadable."""
    value = row.get(key)
    if value is None:
        return otherwise
    if not isinstance(value, bool):
        raise Unreadable(f"{key} is {shown(value)}, which is neither true nor false")
    return value


def number_in(row: Mapping[str, object], key: str, which: str) -> Decimal:
    """The number under `key`, 0 if there is none. Raises Unreadable."""
    value = row.get(key)
    try:
        number = Decimal(str(0 if value is None else value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite() or abs(number.adjusted()) > 12:
        raise Unreadable(f"{which} has {shown(value)} as its {key}")
    return number


def shown(value: object) -> str:
    """The beginning of a value, in a form to show to people."""
    try:
        text = UNSTORABLE.sub("\ufffd", value if isinstance(value, str) else repr(value))
    except (ValueError, RecursionError):  # a number with more digits than Python can write, or too deep
        return "something that cannot be shown"
    return f"‘{text if len(text) <= SHOWN else text[:SHOWN] + '…'}’"
