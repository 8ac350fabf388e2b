"""An emulated QuickBooks in this process, without a socket, and the bookkeepers' hands on its companies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import requests

from qbo_emulator.books.clock import Clock
from qbo_emulator.control.arguments import Refused
from qbo_emulator.control.hand import do
from qbo_emulator.messages import Request
from qbo_emulator.router import Emulator
from qbo_emulator.transport import EmulatorAdapter
from tests.books import STANDING_TOKEN

URL = "http://127.0.0.1:9"
Row = dict[str, Any]


@contextmanager
def emulator_inside(*realms: str, world: str = "us", clock: Clock | None = None) -> Iterator[Emulator]:
    """Every call to URL is answered by a new emulator with these companies; the first is the one that is offered."""
    first, *others = realms
    emulator = Emulator(
        realm_id=first,
        has_limits=False,
        access_token=STANDING_TOKEN,
        world=world,
        companies=dict.fromkeys(others, world),
        clock=clock,
    )
    inside, outside = EmulatorAdapter(emulator), requests.Session.get_adapter

    def adapter(session: requests.Session, url: str) -> Any:
        return inside if url.startswith(URL) else outside(session, url)

    with patch.object(requests.Session, "get_adapter", adapter):
        yield emulator


@dataclass
class Bookkeeper:
    """Who works in one company of the emulator, as its pages would let them; what QuickBooks refuses is left undone."""

    emulator: Emulator
    realm: str

    posts = 0

    def post(self, entity: str, body: Row, **params: str) -> bool:
        # Signed in each time, since every token of the company may have been ended.
        self.posts += 1
        token = f"bookkeeper of {self.realm}, {self.posts}"
        self.emulator._allow(token, self.realm)
        query = urlencode({"minorversion": "75", **params})
        headers = {"authorization": f"Bearer {token}", "accept": "application/json", "host": "127.0.0.1:9"}
        target = f"/v3/company/{self.realm}/{entity.lower()}?{query}"
        request = Request.to("POST", target, headers=headers, body=json.dumps(body, default=str).encode())
        answer = self.emulator.handle(request)
        assert answer.status in (200, 400), answer.body
        return answer.status == 200

    def change(self, entity: str, row: Row, **fields: Any) -> bool:
        target = {key: row[key] for key in ("Id", "SyncToken", "Name", "Type") if key in row}
        return self.post(entity, {**target, "sparse": True, **fields})

    def do(self, command: str, **arguments: Any) -> bool:
        try:
            do(self.emulator, {"do": command, "realm": self.realm, **arguments}, self.emulator.clock.now())
        except Refused:
            return False
        return True

    def rows(self, entity: str) -> dict[str, Row]:
        """By Id, inactive ones as well."""
        company = self.emulator.companies[self.realm]
        with company.lock:
            return {row["Id"]: json.loads(company.encoded(entity, row)) for row in company.rows(entity)}

    def versions(self) -> dict[tuple[str, str], str]:
        """The version of everything that there is in the company."""
        company = self.emulator.companies[self.realm]
        with company.lock:
            return {
                (entity, key): str(row.get("SyncToken", ""))
                for entity, table in company.tables.items()
                for key, row in table.rows.items()
            }
