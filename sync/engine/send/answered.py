"""A submission and what came back for it: its events, its settling, and the attempts it makes."""

from __future__ import annotations

from dataclasses import dataclass

from qbo.connection.client import Reply
from qbo.failures import Failure, FailureKind
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome
from sync.engine.send.relook import RELOOK_CODES
from sync.models import Attempt, Submission, SyncEvent
from sync.retry_policy import HEALS, after_failure

# Says that an earlier send under the same request id has arrived, or is still being worked on.
DUPLICATE_REQUEST = "duplicate_request"


def events_of(submission: Submission) -> dict[int, SyncEvent]:
    """The events that still hang on this submission, by id."""
    wanted = [stored["event_id"] for stored in submission.items]
    rows = SyncEvent.objects.in_flight().filter(pk__in=wanted, submission=submission)
    return {event.pk: event for event in rows}


@dataclass(frozen=True)
class Answered:
    """What every reader of an answer needs: the drain it is read in, the submission, and the reply."""

    drain: Drain
    submission: Submission
    reply: Reply

    def placed(self) -> list[tuple[int, SyncEvent]]:
        """The events that still hang on the submission, each with its place in the batch."""
        events = events_of(self.submission)
        places = enumerate(self.submission.items)
        return [(index, events[item["event_id"]]) for index, item in places if item["event_id"] in events]

    def settle(self) -> None:
        """The outcome is known."""
        self.submission.settled_at = self.drain.now()
        self.note()

    def note(self) -> None:
        """Keep what came back, whether or not it settles anything."""
        submission, reply = self.submission, self.reply
        submission.http_status = reply.status
        submission.intuit_tid = reply.intuit_tid[:100]
        submission.duration_ms = reply.duration_ms
        submission.answer = reply.body
        submission.save(update_fields=["settled_at", "http_status", "intuit_tid", "duration_ms", "answer"])

    def attempt(self, index: int, event: SyncEvent) -> Attempt:
        """The try that this answer was for the event at `index`."""
        return self.drain.attempt(
            event,
            Attempt.Kind.SENT,
            submission=self.submission,
            position=index,
            duration_ms=self.reply.duration_ms,
            http_status=self.reply.status,
            intuit_tid=self.reply.intuit_tid[:100],
        )

    def failed(self, index: int, event: SyncEvent, failure: Failure) -> Outcome:
        """Retry by itself, look again, wait or stop: as the failure's kind says."""
        drain, attempt = self.drain, self.attempt(index, event)
        if failure.code in RELOOK_CODES and event.heals < HEALS:
            look_first = event.look_first or failure.code == DUPLICATE_REQUEST
            return Outcome.queued(
                attempt, due_at=drain.now(), failure=failure, heals=event.heals + 1, look_first=look_first
            )
        follows = after_failure(failure, retries=event.retries, at=drain.now(), policy=drain.policy)
        look_first = event.look_first or failure.kind is FailureKind.TRANSIENT
        if follows.due_at is None:
            return Outcome.failed(attempt, failure, look_first=look_first)
        return Outcome.queued(
            attempt, due_at=follows.due_at, failure=failure, retries=follows.retries, look_first=look_first
        )
