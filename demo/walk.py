"""Fixes each of the eight errors without a person, as documented, on the pages, and checks that it is gone."""

from __future__ import annotations

import re
from collections.abc import Callable

from demo import shop_data
from demo.bookkeeper import Bookkeeper
from demo.html_forms import Form
from demo.office import Office, plain
from demo.shop_data import ELECTRIC, HEATING, NEEDS_A_PERSON, PLUMBING, SHOPS
from demo.story import LAKE_CODE, Say, at_rest, bookkeeper, now
from qbo.models import Connection
from sync.inbound.reconciling import reconcile
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet


class NotCleared(Exception):
    """An error remained after its documented fix, or the books do not match."""


class Walk:
    """The Owner uses the pages of `web`, the bookkeeper those of `quickbooks`."""

    def __init__(self, *, web: str, quickbooks: str, say: Say) -> None:
        self.quickbooks, self.say = quickbooks, say
        self.office = Office(web, email=shop_data.PEOPLE[0].email, password=shop_data.PASSWORD)

    def all(self) -> None:
        """Raises NotCleared, PageRefused or TookTooLong."""
        steps: tuple[tuple[shop_data.Shop, str, Callable[[], None]], ...] = (
            (HEATING, "closed_period", self.post_to_current_period_or_move_the_date),
            (HEATING, "tax_code_not_mapped", self.map_the_rate),
            (HEATING, "item_not_found", self.turn_on_auto_create),
            (HEATING, "account_inactive", self.reactivate_the_account),
            (HEATING, "duplicate_doc_number", self.turn_off_our_numbers),
            (HEATING, "customer_not_found", self.recreate_the_customer),
            (PLUMBING, "tax_not_enabled", self.set_up_sales_tax),
            (ELECTRIC, "token_expired", self.reconnect),
        )
        for shop, code, fix in steps:
            self.office.switch_to(shop.name)
            self.check_banner(shop)
            count = now().failed_by_code.get(code, 0)
            if not count:
                raise NotCleared(f"{code} is not in the log.")
            fix()
            failed = at_rest(say=lambda text: None).failed_by_code
            if code in failed:
                raise NotCleared(f"{code} is still there: {failed}")
            self.say(f"{count:>5} × {code}: {fix.__name__.replace('_', ' ')}; cleared.")
        self.check_books()

    # --- the eight --------------------------------------------------------------------------------------------

    def post_to_current_period_or_move_the_date(self) -> None:
        some = list(self.failed(HEATING, "closed_period").order_by("pk").values_list("pk", flat=True)[:3])
        self.done(self.office.for_these("post-to-current-period", some), "Posted")
        self.hand(HEATING).do("close_books", date=None)
        self.retry("closed_period")

    def map_the_rate(self) -> None:
        self.office.submit("/quickbooks/tax/", lambda form: form.choose("Combined 7.25", LAKE_CODE))
        self.retry("tax_code_not_mapped")

    def turn_on_auto_create(self) -> None:
        self.office.submit("/quickbooks/items/", _tick("auto_create_items", True))
        self.retry("item_not_found")

    def reactivate_the_account(self) -> None:
        self.hand(HEATING).do("reactivate", entity="Account", name=shop_data.CLUB_ACCOUNT)
        self.retry("account_inactive")

    def turn_off_our_numbers(self) -> None:
        self.office.submit("/quickbooks/invoices/", _tick("send_numbers", False))
        self.hand(HEATING).do("custom_numbers", on=False)
        self.retry("duplicate_doc_number")

    def recreate_the_customer(self) -> None:
        """The vendor releases the name, and the customer is created again with the same name and e-mail."""
        hand = self.hand(HEATING)
        hand.do("deactivate", entity="Vendor", name=NEEDS_A_PERSON.name)
        hand.do("add_customer", name=NEEDS_A_PERSON.name, email=NEEDS_A_PERSON.email)
        self.retry("customer_not_found")

    def set_up_sales_tax(self) -> None:
        self.hand(PLUMBING).do("sales_tax", on=True)
        self.retry("tax_not_enabled")

    def reconnect(self) -> None:
        """The queued events are sent automatically."""
        page = plain(self.office.reconnect(ELECTRIC.realm_id))
        if "Connected to" not in page:
            raise NotCleared(f"Reconnecting led to: {page[:300]}")

    # --- the tools of staff and the bookkeeper -------------------------------------------------------------

    def hand(self, shop: shop_data.Shop) -> Bookkeeper:
        return bookkeeper(self.quickbooks, shop)

    def retry(self, code: str) -> None:
        """Filter the log to the cause's code, Retry all."""
        self.done(self.office.for_all("retry", cause=code), "Retried")

    def done(self, page: str, verb: str) -> None:
        """Check that the page says it did some and left none alone."""
        said = plain(page)
        report = re.search(rf"{verb}[^.]*? (\d+) events?\.(?: Left (\d+) alone)?", said)
        if not report or report[1] == "0" or report[2]:
            raise NotCleared(f"{verb}: {report[0] if report else said[:500]}")

    def failed(self, shop: shop_data.Shop, code: str) -> SyncEventQuerySet:
        events = SyncEvent.objects.filter(organization__slug=shop.slug)
        return events.failed().filter(failure_code=code)

    def check_banner(self, shop: shop_data.Shop) -> None:
        """Check that the banner's count is the log's."""
        [queue] = [one for one in now().queues if one.slug == shop.slug]
        if self.office.errors() != queue.needing_attention:
            raise NotCleared(f"{shop.name}: the banner says {self.office.errors()}, not {queue.needing_attention}.")

    def check_books(self) -> None:
        for shop in SHOPS:
            self.office.switch_to(shop.name)
            self.check_banner(shop)
            found = reconcile(Connection.objects.get(organization__slug=shop.slug))
            if not found.agrees or not found.checked:
                raise NotCleared(f"{shop.name}: {found}")
            if found.paid_otherwise:
                raise NotCleared(
                    f"{shop.name}: {len(found.paid_otherwise)} invoices have other payments in QuickBooks."
                )
            payments = f", and {len(found.payments.matched)} payments" if found.payments.checked else ""
            self.say(f"{shop.name}: {found.checked} invoices checked, {len(found.matched)} match QuickBooks{payments}.")


def _tick(name: str, on: bool) -> Callable[[Form], None]:
    return lambda form: form.tick(name, on)
