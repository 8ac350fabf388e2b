"""The safeguards, each with the change that switches it off and the test that must then fail; data."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.utils import timezone

from sync.models import SyncEvent

EXACTLY_ONCE = "tests/sync/test_exactly_once.py"
Sabotage = Callable[[Any], Any]


@dataclass(frozen=True)
class Safeguard:
    """`changes`: what is replaced, as dotted names, each with what makes the replacement from the original."""

    name: str
    changes: Mapping[str, Sabotage]
    test: str

    @contextmanager
    def switched_off(self) -> Iterator[None]:
        with ExitStack() as stack:
            for target, sabotage in self.changes.items():
                original, _ = patch(target).get_original()
                stack.enter_context(patch(target, sabotage(original)))
            yield


def _only_in_memory(write_ahead: Any) -> Any:
    """What is about to be sent is written down once the answer is there, as a plain loop does it."""

    def remember(drain: Any, chunk: Any) -> Any:
        submission = write_ahead(drain, chunk)
        submission.current_events.update(submission=None)
        type(submission).objects.filter(pk=submission.pk).delete()
        return submission

    return remember


def _written_down_with_the_answer(read_safely: Any) -> Any:
    def write_and_read(drain: Any, submission: Any, *rest: Any) -> Any:
        submission.save(force_insert=True)
        events = [item["event_id"] for item in submission.items]
        SyncEvent.objects.filter(pk__in=events).update(submission=submission)
        return read_safely(drain, submission, *rest)

    return write_and_read


def _new_id_each_time(mark_sent: Any) -> Any:
    def mark(drain: Any, submission: Any) -> None:
        mark_sent(drain, submission)
        submission.request_id = uuid.uuid4()

    return mark


def _no_fence(guarded: Any) -> Any:
    def unguarded(self: Any, **changes: Any) -> None:
        type(self).objects.filter(pk=self.pk).update(**changes)
        self.expires_at = timezone.now() + timedelta(hours=1)

    return unguarded


def _nobody_is_overtaken(overtake: Any) -> Any:
    return lambda connection: None


def _no_look(look: Any) -> Any:
    return lambda drain, events, documents, book: ([], book)


def _no_comparison(difference: Any) -> Any:
    return lambda item, there: None


def _everybodys(for_organization: Any) -> Any:
    return lambda self, organization: self


def _nothing_again(refresh: Any) -> Any:
    return lambda connection, codes, at: None


def _never_over(done_for: Any) -> Any:
    return lambda self, **_: self.created_at


def _in_doubt_without_saying_so(take_over: Any) -> Any:
    def without_look_first(drain: Any) -> None:
        take_over(drain)
        SyncEvent.objects.update(look_first=False)

    return without_look_first


SAFEGUARDS = (
    Safeguard(
        "write-ahead",
        {
            "sync.engine.send.push.write_ahead": _only_in_memory,
            "sync.engine.send.push._read_safely": _written_down_with_the_answer,
        },
        f"{EXACTLY_ONCE}::test_what_went_out_before_a_kill_goes_out_no_second_time",
    ),
    Safeguard(
        "same request id on a re-send",
        {"sync.engine.send.push._mark_sent": _new_id_each_time},
        f"{EXACTLY_ONCE}::test_the_successor_sends_the_same_bytes_under_the_same_id",
    ),
    Safeguard(
        "fence",
        {"qbo.models.leases.Lease._guarded": _no_fence},
        f"{EXACTLY_ONCE}::test_a_holder_that_wakes_late_sends_nothing",
    ),
    Safeguard(
        "whoever disconnects overtakes",
        {"qbo.models.leases.Lease.overtake": _nobody_is_overtaken},
        f"{EXACTLY_ONCE}::test_whoever_disconnects_ends_the_drain_that_is_under_way",
    ),
    Safeguard(
        "look first",
        {"sync.engine.prepare.invoices.look_in_quickbooks": _no_look},
        f"{EXACTLY_ONCE}::test_a_lost_answer_is_looked_for_before_anything_is_sent_again",
    ),
    Safeguard(
        "look first after a take-over",
        {"sync.engine.drain.take_over": _in_doubt_without_saying_so},
        f"{EXACTLY_ONCE}::test_after_a_kill_whoever_is_turned_away_still_looks_first",
    ),
    Safeguard(
        "a look waits until the last send is over",
        {"sync.models.submissions.Submission.done_for": _never_over},
        f"{EXACTLY_ONCE}::test_a_look_proves_nothing_while_the_last_send_may_still_arrive",
    ),
    Safeguard(
        "total check",
        {"sync.engine.send.answers.difference": _no_comparison},
        f"{EXACTLY_ONCE}::test_a_total_that_comes_back_otherwise_is_no_success",
    ),
    Safeguard(
        "scope",
        {"sync.models.events.SyncEventQuerySet.for_organization": _everybodys},
        "tests/sync/test_scope_of_log.py::TestAnotherOrganization::test_is_in_no_list_chip_card_filter_or_fragment",
    ),
    Safeguard(
        "scope of the business",
        {"runacall.organizations.scope.ScopedQuerySet.for_organization": _everybodys},
        "tests/runacall/test_scope.py::test_lists_show_none_of_theirs",
    ),
    Safeguard(
        "refresh on retry",
        {"sync.operations._refresh_what_they_name": _nothing_again},
        "tests/journeys/test_retries.py::test_a_retry_reads_again_what_the_failures_name",
    ),
)
