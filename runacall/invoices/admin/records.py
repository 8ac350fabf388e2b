"""The base of the business's admin pages: saving goes through the record's own operations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from runacall.invoices.models.records import Record
from runacall.invoices.refusals import Refused
from runacall.organizations.admin_scope import ScopedAdmin


def dollars(amount: Decimal) -> str:
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


class RecordAdmin(ScopedAdmin):
    refusals = (Refused,)

    def save_model(self, request: HttpRequest, obj: Record, form: Any, change: bool) -> None:
        at = timezone.now()
        if not change:
            obj.enter(at=at, by=request.user)
        elif form.changed_data:
            changed = {name: form.cleaned_data[name] for name in form.changed_data}
            obj.edit(at=at, by=request.user, **changed)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        # Drop-downs that search offer what can be chosen; the list itself shows the inactive ones too.
        if request.path.endswith("/autocomplete/") and hasattr(found, "active"):
            found = found.active()
        return found, duplicates
