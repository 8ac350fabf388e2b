"""The fixture `qbo` for pytest: a QuickBooks Online company of one test's own, reached over HTTP; needs pytest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from qbo_emulator.books.encoding import JsonObject, loads
from qbo_emulator.control.hand import do
from qbo_emulator.router import Emulator
from qbo_emulator.server import Server

MARKER = "qbo(world, sample, limits, companies): what the company of the fixture `qbo` is like"


class Qbo:
    """One company with its own address.

    `url` is the server, `base_url` the data API of this company; `headers` authorize a call.
    """

    def __init__(self, emulator: Emulator, server: Server) -> None:
        self.emulator, self.server = emulator, server
        self.url, self.realm_id = server.url, emulator.realm_id
        self.base_url = f"{server.url}/v3/company/{emulator.realm_id}"
        self.access_token = emulator.access_token
        self.client_id, self.client_secret = emulator.tokens.client_id, emulator.tokens.client_secret
        self.discovery_url = f"{server.url}/.well-known/openid_sandbox_configuration"
        self.headers = {"Authorization": f"Bearer {emulator.access_token}", "Accept": "application/json"}

    # the books

    def rows(self, entity: str) -> list[JsonObject]:
        """Every row of an entity, inactive ones too, as the API shows them; amounts are Decimal or int."""
        company = self.emulator.company
        with company.lock:
            return [loads(company.encoded(entity, row)) for row in company.rows(entity)]

    def row(self, entity: str, key: str) -> JsonObject:
        """The row with id `key`. Raises LookupError."""
        for row in self.rows(entity):
            if row["Id"] == key:
                return row
        raise LookupError(f"There is no {entity} {key}.")

    # the bookkeeper

    def do(self, command: str, **arguments: object) -> Mapping[str, object]:
        """A command of the control endpoint, e.g. do("close_books", date="2026-01-31"). Raises control's Refused."""
        return do(self.emulator, {"do": command, **arguments}, self.emulator.clock.now())

    def fault(self, name: str, **which: object) -> None:
        """Orders a fault, e.g. fault("reset", path="invoice", after_commit=True)."""
        self.do("fault", fault=name, **which)

    def switch(self, name: str, value: object) -> None:
        self.do("switch", name=name, value=value)

    def advance(self, seconds: float) -> None:
        """Moves the company's clock on."""
        self.do("advance_clock", seconds=seconds)

    # the calls

    @property
    def calls(self) -> list[Mapping[str, Any]]:
        """The last calls with method, path, query, status, body and answer."""
        return [entry.shown() for entry in self.emulator.log.after(0)]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def qbo(request: pytest.FixtureRequest) -> Iterator[Qbo]:
    """A new company with a server of its own; `@pytest.mark.qbo(sample=True)` and the like say what it holds."""
    marker = request.node.get_closest_marker("qbo")
    wanted = dict(marker.kwargs) if marker else {}
    emulator = Emulator(has_limits=wanted.pop("limits", False), **wanted)
    server = Server(emulator.handle).start()
    emulator.start_webhooks()
    yield Qbo(emulator, server)
    server.stop()
    emulator.close()
