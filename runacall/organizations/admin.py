"""Settings → Organization and Settings → Team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from runacall.admin_site import site
from runacall.organizations import team
from runacall.organizations.access import role_allows
from runacall.organizations.admin_scope import ScopedAdmin, ScopedForm
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.models import Ability, Membership, Organization, Role


@admin.register(Organization, site=site)
class OrganizationAdmin(ScopedAdmin):
    viewing = changing = Ability.MANAGE_ORGANIZATION
    list_display = ("name", "slug", "time_zone", "country")
    fields = ("name", "slug", "time_zone", "country")
    readonly_fields = ("slug",)


class MembershipForm(ScopedForm):
    acting: Membership | None = None

    class Meta:
        model = Membership
        fields = ("role",)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        given = team.roles_given_by(self.acting)
        if "role" in self.fields:
            self.fields["role"] = forms.ChoiceField(
                choices=[(role.value, role.label) for role in given], widget=UnfoldAdminSelectWidget
            )

    def clean_role(self) -> str:
        role = str(self.cleaned_data["role"])
        if self.instance.pk and role != Role.OWNER and self.instance.is_last_owner():
            raise ValidationError("An organization needs an Owner. Make another person Owner first.")
        return role


@admin.register(Membership, site=site)
class MembershipAdmin(ScopedAdmin):
    """Who is in the team. A person joins by accepting an invitation, so nothing is added here."""

    viewing = changing = deleting = Ability.MANAGE_TEAM
    form = MembershipForm
    list_display = ("person", "email", "role")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__first_name", "user__last_name")
    actions = None
    actions_list = ("invite",)

    @admin.display(description="Person", ordering="user__last_name")
    def person(self, membership: Membership) -> str:
        return membership.user.get_full_name() or membership.user.get_username()

    @admin.display(description="E-mail", ordering="user__email")
    def email(self, membership: Membership) -> str:
        return membership.user.email

    fields = ("person", "role")
    readonly_fields = ("person",)

    def get_form(self, request: StaffRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting = request.membership
        return form

    def has_invite_permission(self, request: StaffRequest) -> bool:
        return role_allows(request, Ability.MANAGE_TEAM)

    @action(description="Invite a person", icon="person_add", permissions=["invite"], url_path="invite")
    def invite(self, request: StaffRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:accounts_invitation_add"))

    def has_change_permission(self, request: VisitorRequest, obj: Membership | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: VisitorRequest, obj: Membership | None = None) -> bool:
        if obj is not None and obj.is_last_owner():
            return False
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request: VisitorRequest, obj: Membership | None) -> bool:
        return obj is None or obj.role in team.roles_given_by(request.membership)

    def save_model(self, request: StaffRequest, obj: Membership, form: Any, change: bool) -> None:
        team.change_role(obj, form.cleaned_data["role"], by=request.membership)

    def delete_model(self, request: StaffRequest, obj: Membership) -> None:
        team.remove_member(obj, by=request.membership)
