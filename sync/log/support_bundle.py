"""Everything that support asks for about events, in one file, without secrets and personal data."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from qbo.connection.client import decode
from qbo.json_objects import JsonMapping, JsonObject
from qbo.models import Connection, Link
from qbo.redaction import Redactor
from runacall.invoices.models import Invoice
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.log.bundle_facts import facts_around
from sync.log.details import support_address
from sync.log.personal_data import known_personal_data, known_secrets
from sync.log.redaction import formatted
from sync.log.rows import connection_of
from sync.models import Attempt, Submission, SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet

MOST_EVENTS = 200
LAST_ATTEMPTS = 20
# A body that is not JSON is cut here; QuickBooks' own answers are far shorter.
LONGEST_TEXT = 50_000
# A whole batch with its answer has about a tenth of this.
LONGEST_BODY = 2_000_000
DEEPEST = 60
FORMATS = ("zip", "json")

ABOUT = (
    "Secrets and personal data are removed: a name becomes customer-17 (our own number for that"
    " customer); for free text and addresses only the length is kept."
    " IDs, numbers, amounts, dates and codes are unchanged."
)


@dataclass(frozen=True)
class Bundle:
    """A finished bundle; `document` holds JSON values and Decimals."""

    organization: Organization
    document: JsonMapping
    made_at: datetime

    def as_json(self) -> str:
        return formatted(self.document) + "\n"

    def as_zip(self) -> bytes:
        """A ZIP file with summary.txt for reading and bundle.json with everything."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("summary.txt", self.summary())
            archive.writestr("bundle.json", self.as_json())
        return buffer.getvalue()

    def summary(self) -> str:
        """What support asks for, event by event, ready to paste into an e-mail."""
        realm_id = (self.document["connection"] or {}).get("realm_id", "")
        head = [f"To: {support_address()}", f"Organization: {self.organization.name}", f"QBO realm ID: {realm_id}", ""]
        left_out = self.document["events_left_out"]
        tail = [f"{left_out:,} more events match and are left out."] if left_out else []
        return "\n".join([*head, *(line for event in self.document["events"] for line in _summary(event)), *tail, ""])

    def file_name(self, file_format: str) -> str:
        return f"quickbooks-support-{self.organization.slug}-{self.made_at:%Y%m%d-%H%M}.{file_format}"


def _summary(event: JsonMapping) -> list[str]:
    return [
        f"Exact error message: {event['message'] or event['status']}",
        *(f"Also in the way: {one['message']}" for one in event.get("also_in_the_way", ())),
        f"Affected record: {event['entity']}",
        f"intuit_tid: {event['intuit_tid'] or 'none, QuickBooks was not asked'}",
        f"Failure code: {event['code'] or 'none'}, tried {event['attempt_count']} times, sync event {event['event']}",
        "",
    ]


def support_bundle(organization: Organization, events: SyncEventQuerySet, *, at: datetime) -> Bundle:
    """A bundle of `events`, which all belong to `organization`; if there are too many, only the latest."""
    total = events.count()
    chosen = list(events.order_by("-changed_at", "-id")[:MOST_EVENTS])
    gathered = Gathered(organization, connection_of(organization), chosen)
    made_at = organization.local(at)
    document = {
        "about": ABOUT,
        "made_at": made_at,
        **facts_around(organization, gathered.connection, at=at),
        "events_left_out": total - len(chosen),
    }
    shown = gathered.redactor.value(_plain(document))
    return Bundle(organization, shown | {"events": [_facts_or_why_not(gathered, one) for one in chosen]}, made_at)


def _facts_or_why_not(gathered: Gathered, event: SyncEvent) -> JsonObject:
    """An event that cannot be described in full does not keep the others out of the bundle."""
    with isolated("Gathering an event", event=event.pk, organization=event.organization_id) as caught:
        return dict(gathered.redactor.value(_plain(gathered.facts_of(event))))
    return {
        "event": event.pk,
        "entity": event.label,
        "record": f"{event.record_type} {event.record_id}",
        "status": event.state,
        "message": event.message,
        "code": event.failure_code,
        "intuit_tid": "",
        "attempt_count": 0,
        "not_gathered": caught.words,
    }


def _plain(value: Any) -> Any:
    """Only JSON types and Decimals."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


class Gathered:
    """Events with everything related to them, loaded in a fixed number of queries."""

    def __init__(self, organization: Organization, connection: Connection | None, events: Sequence[SyncEvent]) -> None:
        self.organization, self.connection, self.events = organization, connection, events
        self.attempts: defaultdict[int, list[Attempt]] = defaultdict(list)
        for attempt in Attempt.objects.filter(event__in=[event.pk for event in events]).order_by("at", "id"):
            self.attempts[attempt.event_id].append(attempt)
        shown = [one for many in self.attempts.values() for one in many[-LAST_ATTEMPTS:]]
        self.submissions = Submission.objects.in_bulk({one.submission_id for one in shown if one.submission_id})
        self.invoices = self._of_type(EntityType.INVOICE)
        self.customers = self._of_type(EntityType.CUSTOMER)
        self.payments = self._of_type(EntityType.PAYMENT)
        rows = Invoice.objects.for_organization(organization).filter(pk__in=[e.record_id for e in events])
        self.documents = {row.pk: row for row in rows}
        # Two companies may have one record, each by an Id of its own.
        realms, records = ({getattr(event, name) for event in events} for name in ("realm_id", "record_id"))
        types = {event.record_type for event in events}
        links = Link.objects.filter(connection=connection, realm_id__in=realms, record_type__in=types)
        self.links = {(link.realm_id, link.record_type, link.record_id): link for link in links.for_records(records)}

    def _of_type(self, record_type: str) -> set[int]:
        """Records of the events, and of everything else in the same submissions."""
        items = [item for submission in self.submissions.values() for item in submission.items]
        beside = {int(item["record_id"]) for item in items if item["record_type"] == record_type}
        return beside | {event.record_id for event in self.events if event.record_type == record_type}

    @cached_property
    def redactor(self) -> Redactor:
        personal = known_personal_data(
            self.organization,
            self.events,
            invoice_ids=self.invoices,
            customer_ids=self.customers,
            payment_ids=self.payments,
        )
        return Redactor({**personal, **known_secrets(self.connection)}, kept={support_address()})

    def facts_of(self, event: SyncEvent) -> JsonObject:
        """The event with its history, before anything is redacted."""
        attempts, failure = self.attempts[event.pk], event.failure
        return {
            "event": event.pk,
            "entity": event.label,
            "record": f"{event.record_type} {event.record_id}",
            "status": event.get_state_display(),
            "direction": event.get_direction_display(),
            "message": event.message,
            "code": event.failure_code,
            "kind": str(failure.kind) if failure else "",
            "cause_key": event.cause_key,
            # Anything other than a set of facts may contain a name that redaction would not find.
            "facts": event.facts if isinstance(event.facts, dict) else "[unreadable]",
            "also_in_the_way": [
                {"code": one.code, "message": one.message, "cause_key": one.cause_key, "facts": dict(one.facts)}
                for one in event.further_failures
            ],
            "intuit_tid": next((one.intuit_tid for one in reversed(attempts) if one.intuit_tid), ""),
            "opened_at": event.opened_at,
            "changed_at": event.changed_at,
            "next_try": event.due_at,
            "retries_used": event.retries,
            "mended_by_itself": event.heals,
            "look_first": event.look_first,
            "invoice": self._invoice(event),
            "link": self._link(event),
            "attempt_count": len(attempts),
            "attempts": [self._attempt(one) for one in attempts[-LAST_ATTEMPTS:]],
        }

    def _invoice(self, event: SyncEvent) -> dict[str, object] | None:
        row = self.documents.get(event.record_id) if event.record_type == EntityType.INVOICE else None
        if row is None:
            return None
        fields = ("number", "status", "invoice_date", "posting_date", "due_date", "discount", "subtotal", "tax_total",
                  "total", "amount_paid", "sent_at", "voided_at", "updated_at")  # fmt: skip
        return {name: getattr(row, name) for name in fields} | {"customer": f"customer-{row.customer_id}"}

    def _link(self, event: SyncEvent) -> dict[str, object] | None:
        link = self.links.get((event.realm_id, event.record_type, event.record_id))
        if link is None:
            return None
        fields = ("realm_id", "qbo_id", "sync_token", "active", "doc_number", "txn_date", "total", "tax", "voided",
                  "synced_at")  # fmt: skip
        return {name: getattr(link, name) for name in fields}

    def _attempt(self, attempt: Attempt) -> dict[str, object]:
        submission = self.submissions.get(attempt.submission_id or 0)
        return {
            "at": attempt.at,
            "kind": attempt.get_kind_display(),
            "outcome": attempt.get_outcome_display(),
            "retry_number": attempt.retry_number,
            "code": attempt.failure_code,
            "message": attempt.message,
            "http_status": attempt.http_status,
            "intuit_tid": attempt.intuit_tid,
            "duration_ms": attempt.duration_ms,
            "request_id": str(submission.request_id) if submission else None,
            "sends": submission.sends if submission else 0,
            "quickbooks_words": attempt.entries,
            "request": body_of(attempt.request or (submission.body if submission else ""), attempt.position),
            "answer": body_of(attempt.answer or (submission.answer if submission else ""), attempt.position),
        }


def is_deep(value: object) -> bool:
    """Whether a JSON value is nested deeper than any answer of QuickBooks; checked without recursion."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    held = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [one for one in held if isinstance(one, Mapping | list)]


def body_of(text: str, position: int) -> object:
    """A body as a JSON value (for a batch, only the item with that bId), or as text if it cannot be read."""
    if len(text) > LONGEST_BODY:
        return f"[too long to show: {len(text):,} characters]"
    try:
        value = decode(text)
    except (ValueError, RecursionError):
        return text[:LONGEST_TEXT] or None
    if is_deep(value):
        return f"[nested too deeply to show: {len(text):,} characters]"
    for key in ("BatchItemRequest", "BatchItemResponse"):
        items = value.get(key) if isinstance(value, Mapping) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, Mapping) and str(item.get("bId")) == str(position):
                return item
    return value
