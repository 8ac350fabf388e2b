"""The body of a webhook in Intuit's two formats, and its signature; knows no delivery."""

from __future__ import annotations

import base64
import hashlib
import hmac

from qbo_emulator.books.clock import utc_stamp
from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.encoding import dumps
from qbo_emulator.webhooks.events import Event

PAST_TENSE = {"Create": "created", "Update": "updated", "Delete": "deleted", "Merge": "merged", "Emailed": "emailed"}


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
