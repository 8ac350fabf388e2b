"""Connect, Intuit's answer, Reconnect and Disconnect, against an emulated Intuit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qbo.connection.client import Reply, decode
from qbo.models import Connection, ConnectionSettings, Consent, ListEntry, OtherCompany, TaxMapping
from qbo_emulator.router import Emulator
from qbo_emulator.server import Server
from runacall.organizations.models import Organization
from sync.models import State, SyncEvent
from tests import builders, log_rows
from tests.books import NO_LIMITS

STATUS, CONNECT, CALLBACK, DISCONNECT = (
    reverse(f"qbo:{name}") for name in ("status", "connect", "callback", "disconnect")
)


@pytest.fixture
def there() -> Emulator:
    return Emulator(has_limits=False)


@pytest.fixture
def intuit(settings: Any, there: Emulator) -> Any:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    server = Server(there.handle).start()
    settings.QBO_EMULATOR_URL = server.url
    yield server.url
    server.stop()


@pytest.fixture
def shop(transactional_db: None) -> Organization:
    return builders.organization("buckeye", name="Buckeye Heating")


@pytest.fixture
def owner(shop: Organization) -> Client:
    client = Client()
    client.force_login(builders.member(shop))
    return client


@pytest.fixture
def tokens(there: Emulator) -> Callable[[], list[str]]:
    """The refresh tokens that Intuit would still take."""
    return lambda: [one.token for one in there.tokens.grants.values() if one.kind == "refresh" and not one.dead]


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
    assert said(answer) == [
        f"Connected to {connection.company_name}. Nothing is sent until you press Go, in the checklist below."
    ]
    assert not ConnectionSettings.objects.get().sync_invoices
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
    assert "does not belong to a connection that was started here" in said(answer)[0]
    assert not Connection.objects.exists()


def test_an_answer_that_nobody_asked_for_changes_nothing(intuit: str, owner: Client) -> None:
    answer = owner.get(CALLBACK, {"code": "x", "realmId": "1", "state": "x"}, follow=True)
    assert "does not belong" in said(answer)[0]
    assert not Connection.objects.exists()


def test_a_state_is_good_for_one_answer(intuit: str, shop: Organization, owner: Client) -> None:
    given = answer_of_intuit(owner)
    owner.get(CALLBACK, given, follow=True)
    before = Connection.objects.get(organization=shop).token_version
    assert "or it has already been used" in said(owner.get(CALLBACK, given, follow=True))[0]
    assert Connection.objects.get(organization=shop).token_version == before


def test_a_foreign_answer_spoils_no_attempt_that_is_under_way(intuit: str, shop: Organization, owner: Client) -> None:
    given = answer_of_intuit(owner)
    owner.get(CALLBACK, given | {"state": "forged"})
    owner.get(CALLBACK, given)
    assert Connection.objects.get(organization=shop).is_live


def test_two_tabs_both_end_well(intuit: str, shop: Organization, owner: Client) -> None:
    first, second = answer_of_intuit(owner), answer_of_intuit(owner)
    for given in (first, second):
        assert said(owner.get(CALLBACK, given, follow=True))[0].startswith("Connected to ")
    assert Connection.objects.get(organization=shop).is_live


def test_a_state_lapses_within_the_hour(intuit: str, owner: Client, shop: Organization) -> None:
    given = answer_of_intuit(owner)
    Consent.objects.update(asked_at=timezone.now() - dt.timedelta(minutes=61))
    assert "does not belong" in said(owner.get(CALLBACK, given, follow=True))[0]
    assert not Connection.objects.exists()


def test_signed_in_again_the_old_state_is_worth_nothing(intuit: str, owner: Client, shop: Organization) -> None:
    given = answer_of_intuit(owner)
    again = Client()
    again.force_login(shop.memberships.get().user)
    assert "does not belong" in said(again.get(CALLBACK, given, follow=True))[0]


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
    assert said(answer) == ["Connecting was not allowed on QuickBooks' page. Nothing was changed."]
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"code": ""},
        {"code": "a\x00b"},
        {"realmId": ""},
        {"realmId": "1; drop"},
        {"realmId": "١٢٣٤٥"},
        {"realmId": "9" * 33},
        {"realmId": "\x00"},
        {"error": "server_error"},
    ],
)
def test_an_incomplete_answer_changes_nothing(intuit: str, owner: Client, change: dict[str, str]) -> None:
    answer = owner.get(CALLBACK, answer_of_intuit(owner) | change, follow=True)
    assert "incomplete" in said(answer)[0]
    assert not Connection.objects.exists()


def test_a_code_that_intuit_does_not_take_changes_nothing(intuit: str, owner: Client) -> None:
    answer = owner.get(CALLBACK, answer_of_intuit(owner) | {"code": "spent"}, follow=True)
    assert said(answer)[0].startswith("QuickBooks was not connected: ")
    assert not Connection.objects.exists()


@pytest.mark.parametrize("status", ["active", "token_expired"])
def test_a_company_of_another_organization_is_refused(
    intuit: str, shop: Organization, owner: Client, tokens: Callable[[], list[str]], status: str
) -> None:
    given = answer_of_intuit(owner)
    log_rows.connection(builders.organization("hilltop"), realm_id=given["realmId"], emulator_url=intuit, status=status)
    answer = owner.get(CALLBACK, given, follow=True)
    assert "connected to another organization in Run a Call" in said(answer)[0]
    assert not Connection.objects.filter(organization=shop).exists()
    assert tokens() == []


def test_one_that_another_organization_gave_up_is_not(intuit: str, shop: Organization, owner: Client) -> None:
    given = answer_of_intuit(owner)
    log_rows.connection(
        builders.organization("hilltop"), realm_id=given["realmId"], emulator_url=intuit, status="disconnected"
    )
    owner.get(CALLBACK, given)
    assert Connection.objects.get(organization=shop).is_live


def test_one_that_another_organization_is_deciding_on_is_refused(
    intuit: str, shop: Organization, owner: Client, tokens: Callable[[], list[str]]
) -> None:
    neighbour = Client()
    hilltop = builders.organization("hilltop")
    neighbour.force_login(builders.member(hilltop))
    log_rows.connection(hilltop, realm_id="1234")
    neighbour.get(CALLBACK, answer_of_intuit(neighbour))
    answer = owner.get(CALLBACK, answer_of_intuit(owner), follow=True)
    assert "connected to another organization in Run a Call" in said(answer)[0]
    assert len(tokens()) == 1  # the neighbour's own


def test_a_company_that_the_token_does_not_open_is_not_believed(
    intuit: str, shop: Organization, owner: Client, tokens: Callable[[], list[str]]
) -> None:
    """The realm ID of the address is changed to another company's: nothing is stored, not even its name."""
    given = answer_of_intuit(owner)
    answer = owner.get(CALLBACK, given | {"realmId": "9341457000000042"}, follow=True)
    assert said(answer)[0].startswith("QuickBooks was not connected: ")
    assert said(answer)[0].endswith("Nothing was changed.")
    assert not Connection.objects.exists()
    assert tokens() == []


def test_the_name_of_the_old_company_is_never_shown_for_the_new_one(
    intuit: str, shop: Organization, owner: Client
) -> None:
    log_rows.connection(shop, realm_id="4620816365000001", company_name="Old Books")
    page = owner.get(CALLBACK, answer_of_intuit(owner), follow=True).content.decode()
    other = OtherCompany.objects.get()
    assert other.company_name not in ("", "Old Books")
    assert f"Use {other.company_name} from now on" in page
    assert "Go back to Old Books" in page


@pytest.mark.sampled(3)
@pytest.mark.parametrize("life", [None, "absent", "soon", "3600", -5, 10**30])
def test_a_token_answer_without_a_readable_life_is_taken_for_an_hours(
    intuit: str, shop: Organization, owner: Client, monkeypatch: pytest.MonkeyPatch, life: Any
) -> None:
    monkeypatch.setattr(Reply, "json", property(lambda self: _aged(decode(self.body), life)))
    owner.get(CALLBACK, answer_of_intuit(owner))
    connection = Connection.objects.get()
    assert connection.is_live
    ends = connection.access_expires_at - connection.connected_at
    assert ends.total_seconds() == 3600


def _aged(answer: Any, life: Any) -> Any:
    if "access_token" not in answer:
        return answer
    rest = {key: value for key, value in answer.items() if not key.endswith("expires_in")}
    return rest if life == "absent" else rest | {"expires_in": life, "x_refresh_token_expires_in": life}


def test_without_credentials_connect_says_so(owner: Client, settings: Any) -> None:
    settings.QBO_CLIENT_ID = ""
    assert "no credentials for QuickBooks yet" in said(owner.post(CONNECT, follow=True))[0]


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
