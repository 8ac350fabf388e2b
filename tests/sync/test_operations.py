"""What buttons and commands do to events."""

from __future__ import annotations

import pytest

from qbo.failures import Failure, Subject
from qbo.mapping.loading import load_book
from qbo.models import Connection, Link
from runacall.invoices.document_loading import load_invoices
from sync.log.details import others_waiting
from sync.models import ActionRecord, State, SyncEvent
from sync.operations import dismissing
from tests import builders, log_rows
from tests.log_rows import AT

DIFFERS = Failure("total_differs", Subject("invoice", "9", "1842"))


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.mark.parametrize(
    ("state", "failure"),
    [(State.FAILED, log_rows.UNMAPPED), (State.FAILED, log_rows.CLOSED), (State.QUEUED, DIFFERS), (State.SYNCED, None)],
)
def test_only_a_difference_can_be_accepted(books: Connection, state: str, failure: Failure | None) -> None:
    """Else a failure would be gone from the log, and its invoice never reach the books."""
    invoice = builders.invoice(books.organization)
    event = log_rows.event(books, state, failure, invoice=invoice)
    log_rows.link(books, invoice)
    report = dismissing.accept(SyncEvent.objects.filter(pk=event.pk), by=None, at=AT)
    event.refresh_from_db()
    assert (report.done, event.state) == (0, state)
    assert Link.objects.get().accepted_at is None
    assert not ActionRecord.objects.exists()


def test_a_difference_that_was_mended_meanwhile_is_not_accepted(books: Connection) -> None:
    """The page showed it as failed; a worker has sent it again since."""
    invoice = builders.invoice(books.organization)
    event = log_rows.event(books, failure=DIFFERS, invoice=invoice)
    log_rows.link(books, invoice)
    SyncEvent.objects.filter(pk=event.pk).update(state=State.QUEUED, due_at=AT)
    report = dismissing.accept(SyncEvent.objects.filter(pk=event.pk), by=None, at=AT)
    event.refresh_from_db()
    assert (report.done, event.state) == (0, State.QUEUED)
    assert Link.objects.get().accepted_at is None


def test_what_is_dismissed_is_told_as_it_is_done(books: Connection) -> None:
    """What failed or is held, whatever else was chosen with it; a problem of the connection is not dismissed."""
    held = log_rows.event(books)
    SyncEvent.objects.filter(pk=held.pk).update(state=State.HELD)
    for state in (State.FAILED, State.FAILED, State.QUEUED, State.SYNCED):
        log_rows.event(books, state)
    log_rows.paused(books)
    told = dismissing.dismiss(SyncEvent.objects.all(), by=None, at=AT, dry_run=True)
    assert (told.done, told.left) == (3, {"not failed": 3})
    assert not SyncEvent.objects.filter(state=State.DISMISSED).exists()
    done = dismissing.dismiss(SyncEvent.objects.all(), by=None, at=AT, reason="Paid in cash")
    assert (done.done, done.left) == (told.done, told.left)
    assert SyncEvent.objects.filter(state=State.DISMISSED, reason="Paid in cash").count() == told.done


def test_others_that_wait_for_the_same_are_of_the_same_shop(books: Connection) -> None:
    """Another shop's failure may have the very same key: rates and items are numbered across all shops."""
    event, _ = log_rows.event(books), log_rows.event(books)
    strangers = log_rows.shop_with_books("hilltop")
    for _ in range(3):
        log_rows.event(strangers)
    assert others_waiting(event) == 1


def test_a_link_into_another_company_is_not_used(books: Connection) -> None:
    """Its Id means another invoice, or none, in the company that is connected now."""
    invoice = builders.invoice(books.organization)
    log_rows.link(books, invoice)
    documents = list(load_invoices([invoice.pk]).values())
    assert invoice.pk in load_book(books, documents).invoices
    Connection.objects.update(realm_id="9341457000000042")
    books.refresh_from_db()
    assert invoice.pk not in load_book(books, documents).invoices
