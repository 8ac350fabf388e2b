"""Searches of long lists: what a word finds in other tables is looked up first, so that an index serves the rest.

A condition on two tables at once is served by no index; ids of one table are.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q

from runacall.invoices.models import Customer, Invoice, PaymentApplication
from runacall.looked_up import there_is
from runacall.organizations.models import Organization

# More than this are joined in the database instead of named to it: of so many, some are soon found on the way.
MOST_NAMED = 1_000
# An index of parts of words has nothing about shorter ones.
LETTERS_OF_INDEX = 3


def contains(column: str, word: str, *, is_indexed: bool = False) -> Q:
    """That the column contains the word, in small letters or capitals.

    Digits look the same in both: where all rows are read, PostgreSQL need not put each one's text in capitals, which
    takes longer than looking. `is_indexed`: an index of parts of words serves the column, and keeps capitals.
    """
    by_index = is_indexed and len(word) >= LETTERS_OF_INDEX
    return Q(**{f"{column}__{'icontains' if has_case(word) or by_index else 'contains'}": word})


def has_case(word: str) -> bool:
    return not word.isascii() or any(letter.isalpha() for letter in word)


def quickest_first(words: Iterable[str]) -> list[str]:
    """Words of digits before the others: what they leave out need not be put in capitals."""
    return sorted(words, key=has_case)


def of_customers(organization: Organization | None, word: str, *, is_joined: bool = True) -> Q:
    """Of a customer whose name, company or e-mail contains the word. `is_joined`: whether many customers are joined."""
    customers = Customer.objects.for_organization(organization).filter(_has(word, is_indexed=True)).order_by()
    found = _ids(customers, "pk")
    if found is not None:
        return Q(customer__in=found)
    return (
        _has(word, "customer__")
        if is_joined
        else there_is(Customer.objects.filter(_has(word), pk=OuterRef("customer")))
    )


def paying_invoices(organization: Organization | None, word: str) -> Q:
    """Payments of an invoice whose number contains the word."""
    invoices = (
        Invoice.objects.for_organization(organization).filter(contains("number", word, is_indexed=True)).order_by()
    )
    numbered = _ids(invoices, "pk")
    paid = None if numbered is None else _ids(PaymentApplication.objects.filter(invoice__in=numbered), "payment_id")
    if paid is not None:
        return Q(pk__in=paid)
    part = PaymentApplication.objects.filter(payment=OuterRef("pk"))
    if len(word) >= LETTERS_OF_INDEX:
        return Q(Exists(part.filter(invoice__in=invoices)))
    return there_is(part.filter(contains("invoice__number", word)))


def _ids(rows: Any, column: str) -> list[int] | None:
    """The ids, or None if there are too many."""
    found = list(rows.values_list(column, flat=True)[: MOST_NAMED + 1])
    return found if len(found) <= MOST_NAMED else None


def _has(word: str, prefix: str = "", *, is_indexed: bool = False) -> Q:
    """That it is part of a customer's name, company or e-mail."""
    columns = (f"{prefix}{column}" for column in ("name", "company", "email"))
    return reduce(or_, (contains(column, word, is_indexed=is_indexed) for column in columns))
