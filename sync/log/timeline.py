"""What happened to one event, in order: what people did, with their names, what was tried, and what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType

from qbo.models import SettingChange
from runacall.invoices.models import Invoice
from runacall.invoices.money import dollars
from runacall.organizations.models import Organization
from sync.actions import title_of
from sync.log.holding import InBooks
from sync.models import ActionRecord, Attempt, Question, State, SyncEvent
from sync.models.events import EntityType

MOST = 30
# On which settings pages a mapping or a switch can be what an event waited for.
FIXES = ("tax", "items", "invoices")


@dataclass(frozen=True)
class Step:
    """One thing that happened at `when`, in the shop's time; `who`: "" for what the program did."""

    at: datetime
    when: str
    what: str
    who: str = ""


def timeline(event: SyncEvent, organization: Organization, attempts: Sequence[Attempt]) -> list[Step]:
    """The latest first, at most MOST; a fixed number of queries."""

    def step(at: datetime, what: str, who: str = "") -> Step:
        return Step(at, f"{organization.local(at):%Y-%m-%d %H:%M}", what, who)

    found = [
        *(step(one.at, _tried(one)) for one in attempts),
        *(step(one.at, _done(one), name_of(one)) for one in _actions(event)),
        *(step(one.at, _chosen(one), _user(one.by)) for one in _fixes(event)),
        *(step(at, what, who) for at, what, who in _questions(event)),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST]


def history_of(invoice: Invoice, organization: Organization) -> list[Step]:
    """Of an invoice: what people changed here, and what happened to each of its events."""
    steps = [
        Step(one.action_time, f"{organization.local(one.action_time):%Y-%m-%d %H:%M}", _changed(one), _user(one.user))
        for one in LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Invoice), object_id=str(invoice.pk)
        ).select_related("user")[:MOST]
    ]
    events = SyncEvent.objects.of_every_company(organization).of_record(EntityType.INVOICE, invoice.pk)
    for event in events.order_by("-id")[:5]:
        attempts = Attempt.objects.filter(event=event).order_by("-at", "-id").defer("request", "answer")[:MOST]
        steps += timeline(event, organization, list(attempts))
    unique = {(one.when, one.what, one.who): one for one in steps}
    return sorted(unique.values(), key=lambda one: one.at, reverse=True)[:MOST]


def change_words(event: SyncEvent, there: InBooks | None) -> str:
    """What sending it changes in the books, in words and money; "" for rows that are not about an invoice."""
    if event.record_type != EntityType.INVOICE or event.amount is None or event.state == State.SUPERSEDED:
        return ""
    ours = dollars(event.amount)
    if there is None or there.gone:
        return f"It is not in QuickBooks yet. Sending it adds {ours} to the books."
    if event.state == State.SYNCED or there.total is None:
        return ""
    if there.total == event.amount:
        return f"Its total in QuickBooks stays {dollars(there.total)}; other fields changed."
    difference = event.amount - there.total
    sign = "+" if difference > 0 else ""
    return f"QuickBooks has {dollars(there.total)} → {ours} after the change ({sign}{dollars(difference)})."


def came_back(event: SyncEvent, attempts: Sequence[Attempt]) -> str:
    """E.g. "Failed again after another failure was fixed: Tax code 'X' not mapped", or that the message is the same."""
    if event.state != State.FAILED:
        return ""
    earlier = [one for one in attempts if one.outcome == State.FAILED and one.message]
    if len(earlier) < 2:
        return ""
    now, before = earlier[0], earlier[1]
    if now.message == before.message:
        return "Failed again with the same message."
    return f"Failed again after another failure was fixed: {before.message}"


def name_of(action: ActionRecord) -> str:
    return _user(action.by) or action.by_name or "Command line"


def _user(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""


def _actions(event: SyncEvent) -> Iterator[ActionRecord]:
    yield from ActionRecord.objects.filter(touched=event).select_related("by").order_by("-at")[:MOST]


def _done(action: ActionRecord) -> str:
    many = f", with {action.done - 1:,} other{'' if action.done == 2 else 's'}" if action.done > 1 else ""
    reason = f": {action.reason}" if action.reason and action.action in ("dismiss", "accept", "release") else ""
    return f"{title_of(action.action)}{many}{reason}"


def _tried(attempt: Attempt) -> str:
    said = f": {attempt.message}" if attempt.message else ""
    return f"{attempt.get_kind_display()} → {attempt.get_outcome_display()}{said}"


def _fixes(event: SyncEvent) -> Iterator[SettingChange]:
    """Changes of settings since then that are about what stood in its way."""
    names = [failure.subject.name for failure in event.failures if failure.subject.name]
    names += list(
        Attempt.objects.filter(event=event).exclude(message="").values_list("message", flat=True).distinct()[:MOST]
    )
    if not names:
        return
    rows = SettingChange.objects.filter(connection=event.connection_id, at__gte=event.opened_at, page__in=FIXES)
    # Most are about something else, which only the words can tell.
    for change in rows.select_related("by")[: MOST * 3]:
        about = change.setting.partition(" of ")[2] or change.setting
        if any(about and about in name for name in names):
            yield change


def _chosen(change: SettingChange) -> str:
    return f"{change.setting}: {change.old or 'none'} → {change.new or 'none'}"


def _questions(event: SyncEvent) -> Iterator[tuple[datetime, str, str]]:
    for one in Question.objects.filter(events=event).select_related("asked_by", "revoked_by")[:MOST]:
        yield one.asked_at, f"Asked {one.to_name}, the accountant", _user(one.asked_by)
        if one.revoked_at:
            yield one.revoked_at, f"Revoked the question to {one.to_name}", _user(one.revoked_by)
        if one.answered_at:
            yield one.answered_at, f"Answered: {one.get_answer_display()}", f"{one.to_name} (accountant)"


def _changed(entry: LogEntry) -> str:
    words = entry.get_change_message()
    return words or str(entry)
