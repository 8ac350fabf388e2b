"""A shop's log made by hand, for tests that need rows and no engine."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from qbo.failures import Failure, Subject
from qbo.models import Connection, ConnectionSettings
from runacall.invoices.models import Invoice
from runacall.organizations.models import Organization
from sync.models import Attempt, State, Submission, SyncEvent
from sync.models.events import RANKS, EntityType, failure_columns
from tests import builders

# Half past eleven in the morning of June 18 in Ohio.
AT = dt.datetime(2026, 6, 18, 15, 32, tzinfo=dt.UTC)
REALM = "4620816365010101"
UNMAPPED = Failure("tax_code_not_mapped", Subject("tax_rate", "1", "Combined 7.25"))


def connection_of(organization: Organization, *, at: dt.datetime = AT) -> Connection:
    connection = Connection.objects.create(
        organization=organization,
        # No two organizations hold one company.
        realm_id=str(int(REALM) + Connection.objects.count()),
        company_name="Lakeside Heating Books",
        environment="emulator",
        emulator_url="http://127.0.0.1:9",
        access_token="eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.a-token-of-ours",
        refresh_token="AB11757hjXkaLwkZ0PqLm",
        connected_at=at,
    )
    ConnectionSettings.objects.create(connection=connection)
    return connection


def event_of(
    connection: Connection,
    invoice: Invoice,
    *,
    state: str = State.FAILED,
    failure: Failure | None = UNMAPPED,
    at: dt.datetime = AT,
    **fields: Any,
) -> SyncEvent:
    """An event of the invoice, in place of the one that its sending opened."""
    SyncEvent.objects.of_record(EntityType.INVOICE, invoice.pk).delete()
    columns = {
        "organization": connection.organization,
        "connection": connection,
        "realm_id": connection.realm_id,
        "record_type": EntityType.INVOICE,
        "record_id": invoice.pk,
        "rank": RANKS[EntityType.INVOICE],
        "label": f"Invoice #{invoice.number}",
        "party": invoice.customer.display_name,
        "amount": invoice.total,
        "state": state,
        "opened_at": at,
        "changed_at": at,
        **(failure_columns(failure) if failure else {}),
    }
    return SyncEvent.objects.create(**{**columns, **fields})


def failed_event(connection: Connection, *, at: dt.datetime = AT, **fields: Any) -> SyncEvent:
    return event_of(connection, builders.invoice(connection.organization, at=at), at=at, **fields)


def answered(
    event: SyncEvent,
    *,
    request: Any,
    answer: Any,
    tid: str = "1-65f1b3e2-3e9a5f4c",
    at: dt.datetime = AT,
    **fields: Any,
) -> Attempt:
    """An attempt of the event, alone in its batch; `request` and `answer` are its items, or a text as it came."""
    submission = Submission.objects.create(
        connection=event.connection,
        realm_id=event.realm_id,
        body=_batch("BatchItemRequest", request),
        answer=_batch("BatchItemResponse", answer),
        items=[{"event_id": event.pk, "record_type": event.record_type, "record_id": event.record_id}],
        fence=1,
        created_at=at,
        settled_at=at,
        intuit_tid=tid,
    )
    return Attempt.objects.create(
        event=event,
        submission=submission,
        kind=Attempt.Kind.SENT,
        at=at,
        outcome=event.state,
        failure_code=event.failure_code,
        message=event.message,
        http_status=200,
        intuit_tid=tid,
        **fields,
    )


def _batch(key: str, item: Any) -> str:
    return item if isinstance(item, str) else json.dumps({key: [{"bId": "0", **item}]})
