"""What happens in QuickBooks comes back: rows of their own, with a choice where a person is needed, and no echo."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from qbo.models import Lease, Link, ListEntry, ListState
from runacall.invoices.models import Customer, Invoice, Payment
from sync.inbound import listening
from sync.inbound.listening import compare_last_day, due_for_comparison
from sync.log.rows import log_row
from sync.models import ChangeCursor, Notice, SyncEvent
from sync.models.events import Direction
from sync.operations import deciding, dismissing, retrying
from sync.tasks import compare_last_day as compare_last_day_in
from sync.tasks import read_changes
from tests import builders
from tests.books import Shop
from tests.journeys.test_two_people import HER_DUE_DATE, bookkeeper, own_lines


def void_there(shop: Shop, invoice: Invoice) -> None:
    there = shop.there(invoice)
    shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="void")


def told(shop: Shop, record: Any) -> tuple[str, str, str]:
    event = shop.event(record)
    return event.direction, event.state, event.failure_code or event.message


def writes(shop: Shop) -> int:
    return shop.books.writes()


def test_our_own_writes_are_no_news(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    before = list(SyncEvent.objects.values_list("pk", "state", "changed_at"))
    heard = shop.hear()
    assert heard is not None
    assert heard.changes.count
    assert not heard.came
    assert list(SyncEvent.objects.values_list("pk", "state", "changed_at")) == before
    shop.assert_in_books(invoice)


def test_a_void_there_is_a_row_with_two_ways_out(shop: Shop) -> None:
    here_too, again = shop.settled_invoice(), shop.settled_invoice()
    for invoice in (here_too, again):
        void_there(shop, invoice)
    shop.hear()
    for invoice in (here_too, again):
        assert told(shop, invoice) == (Direction.IN, "failed", "voided_in_quickbooks")
    assert "here it is still open" in shop.event(again).message
    assert [one.name for one in _offered(shop.event(again))] == ["retry", "void_here_too", "send_as_new", "dismiss"]
    sent = writes(shop)
    deciding.void_here_too(shop.log().filter(pk=shop.event(here_too).pk), by=None, at=timezone.now())
    shop.drain()
    here_too.refresh_from_db()
    assert here_too.status == Invoice.Status.VOID
    assert shop.event(here_too).state == "synced"
    assert writes(shop) == sent
    again.edit(number=f"{again.number}-B", at=timezone.now())
    shop.drain()
    deciding.send_as_new(shop.log().filter(pk=shop.event(again).pk), by=None, at=timezone.now())
    shop.drain()
    assert shop.event(again).state == "synced", shop.event(again).message
    assert shop.reconciles()


def test_a_retry_of_what_was_voided_there_does_not_call_it_synced(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    void_there(shop, invoice)
    shop.hear()
    retrying.retry(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert shop.event(invoice).failure_code == "voided_in_quickbooks"


def test_a_deletion_there_is_a_row_and_nothing_rises_from_the_dead_by_itself(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.books.delete("Invoice", shop.there(invoice))
    shop.hear()
    assert told(shop, invoice) == (Direction.IN, "failed", "record_deleted_there")
    sent = writes(shop)
    shop.drain()
    assert writes(shop) == sent
    retrying.retry(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)


def test_what_was_deleted_there_can_be_voided_here_too(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.books.delete("Invoice", shop.there(invoice))
    shop.hear()
    deciding.void_here_too(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    invoice.refresh_from_db()
    assert (invoice.status, shop.event(invoice).state) == (Invoice.Status.VOID, "synced")
    assert shop.books.invoices() == []


def test_other_money_there_is_a_difference_with_both_values_and_a_choice(shop: Shop) -> None:
    kept, ours = shop.settled_invoice(), shop.settled_invoice()
    for invoice in (kept, ours):
        there = shop.there(invoice)
        (line,) = own_lines(there)
        line |= {"Amount": 90, "SalesItemLineDetail": line["SalesItemLineDetail"] | {"UnitPrice": 90}}
        bookkeeper(shop, invoice, Line=there["Line"], TxnTaxDetail=there["TxnTaxDetail"] | {"TotalTax": 7.2})
    shop.hear()
    event = shop.event(kept)
    assert (event.direction, event.state, event.failure_code) == (Direction.IN, "failed", "edited_in_quickbooks")
    sides = {side["field"]: (side["was"], side["ours"], side["theirs"]) for side in event.facts["sides"]}
    assert sides["total"] == ("108.00", "108.00", "97.20")
    assert sides["tax"] == ("8.00", "8.00", "7.20")
    assert "line 1" in sides
    deciding.keep_quickbooks(shop.log().filter(pk=event.pk), by=None, at=timezone.now())
    deciding.send_ours(shop.log().filter(pk=shop.event(ours).pk), by=None, at=timezone.now())
    shop.drain()
    assert Decimal(str(shop.there(kept)["TotalAmt"])) == Decimal("97.2")
    assert Decimal(str(shop.there(ours)["TotalAmt"])) == Decimal(108)
    assert [shop.event(one).state for one in (kept, ours)] == ["synced", "synced"]
    assert [one.invoice.id for one in shop.compared().accepted] == [kept.pk]
    # Neither comes back as news.
    shop.hear()
    assert not shop.failed()


def test_a_due_date_there_is_a_remark_and_ours_still_goes_when_it_changes_here(shop: Shop) -> None:
    invoice = shop.settled_invoice(due_date=builders.today() + timedelta(days=30))
    bookkeeper(shop, invoice, DueDate=HER_DUE_DATE)
    shop.hear()
    direction, state, message = told(shop, invoice)
    assert (direction, state) == (Direction.IN, "synced")
    assert "due date" in message
    assert HER_DUE_DATE in message
    sent = writes(shop)
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    # With the token that came in: one write, and no stale object before it.
    assert writes(shop) == sent + 1
    assert shop.there(invoice)["DueDate"] == HER_DUE_DATE
    assert shop.event(invoice).state == "synced"


def test_what_is_the_bookkeepers_makes_no_row(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    for line in own_lines(there):
        line["SalesItemLineDetail"] |= {"ServiceDate": "2026-06-01"}
    bookkeeper(shop, invoice, Line=there["Line"], PrivateNote=f"{there['PrivateNote']}\nCalled on Monday.")
    rows = SyncEvent.objects.count()
    heard = shop.hear()
    assert heard is not None
    assert heard.came == {"invoices": 1}
    assert SyncEvent.objects.count() == rows
    shop.assert_in_books(invoice)


def test_a_change_taken_back_there_clears_its_row(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    bookkeeper(shop, invoice, TxnDate="2026-01-05")
    shop.hear()
    assert shop.event(invoice).failure_code == "edited_in_quickbooks"
    bookkeeper(shop, invoice, TxnDate=there["TxnDate"])
    shop.hear()
    assert told(shop, invoice) == (Direction.IN, "synced", "Changed back in QuickBooks: it agrees again")
    shop.assert_in_books(invoice)


def test_the_same_field_changed_here_and_there_stops_without_a_stale_write(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    bookkeeper(shop, invoice, TxnDate="2026-01-05")
    invoice.edit(invoice_date=invoice.invoice_date + timedelta(days=1), at=timezone.now())
    sent = writes(shop)
    shop.hear()
    shop.drain()
    assert writes(shop) == sent
    event = shop.event(invoice)
    assert (event.direction, event.failure_code) == (Direction.OUT, "changed_in_quickbooks")


def test_a_conflict_that_the_bookkeeper_takes_back_goes_by_itself(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    bookkeeper(shop, invoice, TxnDate="2026-01-05")
    invoice.edit(invoice_date=invoice.invoice_date + timedelta(days=1), at=timezone.now())
    shop.drain()
    assert shop.event(invoice).failure_code == "changed_in_quickbooks"
    bookkeeper(shop, invoice, TxnDate=there["TxnDate"])
    shop.hear()
    shop.drain()
    shop.assert_in_books(invoice)


def test_a_retry_leaves_alone_what_a_person_decides(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    bookkeeper(shop, invoice, TxnDate="2026-01-05")
    shop.hear()
    report = retrying.retry(shop.failed(), by=None, at=timezone.now())
    assert report.done == 0
    assert report.left == {"changed in QuickBooks: open them and decide": 1}
    assert shop.event(invoice).failure_code == "edited_in_quickbooks"


def test_a_line_of_hers_can_be_kept_and_not_sent_over(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    (line,) = own_lines(there)
    hers = {key: value for key, value in line.items() if key not in ("Id", "LineNum")} | {"Description": "Permit"}
    bookkeeper(shop, invoice, Line=[line, hers])
    shop.hear()
    event = shop.event(invoice)
    assert [side["field"] for side in event.facts["sides"]] == ["total"]
    assert [one.name for one in _offered(event)] == ["keep_quickbooks", "dismiss"]


def test_a_gap_that_change_data_does_not_reach_is_closed_by_reading_everything(shop: Shop) -> None:
    gone, edited, quiet = shop.settled_invoice(), shop.settled_invoice(), shop.settled_invoice()
    shop.hear()
    ChangeCursor.objects.update(since=timezone.now() - timedelta(days=40))
    shop.books.delete("Invoice", shop.there(gone))
    bookkeeper(shop, edited, TxnDate="2026-01-05")
    heard = shop.hear()
    assert heard is not None
    assert heard.changes.whole == {"Customer", "Invoice", "Payment"}
    assert [shop.event(one).failure_code for one in (gone, edited, quiet)] == [
        "record_deleted_there",
        "edited_in_quickbooks",
        "",
    ]
    since = ChangeCursor.objects.get().since
    assert since is not None
    assert since > timezone.now() - timedelta(days=1)


def test_too_many_invoices_have_no_list_read_again_and_hide_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, edited, quiet = shop.settled_invoice(), shop.settled_invoice(), shop.settled_invoice()
    payment = builders.payment(quiet, "1.00")
    shop.drain()
    # The company itself is made at this moment.
    shop.books.do("advance_clock", seconds=300)
    shop.hear()
    wanted = dict(ListState.objects.values_list("name", "wanted_at"))
    shop.books.delete("Invoice", shop.there(gone))
    for invoice in (edited, quiet):
        bookkeeper(shop, invoice, **({"TxnDate": "2026-01-05"} if invoice is edited else {"PrivateNote": "Seen"}))
    shop.books.post(
        "item", {**shop.books.row("Item", Link.objects.get(record_type="item").qbo_id), "Description": "Hers"}
    )
    shop.books.delete("Payment", shop.books.row("Payment", shop.qbo_id(payment)))
    monkeypatch.setattr("qbo.connection.changes.MOST_OBJECTS", 5)
    before = shop.books.metered()
    heard = shop.hear()
    assert heard is not None
    # Change data twice, then the invoices by query.
    assert shop.books.metered() - before == 3
    assert heard.changes.whole == {"Invoice"}
    assert [shop.event(one).failure_code for one in (gone, edited, quiet, payment)] == [
        "record_deleted_there",
        "edited_in_quickbooks",
        "",
        "record_deleted_there",
    ]
    assert heard.lists == {"Item"}
    assert dict(ListState.objects.values_list("name", "wanted_at")) == wanted


def test_too_much_of_two_kinds_has_everything_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.books.do("advance_clock", seconds=300)
    shop.hear()
    for name in ("Ann Doe", "Ben Doe"):
        shop.settled_invoice(customer=builders.customer(shop.organization, name))
    monkeypatch.setattr("qbo.connection.changes.MOST_OBJECTS", 2)
    heard = shop.hear()
    assert heard is not None
    assert heard.changes.whole == {"Customer", "Invoice", "Payment"}
    assert not ListState.objects.filter(name="Item", wanted_at=None).exists()


def test_too_many_invoices_and_a_row_that_quickbooks_cannot_read_stop_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives up at the thousandth invoice, and comes to the row only when the others are asked for."""
    edited = shop.settled_invoice()
    shop.books.do("advance_clock", seconds=300)
    shop.hear()
    bookkeeper(shop, edited, TxnDate="2026-01-05")
    broken = shop.books.row("Customer", Link.objects.get(record_type="customer").qbo_id)
    monkeypatch.setattr("qbo.connection.changes.MOST_OBJECTS", 1)
    several = listening.read_changes

    def others_fail(client: Any, entities: Any, **how: Any) -> Any:
        if "Invoice" not in entities:
            shop.books.post("customer", {**broken, "Notes": "hers"})
            shop.books.do("break_row", entity="Customer", id=broken["Id"])
        return several(client, entities, **how)

    monkeypatch.setattr(listening, "read_changes", others_fail)
    heard = shop.hear()
    assert heard is not None
    assert heard.changes.whole == {"Invoice", "Payment"}
    assert shop.event(edited).failure_code == "edited_in_quickbooks"


def test_a_drain_that_a_reading_kept_waiting_is_asked_for_when_it_ends(
    shop: Shop, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as nothing_due:
        read_changes(shop.connection.pk)
    assert not nothing_due
    shop.invoice()
    for reading in (read_changes, compare_last_day_in):
        OrmQ.objects.all().delete()
        Lease.objects.update(woken_at=None)
        with django_capture_on_commit_callbacks(execute=True):
            reading(shop.connection.pk)
        assert [task.func() for task in OrmQ.objects.all()] == ["sync.tasks.drain_connection"]


def test_a_row_that_quickbooks_cannot_read_hides_no_other_and_is_not_called_deleted(shop: Shop) -> None:
    broken, edited = shop.settled_invoice(), shop.settled_invoice()
    shop.hear()
    bookkeeper(shop, edited, TxnDate="2026-01-05")
    bookkeeper(shop, broken, TxnDate="2026-01-05")
    shop.books.do("break_row", entity="Invoice", id=shop.qbo_id(broken))
    shop.hear()
    assert shop.event(edited).failure_code == "edited_in_quickbooks"
    assert Link.objects.get(record_type="invoice", record_id=broken.pk).active


def test_a_quiet_day_costs_one_metered_read_every_quarter_of_an_hour(shop: Shop) -> None:
    shop.settled_invoice()
    now = timezone.now()
    shop.hear(now)
    before = shop.books.metered()
    for minute in range(1, 121):
        shop.hear(now + timedelta(minutes=minute), sooner=False)
    assert shop.books.metered() - before == 8


def test_nothing_is_read_of_a_company_that_is_paused_or_gone(shop: Shop) -> None:
    shop.connection.pause("token_expired", at=timezone.now())
    before = shop.books.metered()
    assert shop.hear() is None
    assert shop.books.metered() == before


def _offered(event: SyncEvent) -> Any:
    from sync.actions import offered

    return offered(event, at=timezone.now())


def test_the_bookkeepers_own_invoices_are_none_of_ours(shop: Shop) -> None:
    shop.books.do("add_invoice", amount="55")
    rows = SyncEvent.objects.count()
    shop.hear()
    assert SyncEvent.objects.count() == rows


def customer_there(shop: Shop, customer: Customer, **fields: Any) -> dict[str, Any]:
    """The bookkeeper edits the customer in QuickBooks."""
    row = shop.books.row("Customer", shop.qbo_id(customer))
    shop.books.post("customer", {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, **fields})
    return shop.books.row("Customer", row["Id"])


def test_an_edit_of_a_customer_there_is_taken_over_and_not_sent_back(shop: Shop) -> None:
    customer = shop.settled_invoice(customer=builders.customer(shop.organization, "M. Okafor")).customer
    customer_there(
        shop,
        customer,
        DisplayName="Mary Okafor",
        PrimaryEmailAddr={"Address": "mary@example.com"},
        PrimaryPhone={"FreeFormNumber": "555-0101"},
        BillAddr={"Line1": "1 Elm St", "City": "Akron", "CountrySubDivisionCode": "OH", "PostalCode": "44301"},
    )
    calls = shop.books.calls()
    shop.hear()
    shop.drain()
    customer.refresh_from_db()
    assert (customer.name, customer.email, customer.phone) == ("Mary Okafor", "mary@example.com", "555-0101")
    assert (customer.billing_line1, customer.billing_state) == ("1 Elm St", "OH")
    event = shop.event(customer)
    assert (event.direction, event.state) == (Direction.IN, "synced")
    assert "name 'M. Okafor' → 'Mary Okafor'" in event.message
    # The reading, and no write of ours.
    assert shop.books.calls() == calls + 1
    customer.edit(phone="555-0102", at=timezone.now())
    shop.drain()
    assert shop.books.row("Customer", shop.qbo_id(customer))["PrimaryPhone"]["FreeFormNumber"] == "555-0102"
    assert shop.event(customer).state == "synced"


def test_with_customer_updates_off_an_edit_there_changes_nothing_here(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    shop.choose(sync_customer_updates=False)
    customer_there(shop, customer, DisplayName="Mary Okafor")
    rows = SyncEvent.objects.count()
    shop.hear()
    customer.refresh_from_db()
    assert customer.name == "M. Okafor"
    assert SyncEvent.objects.count() == rows


def test_an_edit_there_that_we_cannot_take_over_is_said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = shop.settled_invoice().customer
    customer_there(shop, customer, PrimaryEmailAddr={"Address": "mary@example.com"})
    monkeypatch.setattr("runacall.invoices.models.customers.are_addresses", lambda value: False)
    shop.hear()
    customer.refresh_from_db()
    assert customer.email == ""
    assert "Run a Call keeps its own: " in shop.event(customer).message


def test_the_same_field_of_a_customer_changed_on_both_sides_waits_for_a_person(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    customer_there(shop, customer, DisplayName="Mary Okafor")
    customer.edit(name="Marie Okafor", at=timezone.now())
    shop.hear()
    shop.drain()
    assert shop.event(customer).failure_code == "changed_in_quickbooks"
    customer.refresh_from_db()
    assert customer.name == "Marie Okafor"


@pytest.mark.parametrize("with_notice", [True, False])
def test_a_merge_there_is_followed_and_its_invoices_still_agree(shop: Shop, with_notice: bool) -> None:
    invoices = [shop.settled_invoice(customer=builders.customer(shop.organization, "M. Okafor")) for _ in range(1)]
    (invoice,) = invoices
    survivor = shop.books.do("add_customer", name="Okafor Family")["row"]["Id"]
    loser = shop.qbo_id(invoice.customer)
    shop.hear()
    shop.books.do("merge_customers", loser={"id": loser}, survivor={"id": survivor})
    if with_notice:
        Notice.objects.create(
            connection=shop.connection,
            realm_id=shop.connection.realm_id,
            entity="Customer",
            qbo_id=survivor,
            merged_id=loser,
            key="1",
            received_at=timezone.now(),
        )
    shop.hear()
    assert shop.qbo_id(invoice.customer) == survivor
    assert (
        shop.event(invoice.customer).message == f"Merged in QuickBooks: Id {loser} is now Okafor Family, Id {survivor}."
    )
    assert not shop.failed()
    sent = len(shop.books.rows("Customer"))
    second = shop.invoice(customer=invoice.customer)
    shop.drain()
    assert shop.event(second).state == "synced"
    assert len(shop.books.rows("Customer")) == sent


def test_a_customer_made_inactive_there_and_active_again_releases_what_waited(shop: Shop) -> None:
    invoice = shop.settled_invoice(customer=builders.customer(shop.organization, "M. Okafor"))
    shop.books.do("deactivate", entity="Customer", id=shop.qbo_id(invoice.customer))
    shop.hear()
    assert "Made inactive in QuickBooks" in shop.event(invoice.customer).message
    assert not Link.objects.get(record_type="customer", record_id=invoice.customer_id).active
    shop.books.do("reactivate", entity="Customer", id=shop.qbo_id(invoice.customer))
    shop.hear()
    assert shop.event(invoice.customer).message == "Active again in QuickBooks"
    assert Link.objects.get(record_type="customer", record_id=invoice.customer_id).active


@pytest.mark.sampled(5)
@pytest.mark.parametrize("is_heard", ["each time", "in the end", "never"])
@pytest.mark.parametrize("moment", ["inactive", "active"])
def test_what_she_changes_as_she_makes_a_customer_active_again_stays(shop: Shop, moment: str, is_heard: str) -> None:
    """The same field was changed here before: a person decides, whichever act of hers changed it."""
    customer = shop.settled_invoice(customer=builders.customer(shop.organization, "M. Okafor")).customer
    hers = {"PrimaryPhone": {"FreeFormNumber": "555-0199"}}
    customer.edit(phone="555-0100", at=timezone.now())
    customer_there(shop, customer, Active=False, **(hers if moment == "inactive" else {}))
    if is_heard == "each time":
        shop.hear()
    elif is_heard == "never":
        # As when a drain found it inactive.
        Link.objects.filter(record_type="customer", record_id=customer.pk).update(active=False)
    customer_there(shop, customer, Active=True, DisplayName="M. Okafor", **(hers if moment == "active" else {}))
    if is_heard != "never":
        shop.hear()
    shop.drain()
    assert [(one.record_type, one.failure_code) for one in shop.failed()] == [("customer", "changed_in_quickbooks")]
    assert shop.books.row("Customer", shop.qbo_id(customer))["PrimaryPhone"] == hers["PrimaryPhone"]


def test_her_changes_to_a_customer_that_is_active_again_are_taken_over(shop: Shop) -> None:
    customer = shop.settled_invoice(customer=builders.customer(shop.organization, "M. Okafor")).customer
    customer_there(shop, customer, Active=False)
    shop.hear()
    customer_there(shop, customer, Active=True, DisplayName="M. Okafor", PrimaryPhone={"FreeFormNumber": "555-0199"})
    shop.hear()
    customer.refresh_from_db()
    assert customer.phone == "555-0199"
    shop.drain()
    assert not shop.failed()


def test_lists_that_changed_there_are_up_to_date_here(shop: Shop) -> None:
    shop.hear()
    account = shop.books.do("add_account", name="Heat pumps")["row"]
    item = shop.books.do("add_item", name="Blower motor", price="120")["row"]
    shop.hear()
    named = ListEntry.objects.filter(connection=shop.connection, qbo_id__in=[account["Id"], item["Id"]])
    assert set(named.values_list("entity", "name")) >= {("Account", "Heat pumps"), ("Item", "Blower motor")}


def test_a_product_made_active_again_there_lets_its_invoices_go(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    product = Link.objects.get(record_type="item").qbo_id
    shop.hear()
    shop.books.do("deactivate", entity="Item", id=product)
    shop.hear()
    waiting = shop.invoice(customer=invoice.customer)
    shop.drain()
    assert shop.event(waiting).failure_code == "item_inactive"
    shop.books.do("reactivate", entity="Item", id=product)
    shop.hear()
    shop.drain()
    shop.assert_in_books(waiting)


def test_sales_tax_turned_on_there_lets_its_invoices_go_and_no_others(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    shop.books.do("sales_tax", on=False)
    shop.read_lists("Preferences")
    waiting = shop.invoice(customer=customer)
    other = shop.invoice(customer=customer, lines=[builders.line(rates=[shop.rate])])
    shop.choose(one_off_item_id="")
    shop.drain()
    assert shop.event(waiting).failure_code == "tax_not_enabled"
    before = shop.event(other).changed_at
    shop.books.do("sales_tax", on=True)
    shop.read_lists("Preferences")
    shop.drain()
    assert shop.event(waiting).state == "synced", shop.event(waiting).message
    assert (shop.event(other).failure_code, shop.event(other).changed_at > before) == ("one_off_item_missing", True)
    # Reading the same again releases nothing.
    at = shop.event(other).changed_at
    shop.read_lists("Preferences")
    assert shop.event(other).changed_at == at


def test_the_last_day_is_compared_with_the_books_each_night(shop: Shop) -> None:
    """Also what no change data tells: another amount under the SyncToken that we know, and what is simply gone."""
    same, other, gone, old = (shop.settled_invoice() for _ in range(4))
    shop.hear()
    Link.objects.filter(record_type="invoice", record_id=other.pk).update(total=Decimal("99.00"))
    base = Link.objects.get(record_type="invoice", record_id=other.pk)
    base.base = base.base.replace('"TotalAmt":108', '"TotalAmt":99')
    base.save()
    Link.objects.filter(record_type="invoice", record_id=gone.pk).update(qbo_id="99999")
    Link.objects.filter(record_type="invoice", record_id=old.pk).update(
        qbo_id="99998", synced_at=timezone.now() - timedelta(days=3)
    )
    before = shop.books.metered()
    heard = compare_last_day(shop.connection)
    assert heard is not None
    # One reading, and one for what it did not show.
    assert shop.books.metered() == before + 2
    assert shop.event(gone).failure_code == "record_deleted_there"
    assert [shop.event(one).state for one in (same, old)] == ["synced", "synced"]
    shop.hear()
    assert compare_last_day(shop.connection) is not None
    assert shop.failed().count() == 1


def test_payments_of_the_last_day_are_compared_each_night_too(shop: Shop) -> None:
    """Deleted there, gone without a trace, and of another amount under the version that we know."""
    invoices = [shop.settled_invoice() for _ in range(5)]
    same, other, deleted, gone, old = (builders.payment(invoice, "50", at=timezone.now()) for invoice in invoices)
    shop.drain()
    shop.hear()
    links = Link.objects.filter(record_type="payment")
    # No webhook comes, and the reading of changes that would show it never happens.
    shop.books.delete("Payment", shop.books.row("Payment", links.get(record_id=deleted.pk).qbo_id))
    links.filter(record_id=gone.pk).update(qbo_id="99999")
    # Ours says 60, and its version is the one that we know.
    Payment.objects.filter(pk=other.pk).update(amount=Decimal(60))
    kept = links.get(record_id=other.pk)
    kept.total, kept.base = Decimal(60), kept.base.replace('"TotalAmt":50', '"TotalAmt":60')
    kept.save()
    target = {"Id": links.get(record_id=old.pk).qbo_id, "SyncToken": links.get(record_id=old.pk).sync_token}
    shop.books.post("payment", {**target, "sparse": True}, operation="update", include="void")
    links.filter(record_id=old.pk).update(qbo_id="99998", synced_at=timezone.now() - timedelta(days=3))
    before = shop.books.metered()
    assert compare_last_day(shop.connection) is not None
    # One reading, and one for what it did not show.
    assert shop.books.metered() == before + 2
    for one in (deleted, gone):
        assert told(shop, one) == (Direction.IN, "failed", "record_deleted_there")
    assert told(shop, other) == (Direction.IN, "failed", "edited_in_quickbooks")
    assert [shop.event(one).state for one in (same, old)] == ["synced", "synced"]
    # Once: the next night finds nothing new.
    rows = SyncEvent.objects.count()
    assert compare_last_day(shop.connection) is not None
    assert SyncEvent.objects.count() == rows


def test_the_comparison_is_due_once_a_night_of_the_shop(shop: Shop) -> None:
    evening = dt.datetime(2026, 6, 17, 23, 30, tzinfo=dt.UTC)
    assert due_for_comparison(at=evening) == []
    night = dt.datetime(2026, 6, 18, 6, 0, tzinfo=dt.UTC)  # two o'clock in New York
    assert due_for_comparison(at=night) == [shop.connection.pk]
    ChangeCursor.of(shop.connection, at=night)
    ChangeCursor.objects.update(compared_at=night)
    assert due_for_comparison(at=night + timedelta(hours=1)) == []
    assert due_for_comparison(at=night + timedelta(days=1)) == [shop.connection.pk]


def payment_writes(shop: Shop) -> int:
    calls = [one for one in shop.books.requests() if one["method"] == "POST" and "/query" not in one["path"]]
    return sum('"Payment"' in str(one["body"]) or "/payment" in one["path"] for one in calls)


def test_a_payment_received_there_makes_our_invoice_paid_and_is_not_sent_back(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.pay_there(invoice, amount="8.00", PaymentRefNum="4711", TxnDate="2026-06-20")
    sent = payment_writes(shop) + writes(shop)
    shop.hear()
    shop.drain()
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_paid) == (Invoice.Status.PARTIAL, Decimal("8.00"))
    payment = invoice.payments.get()
    assert (payment.reference, str(payment.received_date)) == ("4711", "2026-06-20")
    event = shop.log().of_record("payment", payment.pk).get()
    assert (event.direction, event.state) == (Direction.IN, "synced")
    assert f"recorded here on invoice #{invoice.number}" in event.message
    shop.pay_there(invoice)
    shop.hear()
    shop.drain()
    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.PAID
    # Two people's two payments, and no write of ours.
    assert payment_writes(shop) + writes(shop) == sent + 1
    assert shop.log().unsent().count() == 0
    assert shop.reconciles()
    shop.hear()
    assert invoice.payments.count() == 2


def test_a_payment_there_of_several_invoices_is_one_here(shop: Shop) -> None:
    first = shop.settled_invoice()
    second = shop.settled_invoice(customer=first.customer)
    shop.pay_there(first, second)
    shop.hear()
    for invoice in (first, second):
        invoice.refresh_from_db()
        assert invoice.status == Invoice.Status.PAID
    assert first.payments.get() == second.payments.get()
    assert first.payments.get().amount == first.total + second.total
    assert shop.reconciles()


def test_a_payment_received_there_follows_its_edit_void_and_deletion_there(shop: Shop) -> None:
    edited, voided, deleted = (shop.settled_invoice() for _ in range(3))
    rows = {invoice.pk: shop.pay_there(invoice, amount="10.00") for invoice in (edited, voided, deleted)}
    shop.hear()
    payments = [invoice.payments.get() for invoice in (edited, voided, deleted)]
    row = rows[edited.pk]
    line = {"Amount": 20, "LinkedTxn": row["Line"][0]["LinkedTxn"]}
    shop.books.post("payment", {**row, "TotalAmt": 20, "Line": [line]})
    target = {key: rows[voided.pk][key] for key in ("Id", "SyncToken")}
    shop.books.post("payment", {**target, "sparse": True}, operation="update", include="void")
    shop.books.delete("Payment", rows[deleted.pk])
    sent = payment_writes(shop)
    shop.hear()
    shop.drain()
    for invoice in (edited, voided, deleted):
        invoice.refresh_from_db()
    assert [one.amount_paid for one in (edited, voided, deleted)] == [Decimal(20), Decimal(0), Decimal(0)]
    for payment in payments:
        payment.refresh_from_db()
    assert [one.is_void for one in payments] == [False, True, True]
    assert payment_writes(shop) == sent
    assert not shop.log().unsent().exists()


def test_how_a_payment_was_received_there_follows_its_correction_there(shop: Shop) -> None:
    """Method, number and day; what the office corrected here goes there, and stays when she corrects another field."""
    methods = {str(row["Name"]): str(row["Id"]) for row in shop.books.rows("PaymentMethod")}
    invoice = shop.settled_invoice()
    row = shop.pay_there(invoice, PaymentRefNum="4711", PaymentMethodRef={"value": methods["Cash"]})
    shop.hear()
    payment = invoice.payments.get()
    said = {"PaymentRefNum": "4712", "PaymentMethodRef": {"value": methods["Check"]}, "TxnDate": "2026-06-20"}
    shop.books.post("payment", row | said)
    sent = payment_writes(shop)
    shop.hear()
    shop.drain()
    payment.refresh_from_db()
    received = (payment.method, payment.reference, str(payment.received_date), payment.amount)
    assert received == ("check", "4712", "2026-06-20", Decimal(108))
    assert (
        shop.log()
        .of_record("payment", payment.pk)
        .latest("id")
        .message.endswith("of 2026-06-20, Cash → Check, number 4711 → number 4712. It is the same here now.")
    )
    assert (payment_writes(shop), shop.log().unsent().count()) == (sent, 0)
    payment.edit(reference="4713", at=timezone.now())
    shop.drain()
    row = shop.books.row("Payment", row["Id"])
    assert row["PaymentRefNum"] == "4713"
    shop.books.post("payment", row | {"TxnDate": "2026-06-21"})
    shop.hear()
    payment.refresh_from_db()
    assert (payment.reference, str(payment.received_date)) == ("4713", "2026-06-21")
    assert shop.reconciles()


def test_what_was_changed_here_of_a_payment_stays_where_she_corrects_something_else(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    row = shop.pay_there(invoice, PaymentRefNum="4711", TxnDate="2026-06-20")
    shop.hear()
    payment = invoice.payments.get()
    shop.books.do("close_books", date="2026-06-30")
    payment.edit(reference="4713", at=timezone.now())
    shop.drain()
    dismissing.dismiss(shop.failed(), by=None, at=timezone.now(), reason="the bookkeeper knows it")
    assert not shop.log().unsent().exists()
    shop.books.do("close_books", date=None)
    shop.books.post("payment", row | {"TxnDate": "2026-06-21"})
    shop.hear()
    payment.refresh_from_db()
    assert (payment.reference, str(payment.received_date)) == ("4713", "2026-06-21")


def test_a_copy_of_our_payment_is_one_that_was_received_there(shop: Shop) -> None:
    """With our mark in its memo, on another invoice of ours."""
    one = shop.settled_invoice()
    two = shop.settled_invoice(customer=one.customer)
    payment = builders.payment(one, at=timezone.now())
    shop.drain()
    note = shop.books.row("Payment", shop.qbo_id(payment))["PrivateNote"]
    shop.pay_there(two, PrivateNote=note)
    shop.hear()
    shop.drain()
    two.refresh_from_db()
    assert two.balance == 0
    assert len(shop.books.rows("Payment")) == 2
    assert shop.compared().paid_otherwise == []
    shop.assert_in_books(one, two)


@pytest.mark.parametrize("cash", [0, 58])
def test_what_a_credit_there_pays_is_told(shop: Shop, cash: int, caplog: pytest.LogCaptureFixture) -> None:
    """QuickBooks applies a credit note by a payment of what is paid beside it, or of nothing."""
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    line = {"ItemRef": {"value": "1"}, "TaxCodeRef": {"value": "NON"}}
    lines = [{"Amount": 50, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": line}]
    note = shop.books.post("creditmemo", {"CustomerRef": there["CustomerRef"], "Line": lines})["CreditMemo"]
    used = {"Amount": 50, "LinkedTxn": [{"TxnId": note["Id"], "TxnType": "CreditMemo"}]}
    paid = {"Amount": 50 + cash, "LinkedTxn": [{"TxnId": there["Id"], "TxnType": "Invoice"}]}
    body = {"CustomerRef": there["CustomerRef"], "TotalAmt": cash, "Line": [paid, used]}
    shop.books.post("payment", body)
    shop.hear()
    event = shop.event(invoice)
    assert event.failure_code == "payment_not_taken_over"
    assert event.message.endswith("is not recorded here: it uses a credit of the customer in QuickBooks")
    assert "failed" not in caplog.text
    assert not Payment.objects.exists()


def test_money_recorded_on_both_sides_is_not_counted_twice(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    builders.payment(invoice, at=timezone.now())
    shop.pay_there(invoice)
    # The invoice waits to be sent: the payment is read again after that.
    shop.hear()
    shop.drain()
    shop.hear()
    invoice.refresh_from_db()
    assert invoice.amount_paid == invoice.total
    assert invoice.payments.count() == 1
    event = shop.event(invoice)
    assert event.failure_code == "payment_not_taken_over"
    assert "A payment of 108.00 in QBO" in event.message


def paid_on_both_sides(shop: Shop) -> Invoice:
    """Of 108.00 the office has 100.00, which QuickBooks does not take, because the bookkeeper has all of it."""
    invoice = shop.settled_invoice()
    shop.pay_there(invoice)
    builders.payment(invoice, "100", at=timezone.now())
    shop.drain()
    shop.hear()
    assert shop.event(invoice.payments.get()).failure_code == "payment_over_applied"
    assert shop.event(invoice).failure_code == "payment_not_taken_over"
    return invoice


def some_time_passes() -> None:
    """Each reading begins a little before the last one: later on, change data no longer shows what was read."""
    ChangeCursor.objects.update(since=timezone.now() + timedelta(hours=1))


def read_from_an_hour_ago() -> None:
    ChangeCursor.objects.update(since=timezone.now() - timedelta(hours=1))


def test_her_payment_is_taken_over_once_ours_is_void(shop: Shop) -> None:
    invoice = paid_on_both_sides(shop)
    some_time_passes()
    invoice.payments.get().void(at=timezone.now())
    sent = payment_writes(shop)
    shop.hear()
    shop.drain()
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_paid) == (Invoice.Status.PAID, invoice.total)
    assert not shop.failed().exists()
    assert payment_writes(shop) == sent
    assert shop.reconciles()


def test_a_payment_that_a_person_left_out_is_not_told_again(shop: Shop) -> None:
    invoice = paid_on_both_sides(shop)
    dismissing.dismiss(shop.log().filter(pk=shop.event(invoice).pk), by=None, at=timezone.now(), reason="hers is right")
    shop.hear()
    shop.drain()
    shop.hear()
    assert shop.event(invoice).state == "dismissed"


def test_a_payment_that_came_while_the_invoice_waited_for_a_person_is_told_afterwards(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    shop.books.post("invoice", {**there, "CustomerMemo": {"value": "blue door"}})
    invoice.edit(customer_note="call first", at=timezone.now())
    shop.drain()
    assert shop.event(invoice).failure_code == "changed_in_quickbooks"
    shop.pay_there(invoice)
    Invoice.objects.filter(pk=invoice.pk).update(amount_paid=Decimal(100), status=Invoice.Status.PARTIAL)
    shop.hear()
    shop.drain()
    shop.hear()
    deciding.keep_quickbooks(shop.failed(), by=None, at=timezone.now())
    shop.hear()
    assert shop.event(invoice).failure_code == "payment_not_taken_over"


def test_what_cannot_be_taken_over_is_read_again_only_where_something_has_changed_here(shop: Shop) -> None:
    invoice = paid_on_both_sides(shop)
    some_time_passes()
    shop.hear()
    before = shop.books.metered()
    for _ in range(3):
        shop.hear()
    assert shop.books.metered() == before + 3
    row = next(one for one in shop.books.rows("Payment"))
    shop.books.delete("Payment", row)
    read_from_an_hour_ago()
    shop.hear()
    assert shop.event(invoice).state == "synced"
    shop.hear()
    assert shop.books.metered() == before + 5


def test_our_own_payment_is_no_news_and_its_void_there_waits_for_a_person(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    payment = builders.payment(invoice, at=timezone.now())
    shop.drain()
    rows = SyncEvent.objects.count()
    shop.hear()
    assert (SyncEvent.objects.count(), invoice.payments.count()) == (rows, 1)
    row = shop.books.row("Payment", Link.objects.get(record_type="payment").qbo_id)
    target = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
    shop.books.post("payment", target, operation="update", include="void")
    shop.hear()
    event = shop.log().of_record("payment", payment.pk).latest("id")
    assert (event.direction, event.failure_code) == (Direction.IN, "payment_voided_there")
    payment.refresh_from_db()
    assert not payment.is_void


def test_with_sync_payments_off_money_there_changes_nothing_here(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.choose(sync_payments=False)
    shop.pay_there(invoice)
    rows = SyncEvent.objects.count()
    shop.hear()
    assert (invoice.payments.count(), SyncEvent.objects.count()) == (0, rows)


def test_the_row_says_of_the_books_what_is_true(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    void_there(shop, invoice)
    shop.hear()
    row = log_row(shop.event(invoice), shop.organization, at=timezone.now())
    assert row.held is not None
    assert (row.held.lead, row.held.differs) == ("In QuickBooks, but different", "void there, not here")
    assert "your change is not there" not in row.text.second
