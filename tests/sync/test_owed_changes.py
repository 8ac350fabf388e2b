"""Later changes are still sent after a dismissal, and changes wait while Sync invoices is off."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qbo.models import ConnectionSettings, Link
from qbo.models.settings import WhenToSync
from runacall.invoices.models import Invoice
from sync.engine.draining import count_due
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.operations import dismissing
from sync.worker.health import oldest_due
from sync.worker.wake import connections_with_work
from tests import builders
from tests.books import Shop

LATER = timedelta(hours=2)


@pytest.fixture
def start() -> datetime:
    return timezone.now()


@pytest.fixture
def known(shop: Shop, start: datetime) -> Invoice:
    """One that is in QuickBooks."""
    return shop.settled_invoice(at=start)


def fail(shop: Shop, invoice: Invoice, at: datetime) -> SyncEvent:
    """As if QuickBooks had refused its latest change."""
    event = shop.event(invoice)
    SyncEvent.objects.filter(pk=event.pk).update(state=State.FAILED, failure_code="validation", due_at=None)
    return shop.event(invoice)


def dismissed(shop: Shop, invoice: Invoice, at: datetime) -> SyncEvent:
    event = fail(shop, invoice, at)
    dismissing.dismiss(SyncEvent.objects.filter(pk=event.pk), by=None, at=at, reason="entered by hand")
    return event


def note_there(shop: Shop, invoice: Invoice) -> str:
    return str((shop.there(invoice).get("CustomerMemo") or {}).get("value", ""))


@pytest.mark.parametrize("mode", [WhenToSync.ON_SEND, WhenToSync.ON_PAYMENT])
def test_an_edit_after_a_dismissed_one_goes_out(shop: Shop, known: Invoice, start: datetime, mode: str) -> None:
    shop.choose(when_to_sync=mode)
    known.edit(customer_note="First", at=start)
    closed = dismissed(shop, known, start)
    known.edit(customer_note="Second", at=start)
    assert shop.event(known).pk != closed.pk
    shop.drain(start)
    assert shop.event(known).state == State.SYNCED, shop.event(known).message
    assert note_there(shop, known) == "Second"
    closed.refresh_from_db()
    assert (closed.state, closed.reason) == (State.DISMISSED, "entered by hand")


@pytest.mark.parametrize("mode", [WhenToSync.ON_SEND, WhenToSync.ON_PAYMENT])
def test_a_void_after_a_dismissed_edit_goes_out(shop: Shop, known: Invoice, start: datetime, mode: str) -> None:
    shop.choose(when_to_sync=mode)
    known.edit(customer_note="First", at=start)
    dismissed(shop, known, start)
    known.void(reason="Wrong customer", at=start)
    shop.drain(start)
    assert shop.event(known).state == State.SYNCED, shop.event(known).message
    assert Decimal(str(shop.there(known)["TotalAmt"])) == 0


def test_a_change_after_a_dismissed_void_opens_the_next(shop: Shop, known: Invoice, start: datetime) -> None:
    known.void(reason="Wrong customer", at=start)
    closed = dismissed(shop, known, start)
    with known.changing(at=start, by=None):
        pass
    assert shop.event(known).pk != closed.pk
    shop.drain(start)
    assert Decimal(str(shop.there(known)["TotalAmt"])) == 0


def test_what_never_got_there_stays_out(shop: Shop, known: Invoice, start: datetime) -> None:
    new = shop.invoice(customer=known.customer, at=start)
    closed = dismissed(shop, new, start)
    new.edit(customer_note="Second", at=start)
    assert shop.event(new).pk == closed.pk
    assert shop.event(new).state == State.DISMISSED


def test_an_item_that_is_there_is_owed_again(shop: Shop, known: Invoice, start: datetime) -> None:
    item = shop.item("Labor")
    assert Link.objects.of(shop.connection, EntityType.ITEM).filter(record_id=item.pk).exists()
    first = SyncEvent.objects.create(
        organization=shop.organization,
        connection=shop.connection,
        realm_id=shop.connection.realm_id,
        record_type=EntityType.ITEM,
        record_id=item.pk,
        rank=2,
        label="Item Labor",
        state=State.DISMISSED,
        failure_code="validation",
        opened_at=start,
        changed_at=start,
    )
    with item.changing(at=start, by=None):
        pass
    latest = shop.event(item)
    assert (latest.pk != first.pk, latest.state) == (True, State.QUEUED)


class TestTakingBack:
    def test_one_that_a_later_change_has_overtaken_stays(self, shop: Shop, known: Invoice, start: datetime) -> None:
        known.edit(customer_note="First", at=start)
        closed = dismissed(shop, known, start)
        known.edit(customer_note="Second", at=start)
        report = dismissing.take_back(SyncEvent.objects.filter(pk=closed.pk), by=None, at=start)
        assert (report.done, report.left) == (0, {"superseded by a later change": 1})
        assert shop.event(known).state == State.QUEUED

    def test_of_two_the_later_one_is_taken_back(self, shop: Shop, known: Invoice, start: datetime) -> None:
        for note in ("First", "Second"):
            known.edit(customer_note=note, at=start)
            dismissed(shop, known, start)
        report = dismissing.take_back(shop.log().of_record("invoice", known.pk), by=None, at=start)
        assert report.done == 1
        assert shop.event(known).state == State.FAILED


class TestSyncOff:
    @pytest.fixture(autouse=True)
    def off(self, known: Invoice, shop: Shop) -> None:
        shop.choose(sync_invoices=False)

    def test_a_new_invoice_makes_no_event(self, shop: Shop, known: Invoice, start: datetime) -> None:
        new = shop.invoice(customer=known.customer, at=start)
        assert not shop.log().of_record("invoice", new.pk).exists()

    @pytest.mark.parametrize("what", ["edit", "void"])
    def test_a_change_of_what_is_there_waits(self, shop: Shop, known: Invoice, start: datetime, what: str) -> None:
        writes = shop.books.writes()
        if what == "edit":
            known.edit(customer_note="Later", at=start)
        else:
            known.void(reason="Wrong", at=start)
        shop.drain(start)
        shop.drain(start + LATER)
        assert shop.event(known).state == State.QUEUED
        assert shop.books.writes() == writes
        shop.choose(sync_invoices=True)
        shop.drain(start + LATER)
        assert shop.event(known).state == State.SYNCED, shop.event(known).message
        assert shop.books.writes() == writes + 1

    def test_nothing_that_was_queued_goes_out(self, shop: Shop, known: Invoice, start: datetime) -> None:
        shop.choose(sync_invoices=True)
        new = shop.invoice(at=start)  # with a customer of its own, who is not there yet either
        shop.choose(sync_invoices=False)
        calls = shop.books.calls()
        shop.drain(start)
        assert shop.books.calls() == calls
        assert shop.event(new).state == State.QUEUED

    def test_what_is_in_doubt_is_not_sent_again(self, shop: Shop, known: Invoice, start: datetime) -> None:
        shop.choose(sync_invoices=True)
        new = shop.invoice(customer=known.customer, at=start)
        shop.books.do("fault", fault="reset", path="write")
        shop.drain(start)
        assert shop.event(new).state == State.CHECKING
        shop.choose(sync_invoices=False)
        writes = shop.books.writes()
        for moment in (start + timedelta(minutes=6), start + LATER, start + 2 * LATER):
            shop.drain(moment)
        assert shop.books.writes() == writes
        shop.choose(sync_invoices=True)
        shop.drain(start + 3 * LATER)
        assert shop.event(new).state == State.SYNCED, shop.event(new).message
        assert len([row for row in shop.books.invoices() if f"-{new.pk})" in str(row.get("PrivateNote"))]) == 1

    def test_nobody_is_called_to_work_for_it(self, shop: Shop, known: Invoice, start: datetime) -> None:
        known.edit(customer_note="Later", at=start)
        assert list(connections_with_work(at=start + LATER)) == []
        assert count_due(shop.connection, at=start + LATER) == 0
        assert oldest_due(at=start + LATER) is None


class TestTurningItOn:
    @pytest.fixture
    def owner(self, shop: Shop) -> Client:
        client = Client()
        client.force_login(builders.member(shop.organization))
        return client

    def choose(self, owner: Client, **more: str) -> str:
        page = reverse("qbo:invoices")
        return owner.post(page, {"when_to_sync": "on_send", "send_numbers": "on", **more}, follow=True).content.decode()

    def test_says_how_many_go_before_it_does(self, shop: Shop, known: Invoice, owner: Client, start: datetime) -> None:
        self.choose(owner)
        assert not ConnectionSettings.objects.get().sync_invoices
        known.edit(customer_note="Later", at=start)
        log = owner.get(reverse("admin:sync_syncevent_changelist")).content.decode()
        assert "Waiting: sync is off" in log
        banner = owner.get(reverse("admin:invoices_invoice_change", args=[known.pk])).content.decode()
        assert "Waiting: sync is off" in banner
        settings_page = owner.get(reverse("qbo:invoices")).content.decode()
        assert "1 change is waiting and will be sent when you turn it on" in settings_page
        asked = self.choose(owner, sync_invoices="on")
        assert "Turn on and send 1" in asked
        assert not ConnectionSettings.objects.get().sync_invoices
        assert "Saved." in self.choose(owner, sync_invoices="on", confirmed="1")
        assert ConnectionSettings.objects.get().sync_invoices
        shop.drain(start + LATER)
        assert note_there(shop, known) == "Later"

    def test_turning_it_off_ends_a_drain_that_is_under_way(self, shop: Shop, known: Invoice, owner: Client) -> None:
        fence = shop.connection.lease.fence
        self.choose(owner)
        shop.connection.lease.refresh_from_db()
        assert shop.connection.lease.fence > fence
