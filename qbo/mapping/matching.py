"""Which QuickBooks customer or product matches one of ours, by name (and e-mail); pure.

Only what is unique on both sides is linked: if two of ours match one of theirs, or one of ours matches two of theirs, a
person decides. A name that another of our records has is no match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qbo.failures import Failure
from qbo.json_objects import Row
from qbo.mapping.book import Ref
from qbo.mapping.names import OF_CUSTOMER, OF_ITEM, full_name_key, name_for_quickbooks, name_key
from qbo.mapping.preflight import customer_subject, item_subject
from runacall.invoices.documents import CustomerDocument, ItemDocument
from runacall.invoices.money import ZERO, round_cents
from runacall.invoices.names import addresses_in, as_typed


@dataclass(frozen=True)
class Holder:
    """The record that has a name in QuickBooks: a Customer, Vendor or Employee."""

    entity: str
    qbo_id: str
    active: bool = True


@dataclass(frozen=True)
class Ruled:
    """What people said of one record of ours: the Ids that it is not, and whether it is to be created in any case."""

    refused: frozenset[str] = frozenset()
    creates: bool = False

    def allows(self, qbo_ids: Iterable[str]) -> bool:
        """Whether the record may be one of these."""
        return not self.creates and any(qbo_id not in self.refused for qbo_id in qbo_ids)


NOTHING_RULED: Mapping[int, Ruled] = {}


@dataclass(frozen=True)
class Match:
    """The result of a look: the row to link, or that the name is free (`taken` by another record of ours),
    or why not.
    """

    row: Row | None = None
    taken: bool = False
    failure: Failure | None = None


def candidate_names(name: str, longest: int, record_id: int) -> set[str]:
    """The names that the record may have in QuickBooks.

    As it is here, as it would be sent, with plain spaces, and as a person would type it; for "Parent:Child", also the
    child's name, which it has there.
    """
    sent, beside = (name_for_quickbooks(name, longest, record_id=record_id, taken=taken) for taken in (False, True))
    names = {sent, " ".join(sent.split()), as_typed(sent), beside}
    child = name.rsplit(":", 1)[-1].strip()
    return names | {child} if ":" in name and child else names


def match_customer(
    customer: CustomerDocument,
    rows: Iterable[Row],
    *,
    held: Mapping[str, int],
    other_holders: Mapping[str, Holder],
    rivals: Sequence[CustomerDocument] = (),
    ruled: Mapping[int, Ruled] = NOTHING_RULED,
) -> Match:
    """`rows`: customers with any of the candidate names. `held`: Ids that are already linked -> our linked record.

    `other_holders`: name key -> the other records with that name in QuickBooks.
    `rivals`: our other customers with this name that are not linked.
    `ruled`: our id -> what people said of that record. Where none of the name is left, it is made under another.
    """
    mine = ruled.get(customer.id, Ruled())
    active = [row for row in rows if row.get("Active", True)]
    own_key = name_key(name_for_quickbooks(customer.display_name, OF_CUSTOMER, record_id=customer.id, taken=True))
    own = [row for row in active if name_key(str(row.get("DisplayName", ""))) == own_key]
    if own and _is_free(str(own[0]["Id"]), customer.id, held, mine):
        return Match(row=own[0])
    key = name_key(name_for_quickbooks(customer.display_name, OF_CUSTOMER, record_id=customer.id))
    fitting = [row for row in active if _is_called(row, customer.display_name, key)]
    if not fitting and not (mine.creates and key in other_holders):
        return _held_elsewhere(customer, other_holders.get(key))
    free = [row for row in fitting if _is_free(str(row["Id"]), customer.id, held, mine)]
    if mine.creates or not free:
        return Match(taken=True)
    ids = [str(row["Id"]) for row in free]
    return _among(customer, free, [rival for rival in rivals if ruled.get(rival.id, Ruled()).allows(ids)])


def _is_free(qbo_id: str, record_id: int, held: Mapping[str, int], mine: Ruled) -> bool:
    """Neither another record of ours, nor refused for this one."""
    return held.get(qbo_id, record_id) == record_id and qbo_id not in mine.refused


def _is_called(row: Row, name: str, key: str) -> bool:
    if ":" in name:
        return full_name_key(str(row.get("FullyQualifiedName", ""))) == full_name_key(name)
    return name_key(str(row.get("DisplayName", ""))) == key


def _among(customer: CustomerDocument, free: Sequence[Row], rivals: Sequence[CustomerDocument]) -> Match:
    """Which of the unlinked rows with its name is the customer; a common e-mail decides first."""
    same = [row for row in free if _shares_email(customer, row)]
    if same:
        several = len(same) > 1 or any(_shares_email(rival, same[0]) for rival in rivals)
        return Match(failure=ambiguous(customer, same, rivals)) if several else Match(row=same[0])
    left = [row for row in free if not any(_shares_email(rival, row) for rival in rivals)]
    if not left:
        return Match(taken=True)
    possible = [row for row in left if not _differs(customer, row)]
    if not possible:
        return Match(failure=_name_taken(customer, Holder("Customer", str(left[0]["Id"]))))
    also = [rival for rival in rivals if any(not _differs(rival, row) for row in possible)]
    if len(possible) == 1 and not also and not customer.email.strip() and not _emails(possible[0]):
        return Match(row=possible[0])
    return Match(failure=ambiguous(customer, possible, also))


def _shares_email(customer: CustomerDocument, row: Row) -> bool:
    return bool(addresses_in(customer.email) & _emails(row))


def _differs(customer: CustomerDocument, row: Row) -> bool:
    """Both have e-mail addresses, but none in common."""
    return bool(addresses_in(customer.email) and _emails(row)) and not _shares_email(customer, row)


# How many of each side a message names.
NAMED = 3


def ambiguous(customer: CustomerDocument, rows: Sequence[Row], rivals: Sequence[CustomerDocument]) -> Failure:
    """With what distinguishes them: e-mail and phone, which a support bundle can remove;
    it could not remove streets.
    """
    ours = [_apart(one.email, one.phone) for one in (customer, *rivals)]
    theirs = [
        f"Id {row['Id']}, "
        + _apart(
            str((row.get("PrimaryEmailAddr") or {}).get("Address") or ""),
            str((row.get("PrimaryPhone") or {}).get("FreeFormNumber") or ""),
        )
        for row in rows
    ]
    facts = {"here": " / ".join(ours[:NAMED]), "there": " / ".join(theirs[:NAMED])}
    return Failure("name_ambiguous", customer_subject(customer), facts=facts)


def _apart(email: str, phone: str) -> str:
    return ", ".join(filter(None, (email.strip() or "no e-mail", phone.strip())))


def _held_elsewhere(customer: CustomerDocument, holder: Holder | None) -> Match:
    return Match(failure=_name_taken(customer, holder)) if holder else Match()


# In the form for the catalogue's sentences: "The name 'M. Okafor' is already used in QBO by a vendor", and what to do.
HOLDERS = {
    "Customer": ("a customer with a different e-mail", "give both the same e-mail or add the town to one of the names"),
    "Vendor": ("a vendor", "make the vendor inactive or change its display name"),
    "Employee": ("an employee", "change the display name of the employee"),
}
INACTIVE = ("an inactive customer", "make that customer active again or change its display name")


def _name_taken(customer: CustomerDocument, holder: Holder) -> Failure:
    words, way_out = HOLDERS[holder.entity] if holder.active else INACTIVE
    facts = {"holder": words, "way_out": way_out, "there_entity": holder.entity, "there_id": holder.qbo_id}
    return Failure("name_taken", customer_subject(customer), facts=facts)


def _emails(row: Row) -> frozenset[str]:
    """As in QuickBooks: several addresses in one field, separated by commas."""
    return addresses_in(str((row.get("PrimaryEmailAddr") or {}).get("Address") or ""))


def match_item(
    item: ItemDocument,
    refs: Mapping[str, Sequence[Ref]],
    *,
    held: Mapping[str, int],
    rivals: Sequence[ItemDocument] = (),
    ruled: Mapping[int, Ruled] = NOTHING_RULED,
) -> Match:
    """`refs`: active products by name key, and by the key of their name with its categories.

    `rivals`: our other items with this name that are not linked.
    `ruled`: our id -> what people said of that record.
    """
    mine = ruled.get(item.id, Ruled())
    for own in refs.get(name_key(name_for_quickbooks(item.name, OF_ITEM, record_id=item.id, taken=True)), ()):
        if _is_free(own.qbo_id, item.id, held, mine):
            return Match(row=_row(own))
    fitting = refs.get(full_name_key(item.name) if ":" in item.name else name_key(item.name), ())
    products = [ref for ref in fitting if not ref.is_category]
    free = [ref for ref in products if _is_free(ref.qbo_id, item.id, held, mine)]
    if mine.creates or not free:
        return Match(taken=bool(fitting))
    ids = [ref.qbo_id for ref in free]
    rivals = [rival for rival in rivals if ruled.get(rival.id, Ruled()).allows(ids)]
    if len(free) == 1 and not rivals:
        return Match(row=_row(free[0]))
    return Match(failure=ambiguous_item(item, rivals, [(ref.qbo_id, ref.unit_price or ZERO) for ref in free]))


def ambiguous_item(item: ItemDocument, rivals: Sequence[ItemDocument], there: Sequence[tuple[str, Decimal]]) -> Failure:
    """Which of theirs, given by Id and price, is the item: a person says."""
    facts = {
        "here": " / ".join(f"“{one.name}” at {round_cents(one.unit_price)}" for one in (item, *rivals)[:NAMED]),
        "there": " / ".join(f"Id {qbo_id} at {round_cents(price)}" for qbo_id, price in there[:NAMED]),
    }
    return Failure("item_ambiguous", item_subject(item), facts=facts)


def _row(ref: Ref) -> Row:
    return {"Id": ref.qbo_id, "SyncToken": ref.sync_token}
