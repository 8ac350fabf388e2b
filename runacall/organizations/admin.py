"""Settings -> Organization and Settings -> Team; log-ins and groups for our support alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db import models
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from runacall.admin_site import site
from runacall.organizations import team
from runacall.organizations.admin_scope import ScopedAdmin, ScopedForm
from runacall.organizations.lookups import ListedLookups
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.models import Ability, Membership, Organization, Role


@admin.register(Organization, site=site)
class OrganizationAdmin(ScopedAdmin):
    viewing = changing = Ability.MANAGE_ORGANIZATION
    list_display = ("name", "slug", "time_zone", "country")
    fields = ("name", "slug", "time_zone", "country")
    readonly_fields = ("slug",)


class MembershipForm(ScopedForm):
    """Adding asks for the person, changing for the role alone."""

    acting: Membership | None = None
    email = forms.EmailField(max_length=150, widget=UnfoldAdminEmailInputWidget, label="E-mail")
    first_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    last_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Membership
        fields = ("role",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = team.roles_given_by(self.acting)
        if "role" in self.fields:
            self.fields["role"] = forms.ChoiceField(
                choices=[(role.value, role.label) for role in given], widget=UnfoldAdminSelectWidget
            )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        members = Membership.objects.for_organization(self.organization)
        if members.filter(user__username__iexact=email).exists():
            raise ValidationError("This person is in the team already.")
        return email

    def clean_role(self) -> str:
        role = str(self.cleaned_data["role"])
        if self.instance.pk and role != Role.OWNER and self.instance.is_last_owner():
            raise ValidationError("An organization needs an Owner. Make another person Owner first.")
        return role


@admin.register(Membership, site=site)
class MembershipAdmin(ScopedAdmin):
    viewing = adding = changing = deleting = Ability.MANAGE_TEAM
    form = MembershipForm
    list_display = ("person", "email", "role")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__first_name", "user__last_name")
    actions = None

    @admin.display(description="Person", ordering="user__last_name")
    def person(self, membership: Membership) -> str:
        return membership.user.get_full_name() or membership.user.get_username()

    @admin.display(description="E-mail", ordering="user__email")
    def email(self, membership: Membership) -> str:
        return membership.user.email

    def get_fields(self, request: StaffRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("person", "role") if obj else ("email", "first_name", "last_name", "role")

    def get_readonly_fields(self, request: StaffRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("person",) if obj else ()

    def get_form(self, request: StaffRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting = request.membership
        if obj:
            for name in ("email", "first_name", "last_name"):
                form.base_fields.pop(name, None)
        return form

    def has_change_permission(self, request: VisitorRequest, obj: Membership | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: VisitorRequest, obj: Membership | None = None) -> bool:
        if obj is not None and obj.is_last_owner():
            return False
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request: VisitorRequest, obj: Membership | None) -> bool:
        return obj is None or obj.role in team.roles_given_by(request.membership)

    def save_model(self, request: StaffRequest, obj: Membership, form: Any, change: bool) -> None:
        if change:
            team.change_role(obj, form.cleaned_data["role"], by=request.membership)
            return
        asked = {name: form.cleaned_data[name] for name in ("email", "first_name", "last_name", "role")}
        joined = team.add_member(request.organization, by=request.membership, **asked)
        obj.pk, obj.user, obj.organization = (
            joined.membership.pk,
            joined.membership.user,
            request.organization,
        )
        if joined.password not in EMPTY_VALUES:
            told = f"A log-in was made. The password, shown only now: {joined.password}"
            self.message_user(request, told, messages.WARNING)

    def delete_model(self, request: StaffRequest, obj: Membership) -> None:
        team.remove_member(obj, by=request.membership)


class SupportOnly(ListedLookups, ModelAdmin):
    """Pages over all organizations: for superusers, who are our support, and nobody else."""

    is_of_all_organizations = True

    def has_module_permission(self, request: VisitorRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: VisitorRequest, obj: models.Model | None = None) -> bool:
        return request.user.is_superuser

    has_add_permission = has_module_permission
    has_change_permission = has_delete_permission = has_view_permission


@admin.register(User, site=site)
class UserAdmin(SupportOnly, DjangoUserAdmin):  # type: ignore[misc]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group, site=site)
class GroupAdmin(SupportOnly, DjangoGroupAdmin):  # type: ignore[misc]
    pass
