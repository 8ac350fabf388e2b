"""What must take the same number of queries for three records and for thirty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qbo.failures import Failure, Subject
from qbo.models import Connection, Link
from sync.log.filters import SyncEventFilter
from sync.models import State, SyncEvent
from sync.operations import retrying
from sync.outbox.enqueueing import earlier_invoices, enqueue_earlier, invoice_name, open_events
from sync.worker.wake import connections_with_work
from tests import builders, log_rows


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(database) as seen:
        act()
    return len(seen)


def sent_earlier(books: Connection, count: int) -> None:
    for _ in range(count):
        builders.invoice(books.organization)
    SyncEvent.objects.all().delete()


def test_earlier_invoices_are_queued_at_once(books: Connection) -> None:
    sent_earlier(books, 3)
    few = queries(lambda: enqueue_earlier(books, at=timezone.now()))
    assert set(SyncEvent.objects.values_list("state", flat=True)) == {State.QUEUED}
    sent_earlier(books, 20)
    many = queries(lambda: enqueue_earlier(books, at=timezone.now()))
    assert SyncEvent.objects.count() == 23
    assert many == few


def test_an_event_that_is_opened_meanwhile_is_not_opened_twice(books: Connection) -> None:
    sent_earlier(books, 2)
    names = [invoice_name(invoice) for invoice in earlier_invoices(books)]
    open_events(books, names[:1], at=timezone.now())
    open_events(books, names, at=timezone.now())
    assert SyncEvent.objects.count() == 2


def test_retrying_what_was_deleted_there_unlinks_at_once(books: Connection) -> None:
    def deleted_there(count: int) -> int:
        SyncEvent.objects.all().delete()
        for number in range(count):
            gone = Failure("record_deleted_there", Subject("invoice", str(number), str(number)))
            event = log_rows.event(books, failure=gone)
            Link.objects.create(
                connection=books, realm_id=books.realm_id, record_type="invoice", record_id=event.record_id,
                qbo_id=f"{event.pk}", synced_at=timezone.now(),
            )  # fmt: skip
        return queries(lambda: retrying.retry(SyncEvent.objects.all(), by=None, at=timezone.now()))

    assert deleted_there(3) == deleted_there(30)
    assert not Link.objects.exists()


def test_looking_for_work_reads_no_log(books: Connection) -> None:
    """Asked every second: each part of the question has an index that holds only what it is about."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = connections_with_work(at=timezone.now()).explain()
    for index in ("sync_due", "sync_checking", "sync_sending"):
        assert index in plan, plan


def test_a_search_of_the_log_reads_an_index(books: Connection) -> None:
    """Where PostgreSQL is, parts of words are indexed; SQLite reads the events of one state."""
    rows, index = SyncEvent.objects.for_organization(books.organization).filter(state=State.SYNCED), "sync_log_state"
    if database.vendor == "postgresql":
        # So few rows are read as they are unless that is forbidden.
        with database.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        rows, index = SyncEvent.objects.all(), "sync_event_words"
    plan = SyncEventFilter({"search": "lakewood"}, queryset=rows).qs.order_by().explain()
    assert index in plan, plan
