"""Finding out what became of submissions whose answer nobody got."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from sync.answered import events_of
from sync.engine.context import Drain
from sync.models import State, Submission, SyncEvent
from sync.push import resend
from sync.recording import requeue


def settle_doubts(work: Drain) -> bool:
    """Find out what became of submissions whose answer nobody got; True where there was any that is due.

    The same bytes under the same request id while QuickBooks surely remembers it; later the events go back to
    the queue, to be looked for in QuickBooks before they are sent again. So do those of a submission that has lost
    some: what a person has retried meanwhile must not go out a second time among the others. So do those of one that
    went to another company: its Ids mean something else in this one.
    """
    checking = SyncEvent.objects.filter(connection=work.connection, state=State.CHECKING, due_at__lte=work.now())
    doubts = Submission.objects.filter(pk__in=checking.values("submission")).unsettled().order_by("id")
    settled = False
    for submission in doubts:
        settled = True
        is_known = submission.may_be_resent(at=work.now(), trusted_for=settings.SYNC["REQUEST_ID_TRUSTED_FOR"])
        is_ours = submission.realm_id == work.connection.realm_id
        if is_known and is_ours and len(events_of(submission)) == len(submission.items):
            resend(work, submission)
        else:
            _look_instead(work, submission)
        if work.stopped or work.time_is_up:
            break
    return settled


def _look_instead(work: Drain, submission: Submission) -> None:
    over = submission.done_for(answers_within=work.answers_within)
    with transaction.atomic():
        work.lease.assert_held()
        events = SyncEvent.objects.in_flight().filter(submission=submission)
        if over > work.now():
            events.update(due_at=over)
            return
        submission.settled_at = work.now()
        submission.save(update_fields=["settled_at"])
        for event in events:
            requeue(event, due_at=work.now(), look_first=True)
