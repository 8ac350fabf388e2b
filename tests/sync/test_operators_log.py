"""What a person on call can trace in the log, and what must never be in it."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.utils import timezone

from runacall import operators_log
from runacall.operators_log import JsonLines, NotForTheLog
from tests import builders
from tests.books import Shop

SECRETS = ("Okafor", "okafor@example.com", "216-555-0100", "Gate code 12", "100.00", "108.00")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO, logger="runacall.operations")

    def read() -> list[dict[str, Any]]:
        return [json.loads(JsonLines().format(record)) for record in caplog.records]

    return read


def test_a_drain_and_its_submission_can_be_followed(shop: Shop, lines: Any) -> None:
    shop.invoice()
    shop.drain()
    organization, realm = shop.organization.pk, shop.connection.realm_id
    drains = [line for line in lines() if line["what"] == "drain"]
    assert [(line["organization"], line["realm"], line["ended"]) for line in drains] == [
        (organization, realm, "nothing due")
    ]
    assert drains[0]["settled"] >= 1
    sent = [line for line in lines() if line["what"] == "submission"]
    assert sent
    assert all(line["request_id"] and line["intuit_tid"] and line["http_status"] == 200 for line in sent)


def test_a_throttle_is_a_warning(shop: Shop, lines: Any) -> None:
    shop.invoice()
    shop.books.do("fault", fault="throttle", path="write", times=1, retry_after=30)
    shop.drain()
    assert [line["seconds"] for line in lines() if line["what"] == "left alone" and line["level"] == "warning"]


def test_a_pause_names_its_code(shop: Shop, lines: Any) -> None:
    shop.invoice()
    shop.books.do("expire_token")
    shop.drain()
    (paused,) = [line for line in lines() if line["what"] == "connection paused"]
    assert (paused["code"], paused["level"]) == ("token_expired", "warning")


def test_nothing_personal_and_no_secret_stands_in_it(shop: Shop, lines: Any) -> None:
    customer = builders.customer(
        shop.organization, "M. Okafor", at=timezone.now(), email="okafor@example.com", phone="216-555-0100"
    )
    shop.invoice(customer=customer, internal_note="Gate code 12")
    shop.drain()
    shop.books.do("fault", fault="html", path="write", times=1)
    shop.invoice(customer=customer)
    shop.drain()
    text = "\n".join(json.dumps(line) for line in lines())
    shop.connection.refresh_from_db()
    tokens = (shop.connection.access_token, shop.connection.refresh_token)
    assert text
    assert not [secret for secret in (*SECRETS, *tokens) if secret in text]


def test_a_fact_that_it_does_not_know_is_refused() -> None:
    with pytest.raises(NotForTheLog, match="customer"):
        operators_log.note("drain", customer="M. Okafor")


def test_an_exception_leaves_its_type_and_place_and_not_its_words() -> None:
    try:
        raise ValueError("M. Okafor")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "It failed", None, sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert line["exception"] == "ValueError"
    assert "test_operators_log" in line["where"][-1]
    assert "Okafor" not in json.dumps(line)
