"""From Connect to the first invoices by the checklist of the Status page, as an Owner goes through it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qbo.models import Connection, ConnectionSettings, Link
from runacall.invoices.models import Invoice
from runacall.organizations.models import Membership, Role
from sync.forecast import dry_run
from sync.models import ActionRecord, DryRun, State, SyncEvent
from sync.operations import first_run
from tests import builders
from tests.books import Books, Shop
from tests.journeys.html import Node
from tests.journeys.office import Office
from tests.journeys.visiting import Page, send, visitor_of

STATUS = "/quickbooks/status/"


@pytest.fixture
def newcomer(db: None, qbo_url: str) -> Office:
    """An Owner whose shop is not connected, with a rate, an item and four invoices; one of them in the year before."""
    organization = builders.organization("lakeside")
    rate = builders.rate(organization, "California 8", "8")
    owner = builders.member(organization, Role.OWNER)
    shop = Shop(organization, Connection(organization=organization), Books(qbo_url), rate)
    today = builders.today()
    for day in (today - dt.timedelta(days=400), today, today, today):
        shop.invoice(invoice_date=day, customer=builders.customer(organization, f"Customer {day}"))
    return Office(shop, visitor_of(owner))


def connect(office: Office) -> Page:
    """Connect, then yes on Intuit's page."""
    page = office.visit(STATUS)
    consent = send(office.visitor, page, page.form(action="/connect/"))
    back = send(office.visitor, consent, consent.form(), decision="allow")
    office.shop.connection = Connection.objects.get(organization=office.shop.organization)
    return back


def step(office: Office, key: str) -> Node:
    return office.visit(STATUS).part(f"step-{key}")


def said(office: Office, key: str) -> str:
    return step(office, key).one(class_="rac-step-summary").text


def press(office: Office, action: str, **fields: Any) -> Page:
    page = office.visit(STATUS)
    form = page.form(action=action)
    return send(office.visitor, page, form.fill(**fields) if fields else form)


def start_from(office: Office, day: dt.date) -> Page:
    return press(office, "/start-date/", start_date=day.isoformat())


def events(office: Office) -> list[SyncEvent]:
    return list(SyncEvent.objects.filter(organization=office.shop.organization))


def test_nothing_goes_before_go(newcomer: Office) -> None:
    told = connect(newcomer)
    assert "Nothing is sent until you press Go" in told.text
    newcomer.shop.invoice()
    newcomer.shop.drain()
    assert events(newcomer) == []
    assert newcomer.shop.books.invoices() == []
    assert "rac-step" in str(step(newcomer, "go"))
    page = newcomer.visit(STATUS)
    assert not list(page.root.all("form", action="/quickbooks/first-run/go/"))


def test_from_connect_to_the_first_invoices(newcomer: Office) -> None:
    connect(newcomer)
    assert said(newcomer, "company").endswith(": US, USD, no closing date, your own invoice numbers")
    assert said(newcomer, "tax") == "0 of 1 rates mapped"
    assert said(newcomer, "products") == "0 of 1 found in QuickBooks by name, 1 needs a choice"
    today = newcomer.shop.organization.today(timezone.now())
    start_from(newcomer, today - dt.timedelta(days=30))
    assert "3 invoices, none older" in said(newcomer, "start")

    press(newcomer, "/first-run/try/")
    assert said(newcomer, "dry_run") == "0 ready, 3 would stop"
    would_stop = step(newcomer, "dry_run").one(class_="rac-dry-run").one("a")
    assert would_stop.text == "3 would stop: Tax code 'California 8' not mapped"
    listed = newcomer.visit(would_stop["href"])
    assert len(list(listed.root.one("tbody").all("tr"))) == 3
    control = next(one for one in listed.root.all("a") if one.text == "Map the rate")
    assert newcomer.visit(control["href"].partition("#")[0]).part(control["href"].partition("#")[2]).tag == "select"

    newcomer.pick_tax_code(newcomer.shop.rate, code="2")
    assert said(newcomer, "dry_run") == "Something has changed since then: try again"
    newcomer.choose("auto_create_items", True)
    press(newcomer, "/first-run/try/")
    assert said(newcomer, "dry_run") == "3 ready"

    told = press(newcomer, "/first-run/go/")
    assert "3 invoices are on the way to" in told.text
    newcomer.shop.drain()
    newcomer.shop.drain()
    assert len(newcomer.shop.books.invoices()) == 3
    over = newcomer.visit(STATUS).part("first-run")
    assert "3 invoices" in over.text
    assert ActionRecord.objects.get(action="send_earlier").done == 3
    newcomer.shop.invoice()
    newcomer.shop.drain()
    assert len(newcomer.shop.books.invoices()) == 4

    press(newcomer, "/first-run/hide/")
    assert list(newcomer.visit(STATUS).root.all("section", id="first-run")) == []


def test_the_dry_run_says_what_the_drain_then_does(newcomer: Office) -> None:
    """Ready ones arrive, the others fail with the very cause; and it leaves no link and no event."""
    shop = newcomer.shop
    connect(newcomer)
    closed = shop.organization.today(timezone.now()) - dt.timedelta(days=20)
    shop.books.do("close_books", date=closed.isoformat())
    newcomer.refresh("status")
    labor, missing = shop.item("Labor"), builders.item(shop.organization, "Capacitor 35/5")
    shop.map_tax()
    shop.invoice(lines=[builders.line(item=missing, rates=[shop.rate])])
    shop.invoice(invoice_date=closed - dt.timedelta(days=1))
    shop.invoice(lines=[builders.line(item=labor, rates=[builders.rate(shop.organization, "County", "1")])])
    shop.books.post("item", {"Name": "labor ", "Type": "Service", "IncomeAccountRef": {"value": "1"}})
    newcomer.refresh("items")
    start_from(newcomer, closed - dt.timedelta(days=2))
    press(newcomer, "/first-run/try/")
    run = DryRun.objects.get()
    assert (Link.objects.count(), events(newcomer)) == (0, [])
    expected = {pk: one.failure.code for one in run.by_cause() for pk in one.ids}
    assert sorted(expected.values()) == ["closed_period", "item_not_found", "tax_code_not_mapped"]
    press(newcomer, "/first-run/go/")
    for _ in range(3):
        shop.drain()
    rows = shop.log().filter(record_type="invoice")
    assert {row.record_id: row.failure_code for row in rows if row.state == State.FAILED} == expected
    assert rows.filter(state=State.SYNCED).count() == run.ready == 3


def test_go_needs_a_start_date_and_a_dry_run_that_is_up_to_date(newcomer: Office) -> None:
    connect(newcomer)
    connection, at = newcomer.shop.connection, timezone.now()
    with pytest.raises(first_run.NotYet, match="Choose the start date first"):
        first_run.go(connection, by=None, at=at)
    first_run.choose_start(connection, builders.today(at), by=None, at=at)
    with pytest.raises(first_run.NotYet, match="Try it without sending first"):
        first_run.go(connection, by=None, at=at)
    dry_run.start(connection, at=at)
    dry_run.advance(connection, at=at)
    ConnectionSettings.objects.update(auto_create_items=True)
    with pytest.raises(first_run.NotYet, match="Try it without sending first"):
        first_run.go(connection, by=None, at=at)
    assert events(newcomer) == []


def test_the_start_date_stays_once_an_invoice_is_there(shop: Shop, office: Office) -> None:
    shop.settled_invoice()
    assert not first_run.choose_start(shop.connection, dt.date(2020, 1, 1), by=None, at=timezone.now())
    assert ConnectionSettings.objects.get().start_date is None


def test_a_start_date_that_another_chose_meanwhile_is_asked_about_once(newcomer: Office) -> None:
    connect(newcomer)
    stood_open = newcomer.visit(STATUS)
    admin = builders.member(newcomer.shop.organization, Role.ADMIN)
    ann = Office(newcomer.shop, visitor_of(admin))
    start_from(ann, dt.date(2026, 11, 1))

    def save(page: Page, day: str) -> str:
        return send(newcomer.visitor, page, page.form(action="/start-date/").fill(start_date=day)).text

    told = save(stood_open, "2026-10-01")
    assert f"Start date: {admin} changed this to “2026-11-01” while the page was open. Nothing is saved yet" in told
    assert ConnectionSettings.objects.get().start_date == dt.date(2026, 11, 1)
    assert "Nothing dated before 2026-10-01 will be sent." in save(newcomer.visit(STATUS), "2026-10-01")
    assert ConnectionSettings.objects.get().start_date == dt.date(2026, 10, 1)


def test_a_long_dry_run_goes_on_where_it_was(newcomer: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(newcomer)
    start_from(newcomer, dt.date(2000, 1, 1))
    monkeypatch.setattr(dry_run, "AT_ONCE", 1)
    monkeypatch.setattr(dry_run, "PAGE_SECONDS", 0.0)
    dry_run.start(newcomer.shop.connection, at=timezone.now())
    dry_run.advance(newcomer.shop.connection, at=timezone.now())
    assert said(newcomer, "dry_run") == "1 of 4 checked"
    press(newcomer, "/try/on/")
    assert said(newcomer, "dry_run") == "2 of 4 checked"
    answers = []
    while DryRun.objects.get().done_at is None:
        client = Client(headers={"HX-Request": "true"})
        client.force_login(Membership.objects.get().user)
        answers.append(client.post("/quickbooks/first-run/try/on/"))
    assert "3 of 4</b> checked" in answers[0].content.decode()
    assert answers[-1]["HX-Refresh"] == "true"
    run = DryRun.objects.get()
    assert (run.looked_at, run.done_at is not None) == (4, True)
    assert Invoice.objects.count() == 4


def test_another_currency_stands_in_the_way(newcomer: Office) -> None:
    type(newcomer.shop.organization).objects.update(country="CA")
    connect(newcomer)
    company = step(newcomer, "company")
    assert "The company is in USD, your invoices are in CAD" in company.text


def test_a_dispatcher_cannot_press_go(newcomer: Office) -> None:
    connect(newcomer)
    dispatcher = visitor_of(builders.member(newcomer.shop.organization, Role.DISPATCHER))
    for name in ("start-date", "try", "try/on", "go", "hide"):
        answer = dispatcher.client.post(f"/quickbooks/first-run/{name}/")
        assert answer.status_code == 403, name
