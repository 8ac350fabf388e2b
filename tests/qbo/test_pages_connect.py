"""Connect, Intuit's answer, Reconnect and Disconnect, against an emulated Intuit."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse

from qbo.models import Connection, ConnectionSettings, ListEntry, TaxMapping
from runacall.organizations.models import Organization
from sync.models import State, SyncEvent
from tests import builders, log_rows
from tests.books import emulator

STATUS, CONNECT, CALLBACK, DISCONNECT = (
    reverse(f"qbo:{name}") for name in ("status", "connect", "callback", "disconnect")
)


@pytest.fixture
def intuit(settings: Any) -> Any:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    with emulator() as url:
        settings.QBO_EMULATOR_URL = url
        yield url


@pytest.fixture
def shop(transactional_db: None) -> Organization:
    return builders.organization("buckeye", name="Buckeye Heating")


@pytest.fixture
def owner(shop: Organization) -> Client:
    client = Client()
    client.force_login(builders.member(shop))
    return client


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def answer_of_intuit(owner: Client, decision: str = "allow") -> dict[str, str]:
    """Press Connect, decide on Intuit's page, and bring back what it says."""
    away = owner.post(CONNECT)
    back = requests.post(away.headers["Location"], data={"decision": decision}, allow_redirects=False, timeout=10)
    where = urlsplit(back.headers["Location"])
    assert where.path == CALLBACK
    return {name: values[0] for name, values in parse_qs(where.query).items()}


def test_connects_reads_the_lists_and_says_so(intuit: str, shop: Organization, owner: Client) -> None:
    answer = owner.get(CALLBACK, answer_of_intuit(owner), follow=True)
    connection = Connection.objects.get(organization=shop)
    assert connection.is_live
    assert said(answer) == [f"Connected to {connection.company_name}. What is queued goes out by itself."]
    assert ListEntry.objects.of(connection, "TaxCode").exists()
    chosen = ConnectionSettings.objects.get()
    assert chosen.default_income_account_id
    assert not chosen.auto_create_items  # until a person chooses
    assert f">{connection.realm_id}</span>" in answer.content.decode()


def test_leads_to_intuit_with_a_state_of_its_own_each_time(intuit: str, owner: Client) -> None:
    urls = [urlsplit(owner.post(CONNECT).headers["Location"]) for _ in range(2)]
    states = [parse_qs(url.query)["state"][0] for url in urls]
    assert states[0] != states[1]
    assert min(len(state) for state in states) >= 32
    assert parse_qs(urls[0].query)["redirect_uri"] == ["http://testserver/quickbooks/callback/"]
    assert owner.get(CONNECT).status_code == 405


@pytest.mark.parametrize("change", [{"state": "forged"}, {"state": ""}])
def test_a_foreign_state_changes_nothing(intuit: str, owner: Client, change: dict[str, str]) -> None:
    answer = owner.get(CALLBACK, answer_of_intuit(owner) | change, follow=True)
    assert "does not belong to a connection that was begun here" in said(answer)[0]
    assert not Connection.objects.exists()


def test_an_answer_that_nobody_asked_for_changes_nothing(intuit: str, owner: Client) -> None:
    answer = owner.get(CALLBACK, {"code": "x", "realmId": "1", "state": "x"}, follow=True)
    assert "does not belong" in said(answer)[0]
    assert not Connection.objects.exists()


def test_a_state_is_good_for_one_answer(intuit: str, owner: Client) -> None:
    given = answer_of_intuit(owner)
    owner.get(CALLBACK, given | {"state": "forged"})
    assert "does not belong" in said(owner.get(CALLBACK, given, follow=True))[0]
    assert not Connection.objects.exists()


def test_another_persons_answer_changes_nothing(intuit: str, shop: Organization, owner: Client) -> None:
    given = answer_of_intuit(owner)
    other = Client()
    other.force_login(builders.member(builders.organization("hilltop")))
    assert "does not belong" in said(other.get(CALLBACK, given, follow=True))[0]
    assert not Connection.objects.exists()


def test_switching_organizations_meanwhile_changes_nothing(intuit: str, shop: Organization) -> None:
    person = builders.member(shop)
    second = builders.organization("hilltop")
    builders.member(second, user=person)
    client = Client()
    client.force_login(person)
    given = answer_of_intuit(client)
    client.post(reverse("switch_organization"), {"organization": second.pk})
    assert "switched to another organization" in said(client.get(CALLBACK, given, follow=True))[0]
    assert not Connection.objects.exists()


def test_refusing_on_intuits_page_changes_nothing(intuit: str, owner: Client) -> None:
    answer = owner.get(CALLBACK, answer_of_intuit(owner, "refuse"), follow=True)
    assert said(answer) == ["Connecting was not allowed on Intuit's page. Nothing was changed."]
    assert not Connection.objects.exists()


@pytest.mark.parametrize("change", [{"code": ""}, {"realmId": ""}, {"realmId": "1; drop"}, {"error": "server_error"}])
def test_an_incomplete_answer_changes_nothing(intuit: str, owner: Client, change: dict[str, str]) -> None:
    answer = owner.get(CALLBACK, answer_of_intuit(owner) | change, follow=True)
    assert "incomplete" in said(answer)[0]
    assert not Connection.objects.exists()


def test_a_code_that_intuit_does_not_take_changes_nothing(intuit: str, owner: Client) -> None:
    answer = owner.get(CALLBACK, answer_of_intuit(owner) | {"code": "spent"}, follow=True)
    assert said(answer)[0].startswith("QuickBooks was not connected: ")
    assert not Connection.objects.exists()


def test_a_company_of_another_organization_is_refused(
    intuit: str, shop: Organization, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = answer_of_intuit(owner)
    log_rows.connection(
        builders.organization("hilltop"), realm_id=given["realmId"], environment="sandbox", emulator_url=""
    )
    from qbo.pages import connecting

    monkeypatch.setattr(connecting, "connect", _refusing)
    answer = owner.get(CALLBACK, given, follow=True)
    assert "connected to another organization of Run a Call" in said(answer)[0]
    assert not Connection.objects.filter(organization=shop).exists()


def _refusing(*args: Any, **options: Any) -> Any:
    from qbo.connection.connecting import RealmTaken

    raise RealmTaken("taken")


def test_without_credentials_connect_says_so(owner: Client, settings: Any) -> None:
    settings.QBO_CLIENT_ID = ""
    assert "no Intuit credentials yet" in said(owner.post(CONNECT, follow=True))[0]


class TestReconnect:
    def test_clears_the_pause_and_its_row(self, intuit: str, shop: Organization, owner: Client) -> None:
        owner.get(CALLBACK, answer_of_intuit(owner))
        connection = Connection.objects.get()
        row = log_rows.paused(connection)
        waiting = log_rows.event(connection, State.QUEUED, None)
        owner.get(CALLBACK, answer_of_intuit(owner))
        connection.refresh_from_db()
        row.refresh_from_db()
        waiting.refresh_from_db()
        assert connection.is_live
        assert row.state == State.SYNCED
        assert (waiting.state, waiting.retries) == (State.QUEUED, 0)
        assert not SyncEvent.objects.needing_attention().exists()

    def test_the_same_company_keeps_its_mappings(self, intuit: str, owner: Client) -> None:
        owner.get(CALLBACK, answer_of_intuit(owner))
        connection = Connection.objects.get()
        TaxMapping.objects.create(connection=connection, realm_id=connection.realm_id, rate_key="1", tax_code_id="2")
        answer = owner.get(CALLBACK, answer_of_intuit(owner), follow=True)
        assert not any("another company" in message for message in said(answer))
        assert TaxMapping.objects.filter(realm_id=connection.realm_id).exists()

    def test_another_company_sets_the_mappings_aside_and_says_so(
        self, intuit: str, shop: Organization, owner: Client
    ) -> None:
        log_rows.connection(shop, realm_id="4620816365000001")
        answer = owner.get(CALLBACK, answer_of_intuit(owner), follow=True)
        assert "This is another company" in said(answer)[1]
        assert "4620816365000001" in said(answer)[1]
        assert ConnectionSettings.objects.get().default_income_account_id


class TestDisconnect:
    def test_asks_first_then_keeps_everything_but_the_tokens(
        self, intuit: str, shop: Organization, owner: Client
    ) -> None:
        owner.get(CALLBACK, answer_of_intuit(owner))
        connection = Connection.objects.get()
        waiting = log_rows.event(connection, State.QUEUED, None)
        assert "Confirm" in owner.get(DISCONNECT).content.decode()
        connection.refresh_from_db()
        assert connection.is_live
        answer = owner.post(DISCONNECT, follow=True)
        connection.refresh_from_db()
        waiting.refresh_from_db()
        assert connection.status == "disconnected"
        assert (connection.access_token, connection.refresh_token) == ("", "")
        assert waiting.state == State.QUEUED
        html = answer.content.decode()
        assert "Connect QuickBooks Online" in html
        assert (
            "Waiting: QuickBooks is disconnected"
            in owner.get(reverse("admin:sync_syncevent_changelist")).content.decode()
        )
        assert owner.post(DISCONNECT).status_code == 404
