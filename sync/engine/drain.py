"""One drain: holds the lease of a connection and settles what is due, wave by wave."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from qbo.connection.client import Reply
from qbo.connection.queries import ReadFailed
from qbo.connection.turn import MustWait, Turn
from qbo.failures import FailureKind
from qbo.mapping.first_choices import choose_defaults
from qbo.models import Connection, Lease, ListState
from qbo.models.leases import LeaseLost
from qbo.models.lists import ListStateQuerySet
from runacall import clock, operators_log
from sync.engine.context import Drain, Stop
from sync.engine.outcomes import requeue
from sync.engine.pausing import TokenUnavailable, pause_connection, renew_token
from sync.engine.prepare.customers import prepare_customers
from sync.engine.prepare.invoices import prepare_invoices
from sync.engine.prepare.items import prepare_items, read_lists
from sync.engine.prepare.payments import prepare_payments
from sync.engine.send.doubts import settle_doubts
from sync.engine.send.push import Ready, push
from sync.engine.send.relook import look_again
from sync.engine.tries import NOBODYS_MISTAKE, count_as_try, stop_for_mistake
from sync.models import State, SyncEvent
from sync.models.events import TRANSACTIONS, EntityType
from sync.retry_policy import wait_seconds

logger = logging.getLogger(__name__)

# A round of very many new customers ends after this, so that other connections do not wait long.
ROUND_SECONDS = 5.0

# How soon to try again after an error of ours that is not about one event.
STUMBLE_PAUSE = 60.0

# How often one drain claims an event, and for how long it rests after that; in the operators' log it is called so.
MOST_CLAIMS = 20
REST = timedelta(minutes=1)
OVER_AND_OVER = "over and over"

Now = Callable[[], datetime]

PREPARE: dict[str, Callable[[Drain, Sequence[SyncEvent]], list[Ready]]] = {
    EntityType.CUSTOMER: prepare_customers,
    EntityType.ITEM: prepare_items,
    EntityType.INVOICE: prepare_invoices,
    EntityType.PAYMENT: prepare_payments,
}


@dataclass(frozen=True)
class Result:
    """The result of a drain. `resume_in`: if limits ended it, the seconds after which to continue.

    `has_failed`: the shop may have a failed event, of any company. `may_have_more`: more may be due already; False if
    nothing was, and nobody has asked for another drain since.
    """

    settled: int = 0
    busy: bool = False
    resume_in: float | None = None
    has_failed: bool = True
    may_have_more: bool = True


def drain(
    connection: Connection,
    *,
    now: Now = clock.now,
    progress: Callable[[int], None] = lambda count: None,
    give_way: Callable[[], bool] = lambda: False,
) -> Result:
    """Settle what is due at `now()` over `connection`, until nothing is left, the time is up, or `give_way()` is true.

    Does nothing while the connection is paused or another process holds its lease (`busy`).
    """
    if not connection.is_live:
        return Result()
    turn = Turn.take(connection, also=looks(at=now()))
    # Somebody else may call this company now. Whoever it is also sends what we would have sent.
    return drain_in(turn, now=now, progress=progress, give_way=give_way) if turn else Result(busy=True)


def drain_in(
    turn: Turn,
    *,
    now: Now = clock.now,
    progress: Callable[[int], None] = lambda count: None,
    give_way: Callable[[], bool] = lambda: False,
) -> Result:
    """As `drain`, in a turn that was just taken, with `looks` at what is due; ends it."""
    connection = turn.connection
    work = Drain(turn, now)
    work.progress = progress
    # Taking the turn read the connection again: it may have been paused since the caller looked.
    work.stopped = not connection.is_live
    resume_in, ended, was_asked = None, "error", True
    try:
        resume_in = _run(work, give_way)
        stopped = "stopped" if work.stopped else "nothing due"
        ended = "limits" if resume_in else "time is up" if work.time_is_up else stopped
    except LeaseLost:
        ended = "lease lost"
        return Result(work.settled)
    except Exception:
        # Not immediately again: the cause of the error is probably still there.
        resume_in = STUMBLE_PAUSE
        raise
    finally:
        was_asked = turn.end(resume_in=resume_in)
        # A lease that was lost is worth a look.
        write = operators_log.warn if ended in ("lease lost", "error") else operators_log.note
        write(
            "drain",
            organization=connection.organization_id,
            connection=connection.pk,
            realm=connection.realm_id,
            settled=work.settled,
            ended=ended,
            milliseconds=round((time.monotonic() - work.began) * 1000),
        )
    may_have_more = was_asked or not work.is_empty
    return Result(work.settled, resume_in=resume_in, has_failed=work.has_failed, may_have_more=may_have_more)


def _run(work: Drain, give_way: Callable[[], bool]) -> float | None:
    """Wave after wave; returns the seconds to wait if a limit ended it."""
    try:
        # Seen as the turn was taken.
        there = _as_seen(work, [getattr(work.lease, part.name) for part in fields(Due)])
        if there.is_left:
            take_over(work)
            there = what_is_due(work)
        # Asked after taking over: what a dead holder left must read Checking even while nobody may call.
        quiet = work.turn.quiet_for()
        if quiet:
            return quiet
        while there.is_any and not (work.stopped or work.time_is_up):
            # A round is what one wave of invoices needs, with the customers and items that go first.
            is_round_over = work.invoice_waves > 0 or time.monotonic() - work.began >= ROUND_SECONDS
            if (is_round_over and give_way()) or not _one_wave(work, there) or work.is_empty:
                break
            there = what_is_due(work)
        work.is_empty = work.is_empty or not there.is_any
    # Limits end a drain instead of making it sleep: a sleeping worker would keep other shops waiting.
    except MustWait as wait:
        return wait.seconds
    except Stop:
        pass
    return work.turn.quiet_for() or None


@dataclass(frozen=True)
class Due:
    """What there is to do. `is_left`: another holder has left claimed events behind. `has_failed`: one of the shop's
    events has failed, of any company, so that a success may release it.
    """

    is_in_doubt: bool
    is_queued: bool
    is_stale: bool
    is_left: bool
    has_failed: bool

    @property
    def is_any(self) -> bool:
        return self.is_in_doubt or self.is_queued or self.is_stale


def what_is_due(work: Drain) -> Due:
    """In one query."""
    return _as_seen(work, Lease.objects.filter(pk=work.lease.pk).values_list(*looks(at=work.now()).values()).get())


def _as_seen(work: Drain, seen: Sequence[object]) -> Due:
    due = Due(*map(bool, seen))
    work.has_failed = due.has_failed
    return due


def looks(*, at: datetime) -> dict[str, Exists]:
    """For a lease, what `Due` says of its connection and company; each part by a small index of its own."""
    connection, realm_id = OuterRef("connection"), OuterRef("connection__realm_id")
    events = SyncEvent.objects.filter(connection=connection, realm_id=realm_id)
    waiting = events.filter(due_at__lte=at)
    return {
        # Unknown outcomes are checked even while nothing may be sent, because a look sends nothing.
        "is_in_doubt": Exists(waiting.filter(state=State.CHECKING)),
        "is_queued": Exists(waiting.filter(state=State.QUEUED).allowed_out()),
        "is_stale": Exists(ListState.objects.filter(connection=connection).stale(at=at)),
        "is_left": Exists(events.filter(state=State.SENDING, fence__lt=OuterRef("fence"))),
        "has_failed": Exists(SyncEvent.objects.failed().filter(organization=OuterRef("connection__organization"))),
    }


def _one_wave(work: Drain, there: Due) -> bool:
    """Settle unknown outcomes, then one claim; False if there was nothing to do."""
    # Before claiming: without a token the events would only go to Sending and back.
    if work.connection.needs_new_token(at=work.now()) and not _has_token(work):
        return False
    did = there.is_in_doubt and settle_doubts(work)
    # What came of them may be a failure.
    work.has_failed = work.has_failed or did
    if did and (work.stopped or work.time_is_up):
        return True
    events = claim(work) if there.is_queued or did else []
    if not events:
        _refresh_alone(work)
        return did
    ready: list[Ready] = []
    try:
        if there.is_stale:
            refresh_stale_lists(work)
        events = _looked_again(work, _not_over_and_over(work, events))
        if not events:
            return True
        ready = _prepared(work, events)
    except ReadFailed as error:
        _could_not_read(work, events, error)
        return True
    except (MustWait, Stop):
        # They were claimed but not written ahead, so nothing of them can have arrived.
        release(work, _still_claimed(work, events))
        raise
    # Customers and items one call at a time: two calls could create one name twice before either is answered.
    in_flight = work.in_flight if events[0].record_type in TRANSACTIONS else 1
    unsent = push(work, ready, in_flight=in_flight)
    work.invoice_waves += bool(ready) and events[0].record_type in TRANSACTIONS
    # Nothing waits for any of them, and none is tried again: no need to look whether something is due.
    work.is_empty = work.claimed_all and not work.has_failed and work.synced == len(events)
    if unsent:
        release(work, [one.event for one in unsent])
        if not work.stopped and not work.time_is_up:
            raise MustWait(work.turn.limiter.soonest(clock.now().timestamp()))
    return True


def claim(drain: Drain) -> list[SyncEvent]:
    """At most one wave of due events, all of the lowest rank that is due, now Sending under our fence.

    None while Sync invoices is off: queued events wait, customers and items too.
    """
    due = SyncEvent.objects.of(drain.connection).due(at=drain.now()).allowed_out()
    # By the index of due events, so that a hundred thousand waiting rows cost no more than a hundred.
    wave = drain.batch_size * drain.in_flight
    with transaction.atomic():
        drain.lease.assert_held()
        # Locked as they are read: a person may be dismissing one at this moment.
        first = list(due.select_for_update(of=("self",)).order_by("rank", "due_at", "id")[:wave])
        claimed = [event for event in first if event.rank == first[0].rank]
        drain.claimed_all, drain.synced = len(claimed) == len(first) < wave, 0
        SyncEvent.objects.filter(pk__in=[event.pk for event in claimed]).update(state=State.SENDING, fence=drain.fence)
    for event in claimed:
        event.state, event.fence = State.SENDING, drain.fence
    drain.turn.assert_company(drain.connection.realm_id, *(event.realm_id for event in claimed))
    return claimed


def release(drain: Drain, events: Sequence[SyncEvent], *, due_at: datetime | None = None) -> None:
    """Return claimed events that were not sent to the queue, unchanged but for `due_at` if it is given."""
    # One by one: any of them may meet a newer event of its record.
    with transaction.atomic():
        drain.lease.assert_held()
        for event in events:
            requeue(event, due_at=due_at or event.due_at or drain.now())


def _not_over_and_over(work: Drain, events: list[SyncEvent]) -> list[SyncEvent]:
    """Those that this drain has not claimed MOST_CLAIMS times. The others rest for a while.

    An event takes a few turns, for what it needs and after what QuickBooks refuses. One that comes back and back, such
    as two that wait for each other by an error of ours, would keep a worker and Intuit busy without end.
    """
    work.claims.update(event.pk for event in events)
    often = [event for event in events if work.claims[event.pk] > MOST_CLAIMS]
    if not often:
        return events
    operators_log.warn(
        OVER_AND_OVER,
        organization=work.connection.organization_id,
        connection=work.connection.pk,
        realm=work.connection.realm_id,
        events=len(often),
    )
    release(work, often, due_at=work.now() + REST)
    return [event for event in events if event not in often]


def take_over(drain: Drain) -> None:
    """Take over the events of a holder that died: what may have been sent becomes Checking,
    the rest is queued again.
    """
    events = SyncEvent.objects.of(drain.connection)
    with transaction.atomic():
        drain.lease.assert_held()
        left = events.left_behind(by_fence=drain.fence - 1, at=drain.now())
    release(drain, list(left))


def _has_token(work: Drain) -> bool:
    """Make sure there is a token before anything is sent; if Intuit gives none,
    that counts as the try of what is due.
    """
    try:
        return renew_token(work)
    except TokenUnavailable as error:
        due = SyncEvent.objects.of(work.connection).filter(due_at__lte=work.now())
        doubtful = list(due.filter(state=State.CHECKING)[: work.batch_size * work.in_flight])
        reply = Reply(error.failure.http_status, error.failure.intuit_words)
        # Claimed first, so that no event is counted that a person has dismissed in the meantime.
        count_as_try(work, claim(work) + doubtful, reply, error.failure)
        # So that the others do not ask the token service one after another.
        work.turn.leave_alone(wait_seconds(error.failure, work.policy))
        work.stopped = True
        return False


def refresh_stale_lists(work: Drain) -> None:
    """Read the stale lists again before anything is checked with them. Raises ReadFailed or MustWait."""
    stale = {state.name: state for state in _stale_lists(work)}
    if not stale:
        return
    ordered = [name for name in ListState.LISTS if name in stale]
    read_lists(work, ordered)
    # A company was just connected, or a list that was missing then is now available.
    if any(state.problem or state.refreshed_at is None for state in stale.values()):
        choose_defaults(work.connection)


def _stale_lists(work: Drain) -> ListStateQuerySet:
    return ListState.objects.filter(connection=work.connection).stale(at=work.now())


def _looked_again(work: Drain, events: list[SyncEvent]) -> list[SyncEvent]:
    """Look again at those that QuickBooks has refused; returns what may go on. Raises MustWait, Stop.

    That a look fails counts as the try of those alone, and all others wait for the next wave.
    """
    refused = [event for event in events if event.heals]
    if not refused:
        return events
    try:
        look_again(work, refused)
    except (MustWait, Stop, *NOBODYS_MISTAKE):
        raise
    except ReadFailed as error:
        _could_not_read(work, refused, error)
        release(work, _still_claimed(work, events))
    except Exception as mistake:
        logger.exception("Looking again at %s events failed", len(refused))
        if len(refused) == 1:
            stop_for_mistake(work, refused, mistake)
        else:
            # One by one, to find the event that it is about.
            for event in refused:
                _looked_again(work, [event])
    return _still_claimed(work, events)


def _prepared(work: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
    """The events of a wave that can be sent. An error of ours with one event stops only that event."""
    try:
        return PREPARE[events[0].record_type](work, events)
    except (ReadFailed, MustWait, Stop, *NOBODYS_MISTAKE):
        raise
    except Exception as mistake:
        logger.exception("Getting %s events ready failed", len(events))
        if len(events) == 1:
            stop_for_mistake(work, events, mistake)
            return []
        # One by one, to find the event that it is about. What was settled before the error is no longer claimed.
        return [one for event in _still_claimed(work, events) for one in _prepared(work, [event])]


def _refresh_alone(work: Drain) -> None:
    """Read requested lists while nothing is due; if that fails, it is tried again after a pause."""
    try:
        refresh_stale_lists(work)
    except ReadFailed as error:
        _could_not_read(work, [], error)
        if work.connection.is_live:
            work.turn.leave_alone(wait_seconds(error.failure, work.policy))


def _could_not_read(work: Drain, events: Sequence[SyncEvent], error: ReadFailed) -> None:
    """A failed read stopped a whole wave: it counts as their try, by the failure's kind."""
    failure, left = error.failure, _still_claimed(work, events)
    # Intuit can end a token before its time; that is no failure of the events.
    if failure.code == "token_expired" and _is_renewed(work):
        release(work, left)
        return
    if failure.kind is FailureKind.PAUSE:
        release(work, left)
        if work.connection.is_live:
            pause_connection(work, failure)
    elif failure.kind is FailureKind.WAIT:
        release(work, left)
        work.turn.leave_alone(wait_seconds(failure, work.policy))
    else:
        count_as_try(work, left, error.reply, failure)
    work.stopped = True


def _is_renewed(work: Drain) -> bool:
    try:
        return renew_token(work, refused=work.connection.access_token)
    except (TokenUnavailable, Stop):
        work.stopped = True
        return True


def _still_claimed(work: Drain, events: Sequence[SyncEvent]) -> list[SyncEvent]:
    mine = SyncEvent.objects.filter(pk__in=[event.pk for event in events], state=State.SENDING)
    return list(mine.filter(fence=work.fence))
