"""Nothing fails here because of a list older than 15 minutes: that list is read again first, once for all events."""

from datetime import timedelta

import pytest
from django.utils import timezone

from qbo.models import ListState
from runacall.invoices.models import Invoice
from sync.models import State
from sync.tasks import read_lists_daily
from tests import builders
from tests.books import Shop


def readings(shop: Shop, entity: str) -> int:
    """How often the company was asked for this whole list."""
    whole = f"SELECT * FROM {entity} WHERE Active IN (true, false) STARTPOSITION 1 "
    return sum(str(one["body"]).startswith(whole) for one in shop.books.requests())


def last_read(shop: Shop, *names: str, hours: int) -> None:
    """So many hours ago."""
    at = timezone.now() - timedelta(hours=hours)
    ListState.objects.filter(connection=shop.connection, name__in=names).update(refreshed_at=at, wanted_at=None)


def stopped_by(shop: Shop, name: str, count: int = 1, *, auto_create: bool = False) -> list[Invoice]:
    """Invoices of a product that QuickBooks does not have, with nothing else in their way."""
    customer = shop.settled_invoice().customer
    shop.choose(auto_create_items=auto_create)
    lines = [builders.line(item=shop.item(name), rates=[shop.rate])]
    return [shop.invoice(customer=customer, lines=lines) for _ in range(count)]


def test_a_list_is_wanted_after_its_last_read_whatever_the_clocks_said(shop: Shop) -> None:
    now = timezone.now()
    states, later = ListState.objects.filter(connection=shop.connection), now + timedelta(seconds=400)
    states.filter(name="Item").update(refreshed_at=later)
    states.filter(name="Term").delete()
    ListState.want(shop.connection, ["Account", "Item", "Term", "no list"], at=now)
    wanted = dict(states.filter(name__in=["Account", "Item", "Term"]).values_list("name", "wanted_at"))
    assert wanted == {"Account": now, "Item": later + timedelta(microseconds=1), "Term": now}
    assert states.count() == len(ListState.LISTS)


@pytest.mark.parametrize("minutes", [16, 60 * 24])
def test_what_the_bookkeeper_put_right_since_does_not_stop_an_invoice(shop: Shop, minutes: int) -> None:
    waiting = stopped_by(shop, "Furnace filter", 3)
    shop.books.post("item", {"Name": "Furnace filter", "Type": "Service", "IncomeAccountRef": {"value": "1"}})
    before = readings(shop, "Item")
    shop.drain(timezone.now() + timedelta(minutes=minutes))
    assert {shop.event(invoice).state for invoice in waiting} == {State.SYNCED}
    assert readings(shop, "Item") == before + 1


def test_a_list_that_stops_many_is_read_once(shop: Shop) -> None:
    waiting = stopped_by(shop, "Furnace filter", 65)
    before = readings(shop, "Item")
    shop.drain(timezone.now() + timedelta(minutes=16))
    assert {shop.event(invoice).failure_code for invoice in waiting} == {"item_not_found"}
    assert readings(shop, "Item") == before + 1


def test_a_list_read_a_moment_ago_is_not_read_again(shop: Shop) -> None:
    (invoice,) = stopped_by(shop, "Furnace filter")
    calls = shop.books.calls()
    shop.drain(timezone.now() + timedelta(minutes=14))
    assert shop.event(invoice).failure_code == "item_not_found"
    assert shop.books.calls() == calls


def test_the_closing_date_is_read_again_before_it_stops_an_invoice(shop: Shop) -> None:
    shop.books.do("close_books", date=builders.today().isoformat())
    shop.read_lists("Preferences")
    invoice = shop.invoice(invoice_date=builders.today())
    shop.books.do("close_books", date=None)
    shop.drain(timezone.now() + timedelta(minutes=16))
    assert shop.event(invoice).state == State.SYNCED


def test_the_accounts_are_read_again_before_they_stop_a_new_product(shop: Shop) -> None:
    account = shop.books.post("account", {"Name": "Filter sales", "AccountType": "Income"})["Account"]["Id"]
    (invoice,) = stopped_by(shop, "Furnace filter", auto_create=True)
    shop.choose(default_income_account_id=account)
    shop.drain(timezone.now() + timedelta(minutes=16))
    assert shop.event(invoice).state == State.SYNCED


def test_an_unreadable_answer_is_not_asked_for_again_at_once(shop: Shop) -> None:
    (invoice,) = stopped_by(shop, "Furnace filter")
    later = timezone.now() + timedelta(minutes=16)
    ListState.objects.filter(connection=shop.connection, name="Item").update(
        problem="it is not a list", retry_at=later + timedelta(minutes=5)
    )
    calls = shop.books.calls()
    shop.drain(later)
    assert shop.event(invoice).failure_code == "item_not_found"
    assert shop.books.calls() == calls


def test_lists_are_read_again_daily(shop: Shop) -> None:
    last_read(shop, "Item", "Term", hours=25)
    last_read(shop, "Account", hours=23)
    before = {name: readings(shop, name) for name in ("Item", "Term", "Account")}
    assert read_lists_daily() == 2
    shop.drain()
    assert {name: readings(shop, name) - before[name] for name in before} == {"Item": 1, "Term": 1, "Account": 0}
    assert read_lists_daily() == 0


def test_no_list_is_asked_for_where_nothing_may_be_sent(shop: Shop) -> None:
    last_read(shop, "Item", hours=25)
    shop.connection.pause("permission_denied", at=timezone.now())
    assert read_lists_daily() == 0
