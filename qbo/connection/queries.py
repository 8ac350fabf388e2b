"""Reading from QuickBooks by query: builds safe statements, follows pages, returns rows; knows no database."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

from qbo.connection.client import Client, Reply
from qbo.failures import Failure
from qbo.faults import read_fault
from qbo.json_objects import Row
from runacall.invoices.names import name_key

logger = logging.getLogger(__name__)

PAGE = 1000
HTTP_OK = 200
# The most values in one IN list, so that statements do not get too long.
VALUES = 120
# What the query language is known to accept: Latin-1 without control characters. For anything else the whole
# statement is refused with a "Lexical error", code 4000 (reports of 2014 to 2021).
_UNSAFE = re.compile(r"[^ -~\u00a0-\u00ff]+")
# What somebody may have written differently there: ’ for ', – for -, … for three full stops.
_VARIES = re.compile("[^ -~\u00a0-\u00ff]+|['\"`´«»-]+|\\.{3}")
# Letters whose accent may be a character of its own there, as macOS writes it.
_ACCENTED = re.compile("[À-ÅÇ-ÏÑ-ÖÙ-Ýà-åç-ïñ-öù-ýÿ]")
# The shortest part to look for where only the accents may differ: "É" and one letter more would find half the list.
_SHORTEST = 3
# What somebody may have written differently, in letters that a statement may hold: a blank typed twice, or pasted as
# one that does not break; ß for ss. Of the first ones in a name.
_OTHERWISE = {" ": ("  ", "\u00a0"), "ss": ("ß",), "ß": ("ss",)}
_PLACES, _MOST_PLACES = re.compile(" |ss|ß", re.IGNORECASE), 3
# Intuit's codes for a statement that was not understood, and for one that fails because of a stored row.
_BAD_ROW = frozenset({"4002"})
_OF_ONE_VALUE = frozenset({"4000", "4001"}) | _BAD_ROW


class ReadFailed(Exception):
    """QuickBooks returned no rows; `failure` says why, `reply` is what came instead."""

    def __init__(self, failure: Failure, reply: Reply) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.reply = reply

    @property
    def is_own_answer(self) -> bool:
        """Whether this is QuickBooks' own complete answer, only not valid, and not a gateway's or half an answer."""
        return self.failure.code == "answer_unreadable" and self.reply.status == HTTP_OK and bool(self.reply.json)


def quoted(value: str) -> str:
    """A value as the query language expects it; apostrophes are escaped by a backslash, not doubled."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def statement(entity: str, where: str, start: int, size: int) -> str:
    """A statement for `size` rows of `entity` from position `start`, which counts from 1."""
    return f"SELECT * FROM {entity}{f' WHERE {where}' if where else ''} STARTPOSITION {start} MAXRESULTS {size}"


def read_rows(
    client: Client,
    entity: str,
    where: str = "",
    *,
    pace: Callable[[], None] = lambda: None,
    skipped: list[ReadFailed] | None = None,
    at_most: int = 0,
) -> list[Row]:
    """Every row of `entity` that matches `where`, or the first `at_most`; `pace` is called before each request.

    A stored row that makes every read fail (4002) is found by halving and named in the log; the
    others are read. QuickBooks' message about it is added to `skipped`. Raises ReadFailed; without `skipped`,
    also for such a row.
    """
    pages = read_pages(client, entity, where, pace=pace, skipped=skipped, size=at_most or PAGE)
    return next(pages) if at_most else [row for page in pages for row in page]


def read_pages(
    client: Client,
    entity: str,
    where: str = "",
    *,
    pace: Callable[[], None] = lambda: None,
    skipped: list[ReadFailed] | None = None,
    first: int = 0,
    size: int = PAGE,
) -> Iterator[list[Row]]:
    """As `read_rows`, a page at a time; `first`: how many pages were read before."""
    start = 1 + first * size
    while True:
        pace()
        lost = 0
        try:
            page = rows_of(client.query(statement(entity, where, start, size)), entity)
        except ReadFailed as error:
            if skipped is None or not _has_code(error, _BAD_ROW):
                raise
            before = len(skipped)
            page = _around_bad_rows(client, entity, where, start, size, pace, skipped)
            lost = len(skipped) - before
        yield page
        # A page that is not full is the last; asking for the count first would cost a call more.
        if len(page) + lost < size:
            return
        start += size


def _around_bad_rows(
    client: Client, entity: str, where: str, start: int, size: int, pace: Callable[[], None], skipped: list[ReadFailed]
) -> list[Row]:
    """The rows of a window that fails, without the rows that make it fail."""
    rows: list[Row] = []
    # The answer names no row, so halving finds it: about 20 calls for one bad row in a page of 1,000.
    half = size // 2
    for first, count in ((start, half), (start + half, size - half)):
        pace()
        try:
            rows += rows_of(client.query(statement(entity, where, first, count)), entity)
        except ReadFailed as error:
            if not _has_code(error, _BAD_ROW):
                raise
            if count > 1:
                rows += _around_bad_rows(client, entity, where, first, count, pace, skipped)
                continue
            skipped.append(error)
            neighbour = f", the next after {_called(rows[-1])}" if rows else ""
            said = error.failure.intuit_words
            logger.warning("QuickBooks cannot read row %s of its list %s%s: %s", first, entity, neighbour, said)
    return rows


def _called(row: Row) -> str:
    name = row.get("DisplayName") or row.get("Name") or row.get("DocNumber") or ""
    return f"‘{name}’ (Id {row.get('Id')})"


def rows_of(reply: Reply, entity: str) -> list[Row]:
    """The rows of one answer. Raises ReadFailed if it is not an answer to a query."""
    document = reply.json
    # An answer to a query and nothing else; of any other one a fault is looked for, since some come under HTTP 200.
    is_answer = reply.status == HTTP_OK and document.keys() <= {"QueryResponse", "time"}
    if not is_answer or '"fault"' in reply.body.lower():
        failure = read_fault(reply.answer, request_entity=entity, operation="query")
        if failure is not None:
            raise ReadFailed(failure, reply)
    found = document.get("QueryResponse")
    rows = found.get(entity, []) if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise ReadFailed(Failure("answer_unreadable", http_status=reply.status), reply)
    return rows


def read_where_in(
    client: Client,
    entity: str,
    field: str,
    values: Iterable[str],
    *,
    extra: str = "",
    pace: Callable[[], None] = lambda: None,
    unread: dict[str, ReadFailed] | None = None,
    however_spelled: bool = False,
) -> list[Row]:
    """Rows whose `field` is one of `values` (compared by `name_key`), in few requests.

    `however_spelled`: also with another apostrophe, dash or accent there, which takes one more request for each such
    value, and with another blank between two words, ß for ss or 2 for ², which takes none.

    A value that cannot be used in a statement is looked up by its longest usable part. If one value's rows
    cannot be read, the others are read without it, and it is added to `unread` with QuickBooks' message. Raises
    ReadFailed if no single value is the cause, or without `unread`.
    """
    wanted = sorted(set(values))
    plain = [value for value in wanted if not _UNSAFE.search(value)]
    patterns: dict[str, list[str]] = {}
    for value in wanted:
        if _UNSAFE.search(value) or (however_spelled and _varies(value)):
            patterns.setdefault(pattern_of(value), []).append(value)

    def read(where: str) -> list[Row]:
        return read_rows(client, entity, (where + extra).removeprefix(" AND "), pace=pace)

    rows: list[Row] = []
    listed = {one: value for value in plain for one in (_spellings(value) if however_spelled else (value,))}
    spellings = list(listed)
    failed: dict[str, ReadFailed] | None = None if unread is None else {}
    for start in range(0, len(spellings), VALUES):
        rows += _read_halved(read, field, spellings[start : start + VALUES], failed)
    if unread is not None and failed:
        unread.update({listed[one]: error for one, error in failed.items()})
    for pattern, ones in patterns.items():
        keys = {name_key(value) for value in ones}
        try:
            found = read(f"{field} LIKE {quoted(pattern)}" if pattern else "")
        except ReadFailed as error:
            if unread is None or not _has_code(error, _OF_ONE_VALUE):
                raise
            unread.update(dict.fromkeys(ones, error))
        else:
            rows += [row for row in found if name_key(str(row.get(field, ""))) in keys]
    return rows if not patterns else list({str(row["Id"]): row for row in rows}.values())


def _varies(value: str) -> bool:
    """Whether it may be written there in letters that no statement may hold."""
    return bool(_VARIES.search(value)) or (bool(_ACCENTED.search(value)) and len(_sure_part(value)) >= _SHORTEST)


def _spellings(value: str) -> list[str]:
    """`value`, and as it is where one blank or letter in it is written otherwise."""
    found = [value, unicodedata.normalize("NFKC", value)]
    for match in list(_PLACES.finditer(value))[:_MOST_PLACES]:
        start, end = match.span()
        found += [f"{value[:start]}{other}{value[end:]}" for other in _OTHERWISE[match[0].lower()]]
    return [one for one in dict.fromkeys(found) if not _UNSAFE.search(one)]


def _sure_part(value: str) -> str:
    """The longest part of `value` that is sure to be there as it is; "" if there is none."""
    parts = (part.strip() for words in _VARIES.split(value) for part in _ACCENTED.split(words))
    return max(parts, key=len)


def pattern_of(value: str) -> str:
    """A LIKE pattern that finds `value` by its longest part that is sure to be there; "" if there is none."""
    longest = _sure_part(value)
    return f"{'' if value.startswith(longest) else '%'}{longest}%" if longest else ""


def safe_part(value: str) -> str:
    """The longest part of `value` that may stand in a statement; "" where none may."""
    return max((part.strip() for part in _UNSAFE.split(value)), key=len)


def _read_halved(
    read: Callable[[str], list[Row]], field: str, values: Sequence[str], unread: dict[str, ReadFailed] | None
) -> list[Row]:
    """The rows of `values`; a value that makes the statement fail is found by halving."""
    try:
        return read(f"{field} IN ({', '.join(map(quoted, values))})")
    except ReadFailed as error:
        if unread is None or not _has_code(error, _OF_ONE_VALUE):
            raise
        if len(values) == 1:
            logger.warning("QuickBooks cannot read %s %s: %s", field, quoted(values[0]), error.failure.intuit_words)
            unread[values[0]] = error
            return []
    middle = len(values) // 2
    return [row for half in (values[:middle], values[middle:]) for row in _read_halved(read, field, half, unread)]


def _has_code(error: ReadFailed, codes: frozenset[str]) -> bool:
    return any(entry.code in codes for entry in error.failure.entries)


ANY_ACTIVE = " AND Active IN (true, false)"
