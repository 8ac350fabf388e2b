"""Pages of long lists: counting stops where nobody turns pages any more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

from django.core.paginator import Page, Paginator
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.sql.where import AND

from runacall.looked_up import Late

# Counting all of 400,000 rows takes longer than everything else on a page.
MOST = 10_000
# Of a search: what is found may be rare, so that counting it reads many rows that it is not.
MOST_FOUND = 500
# Of one that looks up rows of other tables for each, at ten times the price.
MOST_LOOKED_UP = 200
# From here on a number is rare enough in other numbers to sort what contains it.
TELLING_DIGITS = 3


class Counted(NamedTuple):
    """So many, or `is_more`: more than that."""

    number: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.is_more else ''}"

    @classmethod
    def up_to(cls, most: int, found: int) -> Counted:
        """`found` as it was counted to one beyond `most`."""
        return cls(min(found, most), found > most)


def count_up_to(rows: QuerySet[Any], most: int) -> Counted:
    """How many rows there are; never reads more than one beyond `most`."""
    return Counted.up_to(most, rows.order_by()[: most + 1].count())


def first_of_all(rows: QuerySet[Any], search: str, exact: Q) -> QuerySet[Any]:
    """`rows` of a search for a number, with those that have exactly this one (`exact`) before the others."""
    if not search.isdecimal() or len(search) < TELLING_DIGITS:
        return rows
    return _before(rows, exact)


def _before(rows: QuerySet[Any], these: Q) -> QuerySet[Any]:
    """`rows`, with those that meet the condition before the others."""
    then_by = rows.query.order_by or rows.model._meta.ordering
    return rows.order_by(Case(When(these, then=Value(0)), default=Value(1)), *then_by)


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator for a queryset that counts up to `most` rows; what lies beyond is reached by search and filters."""

    most = MOST

    @cached_property
    def counted(self) -> Counted:
        rows: Any = self.object_list
        return count_up_to(rows, self.most) if hasattr(rows, "order_by") else Counted.up_to(self.most, len(rows))

    @cached_property
    def count(self) -> int:
        return self.counted.number

    @property
    def is_more(self) -> bool:
        return self.counted.is_more


class SearchPaginator(BoundedPaginator):
    """For what a search found. Rows may be passed over before those of the page, or sorted with them: that is done
    once, for the ids, which also say how many there are; then the rows of the page are read by these.
    """

    most = MOST_FOUND

    @cached_property
    def counted(self) -> Counted:
        return Counted.up_to(self.most, len(self.ids))

    @cached_property
    def ids(self) -> list[Any]:
        return _first_ids(cast("Any", self.object_list), self.most + 1)

    def page(self, number: int | str) -> Page[Any]:
        found, rows = super().page(number), cast("Any", self.object_list)
        first = max(found.start_index() - 1, 0)
        found.object_list = _of_ids(rows, self.ids[first : found.end_index()])
        return found


class LookUpPaginator(SearchPaginator):
    """For a search that looks rows of other tables up for each row that it passes over: it stops sooner."""

    most = MOST_LOOKED_UP


def _first_ids(rows: QuerySet[Any], most: int) -> list[Any]:
    """The ids of the first `most` rows. A late condition is asked of twice as many, once they are in order: the
    database would ask it of all, before it sorts them. It does where too few of these meet it.
    """
    conditions = rows.query.where.children
    late = [one for one in conditions if isinstance(one, Late)]
    if not late or rows.query.where.connector != AND:
        return _ids(rows, most)
    some = _ids(_where(rows, [one for one in conditions if one not in late]), 2 * most)
    found = {*_ids(_where(rows, late).filter(pk__in=some).order_by(), len(some))}
    ids = [pk for pk in some if pk in found][:most]
    return ids if len(ids) == most or len(some) < 2 * most else _ids(rows, most)


def _ids(rows: QuerySet[Any], most: int) -> list[Any]:
    return list(rows.values_list("pk", flat=True)[:most])


def _where(rows: QuerySet[Any], conditions: Sequence[Any]) -> QuerySet[Any]:
    """`rows`, by these of their conditions, all of which are to be met."""
    some = rows.all()
    some.query.where = type(some.query.where)([*conditions])
    return some


def _of_ids(rows: QuerySet[Any], ids: list[Any]) -> QuerySet[Any]:
    """Those of `rows`, which has just been found to have these ids: its conditions are not asked again."""
    return _where(rows, ()).filter(pk__in=ids)


class TypedPaginator(SearchPaginator):
    """For what is offered while somebody types: how many there are is not said, only whether there is another page, so
    that nothing is looked for beyond its first row.

    `first`: a condition of those that come before the others, such as that their name begins with what was typed.
    """

    def __init__(self, *given: Any, first: Q | None = None, **options: Any) -> None:
        super().__init__(*given, **options)
        self.first = first

    @cached_property
    def count(self) -> int:
        return min(len(self.ids), MOST_FOUND)

    @cached_property
    def ids(self) -> list[Any]:
        rows, most = cast("Any", self.object_list), self.most + 1
        if self.first is None:
            return _ids(rows, most)
        ids = _ids(rows.filter(self.first), most)
        return ids + _ids(rows.exclude(self.first), most - len(ids)) if len(ids) < most else ids

    def page(self, number: int | str) -> Page[Any]:
        if isinstance(number, int):
            self.most = min(number * self.per_page, MOST_FOUND)
        found = super().page(number)
        if self.first is not None:
            found.object_list = _before(cast("Any", found.object_list), self.first)
        return found
