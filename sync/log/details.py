"""Everything that is known about one event, for its opened row and its page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from qbo.failures import Failure, FailureKind
from qbo.json_objects import JsonObject
from qbo.models import Connection
from qbo.pages.places import Place, help_place, obstacle_place, settings_place
from runacall.organizations.models import Organization
from sync.actions import Action, offered, to_decide
from sync.log.questions import Asked, questions_about
from sync.log.redaction import readable
from sync.log.rows import LogRow, connection_of, in_books, log_row, standing_of
from sync.log.timeline import Step, came_back, change_words, timeline
from sync.log.wording import Standing, next_try
from sync.models import Attempt, State, Submission, SyncEvent
from sync.models.events import EntityType
from sync.posting import cannot_post_today, is_in_closed_period

SHOWN_ATTEMPTS = 20


@dataclass(frozen=True)
class Exchange:
    """What was sent and what came back, as readable text; `note` says so if nothing was sent."""

    sent: str
    answer: str
    note: str = ""


@dataclass(frozen=True)
class FurtherObstacle:
    """Another problem of an event, and where to fix it."""

    failure: Failure
    fix: Place | None
    obstacle: Place | None
    help: Place


@dataclass(frozen=True)
class Details:
    """One event with its history, and which buttons apply to it."""

    row: LogRow
    realm_id: str
    # It is for a company that is not connected now, so no action is possible here.
    is_kept: bool
    attempts: list[Attempt]
    attempt_count: int
    latest: Attempt | None
    exchange: Exchange | None
    trace: str
    tried: str
    next_try: str
    others: int
    fix: Place | None
    help: Place | None
    # The record in QuickBooks that is in the way.
    obstacle: Place | None
    record: Place | None
    further: list[FurtherObstacle]
    buttons: list[tuple[Action, str]]
    # Something is to be fixed on a page of ours before a retry can help.
    is_fix_first: bool
    # What would fail again without that, or before a person has decided, comes last.
    is_retry_last: bool
    # Why Post to current period does not help, if the closing date stands in its way.
    cannot_post: str
    # Whether the page should refresh in a moment.
    is_moving: bool
    # What the accountant was asked about it.
    questions: list[Asked]
    # What QuickBooks has before and after, and whether an earlier failure was fixed.
    change: str
    came_back: str
    steps: list[Step]

    @property
    def event(self) -> SyncEvent:
        return self.row.event


def details(event: SyncEvent, organization: Organization, *, at: datetime, attempt_id: int | None = None) -> Details:
    """The details of `event`; `attempt_id` is the attempt whose payload is shown, otherwise the latest."""
    connection = connection_of(organization)
    standing = standing_of(connection, organization, at=at)
    history = Attempt.objects.filter(event=event).order_by("-at", "-id").defer("request", "answer")
    attempts = list(history[:SHOWN_ATTEMPTS])
    count = len(attempts) if len(attempts) < SHOWN_ATTEMPTS else history.count()
    shown = _shown(event, attempts, attempt_id)
    failure = event.failure
    kept = connection is None or event.realm_id != connection.realm_id
    moving = is_moving(event, standing) and not kept
    fix = settings_place(failure) if failure and not kept else None
    fix_first = bool(fix and failure and failure.kind is FailureKind.PERSON and event.state == State.FAILED)
    waits = event.state == State.QUEUED and not (standing.pause or moving or kept)
    # Nothing to press while it is about to be sent, or for a company that is not connected.
    pressed = () if moving or kept else offered(event, at=at)
    retry_last = fix_first or to_decide(pressed)
    return Details(
        row=log_row(event, organization, at=at),
        realm_id=event.realm_id,
        is_kept=kept,
        attempts=attempts,
        attempt_count=count,
        latest=shown,
        exchange=exchange_of(shown) if shown else None,
        trace=next((one.intuit_tid for one in attempts if one.intuit_tid), ""),
        tried=_tried(attempts, count, organization),
        next_try=next_try(event, standing) if waits else "",
        others=others_waiting(event),
        fix=fix,
        help=help_place(failure.code) if failure else None,
        obstacle=obstacle_place(failure, connection) if failure else None,
        record=record_place(event),
        further=further_obstacles(event, connection, is_kept=kept),
        buttons=in_order([(action, action.label(event)) for action in pressed], after_fix=retry_last),
        is_fix_first=fix_first,
        is_retry_last=retry_last,
        cannot_post=cannot_post_today(event, at=at)
        if event.state in (State.FAILED, State.HELD) and is_in_closed_period(event)
        else "",
        is_moving=moving,
        questions=questions_about(event, organization, at=at),
        change=change_words(event, in_books(connection, organization, [event]).get(event.pk)) if not kept else "",
        came_back=came_back(event, attempts),
        steps=timeline(event, organization, attempts),
    )


def in_order(buttons: Sequence[tuple[Action, str]], *, after_fix: bool) -> list[tuple[Action, str]]:
    """Where something is to be fixed or decided first, what would fail again without it comes last."""
    return sorted(buttons, key=lambda one: after_fix and one[0].is_main)


def further_obstacles(event: SyncEvent, connection: Connection | None, *, is_kept: bool) -> list[FurtherObstacle]:
    """All problems besides the first; no settings page for a company that is not connected."""
    if event.state not in (State.FAILED, State.HELD, State.DISMISSED):
        return []
    return [
        FurtherObstacle(
            failure,
            None if is_kept else settings_place(failure),
            obstacle_place(failure, connection),
            help_place(failure.code),
        )
        for failure in event.further_failures
    ]


def is_moving(event: SyncEvent, standing: Standing) -> bool:
    """Whether `event` is about to change."""
    if event.state == State.SENDING:
        return True
    soon = event.due_at is not None and event.due_at <= standing.now + timedelta(seconds=15)
    return event.state in (State.QUEUED, State.CHECKING) and soon and not standing.pause


def _shown(event: SyncEvent, attempts: list[Attempt], attempt_id: int | None) -> Attempt | None:
    if attempt_id is not None:
        return Attempt.objects.filter(event=event, pk=attempt_id).first()
    return Attempt.objects.filter(pk=attempts[0].pk).first() if attempts else None


def exchange_of(attempt: Attempt) -> Exchange:
    """The attempt's own part of what was sent and received."""
    if attempt.submission_id:
        submission = Submission.objects.get(pk=attempt.submission_id)
        sent = _item(submission.body, "BatchItemRequest", attempt.position)
        answer = _item(submission.answer, "BatchItemResponse", attempt.position)
        return Exchange(readable(sent), readable(attempt.answer or answer))
    note = ""
    if attempt.kind == Attempt.Kind.SETTLED_HERE:
        note = f"Not sent. Run a Call knew before sending: {attempt.message or 'there was nothing to send'}"
    return Exchange(readable(attempt.request), readable(attempt.answer), note)


def _item(text: str, key: str, position: int) -> str:
    """One item of a batch by its bId, which is its index; the whole text if it is not a batch."""
    try:
        items: list[JsonObject] = json.loads(text, parse_float=_digits)[key]
        found = next((item for item in items if str(item.get("bId")) == str(position)), None)
        return json.dumps(found, ensure_ascii=False) if found else text
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return text


def _digits(text: str) -> float:
    return float(text)


def _tried(attempts: list[Attempt], count: int, organization: Organization) -> str:
    if not attempts:
        return "Not yet"
    latest = attempts[0]
    times = "Once" if count == 1 else f"{count} times, last"
    said = f"{times} at {organization.local(latest.at):%Y-%m-%d %H:%M}"
    return f"{said}; decided here, nothing was sent" if latest.kind == Attempt.Kind.SETTLED_HERE else said


def others_waiting(event: SyncEvent) -> int:
    """How many other failed events of the organization have the same cause."""
    if event.state != State.FAILED or not event.cause_key:
        return 0
    rows = SyncEvent.objects.failed().filter(organization_id=event.organization_id, realm_id=event.realm_id)
    return rows.held_by(event.cause_key).exclude(pk=event.pk).count()


RECORD_PAGES = {
    EntityType.INVOICE: ("Open invoice", "admin:invoices_invoice_change"),
    EntityType.PAYMENT: ("Open payment", "admin:invoices_payment_change"),
    EntityType.CUSTOMER: ("Open customer", "admin:invoices_customer_change"),
    EntityType.ITEM: ("Open item", "admin:invoices_pricebookitem_change"),
}


def record_place(event: SyncEvent) -> Place | None:
    """The page of the record itself."""
    if event.record_type not in RECORD_PAGES:
        return None
    label, name = RECORD_PAGES[EntityType(event.record_type)]
    return Place(label, reverse(name, args=[event.record_id]))


def support_request(shown: Details) -> str:
    """What support asks for, as the text of an e-mail."""
    event = shown.event
    words = "; ".join(
        " / ".join(part for part in (entry.get("message"), entry.get("detail")) if part)
        for entry in (shown.latest.entries if shown.latest else [])
    )
    lines = [
        f"Exact error message: {event.message}",
        *(f"Also in the way: {failure.message}" for failure in event.further_failures),
        *([f"QuickBooks' own words: {words}"] if words else []),
        f"Affected invoice number: {event.label.removeprefix('Invoice ')}"
        if event.record_type == EntityType.INVOICE
        else f"Affected record: {event.label}",
        f"QBO realm ID: {shown.realm_id}",
        f"intuit_tid: {shown.trace or 'none, QuickBooks was not asked'}",
        "",
        f"Organization: {event.organization.name}",
        f"Failure code: {event.failure_code or 'none'}",
        f"Tried: {shown.tried}",
        f"Sync event: {event.pk}",
    ]
    return "\n".join(lines)


def support_address() -> str:
    return str(settings.SUPPORT_EMAIL)
