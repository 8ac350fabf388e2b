"""Tokens that no key can decrypt: only that connection has expired, and Reconnect works."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.utils import timezone

from qbo.connection.connecting import disconnect
from qbo.encryption import UnreadableSecret
from qbo.models import Connection
from sync import tasks
from sync.log.support_bundle import support_bundle
from sync.models import State
from sync.models.events import EntityType
from tests.books import Shop, connected_shop, emulator
from tests.journeys.office import Office


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Another company's emulator."""
    with emulator() as url:
        yield url


def drop_key_of(*shops: Shop, settings: Any) -> None:
    """The operator drops the key under which these shops' tokens are stored; other shops' are under the new one."""
    old, new = settings.TOKEN_KEYS[0], Fernet.generate_key().decode()
    others = Connection.objects.exclude(pk__in=[shop.connection.pk for shop in shops])
    held = [(one.pk, one.access_token, one.refresh_token) for one in others]
    settings.TOKEN_KEYS = [new]
    for pk, access, refresh in held:
        Connection.objects.filter(pk=pk).update(access_token=access, refresh_token=refresh)
    assert old != new


def test_the_row_loads_saves_and_refreshes(shop: Shop, settings: Any) -> None:
    drop_key_of(shop, settings=settings)
    connection = Connection.objects.get()
    connection.refresh_from_db()
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM qbo_connection")
        before = cursor.fetchone()
        connection.save()
        cursor.execute("SELECT access_token, refresh_token FROM qbo_connection")
        assert cursor.fetchone() == before, "what cannot be read is not lost either: the key may come back"
    with pytest.raises(UnreadableSecret):
        _ = connection.access_token
    assert "[sealed]" in repr(Connection.objects.values_list("access_token", flat=True)[0])


def test_it_is_a_token_expired_of_that_connection_alone(
    shop: Shop, office: Office, elsewhere: str, settings: Any
) -> None:
    healthy = connected_shop(elsewhere, slug="healthy")
    waiting, other = shop.invoice(), healthy.invoice()
    drop_key_of(shop, settings=settings)
    for one in (shop, healthy):
        tasks.drain_connection(one.connection.pk)
    assert healthy.event(other).state == State.SYNCED
    shop.connection.refresh_from_db()
    assert shop.connection.status == Connection.Status.TOKEN_EXPIRED
    row = shop.log().get(record_type=EntityType.CONNECTION)
    assert (row.state, row.failure_code) == (State.FAILED, "token_expired")
    assert row.message == "Token expired: Run a Call can no longer read the stored tokens of this connection."
    assert office.banner() == "1 QBO sync error needs attention."
    status = office.visit("/quickbooks/status/").text
    assert "can no longer read the stored tokens" in status
    assert "QuickBooks' words" not in status
    office.reconnect()
    tasks.drain_connection(shop.connection.pk)
    office.assert_clear(waiting)


def test_every_page_and_command_goes_on(shop: Shop, office: Office, settings: Any) -> None:
    shop.invoice()
    drop_key_of(shop, settings=settings)
    tasks.drain_connection(shop.connection.pk)
    for path in ("/quickbooks/status/", "/quickbooks/tax/", "/quickbooks/items/", "/quickbooks/invoices/"):
        office.visit(path)
    out = io.StringIO()
    call_command("sync_status", "--json", stdout=out)
    [told] = json.loads(out.getvalue())["organizations"]
    assert told["connection"]["status"] == "token_expired"
    support_bundle(shop.organization, shop.log(), at=timezone.now()).as_zip()


def test_the_lists_cannot_be_read_and_the_page_says_so(shop: Shop, office: Office, settings: Any) -> None:
    drop_key_of(shop, settings=settings)
    assert "Token expired" in office.refresh("status").text


def test_disconnecting(shop: Shop, settings: Any) -> None:
    drop_key_of(shop, settings=settings)
    disconnect(Connection.objects.get(), at=timezone.now())
    assert Connection.objects.get().status == Connection.Status.DISCONNECTED


def test_an_access_token_alone_that_cannot_be_read_is_renewed(shop: Shop, settings: Any) -> None:
    connection = Connection.objects.get()
    refresh, settings.TOKEN_KEYS = connection.refresh_token, [Fernet.generate_key().decode()]
    Connection.objects.update(refresh_token=refresh)
    invoice = shop.invoice()
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED


class TestRotating:
    def rotate(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("rotate_token_keys", *arguments, stdout=out)
        return out.getvalue()

    def add_key(self, settings: Any) -> str:
        new = Fernet.generate_key().decode()
        settings.TOKEN_KEYS = [new, *settings.TOKEN_KEYS]
        return new

    def test_afterwards_the_old_key_can_be_dropped(self, shop: Shop, qbo_url: str, settings: Any) -> None:
        other = connected_shop(qbo_url, slug="other")
        held = [(one.connection.access_token, one.connection.refresh_token) for one in (shop, other)]
        new = self.add_key(settings)
        assert "2 re-encrypted, 0 had the newest key already, 0 could not be read." in self.rotate("--step", "1")
        settings.TOKEN_KEYS = [new]
        found = [(one.access_token, one.refresh_token) for one in Connection.objects.order_by("pk")]
        assert found == held

    def test_goes_on_where_it_was_stopped(self, shop: Shop, qbo_url: str, settings: Any) -> None:
        connected_shop(qbo_url, slug="other")
        self.add_key(settings)
        from qbo.connection.key_rotation import rotate_token_keys

        next(rotate_token_keys(step=1))
        assert "1 re-encrypted, 1 had the newest key already" in self.rotate()
        assert "0 re-encrypted, 2 had the newest key already" in self.rotate()

    def test_names_what_no_key_reads_and_does_the_others(self, shop: Shop, qbo_url: str, settings: Any) -> None:
        healthy = connected_shop(qbo_url, slug="healthy")
        drop_key_of(shop, settings=settings)
        new = self.add_key(settings)
        with pytest.raises(CommandError):
            self.rotate()
        settings.TOKEN_KEYS = [new]
        assert Connection.objects.get(pk=healthy.connection.pk).has_readable_tokens

    def test_a_pair_that_is_renewed_meanwhile_stays(self, shop: Shop, settings: Any, monkeypatch: Any) -> None:
        from qbo.connection import key_rotation

        self.add_key(settings)
        former = key_rotation._sealed

        def renewed_meanwhile(connection: Connection) -> Any:
            held = former(connection)
            Connection.objects.update(access_token="newer", refresh_token="newer", token_version=99)
            return held

        monkeypatch.setattr(key_rotation, "_sealed", renewed_meanwhile)
        self.rotate()
        assert Connection.objects.get().refresh_token == "newer"
