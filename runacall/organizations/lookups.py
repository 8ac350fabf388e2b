"""What the address of an admin list may ask of the database: only what the list's own filters ask."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.filters import FieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Field, QuerySet

from runacall.organizations.middleware import StaffRequest, VisitorRequest


class ListedLookups:
    """An allow-list, for every registered admin: Django would filter by any column, hidden or not, and by regex.

    Whoever may not see a column could read it by halving: `?unit_cost__lte=50` shows the row or does not.
    """

    # Look-ups that links on our own pages use, beyond those of `list_filter`.
    linked_lookups: tuple[str, ...] = ()

    def lookup_allowed(self, lookup: str, value: str, request: VisitorRequest) -> bool:
        """Whether the list answers at all; where it does not, the page is a 400."""
        # PostgreSQL stores no NUL and raises when it is asked for one.
        return "\0" not in value and lookup in self._listed_lookups(request)

    def get_search_results(
        self, request: StaffRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """As Django's. Drop-downs hand in whatever was typed, a NUL too, which the list's own form refuses."""
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))  # type: ignore[misc]

    def _listed_lookups(self, request: VisitorRequest) -> set[str]:
        listed = set(self.linked_lookups)
        for entry in self.get_list_filter(request):  # type: ignore[attr-defined]
            listed.update(str(name) for name in self._filter(entry, request).expected_parameters())
        return listed

    def _filter(self, entry: Any, request: VisitorRequest) -> Any:
        """One entry of `list_filter` as the list itself will make it, without any chosen value."""
        model = self.model  # type: ignore[attr-defined]
        if callable(entry):
            return entry(request, {}, model, self)
        named, make = entry if isinstance(entry, tuple | list) else (entry, FieldListFilter.create)
        field = named if isinstance(named, Field) else get_fields_from_path(model, named)[-1]
        return make(field, request, {}, model, self, field_path=None if isinstance(named, Field) else named)
