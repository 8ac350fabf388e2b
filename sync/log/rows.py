"""Rows of the log as they are shown: events with their words, loaded in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings

from qbo import catalogue
from qbo.connection.connecting import endpoints_of
from qbo.models import Connection, FormerCompany, Lease, Link
from runacall.invoices.money import dollars
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.log.holding import Books, Holding, InBooks, holding
from sync.log.wording import SYNC_IS_OFF, RowText, Standing, lower_first, other_company_text, row_text
from sync.models import State, SyncEvent
from sync.models.events import TRANSACTIONS, UNSENT, Direction, EntityType
from sync.retry_policy import Policy

# The color of a status; the text says it too.
COLOURS = {
    State.QUEUED: "queued",
    State.SENDING: "sending",
    State.CHECKING: "checking",
    State.SYNCED: "synced",
    State.FAILED: "failed",
    State.HELD: "held",
    State.SUPERSEDED: "quiet",
    State.DISMISSED: "quiet",
}


@dataclass(frozen=True)
class LogRow:
    """One event, ready to be shown."""

    event: SyncEvent
    text: RowText
    timestamp: str
    held: Holding | None = None

    @property
    def colour(self) -> str:
        return COLOURS.get(State(self.event.state), "quiet") if self.event.state in State.values else "quiet"

    @property
    def subtitle(self) -> str:
        """The line under the entity: customer and amount."""
        amount = dollars(self.event.amount) if self.event.amount is not None else ""
        return " · ".join(part for part in (self.event.party, amount) if part)


def connection_of(organization: Organization | None) -> Connection | None:
    """An organization's connection, with its lease."""
    return Connection.objects.for_organization(organization).select_related("lease", "settings").first()


def standing_of(
    connection: Connection | None, organization: Organization, *, at: datetime, waiting: int = 0
) -> Standing:
    """The status of the organization's connection at `at`."""
    lease = cast("Lease | None", getattr(connection, "lease", None)) if connection else None
    return Standing(
        now=at,
        zone=organization.zone,
        policy=Policy.of(settings.SYNC),
        pause=pause_words(connection),
        quiet_until=lease.quiet_until if lease else None,
        waiting=waiting,
    )


def pause_words(connection: Connection | None) -> str:
    """Why nothing is sent, e.g. "token expired"; "" if it is not paused."""
    if connection is None:
        return ""
    if connection.is_live:
        settings = getattr(connection, "settings", None)
        return SYNC_IS_OFF if settings is not None and not settings.sync_invoices else ""
    if connection.status == Connection.Status.DISCONNECTED:
        return "QuickBooks is disconnected"
    return lower_first(catalogue.entry(connection.pause_code or "token_expired").title)


def log_rows(events: Sequence[SyncEvent], organization: Organization, *, at: datetime) -> list[LogRow]:
    """The rows of `events`, which all belong to `organization`."""
    connection = connection_of(organization)
    standing = standing_of(connection, organization, at=at, waiting=_held_back(events, connection))
    kept = _other_companies(events, connection)
    there = in_books(connection, organization, [one for one in events if _has_books(one) and one.pk not in kept])
    rows = []
    for event in events:
        with isolated("Showing a row of the log", event=event.pk, organization=event.organization_id) as caught:
            rows.append(_row(event, standing, there.get(event.pk), organization, kept.get(event.pk, "")))
        if caught.mistake:
            rows.append(LogRow(event, UNSHOWABLE, ""))
    return rows


UNSHOWABLE = RowText("Run a Call cannot show this row in full", "Open it and press Escalate to tell support")


def _other_companies(events: Sequence[SyncEvent], connection: Connection | None) -> dict[int, str]:
    """For events of a company that is not connected now, its name."""
    others = [event for event in events if connection is None or event.realm_id != connection.realm_id]
    if not others:
        return {}
    known = FormerCompany.objects.filter(connection=connection)
    names = {one.realm_id: str(one) for one in known}
    return {event.pk: names.get(event.realm_id, event.realm_id) for event in others}


def _row(
    event: SyncEvent, standing: Standing, there: InBooks | None, organization: Organization, other_company: str
) -> LogRow:
    # Say nothing about a company that is not connected now.
    held = None if other_company else holding_of(event, there)
    said = (
        other_company_text(event, other_company)
        if other_company
        else row_text(event, standing, in_books=there, held=held)
    )
    return LogRow(event, said, f"{organization.local(event.changed_at):%Y-%m-%d %H:%M}", held)


# Rows about the connection or one of its lists; they are not about a record in QuickBooks.
NO_RECORDS = (EntityType.CONNECTION, EntityType.LIST)
# A change of ours that is not in QuickBooks: waiting, refused, or left out on purpose.
OWED = (*UNSENT, State.DISMISSED)


def _has_books(event: SyncEvent) -> bool:
    """Synced customers and items row_text in their message what they are linked to."""
    return event.record_type in TRANSACTIONS or (event.record_type not in NO_RECORDS and event.state in OWED)


def holding_of(event: SyncEvent, there: InBooks | None) -> Holding | None:
    """The state of the books while `event` is unfinished; None if it is not about a record, or is finished."""
    if event.record_type in NO_RECORDS or event.state not in OWED:
        return None
    arrived = ARRIVED.get(event.failure_code) if event.direction == Direction.IN else None
    if arrived and there is not None and not there.gone:
        return Holding(Books.DIFFERENT, "In QuickBooks, but different", arrived)
    # What it shares with a record that it waits for says nothing of what is there of its own.
    failure = None if event.blocked_by else event.failure
    return holding(there, failure, may_have_arrived=event.look_first)


# What is different after something happened in QuickBooks, where the failure itself names no fields.
ARRIVED = {
    "voided_in_quickbooks": "void there, not here",
    "payment_voided_there": "void there, not here",
    "payment_not_taken_over": "a payment there that is not here",
    "payment_twin": "a payment there that may be the same",
    "same_payment_gone": "void here, and gone there",
}


def log_row(event: SyncEvent, organization: Organization, *, at: datetime) -> LogRow:
    return log_rows([event], organization, at=at)[0]


def _held_back(events: Sequence[SyncEvent], connection: Connection | None) -> int:
    """How many wait for a paused connection; queried only if a row is about the pause."""
    paused = any(event.record_type == EntityType.CONNECTION and event.state == State.FAILED for event in events)
    if not paused or connection is None:
        return 0
    return SyncEvent.objects.by_state_of(connection).filter(state=State.QUEUED).count()


def in_books(
    connection: Connection | None, organization: Organization, events: Sequence[SyncEvent]
) -> dict[int, InBooks]:
    """What QuickBooks has of the records of these events, by event; one query."""
    if connection is None or not events:
        return {}
    links = Link.objects.filter(connection=connection, realm_id=connection.realm_id).filter(
        record_type__in={event.record_type for event in events}, record_id__in={event.record_id for event in events}
    )
    by_record = {(link.record_type, link.record_id): in_books_of(connection, link, organization) for link in links}
    keys = {event.pk: (event.record_type, event.record_id) for event in events}
    return {pk: by_record[key] for pk, key in keys.items() if key in by_record}


def in_books_of(connection: Connection, link: Link, organization: Organization) -> InBooks:
    entity = {"invoice": "Invoice", "payment": "Payment"}.get(link.record_type, "")
    return InBooks(
        qbo_id=link.qbo_id,
        number=link.doc_number,
        total=link.total,
        url=endpoints_of(connection).open(entity, link.qbo_id) if entity else "",
        since=organization.local(link.synced_at).date(),
        voided=link.voided,
        accepted=link.accepted_at is not None,
        gone=not link.active,
    )
