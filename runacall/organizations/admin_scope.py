"""The base of every admin page: shows one organization's rows and allows what the person's role allows.

Django's own permissions are not used. Members are staff users without permissions; their role decides.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.admin.widgets import AutocompleteMixin
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models
from django.http import Http404, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.views import ChangeList

from runacall.organizations.access import role_allows, scoped_rows
from runacall.organizations.days import plausible_day
from runacall.organizations.lookups import ListedLookups
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.models import Ability, Organization
from runacall.organizations.paging import BoundedPaginator, SearchPaginator, TypedPaginator

SAVED_MEANWHILE = "Somebody just saved the same thing. Nothing was changed. Check it and try again."

# The parameter of a field that searches while one types.
TERM = "term"


class ScopedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form for one organization's row that also checks uniqueness within the organization."""

    organization: Organization | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.validators.append(plausible_day)
        if self.organization and hasattr(self.instance, "organization_id") and self.instance._state.adding:
            self.instance.organization = self.organization

    def _get_validation_exclusions(self) -> set[str]:
        return set(super()._get_validation_exclusions()) - {"organization"}  # type: ignore[misc]


class ScopedRelatedFilter(RelatedDropdownFilter):
    """A list filter by a related row that offers only the current organization's rows."""

    def field_choices(
        self, field: Any, request: StaffRequest, model_admin: BaseModelAdmin[Any]
    ) -> list[tuple[object, str]]:
        return [(row.pk, str(row)) for row in scoped_rows(field.remote_field.model, request)]


class ScopedChoices:
    """Drop-downs that offer, and forms that accept, only the current organization's rows."""

    def formfield_for_foreignkey(self, db_field: Any, request: StaffRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", scoped_rows(db_field.remote_field.model, request))
        return _without_impossible_ids(super().formfield_for_foreignkey(db_field, request, **kwargs))  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: StaffRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", scoped_rows(db_field.remote_field.model, request))
        return _without_impossible_ids(super().formfield_for_manytomany(db_field, request, **kwargs))  # type: ignore[misc]


def _without_impossible_ids(field: Any) -> Any:
    """`field`, a choice of rows, but without asking the database for a value that
    cannot be an id.

    The form says that a word, or a number too large for the column, is not a valid choice.
    """
    if field is None:
        return None
    kind, widget_kind = type(field), type(field.widget)

    def clean(self: Any, value: Any) -> Any:
        for one in value if isinstance(value, list | tuple) else [value]:
            if not _may_be_id(one):
                raise ValidationError(self.error_messages["invalid_choice"], params={"value": str(one)[:50]})
        return kind.clean(self, value)

    def optgroups(self: Any, name: str, value: list[Any], attr: Any = None) -> Any:
        return widget_kind.optgroups(self, name, [one for one in value if _may_be_id(one)], attr)

    field.__class__ = type(kind.__name__, (kind,), {"clean": clean})
    if isinstance(field.widget, AutocompleteMixin):
        field.widget.__class__ = type(widget_kind.__name__, (widget_kind,), {"optgroups": optgroups})
    return field


def _may_be_id(value: object) -> bool:
    text = str(value or "")
    return not text or (text.isascii() and text.isdecimal() and len(text) < 19)


class ScopedChangeList(ChangeList):
    paginator: Paginator[Any]

    def get_results(self, request: StaffRequest) -> None:
        """As in Django, which searches once more where all that was found is on one page."""
        super().get_results(request)
        if isinstance(self.paginator, SearchPaginator) and not self.multi_page:
            self.result_list = self.paginator.page(1).object_list


class ScopedAdmin(ScopedChoices, ListedLookups, ModelAdmin):
    # The ability that each needs. None means every member for `viewing`, and nobody for the others.
    viewing: Ability | None = None
    adding: Ability | None = None
    changing: Ability | None = None
    deleting: Ability | None = None

    form = ScopedForm
    list_per_page = 50
    list_max_show_all = 200
    paginator = BoundedPaginator
    search_paginator = SearchPaginator
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True

    def get_queryset(self, request: VisitorRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows & scoped_rows(self.model, request)

    def get_paginator(
        self, request: StaffRequest, queryset: Any, per_page: int, *rest: Any, **more: Any
    ) -> Paginator[object]:
        kind = self.search_paginator if request.GET.get(SEARCH_VAR) else self.paginator
        if term := request.GET.get(TERM):
            kind, more["first"] = TypedPaginator, self.first_while_typing(term.replace("\0", ""))
        paginator: Paginator[object] = kind(queryset, per_page, *rest, **more)
        return paginator

    def first_while_typing(self, term: str) -> models.Q | None:
        """What a searching drop-down offers first for this term, if anything."""
        return None

    def get_changelist(self, request: StaffRequest, **kwargs: object) -> type[ChangeList]:
        return ScopedChangeList

    def get_object(self, request: StaffRequest, object_id: str, from_field: str | None = None) -> models.Model:
        """The row, or 404: Django would redirect with a message, which scripts cannot recognize."""
        found: models.Model | None = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def response_action(self, request: StaffRequest, queryset: Any) -> Any:
        """As in Django; where what is marked cannot be an id, 400, since the database would raise."""
        if not all(one and _may_be_id(one) for one in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("What is marked is no row of the list.")
        return super().response_action(request, queryset)

    def get_form(
        self, request: StaffRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.organization = request.organization
        return form

    def changeform_view(
        self,
        request: StaffRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: object = None,
    ) -> HttpResponse:
        try:
            return self._saved(request, object_id, form_url, extra_context)
        except Http404:
            raise
        except ValidationError as refusal:
            self._explain(request, refusal.messages)
        except self.refusals as refusal:
            self._explain(request, [str(refusal)])
        return HttpResponseRedirect(request.get_full_path())

    def _saved(self, request: StaffRequest, *rest: object) -> HttpResponse:
        """When two people save the same thing at once (often one person's double click), the second one is asked again.

        By then the form's own check sees what the first one saved, says so, and keeps what was typed.
        """
        try:
            return self._one_try(request, *rest)
        except (IntegrityError, ValidationError):
            try:
                return self._one_try(request, *rest)
            except IntegrityError as error:
                raise ValidationError(SAVED_MEANWHILE) from error

    def _one_try(self, request: StaffRequest, *rest: object) -> HttpResponse:
        answer: HttpResponse = super().changeform_view(request, *rest)
        return answer

    # What an operation raises if the row's status, or another person's change in the meantime, does not allow it.
    refusals: tuple[type[Exception], ...] = ()

    def _explain(self, request: StaffRequest, reasons: Collection[str]) -> None:
        for reason in reasons:
            self.message_user(request, reason, messages.ERROR)

    # --- who may do what --------------------------------------------------------------------------------------

    def has_module_permission(self, request: VisitorRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: VisitorRequest, obj: Any = None) -> bool:
        if request.organization is None or not self._in_reach(request, obj):
            return False
        if request.membership is None:
            return bool(request.user.is_superuser)
        return self.viewing is None or request.membership.can(self.viewing)

    def has_add_permission(self, request: VisitorRequest) -> bool:
        return role_allows(request, self.adding)

    def has_change_permission(self, request: VisitorRequest, obj: Any = None) -> bool:
        return role_allows(request, self.changing) and self._in_reach(request, obj)

    def has_delete_permission(self, request: VisitorRequest, obj: Any = None) -> bool:
        return role_allows(request, self.deleting) and self._in_reach(request, obj)

    def _in_reach(self, request: VisitorRequest, obj: object) -> bool:
        own = request.organization.pk if request.organization else None
        return bool(getattr(obj, "organization_id", own) == own)


class ScopedTabularInline(ScopedChoices, TabularInline):
    """Rows on their parent's page; a person who may change the parent may change them."""

    @property
    def parent_admin(self) -> Any:
        return self.admin_site._registry[self.parent_model]

    def has_view_permission(self, request: VisitorRequest, obj: models.Model | None = None) -> bool:
        return bool(self.parent_admin.has_view_permission(request, obj))

    def has_add_permission(self, request: VisitorRequest, obj: models.Model | None = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: VisitorRequest, obj: models.Model | None = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: VisitorRequest, obj: models.Model | None = None) -> bool:
        return self._may(request, obj)

    def _may(self, request: VisitorRequest, obj: models.Model | None) -> bool:
        if obj is None or obj.pk is None:
            return bool(self.parent_admin.has_add_permission(request))
        return bool(self.parent_admin.has_change_permission(request, obj))
