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
from runacall.organizations.paging import count_up_to

# More than this are joined in the database instead of named to it: of so many, some are soon found on the way.
MOST_NAMED = 1_000
# So many invoices may have to be looked through for each payment of one.
INVOICES_A_PAYMENT = 5
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


def of_customers(organization: Organization | None, word: str) -> Q:
    """Of a customer whose name, company or e-mail contains the word."""
    found = _customers(organization, word)
    return _has(word, "customer__") if found is None else Q(customer__in=found)


def of_payers(organization: Organization | None, word: str) -> Q:
    """Payments of a customer whose name, company or e-mail contains the word, or of an invoice whose number does."""
    found = _customers(organization, word)
    if found is not None:
        return Q(customer__in=found) | _paying_invoices(organization, word)
    customers = there_is(Customer.objects.filter(_has(word), pk=OuterRef("customer")))
    # Where very many customers have a short word, so have invoices.
    return customers | _paying_invoices(organization, word, is_common=True)


def _customers(organization: Organization | None, word: str) -> list[int] | None:
    customers = Customer.objects.for_organization(organization).filter(_has(word, is_indexed=True)).order_by()
    return _ids(customers, "pk")


def _paying_invoices(organization: Organization | None, word: str, *, is_common: bool = False) -> Q:
    """Payments of an invoice whose number contains the word. `is_common`: a short one need not be looked for first."""
    invoices = (
        Invoice.objects.for_organization(organization).filter(contains("number", word, is_indexed=True)).order_by()
    )
    part = PaymentApplication.objects.filter(payment=OuterRef("pk"))
    if len(word) < LETTERS_OF_INDEX:
        numbered = None if is_common else _ids(invoices, "pk")
        paid = None if numbered is None else _ids(PaymentApplication.objects.filter(invoice__in=numbered), "payment_id")
        return there_is(part.filter(contains("invoice__number", word))) if paid is None else Q(pk__in=paid)
    # Few of the invoices that an index finds at once may have been paid.
    is_few = not count_up_to(invoices, INVOICES_A_PAYMENT * MOST_NAMED).is_more
    paid = _ids(PaymentApplication.objects.filter(invoice__in=invoices), "payment_id") if is_few else None
    return Q(Exists(part.filter(invoice__in=invoices))) if paid is None else Q(pk__in=paid)


def _ids(rows: Any, column: str) -> list[int] | None:
    """The ids, or None if there are too many."""
    found = list(rows.values_list(column, flat=True)[: MOST_NAMED + 1])
    return found if len(found) <= MOST_NAMED else None


def _has(word: str, prefix: str = "", *, is_indexed: bool = False) -> Q:
    """That it is part of a customer's name, company or e-mail."""
    columns = (f"{prefix}{column}" for column in ("name", "company", "email"))
    return reduce(or_, (contains(column, word, is_indexed=is_indexed) for column in columns))
