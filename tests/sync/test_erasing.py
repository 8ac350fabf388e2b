"""Erasing a shop, and a person from a shop: nothing of them stays anywhere, and nobody else's data is erased."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
from pathlib import Path
from typing import TextIO

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.management import CommandError, call_command
from django.utils import timezone

from qbo.models import Connection, Lease, Link, MatchChoice
from runacall.invoices.models import Customer, Invoice
from runacall.organizations.models import Membership, Organization
from sync.management.commands import export_organization
from sync.models import ActionRecord, Attempt, State, Submission, SyncEvent, Tally, Untaken
from tests import builders, log_rows

pytestmark = pytest.mark.django_db
NAME = "Zebulon Quartermain"


def everything() -> str:
    """Every row of every table, as text."""
    rows = (row for model in apps.get_models() for row in model._default_manager.all())
    return serializers.serialize("jsonl", rows)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def shop(slug: str, *, name: str = NAME) -> Connection:
    """With a customer of that name, an invoice, and a batch in which somebody else was too."""
    books = log_rows.shop_with_books(slug)
    organization = books.organization
    customer = builders.customer(organization, name=name)
    Customer.objects.filter(pk=customer.pk).update(billing_line1=f"{name} Street 1", email="zeb@example.com")
    other = builders.invoice(organization, customer=builders.customer(organization, name="Alice Brown"))
    MatchChoice.objects.create(
        connection=books, realm_id=books.realm_id, record_type="customer", record_id=customer.pk, kind="this_one",
        qbo_id="58", there_name=name, former_name=name, former=json.dumps({"n": name}), at=timezone.now(),
    )  # fmt: skip
    ActionRecord.objects.create(
        organization=organization, at=timezone.now(), action="fix",
        fix={"cause": f"customer_not_found:customer:{customer.pk}", "title": f"Customer '{name}' not found in QBO"},
    )  # fmt: skip
    mine = builders.invoice(organization, customer=customer)
    Invoice.objects.filter(pk=mine.pk).update(internal_note=f"{name} has a dog")
    batch = {"BatchItemRequest": [{"bId": "0", "Invoice": {"n": name}}, {"bId": "1", "Invoice": {"n": "Alice Brown"}}]}
    answer = {"BatchItemResponse": [{"bId": "0", "n": name}, {"bId": "1", "n": "Alice Brown"}]}
    submission = Submission.objects.create(
        connection=books, realm_id="1", body=json.dumps(batch), answer=json.dumps(answer), fence=1,
        created_at=timezone.now(), settled_at=timezone.now(),
    )  # fmt: skip
    SyncEvent.objects.filter(organization=organization).update(state=State.SYNCED, due_at=None)
    for position, invoice in enumerate((mine, other)):
        event = SyncEvent.objects.filter(record_type="invoice", record_id=invoice.pk).first()
        event = event or log_rows.event(books, State.SYNCED, None, invoice=invoice)
        SyncEvent.objects.filter(pk=event.pk).update(party=str(invoice.customer), submission=submission)
        Attempt.objects.create(
            event=event, submission=submission, position=position, kind="sent", at=timezone.now(), outcome="synced",
            message=f"{invoice.customer} is there",
        )  # fmt: skip
    log_rows.event(books, State.SYNCED, None, record_type="customer", record_id=customer.pk, label=name, party=name)
    Link.objects.create(
        connection=books,
        realm_id="1",
        record_type="invoice",
        record_id=mine.pk,
        qbo_id="5",
        synced_at=timezone.now(),
        base=json.dumps({"said": name}),
        theirs=json.dumps({"CustomerRef": name}),
    )
    for invoice, reference in ((mine, name), (other, "Alice Brown")):
        Untaken.objects.create(
            connection=books, realm_id="1", qbo_id=str(invoice.pk), records=[f"invoice:{invoice.pk}"],
            theirs={"qbo_id": str(invoice.pk), "amount": "1.00", "date": "2026-06-17", "reference": f"{reference} 11"},
        )  # fmt: skip
    Tally.objects.create(connection=books, name="outcome", label="synced:", value=2)
    LogEntry.objects.create(
        user=builders.user(), content_type=ContentType.objects.get_for_model(Customer), object_id=str(customer.pk),
        object_repr=name, action_flag=CHANGE, change_message=f"{name} moved",
    )  # fmt: skip
    return books


def member(organization: Organization, user: User) -> None:
    Membership.objects.create(organization=organization, user=user, role="owner")


# --- a shop -------------------------------------------------------------------------------------------------------


def test_a_shop_goes_whole_and_the_other_stays_whole() -> None:
    gone, stays = shop("gone"), shop("stays", name="Someone Else")
    member(gone.organization, only := builders.user("only@example.com"))
    both = builders.user("both@example.com")
    for organization in (gone.organization, stays.organization):
        member(organization, both)
    Connection.objects.filter(pk=gone.pk).update(status=Connection.Status.DISCONNECTED)
    rows = {model: model._default_manager.count() for model in (Invoice, SyncEvent, Attempt, Submission, Link)}
    told = json.loads(run("erase_organization", "gone", "--confirm", "gone"))
    assert told["rows"]["invoices.Invoice"] == 2
    assert told["rows"]["sync.Submission"] == 1
    left = everything()
    assert "Zebulon" not in left
    assert "Someone Else Street 1" in left
    assert not Organization.objects.filter(slug="gone").exists()
    for model, count in rows.items():
        assert model._default_manager.count() == count // 2, model
    assert not User.objects.filter(pk=only.pk).exists()
    assert User.objects.filter(pk=both.pk).exists()


def test_a_shop_is_not_erased_unasked_or_while_it_is_in_use() -> None:
    books = shop("gone")
    with pytest.raises(CommandError, match="--confirm gone"):
        run("erase_organization", "gone")
    with pytest.raises(CommandError, match="disconnect it first"):
        run("erase_organization", "gone", "--confirm", "gone")
    Connection.objects.filter(pk=books.pk).update(status=Connection.Status.DISCONNECTED)
    Lease.objects.update_or_create(connection=books, defaults={"expires_at": timezone.now() + dt.timedelta(minutes=1)})
    with pytest.raises(CommandError, match="being sent right now"):
        run("erase_organization", "gone", "--confirm", "gone")
    assert Organization.objects.filter(slug="gone").exists()


# --- a person -----------------------------------------------------------------------------------------------------


def test_a_person_is_gone_from_records_log_payloads_and_history() -> None:
    books = shop("here")
    customer = Customer.objects.get(name=NAME)
    total = Invoice.objects.get(customer=customer).total
    told = json.loads(run("erase_customer", "--organization", "here", str(customer.pk), "--confirm"))
    assert (told["rows"]["invoices"], told["rows"]["submissions"]) == (1, 1)
    left = everything()
    assert "Zebulon" not in left
    assert "Alice Brown 11" in left
    assert "zeb@example.com" not in left
    invoice = Invoice.objects.get(customer=customer)
    assert invoice.total == total
    submission = Submission.objects.get(connection=books)
    assert [item["bId"] for item in json.loads(submission.body)["BatchItemRequest"]] == ["1"]
    assert "Alice Brown" in submission.answer
    assert Link.objects.filter(record_id=invoice.pk).exists()


def test_a_person_whose_invoice_waits_is_not_erased() -> None:
    shop("here")
    customer = Customer.objects.get(name=NAME)
    SyncEvent.objects.filter(party=NAME).update(state=State.FAILED, failure_code="unknown")
    with pytest.raises(CommandError, match="still waiting or failed"):
        run("erase_customer", "--organization", "here", str(customer.pk), "--confirm")
    assert NAME in everything()


def test_a_person_of_another_shop_is_not_found() -> None:
    shop("here")
    shop("there", name="Someone Else")
    customer = Customer.objects.get(name="Someone Else")
    with pytest.raises(CommandError, match="no customer"):
        run("erase_customer", "--organization", "here", str(customer.pk), "--confirm")


# --- the export ---------------------------------------------------------------------------------------------------


def test_an_export_holds_all_of_the_shop_nothing_of_another_and_no_token(tmp_path: Path) -> None:
    books = shop("here")
    shop("there", name="Someone Else")
    Connection.objects.filter(pk=books.pk).update(access_token="access-secret-9", refresh_token="refresh-secret-9")
    file = tmp_path / "here.jsonl"
    run("export_organization", "here", str(file))
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    tables = {row["model"] for row in rows}
    assert {"organizations.organization", "invoices.invoice", "sync.attempt", "sync.submission", "qbo.link"} <= tables
    assert "invoices.invoiceline" in tables or any("line" in table for table in tables)
    assert NAME in file.read_text()
    assert "Someone Else" not in file.read_text()
    assert "secret-9" not in file.read_text()
    assert "access_token" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="exists"):
        run("export_organization", "here", str(file))
    assert NAME in file.read_text()


def test_an_export_that_breaks_off_leaves_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fills_the_disk(organization: Organization, out: TextIO) -> None:
        out.write("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    shop("here")
    monkeypatch.setattr(export_organization, "export_organization", fills_the_disk)
    with pytest.raises(CommandError, match=r"Nothing is left of .*No space left on device"):
        run("export_organization", "here", str(tmp_path / "here.jsonl"))
    assert not list(tmp_path.iterdir())
