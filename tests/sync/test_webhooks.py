"""Intuit's webhooks: signed, answered at once, and harmless however often and in whatever order they come."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from qbo.connection.client import moment
from qbo.models import Connection, Link
from qbo_emulator.webhooks.bodies import signed
from sync.inbound import notices
from sync.inbound.listening import hear
from sync.inbound.notices import settle
from sync.inbound.webhooks import read_body
from sync.models import ChangeCursor, Notice
from sync.pages import webhooks as page
from sync.tasks import read_changes, sweep
from tests.books import Shop, connected_shop

VERIFIER = "emulator-verifier"


class Company:
    """What signs as the emulator does."""

    @staticmethod
    def switch(name: str) -> bool:
        return False


def headers(body: bytes, verifier: str = VERIFIER) -> dict[str, str]:
    return {"intuit-signature": signed(Company(), verifier, body)["intuit-signature"]}  # type: ignore[arg-type]


def classic(realm: str, *entities: tuple[str, str, str], at: str = "2026-06-17T16:00:00.000Z") -> bytes:
    named = [{"name": name, "id": key, "operation": verb, "lastUpdated": at} for name, key, verb in entities]
    return json.dumps({"eventNotifications": [{"realmId": realm, "dataChangeEvent": {"entities": named}}]}).encode()


def deliver(body: bytes, **more: Any) -> int:
    sent = {"headers": headers(body), "content_type": "application/json", **more}
    return int(Client(enforce_csrf_checks=True).post("/quickbooks/webhooks/", body, **sent).status_code)


@pytest.fixture
def shop(transactional_db: None, qbo_url: str, settings: Any) -> Shop:
    settings.QBO_WEBHOOK_VERIFIER = VERIFIER
    shop = connected_shop(qbo_url)
    ChangeCursor.of(shop.connection, at=timezone.now() + timedelta(hours=1))
    return shop


def asked() -> int:
    return sum("read_changes" in str(task.func()) for task in OrmQ.objects.all())


@pytest.fixture(params=["classic", "cloudevents"])
def body(request: pytest.FixtureRequest, shop: Shop) -> bytes:
    """A change of an invoice that is not ours, in both formats."""
    realm = shop.connection.realm_id
    if request.param == "classic":
        return classic(realm, ("Invoice", "4711", "Update"))
    event = {"specversion": "1.0", "id": "88cd52aa", "source": "intuit.x", "type": "qbo.invoice.updated.v1"}
    event |= {"time": "2026-06-17T16:00:00.179851517Z", "intuitentityid": "4711", "intuitaccountid": realm}
    return json.dumps([event]).encode()


def test_a_signed_webhook_is_stored_once_and_has_the_changes_read(shop: Shop, body: bytes) -> None:
    assert [deliver(body) for _ in range(3)] == [200, 200, 200]
    (notice,) = Notice.objects.all()
    assert (notice.entity, notice.qbo_id, notice.realm_id) == ("Invoice", "4711", shop.connection.realm_id)
    assert notice.changed_at == moment(f"2026-06-17T16:00:00.{'000' if b'Notif' in body else '179851'}Z")
    assert asked() == 1


@pytest.mark.parametrize("signature", ["", "x", "ünicode", "c2lnbmVk"])
def test_another_signature_is_refused_and_stores_nothing(shop: Shop, body: bytes, signature: str) -> None:
    assert deliver(body, headers={"intuit-signature": signature.encode().decode("latin-1")}) == 401
    assert deliver(body + b" ", headers=headers(body)) == 401
    assert deliver(body, headers=headers(body, "another-token")) == 401
    assert not Notice.objects.exists()


def test_without_a_verifier_token_there_is_no_endpoint(shop: Shop, body: bytes, settings: Any) -> None:
    settings.QBO_WEBHOOK_VERIFIER = ""
    assert deliver(body, headers=headers(body, "")) == 404
    assert not Notice.objects.exists()


def test_what_is_too_long_is_refused_before_it_is_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "LARGEST", 100)
    assert deliver(classic(shop.connection.realm_id, *[("Invoice", str(n), "Update") for n in range(9)])) == 413


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[" * 100_000, b"null", b"[1, null]", b'{"eventNotifications": 5}', b'{"eventNotifications": [5]}',
        b'{"eventNotifications": [{"realmId": 1, "dataChangeEvent": {"entities": [5, {}]}}]}', b'[{"type": "qbo"}]',
        b'[{"type": "qbo.invoice.updated.v1", "intuitentityid": "' + b"9" * 99 + b'"}]',
    ],
)  # fmt: skip
def test_what_intuit_signed_and_nobody_understands_does_not_hold_back_the_next(shop: Shop, body: bytes) -> None:
    assert deliver(body) == 200
    assert not Notice.objects.exists()


def test_it_asks_for_no_session_and_no_form_token_and_takes_only_posts(shop: Shop, body: bytes) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/quickbooks/webhooks/", body, content_type="application/json", headers=headers(body))
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert client.get("/quickbooks/webhooks/").status_code == 405


def test_a_company_that_is_not_connected_is_ignored(shop: Shop, body: bytes) -> None:
    Connection.objects.update(status="disconnected")
    assert deliver(body) == 200
    assert deliver(classic("999", ("Invoice", "1", "Update"))) == 200
    assert not Notice.objects.exists()
    assert asked() == 0


def test_entities_that_concern_nobody_here_are_left_out(shop: Shop) -> None:
    assert deliver(classic(shop.connection.realm_id, ("Vendor", "1", "Update"), ("Bill", "2", "Create"))) == 200
    assert not Notice.objects.exists()


def test_a_flood_is_bounded_and_costs_a_fixed_number_of_statements(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(notices, "MOST_WAITING", 50)
    realm = shop.connection.realm_id
    with django_assert_max_num_queries(16):
        assert deliver(classic(realm, *[("Invoice", str(n), "Update") for n in range(400)])) == 200
    assert deliver(classic(realm, *[("Customer", str(n), "Update") for n in range(400)])) == 200
    assert Notice.objects.count() == 50
    assert asked() == 1
    # Those that were settled are kept for a while, and leave room for news.
    settle(shop.connection, list(Notice.objects.all()), at=timezone.now())
    assert deliver(classic(realm, ("Customer", "900", "Update"))) == 200
    assert Notice.objects.filter(is_known=False).count() == 1


def test_our_own_write_that_comes_back_costs_no_read(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    row = shop.there(invoice)
    shop.books.do("webhook", url="http://127.0.0.1:9/nowhere", verifier=VERIFIER)
    told = classic(shop.connection.realm_id, ("Invoice", row["Id"], "Create"), at=row["MetaData"]["LastUpdatedTime"])
    assert deliver(told) == 200
    before = shop.books.metered()
    read_changes(shop.connection.pk)
    assert shop.books.metered() == before
    assert not Notice.objects.filter(is_known=False).exists()
    # It does not come back as news when Intuit sends it again, and it does not stay for ever.
    assert deliver(told) == 200
    assert asked() == 1
    later = timezone.now() + timedelta(hours=1)
    settle(shop.connection, [], at=later)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("together", [True, False])
def test_her_change_in_the_second_of_our_own_write_is_read(shop: Shop, together: bool) -> None:
    invoice = shop.settled_invoice()
    row = shop.there(invoice)
    second = row["MetaData"]["LastUpdatedTime"]
    shop.books.post("invoice", {**row, "TxnDate": "2026-01-05"})
    realm = shop.connection.realm_id
    changes = [("Invoice", row["Id"], "Create"), ("Invoice", row["Id"], "Update")]
    for told in [changes] if together else [[one] for one in changes]:
        assert deliver(classic(realm, *told, at=second)) == 200
        ChangeCursor.objects.update(read_at=None, asked_at=None)
        read_changes(shop.connection.pk)
    link = Link.objects.get(record_type="invoice", record_id=invoice.pk)
    assert link.theirs or link.sync_token != row["SyncToken"]


def test_a_change_of_the_bookkeepers_is_read_and_older_news_of_it_is_none(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    first = shop.there(invoice)
    shop.books.do("advance_clock", seconds=60)
    shop.books.post("invoice", {**first, "TxnDate": "2026-01-05"})
    row = shop.there(invoice)
    realm = shop.connection.realm_id
    newest = classic(realm, ("Invoice", row["Id"], "Update"), at=row["MetaData"]["LastUpdatedTime"])
    assert deliver(newest) == 200
    before = shop.books.metered()
    read_changes(shop.connection.pk)
    assert shop.books.metered() == before + 1
    assert shop.event(invoice).failure_code == "edited_in_quickbooks"
    # Late, doubled and in disorder: nothing of it is new.
    older = classic(realm, ("Invoice", row["Id"], "Create"), at=first["MetaData"]["LastUpdatedTime"])
    for late in (older, newest, older):
        assert deliver(late) == 200
        read_changes(shop.connection.pk)
    assert shop.books.metered() == before + 1


@pytest.mark.parametrize(("verifier", "minutes"), [("", 15), (VERIFIER, 120)])
def test_how_often_a_quiet_company_is_read(shop: Shop, settings: Any, verifier: str, minutes: int) -> None:
    settings.QBO_WEBHOOK_VERIFIER = verifier
    hear(shop.connection, sooner=True)
    cursor = ChangeCursor.objects.get()
    assert cursor.next_at - cursor.read_at == timedelta(minutes=minutes)


def test_a_lost_task_is_asked_for_again_and_two_hosts_ask_once(shop: Shop) -> None:
    now = timezone.now()
    ChangeCursor.objects.update(next_at=now)
    assert notices.claim_due(at=now) == [shop.connection.pk]
    assert notices.claim_due(at=now) == []
    assert notices.claim_due(at=now + notices.ASKED_AGAIN_AFTER) == [shop.connection.pk]


def test_changes_in_quick_succession_are_read_together(shop: Shop) -> None:
    now = timezone.now()
    ChangeCursor.objects.update(read_at=now, next_at=now + timedelta(minutes=15))
    deliver(classic(shop.connection.realm_id, ("Invoice", "4711", "Update")))
    assert asked() == 0
    assert notices.claim_due(at=now + timedelta(seconds=5)) == []
    assert notices.claim_due(at=now + notices.AT_LEAST_BETWEEN) == [shop.connection.pk]


def test_the_sweep_begins_with_a_company_that_was_just_connected(shop: Shop) -> None:
    ChangeCursor.objects.all().delete()
    sweep()
    assert asked() == 1
    before = shop.books.metered()
    read_changes(shop.connection.pk)
    assert shop.books.metered() == before + 1
    assert asked() == 1
    cursor = ChangeCursor.objects.get()
    assert cursor.asked_at is None
    assert cursor.since is not None


def test_a_merge_names_both_customers() -> None:
    event = {"specversion": "1.0", "id": "1", "source": "s", "type": "qbo.customer.merged.v1", "intuitentityid": "63"}
    event |= {"intuitaccountid": "310687", "data": {"deletedid": "99"}, "time": "2026-06-17T16:00:00-07:00"}
    (told,) = read_body(json.dumps([event]).encode())
    assert (told.entity, told.qbo_id, told.merged_id) == ("Customer", "63", "99")


@pytest.mark.parametrize("text", ["2026-03-02T20:52:31-0800", "2026-03-02T20:52:31.657Z", "2026-03-02T12:55:50-08:00"])
def test_times_as_intuit_writes_them(text: str) -> None:
    at = moment(text)
    assert at is not None
    assert at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", [None, "", "yesterday", 5, "9999-99-99T00:00:00Z"])
def test_no_time_is_no_time(text: object) -> None:
    assert moment(text) is None
