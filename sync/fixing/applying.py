"""Making the choice and sending exactly what it concerns, in one step; and taking it back while nothing was sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from qbo import catalogue
from qbo.json_objects import JsonMapping, Row
from qbo.lists.on_request import NotRead
from qbo.models import Connection, Link
from runacall.invoices.refusals import Refused
from sync.fixing.fix import Answer, Case, Fix, Offer, User
from sync.fixing.table import BY_CODE, case_of
from sync.forecast.dry_run import AS_IT_IS
from sync.forecast.retries import Forecast, forecast_retry
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet
from sync.operations.recording import keep_drains_out, record_action
from sync.operations.retrying import requeue

# So long a fix waits before the first event is sent, and can be undone.
UNDO_FOR = timedelta(seconds=5)
# How far back we look for who was faster.
RECENT = timedelta(days=1)
# The actions that are fixes: of what failed, and of what would have failed.
FIXES = ("fix", "fix_ahead")
GONE = "It no longer stops anything. Nothing was changed."
ALREADY = "{who} fixed it already: {chosen}. Nothing was changed."
OTHERS_FIRST = "Somebody changed this since the page was shown. Nothing was changed: look at it again."


@dataclass(frozen=True)
class Shown:
    """What the page showed when a person pressed the button: what the choice replaces, and when that was.

    `event_id`: whose invoice's page it was; 0 for a page of all.
    """

    seen: str
    at: datetime | None = None
    event_id: int = 0


def forecast(case: Case, answer: Answer) -> Forecast:
    """How many would go with that answer, and what would still stop the others; nothing is saved."""
    fix = BY_CODE.get(case.failure.code)
    supposed = fix.supposed(case, answer) if fix and answer.choice else AS_IT_IS
    return forecast_retry(case.connection, case.events, supposed=supposed)


def fix_cause(
    connection: Connection, key: str, answer: Answer, *, shown: Shown, by: User, at: datetime
) -> ActionRecord:
    """Make the choice and queue the events that the cause stops. Raises Refused; then nothing is changed.

    Drains are kept out until it is done, and of two people only the first one's choice counts. Events that failed
    after the page was shown are left alone.
    """
    row = _fetch(connection, key, answer, shown, at=at)
    with transaction.atomic():
        keep_drains_out([connection.pk])
        connection = Connection.objects.get(pk=connection.pk)
        case = case_of(connection, key, event_id=shown.event_id)
        if case is None:
            raise Refused(who_was_faster(connection, key, at=at))
        case.lists.looked = [row] if row else ()
        fix, offer, chosen = chosen_of(case, key, answer, shown, at=at)
        events = case.events.filter(changed_at__lte=shown.at) if shown.at else case.events
        total = events.filter(record_type=EntityType.INVOICE).aggregate(total=Sum("amount"))["total"]
        if fix.edits:
            # An edit queues the invoice again, so these are found by their ids.
            events = SyncEvent.objects.filter(pk__in=list(events.values_list("pk", flat=True)))
        is_done = offer.is_done and answer.choice == offer.chosen
        kept = {} if is_done else dict(fix.apply(replace(case, events=events), answer, by, at))
        action = record_action(
            connection.organization_id, "fix", by=by, at=at, done=0, filters={"status": ["failed"], "cause": [key]}
        )
        action.fix = {
            "cause": key,
            "code": case.failure.code,
            "title": case.failure.cause_title,
            "chosen": chosen,
            "undo": kept,
            "money": str(total or 0),
        }
        action.before, action.left = kept.get("before", {}), kept.get("left", {})
        if fix.edits and not is_done:
            events = _helped(events, kept)
        action.done = action.meant = requeue(events, action, at=at, due_at=at + UNDO_FOR).records
        action.save(update_fields=["fix", "done", "meant", "before", "left"])
    return action


def _fetch(connection: Connection, key: str, answer: Answer, shown: Shown, *, at: datetime) -> Row | None:
    """What the answer needs from QuickBooks, before anything is locked. Raises Refused."""
    case = case_of(connection, key, event_id=shown.event_id)
    fix = BY_CODE.get(case.failure.code) if case else None
    try:
        return fix.fetch(case, answer, at) if case and fix else None
    except NotRead as error:
        raise Refused(f"QuickBooks could not be read: {error} Nothing was changed.") from error


def _helped(events: SyncEventQuerySet, kept: JsonMapping) -> SyncEventQuerySet:
    """Without the invoices that the fix had to leave as they are; they would only fail again."""
    changed = kept.get("before") or kept.get("numbers")
    return events.filter(record_id__in=[int(key) for key in changed]) if changed else events


def chosen_of(case: Case, key: str, answer: Answer, shown: Shown, *, at: datetime) -> tuple[Fix, Offer, str]:
    """The fix, what it offers, and the answer in words. Raises Refused for an answer that is not offered, and where the
    case is no longer as it was shown.
    """
    fix, offer, chosen = _offered(case, answer)
    if fix.seen(case) != shown.seen:
        raise Refused(who_was_faster(case.connection, key, at=at, otherwise=OTHERS_FIRST))
    return fix, offer, chosen


def _offered(case: Case, answer: Answer) -> tuple[Fix, Offer, str]:
    fix = BY_CODE.get(case.failure.code)
    offer = fix.offer(replace(case, every=True)) if fix else None
    option = offer.option(answer.choice) if offer else None
    if fix and offer and not offer.groups and answer.choice == offer.chosen:
        return fix, offer, "Checked again"
    if fix is None or offer is None or option is None:
        raise Refused("That can no longer be chosen. Nothing was changed.")
    return fix, offer, f"{option.label}: {answer.text}" if option.needs else option.label


def who_was_faster(connection: Connection, key: str, *, at: datetime, otherwise: str = GONE) -> str:
    """Who fixed that cause a while ago, and how; else `otherwise`."""
    actions = ActionRecord.objects.filter(
        organization=connection.organization_id, action__in=FIXES, at__gte=at - RECENT
    )
    for action in actions.select_related("by").order_by("-at", "-id")[:50]:
        if action.fix.get("cause") == key and not action.fix.get("undone"):
            who = (action.by.get_full_name() or action.by.get_username()) if action.by else "Somebody"
            return ALREADY.format(who=who, chosen=action.fix["chosen"])
    return otherwise


# --- undoing --------------------------------------------------------------------------------------------------------


def why_not_undone(action: ActionRecord) -> str:
    """Why a fix can no longer be undone, for staff; "" if it can."""
    if action.fix.get("undone"):
        return "It was already undone."
    if not action.fix.get("undo"):
        return "There is nothing to undo: the choice had been made before."
    sent = _sent(action)
    if sent:
        event = "event was" if sent == 1 else "events were"
        return f"{sent:,} {event} sent with it. {afterwards(action)}".strip()
    return ""


def afterwards(action: ActionRecord) -> str:
    """What can be done once it can no longer be undone."""
    fix = BY_CODE.get(str(action.fix.get("code")))
    return fix.afterwards if fix else ""


def _sent(action: ActionRecord) -> int:
    if action.action == "fix_ahead":
        sent = Link.objects.for_records(action.fix["invoices"]).filter(record_type=EntityType.INVOICE)
        connection = Connection.objects.get(organization=action.organization_id)
        return sent.filter(synced_at__gte=action.at).in_any_company(connection).count()
    rows = SyncEvent.objects.filter(organization=action.organization_id, action=action)
    waiting = rows.filter(state__in=(State.QUEUED, State.FAILED), look_first=False)
    return rows.count() - waiting.count() + max(0, action.done - rows.count())


def undo_fix(action: ActionRecord, connection: Connection, *, by: User, at: datetime) -> None:
    """Take the choice back, and check its events again now. Raises Refused if one of them was sent with it."""
    with transaction.atomic():
        keep_drains_out([connection.pk])
        action = ActionRecord.objects.select_for_update().get(pk=action.pk)
        why = why_not_undone(action)
        if why:
            raise Refused(why)
        kept: JsonMapping = action.fix["undo"]
        BY_CODE[action.fix["code"]].undo(connection, kept, by, at)
        name = (by.get_username() if by else "") or "Command line"
        action.fix = {**action.fix, "undone": at.isoformat(), "undone_by": name}
        action.save(update_fields=["fix"])
        rows = SyncEvent.objects.of(connection).filter(action=action)
        requeue(rows, action, at=at, due_at=at)
        title = catalogue.entry(str(action.fix["code"])).title
        record_action(action.organization_id, "undo_fix", by=by, at=at, done=action.done, reason=title)
