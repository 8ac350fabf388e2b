"""What django-q2 calls: each task loads its records by id, calls one operation, and reports."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from qbo.connection.turn import Turn
from qbo.failures import FailureKind
from qbo.models import Connection
from runacall import clock
from runacall.isolation import isolated
from sync.actions import ACTIONS
from sync.engine.drain import Result, drain_in, looks
from sync.engine.pausing import clear_interrupted_row, open_interrupted_row, pause_idle
from sync.engine.renewing import RENEWED, renew_unused
from sync.inbound import listening, tie_out
from sync.inbound.notices import claim_due
from sync.models import ActionRecord, Heartbeat, TieOut
from sync.operations import recording
from sync.operations.releasing import release_stopped
from sync.telling import digest
from sync.telling.causes import tell_all
from sync.telling.sending import send_due
from sync.upkeep import maintenance as upkeep
from sync.worker.broker import queue_many
from sync.worker.tallying import tallied
from sync.worker.wake import ask_for_old_lists, connections_with_work, wake_due, wake_if_due

MAINTAIN_SECONDS = 10.0
# In seconds; by `time.monotonic`, when this process last said that it drains.
BEAT_EVERY = 10.0
_beat_at: float | None = None
logger = logging.getLogger(__name__)


def drain_connection(connection_id: int) -> int:
    """Drain one connection for a while, and request another drain for what is left. Returns how many were settled."""
    with isolated("A drain", connection=connection_id) as caught, tallied(connection_id) as count:
        # Taking the turn reads the connection; nothing of it is needed before.
        turn = Turn.take_by_id(connection_id, also=looks(at=clock.now()))
        count.is_ours = turn is not None
        # Whoever else has the turn also sends what we would have sent.
        result = drain_in(turn, give_way=lambda: _others_wait(connection_id)) if turn else Result(busy=True)
    if caught.mistake:
        open_interrupted_row(Connection.objects.get(pk=connection_id), caught.words, at=clock.now())
        return 0
    _beat()
    if turn is None:
        return 0
    if result.has_failed:
        clear_interrupted_row(turn.connection, at=clock.now())
    if result.may_have_more:
        wake_if_due(turn.connection)
    return result.settled


def _beat() -> None:
    """A worker that sends says so every few seconds, not after each of its drains."""
    global _beat_at
    if _beat_at is None or time.monotonic() - _beat_at > BEAT_EVERY:
        Heartbeat.beat("drain", at=clock.now())
        _beat_at = time.monotonic()


def _others_wait(connection_id: int) -> bool:
    return connections_with_work(at=clock.now(), but=connection_id).exists()


def maintain() -> dict[str, int | str]:
    """One round of upkeep, short enough that no drain waits for its worker; the rest is left for the next one."""
    return upkeep.maintain(at=clock.now(), seconds=MAINTAIN_SECONDS)


def carry_out(action_id: int) -> int:
    """Do what a person asked for and a page could not wait for. Returns how many events were changed."""
    action = ActionRecord.objects.filter(pk=action_id).first()
    many = ACTIONS[action.action].many if action else None
    return import_string(many.later)(action_id, at=clock.now()).done if many and many.later else 0


def renew_tokens() -> int:
    """Every hour: keep unused connections alive. Returns how many were renewed."""
    now = clock.now()
    Heartbeat.beat("renewal", at=now)
    return renew_unused(at=now)[RENEWED]


def read_lists_daily() -> int:
    """Every hour: lists that were last read a day ago are wanted again. How many."""
    return ask_for_old_lists(at=clock.now())


def read_changes(connection_id: int) -> int:
    """Take in what changed in one company; returns how many rows were read."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection is None:
        return 0
    heard = None
    with isolated("Reading changes", connection=connection_id, organization=connection.organization_id):
        try:
            heard = listening.hear(connection)
        except listening.Unavailable as error:
            if error.failure.kind is FailureKind.PAUSE:
                pause_idle(connection, error.failure, at=clock.now())
            return 0
        if heard is not None:
            release_stopped(connection, heard.lists, at=clock.now())
        wake_if_due(connection)
    return heard.changes.count if heard else 0


def compare_last_day(connection_id: int) -> int:
    """Compare what one company got in the last day with its books; returns how many rows were read."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection is None:
        return 0
    heard = None
    with isolated("Comparing the last day", connection=connection_id, organization=connection.organization_id):
        try:
            heard = listening.compare_last_day(connection)
        except listening.Unavailable as error:
            logger.warning("The last day of connection %s was not compared: %s", connection_id, error)
        wake_if_due(connection)
    return heard.changes.count if heard else 0


def compare_last_days() -> int:
    """Every hour: shops in whose night it is. Returns how many."""
    return queue_many("sync.tasks.compare_last_day", listening.due_for_comparison(at=clock.now()), group="changes")


def make_tie_out(tie_out_id: int) -> bool:
    """Compare a month with the books, for the page that asked. Whether it agrees."""
    asked = TieOut.objects.select_related("connection__organization").filter(pk=tie_out_id, read_at=None).first()
    if asked is None:
        return False
    with isolated("Making a tie-out", tie_out=tie_out_id, organization=asked.organization_id) as caught:
        tie_out.make(asked)
    if caught.mistake:
        TieOut.objects.filter(pk=tie_out_id).update(problem="Run a Call had an error; tell support.")
    return TieOut.objects.filter(pk=tie_out_id, agrees=True).exists()


def tell_people() -> int:
    """Every minute: write e-mails about new errors, and send what waits. Returns how many were sent."""
    now = clock.now()
    tell_all(at=now)
    return send_due(at=now)


def write_digests() -> int:
    """Every hour: the summaries of shops where it is morning. Returns how many were written."""
    return digest.write_all(at=clock.now())


def sweep() -> int:
    """The safety net, every minute: wake connections that have work, and request open actions again."""
    now = clock.now()
    Heartbeat.beat("sweep", at=now)
    for action in ActionRecord.objects.open().filter(at__lte=now - timedelta(seconds=settings.SYNC["WAKE_LOST_AFTER"])):
        with isolated("Calling for an action", action=action.pk, organization=action.organization_id):
            recording.call_for(action)
    queue_many("sync.tasks.read_changes", claim_due(at=now), group="changes")
    return wake_due()
