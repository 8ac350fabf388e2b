"""Webhooks: which writes are told, in which format, signed, and again when nobody listens; knows no rule."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from qbo.emulator.clock import utc_stamp
from qbo.emulator.company import Change, Company, Drop, Put, Row, Set
from qbo.emulator.encoding import dumps

TOLD = frozenset(
    [
        "Account",
        "Bill",
        "BillPayment",
        "Class",
        "CreditMemo",
        "Customer",
        "Department",
        "Deposit",
        "Employee",
        "Estimate",
        "Invoice",
        "Item",
        "JournalEntry",
        "Payment",
        "PaymentMethod",
        "Preferences",
        "Purchase",
        "PurchaseOrder",
        "RefundReceipt",
        "SalesReceipt",
        "TaxAgency",
        "Term",
        "TimeActivity",
        "Transfer",
        "Vendor",
        "VendorCredit",
    ]
)
# Seconds after a failed delivery (Intuit's best practices); then every six hours.
RETRIES = (10, 20, 30, 300, 1200, 7200, 14400, 21600)
ANSWER_WITHIN = 3.0
MOST_EVENTS = 100
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PAST_TENSE = {"Create": "created", "Update": "updated", "Delete": "deleted", "Merge": "merged", "Emailed": "emailed"}

Post = Callable[[str, dict[str, str], bytes], int]  # (url, headers, body) -> HTTP status, 0 where nobody answers


@dataclass(frozen=True, slots=True)
class Event:
    entity: str
    key: str
    operation: str
    at: datetime
    deleted_id: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def kept(self) -> list[str]:
        return [self.entity, self.key, self.operation, self.at.isoformat(), self.deleted_id, self.id]

    @classmethod
    def again(cls, kept: list[str]) -> Event:
        entity, key, operation, at, deleted_id, event_id = kept
        return cls(entity, key, operation, datetime.fromisoformat(at), deleted_id, event_id)


@dataclass(slots=True)
class Queue:
    """What one company still has to tell. The first delivery that fails holds the later ones back."""

    waiting: list[Event] = field(default_factory=list)
    failures: int = 0
    next_at: float = 0.0


class Webhooks:
    def __init__(self, post: Post | None = None) -> None:
        self.post = post or post_over_http
        self.queues: dict[str, Queue] = {}
        self.delivered = 0
        self._lock = threading.Lock()

    def notice(self, company: Company, changes: Iterable[Change], at: datetime) -> None:
        """Takes in what was just written, one's own writes too, where the company has an endpoint."""
        if not company.setting("webhook"):
            return
        events = [event for change in changes if (event := event_of(company, change, at))]
        with self._lock:
            self.queues.setdefault(company.realm_id, Queue()).waiting += events
        if events:
            company.hold([event.kept() for event in events])

    def wake(self, company: Company) -> None:
        """Takes up what waited when the emulator stopped."""
        if company.waiting:
            self.queues[company.realm_id] = Queue([Event.again(one) for one in company.waiting])

    def deliver(self, companies: Iterable[Company], at: datetime) -> int:
        """Sends what is due, one POST a company, and returns how many were answered with success."""
        return sum(self._deliver_one(company, at) for company in companies)

    def _deliver_one(self, company: Company, at: datetime) -> bool:
        queue, endpoint = self.queues.get(company.realm_id), company.setting("webhook")
        if not queue or not endpoint or not queue.waiting or at.timestamp() < queue.next_at:
            return False
        events = queue.waiting[:MOST_EVENTS]
        body = payload(company, events).encode()
        status = self.post(endpoint["url"], signed(company, endpoint["verifier"], body), body)
        if not 200 <= status < 300:
            queue.next_at = at.timestamp() + RETRIES[min(queue.failures, len(RETRIES) - 1)]
            queue.failures += 1
            return False
        if company.switch("webhook_duplicates"):
            self.post(endpoint["url"], signed(company, endpoint["verifier"], body), body)
        with self._lock:
            del queue.waiting[: len(events)]
        with company.work():
            company.told(len(events))
        queue.failures, queue.next_at, self.delivered = 0, 0.0, self.delivered + 1
        return True


def event_of(company: Company, change: Change, at: datetime) -> Event | None:
    match change:
        case Put(entity, row) if entity in TOLD:
            return Event(entity, row["Id"], operation_of(company, entity, row), at)
        case Drop(entity, stub) if entity in TOLD:
            return Event(entity, stub["Id"], "Delete", at)
        case Set("merged", merged):
            loser, survivor = list(merged.items())[-1]
            return Event("Customer", survivor, "Merge", at, deleted_id=loser)
    return None


def operation_of(company: Company, entity: str, row: Row) -> str:
    if row.get("SyncToken") == "0":
        return "Create" if "DeliveryInfo" not in row else "Emailed"
    if str(row.get("PrivateNote", "")).startswith("Voided") and not row.get("TotalAmt"):
        return "Void"
    inactivated = row.get("Active") is False
    return str(company.switch("webhook_inactivation")) if inactivated else "Update"


def payload(company: Company, events: list[Event]) -> str:
    """The body in the format that the company's switch names."""
    if company.switch("webhook_reversed"):
        events = events[::-1]
    if company.switch("webhook_format") == "cloudevents":
        return dumps([cloud_event(company, event) for event in events])
    change = {"entities": [classic(event) for event in events]}
    return dumps({"eventNotifications": [{"realmId": company.realm_id, "dataChangeEvent": change}]})


def classic(event: Event) -> Row:
    shown = {"name": event.entity, "id": event.key, "operation": event.operation, "lastUpdated": utc_stamp(event.at)}
    return shown | ({"deletedId": event.deleted_id} if event.deleted_id else {})


def cloud_event(company: Company, event: Event) -> Row:
    verb = PAST_TENSE.get(event.operation) or company.switch("webhook_void_verb")
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
        "type": f"qbo.{event.entity.lower()}.{verb}.v1",
        "datacontenttype": "application/json",
        "time": utc_stamp(event.at).replace("Z", "851517Z"),  # nanoseconds, as Intuit's own sample has
        "intuitentityid": event.key,
        "intuitaccountid": company.realm_id,
        "data": {"deletedid": event.deleted_id} if event.deleted_id else {},
    }


def signed(company: Company, verifier: str, body: bytes) -> dict[str, str]:
    key = f"{verifier}-wrong" if company.switch("webhook_bad_signature") else verifier
    digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
    return {"intuit-signature": base64.b64encode(digest).decode(), "Content-Type": "application/json"}


def may_be_told(url: str) -> bool:
    """Only this machine is told."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK


def post_over_http(url: str, headers: dict[str, str], body: bytes) -> int:
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  see may_be_told
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as answer:  # noqa: S310  see may_be_told
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


def listening(hooks: Webhooks, companies: Callable[[], Iterable[Company]], now: Callable[[], datetime]) -> None:
    """Delivers until the process ends."""
    pause: Any = threading.Event()
    while not pause.wait(0.2):
        hooks.deliver(list(companies()), now())
