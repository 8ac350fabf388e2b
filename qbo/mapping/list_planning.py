"""What a linked customer or pricebook item needs so that QuickBooks agrees with it; pure.

As with invoices (`planning`), an update sends only what changed here, and a field that changed on both sides waits
for a person. Our fields of a customer are name, company, e-mail, phone and addresses; of an item, name, price,
description and income account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from qbo.connection.client import encode
from qbo.failures import Failure, Subject
from qbo.json_objects import Row
from qbo.mapping.base import (
    CUSTOMER_FIELDS,
    ITEM_FIELDS,
    Base,
    Reader,
    Said,
    Side,
    collisions,
    fields_of,
    kept_part,
    number,
    plain,
    reference,
)
from qbo.mapping.book import Ref
from qbo.mapping.invoice_rows import CLEARED
from qbo.mapping.names import OF_CUSTOMER, OF_ITEM, name_for_quickbooks, own_part
from qbo.mapping.payloads import DESCRIPTION_MAX, Payload, Write, customer_payload
from qbo.mapping.plans import Plan, conflict
from runacall.invoices.documents import CustomerDocument, ItemDocument

CUSTOMER_KEYS: Mapping[str, str] = {
    "name": "DisplayName",
    "company": "CompanyName",
    "e-mail": "PrimaryEmailAddr",
    "phone": "PrimaryPhone",
    "billing address": "BillAddr",
    "service address": "ShipAddr",
}
ITEM_KEYS: Mapping[str, str] = {"name": "Name", "price": "UnitPrice", "description": "Description"}
# By kind of record, how each field is read from a row, and under which key it stands there.
FIELDS: Mapping[str, tuple[Mapping[str, Reader], Mapping[str, str]]] = {
    "Customer": (CUSTOMER_FIELDS, CUSTOMER_KEYS),
    "Item": (ITEM_FIELDS, ITEM_KEYS),
}
# How a field is cleared in a sparse update.
EMPTIED: Mapping[str, object] = {
    **CLEARED,
    "CompanyName": "",
    "PrimaryEmailAddr": {"Address": ""},
    "PrimaryPhone": {"FreeFormNumber": ""},
    "Description": "",
}


NO_ACCOUNTS: Mapping[str, Ref] = {}


@dataclass(frozen=True)
class ListRecord:
    """What we know QuickBooks has of one of our customers or items."""

    qbo_id: str
    sync_token: str
    base: Base
    theirs: Row = field(default_factory=dict)

    @property
    def now(self) -> Row:
        return self.theirs or self.base.row

    @property
    def current_token(self) -> str:
        return str(self.theirs.get("SyncToken") or self.sync_token)


def said_of_customer(customer: CustomerDocument) -> Said:
    """The customer as we would send it, field by field."""
    return fields_of(customer_payload(customer), CUSTOMER_FIELDS) | {"name": plain(customer.display_name)}


def said_of_item(item: ItemDocument, account_id: str = "") -> Said:
    """The pricebook item as we would send it, field by field; `account_id`: the account that staff chose for it."""
    said = {"name": plain(item.name), "price": number(item.unit_price), "description": plain(item.description)}
    return said | ({"account": account_id} if account_id else {})


def plan_customer(customer: CustomerDocument, there: ListRecord) -> Plan:
    """The update that a linked customer needs, if any."""
    subject = Subject("customer", str(customer.id), customer.display_name)
    plan = _Fields("Customer", *FIELDS["Customer"], subject)
    payload = customer_payload(customer)
    payload["DisplayName"] = _name_there(customer.display_name, OF_CUSTOMER, customer.id, there)
    return plan.of(said_of_customer(customer), payload, there)


def plan_item(
    item: ItemDocument, there: ListRecord, *, account_id: str = "", accounts: Mapping[str, Ref] = NO_ACCOUNTS
) -> Plan:
    """The update that a linked item needs, if any; `account_id`: the income account that staff chose for it, one of
    `accounts`, which are those of the company.
    """
    payload: Payload = {
        "Name": _name_there(item.name, OF_ITEM, item.id, there),
        "UnitPrice": item.unit_price,
        "Description": item.description[:DESCRIPTION_MAX],
    }
    subject = Subject("item", str(item.id), item.name)
    plan = _Fields("Item", *FIELDS["Item"], subject).of(said_of_item(item, account_id), payload, there)
    was, now = (reference(row, "IncomeAccountRef") for row in (there.base.row, there.now))
    if not account_id or account_id == now or plan.failures:
        return plan
    is_wanted = "account" in there.base.ours_wins
    is_changed_here = is_wanted or account_id != there.base.said.get("account", was)
    held = accounts.get(now)
    # An account that earns no more is no choice of hers.
    is_hers = now != was and (held is None or held.active)
    names = (accounts[one].name if one in accounts else f"Id {one}" for one in (was, account_id, now))
    side = Side("account", was, account_id, now).named(*names)
    if is_hers and is_changed_here:
        return Plan(plan.write, plan.said, failures=(conflict(subject, [side]),))
    if is_hers:
        return replace(plan, kept=(*plan.kept, side))
    if not is_changed_here and (held is None or held.active):
        return plan
    changes = dict(plan.write.payload) if plan.write else _target(there)
    write = Write("Item", "update", changes | {"IncomeAccountRef": {"value": account_id}})
    return Plan(write, plan.said, kept=plan.kept)


def _name_there(name: str, longest: int, record_id: int, there: ListRecord) -> str:
    """The name as an update says it: what stands under a parent there has only its own part as a name."""
    full_name = str(there.now.get("FullyQualifiedName") or "")
    return name_for_quickbooks(own_part(name, full_name), longest, record_id=record_id)


@dataclass(frozen=True)
class _Fields:
    """How one kind of record is compared and written."""

    entity: str
    readers: Mapping[str, Reader]
    keys: Mapping[str, str]
    subject: Subject

    def of(self, said: Said, payload: Payload, there: ListRecord) -> Plan:
        base, now = there.base, there.now
        here = frozenset(
            name for name in self.keys if said[name] != base.said.get(name, said[name]) or name in base.ours_wins
        )
        known, theirs = fields_of(base.row, self.readers), fields_of(now, self.readers)
        ours = fields_of(payload, self.readers)
        kept = tuple(collisions(frozenset(self.keys) - here, known=known, now=theirs, ours=ours))
        if not here:
            return Plan(said=said, kept=kept)
        keys = [key for name, key in self.keys.items() if name in here]
        changes = {key: EMPTIED.get(key) if payload.get(key) in (None, "") else payload[key] for key in keys}
        write = Write(
            self.entity, "update", _target(there) | {key: value for key, value in changes.items() if value is not None}
        )
        # Of a row that was not read since, only a refused SyncToken tells what has become of it.
        if there.theirs and all(ours[name] == theirs[name] for name in here):
            return Plan(said=said, adopts=Base(said, now), kept=kept)
        sides = collisions(here, known=known, now=theirs, ours=ours)
        failures: tuple[Failure, ...] = (conflict(self.subject, sides),) if sides else ()
        return Plan(write, said, failures=failures, kept=kept)


def _with_account(entity: str) -> tuple[Mapping[str, Reader], Mapping[str, str]]:
    """The fields of a kind of record, with the income account of a product."""
    readers, keys = FIELDS[entity]
    if entity != "Item":
        return readers, keys
    account = "IncomeAccountRef"
    return {**readers, "account": lambda row: reference(row, account)}, {**keys, "account": account}


def carried_over(former_base: str, said: Said, row: Row, entity: str) -> dict[str, str]:
    """The columns `base` and `theirs` of a link that names another record there from now on, `row`.

    `former_base`: the column as it was, "" for none. What differed between the two before stays. What was changed here
    and never sent is still owed: it goes where the other record says nothing or what ours said; where it says something
    else, a person decides.
    """
    readers, keys = _with_account(entity)
    kept, former = kept_part(entity, row), Base.from_text(former_base)
    owed = [name for name in keys if former and name in former.said and former.said[name] != said.get(name)]
    if former is None or not owed:
        return {"base": Base(said, kept).as_text(), "theirs": ""}
    told = [keys[name] for name in owed if readers[name](row)]
    was = {key: former.row[key] for key in told if key in former.row}
    known = {key: value for key, value in kept.items() if key not in told} | was
    base = Base({**said, **{name: former.said[name] for name in owed}}, known)
    return {"base": base.as_text(), "theirs": encode(kept) if kept else ""}


def arrived(before: Base, theirs: Row, sent: Iterable[tuple[Row, Said]], entity: str) -> Base:
    """`before` with what updates without an answer did there, the oldest first, each as its payload and what it said.

    A field that one of them changed, and that is there as it said, is our own work. It would pass for the bookkeeper's,
    and what is taken back here meanwhile would stay there.
    """
    readers, keys = _with_account(entity)
    said, row = dict(before.said), dict(before.row)
    for payload, words in sent:
        for name, key in keys.items():
            is_ours = key in payload and _is_changed(before, name, words)
            if is_ours and readers[name](payload) == readers[name](theirs):
                said[name] = words[name]
                row = {**row, key: theirs[key]} if key in theirs else {one: row[one] for one in row if one != key}
    return replace(before, said=said, row=row)


def if_arrived(before: Base, payload: Row, words: Said, entity: str) -> Base:
    """As `Base.if_arrived`, where `words` are what the update said: only what it changed."""
    changed = [key for name, key in _with_account(entity)[1].items() if _is_changed(before, name, words)]
    return before.if_arrived({key: payload[key] for key in changed if key in payload})


def _is_changed(before: Base, name: str, words: Said) -> bool:
    return name in words and words[name] != before.said.get(name)


def _target(there: ListRecord) -> Payload:
    target: Payload = {"Id": there.qbo_id, "SyncToken": there.current_token, "sparse": True}
    # Every update of an item needs its name and type (Intuit's API reference, Item).
    return target | {key: there.now[key] for key in ("Name", "Type") if key in there.now}
