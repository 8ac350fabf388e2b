"""What the bookkeeper does in QuickBooks shows in the office's browser within seconds, and is decided there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task
from playwright.sync_api import Page, expect

from qbo_emulator.router import Emulator
from sync.models import ChangeCursor, Letter
from sync.models.events import Direction
from tests import builders
from tests.books import EMULATORS, Shop
from tests.browser.conftest import apart
from tests.browser.test_first_run import shot
from tests.journeys.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PATIENCE = 60_000


@pytest.fixture
def told_shop(house: House, open_shop: Shop) -> Iterator[Shop]:
    """A shop of whose company the web process hears. Its changes have been read once: the next time only because of a
    webhook.
    """
    open_shop.books.do("webhook", url=f"{house.url}/quickbooks/webhooks/", verifier="emulator-verifier")
    assert wait_until(lambda: open_shop.hear() is not None)
    with delivering(EMULATORS[open_shop.books.url]):
        yield open_shop


@contextmanager
def delivering(emulator: Emulator) -> Iterator[None]:
    """Send its webhooks, as a process of its own does."""
    is_over = Event()

    def deliver() -> None:
        while not is_over.wait(0.2):
            emulator.webhooks.deliver(list(emulator.companies.values()), emulator.clock.now())

    thread = Thread(target=deliver)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def heard(shop: Shop) -> int:
    """How many changes there are known here after a sweep, as of more than ten seconds later: every minute has one."""
    ChangeCursor.objects.update(read_at=None)
    async_task("sync.tasks.sweep")
    assert wait_until(lambda: not OrmQ.objects.exists())
    return shop.log().filter(direction=Direction.IN).count()


@pytest.mark.slow
def test_a_void_there_is_voided_here_too_and_the_month_is_tied_out(told_shop: Shop, page: Page) -> None:
    shop, today = told_shop, builders.today()

    def begin() -> tuple[str, str]:
        customer = builders.customer(shop.organization, "M. Okafor")
        made = [shop.invoice(customer=customer, invoice_date=today - dt.timedelta(days=day)) for day in (0, 0, 0)]
        assert wait_until(lambda: all(shop.event(one).state == "synced" for one in made)), shop.events()
        row, other = shop.there(made[0]), shop.there(made[1])
        shop.books.post("invoice", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")
        shop.books.post("invoice", {**other, "DocNumber": "X-77"})
        assert wait_until(lambda: heard(shop) == 2), shop.events()
        return made[0].number, made[1].number

    voided, renumbered = apart(begin)
    page.goto("/admin/sync/syncevent/?direction=in")
    expect(page.locator("tbody.rac-event")).to_have_count(2, timeout=PATIENCE)
    expect(page.locator("#result_list")).to_contain_text(f"Invoice #{voided} was voided in QBO; here it is still open")
    shot(page, "from-quickbooks")
    page.get_by_role("link", name=f"Invoice #{voided}", exact=True).click()
    page.get_by_role("button", name="Void it here too").click()
    expect(page.locator("body")).to_contain_text("Voided here too")

    page.get_by_role("link", name="Tie-out").click()
    shot(page, "tie-outs")
    page.get_by_label("Month").select_option(f"{today.replace(day=1)}")
    page.get_by_role("button", name="Compare with QuickBooks").click()
    expect(page.locator("#tie-out")).to_contain_text("1 difference between Run a Call and QuickBooks", timeout=PATIENCE)
    expect(page.get_by_label("Differences")).to_contain_text(f"Invoice #{renumbered}")
    shot(page, "tie-out")
    # On a phone no amount is out of sight, and each says whose it is.
    page.set_viewport_size({"width": 390, "height": 844})
    frames = page.locator("#tie-out .rac-table-frame").all()
    assert [one.evaluate("one => one.scrollWidth - one.clientWidth") for one in frames] == [0, 0]
    said = page.get_by_role("table", name="Differences").locator("td.rac-number").first
    assert "Here" in said.evaluate("one => getComputedStyle(one, '::before').content")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="Download CSV").wait_for()


@pytest.mark.slow
def test_one_check_on_both_sides_counts_once_unless_the_customer_paid_twice(told_shop: Shop, page: Page) -> None:
    shop, today = told_shop, builders.today()

    def begin() -> list[str]:
        customer = builders.customer(shop.organization, "M. Okafor")
        invoices = [shop.invoice(customer=customer, invoice_date=today) for _ in range(2)]
        assert wait_until(lambda: all(shop.event(one).state == "synced" for one in invoices)), shop.events()
        payments = [builders.payment(one, "50", received_date=today, at=timezone.now()) for one in invoices]
        assert wait_until(lambda: all(shop.event(one).state == "synced" for one in payments)), shop.events()
        for invoice in invoices:
            shop.pay_there(invoice, amount="50", TxnDate=today.isoformat(), PaymentRefNum="1107")
        asked = shop.failed().filter(failure_code="payment_twin", direction=Direction.IN)
        assert wait_until(lambda: heard(shop) == asked.count() == 2), shop.events()
        return [invoice.number for invoice in invoices]

    def is_settled() -> bool:
        heard(shop)
        there = [row["TotalAmt"] for row in shop.books.rows("Payment") if row["TotalAmt"]]
        return there == [50, 50, 50] and not shop.log().unsent().exists() and shop.compared().agrees

    once, twice = apart(begin)
    for number, says, done in (
        (once, "It is the same", "The same in QuickBooks"),
        (twice, "Record both", "Recording both"),
    ):
        page.goto("/admin/sync/syncevent/?direction=in")
        page.get_by_role("link", name=f"Payment on #{number}", exact=True).click()
        expect(page.locator("table.rac-sides")).to_contain_text("1107")
        shot(page, f"payment-on-both-sides-{says.lower().replace(' ', '-')}")
        page.get_by_role("button", name=says).click()
        expect(page.locator("body")).to_contain_text(done)
    assert apart(lambda: wait_until(is_settled, seconds=120)), apart(shop.events)


@pytest.mark.slow
def test_a_person_chooses_what_to_be_told(told_shop: Shop, page: Page) -> None:
    page.goto("/admin/")

    def begin() -> None:
        rate = builders.rate(told_shop.organization, "Combined 7.25", "7.25")
        told_shop.invoice(lines=[builders.line(item=told_shop.item("Labor"), rates=[rate])])
        assert wait_until(lambda: told_shop.failed().exists())
        async_task("sync.tasks.tell_people")
        assert wait_until(lambda: Letter.objects.exclude(sent_at=None).exists(), seconds=100)

    apart(begin)
    page.get_by_role("link", name="Notifications").click()
    page.get_by_label("A summary each morning").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("A summary each morning")).to_be_checked()
    page.get_by_role("button", name="For a day").click()
    expect(page.locator("body")).to_contain_text("Snoozed until")
    page.get_by_role("button", name="End snooze").click()
    shot(page, "notifications")
    page.get_by_label("Your e-mails").get_by_role("link").click()
    expect(page.locator("body")).to_contain_text("Stop these e-mails")
    shot(page, "letter")
