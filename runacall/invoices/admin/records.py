"""The base of the business's admin pages: saving goes through the record's own operations."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.utils.text import smart_split, unescape_string_literal

from runacall import clock
from runacall.invoices.admin.searching import contains, quickest_first
from runacall.invoices.models.records import Record
from runacall.invoices.refusals import Refused
from runacall.organizations.access import role_allows
from runacall.organizations.admin_scope import ScopedAdmin, ScopedForm
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability


def plain(value: Decimal) -> Decimal:
    """A quantity or rate without trailing zeros, but with cents if it has any."""
    places = -min(int(value.normalize().as_tuple().exponent), 0)
    return value.quantize(Decimal(1).scaleb(-max(places, 2) if places else 0))


def write_plainly(form: forms.ModelForm[models.Model]) -> None:
    """Show the decimals of a form without trailing zeros."""
    for name, field in form.fields.items():
        value = form.initial.get(name, field.initial)
        if isinstance(field, forms.DecimalField) and isinstance(value, Decimal):
            form.initial[name] = plain(value)


def without_buttons(field: Any) -> None:
    """Leave the buttons that add, change or show the chosen record off a drop-down."""
    for button in ("add", "change", "delete", "view"):
        setattr(field.widget, f"can_{button}_related", False)


class RecordForm(ScopedForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        write_plainly(self)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3

    def _post_clean(self) -> None:
        """What is there already is said at the field that has it, not above them all."""
        super()._post_clean()  # type: ignore[misc]
        for said in self.errors.pop(NON_FIELD_ERRORS, ()):
            self.add_error(self._field_of(str(said)), str(said))

    def _field_of(self, said: str) -> str | None:
        for constraint in self.instance._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and str(constraint.violation_error_message) == said:
                named = (name.removesuffix("_key") for name in constraint.fields)
                return next((name for name in named if name in self.fields), None)
        return None


class RecordAdmin(ScopedAdmin):
    form = RecordForm
    refusals = (Refused,)
    # Whether an index of parts of words serves the columns of the search.
    words_are_indexed = False

    class Media:
        css = {"all": ("runacall/business.css",)}

    def may_with(self, request: StaffRequest, object_id: object, ability: Ability) -> bool:
        """Whether this person may press a button for that; `object_id`: of the record whose button it is, if of one."""
        # unfold calls this before it shows a dialog, so this is where another organization's record answers 404.
        if object_id is not None:
            self.get_object(request, str(object_id))
        return role_allows(request, ability)

    def save_model(self, request: StaffRequest, obj: Record, form: Any, change: bool) -> None:
        at = clock.now()
        if not change:
            obj.enter(at=at, by=request.user)
        elif form.changed_data:
            changed = {name: form.cleaned_data[name] for name in form.changed_data}
            obj.edit(at=at, by=request.user, **changed)

    def get_search_results(
        self, request: StaffRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """As in Django for columns of the table itself: each word, or what is in quotes, is in one of them."""
        found = queryset
        for word in quickest_first(smart_split(search_term.replace("\0", ""))):
            is_quoted = word.startswith(('"', "'")) and word[0] == word[-1]
            part = unescape_string_literal(word) if is_quoted else word
            columns = self.get_search_fields(request)
            found = found.filter(
                reduce(or_, (contains(one, part, is_indexed=self.words_are_indexed) for one in columns))
            )
        # A searching drop-down offers only active records; the list itself shows the inactive ones too.
        if request.path.endswith("/autocomplete/") and hasattr(found, "active"):
            found = found.active()
        return found, False
