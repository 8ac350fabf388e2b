"""Searches of long lists: what a word finds in other tables is looked up first, so that an index serves the rest.

A condition on two tables at once is served by no index; ids of one table are.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q

from runacall.invoices.models import Customer, Invoice, PaymentApplication
from runacall.organizations.models import Organization

# More than this are joined in the database instead of named to it: of so many, some are soon found on the way.
MOST_NAMED = 1_000


def of_customers(organization: Organization | None, word: str) -> Q:
    """Of a customer whose name, company or e-mail contains the word."""
    customers = Customer.objects.for_organization(organization).filter(_has(word)).order_by()
    found = _ids(customers, "pk")
    return _has(word, "customer__") if found is None else Q(customer__in=found)


def paying_invoices(organization: Organization | None, word: str) -> Q:
    """Payments of an invoice whose number contains the word."""
    invoices = Invoice.objects.for_organization(organization).filter(number__icontains=word).order_by()
    numbered = _ids(invoices, "pk")
    parts = PaymentApplication.objects.filter(invoice__in=invoices if numbered is None else numbered)
    paid = None if numbered is None else _ids(parts, "payment_id")
    return Q(Exists(parts.filter(payment=OuterRef("pk")))) if paid is None else Q(pk__in=paid)


def _ids(rows: Any, column: str) -> list[int] | None:
    """The ids, or None if there are too many."""
    found = list(rows.values_list(column, flat=True)[: MOST_NAMED + 1])
    return found if len(found) <= MOST_NAMED else None


def _has(word: str, prefix: str = "") -> Q:
    """That it is part of a customer's name, company or e-mail."""
    return reduce(or_, (Q(**{f"{prefix}{column}__icontains": word}) for column in ("name", "company", "email")))
