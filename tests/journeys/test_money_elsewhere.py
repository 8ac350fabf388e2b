"""Money outside the plain case: companies outside the US, other currencies, and no due date."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from runacall.invoices.invoice_entry import InvoiceInput, enter_invoices
from runacall.invoices.models import Invoice, TaxRate
from runacall.invoices.money import line_amount
from sync.models import State
from sync.models.events import EntityType
from tests import builders
from tests.books import NO_LIMITS, Shop, connected_shop, emulator
from tests.journeys.office import Office
from tests.journeys.test_two_people import HER_DUE_DATE
from tests.journeys.visiting import visitor_of


@pytest.fixture
def canada(db: None, settings: Any) -> Iterator[Shop]:
    """A Canadian shop in a Canadian company; its first rate is HST."""
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    with emulator(world="canada") as url:
        settings.QBO_EMULATOR_URL = url
        shop = connected_shop(url, country="CA")
        shop.rate = builders.rate(shop.organization, "HST ON", "13")
        shop.map_tax(shop.rate, code="2")
        untaxed = shop.connection.tax_mappings.model
        untaxed.objects.create(
            connection=shop.connection, realm_id=shop.connection.realm_id, rate_key="", tax_code_id="5"
        )
        yield shop


def taxed(shop: Shop, price: str, *rates: TaxRate, name: str = "Labor", quantity: str = "1") -> Any:
    return builders.line(name, price, item=shop.item(name), rates=list(rates), quantity=quantity)


def own(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in row["Line"] if line["DetailType"] == "SalesItemLineDetail"]


def amounts(row: dict[str, Any]) -> list[Decimal]:
    return [Decimal(str(line["Amount"])) for line in own(row)]


# --- discounts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keeps", ["recalculated", "kept"])
def test_a_discount_is_taken_off_before_tax_in_both(canada: Shop, keeps: str) -> None:
    canada.books.do("switch", name="tax_lines_outside_us", value=keeps)
    invoice = canada.invoice(discount=Decimal("10.00"))
    canada.drain()
    canada.assert_in_books(invoice)
    there = canada.there(invoice)
    assert Decimal(str(there["TotalAmt"])) == invoice.total == Decimal("101.70")
    assert amounts(there) == [Decimal(100), Decimal(-10)]


def test_each_tax_has_its_part_of_the_discount(canada: Shop) -> None:
    gst = builders.rate(canada.organization, "GST", "5")
    canada.map_tax(gst, code="3")
    lines = [taxed(canada, "60.00", canada.rate), taxed(canada, "30.00", gst), taxed(canada, "10.00")]
    invoice = canada.invoice(lines=lines, discount=Decimal("10.00"), discount_name="Member savings")
    canada.drain()
    canada.assert_in_books(invoice)
    there = canada.there(invoice)
    codes = [(line["Amount"], line["SalesItemLineDetail"]["TaxCodeRef"]["value"]) for line in own(there)[3:]]
    assert codes == [(-6, "2"), (-3, "3"), (-1, "5")]
    assert {line["Description"] for line in own(there)[3:]} == {"Member savings"}


def test_a_discount_may_be_changed_and_taken_away(canada: Shop) -> None:
    invoice = canada.settled_invoice(discount=Decimal("10.00"))
    ids = [line["Id"] for line in own(canada.there(invoice))]
    invoice.edit(discount=Decimal("25.00"), at=timezone.now())
    canada.drain()
    canada.assert_in_books(invoice)
    assert [line["Id"] for line in own(canada.there(invoice))] == ids
    assert amounts(canada.there(invoice)) == [Decimal(100), Decimal(-25)]
    invoice.edit(lines=[taxed(canada, "100.00", canada.rate), taxed(canada, "40.00", canada.rate)], at=timezone.now())
    canada.drain()
    canada.assert_in_books(invoice)
    assert sorted(amounts(canada.there(invoice))) == [Decimal(-25), Decimal(40), Decimal(100)]
    by_id = {line["Id"]: line for line in own(canada.there(invoice))}
    assert by_id[ids[1]]["Amount"] == -25
    invoice.edit(discount=Decimal(0), at=timezone.now())
    canada.drain()
    canada.assert_in_books(invoice)
    assert sorted(amounts(canada.there(invoice))) == [Decimal(40), Decimal(100)]


def test_a_discount_changed_on_both_sides_stops(canada: Shop) -> None:
    invoice = canada.settled_invoice(discount=Decimal("10.00"))
    there = canada.there(invoice)
    for line in there["Line"]:
        if line["Amount"] == -10:
            line["Amount"] = -12
            line["SalesItemLineDetail"] = {**line["SalesItemLineDetail"], "Qty": 1, "UnitPrice": -12}
    canada.books.post("invoice", {key: value for key, value in there.items() if key != "TxnTaxDetail"})
    invoice.edit(discount=Decimal("20.00"), at=timezone.now())
    canada.drain()
    event = canada.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "changed_in_quickbooks")
    assert amounts(canada.there(invoice)) == [Decimal(100), Decimal(-12)]


def office_of(shop: Shop) -> Office:
    """The shop's Owner at the pages."""
    return Office(shop, visitor_of(builders.member(shop.organization)))


# --- rounding ---------------------------------------------------------------------------------------------------


def quebec(shop: Shop) -> list[TaxRate]:
    gst = builders.rate(shop.organization, "GST", "5")
    qst = builders.rate(shop.organization, "QST", "9.975")
    shop.map_tax(gst, code="3")
    shop.map_tax(gst, qst, code="6")
    return [gst, qst]


def test_a_cent_of_quickbooks_rounding_is_synced_with_a_remark(canada: Shop) -> None:
    """14.975 % of 10.10 is 1.51; 5 % is 0.505 and 9.975 % is 1.007, each rounded for itself 1.52."""
    invoice = canada.invoice(lines=[taxed(canada, "10.10", *quebec(canada))])
    canada.drain()
    event, there = canada.event(invoice), canada.there(invoice)
    assert abs(Decimal(str(there["TotalAmt"])) - invoice.total) == Decimal("0.01")
    assert (event.state, event.message) == (State.SYNCED, "QuickBooks rounds by 1 cent")
    found = canada.compared()
    assert [one.invoice.id for one in found.rounded] == [invoice.pk]
    assert (found.different, found.agrees, found.checked) == ([], True, 1)


def test_the_shop_may_have_a_cent_stop(canada: Shop) -> None:
    """Stopped, with both totals; accepted it is Synced, and with the setting off again so is the next retry."""
    both, office = quebec(canada), office_of(canada)
    office.choose("stop_on_rounding", True)
    kept, retried = (canada.invoice(lines=[taxed(canada, "10.10", *both)]) for _ in range(2))
    canada.drain()
    for invoice in (kept, retried):
        event = canada.event(invoice)
        assert (event.state, event.failure_code) == (State.FAILED, "total_differs")
        assert "total 11.61 here, 11.62 there" in event.message
    assert len(canada.compared().different) == 2
    office.accept(kept)
    assert [one.invoice.id for one in canada.compared().accepted] == [kept.pk]
    office.retry(retried)
    canada.drain()
    assert canada.event(retried).failure_code == "total_differs"
    office.choose("stop_on_rounding", False)
    office.retry(retried)
    canada.drain()
    event = canada.event(retried)
    assert (event.state, event.message) == (State.SYNCED, "QuickBooks rounds by 1 cent")
    assert {one.invoice.id for one in canada.compared().rounded} == {kept.pk, retried.pk}


def test_a_company_in_the_us_has_no_such_setting(shop: Shop) -> None:
    assert "Stop on a cent" not in office_of(shop).visit("/quickbooks/invoices/").text


def test_our_tax_goes_along_where_quickbooks_keeps_it(canada: Shop) -> None:
    canada.books.do("switch", name="tax_lines_outside_us", value="kept")
    invoice = canada.invoice(lines=[taxed(canada, "10.10", *quebec(canada))])
    canada.drain()
    canada.assert_in_books(invoice)
    assert Decimal(str(canada.there(invoice)["TotalAmt"])) == invoice.total
    assert canada.event(invoice).message == ""
    assert canada.compared().rounded == []


def test_more_than_the_rounding_stops(canada: Shop) -> None:
    canada.map_tax(canada.rate, code="3")
    invoice = canada.invoice()
    canada.drain()
    event = canada.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "total_differs")
    assert [one.invoice.id for one in canada.compared().different] == [invoice.pk]


# As many as make each kind of rounding common; the gate plays more.
COUNT = int(os.environ.get("RANDOM_INVOICES") or (1_000 if os.environ.get("RUN_SLOW") else 120))


def random_invoices(shop: Shop, sets: list[list[TaxRate]], *, seed: int) -> list[Invoice]:
    """`COUNT` invoices of one to six lines, each line under one of `sets`; half of them with a discount."""
    chance = random.Random(seed)
    customer, labor, at = builders.customer(shop.organization, "M. Okafor"), shop.item("Labor"), timezone.now()
    new = []
    for _ in range(COUNT):
        lines = [
            builders.line(
                "Labor",
                f"{chance.randint(1, 50000) / 100:.2f}",
                item=labor,
                rates=chance.choice(sets),
                quantity=chance.choice(["1", "2", "0.5", "3.25"]),
            )
            for _ in range(chance.randint(1, 6))
        ]
        discount = Decimal(chance.randint(1, 400)) / 100 if chance.random() < 0.5 else Decimal(0)
        whole = sum((line_amount(line.quantity, line.unit_price or Decimal(0)) for line in lines), Decimal(0))
        new.append(
            InvoiceInput(customer=customer, invoice_date=builders.today(at), lines=lines, discount=min(discount, whole))
        )
    return enter_invoices(shop.organization, new, at=at, send=True)


def drain_all(shop: Shop) -> None:
    for _ in range(2 + COUNT // 20):
        shop.drain()
        if not shop.log().filter(state=State.QUEUED).exists():
            return


def outcomes(shop: Shop) -> Counter[tuple[str, str]]:
    """State and remark of every invoice of the log, counted."""
    rows = shop.log().filter(record_type=EntityType.INVOICE)
    return Counter((str(state), message) for state, message in rows.values_list("state", "message"))


def test_very_many_random_invoices_in_canada(canada: Shop) -> None:
    """HST, GST, GST with QST, and exempt lines, with discounts: none stops."""
    gst, qst = quebec(canada)
    random_invoices(canada, [[canada.rate], [gst], [gst, qst], []], seed=11)
    drain_all(canada)
    found = outcomes(canada)
    fine, remarked = found[State.SYNCED.value, ""], found[State.SYNCED.value, "QuickBooks rounds by 1 cent"]
    assert fine + remarked == COUNT, found
    assert fine > remarked > 0
    there = canada.compared()
    assert (len(there.matched), len(there.rounded)) == (fine, remarked)


def test_very_many_random_invoices_in_the_us(shop: Shop) -> None:
    """In the US our tax is what stands in the books: no remark either."""
    random_invoices(shop, [[shop.rate], []], seed=12)
    drain_all(shop)
    assert outcomes(shop) == {(State.SYNCED.value, ""): COUNT}
    assert len(shop.compared().matched) == COUNT


# --- due dates --------------------------------------------------------------------------------------------------


def test_without_a_due_date_none_is_sent_and_none_compared(shop: Shop) -> None:
    """QuickBooks makes one of its own terms; it is the bookkeeper's, and no difference."""
    invoice = shop.settled_invoice()
    assert invoice.due_date is None
    assert "DueDate" in shop.there(invoice)
    shop.books.post("invoice", {**shop.there(invoice), "DueDate": HER_DUE_DATE})
    before = shop.books.calls()
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.there(invoice)["DueDate"] == HER_DUE_DATE
    sent = [str(one["body"]) for one in shop.books.requests() if one["id"] > before]
    assert sent
    assert not any("DueDate" in body for body in sent)


def test_a_due_date_that_is_taken_away_here_is_left_alone_there(shop: Shop) -> None:
    day = builders.today() + timedelta(days=40)
    invoice = shop.settled_invoice(due_date=day)
    assert shop.there(invoice)["DueDate"] == day.isoformat()
    invoice.edit(due_date=None, at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.there(invoice)["DueDate"] == day.isoformat()


# --- currency ---------------------------------------------------------------------------------------------------


def several_currencies(shop: Shop) -> None:
    shop.books.do("preference", group="CurrencyPrefs", name="MultiCurrencyEnabled", value=True)
    shop.books.post("companycurrency", {"Code": "EUR", "Name": "Euro"})
    shop.read_lists()


def test_a_customer_in_another_currency_gets_no_invoice(shop: Shop) -> None:
    several_currencies(shop)
    anna = builders.customer(shop.organization, "Anna Smith", email="anna@example.com")
    theirs = {"DisplayName": "Anna Smith", "PrimaryEmailAddr": {"Address": "anna@example.com"}}
    shop.books.post("customer", theirs | {"CurrencyRef": {"value": "EUR"}})
    invoice = shop.invoice(customer=anna, lines=[builders.line()])
    shop.drain()
    shop.drain()
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "currency_differs")
    assert event.message == "The currency of the customer 'Anna Smith' in QBO is EUR, the invoice is in USD"
    assert shop.books.invoices() == []


def test_a_customer_in_our_own_currency_is_no_obstacle(shop: Shop) -> None:
    several_currencies(shop)
    shop.assert_in_books(shop.settled_invoice())


def test_a_company_in_another_currency_gets_nothing(canada: Shop) -> None:
    type(canada.organization).objects.filter(pk=canada.organization.pk).update(country="US")
    canada.connection.organization.refresh_from_db()
    invoice = canada.invoice()
    canada.drain()
    event = canada.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "currency_differs")
    assert event.message == "The currency of the company in QBO is CAD, the invoice is in USD"
    assert canada.books.invoices() == []


def test_reconcile_names_another_currency(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    type(shop.organization).objects.filter(pk=shop.organization.pk).update(country="CA")
    (different,) = shop.compared().different
    assert different.invoice.id == invoice.pk
    assert different.fields == {"currency": ("CAD", "USD")}


# --- answers that were lost -------------------------------------------------------------------------------------


def test_a_lost_answer_is_adopted_with_the_remark(canada: Shop) -> None:
    start = timezone.now()
    both = quebec(canada)
    labor = canada.settled_invoice(lines=[taxed(canada, "100.00", *both)], at=start)
    invoice = canada.invoice(lines=[taxed(canada, "10.10", *both)], customer=labor.customer, at=start)
    canada.books.do("fault", fault="reset", path="write", after_commit=True, times=1)
    canada.drain(start)
    canada.drain(start + timedelta(minutes=6))
    event = canada.event(invoice)
    assert (event.state, event.message) == (State.SYNCED, "QuickBooks rounds by 1 cent")
    assert len(canada.books.invoices()) == 2


def test_an_update_whose_answer_was_lost_leaves_each_line_known(canada: Shop) -> None:
    """It arrived: what was put between two lines and the discount at the end are ours, each by its Id."""
    start = timezone.now()
    first, last = taxed(canada, "60.00", canada.rate), taxed(canada, "30.00", canada.rate)
    middle = taxed(canada, "20.00", canada.rate)
    invoice = canada.settled_invoice(lines=[first, last], discount=Decimal(10), at=start)
    canada.books.do("fault", fault="reset", path="write", after_commit=True, times=1)
    invoice.edit(lines=[first, middle, last], at=start)
    canada.drain(start)
    assert len(own(canada.there(invoice))) == 4
    canada.drain(start + timedelta(minutes=6))
    canada.assert_in_books(invoice)
    invoice.edit(lines=[first, last], at=start + timedelta(minutes=7))
    canada.drain(start + timedelta(minutes=8))
    canada.assert_in_books(invoice)
    assert sorted(amounts(canada.there(invoice))) == [Decimal(-10), Decimal(30), Decimal(60)]


def test_a_line_of_hers_is_taxed_by_quickbooks_beside_ours(canada: Shop) -> None:
    """The amounts for single rates are of our lines alone: they would take the tax off hers."""
    canada.books.do("switch", name="tax_lines_outside_us", value="kept")
    invoice = canada.settled_invoice(discount=Decimal(10))
    there = canada.there(invoice)
    (ours, _) = own(there)
    detail = {key: ours["SalesItemLineDetail"][key] for key in ("ItemRef", "TaxCodeRef")}
    hers = {"DetailType": "SalesItemLineDetail", "Amount": 50, "SalesItemLineDetail": detail}
    canada.books.post(
        "invoice", {**{k: v for k, v in there.items() if k != "TxnTaxDetail"}, "Line": [*there["Line"], hers]}
    )
    invoice.edit(discount=Decimal(20), at=timezone.now())
    canada.drain()
    assert canada.event(invoice).state == State.SYNCED, canada.event(invoice).message
    assert amounts(canada.there(invoice)) == [Decimal(100), Decimal(-20), Decimal(50)]
    assert Decimal(str(canada.there(invoice)["TotalAmt"])) == Decimal("146.90")
