"""Exports of the log after real traffic: the files say what the page says, and the bundle has no personal data."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qbo.known_texts import letters_of, unescaped
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.models import State
from tests import builders
from tests.books import Shop

PERSONAL = {
    "name": "Zoë Quackenbush-Łuczak",
    "email": "zoe.quackenbush@example.org",
    "phone": "(216) 555-0173",
    "billing_line1": "4711 Wisteria Boulevard",
    "service_line1": "12 Rear Cottage Lane",
}
NOTE = "Zoë asked to ring at the back, the dog is called Brutus"


@pytest.fixture
def start() -> datetime:
    return timezone.now()


@pytest.fixture
def invoice(shop: Shop, start: datetime) -> Invoice:
    """Recreated customer, refused item, lost answer, expired token: its history holds bodies of each kind."""
    customer = builders.customer(shop.organization, at=start, **PERSONAL)
    shop.settled_invoice(at=start, customer=customer)
    shop.books.do("delete_customer", id=shop.qbo_id(customer))
    quoted = f"{PERSONAL['name']} <{PERSONAL['email']}>, {PERSONAL['phone']}, {PERSONAL['billing_line1']}"
    invoice = shop.invoice(at=start, customer=customer, internal_note=NOTE, customer_note=NOTE)
    shop.books.do("fault", fault="html", path="write", entity="Invoice", times=1)
    shop.drain(start)
    refusal = {"code": "6000", "message": f"Not for {quoted}", "detail": f"Supplied value:{json.dumps(quoted)}"}
    shop.books.do("fault", fault="item_fault", entity="Invoice", times=None, **refusal)
    for minute in (5, 35):
        shop.drain(start + timedelta(minutes=minute))
    assert shop.event(invoice).state == State.FAILED
    return invoice


def client_of(shop: Shop, role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(builders.member(shop.organization, role))
    return client


def files_of(answer: Any) -> dict[str, str]:
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("whole_log", [False, True], ids=["one event", "the log"])
def test_the_bundle_holds_the_evidence_and_nobody(shop: Shop, invoice: Invoice, whole_log: bool) -> None:
    event = shop.event(invoice)
    url = reverse("sync:support_bundle") if whole_log else reverse("sync:event_bundle", args=[event.pk])
    files = files_of(client_of(shop).get(url))
    held = "\n".join(files.values())
    for text in (*PERSONAL.values(), NOTE, shop.connection.access_token, shop.connection.refresh_token):
        assert text not in held
        assert letters_of(text) not in letters_of(unescaped(held)), text
    assert "Quackenbush" not in held
    assert "Brutus" not in held
    document = json.loads(files["bundle.json"])
    found = next(one for one in document["events"] if one["event"] == event.pk)
    assert document["connection"]["realm_id"] == shop.connection.realm_id
    assert found["invoice"]["number"] == invoice.number
    sent = [attempt for attempt in found["attempts"] if attempt["request_id"]]
    assert len(sent) == len(shop.sent(invoice))
    assert {attempt["intuit_tid"] for attempt in sent} >= {shop.sent(invoice)[-1].intuit_tid}
    payload = sent[-1]["request"]
    assert payload["DocNumber"] == invoice.number
    assert f"#{invoice.number} (ref " in payload["PrivateNote"]
    assert payload["TxnTaxDetail"]["TotalTax"] == 8
    assert sent[-1]["answer"]["Fault"]["Error"][0]["code"] == "6000"
    assert f"customer-{invoice.customer_id}" in sent[-1]["answer"]["Fault"]["Error"][0]["Message"]


def test_the_export_reads_as_the_page_does(shop: Shop, invoice: Invoice) -> None:
    client = client_of(shop)
    answer = client.get(reverse("sync:export_log", args=["csv"]), {"status": "failed"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    page = client.get(reverse("admin:sync_syncevent_changelist"), {"status": "failed"}).content.decode()
    for heading in ("Timestamp", "Entity", "Direction", "Status", "What follows", "Customer"):
        assert row[heading]
        assert row[heading] in page, heading
    assert row["intuit_tid"] == shop.sent(invoice)[-1].intuit_tid


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
def test_only_who_sees_the_log_takes_it_out(shop: Shop, invoice: Invoice, role: str) -> None:
    client = client_of(shop, role)
    for url in urls_of(shop, invoice):
        assert client.get(url).status_code == 403


def test_another_shop_gets_nothing_of_it(shop: Shop, invoice: Invoice) -> None:
    elsewhere = builders.organization()
    client = Client()
    client.force_login(builders.member(elsewhere, Role.OWNER))
    export, log, event = urls_of(shop, invoice)
    assert invoice.number not in b"".join(client.get(export).streaming_content).decode()
    assert json.loads(files_of(client.get(log))["bundle.json"])["events"] == []
    assert client.get(event).status_code == 404


def urls_of(shop: Shop, invoice: Invoice) -> tuple[str, str, str]:
    return (
        reverse("sync:export_log", args=["csv"]),
        reverse("sync:support_bundle"),
        reverse("sync:event_bundle", args=[shop.event(invoice).pk]),
    )
