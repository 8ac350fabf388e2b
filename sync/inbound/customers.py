"""Changes in QuickBooks to customers that are ours: taken over here if staff want that, merged ones followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError

from qbo.connection.client import encode
from qbo.connection.queries import ANY_ACTIVE, read_where_in
from qbo.json_objects import JsonMapping, Row
from qbo.lists.checking import checked
from qbo.mapping.base import CUSTOMER_FIELDS, Base, changed_there_at, fields_of, kept_part, reference
from qbo.mapping.list_planning import carried_over, said_of_customer
from qbo.mapping.values import quoted
from qbo.models import ConnectionSettings, Link
from runacall.invoices.document_loading import customer_document
from runacall.invoices.models import Customer
from sync.inbound.hearing import Hearing
from sync.outbox.arrivals import is_dismissed, is_in_flight, note_arrival, release_waiting, try_again, unsent_of
from sync.outbox.enqueueing import RecordName, customer_name, open_event, reopen_failed

# Our columns of an address, and QuickBooks' names of its parts.
PARTS = {
    "line1": "Line1",
    "line2": "Line2",
    "city": "City",
    "state": "CountrySubDivisionCode",
    "postal_code": "PostalCode",
    "country": "Country",
}


def take_customers(hearing: Hearing) -> None:
    """Merges first, so that the invoices that moved along agree again."""
    takes_over = ConnectionSettings.objects.filter(connection=hearing.connection, sync_customer_updates=True).exists()
    merged = _merged(hearing)
    for loser, survivor in merged.items():
        for link in Link.objects.of(hearing.connection, "customer").filter(qbo_id=loser):
            with hearing.one("Customer", link.record_id):
                _follow(hearing, link, survivor, takes_over=takes_over)
    for moved in hearing.moved("Customer"):
        ours = Customer.objects.in_bulk([link.record_id for link, _ in moved])
        for link, row in moved:
            if link.record_id in ours and link.qbo_id not in merged:
                with hearing.one("Customer", link.record_id):
                    _take(hearing, link, row, ours[link.record_id], takes_over=takes_over)


# --- merges -----------------------------------------------------------------------------------------------------


def _merged(hearing: Hearing) -> dict[str, Row]:
    """By the Id of a customer of ours that is gone, the row of the one that it was merged into.

    A webhook names both. Without one, the invoices of the loser say it: they point at another customer now. One query
    for all, and only where there are any.
    """
    into = dict(hearing.merges)
    for moved in hearing.moved("Invoice"):
        for link, row in moved:
            base = Base.from_text(link.base)
            was, now = reference(base.row, "CustomerRef") if base else "", reference(row, "CustomerRef")
            if was and now and was != now:
                into.setdefault(was, now)
    known = Link.objects.of(hearing.connection, "customer").filter(qbo_id__in=into)
    into = {loser: into[loser] for loser in known.values_list("qbo_id", flat=True)}
    if not into:
        return {}
    ids = {*into, *into.values()}
    mine = hearing.visit
    rows = checked(read_where_in(mine.client, "Customer", "Id", ids, extra=ANY_ACTIVE, pace=mine.pace))
    active = {str(row["Id"]): row for row in rows if row.get("Active", True)}
    return {loser: active[survivor] for loser, survivor in into.items() if loser not in active and survivor in active}


def _follow(hearing: Hearing, link: Link, row: Row, *, takes_over: bool) -> None:
    customer = Customer.objects.get(pk=link.record_id)
    was, said = link.qbo_id, said_of_customer(customer_document(customer))
    link.qbo_id, link.sync_token, link.created_here = str(row["Id"]), str(row.get("SyncToken", "")), False
    columns = carried_over(link.base, said, row, "Customer")
    link.base, link.theirs = columns["base"], columns["theirs"]
    link.active, link.there_at, link.synced_at = True, changed_there_at(row), hearing.at
    link.save()
    name = customer_name(customer)
    reopen_failed(hearing.connection, "customer", customer.pk, at=hearing.at)
    if link.theirs and takes_over and not is_dismissed(hearing.connection, name):
        # What changed here goes to the survivor, or a person says; what waits already meets it.
        open_event(hearing.connection, name, at=hearing.at)
    message = f"Merged in QuickBooks: Id {was} is now {row.get('DisplayName')}, Id {link.qbo_id}."
    _note(hearing, customer, message, row)
    hearing.came["customers merged"] += 1


# --- edits ------------------------------------------------------------------------------------------------------


def _take(hearing: Hearing, link: Link, row: Row, customer: Customer, *, takes_over: bool) -> None:
    active = bool(row.get("Active", True))
    if active != link.active:
        _activate(hearing, link, row, customer, active=active)
    if not active:
        # What else she changed is compared once it is active again.
        return
    base, name = Base.from_text(link.base), customer_name(customer)
    if base is None:
        return
    link.there_at = changed_there_at(row)
    waiting = unsent_of(hearing.connection, name)
    if waiting is not None or is_in_flight(hearing.connection, name):
        # A change of ours meets it when it is sent.
        link.theirs = encode(kept_part("Customer", row))
        link.save(update_fields=["theirs", "there_at"])
        hearing.came["queued again"] += try_again(hearing.connection, "customer", customer.pk, at=hearing.at)
        return
    said, known, now = said_of_customer(customer_document(customer)), *_both(base.row, row)
    there = [field for field in CUSTOMER_FIELDS if known[field] != now[field] and now[field] != said.get(field, "")]
    owed = [field for field in there if said.get(field) != base.said.get(field)]
    wanted = {column: value for field in there if field not in owed for column, value in _columns(field, row, customer)}
    refused = ""
    if wanted and takes_over:
        try:
            customer.edit(at=hearing.at, **wanted)
            said = said_of_customer(customer_document(customer))
        except ValidationError as error:
            refused = f" Run a Call keeps its own: {'; '.join(error.messages)}"
    base = replace(base, said={**base.said, **{field: said[field] for field in there if field not in owed}})
    link.base, link.theirs = replace(base, row=kept_part("Customer", row)).as_text(), ""
    link.sync_token = str(row.get("SyncToken") or link.sync_token)
    link.save(update_fields=["base", "theirs", "sync_token", "there_at"])
    if there and takes_over:
        changes = "; ".join(f"{field} {quoted(known[field])} → {quoted(now[field])}" for field in there)
        end = refused or ("" if wanted else " Run a Call keeps its own.")
        taken_over = bool(wanted) and not refused
        _note(hearing, customer, f"Changed in QuickBooks: {changes}.{end}", row, just_opened=taken_over)
    hearing.came["customers"] += 1


def _both(base: Row, row: Row) -> tuple[dict[str, str], dict[str, str]]:
    return fields_of(base, CUSTOMER_FIELDS), fields_of(row, CUSTOMER_FIELDS)


def _columns(field: str, row: Row, customer: Customer) -> Iterable[tuple[str, Any]]:
    """Our columns that take over a field. A company's name is taken over by the name that it is shown under."""
    if field == "name":
        yield ("company" if customer.company else "name"), _name(row, customer)
    elif field == "e-mail":
        yield "email", str((row.get("PrimaryEmailAddr") or {}).get("Address") or "")
    elif field == "phone":
        yield "phone", str((row.get("PrimaryPhone") or {}).get("FreeFormNumber") or "")
    elif field in ("billing address", "service address"):
        place: JsonMapping = row.get("BillAddr" if field == "billing address" else "ShipAddr") or {}
        kind = field.partition(" ")[0]
        for column, part in PARTS.items():
            # QuickBooks rewrites the country, for example as USA.
            if part != "Country":
                yield f"{kind}_{column}", str(place.get(part) or "")


def _name(row: Row, customer: Customer) -> str:
    """With its parents, if ours is spelled with them: one "Unit 4" is not the other."""
    full_name = str(row.get("FullyQualifiedName") or "")
    under_a_parent = ":" in customer.display_name and ":" in full_name
    return full_name if under_a_parent else str(row.get("DisplayName") or "")


def _activate(hearing: Hearing, link: Link, row: Row, customer: Customer, *, active: bool) -> None:
    link.active, link.there_at = active, changed_there_at(row)
    link.save(update_fields=["active", "there_at"])
    if active:
        _note(hearing, customer, "Active again in QuickBooks", row)
    else:
        said = "Made inactive in QuickBooks. The next invoice finds out whether it was merged, or makes it there again."
        if unsent_of(hearing.connection, customer_name(customer)) is None:
            _note(hearing, customer, said, row)
    hearing.came["customers made active" if active else "customers made inactive"] += 1


def _note(hearing: Hearing, customer: Customer, message: str, row: Row, *, just_opened: bool = False) -> None:
    name: RecordName = customer_name(customer)
    note_arrival(hearing.connection, name, at=hearing.at, message=message, row=row, just_opened=just_opened)
    hearing.came["queued again"] += release_waiting(hearing.connection, name.record_type, name.record_id, at=hearing.at)
