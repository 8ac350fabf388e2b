"""Finding out what became of submissions whose answer nobody got."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction

from qbo.connection.turn import MustWait
from qbo.models import ConnectionSettings
from sync.engine.context import Drain, Stop
from sync.engine.mistakes import NOBODYS_MISTAKE, stop_for_mistake
from sync.engine.recording import requeue
from sync.engine.send.answered import events_of
from sync.engine.send.push import resend
from sync.models import State, Submission, SyncEvent

logger = logging.getLogger(__name__)


def settle_doubts(work: Drain) -> bool:
    """Find out what became of submissions whose answer nobody got; True where there was any that is due.

    The same bytes under the same request id while QuickBooks surely remembers it; later the events go back to
    the queue, to be looked for in QuickBooks before they are sent again. So do those of a submission that has lost
    some: what a person has retried meanwhile must not go out a second time among the others. And while Sync invoices is
    off nothing is sent again, either.
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
        if work.stopped or work.time_is_up:
            break
    return bool(doubts)


def _settle(work: Drain, submission: Submission) -> None:
    if not _answered_or_over(work, submission):
        _wait(work, submission)
    elif _may_be_resent(work, submission):
        resend(work, submission)
    else:
        _look_instead(work, submission)


def _give_up(work: Drain, submission: Submission, mistake: Exception) -> None:
    """Its events stop, and are looked for in QuickBooks before they are ever sent again; other submissions go on."""
    stop_for_mistake(work, list(SyncEvent.objects.in_flight().filter(submission=submission)), mistake)
    Submission.objects.filter(pk=submission.pk).update(settled_at=work.now())


def _due(work: Drain) -> list[int]:
    """One is held at a time, however many an outage has left."""
    checking = SyncEvent.objects.of(work.connection).filter(state=State.CHECKING, due_at__lte=work.now())
    doubts = Submission.objects.filter(pk__in=checking.values("submission")).unsettled()
    return list(doubts.order_by("id").values_list("pk", flat=True))


def _answered_or_over(work: Drain, submission: Submission) -> bool:
    """False while a call that somebody else made may still be under way: its twin would meet it at QuickBooks."""
    return submission.http_status is not None or _over_at(work, submission) <= work.now()


def _over_at(work: Drain, submission: Submission) -> datetime:
    return submission.done_for(answers_within=work.answers_within)


def _may_be_resent(work: Drain, submission: Submission) -> bool:
    is_known = submission.may_be_resent(at=work.now(), trusted_for=settings.SYNC["REQUEST_ID_TRUSTED_FOR"])
    may_be_sent = ConnectionSettings.lets_out(work.connection)
    return is_known and may_be_sent and len(events_of(submission)) == len(submission.items)


def _wait(work: Drain, submission: Submission) -> None:
    with transaction.atomic():
        work.lease.assert_held()
        SyncEvent.objects.filter(pk__in=events_of(submission)).update(due_at=_over_at(work, submission))


def _look_instead(work: Drain, submission: Submission) -> None:
    if _over_at(work, submission) > work.now():
        _wait(work, submission)
        return
    with transaction.atomic():
        work.lease.assert_held()
        submission.settled_at = work.now()
        submission.save(update_fields=["settled_at"])
        for event in events_of(submission).values():
            requeue(event, due_at=work.now(), look_first=True)
