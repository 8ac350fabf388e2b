"""The lists of a newly connected company: read over HTTP for each shop, and stored once for all with the same answers.

Storing them costs ten times as much as reading them, and most shops of the tests are connected to the same company.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.db import IntegrityError, transaction

from qbo.connection.client import Client
from qbo.connection.queries import ReadFailed
from qbo.lists.mirrors import READERS, Reader, refresh_lists
from qbo.models import CompanyFacts, Connection, ListEntry, ListState

OF_ONE_SHOP = {"id", "connection", "realm_id", "refreshed_at"}


@dataclass(frozen=True)
class Stored:
    """What these answers became, without whose it is and when it was read."""

    entries: list[dict[str, Any]]
    facts: dict[str, Any]


STORED: dict[str, Stored] = {}


def found(connection: Connection, client: Client, *, at: dt.datetime) -> None:
    """As `refresh_lists` of every list of a connection that has no event yet."""
    read = {name: _answer(reader, client) for name, reader in READERS.items()}
    said = json.dumps(_lasting(read), default=str)
    if said in STORED:
        # A cluster that runs beside the test may be storing them at the same time.
        with suppress(IntegrityError), transaction.atomic():
            _copy(STORED[said], connection, at=at)
            return
    with patch.dict(READERS, {name: _again(name, answer) for name, answer in read.items()}):
        problems = refresh_lists(connection, client, ListState.LISTS, lease=None, at=at)
    if not problems:
        STORED[said] = Stored(
            [_shared(entry) for entry in ListEntry.objects.filter(connection=connection).order_by("pk")],
            _shared(CompanyFacts.objects.get(connection=connection)),
        )


def _answer(reader: Reader, client: Client) -> Any:
    try:
        return reader.fetch(client, lambda: None)
    except ReadFailed as failed:
        return failed


def _again(name: str, answer: Any) -> Reader:
    def fetch(*_: object) -> Any:
        if isinstance(answer, ReadFailed):
            raise answer
        return answer

    return Reader(fetch, READERS[name].keep)


def _lasting(answer: Any) -> Any:
    """Without the times at which the company's rows were made: nothing that is stored is made of them."""
    if isinstance(answer, dict):
        return {key: _lasting(value) for key, value in answer.items() if key != "MetaData"}
    return [_lasting(one) for one in answer] if isinstance(answer, list | tuple) else answer


def _shared(row: ListEntry | CompanyFacts) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in row._meta.fields if one.name not in OF_ONE_SHOP}


def _copy(stored: Stored, connection: Connection, *, at: dt.datetime) -> None:
    whose = {"connection": connection, "realm_id": connection.realm_id, "refreshed_at": at}
    ListEntry.objects.bulk_create([ListEntry(**entry, **whose) for entry in stored.entries], batch_size=500)
    CompanyFacts.objects.create(**stored.facts, **whose)
    ListState.objects.filter(connection=connection, name__in=ListState.LISTS).update(refreshed_at=at)
