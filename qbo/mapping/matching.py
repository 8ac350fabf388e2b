"""Which QuickBooks customer or product one of ours is, by exact name (and e-mail); pure.

Inexact and ambiguous matches link nothing. A name that another of our records holds is no match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qbo.connection.queries import Row
from qbo.failures import Failure
from qbo.mapping.book import Ref
from qbo.mapping.names import name_for_quickbooks, name_key
from qbo.mapping.preflight import customer_subject
from runacall.invoices.documents import CustomerDocument, ItemDocument


@dataclass(frozen=True)
class Holder:
    """Who holds a name in QuickBooks: a Customer, Vendor or Employee."""

    entity: str
    qbo_id: str
    active: bool = True


@dataclass(frozen=True)
class Match:
    """What a look found: the row to link, or that the name is free (`taken` by another record of ours), or why not."""

    row: Row | None = None
    taken: bool = False
    failure: Failure | None = None


def candidate_names(name: str, record_id: int) -> set[str]:
    """The names under which QuickBooks may hold the record: as it is here, as it would go out, with plain blanks."""
    sent = name_for_quickbooks(name, record_id=record_id)
    return {sent, " ".join(sent.split()), name_for_quickbooks(name, record_id=record_id, taken=True)}


def match_customer(
    customer: CustomerDocument,
    rows: Iterable[Row],
    *,
    held: Mapping[str, int],
    other_holders: Mapping[str, Holder],
) -> Match:
    """`rows`: customers of any of the candidate names. `held`: Ids linked already -> our record that holds them.

    `other_holders`: name key -> who else QuickBooks knows by that name.
    """
    active = [row for row in rows if row.get("Active", True)]
    by_name = {name_key(str(row.get("DisplayName", ""))): row for row in active}
    own = by_name.get(name_key(name_for_quickbooks(customer.display_name, record_id=customer.id, taken=True)))
    if own and held.get(str(own["Id"]), customer.id) == customer.id:
        return Match(row=own)
    key = name_key(name_for_quickbooks(customer.display_name, record_id=customer.id))
    row = by_name.get(key)
    if row is None:
        return _held_elsewhere(customer, other_holders.get(key))
    if held.get(str(row["Id"]), customer.id) != customer.id:
        return Match(taken=True)
    if _email(row) == customer.email.strip().casefold():
        return Match(row=row)
    return Match(failure=_name_taken(customer, Holder("Customer", str(row["Id"]))))


def _held_elsewhere(customer: CustomerDocument, holder: Holder | None) -> Match:
    return Match(failure=_name_taken(customer, holder)) if holder else Match()


# As the catalogue's sentences take them: "The name 'M. Okafor' is held in QBO by a vendor", and what works.
HOLDERS = {
    "Customer": ("a customer with another e-mail", "give both the same e-mail, or add the town to one of the names"),
    "Vendor": ("a vendor", "make the vendor inactive, or change its display name"),
    "Employee": ("an employee", "change the display name of the employee"),
}
INACTIVE = ("an inactive customer", "make that customer active again, or change its display name")


def _name_taken(customer: CustomerDocument, holder: Holder) -> Failure:
    words, way_out = HOLDERS[holder.entity] if holder.active else INACTIVE
    facts = {"holder": words, "way_out": way_out, "there_entity": holder.entity, "there_id": holder.qbo_id}
    return Failure("name_taken", customer_subject(customer), facts=facts)


def _email(row: Row) -> str:
    return str((row.get("PrimaryEmailAddr") or {}).get("Address") or "").strip().casefold()


def match_item(item: ItemDocument, refs: Mapping[str, Ref], *, held: Mapping[str, int]) -> Match:
    """`refs`: active products by name key."""
    own = refs.get(name_key(name_for_quickbooks(item.name, record_id=item.id, taken=True)))
    if own and held.get(own.qbo_id, item.id) == item.id:
        return Match(row={"Id": own.qbo_id, "SyncToken": own.sync_token})
    found = refs.get(name_key(item.name))
    if found is None or found.is_category:
        return Match(taken=bool(found))
    if held.get(found.qbo_id, item.id) != item.id:
        return Match(taken=True)
    return Match(row={"Id": found.qbo_id, "SyncToken": found.sync_token})
