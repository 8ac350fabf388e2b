"""Another company chosen by mistake, or on purpose: both companies' books are as they should be, nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from qbo.connection.connecting import connect, keep_company, use_other_company
from qbo.failures import Failure
from qbo.models import ConnectionSettings, Link, OtherCompany, TaxMapping
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.models import ActionRecord, State, SyncEvent
from tests import builders
from tests.books import NO_LIMITS, Shop, connected_shop, emulator, grant
from tests.journeys.office import LOG, SETTINGS, Office
from tests.journeys.visiting import Page, send, visitor_of

OTHER = "9341457000000042"
LATER = dt.timedelta(hours=2)


@pytest.fixture
def qbo_url(settings: Any) -> Iterator[str]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    with emulator(companies={OTHER: "us"}) as url:
        settings.QBO_EMULATOR_URL = url
        yield url


@pytest.fixture
def shop(transactional_db: None, qbo_url: str) -> Shop:
    return connected_shop(qbo_url)


@pytest.fixture
def office(shop: Shop) -> Office:
    return Office(shop, visitor_of(builders.member(shop.organization, Role.OWNER)))


@dataclass(frozen=True)
class Invoices:
    """One of each state, all for the first company."""

    synced: Invoice
    checking: Invoice
    failed: Invoice
    queued: Invoice


@pytest.fixture
def start() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def invoices(shop: Shop, start: dt.datetime) -> Invoices:
    synced = shop.settled_invoice(at=start)
    shop.choose(auto_create_items=False)
    failed = shop.invoice(item=builders.item(shop.organization, "Capacitor 35/5"), at=start)
    shop.drain(start)
    checking = shop.invoice(customer=synced.customer, at=start)
    shop.books.do("fault", fault="reset", path="write", after_commit=True)
    shop.drain(start)
    queued = shop.invoice(customer=synced.customer, at=start)
    found = [shop.event(one).state for one in (synced, checking, failed, queued)]
    assert found == [State.SYNCED, State.CHECKING, State.FAILED, State.QUEUED]
    return Invoices(synced, checking, failed, queued)


def choose_there(office: Office, realm: str) -> Page:
    """Reconnect, and that company on Intuit's page."""
    page = office.visit(f"{SETTINGS}/status/")
    consent = send(office.visitor, page, page.form(action="/connect/"))
    return send(office.visitor, consent, consent.form().fill(realm_id=realm), decision="allow")


def held_by(shop: Shop, realm: str) -> list[dict[str, Any]]:
    """The invoices of ours that a company holds."""
    found = shop.books.session.get(f"{shop.books.url}/emulator/entity/Invoice?realm={realm}", timeout=10).json()
    rows = found if isinstance(found, list) else found["Invoice"]
    return [row for row in rows if "Run a Call invoice" in str(row.get("PrivateNote"))]


def row_of(shop: Shop, realm: str, invoice: Invoice) -> dict[str, Any]:
    """What a company holds of an invoice."""
    mark = f"(ref {invoice.organization_id}-{invoice.pk})"
    return next(row for row in held_by(shop, realm) if mark in row["PrivateNote"])


def memo(shop: Shop, realm: str, invoice: Invoice) -> str:
    """What a company holds as the message of an invoice."""
    return str((row_of(shop, realm, invoice).get("CustomerMemo") or {}).get("value", ""))


def balance(shop: Shop, realm: str, invoice: Invoice) -> Decimal:
    """What is still owed of an invoice in the books of a company."""
    return Decimal(str(row_of(shop, realm, invoice)["Balance"]))


def calls_to(shop: Shop, realm: str) -> list[str]:
    return [one["path"] for one in shop.books.requests() if f"/company/{realm}/" in one["path"]]


def test_chosen_by_mistake_and_back(shop: Shop, office: Office, invoices: Invoices, start: dt.datetime) -> None:
    first = shop.connection.realm_id
    page = choose_there(office, OTHER)
    assert "Which company is it?" in page.text
    assert numbers_of(page, "company-before") == {
        "Invoices in QuickBooks": "1",
        "Queued": "1",
        "Checking": "1",
        "Failed": "1",
    }
    assert set(numbers_of(page, "company-other").values()) == {"0"}

    writes, calls = shop.books.writes(), len(calls_to(shop, OTHER))
    invoices.synced.edit(customer_note="Changed while nobody had decided", at=start)
    for moment in (start, start + LATER, start + 2 * LATER):
        shop.drain(moment)
    assert shop.books.writes() == writes
    assert len(calls_to(shop, OTHER)) == calls
    assert shop.event(invoices.checking).state == State.CHECKING

    back = send(office.visitor, page, page.form(action="/company/back/"))
    assert "Back to Sandbox Company_US_1." in back.text
    shop.connection.refresh_from_db()
    assert (shop.connection.realm_id, shop.connection.is_live) == (first, True)
    for moment in (start + LATER, start + 2 * LATER):
        shop.drain(moment)
    for invoice in (invoices.synced, invoices.checking, invoices.queued):
        assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.there(invoices.synced)["CustomerMemo"]["value"] == "Changed while nobody had decided"
    assert shop.event(invoices.failed).failure_code == "item_not_found"
    assert len(held_by(shop, first)) == 3
    assert held_by(shop, OTHER) == []
    assert not OtherCompany.objects.exists()


def numbers_of(page: Page, element_id: str) -> dict[str, str]:
    facts = page.part(element_id).text
    labels = ("Invoices in QuickBooks", "Queued", "Checking", "Failed")
    return {label: facts.partition(label)[2].split()[0] for label in labels}


def test_used_on_purpose_then_back(shop: Shop, office: Office, invoices: Invoices, start: dt.datetime) -> None:
    first, day = shop.connection.realm_id, builders.today(start)
    older = shop.invoice(customer=invoices.synced.customer, at=start, invoice_date=day - dt.timedelta(days=40))
    account = ConnectionSettings.objects.get().default_income_account_id
    page = choose_there(office, OTHER)
    chosen = send(office.visitor, page, page.form(action="/company/use/").fill(start_date=f"{day:%Y-%m-%d}"))
    assert "is the shop's company now" in chosen.text
    shop.connection.refresh_from_db()
    assert shop.connection.realm_id == OTHER
    shop.choose(auto_create_items=True)
    shop.map_tax()

    for moment in (start + LATER, start + 2 * LATER):
        shop.drain(moment)
    mine = {one.pk for one in (invoices.synced, invoices.checking, invoices.failed, invoices.queued)}
    assert set(shop.log().filter(record_type="invoice").values_list("record_id", flat=True)) == mine
    assert {event.state for event in shop.log()} == {State.SYNCED}
    assert len(held_by(shop, OTHER)) == 4
    assert len(held_by(shop, first)) == 2  # as they were: synced, and the one in doubt
    assert office.banner() == ""
    assert "not connected now" in office.visit(f"/admin/invoices/invoice/{older.pk}/change/").part("invoice-sync").text

    # An edit of what both hold is owed to both, and goes to the one that is connected.
    invoices.synced.edit(customer_note="In both", at=start + LATER)
    shop.drain(start + 2 * LATER)
    assert memo(shop, OTHER, invoices.synced) == "In both"
    assert memo(shop, first, invoices.synced) == ""
    # One that is older than the start date is not sent for being edited.
    older.edit(customer_note="Still not", at=start + LATER)
    assert not shop.log().of_record("invoice", older.pk).exists()

    # So is a payment of it.
    paid = builders.payment(invoices.synced, at=start + LATER)
    shop.drain(start + 2 * LATER)
    assert shop.event(paid).state == State.SYNCED, shop.event(paid).message
    assert balance(shop, first, invoices.synced) == paid.amount

    page = choose_there(office, first)
    assert "connected before" in page.part("company-other").text
    send(office.visitor, page, page.form(action="/company/use/"))
    shop.connection.refresh_from_db()
    assert shop.connection.realm_id == first
    assert ConnectionSettings.objects.get().default_income_account_id == account
    assert TaxMapping.objects.filter(realm_id=first).exists()
    assert shop.event(invoices.failed).failure_code == "item_not_found"
    shop.drain(start + 3 * LATER)
    shop.drain(start + 4 * LATER)
    for invoice in (invoices.synced, invoices.checking, invoices.queued, older):
        assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert memo(shop, first, invoices.synced) == "In both"
    assert shop.event(paid).state == State.SYNCED, shop.event(paid).message
    assert balance(shop, first, invoices.synced) == balance(shop, OTHER, invoices.synced) == 0
    assert len(held_by(shop, first)) == 4
    assert len(held_by(shop, OTHER)) == 4


def test_both_companies_have_links_of_their_own(shop: Shop, invoices: Invoices, start: dt.datetime) -> None:
    links = list(Link.objects.order_by("pk").values())
    shop.move_to(OTHER, at=start, start_date=builders.today(start) + dt.timedelta(days=1))
    assert list(Link.objects.order_by("pk").values()) == links
    assert list(shop.log()) == []


@pytest.mark.parametrize("pause", ["", "permission_denied"])
def test_going_back_restores_what_the_connection_was(
    shop: Shop, office: Office, start: dt.datetime, pause: str
) -> None:
    if pause:
        shop.books.do("revoke_connection")
        shop.invoice(at=start)
        shop.drain(start)
        shop.connection.refresh_from_db()
        assert shop.connection.pause_code == pause
    page = choose_there(office, OTHER)
    assert office.banner() == "1 QBO sync error needs attention."
    row = office.log(status="failed")[0]
    assert row.message.startswith("A different QuickBooks company was connected")
    told = send(office.visitor, page, page.form(action="/company/back/"))
    shop.connection.refresh_from_db()
    assert shop.connection.pause_code == pause
    if pause:
        assert "/connect/oauth2" in told.url  # on to Intuit's page, to connect the old company again
        assert [row.message for row in office.log(status="failed")] == [Failure(pause).message]
    else:
        assert office.banner() == ""
    records = ActionRecord.objects.filter(action="keep_company")
    assert [str(one.by) for one in records] == [str(shop.organization.memberships.get().user)]


def test_choosing_the_old_company_on_intuits_page_is_going_back(shop: Shop, office: Office) -> None:
    first = shop.connection.realm_id
    choose_there(office, OTHER)
    assert "Connected to" in choose_there(office, first).text
    shop.connection.refresh_from_db()
    assert (shop.connection.realm_id, shop.connection.is_live) == (first, True)
    assert not OtherCompany.objects.exists()
    assert office.banner() == ""


def test_a_page_that_is_out_of_date_chooses_nothing(shop: Shop, office: Office) -> None:
    page = choose_there(office, OTHER)
    stale = page.form(action="/company/use/")
    choose_there(office, shop.connection.realm_id)
    told = send(office.visitor, page, stale)
    assert "There is nothing left to choose" in told.text
    shop.connection.refresh_from_db()
    assert shop.connection.realm_id != OTHER


@pytest.mark.sampled(3)
@pytest.mark.parametrize("day", ["", "0001-01-01", "9999-12-31", "yesterday", "2026-13-40", "\x00"])
def test_a_start_date_that_is_none_chooses_nothing(shop: Shop, office: Office, day: str) -> None:
    page = choose_there(office, OTHER)
    told = send(office.visitor, page, page.form(action="/company/use/").fill(start_date=day))
    assert "Enter the first day" in told.text
    shop.connection.refresh_from_db()
    assert shop.connection.is_held


def test_disconnecting_ends_the_choice(shop: Shop, office: Office) -> None:
    choose_there(office, OTHER)
    page = office.visit(f"{SETTINGS}/disconnect/")
    send(office.visitor, page, page.form(action="/disconnect/") if page.offers("/disconnect/") else page.forms()[-1])
    assert not OtherCompany.objects.exists()
    assert office.banner() == ""


def test_the_command_line_asks_as_well(shop: Shop, invoices: Invoices, capsys: pytest.CaptureFixture[str]) -> None:
    slug, first = shop.organization.slug, shop.connection.realm_id
    with pytest.raises(CommandError, match="is not the company that was connected before"):
        call_command("connect_quickbooks", organization=slug, emulator=shop.books.url, realm=OTHER)
    shop.drain()
    assert held_by(shop, OTHER) == []
    call_command("choose_company", organization=slug)
    assert f"--use-new {OTHER}" in capsys.readouterr().out
    call_command("choose_company", organization=slug, go_back=True)
    shop.connection.refresh_from_db()
    assert (shop.connection.realm_id, shop.connection.is_live) == (first, True)
    with pytest.raises(CommandError, match="nothing to choose"):
        call_command("choose_company", organization=slug)


def test_a_shop_that_is_neither_cannot_choose(shop: Shop, office: Office) -> None:
    page = choose_there(office, OTHER)
    dispatcher = visitor_of(builders.member(shop.organization, Role.DISPATCHER))
    assert dispatcher.get("/quickbooks/company/").status == 403
    neighbour = visitor_of(builders.member(builders.organization("hilltop"), Role.OWNER))
    assert OTHER not in neighbour.get("/quickbooks/company/").body
    assert page.status == 200


def test_a_drain_under_way_sends_nothing_to_the_new_company(
    shop: Shop, invoices: Invoices, start: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The company changes between the claim and the call, and the drain's own row is read again in that moment."""
    from sync.engine.send import push

    send_it = push._send

    def change_and_send(drain: Any, *call: Any) -> Any:
        url = shop.books.url
        connection = connect(
            shop.organization, grant(url, OTHER), environment="emulator", emulator_url=url, at=timezone.now()
        )
        use_other_company(connection, realm_id=OTHER, start_date=builders.today(start), at=timezone.now())
        drain.connection.refresh_from_db()
        return send_it(drain, *call)

    monkeypatch.setattr(push, "_send", change_and_send)
    shop.drain(start + LATER)
    assert held_by(shop, OTHER) == []
    assert {one["path"].rpartition("/")[2] for one in shop.books.requests() if OTHER in one["path"]} <= {"query"}


def test_amounts_and_records_of_the_choice(shop: Shop, invoices: Invoices, start: dt.datetime) -> None:
    shop.move_to(OTHER, at=start)
    record = ActionRecord.objects.get(action="use_company")
    assert record.done == shop.log().filter(record_type="invoice").count() == 4
    assert {event.amount for event in shop.log().filter(record_type="invoice")} == {Decimal("108.00")}


def test_the_log_shows_what_another_company_has_when_asked(shop: Shop, office: Office, invoices: Invoices) -> None:
    first = shop.connection.realm_id
    before = office.log(entity="invoice")
    shop.move_to(OTHER, start_date=dt.date(2099, 1, 1))
    assert office.log() == []
    shown = office.log(company=first, entity="invoice")
    assert [row.entity for row in shown] == [row.entity for row in before]
    assert all("not connected now" in row.second for row in shown), shown
    event = SyncEvent.objects.filter(state=State.FAILED, realm_id=first).first()
    assert event is not None
    opened = office.visit(f"{LOG}{event.pk}/details/")
    assert not opened.offers("/retry/")
    assert office.visitor.post(f"http://localhost{LOG}{event.pk}/retry/", {}).status in (403, 404)


def test_keep_company_needs_another(shop: Shop) -> None:
    from qbo.connection.connecting import NothingToChoose

    with pytest.raises(NothingToChoose):
        keep_company(shop.connection, at=timezone.now())
