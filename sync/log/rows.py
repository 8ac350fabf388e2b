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
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.log.wording import SYNC_IS_OFF, InBooks, Said, Standing, lower_first, money, say, say_kept
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.retry_policy import Policy

# The look of a status; the text says it too.
COLOURS = {
    State.QUEUED: "queued",
    State.SENDING: "sending",
    State.CHECKING: "checking",
    State.SYNCED: "synced",
    State.FAILED: "failed",
    State.SUPERSEDED: "quiet",
    State.DISMISSED: "quiet",
}


@dataclass(frozen=True)
class LogRow:
    """One event, ready to be shown."""

    event: SyncEvent
    said: Said
    timestamp: str

    @property
    def colour(self) -> str:
        return COLOURS.get(State(self.event.state), "quiet") if self.event.state in State.values else "quiet"

    @property
    def beneath(self) -> str:
        """The line under the entity: whose it is and how much."""
        amount = money(self.event.amount) if self.event.amount is not None else ""
        return " · ".join(part for part in (self.event.party, amount) if part)


def policy() -> Policy:
    return Policy(delays=tuple(settings.SYNC["RETRY_DELAYS"]), throttle_pause=settings.SYNC["THROTTLE_PAUSE"])


def connection_of(organization: Organization | None) -> Connection | None:
    """The connection that an organization has, with its lease."""
    return Connection.objects.for_organization(organization).select_related("lease", "settings").first()


def standing_of(
    connection: Connection | None, organization: Organization, *, at: datetime, waiting: int = 0
) -> Standing:
    """How the organization's connection stands at `at`."""
    lease = cast("Lease | None", getattr(connection, "lease", None)) if connection else None
    return Standing(
        now=at,
        zone=organization.zone,
        policy=policy(),
        pause=pause_words(connection),
        quiet_until=lease.quiet_until if lease else None,
        waiting=waiting,
    )


def pause_words(connection: Connection | None) -> str:
    """Why nothing goes out, e.g. "token expired"; "" while something does."""
    if connection is None:
        return ""
    if connection.is_live:
        settings = getattr(connection, "settings", None)
        return SYNC_IS_OFF if settings is not None and not settings.sync_invoices else ""
    if connection.status == Connection.Status.DISCONNECTED:
        return "QuickBooks is disconnected"
    return lower_first(catalogue.entry(connection.pause_code or "token_expired").title)


def log_rows(events: Sequence[SyncEvent], organization: Organization, *, at: datetime) -> list[LogRow]:
    """What the log shows of `events`, all of `organization`."""
    connection = connection_of(organization)
    standing = standing_of(connection, organization, at=at, waiting=_held_back(events, connection))
    kept = _kept_for(events, connection)
    there = in_books(connection, [event for event in events if event.state == State.SYNCED and event.pk not in kept])
    rows = []
    for event in events:
        with isolated("Showing a row of the log", event=event.pk, organization=event.organization_id) as slip:
            rows.append(_row(event, organization, standing, there.get(event.pk), kept.get(event.pk, "")))
        if slip.mistake:
            rows.append(LogRow(event, UNSHOWABLE, ""))
    return rows


UNSHOWABLE = Said("Run a Call cannot show this row in full", "Open it and press Escalate, so that support hears of it")


def _row(
    event: SyncEvent, organization: Organization, standing: Standing, books: InBooks | None, kept_for: str
) -> LogRow:
    said = say_kept(event, kept_for) if kept_for else say(event, standing, in_books=books)
    return LogRow(event, said, f"{organization.local(event.changed_at):%Y-%m-%d %H:%M}")


def _kept_for(events: Sequence[SyncEvent], connection: Connection | None) -> dict[int, str]:
    """Of events that are for a company which is not connected now, its name."""
    others = [event for event in events if connection is None or event.realm_id != connection.realm_id]
    if not others:
        return {}
    known = FormerCompany.objects.filter(connection=connection)
    names = {one.realm_id: str(one) for one in known}
    return {event.pk: names.get(event.realm_id, event.realm_id) for event in others}


def log_row(event: SyncEvent, organization: Organization, *, at: datetime) -> LogRow:
    return log_rows([event], organization, at=at)[0]


def _held_back(events: Sequence[SyncEvent], connection: Connection | None) -> int:
    """How many wait for a paused connection; asked only where a row stands for the pause."""
    paused = any(event.record_type == EntityType.CONNECTION and event.state == State.FAILED for event in events)
    if not paused or connection is None:
        return 0
    return SyncEvent.objects.of(connection).filter(state=State.QUEUED).count()


def in_books(connection: Connection | None, events: Sequence[SyncEvent]) -> dict[int, InBooks]:
    """What QuickBooks holds of the invoices that these events are about, by event; one query."""
    of_invoices = {event.record_id: event.pk for event in events if event.record_type == EntityType.INVOICE}
    if connection is None or not of_invoices:
        return {}
    links = Link.objects.of(connection, Link.RecordType.INVOICE).for_records(of_invoices)
    by_record = {link.record_id: in_books_of(connection, link) for link in links}
    return {
        event.pk: by_record[event.record_id]
        for event in events
        if event.record_type == EntityType.INVOICE and event.record_id in by_record
    }


def in_books_of(connection: Connection, link: Link) -> InBooks:
    return InBooks(
        qbo_id=link.qbo_id,
        number=link.doc_number,
        total=link.total,
        url=endpoints_of(connection).open_invoice(link.qbo_id),
        voided=link.voided,
        accepted=link.accepted_at is not None,
    )
