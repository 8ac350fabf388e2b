"""The result of a person's action: how many are in QuickBooks, how many failed again, how many are being sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Max, Q, Sum
from django.urls import reverse

from qbo import catalogue
from runacall.invoices.money import dollars
from runacall.organizations.models import Organization
from sync.actions import ACTIONS, followed
from sync.log.rows import connection_of, pause_words
from sync.log.wording import counted
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import EntityType

LOG = "admin:sync_syncevent_changelist"
# How long a result is shown after its last event has finished.
SHOWN_FOR = timedelta(minutes=10)
# How far back we look for an action whose events may still be waiting.
LOOKED_FOR = timedelta(days=1)
MOST = 5
MOST_FIXES = 50
# How many reasons a card names.
MOST_STOPS = 3
# After how many seconds a page asks for changes: while something is about to change, and otherwise.
QUICK, SLOW = 2, 30
# An event due within this time is about to be sent.
SOON = timedelta(seconds=15)


@dataclass(frozen=True)
class EventCounts:
    """The status of the events of one action."""

    synced: int = 0
    money: Decimal = Decimal(0)
    failed: int = 0
    moving: int = 0
    waiting: int = 0
    other: int = 0
    # Being sent or checked: what can no longer be held back.
    sent: int = 0
    changed_at: datetime | None = None

    @property
    def total(self) -> int:
        return self.synced + self.failed + self.moving + self.waiting + self.other


@dataclass(frozen=True)
class Result:
    """One action and its result so far. `who`: "" for the reader's own."""

    action: ActionRecord
    count: EventCounts
    pause: str = ""
    who: str = ""
    # What stops those that failed: the message, with the count, the most first.
    stops: Sequence[tuple[str, int]] = ()

    @property
    def is_known(self) -> bool:
        """None of its events is about to change any more."""
        return not self.action.is_open and not self.count.moving

    @property
    def tone(self) -> str:
        if not self.is_known:
            return "calm"
        return "bad" if self.count.failed else "good"

    @property
    def head(self) -> str:
        """E.g. "Retried 63 events."."""
        action = ACTIONS[self.action.action]
        if self.action.is_open:
            doing = "queuing" if action.name == "retry" else "working on"
            said = f"{action.title} of {counted(self.action.meant, action.noun)}: a background job is {doing} them."
        elif self.action.fix:
            said = self._of_fix
        else:
            said = f"{action.verb} {counted(self.action.done, action.noun)}."
        return f"{self.who}: {said}" if self.who else said

    @property
    def _of_fix(self) -> str:
        """E.g. "Combined 7.25: Lake County 7.25 (7.25 %)."."""
        if self.action.fix.get("undone"):
            return f"Undone: {self.action.fix['chosen']}."
        state = "on the way" if not self.is_known else "queued" if self.count.waiting else "sent"
        return f"{self.action.fix['chosen']}: {counted(self.action.done, 'event')} {state}."

    @property
    def percent_done(self) -> int:
        """How much of it is settled, from 0 to 100."""
        total = max(self.count.total, 1)
        return round(100 * (total - self.count.moving) / total)

    @property
    def parts(self) -> list[str]:
        """E.g. "60 in QuickBooks, $38,900.12", "3 failed again"; the failed ones come last, before their link."""
        count = self.count
        gone = 0 if self.action.is_open else self.action.done - count.total
        said = [
            (count.synced, f"in QuickBooks{f', {dollars(count.money)}' if count.money else ''}"),
            (count.moving, "under way"),
            (count.waiting, f"waiting: {self.pause}" if self.pause else "waiting for the next retry"),
            (count.other, "dismissed or superseded"),
            (gone, "changed or retried again since"),
            *((number, f"{'waits' if number == 1 else 'wait'} for: {words}") for words, number in self.stops),
            (count.failed - sum(number for _, number in self.stops), self._failed),
        ]
        return [f"{number:,} {words}" for number, words in said if number > 0]

    @property
    def _failed(self) -> str:
        return "failed again" if self.action.action == "retry" else "failed"

    @property
    def left(self) -> str:
        """E.g. "Left 2 alone: 2 already in QuickBooks."."""
        return left_alone(self.action)

    @property
    def sentence(self) -> str:
        parts = "; ".join(self.parts)
        return " ".join(filter(None, (self.head, f"{parts}." if parts else "", self.left)))

    @property
    def undo_url(self) -> str:
        """Where Post to current period is undone; "" once all of its invoices have been sent."""
        if self.action.action != "post_to_current_period" or self.count.synced == self.count.total:
            return ""
        return f"{reverse('admin:sync_syncevent_undo_posting_all')}?action={self.action.pk}"

    @property
    def failed_url(self) -> str:
        """The list of those that failed again; "" if there are none."""
        if not self.count.failed:
            return ""
        return f"{reverse(LOG)}?status={State.FAILED.value}&action={self.action.pk}"


def left_alone(action: ActionRecord) -> str:
    """Which it left as they were, and why; "" for none."""
    left: Mapping[str, int] = action.left
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in left.items())
    return f"Left {sum(left.values()):,} alone: {reasons}." if left else ""


def results_for(organization: Organization | None, user: User | AnonymousUser, *, at: datetime) -> list[Result]:
    """What the log says about actions: everybody's while they run, your own for a while after."""
    recent = ActionRecord.objects.filter(organization=organization, at__gte=at - LOOKED_FOR, action__in=followed())
    actions = list(recent.filter(fix={}).select_related("by").order_by("-at", "-id")[:MOST])
    found = _results(actions, organization, user, at=at)
    # A result of which nothing is left, since all was done again, would only be in the way of the later one.
    telling = (one for one in found if one.action.is_open or one.count.total or one.action.left)
    return [result for result in telling if _is_shown(result, user, at)]


def fixes_for(organization: Organization | None, user: User | AnonymousUser, *, at: datetime) -> list[Result]:
    """The same for the fixes of causes, which their cards show; of each cause the latest."""
    recent = ActionRecord.objects.filter(organization=organization, at__gte=at - LOOKED_FOR, action__in=followed())
    actions = list(recent.exclude(fix={}).select_related("by").order_by("-at", "-id")[:MOST_FIXES])
    stops = _stops(actions, organization)
    found = [replace(one, stops=stops[one.action.pk]) for one in _results(actions, organization, user, at=at)]
    latest: dict[str, Result] = {}
    for result in found:
        latest.setdefault(result.action.fix["cause"], result)
    return [result for result in latest.values() if _is_shown(result, user, at)]


def _stops(
    actions: Sequence[ActionRecord], organization: Organization | None
) -> defaultdict[int, list[tuple[str, int]]]:
    """What stops the events of each that failed again: the message and the count; one query."""
    rows = (
        SyncEvent.objects.for_organization(organization)
        .filter(state=State.FAILED, action__in=[action.pk for action in actions])
        .order_by()
        .values("action_id", "cause_key")
        .annotate(n=Count("pk"), words=Max("message"))
        .order_by("-n", "cause_key")
    )
    found: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in rows if actions else ():
        if len(found[row["action_id"]]) < MOST_STOPS:
            entry = catalogue.entry(row["cause_key"].partition(":")[0])
            words = row["words"] if entry.cause_per_subject else entry.title
            found[row["action_id"]].append((words, row["n"]))
    return found


def result_of(event: SyncEvent, user: User | AnonymousUser, *, at: datetime) -> Result | None:
    """The result of the last action on `event`, for the person who did it."""
    action = event.action
    if action is None or action.by_id != user.pk or action.action not in followed():
        return None
    found = _results([action], event.organization, user, at=at)
    return next((result for result in found if _is_shown(result, user, at)), None)


def _is_shown(result: Result, user: User | AnonymousUser, at: datetime) -> bool:
    if not result.is_known:
        return True
    settled_at = max(filter(None, (result.count.changed_at, result.action.at)))
    return result.action.by_id == user.pk and bool(result.action.done) and settled_at >= at - SHOWN_FOR


def _results(
    actions: Sequence[ActionRecord], organization: Organization | None, user: User | AnonymousUser, *, at: datetime
) -> list[Result]:
    if not actions:
        return []
    pause = pause_words(connection_of(organization))
    counts = _counts(actions, organization, at=at, is_paused=bool(pause))
    return [Result(action, counts[action.pk], pause, _who(action, user)) for action in actions]


def _who(action: ActionRecord, user: User | AnonymousUser) -> str:
    if action.by is None:
        return action.by_name or "Command line"
    return "" if action.by_id == user.pk else (action.by.get_full_name() or action.by.get_username())


def _counts(
    actions: Iterable[ActionRecord], organization: Organization | None, *, at: datetime, is_paused: bool
) -> defaultdict[int, EventCounts]:
    """One query.

    An event changes when it is queued, so the events of an action have changed since then, and an index finds those.
    """
    soon = Q(state=State.SENDING) | Q(state__in=(State.QUEUED, State.CHECKING), due_at__lte=at + SOON)
    since = min(action.at for action in actions)
    rows = (
        SyncEvent.objects.for_organization(organization)
        .filter(changed_at__gte=since, action__in=[action.pk for action in actions])
        .order_by()
        .values("action_id", "state")
        .annotate(
            n=Count("pk"),
            soon=Count("pk", filter=soon),
            money=Sum("amount", filter=Q(record_type=EntityType.INVOICE)),
            last=Max("changed_at"),
        )
    )
    by_action: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_action[row["action_id"]].append(row)
    return defaultdict(EventCounts, {pk: _count(found, is_paused) for pk, found in by_action.items()})


def _count(rows: Iterable[Mapping[str, Any]], is_paused: bool) -> EventCounts:
    rows = list(rows)
    numbers = {row["state"]: row["n"] for row in rows}
    on_the_way = (State.QUEUED, State.SENDING, State.CHECKING)
    moving = sum(row["soon"] for row in rows if row["state"] == State.SENDING or not is_paused)
    return EventCounts(
        synced=numbers.get(State.SYNCED, 0),
        money=Decimal(next((row["money"] or 0 for row in rows if row["state"] == State.SYNCED), 0)),
        failed=numbers.get(State.FAILED, 0),
        moving=moving,
        sent=sum(numbers.get(state, 0) for state in (State.SENDING, State.CHECKING, State.SYNCED)),
        waiting=sum(numbers.get(state, 0) for state in on_the_way) - moving,
        other=numbers.get(State.DISMISSED, 0) + numbers.get(State.SUPERSEDED, 0),
        changed_at=max(row["last"] for row in rows),
    )
