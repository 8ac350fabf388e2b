"""How the eight documented errors are caused: what the bookkeeper does, and the invoices that fail because of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import timedelta

from django.utils import timezone

from demo import seeding, shop_data
from demo.bookkeeper import Bookkeeper
from demo.seeding import Stock
from demo.shop_data import ELECTRIC, HEATING, ITEMS, NEEDS_A_PERSON, PLUMBING, SHOPS
from qbo import catalogue
from qbo.catalogue import documented
from qbo.models import Connection, ListEntry, TaxMapping
from runacall.organizations.models import Organization
from sync.models import State, SyncEvent
from sync.operations.connecting import connect_to_emulator
from sync.outbox.enqueueing import enqueue_earlier
from sync.worker.status import SyncStatus, sync_status
from sync.worker.wake import wake

Say = Callable[[str], None]
THE_EIGHT = tuple(entry.code for entry in documented.ENTRIES)
HOME_CODE, LAKE_CODE = "Cuyahoga County 8.0", "Lake County 7.25"


class TookTooLong(Exception):
    """The queues were not finished in time."""


def bookkeeper(url: str, shop: shop_data.Shop) -> Bookkeeper:
    return Bookkeeper(url, shop.realm_id)


def cause_all(stocks: dict[str, Stock], url: str, *, say: Say) -> None:
    """Goes from three unconnected shops to the eight errors. Raises TookTooLong."""
    _prepare_heating(stocks[HEATING.slug], bookkeeper(url, HEATING))
    _prepare_plumbing(bookkeeper(url, PLUMBING))
    _prepare_electric(bookkeeper(url, ELECTRIC))
    for shop in SHOPS:
        queued = _connect(stocks[shop.slug], url, shop)
        say(f"{shop.name} is connected; {queued} earlier invoices are queued.")
    at_rest(say=say)
    _delete_customers(stocks[HEATING.slug], bookkeeper(url, HEATING))
    _expire(stocks[ELECTRIC.slug], bookkeeper(url, ELECTRIC))
    say("Two customers are deleted in QuickBooks, a connection is revoked, and new invoices are sent.")
    at_rest(say=say, expected=THE_EIGHT)


def _prepare_heating(stock: Stock, hand: Bookkeeper) -> None:
    """The books before connecting: products, codes, a closing date, an inactive account, taken numbers."""
    hand.do("add_account", name=shop_data.CLUB_ACCOUNT, type="Income")
    _add_products(hand)
    _add_codes(hand)
    today = stock.organization.today(timezone.now())
    hand.do("close_books", date=(today - timedelta(days=seeding.CLOSED_DAYS)).isoformat())
    hand.do("deactivate", entity="Account", name=shop_data.CLUB_ACCOUNT)
    for position in seeding.TAKEN_NUMBERS:
        hand.do("add_invoice", doc_number=str(seeding.FIRST_NUMBER + position), amount="75")


def _add_products(hand: Bookkeeper) -> None:
    for item in ITEMS:
        if item.account:
            hand.do("add_item", name=item.name, income_account=item.account, price=str(item.price))


def _add_codes(hand: Bookkeeper) -> None:
    hand.do("add_tax_code", name=HOME_CODE, percent="8")
    hand.do("add_tax_code", name=LAKE_CODE, percent="7.25")


def _prepare_plumbing(hand: Bookkeeper) -> None:
    _add_codes(hand)
    hand.do("sales_tax", on=False)


def _prepare_electric(hand: Bookkeeper) -> None:
    _add_codes(hand)


def _connect(stock: Stock, url: str, shop: shop_data.Shop) -> int:
    """As staff do: connect, map the home county's rates, then queue what was sent before."""
    at = timezone.now()
    # In the main shop "Auto-create missing QBO products" stays off until a person turns it on.
    connected = connect_to_emulator(
        stock.organization,
        url,
        at=at,
        realm_id=shop.realm_id,
        auto_create=shop is not HEATING,
        earlier=False,
    )
    map_rates(connected.connection, f"{stock.state.pk}+{stock.county.pk}", HOME_CODE)
    queued = enqueue_earlier(connected.connection, at=at)
    wake(connected.connection)
    return queued


def map_rates(connection: Connection, rate_key: str, code_name: str) -> None:
    """The same as saving on the Tax page."""
    code = ListEntry.objects.of(connection, "TaxCode").active().get(name=code_name)
    TaxMapping.objects.update_or_create(
        connection=connection,
        realm_id=connection.realm_id,
        rate_key=rate_key,
        defaults={"tax_code_id": code.qbo_id},
    )


def _delete_customers(stock: Stock, hand: Bookkeeper) -> None:
    """Both are deleted; a vendor gets the name of one of them."""
    at = timezone.now()
    today = stock.organization.today(at)
    gone = (shop_data.HEALS, NEEDS_A_PERSON)
    for buyer in gone:
        hand.do("delete_customer", name=buyer.name)
    hand.do("add_vendor", name=NEEDS_A_PERSON.name)
    new = [stock.invoice(buyer, today, stock.line("Furnace diagnostic", buyer)) for buyer in gone]
    seeding.enter(stock, new, at=at)


def _expire(stock: Stock, hand: Bookkeeper) -> None:
    hand.do("expire_token")
    at = timezone.now()
    today = stock.organization.today(at)
    buyers = [shop_data.BUYERS[number] for number in (3, 5, 8, 11)]
    new = [stock.invoice(buyer, today, stock.line("Labor, journeyman", buyer)) for buyer in buyers]
    seeding.enter(stock, new, at=at)


def at_rest(*, say: Say, expected: Collection[str] = (), seconds: float = 150) -> SyncStatus:
    """Wait until nothing is due over any live connection, and the failures are the expected ones if given."""
    until, told = time.monotonic() + seconds, -1
    while time.monotonic() < until:
        status = now()
        left = unsettled()
        if left == 0 and (not expected or set(status.failed_by_code) == set(expected)):
            return status
        if left != told:
            say(f"{status.by_state.get(State.SYNCED, 0):>6} synced, {left} under way")
            told = left
        time.sleep(0.5)
    raise TookTooLong(f"After {seconds:.0f} s: {now().as_json['by_state']}, failed {now().failed_by_code}.")


def unsettled() -> int:
    """Events that a worker will handle within moments."""
    live = SyncEvent.objects.filter(connection__in=Connection.objects.live())
    moving = live.filter(state__in=(State.SENDING, State.CHECKING)).count()
    return moving + live.filter(state=State.QUEUED, due_at__lte=timezone.now()).count()


def now() -> SyncStatus:
    return sync_status(list(Organization.objects.order_by("pk")), at=timezone.now())


def told_errors(status: SyncStatus) -> list[str]:
    """One line per kind of error, as the log words it."""
    return [f"{count:>5}  {catalogue.entry(code).title}" for code, count in status.failed_by_code.items()]
