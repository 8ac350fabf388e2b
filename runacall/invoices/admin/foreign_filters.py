"""Filters of the invoice list by the state in another system: a drop-down, and chips with counts above the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.views.main import PAGE_VAR
from unfold.contrib.filters.admin import DropdownFilter

from runacall.invoices.foreign_columns import ForeignColumn, ForeignState, foreign_columns
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.paging import Counted, SearchPaginator, count_up_to

# A shop has hundreds of thousands of invoices; beyond this, counting costs more than the figure is worth.
MOST_IN_CHIP = 1_000


def filters_of(request: StaffRequest) -> list[type[DropdownFilter]]:
    """A drop-down for each column that this person may see and that has states."""
    return [_filter_of(column) for column in foreign_columns(request) if column.states]


def _filter_of(column: ForeignColumn) -> type[DropdownFilter]:
    class ForeignFilter(DropdownFilter):
        title = column.title
        parameter_name = column.parameter

        def lookups(self, request: StaffRequest, model_admin: object) -> list[tuple[str, str]]:
            return [(state.name, state.label) for state in column.states]

        def queryset(self, request: StaffRequest, queryset: Any) -> Any:
            asked = self.value()
            if not asked:
                return queryset
            found = next((state for state in column.states if state.name == asked), None)
            # An unknown state shows nothing: showing everything would be read as the answer.
            return found.rows(request, queryset) if found else queryset.none()

    return ForeignFilter


@dataclass(frozen=True)
class Chip:
    """`count`: None where it is not counted."""

    name: str
    label: str
    url: str
    is_on: bool
    count: Counted | None = None


@dataclass(frozen=True)
class Chips:
    """The states of one column, the first one being "All"."""

    title: str
    chips: list[Chip]


def chips_of(cl: Any, request: StaffRequest) -> list[Chips]:
    """For each column with states; the counts are of what the other filters and the search find."""
    return [
        Chips(column.title, list(_chips(column, cl, request))) for column in foreign_columns(request) if column.states
    ]


def _chips(column: ForeignColumn, cl: Any, request: StaffRequest) -> Any:
    chosen = request.GET.get(column.parameter, "")
    others = _others(column, cl, request, is_all=not chosen)
    yield Chip("all", "All", cl.get_query_string(remove=[column.parameter, PAGE_VAR]), not chosen)
    for state in column.states:
        count = None
        if state.is_counted and state.name == chosen:
            count = cl.paginator.counted  # by the list itself
        elif state.is_counted and others is not None:
            count = count_up_to(state.rows(request, others), MOST_IN_CHIP)
        if count is None or count.number or state.is_kept or state.name == chosen:
            yield Chip(state.name, state.label, _address(cl, column, state), state.name == chosen, count)


def _others(column: ForeignColumn, cl: Any, request: StaffRequest, *, is_all: bool) -> Any:
    """What the other filters and the search find; None if a search finds more than are counted. `is_all`: that is what
    the list shows.
    """
    others = cl.queryset if is_all else cl.get_queryset(request, exclude_parameters=[column.parameter])
    if not cl.query:
        return others
    found = cl.paginator if is_all else SearchPaginator(others, cl.list_per_page)
    return None if found.is_more else cl.root_queryset.filter(pk__in=found.ids)


def _address(cl: Any, column: ForeignColumn, state: ForeignState) -> str:
    return str(cl.get_query_string({column.parameter: state.name}, [PAGE_VAR]))
