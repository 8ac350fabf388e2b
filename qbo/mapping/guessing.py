"""Which records in QuickBooks may be one of ours, how likely each is, and why; pure.

A guess links nothing: `matching` links what is certain, and a person chooses among guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher

from qbo.json_objects import Row
from qbo.mapping.base import place
from qbo.mapping.book import Ref
from qbo.mapping.names import full_name_key, name_key
from runacall.invoices.documents import Address, CustomerDocument, ItemDocument
from runacall.invoices.money import dollars
from runacall.invoices.names import addresses_in

# What each common value adds to a score, and what each difference subtracts; a score is at most 100.
SAME_NAME = 50
SAME_EMAIL = 40
SAME_PHONE = 30
SAME_ADDRESS = 25
SAME_PRICE = 25
SAME_ACCOUNT = 15
OTHER_EMAIL = 20
OTHER_PHONE = 10
OTHER_PRICE = 10
ITEM_NAME = 60
# Less similar names count as different.
ALIKE = 0.75
# A guess below this is not shown.
LEAST = 25
# If two guesses are closer than this, a person has to choose, whatever their scores.
CLOSE = 15
# The digits at the end that make a phone number, without country or trunk code.
PHONE_DIGITS = 10
SHORTEST_PHONE = 7
# Shorter words are ignored.
SHORTEST_WORD = 3


@dataclass(frozen=True)
class Known:
    """What identifies a customer or product, on either side; empty if not known."""

    id: str
    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    price: Decimal | None = None
    account: str = ""
    # Of a product: its name with its categories, and its type.
    full_name: str = ""
    type: str = ""

    @property
    def price_words(self) -> str:
        """Empty where it is not known."""
        return "" if self.price is None else dollars(self.price)


@dataclass(frozen=True)
class Guess:
    """One of their records that may be ours; `score` from 0 to 100."""

    there: Known
    score: int
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()


def our_customer(customer: CustomerDocument) -> Known:
    address = _in_one_line(customer.billing) or _in_one_line(customer.service)
    return Known(str(customer.id), customer.display_name, customer.email, customer.phone, address)


def their_customer(row: Row) -> Known:
    """A customer as QuickBooks returns it."""
    phones = [str((row.get(key) or {}).get("FreeFormNumber") or "") for key in PHONES]
    name = str(row.get("DisplayName") or "")
    full_name = str(row.get("FullyQualifiedName") or name)
    return Known(
        str(row["Id"]),
        name,
        str((row.get("PrimaryEmailAddr") or {}).get("Address") or ""),
        ", ".join(dict.fromkeys(filter(None, phones))),
        place(row, "BillAddr") or place(row, "ShipAddr"),
        full_name="" if full_name == name else full_name,
    )


PHONES = ("PrimaryPhone", "Mobile", "AlternatePhone")


def our_item(item: ItemDocument, *, account: str = "") -> Known:
    """`account`: the name of the income account of its category."""
    return Known(str(item.id), item.name, price=item.unit_price, account=account, type=item.kind.capitalize())


def their_item(ref: Ref, *, accounts: Mapping[str, Ref], full_name: str = "") -> Known:
    """A product from our mirror."""
    account = accounts.get(ref.account_id)
    return Known(
        ref.qbo_id,
        ref.name,
        price=ref.unit_price,
        account=account.name if account else "",
        full_name="" if full_name == ref.name else full_name,
        type=ref.type,
    )


def guess_customers(ours: Known, theirs: Iterable[Known], *, least: int = LEAST) -> list[Guess]:
    """Those of `theirs` that may be ours, with a score of at least `least`, the likeliest first."""
    return _best((_customer(ours, there) for there in theirs), least)


def guess_items(ours: Known, theirs: Iterable[Known], *, least: int = LEAST) -> list[Guess]:
    """Those of `theirs` that may be ours, with a score of at least `least`, the likeliest first."""
    return _best((_item(ours, there) for there in theirs), least)


def is_clear(guesses: Iterable[Guess]) -> bool:
    """Whether the first of these guesses stands out from the others."""
    scores = [guess.score for guess in guesses]
    return bool(scores) and (len(scores) == 1 or scores[0] - scores[1] >= CLOSE)


def _best(guesses: Iterable[Guess], least: int) -> list[Guess]:
    worth = [guess for guess in guesses if guess.score >= least]
    return sorted(worth, key=lambda guess: (-guess.score, len(guess.there.id), guess.there.id))


def _customer(ours: Known, there: Known) -> Guess:
    points, said, against = _name(ours, there, SAME_NAME)
    mails, their_mails = addresses_in(ours.email), addresses_in(there.email)
    if mails & their_mails:
        points, said = points + SAME_EMAIL, [*said, "same e-mail"]
    elif mails and their_mails:
        points, against = points - OTHER_EMAIL, [*against, "different e-mail"]
    phones, their_phones = phones_in(ours.phone), phones_in(there.phone)
    if phones & their_phones:
        points, said = points + SAME_PHONE, [*said, "same phone"]
    elif phones and their_phones:
        points, against = points - OTHER_PHONE, [*against, "different phone"]
    if ours.address and _street(ours.address) == _street(there.address):
        points, said = points + SAME_ADDRESS, [*said, "same address"]
    return Guess(there, max(0, min(100, points)) if said else 0, tuple(said), tuple(against))


def _item(ours: Known, there: Known) -> Guess:
    points, said, against = _name(ours, there, ITEM_NAME)
    if not said:
        return Guess(there, 0)
    if ours.price is not None and there.price is not None:
        if ours.price == there.price:
            points, said = points + SAME_PRICE, [*said, "same price"]
        else:
            points, against = points - OTHER_PRICE, [*against, "different price"]
    if ours.account and name_key(ours.account) == name_key(there.account):
        points, said = points + SAME_ACCOUNT, [*said, "same account"]
    return Guess(there, max(0, min(100, points)), tuple(said), tuple(against))


def _name(ours: Known, there: Known, most: int) -> tuple[int, list[str], list[str]]:
    """Points for the name and the reason; a different name counts nothing against it, because that is common."""
    full = full_name_key(there.full_name) if there.full_name else ""
    if name_key(ours.name) == name_key(there.name) or (":" in ours.name and full_name_key(ours.name) == full):
        return most, ["same name"], []
    alike = likeness(ours.name, there.name)
    return (round(most * alike * 0.8), ["similar name"], []) if alike >= ALIKE else (0, [], [])


def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1: by their letters in order, or by the words that they share."""
    words, others = words_in(one), words_in(other)
    shared = len(words & others) / min(len(words), len(others)) if words and others else 0.0
    # A common word counts little if one of the names is a single word.
    if min(len(words), len(others)) < 2:
        shared *= 0.75
    return max(SequenceMatcher(None, name_key(one), name_key(other)).ratio(), shared)


def words_in(name: str) -> frozenset[str]:
    """The words of a name for finding similar ones."""
    found = re.findall(r"\w+", name_key(name))
    return frozenset(word for word in found if len(word) >= SHORTEST_WORD)


def phones_in(text: str) -> frozenset[str]:
    """The phone numbers of a field, by their last ten digits; with commas, semicolons or slashes between them."""
    numbers = (re.sub(r"\D", "", part)[-PHONE_DIGITS:] for part in re.split(r"[,;/]", text))
    return frozenset(number for number in numbers if len(number) >= SHORTEST_PHONE)


def _street(address: str) -> str:
    """The first line of an address, as two are compared: abbreviations of its last word are spelled out."""
    first = name_key(address.split(",")[0]).replace(".", "")
    words = [STREETS.get(word, word) for word in first.split()]
    return " ".join(words)


STREETS = {
    "st": "street",
    "ave": "avenue",
    "av": "avenue",
    "rd": "road",
    "dr": "drive",
    "ln": "lane",
    "blvd": "boulevard",
    "ct": "court",
    "hwy": "highway",
}


def _in_one_line(address: Address) -> str:
    parts = (address.line1, address.line2, address.city, address.state, address.postal_code)
    return ", ".join(text for text in (part.strip() for part in parts) if text)
