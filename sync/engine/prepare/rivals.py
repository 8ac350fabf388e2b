"""Which of our customers or items have one of some names, as names are compared; it knows nothing about links."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from qbo.mapping.names import full_name_key

# Names whose key is more than their small letters: other characters than those of a keyboard, or spaces to take away.
SPELLED_OTHERWISE = r"[^ -_a-~]|  |^ | $| :|: "
ITEM_NAME = F("name")
CUSTOMER_NAME = Coalesce(NullIf(F("company"), Value("")), F("name"))


def named_alike(rows: QuerySet[Any], name: Any, keys: Collection[str]) -> dict[int, str]:
    """By id, the key of each name among `rows` that is one of `keys` (`full_name_key`).

    The database leaves out nearly all: to compute 50,000 keys here takes longer than everything else about an event.
    """
    called = rows.order_by().annotate(called=name)
    spelled = called.alias(spelled=Lower(name)).filter(spelled__in=sorted(keys)).values_list("pk", "called")
    # Two queries in one: each has an index of its own, and of the second PostgreSQL cannot tell how few it finds.
    found = spelled.union(called.filter(called__regex=SPELLED_OTHERWISE).values_list("pk", "called"))
    return {pk: key for pk, called in found.iterator() if (key := full_name_key(called)) in keys}
