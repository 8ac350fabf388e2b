"""Intuit's webhooks: their signature, and what their two formats say; knows no database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from qbo.connection.client import moment

# In the new format names are in lower case.
ENTITIES = {name.lower(): name for name in ("Account", "Customer", "Invoice", "Item", "Payment", "Preferences", "Term")}
LONGEST_ID = 32


@dataclass(frozen=True)
class Told:
    """One change that a webhook names. `key`: the same for each delivery of it; `merged_id`: what a merge took away."""

    realm_id: str
    entity: str
    qbo_id: str
    key: str
    changed_at: datetime | None = None
    merged_id: str = ""


def is_signed(body: bytes, signature: str, verifier: str) -> bool:
    """Whether Intuit signed the body: base64 of HMAC-SHA256 over its bytes with the app's verifier token."""
    if not verifier:
        return False
    wanted = base64.b64encode(hmac.new(verifier.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(wanted, signature.strip().encode("utf-8", errors="replace"))


def read_body(body: bytes) -> list[Told]:
    """The changes that concern us, in either format; parts that cannot be understood are left out.

    Raises ValueError if the body is not JSON.
    """
    try:
        document = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return [told for told in _events(document) if told is not None]


def _events(document: object) -> Iterator[Told | None]:
    if isinstance(document, list):
        for event in document:
            if isinstance(event, Mapping):
                yield _cloud_event(event)
        return
    notifications = document.get("eventNotifications") if isinstance(document, Mapping) else None
    for one in notifications if isinstance(notifications, list) else ():
        change = one.get("dataChangeEvent") if isinstance(one, Mapping) else None
        entities = change.get("entities") if isinstance(change, Mapping) else None
        for entity in entities if isinstance(entities, list) else ():
            if isinstance(entity, Mapping):
                yield _classic(str(one.get("realmId") or ""), entity)


def _classic(realm_id: str, entity: Mapping[str, object]) -> Told | None:
    parts = [entity.get(name) for name in ("name", "id", "operation", "lastUpdated", "deletedId")]
    return _told(realm_id, str(parts[0]), parts[1], parts, entity.get("lastUpdated"), entity.get("deletedId"))


def _cloud_event(event: Mapping[str, object]) -> Told | None:
    """E.g. the type `qbo.customer.updated.v1`."""
    words = str(event.get("type") or "").lower().split(".")
    data = event.get("data")
    merged = data.get("deletedid") if isinstance(data, Mapping) else None
    parts = [event.get("source"), event.get("id")]
    name = words[1] if len(words) > 2 and words[0] == "qbo" else ""
    return _told(
        str(event.get("intuitaccountid") or ""), name, event.get("intuitentityid"), parts, event.get("time"), merged
    )


def _told(realm_id: str, name: str, qbo_id: object, key: list[object], at: object, merged: object) -> Told | None:
    entity, found = ENTITIES.get(name.lower()), str(qbo_id or "")
    if entity is None or not found or max(map(len, (found, realm_id, str(merged or "")))) > LONGEST_ID:
        return None
    digest = hashlib.sha256(json.dumps(key, default=str).encode()).hexdigest()
    return Told(realm_id, entity, found, digest, moment(at), str(merged or ""))
