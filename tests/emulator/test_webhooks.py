"""What webhooks say about writes, how they are signed, and when they are retried."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from qbo_emulator import Emulator

from .conftest import Client, invoice

HOOK = {"url": "http://127.0.0.1:9/hooks", "verifier": "secret"}


class Endpoint:
    """Stands in for the app that listens."""

    def __init__(self, emulator: Emulator, status: int = 200) -> None:
        self.emulator, self.status = emulator, status
        self.calls: list[tuple[dict[str, str], bytes]] = []
        emulator.webhooks.post = self.post

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        assert url == HOOK["url"]
        self.calls.append((headers, body))
        return self.status

    def deliver(self) -> None:
        self.emulator.webhooks.deliver(list(self.emulator.companies.values()), self.emulator.clock.now())

    def entities(self) -> list[tuple[str, str]]:
        self.deliver()
        body = json.loads(self.calls[-1][1])
        return [(one["name"], one["operation"]) for one in body["eventNotifications"][0]["dataChangeEvent"]["entities"]]


@pytest.fixture
def endpoint(emulator: Emulator, books: Client) -> Endpoint:
    books.do("webhook", **HOOK)
    return Endpoint(emulator)


def test_writes_are_told_in_the_classic_format(endpoint: Endpoint, books: Client) -> None:
    row = books.post("Invoice", invoice())
    books.post("Invoice", {"Id": row["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    books.post("Invoice", {"Id": row["Id"], "SyncToken": "1"}, operation="void")
    books.post("Invoice", {"Id": row["Id"], "SyncToken": "2"}, operation="delete")
    told = endpoint.entities()
    assert told == [("Invoice", verb) for verb in ("Create", "Update", "Void", "Delete")]


def test_a_delivery_is_signed(endpoint: Endpoint, books: Client) -> None:
    books.post("Invoice", invoice())
    endpoint.deliver()
    headers, body = endpoint.calls[0]
    digest = hmac.new(b"secret", body, hashlib.sha256).digest()
    assert headers["intuit-signature"] == base64.b64encode(digest).decode()


def test_the_new_format(endpoint: Endpoint, books: Client) -> None:
    books.do("switch", name="webhook_format", value="cloudevents")
    other = books.do("add_customer", name="Amy")["row"]["Id"]
    books.do("merge_customers", loser=other, survivor="1")
    endpoint.deliver()
    events = json.loads(endpoint.calls[0][1])
    merged = next(event for event in events if event["type"] == "qbo.customer.merged.v1")
    assert (merged["intuitentityid"], merged["data"]) == ("1", {"deletedid": other})
    assert merged["intuitaccountid"] == books.realm
    assert len({event["id"] for event in events}) == len(events)


def test_a_failed_delivery_is_tried_again_and_holds_the_others_back(endpoint: Endpoint, books: Client) -> None:
    endpoint.status = 503
    books.post("Invoice", invoice())
    for wait in (0, 10, 20, 30, 300):
        books.do("advance_clock", seconds=wait)
        endpoint.deliver()
        endpoint.deliver()
    assert len(endpoint.calls) == 5
    books.post("Invoice", invoice())
    endpoint.status = 200
    books.do("advance_clock", seconds=1200)
    assert len(endpoint.entities()) == 2
    assert books.state["webhooks_waiting"] == 0


def test_mischief_by_switch(endpoint: Endpoint, books: Client) -> None:
    for name in ("webhook_duplicates", "webhook_reversed", "webhook_bad_signature"):
        books.do("switch", name=name, value=True)
    books.post("Invoice", invoice())
    books.do("add_vendor", name="V")
    assert endpoint.entities() == [("Vendor", "Create"), ("Invoice", "Create")]
    assert endpoint.calls[0][1] == endpoint.calls[1][1]
    digest = hmac.new(b"secret", endpoint.calls[0][1], hashlib.sha256).digest()
    assert endpoint.calls[0][0]["intuit-signature"] != base64.b64encode(digest).decode()


def test_only_this_machine_is_told(books: Client) -> None:
    body = {"do": "webhook", "url": "https://example.com/"}
    answer = books.session.post(f"{books.url}/emulator/control", json=body, timeout=9)
    assert answer.json()["error"] == "The url must lead to this machine."
