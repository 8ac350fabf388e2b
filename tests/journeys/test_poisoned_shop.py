"""One shop with every known kind of bad data next to a healthy one: cluster, web and emulator as processes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.utils import timezone

from qbo.models import Connection, Lease, ListState
from qbo_emulator.messages import Response
from runacall.organizations.models import Role
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from tests import builders
from tests.books import Shop, connected_shop
from tests.journeys.house import House, house, open_shop, wait_until  # noqa: F401  fixtures
from tests.journeys.office import Office
from tests.journeys.visiting import HttpVisitor, send
from tests.tampering import DRIP, ENDLESS, Tampering, tampered_emulator

pytestmark = [pytest.mark.processes, pytest.mark.timeout(480)]

NESTED = json.loads("[" * 600 + "]" * 600)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what never ends is given up while we watch; read by the processes."""
    monkeypatch.setenv("SYNC_HTTP_READ_TIMEOUT", "12")
    monkeypatch.setenv("SYNC_LARGEST_ANSWER", "1000000")


@pytest.fixture
def there(house: House) -> Iterator[Tampering]:  # noqa: F811
    with tampered_emulator() as tampering:
        yield tampering


def office_of(shop: Shop, house: House) -> Office:  # noqa: F811
    owner = builders.member(shop.organization, Role.OWNER)
    visitor = HttpVisitor()
    page = visitor.get(f"{house.url}/admin/login/")
    send(visitor, page, page.form(field="username").fill(username=owner.username, password=builders.PASSWORD))
    return Office(shop, visitor, house.url)


def second_item_is_awkward(answer: Response) -> Response:
    document = json.loads(answer.body)
    items = document.get("BatchItemResponse", [])
    if len(items) > 1 and "Invoice" in items[1]:
        items[0]["Invoice"]["PrivateNote"] = "half an emoji \ud83d and \x00"
        items[1]["Invoice"] |= {"Id": "9" * 40, "TotalAmt": 10**300, "CustomField": NESTED}
    return Response(answer.status, json.dumps(document))


def the_first_is_awkward() -> Callable[[Response], Response]:
    """Of invoices that are sent one by one, too, a single one comes back with values that make no sense."""
    seen: list[int] = []

    def change(answer: Response) -> Response:
        document = json.loads(answer.body)
        if "Invoice" not in document or seen:
            return answer
        seen.append(1)
        document["Invoice"] |= {"Id": "9" * 40, "TotalAmt": 10**300, "CustomField": NESTED}
        return Response(answer.status, json.dumps(document))

    return change


def poison(shop: Shop, there: Tampering) -> None:
    """Every way of not answering, and rows of ours that make no sense."""
    there.rows["Preferences"] = lambda rows: [{**rows[0], "AccountingInfoPrefs": {"BookCloseDate": "never"}}]
    there.rows["Account"] = lambda rows: [*rows, {"Id": "9" * 40, "Name": "x" * 900 + "\x00"}]
    there.answers["FROM TaxCode "] = lambda answer: Response(200, answer.body, breakage=DRIP)
    there.answers["FROM Item "] = lambda answer: Response(200, answer.body, breakage=ENDLESS)
    there.answers["/batch"] = second_item_is_awkward
    there.answers["/invoice"] = the_first_is_awkward()
    Lease.objects.update_or_create(connection=shop.connection, defaults={"calls": ["no call", 7]})
    ListState.want(shop.connection, ListState.LISTS, at=timezone.now())


def synced(shop: Shop) -> int:
    return shop.log().filter(record_type=EntityType.INVOICE, state=State.SYNCED).count()


def test_the_healthy_one_goes_on_and_the_other_says_what_to_do(
    house: House,  # noqa: F811
    open_shop: Shop,  # noqa: F811
    there: Tampering,
) -> None:
    healthy, ill = open_shop, connected_shop(there.url, slug="poisoned")
    customer = ill.invoice().customer
    assert wait_until(lambda: synced(ill) == 1), ill.events()
    poison(ill, there)
    for _ in range(4):
        ill.invoice(customer=customer)
    customer = healthy.invoice().customer
    for _ in range(49):
        healthy.invoice(customer=customer)
    assert wait_until(lambda: synced(healthy) == 50), healthy.events()

    assert wait_until(lambda: _said(ill) == {"Preferences", "Account", "TaxCode", "Item"}), list(ill.failed())
    assert wait_until(lambda: synced(ill) == 4), "one of four invoices came back awkward, the others did not"
    [stopped] = ill.failed().filter(record_type=EntityType.INVOICE)
    SyncEvent.objects.filter(pk=stopped.pk).update(facts=["no", "facts"])
    office = office_of(ill, house)
    assert office.banner() == "5 QBO sync errors need attention."
    status = office.visit("/quickbooks/status/").text
    assert status.count("Could not be read:") == 4
    assert "no whole answer came within" in status
    assert "the answer was longer than 1 MB" in status
    for row in office.log(status="failed"):
        assert row.second
    for event in ill.failed():
        assert "Escalate" in office.visit(f"/admin/sync/syncevent/{event.pk}/change/").text
        office.visit(f"/quickbooks/sync-event/{event.pk}/bundle/")
    for path in ("tax", "items", "invoices"):
        office.visit(f"/quickbooks/{path}/")

    with database.cursor() as cursor:
        cursor.execute("UPDATE qbo_connection SET access_token='x', refresh_token='x' WHERE id=%s", [ill.connection.pk])
    ill.invoice(customer=ill.invoice().customer)
    for _ in range(50):
        healthy.invoice(customer=customer)
    assert wait_until(lambda: synced(healthy) == 100), healthy.events()
    assert healthy.reconciles()
    assert wait_until(lambda: Connection.objects.get(pk=ill.connection.pk).status == "token_expired")
    status = office.visit("/quickbooks/status/").text
    assert "can no longer read the stored tokens" in status
    assert "press Reconnect" in status
    assert office.log(status="failed")[0].entity == "QuickBooks connection"
    assert _told(healthy)["connection"]["status"] == "active"
    assert house.running["cluster"].poll() is None


def _said(shop: Shop) -> set[str]:
    return set(shop.failed().filter(record_type=EntityType.LIST).values_list("subject_key", flat=True))


def _told(shop: Shop) -> dict[str, Any]:
    out = io.StringIO()
    call_command("sync_status", "--json", stdout=out)
    return next(one for one in json.loads(out.getvalue())["organizations"] if one["slug"] == shop.organization.slug)
