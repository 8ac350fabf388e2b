"""Conditions about rows of another table that the database looks up row by row.

PostgreSQL makes a join of EXISTS. Where few rows are asked about, or a page is soon full, it then may read the whole
other table first; a value of a subquery it cannot join.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.db.models.lookups import IsNull


def there_is(rows: QuerySet[Any]) -> Q:
    """That there is one of `rows`, which are those of one row outside (OuterRef)."""
    return _is_null(rows, False)


def there_is_no(rows: QuerySet[Any]) -> Q:
    """That there is none of `rows`."""
    return _is_null(rows, True)


def _is_null(rows: QuerySet[Any], value: bool) -> Q:
    return Q(IsNull(Subquery(rows.order_by().values("pk")[:1]), value))
