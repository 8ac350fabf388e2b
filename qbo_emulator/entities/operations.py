"""Reading and writing one entity: the steps that all entities share; knows no HTTP and no single entity."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qbo_emulator import faults
from qbo_emulator.books.clock import stamp
from qbo_emulator.books.company import Change, Company, Drop, Put, Row, Set
from qbo_emulator.entities.dressing import dressed
from qbo_emulator.entities.fields import TABLE, clean
from qbo_emulator.entities.kind import BY_ITSELF, Draft, Kind
from qbo_emulator.entities.references import name_places

READ_ONLY_STATES = ("EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELLED")
SYSTEM_FIELDS = ("Id", "SyncToken", "MetaData", "domain", "sparse", "status")


BAD_ROW = "To email address entered is invalid"
EMAILS = frozenset(("BillEmail", "PrimaryEmailAddr"))


def read(company: Company, kind: Kind, key: str) -> Row:
    """The row with id `key`. Raises QboFault 2030 if it is not an id, 610 if it does not exist, 4002 for a bad row."""
    row = standing(company, kind, key)
    if row["Id"] in company.setting("broken", {}).get(kind.name, ()):
        raise faults.query_processing(BAD_ROW)
    return row


def standing(company: Company, kind: Kind, key: str) -> Row:
    if kind.is_single:
        key = "1"
    row = company.get(kind.name, key) or kind.otherwise(company, key)
    if row is None and not kind.key_field and not is_id(kind, key):
        raise faults.invalid_id(key)
    if row is None or gone_by_merge(company, kind, row):
        raise faults.object_not_found()
    return row


# Of these, an id of 9999999999999 is none (recorded); a vendor's is only unknown, and attachments have longer ones.
WITH_SHORT_IDS = frozenset(
    ("Invoice", "Estimate", "Bill", "BillPayment", "Purchase", "JournalEntry", "Customer", "Employee", "Item")
)
LARGEST_ID = 2**31 - 1


def is_id(kind: Kind, key: str) -> bool:
    return key.isdecimal() and (kind.name not in WITH_SHORT_IDS or int(key) <= LARGEST_ID)


def gone_by_merge(company: Company, kind: Kind, row: Row) -> bool:
    merged = company.setting("merged", {})
    return kind.name == "Customer" and row["Id"] in merged and company.switch("merged_customer_read") == "610"


def check_writable(company: Company) -> None:
    if company.setting("subscription", "SUBSCRIBED") in READ_ONLY_STATES:
        raise faults.subscription_ended(company.switch("expired_subscription_status"))


def write(
    company: Company,
    kind: Kind,
    operation: str,
    body: Any,
    *,
    at: datetime,
    options: frozenset[str] = frozenset(),
) -> Row:
    """Carries out create, update, delete or void, and returns what the answer shows. Raises QboFault."""
    check_writable(company)
    if not isinstance(body, dict):
        raise faults.unreadable_body()
    body = kind.opened(body)
    if operation == "create" and (body.get("Id") or kind.is_single or kind.key_field):
        operation = "update"
    if operation not in kind.operations:
        raise faults.unsupported(operation)
    if operation == "create":
        return create(company, kind, body, at=at, options=options)
    before = current(company, kind, body)
    if operation == "update":
        if is_sparse(body):
            check_required_even_sparse(company, kind, body)
        return update(company, kind, body, before, at=at, options=options)
    return remove(company, kind, operation, before, at=at)


def current(company: Company, kind: Kind, body: Row) -> Row:
    """The row that `body` is about, if its SyncToken is the newest."""
    key = str(body.get("Id") or body.get(kind.key_field) or ("1" if kind.is_single else ""))
    if not key:
        raise faults.missing_parameter("Id")
    row = standing(company, kind, key)
    token = body.get("SyncToken")
    if not token and token != 0 and (kind.key_field or kind.is_bare):
        return row
    if token is None or token == "":
        raise faults.missing_parameter("SyncToken")
    if str(token) != row["SyncToken"]:
        raise faults.stale_object()
    return row


def create(company: Company, kind: Kind, body: Row, *, at: datetime, options: frozenset[str]) -> Row:
    sent = sent_fields(company, kind, body)
    row = {**kind.defaults, **sent, "Id": company.next_id(kind.name)}
    draft = Draft(company, kind, sent, None, row, at, options)
    check_required(draft)
    kind.rules(draft)
    created = stamp(at)
    stored = store(draft, "0", {"CreateTime": created, "LastUpdatedTime": created})
    return stored if options >= BY_ITSELF else kind.after(company, kind, stored, at=at)


def sent_fields(company: Company, kind: Kind, body: Row) -> Row:
    sent = clean(kind.member, body)
    for name in SYSTEM_FIELDS:
        sent.pop(name, None)
    name_places(company, sent)
    return sent


def update(company: Company, kind: Kind, body: Row, before: Row, *, at: datetime, options: frozenset[str]) -> Row:
    sent = sent_fields(company, kind, body)
    sparse = is_sparse(body)
    kept = before if sparse else {name: before[name] for name in kind.kept if name in before}
    row = {**kind.defaults, **kept, **sent, "Id": before["Id"]}
    if sparse:
        for name in emptied(kind, body):
            row.pop(name, None)
    draft = Draft(company, kind, sent, before, row, at, options, sparse)
    check_required(draft)
    kind.rules(draft)
    if sparse and kind.is_list and changes_nothing(draft):
        return before
    return store_next(draft, unless_same=kind.name in SAME_STAYS)


def is_sparse(body: Row) -> bool:
    return body.get("sparse") in (True, "true")


def changes_nothing(draft: Draft) -> bool:
    """Whether a row of a list would not change: then its SyncToken stays the same (recorded)."""
    before = draft.before or {}
    same = all(before.get(name) == value for name, value in draft.row.items())
    return same and not draft.also and before.keys() <= draft.row.keys()


def emptied(kind: Kind, body: Row) -> list[str]:
    """Fields that a sparse update clears: "" for a text, and an object of nothing but "". A null clears nothing.

    Seen by a developer in a sandbox company. Dates and numbers are left alone: some clients send "" for any of them.
    """
    table = TABLE.get(kind.member, {})
    return [
        name
        for name, value in body.items()
        if name in table
        and table[name].type in CLEARABLE
        and name not in (*NEVER_EMPTY, *kind.required)
        and (value == "" if table[name].type == "string" else is_hollow(value))
    ]


def is_hollow(value: object) -> bool:
    return isinstance(value, dict) and all(inner == "" for inner in value.values())


CLEARABLE = frozenset(("string", "EmailAddress", "TelephoneNumber", "WebSiteAddress", "MemoRef", "ReferenceType"))
NEVER_EMPTY = ("Id", "SyncToken", "DisplayName", "Name", "DocNumber", "CustomerRef", "CurrencyRef")

# What Intuit asks for even in a sparse update, tried in sandbox companies by developers of other clients.
REQUIRED_EVEN_SPARSE = {
    **dict.fromkeys(("Bill", "BillPayment", "VendorCredit"), ("VendorRef",)),
    "Purchase": ("PaymentType",),
    "Deposit": ("DepositToAccountRef",),
    "Transfer": ("FromAccountRef", "ToAccountRef", "Amount"),
    "CreditCardPayment": ("CreditCardAccountRef", "BankAccountRef", "Amount"),
    **dict.fromkeys(("Class", "Department", "Term"), ("Name",)),
}


def check_required_even_sparse(company: Company, kind: Kind, body: Row) -> None:
    if company.switch("sparse_without_required") == "accept":
        return
    for name in REQUIRED_EVEN_SPARSE.get(kind.name, ()):
        if body.get(name) in (None, "", {}):
            raise faults.missing_parameter(name)
    if kind.name == "Term" and not {"DueDays", "DayOfMonthDue"} & body.keys():
        raise faults.missing_parameter("DayOfMonthDue")  # a term is checked as a whole (seen live by a public client)


def check_required(draft: Draft) -> None:
    for name in draft.kind.required:
        if name not in draft.row:
            raise faults.missing_parameter(name)


def remove(company: Company, kind: Kind, operation: str, before: Row, *, at: datetime) -> Row:
    draft = Draft(company, kind, {}, before, dict(before), at)
    if operation == "void":
        if kind.void is None:
            raise faults.unsupported("void")
        kind.void(draft)
        return store_next(draft)
    kind.delete(draft)
    gone = {"domain": "QBO", "status": "Deleted", "Id": before["Id"]}
    company.commit([*touched(draft), Drop(kind.name, {**gone, "MetaData": {"LastUpdatedTime": stamp(at)}})])
    return gone


# recorded: a full update of what is there already moves no SyncToken
SAME_STAYS = ("PurchaseOrder",)


def store_next(draft: Draft, *, unless_same: bool = False) -> Row:
    before = draft.before or {}
    if unless_same and is_as_before(draft, before):
        return before
    times = {**before.get("MetaData", {}), "LastUpdatedTime": stamp(draft.at)}
    return store(draft, str(int(before.get("SyncToken", "0")) + 1), times)


def is_as_before(draft: Draft, before: Row) -> bool:
    """Whether what would be stored is there already, all but its version and times."""
    again = dressed(draft.company, draft.kind.name, draft.row, before)
    return not draft.also and own_fields(again) == own_fields(before)


def own_fields(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("domain", "sparse", "SyncToken", "MetaData")}


def store(draft: Draft, token: str, times: Row) -> Row:
    draft.row |= {"domain": "QBO", "sparse": False, "SyncToken": token, "MetaData": times}
    draft.row = dressed(draft.company, draft.kind.name, draft.row, draft.before)
    row = ordered(draft.kind, draft.row)
    draft.company.commit([*touched(draft), Put(draft.kind.name, row), *mended(draft)])
    return row


def mended(draft: Draft) -> list[Set]:
    """A row that breaks reads works again when it gets another e-mail address."""
    broken: dict[str, list[str]] = draft.company.setting("broken", {})
    keys = broken.get(draft.kind.name, [])
    if draft.row["Id"] not in keys or not EMAILS & draft.sent.keys():
        return []
    return [Set("broken", {**broken, draft.kind.name: [key for key in keys if key != draft.row["Id"]]})]


def touched(draft: Draft) -> list[Change]:
    """The other rows that change, with the time of this write."""
    times = {"LastUpdatedTime": stamp(draft.at)}
    return [
        Put(change.entity, {**change.row, "MetaData": {**change.row["MetaData"], **times}})
        if isinstance(change, Put)
        else change
        for change in draft.also
    ]


def ordered(kind: Kind, row: Row) -> Row:
    """`row` with its fields in the order of Intuit's answers."""
    shown = {name: row[name] for name in kind.order if name in row}
    return {**shown, **row} if kind.order else row
