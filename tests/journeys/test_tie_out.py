"""A month here and in QuickBooks: every difference is named, and it agrees to the cent only if it does."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qbo.connection.connecting import disconnect
from qbo.models import SettingChange
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.models import TieOut
from sync.operations import deciding
from sync.tasks import make_tie_out
from sync.templatetags.sync_tags import as_dollars
from tests import builders
from tests.books import Shop
from tests.journeys.test_money_elsewhere import canada, taxed  # noqa: F401  a fixture
from tests.journeys.test_two_people import bookkeeper, own_lines
from tests.on_postgres import only_from_outside, run_on_postgres

JUNE = dt.date(2026, 6, 1)


@pytest.fixture
def client(shop: Shop) -> Client:
    client = Client()
    client.force_login(builders.member(shop.organization, Role.OWNER))
    return client


def compare(client: Client) -> TieOut:
    """Choose June on the page and press the button; the worker does its part."""
    page = client.get("/quickbooks/tie-out/").content.decode()
    assert f'<option value="{JUNE}"' in page
    answer = client.post("/quickbooks/tie-out/", {"month": str(JUNE)})
    made = TieOut.objects.latest("id")
    assert answer["Location"] == f"/quickbooks/tie-out/{made.pk}/"
    assert "are being read" in client.get(answer["Location"]).content.decode()
    make_tie_out(made.pk)
    made.refresh_from_db()
    return made


def month_of(shop: Shop, count: int) -> list[Invoice]:
    """Invoices of June, all in the books."""
    customer = builders.customer(shop.organization, "M. Okafor")
    made = [shop.invoice(customer=customer, invoice_date=JUNE.replace(day=number + 1)) for number in range(count)]
    shop.drain()
    shop.assert_in_books(*made)
    return made


def test_without_a_connection_it_says_who_connects_it(shop: Shop, client: Client) -> None:
    month_of(shop, 1)
    disconnect(shop.connection, at=timezone.now())
    made = compare(client)
    assert made.problem == (
        "QuickBooks is not connected. The shop's QuickBooks admin connects it under Settings → QuickBooks → Status."
    )
    assert made.problem in client.get(f"/quickbooks/tie-out/{made.pk}/").content.decode().replace("&#x27;", "'")


def test_a_month_that_agrees_says_so_with_counts_and_money(shop: Shop, client: Client) -> None:
    month_of(shop, 3)
    july = shop.settled_invoice(invoice_date=dt.date(2026, 7, 1))
    shop.books.do("add_invoice", amount="55", date="2026-06-09")
    made = compare(client)
    assert made.agrees, (made.problem, made.content)
    lines = {line["what"]: line for line in made.content["lines"]}
    assert (lines["Invoices"]["count_there"], lines["Invoices"]["money_there"]) == (3, "324.00")
    assert (lines["Sales tax: California"]["money_here"], lines["Sales tax: California"]["money_there"]) == (
        "24.00",
        "24.00",
    )
    assert made.content["beside"] == {"count": 1, "money": "55.00"}
    page = client.get(f"/quickbooks/tie-out/{made.pk}/").content.decode()
    assert "June 2026 agrees with QuickBooks to the cent." in page
    assert "3 · $324.00" in page
    assert "1 invoice of this month that was not made by Run a Call ($55.00)" in page
    assert made.fingerprint in page
    assert july.number not in page
    # The same books have the same fingerprint, and a changed version there another one.
    assert compare(client).fingerprint == made.fingerprint
    first = Invoice.objects.filter(invoice_date=JUNE).get()
    bookkeeper(shop, first, PrivateNote=f"{shop.there(first)['PrivateNote']}\nHers")
    assert compare(client).fingerprint != made.fingerprint


@pytest.mark.parametrize(
    ("kept", "said"),
    [("1350.00; -7.25", "$1,350.00; −$7.25"), ("2026-06-28; 1001; Akron", "2026-06-28; 1001; Akron"), ("", "")],
)
def test_amounts_are_read_with_their_sign(kept: str, said: str) -> None:
    assert as_dollars(kept) == said


def test_after_the_bookkeeper_changed_twelve_things_exactly_these_are_named(shop: Shop, client: Client) -> None:
    month = month_of(shop, 15)
    other = shop.books.do("add_customer", name="Somebody Else")["row"]["Id"]
    for invoice in month[:2]:
        there = shop.there(invoice)
        (line,) = own_lines(there)
        line |= {"Amount": 90, "SalesItemLineDetail": line["SalesItemLineDetail"] | {"UnitPrice": 90}}
        bookkeeper(shop, invoice, Line=there["Line"])
    bookkeeper(shop, month[2], TxnDate="2026-06-28")
    bookkeeper(shop, month[3], TxnDate="2026-05-31")
    bookkeeper(shop, month[4], CustomerRef={"value": other})
    bookkeeper(shop, month[5], DocNumber="X-1")
    bookkeeper(shop, month[6], TxnTaxDetail=shop.there(month[6])["TxnTaxDetail"] | {"TotalTax": 7})
    for invoice in month[7:9]:
        there = shop.there(invoice)
        shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="void")
    for invoice in month[9:11]:
        shop.books.delete("Invoice", shop.there(invoice))
    shop.pay_there(month[11], amount=8)
    made = compare(client)
    named = {gap["record_id"]: gap for gap in made.content["differences"]}
    assert sorted(named) == [invoice.pk for invoice in month[:12]], made.content
    assert len(made.content["differences"]) == 12
    assert not made.agrees
    whats = [named[invoice.pk]["what"] for invoice in month[:12]]
    assert [what.split(", ")[0] for what in whats] == [
        *("total", "total", "date", "date", "customer", "number", "total", "void", "void"),
        *("not in QuickBooks", "not in QuickBooks", "balance"),
    ]
    reasons = [named[invoice.pk]["reason"] for invoice in month[:12]]
    assert reasons == [
        *["Changed in QuickBooks after it was sent"] * 7,
        *["Voided in QuickBooks after it was sent"] * 2,
        *["Deleted in QuickBooks after it was sent"] * 2,
        "Other payments in QuickBooks than in Run a Call",
    ]
    lines = {line["what"]: line["agrees"] for line in made.content["lines"]}
    assert not lines["Invoices"]
    assert not lines["Sales tax: California"]
    assert not lines["Paid on these invoices"]
    page = client.get(f"/quickbooks/tie-out/{made.pk}/").content.decode()
    assert "12 differences between Run a Call and QuickBooks." in page
    text = client.get(f"/quickbooks/tie-out/{made.pk}.csv").content.decode()
    assert all(f"Invoice #{invoice.number}" in text for invoice in month[:12])
    assert not any(f"Invoice #{invoice.number}," in text for invoice in month[12:])
    assert made.fingerprint in text


def test_after_the_bookkeeper_changed_payments_exactly_these_are_named(shop: Shop, client: Client) -> None:
    """Each once: a balance that differs because of a named payment is not named beside it."""
    month = month_of(shop, 9)
    received = [builders.payment(one, at=timezone.now(), received_date=one.invoice_date) for one in month[:7]]
    received.append(builders.payment(month[7], "30", at=timezone.now(), received_date=JUNE.replace(day=20)))
    shop.drain()
    made = compare(client)
    assert made.agrees, made.content
    lines = {line["what"]: line for line in made.content["lines"]}
    paid = lines["Payments received"]
    assert (paid["count_here"], paid["count_there"], paid["money_here"], paid["money_there"]) == (
        *(8, 8),
        *("786.00", "786.00"),
    )

    there = [shop.books.row("Payment", shop.qbo_id(one)) for one in received]
    shop.books.delete("Payment", there[0])
    shop.books.post("payment", {"Id": there[1]["Id"], "SyncToken": there[1]["SyncToken"]}, operation="void")
    her_payment(shop, there[2], TotalAmt=150)
    her_payment(shop, there[3], TxnDate="2026-06-29")
    her_payment(shop, there[4], TxnDate="2026-07-02")
    her_payment(shop, there[5], Line=[])
    shop.pay_there(month[8], amount=8)
    made = compare(client)
    named = {(gap["record_type"], gap["record_id"]): gap for gap in made.content["differences"]}
    assert sorted(named) == sorted([("invoice", month[8].pk), *(("payment", one.pk) for one in received[:6])]), (
        made.content
    )
    whats = [named["payment", one.pk]["what"] for one in received[:6]]
    assert whats == ["not in QuickBooks", "void", "amount", "date", "date", "invoices"]
    assert all("/app/recvpayment" in named["payment", one.pk]["url"] for one in received[1:6])
    page = client.get(f"/quickbooks/tie-out/{made.pk}/").content.decode()
    assert "7 differences between Run a Call and QuickBooks." in page
    assert f"Payment on #{month[0].number}" in page
    text = client.get(f"/quickbooks/tie-out/{made.pk}.csv").content.decode()
    assert all(f"Payment on #{invoice.number}" in text for invoice in month[:5])


def test_what_was_moved_to_another_customer_of_the_same_name_is_named(shop: Shop, client: Client) -> None:
    """An invoice and a payment, on the tie-out and in what `reconcile` says."""
    month = month_of(shop, 2)
    payment = builders.payment(month[1], at=timezone.now(), received_date=month[1].invoice_date)
    shop.drain()
    invoice, received = shop.there(month[0]), shop.books.row("Payment", shop.qbo_id(payment))
    name, ours = "M. Okafor", invoice["CustomerRef"]["value"]
    shop.books.post("customer", {**shop.books.row("Customer", ours), "DisplayName": "The other family"})
    theirs = shop.books.post("customer", {"DisplayName": name})["Customer"]["Id"]
    shop.books.post("invoice", {**invoice, "CustomerRef": {"value": theirs}})
    her_payment(shop, received, Line=[])
    her_payment(shop, shop.books.row("Payment", received["Id"]), CustomerRef={"value": theirs})
    told = (f"{name} (Id {ours})", f"{name} (Id {theirs})")
    made = compare(client)
    named = [gap for gap in made.content["differences"] if "customer" in gap["what"]]
    assert [(gap["record_type"], gap["record_id"]) for gap in named] == [
        ("invoice", month[0].pk),
        ("payment", payment.pk),
    ], made.content["differences"]
    assert all(side in gap["here"] + gap["there"] for gap in named for side in told), named
    found = shop.compared()
    assert [one.fields["customer"] for one in (*found.different, *found.payments.different)] == [told, told]


def test_outside_the_us_tax_is_told_by_the_rates_of_its_codes(canada: Shop) -> None:  # noqa: F811
    """There no code says the tax of an invoice: each rate has a line of its own."""
    gst = builders.rate(canada.organization, "GST", "5")
    canada.map_tax(gst, code="3")
    both = [taxed(canada, "60.00", canada.rate), taxed(canada, "30.00", gst)]
    first = canada.invoice(lines=both, invoice_date=JUNE)
    canada.invoice(invoice_date=JUNE, customer=first.customer)
    canada.drain()
    owner = Client()
    owner.force_login(builders.member(canada.organization, Role.OWNER))
    made = compare(owner)
    assert made.agrees, made.content
    taxes = {
        line["what"]: (line["count_here"], line["money_here"], line["money_there"])
        for line in made.content["lines"]
        if line["what"].startswith("Sales tax: ")
    }
    assert sorted(taxes.values()) == [(1, "1.50", "1.50"), (2, "20.80", "20.80")], taxes
    assert [what[:14] for what in sorted(taxes)] == ["Sales tax: GST", "Sales tax: HST"]
    canada.books.delete("Invoice", canada.there(first))
    lines = {line["what"]: line["agrees"] for line in compare(owner).content["lines"]}
    assert not any(agrees for what, agrees in lines.items() if what.startswith("Sales tax: "))


@pytest.fixture
def charged(shop: Shop) -> tuple[list[Invoice], dict[str, str]]:
    """Four invoices of June with a tip, two also with a card fee; and the Ids of products there, by name."""
    shop.settled_invoice(invoice_date=dt.date(2026, 5, 1))
    ids = {
        name: shop.books.do("add_item", name=name, price=0, income_account="1")["row"]["Id"]
        for name in ("Gratuity", "Surcharges", "Other income")
    }
    shop.read_lists("Item")
    tip, fee = (
        builders.item(shop.organization, name, kind=kind) for name, kind in (("Tip", "tip"), ("Fee", "card_fee"))
    )
    made = []
    for number in range(4):
        lines = [builders.line(item=shop.item("Labor"), rates=[shop.rate]), builders.line(item=tip, unit_price="20.00")]
        lines += [builders.line(item=fee, unit_price="3.00")] if number < 2 else []
        made.append(shop.invoice(lines=lines, invoice_date=JUNE.replace(day=number + 1)))
        if number == 0:
            # The first went under the products of their names; this choice moves nothing.
            shop.drain()
            shop.choose(tip_item_id=ids["Gratuity"], card_fee_item_id=ids["Surcharges"])
    shop.drain()
    shop.assert_in_books(*made)
    return made, ids


def charge_lines(made: TieOut) -> dict[str, tuple[object, ...]]:
    cells = ("count_here", "count_there", "money_here", "money_there", "agrees")
    lines = {line["what"]: tuple(line[cell] for cell in cells) for line in made.content["lines"]}
    return {what: lines[what] for what in ("Tips", "Card fees")}


def move(shop: Shop, invoice: Invoice, position: int, product: str) -> None:
    there = shop.there(invoice)
    line = own_lines(there)[position]
    line["SalesItemLineDetail"] |= {"ItemRef": {"value": product}}
    bookkeeper(shop, invoice, Line=there["Line"])


def test_tips_and_card_fees_have_lines_of_their_own(
    shop: Shop, client: Client, charged: tuple[list[Invoice], dict[str, str]]
) -> None:
    """Whichever product each was booked under when it went; lines beside them under the same product are not theirs."""
    made = compare(client)
    assert made.agrees, made.content
    assert charge_lines(made) == {"Tips": (4, 4, "80.00", "80.00", True), "Card fees": (2, 2, "6.00", "6.00", True)}
    page = client.get(f"/quickbooks/tie-out/{made.pk}/").content.decode()
    assert '<th scope="row">Tips</th>' in page
    # Labor goes under the product that is chosen for tips by now.
    labor = own_lines(shop.there(charged[0][1]))[0]["SalesItemLineDetail"]["ItemRef"]["value"]
    shop.choose(tip_item_id=labor)
    change = ("Product for tips", "Gratuity", "Labor")
    SettingChange.note(shop.connection, "payments", [change], at=timezone.now(), by=None)
    assert charge_lines(compare(client))["Tips"] == (4, 4, "80.00", "80.00", True)


def test_a_tip_that_was_booked_elsewhere_there_is_named(
    shop: Shop, client: Client, charged: tuple[list[Invoice], dict[str, str]]
) -> None:
    """Total and tax are the same, so nothing else would say it, whether the change was read before or not."""
    invoices, ids = charged
    move(shop, invoices[1], 1, ids["Other income"])
    shop.hear()
    move(shop, invoices[2], 1, ids["Other income"])
    shop.books.delete("Invoice", shop.there(invoices[3]))
    made = compare(client)
    assert charge_lines(made)["Tips"] == (4, 1, "80.00", "20.00", False)
    assert charge_lines(made)["Card fees"][-1] is True
    named = {gap["record_id"]: gap for gap in made.content["differences"]}
    assert sorted(named) == [one.pk for one in invoices[1:]]
    assert len(made.content["differences"]) == 3
    gap = named[invoices[1].pk]
    assert (gap["what"], gap["here"], gap["there"]) == ("tips", "20.00", "0.00")
    assert gap["reason"] == "Booked under another product in QuickBooks"
    assert "/app/invoice" in gap["url"]
    assert named[invoices[3].pk]["what"] == "not in QuickBooks"
    page = client.get(f"/quickbooks/tie-out/{made.pk}/").content.decode()
    assert "3 differences between Run a Call and QuickBooks." in page
    assert "Booked under another product in QuickBooks" in page


def her_payment(shop: Shop, row: dict[str, Any], **fields: Any) -> None:
    kept = {key: row[key] for key in ("Id", "SyncToken", "CustomerRef", "TotalAmt")}
    shop.books.post("payment", {**kept, "sparse": True, **fields})


def test_what_was_accepted_is_named_with_who_accepted_it(shop: Shop, client: Client) -> None:
    (invoice,) = month_of(shop, 1)
    there = shop.there(invoice)
    (line,) = own_lines(there)
    line |= {"Amount": 90, "SalesItemLineDetail": line["SalesItemLineDetail"] | {"UnitPrice": 90}}
    bookkeeper(shop, invoice, Line=there["Line"])
    shop.hear()
    person = builders.member(shop.organization, Role.ADMIN)
    deciding.keep_quickbooks(shop.failed(), by=person, at=timezone.now())
    made = compare(client)
    (gap,) = made.content["differences"]
    assert (gap["kind"], gap["accepted_by"]) == ("accepted", str(person))
    assert (made.agrees, made.content["open"]) == (False, 0)
    page = client.get(f"/quickbooks/tie-out/{made.pk}/").content.decode()
    assert "No open difference; 1 is accepted or only rounding." in page
    assert Decimal(made.content["lines"][0]["money_here"]) == Decimal("108.00")


def test_past_ones_stay_as_they_were_read_and_failures_say_why(shop: Shop, client: Client) -> None:
    month = month_of(shop, 1)
    first = compare(client)
    shop.books.delete("Invoice", shop.there(month[0]))
    second = compare(client)
    first.refresh_from_db()
    assert (first.agrees, second.agrees) == (True, False)
    shop.books.do("expire_token")
    shop.connection.refresh_from_db()
    shop.connection.access_expires_at = timezone.now() - dt.timedelta(hours=2)
    shop.connection.save()
    third = compare(client)
    assert third.problem
    assert "QuickBooks could not be read" in client.get(f"/quickbooks/tie-out/{third.pk}/").content.decode()
    page = client.get("/quickbooks/tie-out/").content.decode()
    assert page.count("June 2026</a>") == 3
    assert "Agrees to the cent" in page


def test_another_shop_and_a_dispatcher_see_none_of_it(shop: Shop, client: Client) -> None:
    month_of(shop, 1)
    made = compare(client)
    stranger: Any = builders.member(builders.organization(), Role.OWNER)
    client.force_login(stranger)
    for path in (f"/quickbooks/tie-out/{made.pk}/", f"/quickbooks/tie-out/{made.pk}.csv"):
        assert client.get(path).status_code == 404
    client.force_login(builders.member(shop.organization, Role.DISPATCHER))
    assert client.get("/quickbooks/tie-out/").status_code == 403


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(900)
@only_from_outside
def test_the_same_on_postgresql() -> None:
    run_on_postgres(__file__, timeout=850)
