"""Fixing what would stop invoices before it does: the choice is saved, and nothing is queued for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from qbo.failures import Failure
from qbo.json_objects import JsonMapping
from qbo.models import Connection
from runacall.invoices.models import Invoice
from runacall.invoices.refusals import Refused
from sync.fixing.applying import Shown, chosen_of, who_was_faster
from sync.fixing.fix import Answer, Case, Fix, User
from sync.fixing.lists import Lists
from sync.fixing.table import BY_CODE
from sync.forecast.dry_run import AS_IT_IS
from sync.forecast.readiness import draft_ids, readiness, waiting_ids
from sync.forecast.retries import Forecast
from sync.models import ActionRecord, SyncEvent
from sync.operations.recording import keep_drains_out, record_action

# Which invoices a form is about: all that wait, all drafts, or one by its id.
WAITING, DRAFTS = "waiting", "drafts"
GONE = "It is not in the way any more. Nothing was changed."


def fix_ahead_of(failure: Failure) -> Fix | None:
    """What fixes it before it stops anything; None where only QuickBooks or an event of its own can tell."""
    fix = BY_CODE.get(failure.code)
    return None if fix is None or fix.is_read_first or fix.has_own_event else fix


def case_ahead(connection: Connection, key: str, scope: str) -> Case | None:
    """The cause of that key with the invoices of `scope` that it would stop; None if it would stop none."""
    found = [
        (one.invoice.id, failure)
        for one in readiness(connection, _ids(connection, scope))
        for failure in one.failures
        if failure.cause_key[:200] == key
    ]
    if not found or fix_ahead_of(found[0][1]) is None:
        return None
    failure = found[0][1]
    return made(connection, failure, [record_id for record_id, _ in found], Lists(connection, [failure]))


def made(connection: Connection, failure: Failure, ids: Sequence[int], lists: Lists) -> Case:
    """A case of invoices that nothing has stopped yet."""
    return Case(connection, failure, SyncEvent.objects.none(), lists, ahead=tuple(ids))


def _ids(connection: Connection, scope: str) -> list[int]:
    if scope == WAITING:
        return waiting_ids(connection)
    if scope == DRAFTS:
        return draft_ids(connection)
    mine = Invoice.objects.for_organization(connection.organization).alive()
    is_id = scope.isdecimal() and len(scope) < 19
    return list(mine.filter(pk=int(scope)).values_list("pk", flat=True)) if is_id else []


def forecast_ahead(case: Case, answer: Answer) -> Forecast:
    """How many would be ready with that answer, and what would still stop the others; nothing is saved."""
    fix = fix_ahead_of(case.failure)
    supposed = fix.supposed(case, answer) if fix and answer.choice else AS_IT_IS
    found = readiness(case.connection, case.ahead, supposed=supposed)
    stay = [one.failures[0] for one in found if one.failures]
    counts = Counter(failure.cause_key for failure in stay)
    first = {failure.cause_key: failure for failure in reversed(stay)}
    return Forecast(len(found) - len(stay), [(first[key], count) for key, count in counts.most_common()])


def save_ahead(
    connection: Connection, key: str, scope: str, answer: Answer, *, shown: Shown, by: User, at: datetime
) -> ActionRecord:
    """Make the choice, and queue nothing. Raises Refused; then nothing is changed."""
    with transaction.atomic():
        keep_drains_out([connection.pk])
        connection = Connection.objects.get(pk=connection.pk)
        case = case_ahead(connection, key, scope)
        if case is None:
            raise Refused(who_was_faster(connection, key, at=at, otherwise=GONE))
        fix, _, chosen = chosen_of(case, key, answer, shown, at=at)
        kept: JsonMapping = dict(fix.apply(case, answer, by, at))
        left = kept.get("left")
        action = record_action(connection.organization_id, "fix_ahead", by=by, at=at, done=0, left=left)
        action.fix = {
            "cause": key,
            "code": case.failure.code,
            "title": case.failure.cause_title,
            "chosen": chosen,
            "undo": kept,
            "invoices": list(case.ahead),
        }
        action.save(update_fields=["fix"])
    return action


def still_failed(connection: Connection, key: str) -> int:
    """How many events failed for the same cause; a choice that is made ahead does not send them."""
    return SyncEvent.objects.failed_of(connection).held_by(key).count()
