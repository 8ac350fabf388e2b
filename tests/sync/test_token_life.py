"""A shop that sends nothing keeps its connection, and is warned in time before it ends anyway."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule

from qbo.connection.tokens import JITTER, RENEWED_AFTER
from qbo.models import Connection
from runacall.organizations.models import Role
from sync import tasks
from sync.engine.renewing import PAUSED, PUT_OFF_FOR_NOW, RENEWED, UNDER_WAY, renew_unused
from sync.models import State
from sync.models.events import EntityType
from sync.worker.schedules import ensure_schedules
from tests import builders
from tests.books import Shop, connected_shop

WEEK = timedelta(days=7)


def calls_for_tokens(shop: Shop) -> int:
    return sum("/tokens/bearer" in one["path"] for one in shop.books.requests())


class TestRenewing:
    def test_after_a_week_and_not_before(self, shop: Shop) -> None:
        now, before = timezone.now(), calls_for_tokens(shop)
        assert renew_unused(at=now + WEEK - JITTER - timedelta(minutes=5)) == {}
        assert calls_for_tokens(shop) == before
        old = Connection.objects.get()
        assert renew_unused(at=now + WEEK) == {RENEWED: 1}
        new = Connection.objects.get()
        assert new.token_version == old.token_version + 1
        assert new.refresh_expires_at > old.refresh_expires_at  # type: ignore[operator]
        assert renew_unused(at=now + WEEK + timedelta(hours=1)) == {}

    def test_one_that_sends_is_renewed_by_sending(self, shop: Shop) -> None:
        now = timezone.now()
        shop.invoice(at=now + timedelta(days=5))
        shop.drain(now + timedelta(days=5))
        before = calls_for_tokens(shop)
        assert renew_unused(at=now + WEEK) == {}
        assert calls_for_tokens(shop) == before

    def test_over_half_a_year_without_a_single_invoice(self, shop: Shop, settings: Any) -> None:
        """Intuit ends a connection that is unused for a hundred days."""
        now = timezone.now()
        for week in range(1, 27):
            renew_unused(at=now + week * WEEK)
            ends = Connection.objects.get().refresh_expires_at
            assert ends
            assert ends > now + week * WEEK + timedelta(days=90)

    def test_shops_that_connected_together_are_not_renewed_together(self, shop: Shop, qbo_url: str) -> None:
        for number in range(4):
            connected_shop(qbo_url, slug=f"shop-{number}")
        times = {one.renew_at for one in Connection.objects.all()}
        assert len(times) == 5
        assert all(time and RENEWED_AFTER - JITTER < time - timezone.now() < RENEWED_AFTER for time in times)

    def test_one_process_at_a_time(self, shop: Shop) -> None:
        now, before = timezone.now() + WEEK, calls_for_tokens(shop)
        Connection.objects.update(refreshing_until=now + timedelta(seconds=30))
        assert renew_unused(at=now) == {UNDER_WAY: 1}
        assert calls_for_tokens(shop) == before

    def test_a_paused_connection_is_kept_alive_too(self, shop: Shop) -> None:
        now = timezone.now()
        shop.connection.pause("subscription_inactive", at=now)
        assert renew_unused(at=now + WEEK) == {RENEWED: 1}
        assert Connection.objects.get().pause_code == "subscription_inactive"

    def test_what_intuit_refuses_is_said_before_anything_waits(self, shop: Shop) -> None:
        shop.books.do("expire_token")
        assert renew_unused(at=timezone.now() + WEEK) == {PAUSED: 1}
        row = shop.log().get(record_type=EntityType.CONNECTION)
        assert (row.state, row.failure_code) == (State.FAILED, "token_expired")
        shop.reconnect()
        row.refresh_from_db()
        assert row.state == State.SYNCED

    def test_a_token_service_that_is_out_of_order_is_asked_again_later(self, shop: Shop) -> None:
        now = timezone.now() + WEEK
        shop.books.do("fault", fault="status", path="token", times=1)
        assert renew_unused(at=now) == {PUT_OFF_FOR_NOW: 1}
        assert not shop.failed().exists()
        assert renew_unused(at=now + timedelta(hours=1)) == {}
        assert renew_unused(at=now + timedelta(hours=7)) == {RENEWED: 1}

    def test_one_that_cannot_be_renewed_keeps_no_other_from_it(self, shop: Shop, qbo_url: str, caplog: Any) -> None:
        healthy = connected_shop(qbo_url, slug="healthy")
        Connection.objects.filter(pk=shop.connection.pk).update(emulator_url="https://not-on-this-machine.example")
        assert renew_unused(at=timezone.now() + WEEK) == {RENEWED: 1}
        assert Connection.objects.get(pk=healthy.connection.pk).token_version > healthy.connection.token_version
        assert f"connection {shop.connection.pk}" in caplog.text

    def test_tokens_that_no_key_reads_are_said_within_the_hour(self, shop: Shop, settings: Any) -> None:
        settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
        assert renew_unused(at=timezone.now()) == {PAUSED: 1}
        assert shop.failed().get().failure_code == "token_expired"

    def test_one_without_readable_tokens_stops_no_other(self, shop: Shop, qbo_url: str, monkeypatch: Any) -> None:
        healthy = connected_shop(qbo_url, slug="healthy")

        def poison(self: Connection) -> bool:
            if self.pk == shop.connection.pk:
                raise ValueError("poison")
            return False

        monkeypatch.setattr(Connection, "has_readable_tokens", property(poison))
        assert renew_unused(at=timezone.now()) == {PAUSED: 1}
        assert healthy.failed().exists()

    def test_it_runs_by_the_clock(self, shop: Shop) -> None:
        ensure_schedules()
        assert Schedule.objects.get(name="token-renewal").func == "sync.tasks.renew_tokens"
        Connection.objects.update(renew_at=timezone.now() - timedelta(minutes=1))
        assert tasks.renew_tokens() == 1


class TestTheEnd:
    def test_intuits_hard_end_is_asked_for_and_kept(self, shop: Shop) -> None:
        connection = Connection.objects.get()
        assert connection.hard_expires_at
        assert connection.hard_expires_at - timezone.now() > timedelta(days=1700)
        assert connection.expires_at == connection.refresh_expires_at

    def test_an_answer_without_it_does_not_forget_it(self, shop: Shop, monkeypatch: Any) -> None:
        known = Connection.objects.get().hard_expires_at
        monkeypatch.setattr("qbo.connection.oauth._hard_end", lambda seconds, at: None)
        renew_unused(at=timezone.now() + WEEK)
        assert Connection.objects.get().hard_expires_at == known

    @pytest.mark.parametrize("column", ["refresh_expires_at", "hard_expires_at"])
    @pytest.mark.parametrize(("days", "is_told"), [(15, False), (13, True), (1, True), (0, True)])
    def test_it_is_told_in_its_last_fortnight(self, shop: Shop, column: str, days: int, is_told: bool) -> None:
        Connection.objects.update(**{column: timezone.now() + timedelta(days=days)})
        client = Client()
        client.force_login(builders.member(shop.organization))
        assert ("The connection to QuickBooks ends" in client.get("/admin/").content.decode()) == is_told

    @pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
    def test_owner_and_admin_hear_of_it_on_every_page(self, shop: Shop, role: str) -> None:
        Connection.objects.update(hard_expires_at=timezone.now() + timedelta(days=13))
        client = Client()
        client.force_login(builders.member(shop.organization, role))
        for path in ("/admin/", "/admin/invoices/invoice/", "/quickbooks/status/", "/admin/sync/syncevent/"):
            text = client.get(path, follow=True).content.decode()
            assert "The connection to QuickBooks ends" in text, path

    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
    def test_nobody_else_does(self, shop: Shop, role: str) -> None:
        Connection.objects.update(hard_expires_at=timezone.now() + timedelta(days=3))
        client = Client()
        client.force_login(builders.member(shop.organization, role))
        assert "ends on" not in client.get("/admin/", follow=True).content.decode()

    def test_reconnecting_ends_the_warning(self, shop: Shop) -> None:
        Connection.objects.update(hard_expires_at=timezone.now() + timedelta(days=3))
        shop.reconnect()
        client = Client()
        client.force_login(builders.member(shop.organization))
        assert "The connection to QuickBooks ends" not in client.get("/admin/", follow=True).content.decode()

    def test_a_connection_that_has_ended_already_says_so_by_its_row(self, shop: Shop) -> None:
        Connection.objects.update(hard_expires_at=timezone.now() - timedelta(days=3), status="token_expired")
        client = Client()
        client.force_login(builders.member(shop.organization))
        assert "The connection to QuickBooks end" not in client.get("/admin/", follow=True).content.decode()
