"""The table of actions: one entry in it is a button, a page that asks, a message and a line of the audit log."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import clear_url_caches, reverse
from django.utils import timezone

from qbo.failures import Failure
from qbo.models import Connection
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.actions import ACTIONS, Action, Many
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import SyncEventQuerySet
from sync.operations.recording import Report, record_action
from tests import builders, log_rows

LOG = reverse("admin:sync_syncevent_changelist")


def set_aside(
    events: SyncEventQuerySet, *, by: Any, at: datetime, reason: str = "", filters: Any = None, dry_run: bool = False
) -> Report:
    """What only this test can do to events: name them."""
    failed = events.failed()
    left = {"not failed": count} if (count := events.count() - failed.count()) else {}
    first = failed.first()
    if first is None or dry_run:
        return Report(failed.count(), left)
    done = failed.update(label="Set aside")
    record_action(first.organization_id, "lay_by", by=by, at=at, done=done, left=left, filters=filters)
    return Report(done, left)


ENTRY = Action(
    "lay_by",
    "Set aside",
    "Set aside",
    operation=f"{__name__}.set_aside",
    refusal=lambda event, at: "" if event.state == State.FAILED else "not failed",
    on_invoice="Set it aside",
    is_main=True,
    many=Many("Set aside", "Set {what} aside?", "They get a name.", "Set {count} aside", in_list="Set aside"),
)


def _read_addresses_again() -> None:
    importlib.reload(sys.modules[settings.ROOT_URLCONF])
    clear_url_caches()


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One entry more in the table, and nothing else."""
    sys.modules.setdefault(__name__, sys.modules[set_aside.__module__])
    with monkeypatch.context() as patched:
        patched.setitem(ACTIONS, ENTRY.name, ENTRY)
        _read_addresses_again()
        yield
    _read_addresses_again()


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def owner(books: Connection) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization))
    return client


def address_of_button(html: str, label: str) -> str:
    """Where the form with this button leads."""
    found = re.search(rf'<form method="post" action="([^"]+)"(?:(?!</form>).)*>{label}</button>', html, re.S)
    assert found, f"there is no button {label}"
    return found[1]


def test_what_is_for_certain_failures_is_a_button_only_on_their_rows(books: Connection, owner: Client) -> None:
    of_some = [action for action in ACTIONS.values() if action.codes and action.refusal is None]

    def buttons(code: str) -> set[str]:
        event = log_rows.event(books, failure=Failure(code))
        row = owner.get(reverse("admin:sync_syncevent_details", args=[event.pk])).content.decode()
        address = "admin:sync_syncevent_{}".format
        return {action.name for action in of_some if reverse(address(action.name), args=[event.pk]) in row}

    for code in {code for action in of_some for code in action.codes}:
        assert buttons(code) == {action.name for action in of_some if code in action.codes}
    assert buttons("item_not_found") == set()


@pytest.mark.usefixtures("planted")
class TestOneEntry:
    def test_is_a_button_on_the_row_and_a_line_of_the_audit_log(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        row = owner.get(reverse("admin:sync_syncevent_details", args=[event.pk]))
        told = owner.post(address_of_button(row.content.decode(), "Set aside"), {"next": LOG}, follow=True)
        assert "Set aside 1 event." in told.content.decode()
        event.refresh_from_db()
        assert event.label == "Set aside"
        record = ActionRecord.objects.get()
        assert (record.action, record.done) == ("lay_by", 1)
        shown = owner.get(LOG, {"action": record.pk}).content.decode()
        assert "Only: <b>Set aside of" in shown

    def test_is_not_offered_for_what_it_leaves_alone(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books, State.SYNCED)
        row = owner.get(reverse("admin:sync_syncevent_details", args=[event.pk]))
        assert "Set aside" not in row.content.decode()

    def test_is_a_button_on_the_invoice(self, books: Connection, owner: Client) -> None:
        invoice = builders.invoice(books.organization, at=timezone.now())
        event = log_rows.event(books, invoice=invoice)
        page = owner.get(reverse("admin:invoices_invoice_change", args=[invoice.pk]))
        owner.post(address_of_button(page.content.decode(), "Set it aside"))
        event.refresh_from_db()
        assert event.label == "Set aside"
        assert Invoice.objects.get(pk=invoice.pk).number == invoice.number

    def test_is_done_to_what_is_marked_in_the_list(self, books: Connection, owner: Client) -> None:
        failed, synced = log_rows.event(books), log_rows.event(books, State.SYNCED)
        assert 'name="action" value="lay_by"' in owner.get(LOG).content.decode()
        marked = {"action": "lay_by", "_selected_action": [failed.pk, synced.pk]}
        told = owner.post(LOG, marked, follow=True).content.decode()
        assert "Set aside 1 event. Left 1 alone: 1 not failed." in told

    def test_asks_first_where_all_that_the_filters_find_is_meant(self, books: Connection, owner: Client) -> None:
        log_rows.event(books)
        log_rows.event(books)
        marked = {"action": "lay_by", "select_across": "1", "_selected_action": [SyncEvent.objects.first().pk]}
        asked = owner.post(f"{LOG}?status=failed", marked, follow=True)
        html = asked.content.decode()
        assert "<h1>Set 2 events aside?</h1>" in html
        assert ">Set 2 aside</button>" in html
        owner.post(asked.redirect_chain[-1][0], {"next": LOG})
        assert SyncEvent.objects.filter(label="Set aside").count() == 2
        assert ActionRecord.objects.get().filters == {"status": ["failed"]}

    def test_is_refused_to_whoever_may_not(self, books: Connection) -> None:
        event = log_rows.event(books)
        client = Client()
        client.force_login(builders.member(books.organization, Role.DISPATCHER))
        assert client.post(reverse("admin:sync_syncevent_lay_by", args=[event.pk])).status_code == 403
        assert not ActionRecord.objects.exists()


def test_what_is_no_entry_of_the_table_is_not_recorded(books: Connection) -> None:
    with pytest.raises(KeyError):
        record_action(books.organization_id, "tidy_up", by=None, at=timezone.now(), done=1)
