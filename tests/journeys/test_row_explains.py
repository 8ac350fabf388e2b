"""A row that explains: what the books have, what people did and when, by name; the raw parts behind a fold."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runacall.organizations.models import Role
from sync.models import ActionRecord, State
from sync.operations import dismissing, retrying
from tests import builders
from tests.books import Shop
from tests.journeys.office import LOG, Office
from tests.journeys.test_preflight import UNMAPPED, unmapped
from tests.journeys.visiting import Page, visitor_of


@pytest.fixture
def ann(shop: Shop) -> Office:
    """Another Owner, who has a name."""
    person = builders.user("ann@example.com", first_name="Ann", last_name="Lee")
    return Office(shop, visitor_of(builders.member(shop.organization, Role.OWNER, user=person)))


def opened(office: Office, record: object) -> Page:
    return office.visit(f"{LOG}{office.shop.event(record).pk}/details/")  # type: ignore[arg-type]


def steps(page: Page) -> list[str]:
    return [one.text for one in page.root.one("ol", class_="rac-steps").all("li")]


def test_who_mapped_and_who_retried_is_told_with_names(shop: Shop, ann: Office) -> None:
    invoice = shop.invoice(lines=unmapped(shop))
    shop.drain()
    rate = invoice.lines.get().tax_rates.get()
    assert [one.partition(" ")[2].partition(" ")[2] for one in steps(opened(ann, invoice))] == [
        f"Decided here, not sent → Failed: {UNMAPPED}"
    ]
    ann.pick_tax_code(rate, code="2")
    ann.retry(invoice)
    shop.drain()
    # What is sent first, the product, makes it wait for a moment.
    told = [one for one in steps(opened(ann, invoice)) if "Waits for" not in one]
    assert "Sent to QuickBooks → Synced" in told[0]
    assert told[1].endswith("Ann Lee: Retry")
    assert told[2].endswith("Ann Lee: Tax code of Combined 7.25: Choose a code… → California (8 %)")
    assert told[3].endswith(f"Failed: {UNMAPPED}")


def test_dismissed_taken_back_and_retried_by_different_people(shop: Shop, office: Office, ann: Office) -> None:
    invoice = shop.invoice(lines=unmapped(shop))
    shop.drain()
    rows = shop.log().filter(pk=shop.event(invoice).pk)
    person = shop.organization.memberships.get(user__email="ann@example.com").user
    dismissing.dismiss(rows, by=person, at=timezone.now(), reason="entered by hand")
    dismissing.take_back(rows, by=None, at=timezone.now())
    told = "\n".join(steps(opened(ann, invoice)))
    assert "Ann Lee: Dismiss: entered by hand" in told
    assert "Command line: Take back" in told


def test_a_retry_of_many_is_one_statement_and_told_on_each_row(shop: Shop, ann: Office) -> None:
    lines = unmapped(shop)
    invoices = [shop.invoice(lines=lines) for _ in range(4)]
    shop.drain()

    def statements(count: int) -> int:
        rows = shop.log().filter(pk__in=[shop.event(one).pk for one in invoices[:count]])
        with CaptureQueriesContext(database) as counted:
            retrying.retry(rows, by=None, at=timezone.now())
        return len(counted)

    assert statements(1) == statements(3)
    action = ActionRecord.objects.latest("pk")
    assert action.touched.count() == 3
    assert "Command line: Retry, with 2 others" in "\n".join(steps(opened(ann, invoices[2])))
    assert "others" not in "\n".join(steps(opened(ann, invoices[3])))


def test_before_and_after_in_money(shop: Shop, office: Office) -> None:
    fresh = shop.invoice(lines=unmapped(shop))
    shop.drain()
    assert (
        f"It is not in QuickBooks yet. Sending it adds ${fresh.total:,.2f} to the books." in opened(office, fresh).text
    )
    there = shop.settled_invoice()
    before = there.total
    there.edit(lines=[*there.line_inputs(), *unmapped_line(shop)], at=timezone.now())
    shop.drain()
    there.refresh_from_db()
    assert shop.event(there).state == State.FAILED
    added = there.total - before
    assert (
        f"QuickBooks has ${before:,.2f} → ${there.total:,.2f} after the change (+${added:,.2f})."
        in opened(office, there).text
    )


def unmapped_line(shop: Shop) -> list[object]:
    rate = shop.organization_items() and builders.rate(shop.organization, "County 1", "1.00")
    return [builders.line(item=shop.item("Labor"), rates=[rate])]


def test_what_came_back_after_a_fix_says_which(shop: Shop, office: Office) -> None:
    invoice = shop.invoice(lines=unmapped(shop))
    shop.drain()
    office.retry(invoice)
    shop.drain()
    assert "Failed again with the same message." in opened(office, invoice).text
    office.pick_tax_code(invoice.lines.get().tax_rates.get(), code="2")
    shop.books.do("close_books", date=builders.today().isoformat())
    shop.read_lists("Preferences")
    office.retry(invoice)
    shop.drain()
    assert shop.event(invoice).failure_code == "closed_period"
    assert f"Failed again after another failure was fixed: {UNMAPPED}" in opened(office, invoice).text


def test_payload_and_ids_are_behind_a_fold_and_can_be_copied(shop: Shop, office: Office) -> None:
    invoice = shop.invoice(lines=unmapped(shop))
    shop.drain()
    page = opened(office, invoice)
    fold = page.root.one("details", class_="rac-fold")
    assert "Payload, ids and attempts" in fold.text
    names = {button["aria-label"] for button in fold.all("button")}
    assert names == {"Copy the realm ID", "Copy the payload"}
    assert '"TxnTaxDetail"' in fold.one("pre").text or "CustomerRef" in fold.one("pre").text
