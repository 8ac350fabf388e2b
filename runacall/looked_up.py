"""Conditions about rows of another table that the database looks up row by row.

PostgreSQL makes a join of EXISTS. Where few rows are asked about, or a page is soon full, it then may read the whole
other table first; a value of a subquery it cannot join.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.db.models.lookups import IsNull


class Late(IsNull):
    """Such a condition that most rows meet: a list asks for it last, of the rows that come first in its order."""


def there_is(rows: QuerySet[Any]) -> Q:
    """That there is one of `rows`, which are those of one row outside (OuterRef)."""
    return Q(IsNull(_first(rows), False))


def there_is_no(rows: QuerySet[Any], *, is_late: bool = False) -> Q:
    """That there is none of `rows`."""
    return Q((Late if is_late else IsNull)(_first(rows), True))


def _first(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.order_by().values("pk")[:1])
