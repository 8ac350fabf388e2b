"""Nobody reads or changes another organization's events; roles and support see what they may."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from qbo.failures import Failure, Subject
from qbo.models import Connection
from runacall.organizations.models import Role
from sync.models import State, SyncEvent
from tests import builders, log_rows

LOG = reverse("admin:sync_syncevent_changelist")
SECRET = "Zanzibar"
ONE = ["change", "details", "escalate", "history", "delete"]
ACTIONS = ["retry", "dismiss", "take_back", "accept", "undo_posting"]
BULK = ["retry_all", "dismiss_all", "post_to_current_period_all", "undo_posting_all", "keep_quickbooks_all"]
SETTINGS = ["qbo:status", "qbo:tax", "qbo:items", "qbo:invoices", "qbo:payments"]


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def theirs(db: None) -> SyncEvent:
    other = log_rows.shop_with_books("hilltop")
    failure = Failure("item_not_found", Subject("item", "9", f"{SECRET} part"))
    event = log_rows.event(other, failure=failure, label=f"Invoice #{SECRET}", party=f"{SECRET} Ltd")
    log_rows.attempt(event, request=f'{{"x": "{SECRET}"}}')
    return event


def client_of(books: Connection, role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization, role))
    return client


class TestAnotherOrganization:
    @pytest.mark.parametrize("page", ONE)
    def test_answers_404_for_each_page(self, books: Connection, theirs: SyncEvent, page: str) -> None:
        answer = client_of(books).get(reverse(f"admin:sync_syncevent_{page}", args=[theirs.pk]))
        assert answer.status_code in ((403, 404) if page == "delete" else (404,))
        assert SECRET not in answer.content.decode()

    @pytest.mark.parametrize("action", ACTIONS)
    def test_answers_404_for_each_action(self, books: Connection, theirs: SyncEvent, action: str) -> None:
        url = reverse(f"admin:sync_syncevent_{action}", args=[theirs.pk])
        assert client_of(books).post(url, {"reason": "x"}).status_code == 404
        theirs.refresh_from_db()
        assert theirs.state == State.FAILED

    def test_is_in_no_list_chip_card_filter_or_fragment(self, books: Connection, theirs: SyncEvent) -> None:
        own = log_rows.event(books)
        client = client_of(books)
        live = f"{reverse('admin:sync_syncevent_live')}?shown={own.pk}&shown={theirs.pk}"
        for url in (LOG, f"{LOG}?search={SECRET}", f"{LOG}?cause={theirs.cause_key}", live):
            html = client.get(url).content.decode().replace(f"search={SECRET}", "").replace(f'value="{SECRET}"', "")
            assert SECRET not in html, url
        assert {chip.name: chip.count for chip in client.get(LOG).context["chips"]}["all"] == 1

    @pytest.mark.parametrize("page", BULK)
    def test_is_not_reached_by_actions_on_many(self, books: Connection, theirs: SyncEvent, page: str) -> None:
        client, url = client_of(books), reverse(f"admin:sync_syncevent_{page}")
        for query in (f"?id={theirs.pk}", "?status=failed", f"?cause={theirs.cause_key}"):
            assert SECRET not in client.get(url + query).content.decode()
            client.post(url + query, {"reason": "x"})
        client.post(LOG, {"action": "retry", "select_across": "0", "_selected_action": theirs.pk})
        theirs.refresh_from_db()
        assert theirs.state == State.FAILED

    def test_is_on_no_settings_page(self, books: Connection, theirs: SyncEvent) -> None:
        builders.rate(theirs.organization, f"{SECRET} rate")
        builders.category(theirs.organization, f"{SECRET} category")
        builders.item(theirs.organization, f"{SECRET} item")
        log_rows.entry(theirs.connection, "TaxCode", "3", f"{SECRET} code")
        log_rows.entry(theirs.connection, "Account", "4", f"{SECRET} account", AccountType="Income")
        log_rows.entry(theirs.connection, "Item", "5", f"{SECRET} product", Type="Service")
        client = client_of(books)
        for name in SETTINGS:
            assert SECRET not in client.get(reverse(name)).content.decode(), name

    def test_answers_404_for_its_invoice_banner(self, books: Connection, theirs: SyncEvent) -> None:
        invoice = builders.invoice(theirs.organization)
        answer = client_of(books).get(reverse("sync:invoice_banner", args=[invoice.pk]))
        assert answer.status_code == 404


class TestRoles:
    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
    def test_log_and_settings_are_for_owner_and_admin(self, books: Connection, role: str) -> None:
        event, client = log_rows.event(books), client_of(books, role)
        names = [reverse(name) for name in SETTINGS]
        names += [
            reverse(f"admin:sync_syncevent_{name}", args=[event.pk]) for name in ("change", "details", "escalate")
        ]
        names += [reverse(f"admin:sync_syncevent_{name}") for name in ("changelist", "live", *BULK)]
        for url in names:
            assert client.get(url).status_code == 403, url
        for action in ACTIONS:
            url = reverse(f"admin:sync_syncevent_{action}", args=[event.pk])
            assert client.post(url, {"reason": "x"}).status_code == 403, url
        for url in (reverse("qbo:connect"), reverse("qbo:disconnect"), reverse("sync:send_earlier"), LOG):
            assert client.post(url).status_code == 403, url
        event.refresh_from_db()
        assert event.state == State.FAILED

    @pytest.mark.parametrize("role", Role.values)
    def test_help_is_for_every_member(self, books: Connection, role: str) -> None:
        url = reverse("qbo:help", args=["mapping-tax-rates-to-quickbooks-online"])
        answer = client_of(books, role).get(url)
        assert answer.status_code == 200
        links = f'href="{reverse("qbo:tax")}"' in answer.content.decode()
        assert links is (role in (Role.OWNER, Role.ADMIN))

    def test_strangers_are_sent_to_the_log_in(self, books: Connection) -> None:
        for url in (LOG, *[reverse(name) for name in SETTINGS]):
            assert reverse("admin:login") in Client().get(url).headers["Location"]


class TestSupport:
    @pytest.fixture
    def support(self, books: Connection) -> Client:
        client = Client()
        client.force_login(builders.superuser())
        client.post(reverse("switch_organization"), {"organization": books.organization.pk})
        return client

    def test_does_not_act(self, books: Connection, support: Client) -> None:
        event = log_rows.event(books)
        assert "Retry" not in [name for name in support.get(LOG).content.decode().split(">") if name == "Retry"]
        for action in ACTIONS:
            url = reverse(f"admin:sync_syncevent_{action}", args=[event.pk])
            assert support.post(url, {"reason": "x"}).status_code == 403
        assert support.post(LOG, {"action": "retry", "_selected_action": event.pk}).status_code == 403
        assert support.post(reverse("qbo:tax")).status_code == 403
        event.refresh_from_db()
        assert event.state == State.FAILED
