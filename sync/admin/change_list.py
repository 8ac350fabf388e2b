"""The list of the sync log: the rows of a query string, and the count of each status."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.views.main import PAGE_VAR
from django.core.paginator import Page
from django.db.models import Q
from django.http import QueryDict
from unfold.views import ChangeList

from runacall.organizations.middleware import VisitorRequest
from runacall.organizations.paging import MOST, MOST_FOUND, BoundedPaginator, Counted, first_of_all
from sync.log.counting import by_status, counts_of, total
from sync.log.filters import SyncEventFilter, given
from sync.models.events import SyncEventQuerySet

FILTERS = tuple(SyncEventFilter.base_filters)


class KnownCountPaginator(BoundedPaginator):
    """A paginator that is given the count: the status chips have already counted."""

    @cached_property
    def counted(self) -> Counted:
        known: Counted | None = getattr(self.object_list, "known_count", None)
        return super().counted if known is None else known

    def page(self, number: int | str) -> Page[Any]:
        """The last page if the requested one no longer exists: rows can leave the list while people read it."""
        return super().page(max(1, min(int(number), self.num_pages)))


class SyncLogChangeList(ChangeList):
    """Filters by the FilterSet of the log instead of the admin's own look-ups."""

    queryset: Any
    counts: dict[str, Counted]
    page_num: int
    # Whether what was found is sorted by how well it fits.
    sorts_all = False
    filterset: SyncEventFilter

    def get_filters_params(self, params: object = None) -> dict[str, object]:
        """Without our filters: the admin would treat them as column look-ups and refuse them."""
        lookups: dict[str, object] = super().get_filters_params(params)
        return {name: value for name, value in lookups.items() if name not in FILTERS}

    def get_queryset(self, request: VisitorRequest, exclude_parameters: object = None) -> object:
        rows = super().get_queryset(request, exclude_parameters)
        self.filterset = SyncEventFilter(request.GET, queryset=rows, request=request)
        # A filter that is not valid shows nothing: showing everything could lead to retrying everything.
        if not self.filterset.is_valid():
            return rows.none()
        number = self.filterset.form.cleaned_data["search"].removeprefix("#")
        found = first_of_all(self.filterset.qs, number, Q(label__endswith=f"#{number}"))
        self.sorts_all = found is not self.filterset.qs
        return found

    def get_results(self, request: VisitorRequest) -> None:
        # What comes first is searched once, and not for the counts and once more for the rows. A search for a number
        # sorts all that it finds, so that more of it costs nothing.
        most = (MOST_FOUND if self.sorts_all else self.list_per_page) if self._may_be_few else 0
        first = dict(self.queryset.values_list("pk", "state")[: most + 1]) if most else {}
        is_all = 0 < most >= len(first)
        self.counts = counts_of(first.values()) if is_all else status_counts(self.root_queryset, request)
        if is_all or (most and self.page_num == 1):
            self.queryset = self.queryset.filter(pk__in=first)
        self.queryset.known_count = self._matching() if self.filterset.is_valid() else Counted(0)
        super().get_results(request)
        self.page_num = min(self.page_num, self.paginator.num_pages)

    @property
    def _may_be_few(self) -> bool:
        """Whether something is filtered, and not by status: the counts are of all statuses."""
        return self.filterset.is_valid() and bool(self.filterset.data) and "status" not in self.filterset.data

    def _matching(self) -> Counted:
        wanted = self.filterset.form.cleaned_data["status"]
        return total(count for state, count in self.counts.items() if not wanted or state in wanted)

    @property
    def filter_query(self) -> str:
        """Only the filters, as a query string, to keep them in actions and on other pages."""
        return filter_query(self.filter_params)

    @property
    def is_filtered(self) -> bool:
        return bool(self.filter_query)


def status_counts(rows: SyncEventQuerySet, request: VisitorRequest) -> dict[str, Counted]:
    """How many events of each status match all filters except the one by status; none if a filter is not valid."""
    others = request.GET.copy()
    others.pop("status", None)
    found = SyncEventFilter(others, queryset=rows, request=request)
    if not found.is_valid():
        return {}
    return by_status(found.qs, most=MOST_FOUND if found.form.cleaned_data["search"] else MOST)


def filter_query(params: dict[str, object] | QueryDict) -> str:
    """Only what the FilterSet knows of `params`, as a query string without the question mark."""
    return urlencode(sorted(given(params).lists()), doseq=True)


def without_page(params: QueryDict, **changes: str | None) -> str:
    """`params` with `changes` (None removes one) and without the page, as a query string with its question mark."""
    changed = params.copy()
    empty = [name for name, values in params.lists() if not any(values)]
    for name in (PAGE_VAR, "e", *empty):
        changed.pop(name, None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = value
    return "?" + changed.urlencode()
