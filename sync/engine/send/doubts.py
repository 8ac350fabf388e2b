"""Finding out what happened to submissions without an answer."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from qbo import catalogue
from qbo.connection.client import decode
from qbo.connection.queries import quoted, read_rows
from qbo.connection.turn import MustWait
from qbo.failures import FailureKind
from qbo.json_objects import JsonMapping, Row
from qbo.mapping.applied import paid_by
from qbo.mapping.base import Base, created_there_at, kept_part
from qbo.mapping.invoice_rows import is_void
from qbo.models import ConnectionSettings, Link
from runacall.invoices.models import Invoice, Payment
from sync.engine.context import Drain, Stop
from sync.engine.outcomes import requeue
from sync.engine.send.answers import APART, DUPLICATE_REQUEST, HTTP_OK, events_of
from sync.engine.send.push import resend
from sync.engine.send.sent_items import SentItem
from sync.engine.tries import NOBODYS_MISTAKE, stop_for_mistake
from sync.models import Attempt, State, Submission, SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet

logger = logging.getLogger(__name__)

# The answers by which nothing was done.
REFUSED = range(400, 500)


def settle_doubts(work: Drain) -> bool:
    """Find out what happened to submissions without an answer; True if any was due.

    Sends the same bytes under the same request id while QuickBooks is sure to remember it; later the events
    return to the queue, to be looked up in QuickBooks before they are sent again. The same happens if a submission has
    lost events: what a person has retried in the meantime must not be sent a second time with the others. While Sync
    invoices is off, nothing is sent again either, nor what would create an invoice that is void here by now.
    """
    doubts = _due(work)
    for submission_id in doubts:
        submission = Submission.objects.get(pk=submission_id)
        try:
            _settle(work, submission)
        except (MustWait, Stop, *NOBODYS_MISTAKE):
            raise
        except Exception as mistake:
            logger.exception("Settling submission %s failed", submission.request_id)
            _give_up(work, submission, mistake)
        # Each may take as long as the longest call, so the time is looked at after each.
        if work.stopped or work.time_is_up:
            break
    return bool(doubts)


def _settle(work: Drain, submission: Submission) -> None:
    leaves_by = work.leaves_by()
    if not _answered_or_over(work, submission):
        _wait(work, submission)
    elif _may_be_resent(work, submission):
        resend(work, submission, leaves_by=leaves_by)
    else:
        _look_instead(work, submission)


def _give_up(work: Drain, submission: Submission, mistake: Exception) -> None:
    """Its events fail, and are looked up in QuickBooks before they are ever sent again; other submissions continue."""
    stop_for_mistake(work, list(SyncEvent.objects.in_flight().filter(submission=submission)), mistake)
    Submission.objects.filter(pk=submission.pk).update(settled_at=work.now())


def _due(work: Drain) -> list[int]:
    """Only one is held in memory at a time, however many an outage has left."""
    checking = SyncEvent.objects.of(work.connection).filter(state=State.CHECKING, due_at__lte=work.now())
    # By their events: a submission whose events have all moved on needs no answer any more.
    doubts = Submission.objects.filter(pk__in=checking.values("submission")).unsettled()
    return list(doubts.order_by("id").values_list("pk", flat=True))


def _answered_or_over(work: Drain, submission: Submission) -> bool:
    """False while another process's call may still be running: a second one could meet it at QuickBooks."""
    return submission.http_status is not None or _call_ends_at(work, submission) <= work.now()


def _call_ends_at(work: Drain, submission: Submission) -> datetime:
    return submission.done_for(answers_within=work.answers_within)


def _may_be_resent(work: Drain, submission: Submission) -> bool:
    is_known = work.may_be_resent(submission)
    may_be_sent = ConnectionSettings.may_send(work.connection)
    is_whole = len(events_of(submission)) == len(submission.items)
    return is_known and may_be_sent and is_whole and not _makes_what_is_void(submission)


def _makes_what_is_void(submission: Submission) -> bool:
    """It creates an invoice that is void or deleted here by now: sent again, it would leave a trace in the books for
    nothing. What has arrived is found by looking, and voided there.
    """
    items = map(SentItem.from_json, submission.items)
    made = [one.record_id for one in items if (one.entity, one.operation) == ("Invoice", "create")]
    return bool(made) and Invoice.objects.filter(pk__in=made).withdrawn().exists()


def _wait(work: Drain, submission: Submission) -> None:
    with transaction.atomic():
        work.lease.assert_held()
        SyncEvent.objects.filter(pk__in=events_of(submission)).update(due_at=_call_ends_at(work, submission))


def _look_instead(work: Drain, submission: Submission) -> None:
    # A look that finds nothing proves nothing while the send may still arrive.
    if _call_ends_at(work, submission) > work.now():
        _wait(work, submission)
        return
    with transaction.atomic():
        work.lease.assert_held()
        submission.settled_at = work.now()
        submission.save(update_fields=["settled_at"])
        for event in events_of(submission).values():
            requeue(event, due_at=work.now(), look_first=True)


@dataclass(frozen=True)
class Sent:
    """One write that may have arrived: as what it went out, when last, and until when it may still arrive.

    `is_answered`: it went out once, and QuickBooks said what became of it: refused, or in the base.
    """

    payload: JsonMapping
    sent_at: datetime
    over_at: datetime
    item: SentItem
    is_answered: bool = False


def base_as_sent(sends: Sequence[Sent], entity: str) -> str:
    """The column `base` of a link to what these sends have made, as the last of them would have made it; "" if none
    creates. What was changed here since then is still owed.
    """
    made = next((one for one in reversed(sends) if one.item.operation == "create"), None)
    return Base(made.item.said, kept_part(entity, made.payload)).as_text() if made else ""


def sent_before(drain: Drain, entity: str, events: Iterable[SyncEvent]) -> dict[int, list[Sent]]:
    """By record, what was sent for these events, which are all of QuickBooks' `entity`; empty if nothing was."""
    found: dict[int, list[Sent]] = {event.record_id: [] for event in events}
    answered = _answered(drain, entity, list(found))
    for submission in _submissions(drain, entity, list(found)):
        over_at = submission.done_for(answers_within=drain.answers_within)
        sent_at = submission.last_sent_at or submission.created_at
        # A refusal of the same bytes, as for an old token, says nothing of what was sent before.
        went_once, is_refused = submission.sends == 1, submission.http_status in REFUSED
        for item, payload in _writes(submission, entity):
            if item.record_id in found:
                is_answered = went_once and (is_refused or (submission.pk, item.event_id) in answered)
                found[item.record_id].append(Sent(payload, sent_at, over_at, item, is_answered))
    return found


def made_meanwhile(drain: Drain, entity: str, sends: Iterable[Sent]) -> list[Row]:
    """Every row of `entity` that was created in QuickBooks while one of `sends` that creates may have arrived.

    Names, numbers and dates may have been changed there since; the time of creation never is. Empty while one may
    still arrive: then nothing is sent again yet. Raises ReadFailed, MustWait, Stop.
    """
    sends = [one for one in sends if one.item.operation == "create"]
    if any(one.over_at > drain.now() for one in sends):
        return []
    client, rows = drain.turn.client(), dict[str, Row]()
    for start, end in _spans((one.sent_at - APART, one.over_at + APART) for one in sends):
        first, last = (quoted(moment.isoformat(timespec="seconds")) for moment in (start, end))
        where = f"MetaData.CreateTime >= {first} AND MetaData.CreateTime <= {last}"
        rows |= {str(row["Id"]): row for row in read_rows(client, entity, where, pace=drain.pace, skipped=[])}
    return list(rows.values())


def maybe_undone(drain: Drain, link: Link, sends: Sequence[Sent]) -> Sent | None:
    """The last of `sends` if it may have arrived and been changed back there since: the row there is at least two
    versions on from the one that it was sent for, and no payments have made them.
    """
    last, theirs = next((one for one in reversed(sends) if not one.is_answered), None), decode(link.theirs)
    sent_for, now = (str(one.get("SyncToken") or "") for one in (last.payload if last else {}, theirs))
    if not (sent_for.isdecimal() and now.isdecimal()):
        return None
    known = Base.from_text(link.base) or Base()
    # Each payment that is put on an invoice, or taken off, is a version of it.
    versions = int(now) - int(sent_for) - len(paid_by(theirs) ^ paid_by(known.row))
    return last if versions >= 2 and not _moved_by_payments(drain, link) else None


def keep_void_in_doubt(drain: Drain, link: Link, sends: Sequence[Sent]) -> bool:
    """Whether the last of `sends` is a void. Where it may have arrived and been taken back there, the link says that we
    voided it: so a person is asked whether it is voided again (decision 90). Raises LeaseLost.
    """
    last, theirs = sends[-1] if sends else None, decode(link.theirs)
    if last is None or last.item.options != "void":
        return False
    if not is_void(theirs) and maybe_undone(drain, link, [last]):
        before = Base.from_text(link.base) or Base()
        with transaction.atomic():
            drain.lease.assert_held()
            link.base, link.voided = replace(before, row={**before.row, "TotalAmt": 0}).as_text(), True
            link.save(update_fields=["base", "voided"])
    return True


def _moved_by_payments(drain: Drain, link: Link) -> bool:
    """Whether payments of ours may have made versions since, known or not: each raises the SyncToken of its invoice."""
    if link.record_type != EntityType.INVOICE:
        return False
    customer = Invoice.objects.filter(pk=link.record_id).values("customer")
    payments = Payment.objects.filter(customer__in=customer).values("pk")
    links = Link.objects.of(drain.connection, EntityType.PAYMENT).filter(record_id__in=payments)
    events = SyncEvent.objects.of(drain.connection).filter(record_type=EntityType.PAYMENT, record_id__in=payments)
    return links.filter(synced_at__gte=link.synced_at).exists() or events.in_doubt().exists()


def rows_on_days(drain: Drain, entity: str, customers: Mapping[str, Collection[str]]) -> list[Row]:
    """Every row of `entity` of these customers (QuickBooks' Ids) on these days (ISO dates), among which ours have our
    mark. Raises ReadFailed, MustWait, Stop.
    """
    rows: list[Row] = []
    for day, qbo_ids in customers.items():
        listed = ", ".join(quoted(qbo_id) for qbo_id in sorted(qbo_ids))
        where = f"TxnDate = {quoted(day)} AND CustomerRef IN ({listed})"
        rows += read_rows(drain.turn.client(), entity, where, pace=drain.pace)
    return rows


def may_have_made(sends: Iterable[Sent], row: Row) -> bool:
    """Whether the last of `sends` that creates may have made the row: it is no older than that."""
    made, creates = created_there_at(row), [one.sent_at for one in sends if one.item.operation == "create"]
    return made is None or not creates or made >= max(creates) - APART


def changed_since(rows: Iterable[Row]) -> list[Row]:
    """Those that somebody has changed since they were created, and that are in use."""
    return [row for row in rows if str(row.get("SyncToken")) != "0" and row.get("Active", True)]


def _spans(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same times, without overlaps."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _answered(drain: Drain, entity: str, record_ids: list[int]) -> set[tuple[int, int]]:
    """By submission and event, the writes that QuickBooks took or refused, each by an answer of its own."""
    events = _events(drain, entity, record_ids)
    tries = Attempt.objects.filter(event__in=events, kind=Attempt.Kind.SENT, http_status=HTTP_OK)
    return {
        (submission_id, event_id)
        for submission_id, event_id, code in tries.values_list("submission", "event", "failure_code")
        if not code or (code != DUPLICATE_REQUEST and catalogue.entry(code).kind is not FailureKind.TRANSIENT)
    }


def _events(drain: Drain, entity: str, record_ids: list[int]) -> SyncEventQuerySet:
    return SyncEvent.objects.of(drain.connection).filter(record_id__in=record_ids, record_type=entity.lower())


def _submissions(drain: Drain, entity: str, record_ids: list[int]) -> Iterator[Submission]:
    submissions = _events(drain, entity, record_ids).values("submission")
    rows = Submission.objects.filter(pk__in=submissions, realm_id=drain.turn.realm_id)
    # Bodies of 30 invoices each: few at a time, and without the answers, which nobody reads here.
    return rows.defer("answer").order_by("pk").iterator(chunk_size=20)


def _writes(submission: Submission, entity: str) -> Iterator[tuple[SentItem, JsonMapping]]:
    for item, request in zip(submission.items, submission.writes, strict=True):
        if item["record_type"] == entity.lower() and entity in request:
            yield SentItem.from_json(item), request[entity]
