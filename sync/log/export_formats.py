"""Rows of the log as the text of a CSV or JSON file, piece by piece; pure, it does not know where rows come from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

Values = Mapping[str, Any]

# Key in JSON -> heading in CSV. The first five are the columns of the log, in the same order and words.
COLUMNS: Mapping[str, str] = {
    "timestamp": "Timestamp",
    "entity": "Entity",
    "direction": "Direction",
    "status": "Status",
    "message": "Message",
    "follows": "What follows",
    "also": "Also in the way",
    "customer": "Customer",
    "amount": "Amount",
    "next_try": "Next try",
    "retries_used": "Retries used",
    "code": "Code",
    "cause": "Cause",
    "cause_key": "Cause key",
    "who": "Who can fix it",
    "intuit_tid": "intuit_tid",
    "quickbooks_url": "In QuickBooks",
    "opened": "Opened",
    "event": "Sync event",
}

# Excel recognizes UTF-8 only by this mark.
BYTE_ORDER_MARK = "\ufeff"
# Characters that turn a text into a formula (OWASP, CSV Injection); Excel accepts the full-width forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
CONTROL_STARTS = ("\t", "\r", "\n", "\0")


def csv_pieces(rows: Iterable[Values], *, byte_order_mark: bool = False) -> Iterator[str]:
    """The lines of a CSV file with a heading; every cell is quoted, so that no other separator splits it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS.values())
    yield (BYTE_ORDER_MARK if byte_order_mark else "") + _taken(buffer)
    for row in rows:
        writer.writerow([cell(row.get(key)) for key in COLUMNS])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def cell(value: object) -> str:
    """A value as a spreadsheet should show it; times to the minute, as in the log. A text never becomes a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return harmless(value)
    return str(value)


def harmless(text: str) -> str:
    """`text` with an apostrophe before it if a spreadsheet would read it as a formula; without NUL."""
    text = text.replace("\0", "")
    is_formula = text.lstrip().startswith(FORMULA_STARTS) or text.startswith(CONTROL_STARTS)
    return f"'{text}" if is_formula else text


def json_pieces(rows: Iterable[Values], *, head: Values) -> Iterator[str]:
    """One JSON object: what `head` says, then "events", a list with one line for each row."""
    opening = json.dumps(head, ensure_ascii=False, default=_plain)
    yield opening[:-1] + (", " if head else "") + '"events": ['
    separator = "\n"
    for row in rows:
        known = {key: row.get(key) for key in COLUMNS}
        yield separator + json.dumps(known, ensure_ascii=False, default=_plain)
        separator = ",\n"
    yield "\n]}\n"


def _plain(value: object) -> str:
    """Times with their UTC offset; money digit for digit."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be exported")
