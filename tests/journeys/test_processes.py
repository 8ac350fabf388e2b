"""Three journeys with web, cluster and emulator as separate processes: only the cluster drains."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from sync.models import State
from tests import builders
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.house import house, open_shop, owner_at_the_door, wait_until  # noqa: F401  fixtures
from tests.journeys.office import Office

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture
def shop(open_shop: Shop) -> Shop:  # noqa: F811
    return open_shop


@pytest.fixture
def office(owner_at_the_door: Office) -> Office:  # noqa: F811
    return owner_at_the_door


def wait_for_banner(office: Office, sentence: str) -> None:
    assert wait_until(lambda: office.banner() == sentence), (office.banner(), office.shop.events())


@pytest.mark.slow
@says("tax_code_not_mapped.pick", "tax_code_not_mapped.retry", "bulk.retry_all", "shows.banner")
def test_an_unmapped_rate(shop: Shop, office: Office) -> None:
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    lines = [builders.line(item=shop.item("Labor"), rates=[rate])]
    invoices = [shop.invoice(lines=lines) for _ in range(3)]
    wait_for_banner(office, "3 QBO sync errors need attention.")
    office.assert_failed(invoices[0], "Tax code 'Combined 7.25' not mapped", code="tax_code_not_mapped", count=3)
    code = shop.books.do("add_tax_code", name="Combined 7.25", percent="7.25")["row"]["Id"]
    office.pick_tax_code(rate, code=code)
    assert "Retried 3 events." in office.retry_all().text
    wait_for_banner(office, "")
    assert wait_until(lambda: {shop.event(one).state for one in invoices} == {State.SYNCED})
    office.assert_clear(*invoices)


@pytest.mark.slow
@says("token_expired.means", "token_expired.reconnect", "token_expired.resumes")
def test_an_expired_connection(shop: Shop, office: Office) -> None:
    first = shop.invoice()
    assert wait_until(lambda: shop.event(first).state == State.SYNCED), shop.events()
    shop.books.do("expire_token")
    waiting = [shop.invoice() for _ in range(3)]
    wait_for_banner(office, "1 QBO sync error needs attention.")
    (row,) = office.log(status="failed")
    assert (row.entity, row.message) == ("QuickBooks connection", "Token expired")
    assert {(shop.event(one).state, shop.event(one).retries) for one in waiting} == {(State.QUEUED, 0)}
    assert office.invoice_banner(waiting[0]).one("b").text == "Waiting: token expired"
    office.reconnect()
    assert wait_until(lambda: {shop.event(one).state for one in waiting} == {State.SYNCED}), shop.events()
    shop.connection.refresh_from_db()
    office.assert_clear(first, *waiting)


@pytest.mark.slow
@says("closed_period.means", "closed_period.post_to_current")
def test_a_closed_period(shop: Shop, office: Office) -> None:
    today = shop.organization.today(timezone.now())
    shop.books.do("close_books", date=(today - dt.timedelta(days=30)).isoformat())
    invoice = shop.invoice(invoice_date=today - dt.timedelta(days=40))
    wait_for_banner(office, "1 QBO sync error needs attention.")
    assert shop.event(invoice).failure_code == "closed_period"
    told = office.post_to_current_period(invoice)
    assert "Posted to the current period: 1 event." in told.text
    assert wait_until(lambda: shop.event(invoice).state == State.SYNCED), shop.event(invoice).message
    office.assert_clear(invoice)
    assert shop.there(invoice)["TxnDate"] == today.isoformat()
