"""An impossible answer breaks at most its own event: no other event, no page, no bundle, no database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qbo.connection.client import encode
from qbo_emulator.messages import Response
from sync.log.details import exchange_of
from sync.log.support_bundle import support_bundle
from sync.models import State, Submission, SyncEvent
from tests import builders
from tests.books import NO_LIMITS, Shop, connected_shop
from tests.sync.queue import answered, connection_of, failed_event
from tests.tampering import Tampering, tampered_emulator


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


AWKWARD = {
    "nested": '{"bId":"0","Invoice":{"Id":"7","Line":' + nested(700) + "}}",
    "half an emoji": '{"bId":"0","Invoice":{"Id":"7","PrivateNote":"\\ud83d and \\u0000"}}',
    "enormous": '{"bId":"0","Invoice":{"Id":"7","TotalAmt":' + "9" * 4000 + ',"Balance":1e999999}}',
    "endless digits": '{"bId":"0","Invoice":{"Id":"7","TotalAmt":' + "9" * 6000 + "}}",
    "very long": '{"bId":"0","Invoice":{"Id":"7","PrivateNote":"' + "x" * 3_000_000 + '"}}',
}


class TestShown:
    @pytest.fixture(params=AWKWARD.values(), ids=AWKWARD.keys())
    def pair(self, db: None, request: Any) -> tuple[SyncEvent, SyncEvent]:
        """One with the awkward answer, one with an answer like any other."""
        connection = connection_of(builders.organization("lakeside"))
        ill, healthy = failed_event(connection), failed_event(connection)
        body = '{"BatchItemResponse":[' + request.param + "]}"
        answered(ill, request={"operation": "create"}, answer=body)
        answered(healthy, request={"operation": "create"}, answer={"Invoice": {"Id": "8"}}, tid="the-healthy-one")
        return ill, healthy

    def test_on_its_own_page(self, pair: tuple[SyncEvent, SyncEvent]) -> None:
        client = Client()
        client.force_login(builders.member(pair[0].organization))
        page = client.get(reverse("admin:sync_syncevent_change", args=[pair[0].pk]))
        assert page.status_code == 200
        assert len(page.content) < 2_000_000

    def test_in_the_bundle_of_others(self, pair: tuple[SyncEvent, SyncEvent]) -> None:
        events = SyncEvent.objects.filter(pk__in=[one.pk for one in pair])
        bundle = support_bundle(pair[0].organization, events, at=timezone.now())
        assert bundle.as_zip()
        held = {one["event"]: one for one in json.loads(bundle.as_json())["events"]}
        assert held[pair[1].pk]["attempts"][0]["answer"]["Invoice"]["Id"] == "8"
        assert pair[0].pk in held

    def test_it_says_where_it_cannot_be_shown(self, pair: tuple[SyncEvent, SyncEvent]) -> None:
        assert exchange_of(pair[0].attempts.get()).answer


@pytest.fixture
def there(settings: Any) -> Iterator[Tampering]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    with tampered_emulator() as tampering:
        yield tampering


@pytest.fixture
def shop(transactional_db: None, there: Tampering) -> Shop:
    return connected_shop(there.url)


def second_item(**values: Any) -> Any:
    """The second invoice of a batch comes back with other values."""

    def change(answer: Response) -> Response:
        document = json.loads(answer.body)
        items = document.get("BatchItemResponse", [])
        if len(items) > 1 and "Invoice" in items[1]:
            items[1]["Invoice"] |= values
        return Response(answer.status, json.dumps(document))

    return change


class TestOfABatch:
    @pytest.fixture(autouse=True)
    def _few_go_in_batches_too(self, settings: Any) -> None:
        settings.SYNC = {**settings.SYNC, "ALONE_AT_MOST": 0}

    @pytest.mark.sampled(3)
    @pytest.mark.parametrize(
        "values",
        [
            {"Id": "9" * 40},
            {"Id": "7\x00"},
            {"SyncToken": "1" * 40},
            {"TxnDate": "yesterday"},
            {"TotalAmt": 10**300},
            {"TotalAmt": "much"},
            {"TxnTaxDetail": "none"},
        ],
        ids=lambda values: next(iter(values)),
    )
    def test_one_item_stops_no_other(self, shop: Shop, there: Tampering, values: dict[str, Any]) -> None:
        customer = shop.settled_invoice().customer
        invoices = [shop.invoice(customer=customer) for _ in range(4)]
        there.answers["/batch"] = second_item(**values)
        shop.drain()
        states = [shop.event(one).state for one in invoices]
        assert states.count(State.SYNCED) == 3, states
        [ill] = [one for one in invoices if shop.event(one).state != State.SYNCED]
        assert shop.event(ill).state == State.FAILED
        there.clear()
        shop.retry(ill)
        shop.drain(timezone.now() + timedelta(minutes=10))
        shop.assert_in_books(*invoices)
        assert len(shop.books.invoices()) == 5, "it was there already, and is not sent again"

    def test_words_that_no_database_holds(self, shop: Shop, there: Tampering) -> None:
        """In what the bookkeeper wrote, it is none of our business; in a number, it is shown as what it is not."""
        customer = shop.settled_invoice().customer
        invoices = [shop.invoice(customer=customer) for _ in range(3)]
        there.answers["/batch"] = second_item(PrivateNote="\ud83d\x00", CustomField=[{"StringValue": "\ud83d"}])
        shop.drain()
        assert {shop.event(one).state for one in invoices} == {State.SYNCED}

    def test_what_cannot_be_written_down_stops_alone(self, shop: Shop, monkeypatch: Any) -> None:
        customer = shop.settled_invoice().customer
        invoices = [shop.invoice(customer=customer) for _ in range(3)]
        ill = shop.event(invoices[1]).pk
        from sync.engine.send import push

        def poison(value: Any) -> str:
            if f"/{invoices[1].pk}" in str(value) or invoices[1].number in str(value):
                raise ValueError("cannot be sent in a payload")
            return encode(value)

        monkeypatch.setattr(push, "encode", poison)
        shop.drain()
        assert [shop.event(one).state for one in invoices] == [State.SYNCED, State.FAILED, State.SYNCED]
        stopped = SyncEvent.objects.get(pk=ill)
        assert stopped.failure_code == "internal_error"
        assert stopped.message == "Run a Call failed while preparing this: ValueError: cannot be sent in a payload"

    def test_a_submission_that_cannot_be_settled_keeps_no_other_in_doubt(self, shop: Shop) -> None:
        now = timezone.now()
        customer = shop.settled_invoice(at=now).customer
        for number in range(2):
            shop.books.do("fault", fault="cut", path="write", after_commit=True, times=1)
            shop.invoice(at=now, customer=customer)
            shop.drain(now + timedelta(seconds=number))
        doubts = list(Submission.objects.unsettled().order_by("pk"))
        assert len(doubts) == 2
        Submission.objects.filter(pk=doubts[0].pk).update(items=[{"nonsense": True}])
        shop.drain(now + timedelta(minutes=6))
        states = sorted(SyncEvent.objects.filter(submission__in=doubts).values_list("state", flat=True))
        assert states == [State.FAILED, State.SYNCED]


def test_a_number_without_end_is_never_written_out() -> None:
    from decimal import Decimal

    with pytest.raises(ValueError, match="cannot be sent in a payload"):
        encode({"Amount": Decimal("1e999999999")})


def test_half_a_character_is_sent_and_kept_as_its_escape() -> None:
    text = encode({"Memo": "\ud83d"})
    assert text == '{"Memo":"\\ud83d"}'
    text.encode()
