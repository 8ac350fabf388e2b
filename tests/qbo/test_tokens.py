"""One pair of tokens per connection, renewed by one process at a time and never replaced by an older pair."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from qbo.connection.oauth import OAuthClient, Tokens
from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.models import Connection
from tests.books import Shop


def calls_for_tokens(shop: Shop) -> int:
    return sum("/tokens/bearer" in one["path"] for one in shop.books.requests())


def test_a_fresh_token_is_left_alone(shop: Shop) -> None:
    before = calls_for_tokens(shop)
    assert refresh_tokens(shop.connection, at=timezone.now()) is None
    assert calls_for_tokens(shop) == before


def test_a_token_about_to_end_is_renewed_and_saved(shop: Shop) -> None:
    old = shop.connection.access_token
    assert refresh_tokens(shop.connection, at=timezone.now() + timedelta(minutes=59)) is None
    assert Connection.objects.get().access_token == shop.connection.access_token != old


def test_a_peers_newer_pair_is_adopted(shop: Shop) -> None:
    mine, peers = Connection.objects.get(), Connection.objects.get()
    refused = mine.access_token
    refresh_tokens(peers, at=timezone.now(), refused=refused)
    before = calls_for_tokens(shop)
    assert refresh_tokens(mine, at=timezone.now(), refused=refused) is None
    assert mine.access_token == peers.access_token
    assert calls_for_tokens(shop) == before


def test_two_at_once_make_one_call(shop: Shop) -> None:
    outcomes: list[str] = []

    def renew() -> None:
        try:
            refresh_tokens(Connection.objects.get(), at=timezone.now() + timedelta(minutes=59))
            outcomes.append("renewed")
        except RefreshUnderWay:
            outcomes.append("left to the other")
        finally:
            database.close()

    shop.books.do("set_latency", ms=200)
    before = calls_for_tokens(shop)
    threads = [threading.Thread(target=renew) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls_for_tokens(shop) == before + 1
    assert "renewed" in outcomes


def test_a_refusal_counts_while_the_refused_token_is_the_stored_one(shop: Shop) -> None:
    shop.books.do("expire_token")
    failure = refresh_tokens(shop.connection, at=timezone.now(), refused=shop.connection.access_token)
    assert failure
    assert failure.code == "token_expired"


def test_a_pair_that_comes_after_a_reconnection_is_not_saved(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take the place of the pair that the reconnection brought."""
    mine, refresh = Connection.objects.get(), OAuthClient.refresh

    def refresh_and_reconnect(client: OAuthClient, token: str, **how: Any) -> Tokens:
        pair = refresh(client, token, **how)
        shop.reconnect()
        return pair

    monkeypatch.setattr(OAuthClient, "refresh", refresh_and_reconnect)
    assert refresh_tokens(mine, at=timezone.now(), refused=mine.access_token) is None
    assert Connection.objects.get().refresh_token == shop.connection.refresh_token
    assert mine.access_token == shop.connection.access_token


def test_a_refusal_that_comes_after_a_reconnection_is_of_no_account(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Intuit refused was the pair of before; the new one is good."""
    mine, refresh = Connection.objects.get(), OAuthClient.refresh

    def reconnect_and_refresh(client: OAuthClient, token: str, **how: Any) -> Tokens:
        shop.books.do("expire_token")
        shop.reconnect()
        return refresh(client, token, **how)

    monkeypatch.setattr(OAuthClient, "refresh", reconnect_and_refresh)
    assert refresh_tokens(mine, at=timezone.now(), refused=mine.access_token) is None
    assert mine.access_token == shop.connection.access_token


def test_the_lock_of_a_process_that_died_runs_out(shop: Shop) -> None:
    now = timezone.now()
    Connection.objects.update(refreshing_until=now + timedelta(seconds=30))
    late = now + timedelta(minutes=59)
    Connection.objects.update(refreshing_until=late + timedelta(seconds=1))
    with pytest.raises(RefreshUnderWay):
        refresh_tokens(shop.connection, at=late)
    assert refresh_tokens(shop.connection, at=late + timedelta(seconds=2)) is None


def test_tokens_are_ciphertext_in_the_database(shop: Shop) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM qbo_connection")
        stored = cursor.fetchone()
    assert shop.connection.access_token not in stored
    assert shop.connection.refresh_token not in stored
