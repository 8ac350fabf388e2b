"""Reading customers from QuickBooks when a person chooses among them; there is no mirror of customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from qbo.connection.queries import ANY_ACTIVE, ReadFailed, quoted, read_rows, read_where_in, safe_part
from qbo.connection.turn import Visit
from qbo.json_objects import Row
from qbo.lists.checking import checked
from qbo.lists.on_request import asked_visit
from qbo.mapping.guessing import words_in
from qbo.mapping.matching import candidate_names
from qbo.mapping.names import OF_CUSTOMER, name_key
from qbo.models import Connection
from runacall.invoices.documents import CustomerDocument
from runacall.invoices.names import addresses_in

# The most rows to read in one search, and the most words of a name to search by.
MOST = 50
WORDS = 2


def look_for(connection: Connection, customer: CustomerDocument, *, search: str = "", at: datetime) -> list[Row]:
    """Customers there that may be `customer`: with its name, its e-mail or a similar name, or found by `search`.

    Inactive ones too. Raises NotRead.
    """
    with asked_visit(connection, at=at) as visit:
        rows = _of_names(visit, [customer])
        for mail in sorted(addresses_in(customer.email)):
            rows += _containing(visit, "PrimaryEmailAddr", mail)
        for word in sorted(words_in(customer.display_name), key=lambda word: (-len(word), word))[:WORDS]:
            rows += _containing(visit, "DisplayName", word)
        if search:
            rows += _found(visit, search)
    return _once(rows)


def look_for_all(connection: Connection, customers: Sequence[CustomerDocument], *, at: datetime) -> list[Row]:
    """Customers there with the names or e-mails of these customers. Raises NotRead."""
    with asked_visit(connection, at=at) as visit:
        rows = _of_names(visit, customers)
        mails = {mail for customer in customers for mail in addresses_in(customer.email)}
        if mails:
            unread: dict[str, ReadFailed] = {}
            client = visit.client
            rows += read_where_in(
                client, "Customer", "PrimaryEmailAddr", mails, extra=ANY_ACTIVE, pace=visit.pace, unread=unread
            )
    return _once(rows)


def search_for(connection: Connection, search: str, *, at: datetime) -> list[Row]:
    """Customers there whose name or e-mail contains `search`. Raises NotRead."""
    with asked_visit(connection, at=at) as visit:
        return _once(_found(visit, search))


def by_ids(connection: Connection, qbo_ids: Iterable[str], *, at: datetime) -> dict[str, Row]:
    """Customers there by their Ids, inactive ones too; missing ones are left out. Raises NotRead."""
    with asked_visit(connection, at=at) as visit:
        rows = read_where_in(visit.client, "Customer", "Id", qbo_ids, extra=ANY_ACTIVE, pace=visit.pace)
    return {str(row["Id"]): row for row in checked(rows)}


def _found(visit: Visit, search: str) -> list[Row]:
    return _containing(visit, "PrimaryEmailAddr" if "@" in search else "DisplayName", search)


def _of_names(visit: Visit, customers: Sequence[CustomerDocument]) -> list[Row]:
    names = {name for one in customers for name in candidate_names(one.display_name, OF_CUSTOMER, one.id)}
    unread: dict[str, ReadFailed] = {}
    return read_where_in(
        visit.client,
        "Customer",
        "DisplayName",
        names,
        extra=ANY_ACTIVE,
        pace=visit.pace,
        unread=unread,
        however_spelled=True,
    )


def _containing(visit: Visit, field: str, text: str) -> list[Row]:
    """The first rows whose `field` contains `text`; characters that a statement may not contain are compared here."""
    part = safe_part(text)
    if not part:
        return []
    where = f"{field} LIKE {quoted(f'%{part}%')}{ANY_ACTIVE}"
    rows = read_rows(visit.client, "Customer", where, pace=visit.pace, skipped=[], at_most=MOST)
    if part == text or field != "DisplayName":
        return rows
    return [row for row in rows if name_key(text) in name_key(str(row.get("DisplayName", "")))]


def _once(rows: Iterable[Row]) -> list[Row]:
    return list(checked(list({str(row.get("Id")): row for row in rows}.values())))
