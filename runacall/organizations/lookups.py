"""Which look-ups the address of an admin list may use: only those of the list's own filters."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.filters import FieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Field, QuerySet

from runacall.organizations.middleware import StaffRequest, VisitorRequest


class ListedLookups:
    """An allow-list for every registered admin: Django would filter by any column, hidden or not, and by regex.

    A person who may not see a column could find its value by trying: `?unit_cost__lte=50` shows the row or does not.
    """

    # Look-ups that links on our own pages use, in addition to those of `list_filter`.
    linked_lookups: tuple[str, ...] = ()

    def lookup_allowed(self, lookup: str, value: str, request: VisitorRequest) -> bool:
        """Whether the list accepts this look-up; if not, the page answers 400."""
        # PostgreSQL cannot store NUL and raises an error for it.
        return "\0" not in value and lookup in self._listed_lookups(request)

    def get_search_results(
        self, request: StaffRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """As in Django. Drop-downs pass on whatever was typed, even a NUL, which the list's own form refuses."""
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))  # type: ignore[misc, no-any-return]

    def _listed_lookups(self, request: VisitorRequest) -> set[str]:
        listed = set(self.linked_lookups)
        for entry in self.get_list_filter(request):  # type: ignore[attr-defined]
            listed.update(str(name) for name in self._filter(entry, request).expected_parameters())
        return listed

    def _filter(self, entry: Any, request: VisitorRequest) -> Any:
        """One entry of `list_filter`, built as the list builds it, without a chosen value."""
        model = self.model  # type: ignore[attr-defined]
        if callable(entry):
            return entry(request, {}, model, self)
        named, make = entry if isinstance(entry, tuple | list) else (entry, FieldListFilter.create)
        field = named if isinstance(named, Field) else get_fields_from_path(model, named)[-1]
        return make(field, request, {}, model, self, field_path=None if isinstance(named, Field) else named)
