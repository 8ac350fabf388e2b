"""Which of our customers or items have one of some names, as names are compared; it knows nothing about links."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F, Q, QuerySet, Value
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
    alike = Q(spelled__in=sorted(keys)) | Q(called__regex=SPELLED_OTHERWISE)
    found = rows.order_by().alias(spelled=Lower(name)).annotate(called=name).filter(alike).values_list("pk", "called")
    return {pk: key for pk, called in found.iterator() if (key := full_name_key(called)) in keys}
