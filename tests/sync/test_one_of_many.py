"""An error with one shop, event or row does not stop the others; it is logged with its ids and shown."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from qbo.failures import Failure, Subject
from qbo.models import Connection, Lease, ListEntry
from runacall.invoices.models import Invoice
from sync import tasks
from sync.engine import drain as engine
from sync.engine.context import Drain
from sync.engine.send import relook
from sync.engine.send.push import Ready
from sync.log.export import Export
from sync.log.support_bundle import support_bundle
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import EntityType
from sync.operations import dating, recording, retrying
from sync.worker import cluster, wake
from sync.worker.cluster import Supervisor
from tests import builders, log_rows
from tests.books import Shop, connected_shop

LOG = reverse("admin:sync_syncevent_changelist")


class Poison(Exception):
    """What a poisoned row makes of the code that meets it."""


def poisoned(original: Callable[..., Any], is_poisoned: Callable[..., bool]) -> Callable[..., Any]:
    def act(*arguments: Any, **options: Any) -> Any:
        if is_poisoned(*arguments, **options):
            raise Poison("this row is poisoned")
        return original(*arguments, **options)

    return act


@pytest.fixture
def two(shop: Shop, qbo_url: str) -> tuple[Shop, Shop]:
    """The first is to be poisoned, and comes first wherever they are in order."""
    return shop, connected_shop(qbo_url, slug="healthy")


def connection_row(shop: Shop) -> SyncEvent | None:
    return shop.log().filter(record_type=EntityType.CONNECTION).first()


class TestTheMachinery:
    def test_the_sweep(self, two: tuple[Shop, Shop], monkeypatch: Any, caplog: Any) -> None:
        """An action that cannot be called for keeps neither the other actions nor the drains from being asked for."""
        ill, healthy = two
        for one in two:
            recording.leave_to_worker(one.organization, "retry", {"status": ["failed"]}, by=None, at=timezone.now())
        healthy.invoice()
        OrmQ.objects.all().delete()
        Lease.objects.update(woken_at=None)
        ActionRecord.objects.update(at=timezone.now() - timedelta(minutes=5))
        mine = ActionRecord.objects.get(organization=ill.organization).pk
        call = poisoned(recording.async_task, lambda name, pk, **_: pk == mine)
        monkeypatch.setattr(recording, "async_task", call)
        assert tasks.sweep() == 1
        asked = Counter(SignedPackage.loads(row.payload)["func"] for row in OrmQ.objects.all())
        each = dict.fromkeys(("sync.tasks.carry_out", "sync.tasks.drain_connection"), 1)
        assert asked == each | {"sync.tasks.read_changes": 2}
        assert f"action {mine}" in caplog.text

    def test_a_drain_says_so_in_the_log_and_clears_it(self, shop: Shop, monkeypatch: Any, caplog: Any) -> None:
        shop.invoice()
        monkeypatch.setattr("sync.engine.drain.claim", poisoned(lambda work: None, lambda work: True))
        assert tasks.drain_connection(shop.connection.pk) == 0
        row = connection_row(shop)
        assert row
        assert (row.state, row.failure_code) == (State.FAILED, "sending_interrupted")
        assert "Poison: this row is poisoned" in row.message
        assert f"connection {shop.connection.pk}" in caplog.text
        assert list(wake.connections_with_work(at=timezone.now())) == [], "not at once again"
        left = retrying.retry(shop.failed(), by=None, at=timezone.now()).left
        assert left == {"interrupted sending: Run a Call tries again every minute": 1}
        tries = row.attempts.count()
        tasks.drain_connection(shop.connection.pk)
        assert row.attempts.count() == tries, "said once"
        monkeypatch.undo()
        Lease.objects.update(resume_at=None)
        tasks.drain_connection(shop.connection.pk)
        row.refresh_from_db()
        assert row.state == State.SYNCED
        assert not shop.failed().exists()

    @pytest.mark.parametrize("part", ["beat", "wake_due"])
    def test_the_supervisor_goes_on(self, shop: Shop, monkeypatch: Any, caplog: Any, part: str) -> None:
        monkeypatch.setattr(cluster, part, poisoned(lambda *_: None, lambda *_: True))
        looked: list[bool] = []
        watching: Any = Supervisor()
        monkeypatch.setattr(watching, "trouble", lambda now: looked.append(True) or "")
        watching.look_after()
        assert looked
        assert "Poison" in caplog.text

    def test_the_supervisor_survives_its_own_look(self, shop: Shop, monkeypatch: Any) -> None:
        watching: Any = Supervisor()
        monkeypatch.setattr(watching, "trouble", poisoned(lambda now: "", lambda now: True))
        watching.look_after()
        assert watching.restarts == 0


class TestCommands:
    def run(self, name: str, *arguments: str) -> tuple[str, str]:
        out = io.StringIO()
        try:
            call_command(name, *arguments, stdout=out, stderr=io.StringIO())
        except CommandError as error:
            return out.getvalue(), str(error)
        return out.getvalue(), ""

    def test_sync_status(self, two: tuple[Shop, Shop]) -> None:
        ill = two[0]
        Lease.objects.update_or_create(connection=ill.connection, defaults={"calls": [1, 2]})
        told = json.loads(self.run("sync_status", "--json")[0])["organizations"]
        by_slug = {one["slug"]: one for one in told}
        assert "TypeError" in by_slug[ill.organization.slug]["unreadable"]
        assert by_slug["healthy"]["connection"]["status"] == "active"
        assert by_slug["healthy"]["unreadable"] == ""
        assert "cannot be read" in self.run("sync_status")[0]

    def test_drain(self, two: tuple[Shop, Shop], monkeypatch: Any) -> None:
        ill, healthy = two
        invoices = [one.invoice() for one in two]
        import sync.engine.draining as draining

        drain = poisoned(draining.drain, lambda connection, **_: connection.pk == ill.connection.pk)
        monkeypatch.setattr(draining, "drain", drain)
        _, complained = self.run("drain")
        assert healthy.event(invoices[1]).state == State.SYNCED
        assert ill.organization.slug in complained
        row = connection_row(ill)
        assert row
        assert row.failure_code == "sending_interrupted"

    def test_retry_failed(self, two: tuple[Shop, Shop], monkeypatch: Any) -> None:
        ill = two[0]
        for one in two:
            log_rows.event(one.connection, invoice=one.invoice())
        import sync.management.commands.retry_failed as command

        ids = {ill.organization.slug}
        monkeypatch.setattr(command, "_pause", poisoned(lambda one: "", lambda one: one.slug in ids))
        said, complained = self.run("retry_failed")
        assert "healthy: Retried 1 event." in said
        assert ill.organization.slug in complained


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def owner(books: Connection) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization))
    return client


@pytest.fixture
def pair(books: Connection) -> tuple[SyncEvent, SyncEvent]:
    """A bad event and a healthy one, with different causes."""
    first = log_rows.event(books, failure=Failure("tax_code_not_mapped", Subject("tax_rate", "1", "Combined 7.25")))
    second = log_rows.event(books, failure=Failure("tax_code_not_mapped", Subject("tax_rate", "2", "California 8")))
    return first, second


class TestMirrors:
    """Rows that were kept before rows of QuickBooks' lists were checked."""

    def test_a_tax_code(self, owner: Client, books: Connection) -> None:
        log_rows.entry(books, "TaxCode", "8", "Poisoned", Percent="a lot")
        log_rows.entry(books, "TaxCode", "9", "Lake County", Percent="7.25")
        page = owner.get("/quickbooks/tax/")
        assert page.status_code == 200
        assert "Lake County" in page.content.decode()

    def test_an_item(self, shop: Shop) -> None:
        invoice = shop.invoice()
        ListEntry.objects.filter(entity="Item").update(data={"UnitPrice": "free", "IncomeAccountRef": "Sales"})
        shop.drain()
        assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message


class TestPages:
    def test_facts_that_are_none(self, owner: Client, pair: tuple[SyncEvent, SyncEvent]) -> None:
        ill, healthy = pair
        SyncEvent.objects.filter(pk=ill.pk).update(facts=["no", "facts"])
        for url in (LOG, reverse("admin:sync_syncevent_change", args=[ill.pk])):
            answer = owner.get(url)
            assert answer.status_code == 200
        assert healthy.message in unescape(owner.get(LOG).content.decode())
        bundle = support_bundle(
            ill.organization, SyncEvent.objects.filter(pk__in=[ill.pk, healthy.pk]), at=timezone.now()
        )
        assert "no facts" not in bundle.as_json()
        assert all("not_gathered" not in event for event in bundle.document["events"])

    @pytest.mark.parametrize("where", ["sync.log.rows.row_text", "sync.log.rows.Organization.local"])
    def test_a_row_of_the_log(
        self, owner: Client, pair: tuple[SyncEvent, SyncEvent], monkeypatch: Any, caplog: Any, where: str
    ) -> None:
        ill, healthy = pair
        self.poison_one_row(monkeypatch, where, ill)
        text = unescape(owner.get(LOG).content.decode())
        assert "cannot show this row" in text
        assert healthy.message in text
        assert f"event {ill.pk}" in caplog.text

    @staticmethod
    def poison_one_row(monkeypatch: Any, where: str, ill: SyncEvent) -> None:
        from sync.log import rows

        if where.endswith("say"):
            monkeypatch.setattr(rows, "say", poisoned(rows.say, lambda event, *_, **__: event.pk == ill.pk))
        else:
            make = poisoned(rows._row, lambda event, *_: event.pk == ill.pk)
            monkeypatch.setattr(rows, "_row", make)

    def test_a_cause(self, owner: Client, pair: tuple[SyncEvent, SyncEvent], monkeypatch: Any) -> None:
        from sync.admin import cause_cards
        from sync.log import causes

        ill, healthy = pair
        monkeypatch.setattr(causes, "_cause", poisoned(causes._cause, lambda row, sample, *_: sample.pk == ill.pk))
        assert [card.cause.sample.pk for card in owner.get(LOG).context["strip"].cards] == [healthy.pk]
        monkeypatch.undo()
        card = poisoned(cause_cards._card, lambda cause, *_: cause.sample.pk == ill.pk)
        monkeypatch.setattr(cause_cards, "_card", card)
        assert [card.cause.sample.pk for card in owner.get(LOG).context["strip"].cards] == [healthy.pk]

    def test_what_waits_for_a_mapping(self, owner: Client, pair: tuple[SyncEvent, SyncEvent], monkeypatch: Any) -> None:
        from sync.log import waiting

        ill, healthy = pair
        told = poisoned(waiting._waiting, lambda cause: cause.key == ill.cause_key)
        monkeypatch.setattr(waiting, "_waiting", told)
        found = waiting.waiting_for(healthy.organization, ["tax_code_not_mapped"])
        assert [one.count for one in found] == [1]

    def test_a_row_of_the_export(self, pair: tuple[SyncEvent, SyncEvent], monkeypatch: Any) -> None:
        from sync.log import export

        ill, healthy = pair
        values = poisoned(export._values_of, lambda row, *_: row.event.pk == ill.pk)
        monkeypatch.setattr(export, "_values_of", values)
        events = SyncEvent.objects.filter(pk__in=[ill.pk, healthy.pk])
        for file_format in ("csv", "json"):
            file = "".join(Export(ill.organization, events, timezone.now()).pieces(file_format))
            assert healthy.message in file
            assert "cannot show this row" in file
            assert ill.label in file

    def test_an_event_of_a_support_bundle(self, pair: tuple[SyncEvent, SyncEvent], monkeypatch: Any) -> None:
        from sync.log.support_bundle import Gathered

        ill, healthy = pair
        facts = poisoned(Gathered.facts_of, lambda self, event: event.pk == ill.pk)
        monkeypatch.setattr(Gathered, "facts_of", facts)
        events = SyncEvent.objects.filter(pk__in=[ill.pk, healthy.pk])
        bundle = support_bundle(ill.organization, events, at=timezone.now())
        held = {event["event"]: event for event in bundle.document["events"]}
        assert "Poison" in held[ill.pk]["not_gathered"]
        assert held[healthy.pk]["message"] == healthy.message
        assert ill.label in bundle.summary()

    def test_posting_many_to_the_current_period(
        self, books: Connection, pair: tuple[SyncEvent, SyncEvent], monkeypatch: Any
    ) -> None:
        closed = Failure("closed_period", Subject("date", "2026-05-01"))
        rows = [log_rows.event(books, failure=closed, invoice=builders.invoice(books.organization)) for _ in range(2)]
        post = poisoned(dating._post_today, lambda event, *_, **__: event.pk == rows[0].pk)
        monkeypatch.setattr(dating, "DATED", {**dating.DATED, "post_to_current_period": post})
        events = SyncEvent.objects.filter(pk__in=[row.pk for row in rows])
        report = dating.post_to_current_period(events, by=None, at=timezone.now())
        assert report.done == 1
        assert report.left == {dating.STUMBLED: 1}

    def test_the_forecast_of_posting_many(
        self, owner: Client, books: Connection, pair: tuple[SyncEvent, SyncEvent], monkeypatch: Any, caplog: Any
    ) -> None:
        from sync.admin import bulk

        closed = Failure("closed_period", Subject("date", "2026-05-01"))
        rows = [log_rows.event(books, failure=closed, invoice=builders.invoice(books.organization)) for _ in range(2)]
        told = poisoned(bulk.cannot_post_today, lambda event, **_: event.pk == rows[0].pk)
        monkeypatch.setattr(bulk, "cannot_post_today", told)
        where = reverse("admin:sync_syncevent_post_to_current_period_all")
        page = unescape(owner.get(where, {"id": [row.pk for row in rows]}).content.decode())
        assert "Post 2 invoices to the current period?" in page
        assert rows[1].label in page, "the dates of the other one are shown"
        assert f"event {rows[0].pk}" in caplog.text


class TestALookAgain:
    """Before what was refused is sent again we read what it names; that this fails stops nothing else."""

    def refused(self, shop: Shop, at: datetime) -> tuple[Invoice, list[Invoice]]:
        """An invoice whose product the bookkeeper has made inactive a moment ago, and two sound ones beside it."""
        customer = shop.settled_invoice(at=at).customer
        gone = shop.settled_invoice(at=at, item=builders.item(shop.organization, "Pump", at=at))
        there = shop.books.row("Item", shop.qbo_id(shop.item("Pump")))
        shop.books.do("deactivate", entity="Item", name=there["Name"])
        ill = shop.invoice(at=at, customer=gone.customer, item=shop.item("Pump"))
        return ill, [shop.invoice(at=at, customer=customer) for _ in range(2)]

    @pytest.mark.parametrize(("module", "name"), [(engine, "look_again"), (relook, "probe_references")])
    def test_a_mistake_of_ours_stops_only_the_refused(
        self, shop: Shop, monkeypatch: Any, caplog: Any, module: Any, name: str
    ) -> None:
        now = timezone.now()
        ill, healthy = self.refused(shop, now)
        monkeypatch.setattr(module, name, poisoned(getattr(module, name), lambda *_, **__: True))
        shop.drain(now)
        assert [shop.event(one).state for one in healthy] == [State.SYNCED, State.SYNCED]
        assert (shop.event(ill).state, shop.event(ill).failure_code) == (State.FAILED, "internal_error")
        assert "Poison" in caplog.text
        assert "Looking again at 1 events failed" in caplog.text

    def test_of_many_refused_a_mistake_stops_only_the_one_that_it_is_about(self, shop: Shop, monkeypatch: Any) -> None:
        now = timezone.now()
        ill, _ = self.refused(shop, now)
        other = shop.invoice(at=now, customer=ill.customer, item=shop.item("Pump"))
        about = shop.event(ill).pk
        look = poisoned(engine.look_again, lambda _, events: about in {event.pk for event in events})
        monkeypatch.setattr(engine, "look_again", look)
        shop.drain(now)
        assert [shop.event(one).failure_code for one in (ill, other)] == ["internal_error", "item_inactive"]

    def test_where_quickbooks_answers_no_look_only_the_refused_wait(self, shop: Shop) -> None:
        now = timezone.now()
        ill = shop.settled_invoice(at=now)
        shop.books.post("invoice", {**shop.there(ill), "CustomerMemo": {"value": "blue door"}})
        ill.edit(internal_note="called back", at=now)
        push = engine.push

        def push_and_end(work: Drain, ready: Sequence[Ready], *, in_flight: int) -> list[Ready]:
            unsent = push(work, ready, in_flight=in_flight)
            work.stopped = True
            return unsent

        # The drain ends with the refusal, so that another invoice comes beside the one to be looked at.
        with patch.object(engine, "push", push_and_end):
            shop.drain(now)
        assert shop.event(ill).heals == 1
        fresh = shop.invoice(at=now, customer=ill.customer)
        shop.books.do("fault", fault="reset", path="query", times=1)
        shop.drain(now)
        shop.drain(now)
        assert (shop.event(ill).state, shop.event(ill).retries) == (State.QUEUED, 1)
        assert (shop.event(fresh).state, shop.event(fresh).retries) == (State.SYNCED, 0)


def test_a_database_that_is_away_is_nobodys_trouble(db: None) -> None:
    from django.db import OperationalError

    from runacall.isolation import isolated

    with pytest.raises(OperationalError), isolated("Asking", row=1):
        raise OperationalError("gone")


def test_the_ids_stand_in_the_log_of_the_operator(caplog: Any) -> None:
    from runacall.isolation import isolated

    with caplog.at_level(logging.ERROR), isolated("Asking", connection=7, organization=8) as slip:
        raise KeyError("Id")
    assert "Asking failed (connection 7, organization 8)" in caplog.text
    assert slip.words == "KeyError: 'Id'"
