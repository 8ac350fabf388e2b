"""Writing ahead, sending, and reading the answer item by item; it does not decide what is sent or when."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from django.db import transaction

from qbo.connection.client import Reply, encode
from qbo.connection.turn import MustWait
from qbo.mapping.base import Said, Side
from qbo.mapping.book import TransactionRef
from qbo.mapping.payloads import Write
from qbo.mapping.plans import Plan, kept_in_words
from qbo.models.leases import LeaseLost
from runacall import clock, operators_log
from runacall.isolation import DATABASE_AWAY, connect_again, isolated
from sync.engine.context import Drain, Stop
from sync.engine.send.answers import Answered, events_of, read_items, read_items_apart
from sync.engine.send.refusals import give_back, read_refusal
from sync.engine.send.sent_items import SentItem
from sync.engine.tries import NOBODYS_MISTAKE, stop_for_mistake
from sync.models import State, Submission, SyncEvent
from sync.models.submissions import BATCH

logger = logging.getLogger(__name__)

NOTHING: Said = {}


@dataclass(frozen=True)
class Ready:
    """An event whose write is known and can be sent."""

    event: SyncEvent
    write: Write
    item: SentItem

    @classmethod
    def to_send(
        cls, event: SyncEvent, write: Write, *, former_id: str = "", said: Said = NOTHING, kept: Sequence[Side] = ()
    ) -> Ready:
        """`former_id`: the Id that a recreated record had; `said`: our fields as this write sends them; `kept`: what
        was changed there and stays.
        """
        item = replace(item_of(event, write), former_id=former_id, said=said, kept=kept_in_words(kept))
        return cls(event, write, item)

    @classmethod
    def planned(cls, event: SyncEvent, plan: Plan, there: TransactionRef | None) -> Ready:
        """The planned write of an invoice; `there`: what QuickBooks has of it, if it is there."""
        assert plan.write is not None, "only a write is sent"
        base, expected = there.base if there else None, plan.expected
        item = replace(
            item_of(event, plan.write),
            said=plan.said or (base.said if base else {}),
            line_ids=base.line_ids if base else (),
            total=expected.total,
            tax=expected.tax,
            rounding=expected.rounding,
            txn_date=expected.date,
            number=expected.number,
            kept=kept_in_words(plan.kept),
        )
        return cls(event, plan.write, item)


@dataclass(frozen=True)
class Flight:
    """A call that was written ahead, and what it carries."""

    submission: Submission
    chunk: Sequence[Ready]
    # When, by `stopwatch.seconds`, it has left, or never does.
    leaves_by: float

    @property
    def events(self) -> dict[int, SyncEvent]:
        return {one.event.pk: one.event for one in self.chunk}


def item_of(event: SyncEvent, write: Write) -> SentItem:
    """What a submission stores about one write: which event it is for, and what kind of write it is."""
    return SentItem(
        event_id=event.pk,
        record_type=event.record_type,
        record_id=event.record_id,
        entity=write.entity,
        operation=write.operation,
        options=write.options,
    )


def push(drain: Drain, ready: Sequence[Ready], *, in_flight: int) -> list[Ready]:
    """Send `ready`, up to `in_flight` calls at a time; returns what the limits left unsent.

    Each call is committed as a submission before it is made. The threads that wait for HTTP do not use the database:
    every answer is read and recorded here.
    """
    unsent = deque(ready)
    drain.turn.end_reads()
    with ThreadPoolExecutor(max_workers=in_flight) as pool:
        flying: dict[Future[Reply], Flight] = {}
        try:
            while unsent and not drain.stopped:
                # Waits before the write-ahead: what is written and then not sent would have to be looked up as if it
                # had arrived.
                size = drain.next_call(len(unsent))
                chunk = [unsent.popleft() for _ in range(size)]
                flight = _write_ahead_safely(drain, chunk)
                if flight is None:
                    continue
                drain.turn.limiter.leaves(clock.now().timestamp())
                flying[pool.submit(_send, drain, flight.submission, flight.leaves_by)] = flight
                if drain.meanwhile and not unsent:
                    reading, drain.meanwhile = drain.meanwhile, None
                    reading()
                if len(flying) >= in_flight:
                    _receive(drain, flying)
        except (MustWait, Stop):
            pass
        finally:
            # Also after an error: an answer that came and is thrown away would be one more invoice in doubt.
            while flying:
                _receive(drain, flying)
    return list(unsent)


def resend(drain: Drain, submission: Submission, *, leaves_by: float) -> None:
    """Send the same bytes under the same request id, while QuickBooks is sure to remember it: not after `leaves_by`."""
    drain.pace(batch=submission.is_batch)
    _mark_sent(drain, submission)
    _read(drain, submission, _send(drain, submission, leaves_by), may_have_arrived=True)


def _read(
    drain: Drain,
    submission: Submission,
    reply: Reply,
    sent: Mapping[int, SyncEvent] | None = None,
    *,
    may_have_arrived: bool = False,
) -> None:
    """Read the answer; if only the token was refused, send the same bytes with a fresh one. `sent`: as in Answered.

    `may_have_arrived`: by an earlier send.
    """
    renewals = 0
    while True:
        # Request id and Intuit's trace id connect our log with Intuit's.
        operators_log.note(
            "submission",
            organization=drain.connection.organization_id,
            connection=drain.connection.pk,
            realm=submission.realm_id,
            request_id=str(submission.request_id),
            intuit_tid=reply.intuit_tid,
            events=len(submission.items),
            sends=submission.sends,
            http_status=reply.status,
            milliseconds=reply.duration_ms,
        )
        # True only for a refused token: Intuit refuses it before it reads the body, so nothing was done.
        if not _read_safely(Answered(drain, submission, reply, sent), renewals):
            return
        renewals, leaves_by = renewals + 1, drain.leaves_by()
        try:
            if may_have_arrived and not drain.may_be_resent(submission):
                raise Stop("QuickBooks may have forgotten the request id while the token was renewed.")
            drain.pace(batch=submission.is_batch)
        except (MustWait, Stop):
            # Its token was refused, so QuickBooks did nothing. What an earlier send did is looked for first.
            give_back(Answered(drain, submission, reply))
            return
        _mark_sent(drain, submission)
        reply = _send(drain, submission, leaves_by)


def _read_safely(answered: Answered, renewals: int) -> bool:
    """Record what came back for every event; True: send it again, with a fresh token.

    An answer that causes an error stops only the events it was for.
    """
    drain, submission, reply = answered.drain, answered.submission, answered.reply
    try:
        items = answered.items
        if items is None:
            return read_refusal(answered, renewals=renewals)
        # The token was good: a later one that is refused is too old, or ended before its time.
        drain.renewals = 0
        read_items(answered, items)
        return False
    except (MustWait, Stop, *NOBODYS_MISTAKE):
        raise
    except Exception as mistake:
        logger.exception("Reading the answer to submission %s failed", submission.request_id)
        if answered.items is not None:
            read_items_apart(answered, answered.items)
            return False
        stop_for_mistake(drain, list(events_of(submission).values()), mistake)
        Submission.objects.filter(pk=submission.pk).update(
            settled_at=drain.now(), http_status=reply.status, answer=reply.body, intuit_tid=reply.intuit_tid[:100]
        )
        return False


def _write_ahead_safely(drain: Drain, chunk: Sequence[Ready]) -> Flight | None:
    """As `write_ahead`; an event that cannot be stored fails alone and the rest is sent. None if nothing is left."""
    try:
        return _written_ahead(drain, chunk)
    except NOBODYS_MISTAKE:
        raise
    except Exception:
        logger.exception("Writing ahead a batch over connection %s failed", drain.connection.pk)
    fit: list[Ready] = []
    for one in chunk:
        with isolated("Writing an event ahead", event=one.event.pk, connection=drain.connection.pk) as caught:
            encode([one.write.batch_item(0), one.item.as_json])
            fit.append(one)
        if caught.mistake:
            stop_for_mistake(drain, [one.event], caught.mistake)
    return _written_ahead(drain, fit) if fit else None


def _written_ahead(drain: Drain, chunk: Sequence[Ready]) -> Flight:
    # Before anything is written: from then on somebody may wait for it.
    leaves_by = drain.leaves_by()
    return Flight(write_ahead(drain, chunk), chunk, leaves_by)


def write_ahead(drain: Drain, chunk: Sequence[Ready]) -> Submission:
    """Commit what is about to be sent, so that even after a crash we know that it may have arrived."""
    # The last moment before it is committed: another company may have been connected since the claim.
    drain.turn.assert_company(drain.connection.realm_id, *(one.event.realm_id for one in chunk))
    alone = chunk[0].write if len(chunk) == 1 else None
    items = [one.write.batch_item(index) for index, one in enumerate(chunk)]
    # Bytes and not objects: nobody knows what Intuit does with a known request id and other bytes.
    body = encode(alone.payload if alone else {"BatchItemRequest": items})
    with transaction.atomic():
        # Raises LeaseLost, so it is the check of the lease as well.
        drain.turn.count_call(at=clock.now(), batch=alone is None)
        submission = Submission.objects.create(
            connection=drain.connection,
            realm_id=drain.turn.realm_id,
            path=alone.entity.lower() if alone else BATCH,
            body=body,
            items=[one.item.as_json for one in chunk],
            fence=drain.fence,
            created_at=drain.now(),
            last_sent_at=drain.now(),
            sends=1,
        )
        SyncEvent.objects.filter(pk__in=[one.event.pk for one in chunk], state=State.SENDING, fence=drain.fence).update(
            submission=submission
        )
    return submission


def _mark_sent(drain: Drain, submission: Submission) -> None:
    with transaction.atomic():
        drain.lease.assert_held()
        submission.last_sent_at = drain.now()
        submission.sends += 1
        submission.http_status = None  # an earlier answer says nothing about this send
        submission.save(update_fields=["last_sent_at", "sends", "http_status"])


def _send(drain: Drain, submission: Submission, leaves_by: float) -> Reply:
    """One call; runs in its own thread and does not use the database.

    A process that was suspended between the write-ahead and this line may have been replaced, so it must not send; nor
    may one that is suspended after it, which is why nothing leaves after `leaves_by`.
    """
    if drain.lease.expires_at is None or drain.lease.expires_at <= clock.now_by_stopwatch():
        raise LeaseLost("The lease ran out before the call was made.")
    with drain.turn.own_client(submission.realm_id, leaves_by=leaves_by) as client:
        return client.post(submission.path, submission.body, submission.params)


def _receive(drain: Drain, flying: dict[Future[Reply], Flight]) -> None:
    """Wait for the next answer and record it."""
    # In the order of the answers: a slow one does not keep the results of the others from the page.
    done, _ = wait(flying, return_when=FIRST_COMPLETED)
    for future in done:
        flight, reply = flying.pop(future), future.result()
        try:
            _read(drain, flight.submission, reply, flight.events)
        except DATABASE_AWAY:
            # A connection that was cut costs nothing: the answer is here, and is recorded over another one.
            if not connect_again():
                raise
            # The events are read anew: the first reading may have been committed.
            _read(drain, flight.submission, reply)
