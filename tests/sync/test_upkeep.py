"""manage.py maintain: overdue marks, leftovers, and retention that removes only what is settled."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Failure, Schedule

from qbo.models import Connection, Link
from runacall.accounts.models import SignIn
from runacall.invoices.models import Invoice
from sync import tasks
from sync.models import ActionRecord, Attempt, Heartbeat, State, Submission, SyncEvent
from sync.upkeep import maintenance, retention
from sync.worker.schedules import ensure_schedules
from tests import builders, log_rows

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 18, 15, 32, tzinfo=dt.UTC)


def days(count: float) -> dt.datetime:
    return NOW - dt.timedelta(days=count)


def done() -> dict[str, int | str]:
    return maintenance.maintain(at=NOW)


def sent(books: Connection, state: str, *, at: dt.datetime, linked: bool = True, number: str = "") -> SyncEvent:
    """An invoice's event that went out in a write of its own."""
    invoice = builders.invoice(books.organization)
    event = log_rows.event(books, state, invoice=invoice, at=at)
    submission = Submission.objects.create(
        connection=books, realm_id=books.realm_id, body='{"BatchItemRequest": []}', answer='{"secret": "Jane Doe"}',
        items=[{"record_type": "invoice", "record_id": invoice.pk, "number": ""}],
        fence=1, created_at=at, settled_at=at,
    )  # fmt: skip
    SyncEvent.objects.filter(pk=event.pk).update(submission=submission, changed_at=at)
    Attempt.objects.create(event=event, submission=submission, kind=Attempt.Kind.SENT, at=at, outcome=state)
    if linked:
        Link.objects.create(
            connection=books, realm_id=books.realm_id, record_type="invoice", record_id=invoice.pk,
            qbo_id=str(invoice.pk), doc_number=number, synced_at=at,
        )  # fmt: skip
    return SyncEvent.objects.get(pk=event.pk)


def body(event: SyncEvent) -> str:
    return Submission.objects.get(attempts__event=event).body


# --- bodies -------------------------------------------------------------------------------------------------------


def test_bodies_go_after_their_days_and_rows_stay() -> None:
    books = log_rows.shop_with_books()
    old, young = sent(books, State.SYNCED, at=days(91)), sent(books, State.SYNCED, at=days(89))
    assert done()["bodies"] == 1
    assert body(old) == retention.REMOVED
    assert Submission.objects.get(attempts__event=old).answer == ""
    assert body(young) != retention.REMOVED
    assert done()["bodies"] == 0, "once is enough"


@pytest.mark.parametrize("state", [State.FAILED, State.CHECKING, State.DISMISSED])
def test_what_a_person_may_still_ask_about_keeps_its_body(state: str) -> None:
    event = sent(log_rows.shop_with_books(), state, at=days(1000))
    done()
    assert body(event) != retention.REMOVED


def test_a_batch_keeps_its_body_for_the_one_of_it_that_failed() -> None:
    books = log_rows.shop_with_books()
    well, failed = sent(books, State.SYNCED, at=days(100)), sent(books, State.FAILED, at=days(100))
    shared = Submission.objects.get(attempts__event=well)
    Attempt.objects.create(event=failed, submission=shared, kind=Attempt.Kind.SENT, at=days(100), outcome="failed")
    done()
    assert body(well) != retention.REMOVED
    SyncEvent.objects.filter(pk=failed.pk).update(state=State.SYNCED)
    done()
    assert body(well) == retention.REMOVED, "settled later, it goes later"


def test_attempts_with_a_body_of_their_own() -> None:
    books = log_rows.shop_with_books()
    event = log_rows.event(books, State.SYNCED, None, at=days(100))
    for at in (days(100), days(10)):
        Attempt.objects.create(
            event=event, kind=Attempt.Kind.LOOKED, at=at, outcome="synced", request="select", answer="Jane Doe"
        )
    done()
    assert list(event.attempts.filter(request="select").values_list("at", flat=True)) == [days(10)]
    assert event.attempts.filter(answer="Jane Doe").count() == 1


def test_the_opened_row_says_that_the_payload_is_gone() -> None:
    from sync.log.details import exchange_of

    event = sent(log_rows.shop_with_books(), State.SYNCED, at=days(91))
    done()
    assert "kept for a limited time only" in str(exchange_of(event.attempts.get()))


# --- events -------------------------------------------------------------------------------------------------------


def test_synced_events_go_after_their_days_with_attempts_and_submission() -> None:
    books = log_rows.shop_with_books()
    old, young = sent(books, State.SYNCED, at=days(401)), sent(books, State.SYNCED, at=days(399))
    assert done()["events"] == 1
    assert list(SyncEvent.objects.all()) == [young]
    assert Attempt.objects.count() == Submission.objects.count() == 1
    assert Link.objects.filter(record_id=old.record_id).exists(), "the link says what the event said"


@pytest.mark.parametrize("state", [State.FAILED, State.CHECKING, State.QUEUED, State.DISMISSED])
def test_what_is_not_settled_stays(state: str) -> None:
    sent(log_rows.shop_with_books(), state, at=days(2000))
    assert done()["events"] == 0


def test_without_a_link_the_event_is_all_that_knows_of_the_invoice() -> None:
    books = log_rows.shop_with_books()
    sent(books, State.SYNCED, at=days(500), linked=False)
    other = sent(books, State.SYNCED, at=days(500))
    Link.objects.filter(record_id=other.record_id).update(realm_id="another company")
    assert done()["events"] == 0


def test_what_reconcile_tells_a_number_by_stays() -> None:
    """The number there is QuickBooks' own: only what was sent tells that we sent none."""
    books = log_rows.shop_with_books()
    sent(books, State.SYNCED, at=days(500), number="QB-77")
    assert done()["events"] == 0


def test_many_go_in_steps_and_a_round_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    books = log_rows.shop_with_books()
    kept = sent(books, State.SYNCED, at=days(450), linked=False)
    for _ in range(7):
        sent(books, State.SYNCED, at=days(450))
    assert maintenance.maintain(at=NOW, seconds=0)["events"] == 0
    asked = iter([True, True, False])
    assert retention.remove_events(before=days(400), go_on=lambda: next(asked, False)) in (3, 4)
    done()
    assert list(SyncEvent.objects.all()) == [kept]


def test_nothing_else_names_an_event_or_a_submission() -> None:
    """Retention deletes them in one statement each; whatever names them has to be deleted before."""
    named = {
        model: {
            field.related_model
            for field in model._meta.get_fields(include_hidden=True)
            if (field.one_to_many or field.one_to_one) and field.auto_created
        }
        for model in (SyncEvent, Submission)
    }
    assert named == {SyncEvent: {Attempt, *retention.NAME_EVENTS}, Submission: {Attempt, SyncEvent}}


def test_an_event_goes_with_what_names_it_and_no_payload_is_read() -> None:
    books = log_rows.shop_with_books()
    event = sent(books, State.SYNCED, at=days(450))
    action = ActionRecord.objects.create(organization=books.organization, at=days(450), action="retry")
    action.touched.add(event)
    with CaptureQueriesContext(connection) as seen:
        assert done()["events"] == 1
    assert not SyncEvent.objects.exists()
    assert not Submission.objects.exists()
    assert not action.touched.exists()
    read = [one["sql"] for one in seen if '"sync_submission"."body",' in one["sql"].split(" FROM ")[0]]
    assert read == []


def only(times: int) -> retention.GoOn:
    """A round that is over after so many questions whether to go on."""
    left = iter([True] * times)
    return lambda: next(left, False)


def test_a_round_that_is_too_short_for_all_shops_does_not_leave_out_the_same_ones_each_time() -> None:
    """What stays of the first shop is passed in each round, and may use all of its time."""
    first, second = log_rows.shop_with_books(), log_rows.shop_with_books("akron")
    kept = sent(first, State.SYNCED, at=days(450), linked=False)
    sent(second, State.SYNCED, at=days(450))
    invoice = builders.invoice(second.organization)
    Invoice.objects.filter(pk=invoice.pk).update(due_date=dt.date(2026, 6, 1), status=Invoice.Status.SENT)
    for _ in range(64):
        retention.remove_events(before=days(400), go_on=only(1))
        maintenance.mark_overdue(NOW, only(2))
    assert list(SyncEvent.objects.filter(state=State.SYNCED)) == [kept]
    assert Invoice.objects.get(pk=invoice.pk).status == "overdue"


def test_days_are_settings(settings: Any) -> None:
    settings.RETENTION_DAYS = {"BODIES": 5, "EVENTS": 10, "TASK_RESULTS": 30}
    books = log_rows.shop_with_books()
    sent(books, State.SYNCED, at=days(6))
    sent(books, State.SYNCED, at=days(11))
    found = done()
    assert (found["bodies"], found["events"]) == (2, 1)


# --- the rest -----------------------------------------------------------------------------------------------------


def test_overdue_by_the_shops_own_calendar_and_nobody_is_told() -> None:
    """At 15:32 UTC on the 18th it is the 19th in Auckland already."""
    here = log_rows.shop_with_books().organization
    there = builders.organization("kiwi", time_zone="Pacific/Auckland")
    invoices = [builders.invoice(shop) for shop in (here, here, there)]
    for invoice, due in zip(invoices, (dt.date(2026, 6, 17), dt.date(2026, 6, 18), dt.date(2026, 6, 18)), strict=True):
        Invoice.objects.filter(pk=invoice.pk).update(due_date=due, status=Invoice.Status.SENT)
    before = SyncEvent.objects.count()
    assert done()["overdue"] == 2
    assert [Invoice.objects.get(pk=one.pk).status for one in invoices] == ["overdue", "sent", "overdue"]
    assert SyncEvent.objects.count() == before
    assert done()["overdue"] == 0


def test_sessions_task_results_and_heartbeats() -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=days(1))
    Session.objects.create(session_key="new", session_data="", expire_date=days(-1))
    for name, at in (("old", days(31)), ("new", days(29))):
        Failure.objects.create(id=name, name=name, func="f", started=at, stopped=at, success=False)
    for name, at in (("cluster gone", days(8)), ("cluster north", days(0)), ("sweep", days(9))):
        Heartbeat.objects.create(name=name, at=at)
    found = done()
    assert (found["sessions"], found["task_results"], found["heartbeats"]) == (1, 1, 1)
    assert Session.objects.get().session_key == "new"
    assert Failure.objects.get().name == "new"
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"cluster north", "sweep", "maintain"}


def test_old_sign_ins(settings: Any) -> None:
    for name, at in (("last year", days(401)), ("this year", days(399))):
        SignIn.objects.create(at=at, kind=SignIn.Kind.SIGNED_IN, name=name)
    assert done()["sign_ins"] == 1
    assert SignIn.objects.get().name == "this year"
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "SIGN_INS": 90}
    assert done()["sign_ins"] == 1


def test_a_step_that_fails_stops_no_other_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(at: dt.datetime, go_on: object) -> int:
        raise ValueError("no")

    monkeypatch.setitem(maintenance.STEPS, "overdue", broken)
    sent(log_rows.shop_with_books(), State.SYNCED, at=timezone.now() - dt.timedelta(days=401))
    out = io.StringIO()
    with pytest.raises(CommandError, match="overdue"):
        call_command("maintain", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["events"] == 1
    assert told["overdue"] == "ValueError: no"
    assert not Heartbeat.objects.filter(name="maintain").exists()


def test_it_is_scheduled_once_and_its_task_is_short() -> None:
    ensure_schedules()
    ensure_schedules()
    [schedule] = Schedule.objects.filter(func="sync.tasks.maintain")
    assert schedule.minutes == 10
    assert isinstance(tasks.maintain()["overdue"], int)
    assert Heartbeat.objects.filter(name="maintain").exists()


def test_each_look_for_old_rows_goes_by_an_index() -> None:
    """As the planner of the database under test sees it."""
    books = log_rows.shop_with_books()
    looks = {
        "sync_submission_bodies": Submission.objects.with_bodies()
        .filter(settled_at__lt=NOW)
        .order_by("settled_at", "pk"),
        "sync_event_submission": SyncEvent.objects.filter(submission=1).order_by(),
        "sync_log_state": SyncEvent.objects.filter(
            organization=books.organization, state=State.SYNCED, changed_at__lt=NOW
        ).order_by("changed_at", "pk"),
    }
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    for name, rows in looks.items():
        assert name in rows.values("pk").explain(), name


def test_a_pause_that_is_over_goes_too() -> None:
    books = log_rows.shop_with_books()
    log_rows.event(books, State.SYNCED, None, at=days(401), record_type="connection", record_id=books.pk)
    assert done()["events"] == 1
