"""Rows of the sync log as the engine leaves them, made directly: for the pages, which only read and press buttons."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

from django.utils import timezone

from qbo.failures import Failure, Subject
from qbo.mapping.names import name_key
from qbo.models import CompanyFacts, Connection, ConnectionSettings, Link, ListEntry, ListState
from runacall.invoices.models import Invoice
from runacall.organizations.models import Organization
from sync.models import Attempt, State, Submission, SyncEvent
from sync.models.events import RANKS, EntityType, failure_columns
from tests import builders

REALM = "9341457021722202"
AT = dt.datetime(2026, 6, 18, 15, 32, tzinfo=dt.UTC)  # 11:32 in Ohio
UNMAPPED = Failure("tax_code_not_mapped", Subject("tax_rate", "7", "Combined 7.25"))
NO_ITEM = Failure("item_not_found", Subject("item", "9", "Capacitor 35/5"))
CLOSED = Failure(
    "closed_period",
    Subject("date", "2026-05-31", "2026-05-31"),
    facts={"invoice_date": "2026-05-12", "closing_date": "2026-05-31"},
)
BUSY = Failure("server_error", http_status=503)

_serial = itertools.count(1842)


def connection(organization: Organization, **fields: Any) -> Connection:
    """An active connection to a company that is not there: nothing can be sent."""
    defaults: dict[str, Any] = {
        # No two organizations hold one company.
        "realm_id": str(int(REALM) + Connection.objects.count()),
        "company_name": "Buckeye Books",
        "environment": "emulator",
        "emulator_url": "http://127.0.0.1:9",
        "access_token": "access-secret-1",
        "refresh_token": "refresh-secret-1",
        "access_expires_at": timezone.now() + dt.timedelta(hours=1),
        "connected_at": AT,
    }
    made = Connection.objects.create(organization=organization, **{**defaults, **fields})
    ConnectionSettings.objects.create(connection=made)
    CompanyFacts.objects.create(connection=made, realm_id=made.realm_id, refreshed_at=AT)
    for name in ListState.LISTS:
        ListState.objects.create(connection=made, name=name, refreshed_at=AT)
    return made


def entry(
    connection: Connection, entity: str, qbo_id: str, name: str, *, active: bool = True, **data: Any
) -> ListEntry:
    return ListEntry.objects.create(
        connection=connection,
        realm_id=connection.realm_id,
        entity=entity,
        qbo_id=qbo_id,
        name=name,
        name_key=name_key(name),
        active=active,
        data=data,
        refreshed_at=AT,
    )


def event(
    connection: Connection,
    state: str = State.FAILED,
    failure: Failure | None = UNMAPPED,
    *,
    invoice: Invoice | None = None,
    at: dt.datetime = AT,
    **fields: Any,
) -> SyncEvent:
    """One row about an invoice; a failure is left out where the state has none."""
    number = invoice.number if invoice else str(next(_serial))
    known = failure if state in (State.FAILED, State.DISMISSED, State.QUEUED) else None
    waits = state in (State.QUEUED, State.CHECKING)
    defaults: dict[str, Any] = {
        "record_type": EntityType.INVOICE,
        "record_id": invoice.pk if invoice else int(number) + 1_000_000,
        "label": f"Invoice #{number}",
        "party": invoice.customer.display_name if invoice else "M. Okafor",
        "amount": invoice.total if invoice else "349.75",
        "due_at": at if waits else None,
        "fence": 1 if state == State.SENDING else 0,
        "opened_at": at,
        "changed_at": at,
    }
    columns = {**defaults, **failure_columns(known), **fields}
    if invoice:
        SyncEvent.objects.filter(record_type=EntityType.INVOICE, record_id=invoice.pk).delete()
    return SyncEvent.objects.create(
        organization=connection.organization,
        connection=connection,
        realm_id=connection.realm_id,
        state=state,
        rank=RANKS[EntityType(columns["record_type"])],
        **columns,
    )


def paused(connection: Connection, code: str = "token_expired") -> SyncEvent:
    """The connection paused, and the one row that stands for it."""
    connection.pause(code, at=AT)
    return event(
        connection,
        State.FAILED,
        Failure(code),
        record_type=EntityType.CONNECTION,
        record_id=connection.pk,
        label="QuickBooks connection",
        party="Buckeye Books",
        amount=None,
    )


def attempt(event: SyncEvent, kind: str = Attempt.Kind.SENT, **fields: Any) -> Attempt:
    return Attempt.objects.create(
        event=event,
        kind=kind,
        at=fields.pop("at", event.changed_at),
        outcome=event.state,
        failure_code=event.failure_code,
        message=event.message,
        **fields,
    )


def submitted(connection: Connection, event: SyncEvent, *, request: Any, answer: Any, **fields: Any) -> Attempt:
    """An attempt whose payload and answer are the second item of a batch."""
    other = {"bId": "0", "Invoice": {"DocNumber": "another customer's"}}
    submission = Submission.objects.create(
        connection=connection,
        realm_id=connection.realm_id,
        body=json.dumps({"BatchItemRequest": [other, {"bId": "1", **request}]}),
        answer=json.dumps({"BatchItemResponse": [{"bId": "1", **answer}, other]}),
        fence=1,
        created_at=AT,
    )
    return attempt(event, submission=submission, position=1, **fields)


def link(connection: Connection, invoice: Invoice, **fields: Any) -> Link:
    defaults = {"qbo_id": "58", "doc_number": "1042", "total": invoice.total, "synced_at": AT}
    defaults["realm_id"] = connection.realm_id
    return Link.objects.create(
        connection=connection,
        record_type=Link.RecordType.INVOICE,
        record_id=invoice.pk,
        **{**defaults, **fields},
    )


def shop_with_books(slug: str = "buckeye") -> Connection:
    """An organization called Buckeye Heating with its connection."""
    return connection(builders.organization(slug, name="Buckeye Heating"))
