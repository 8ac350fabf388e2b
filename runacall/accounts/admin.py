"""Settings → Invitations and Settings → Sign-ins; log-ins and groups, for our support only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import AdminPasswordChangeForm, BaseDialogForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from runacall.accounts import invitations, mail
from runacall.accounts.models import Invitation, SignIn
from runacall.accounts.passwords import require_new_password
from runacall.admin_site import site
from runacall.organizations import team
from runacall.organizations.admin_scope import ScopedAdmin, ScopedForm
from runacall.organizations.lookups import ListedLookups
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.models import Ability, Membership

STATE_COLOURS = {"Open": "info", "Expired": "warning", "Accepted": "success", "Revoked": ""}


class InvitationForm(ScopedForm):
    acting: Membership | None = None
    email = forms.EmailField(max_length=150, widget=UnfoldAdminEmailInputWidget, label="E-mail")

    class Meta:
        model = Invitation
        fields = ("email", "role")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        given = team.roles_given_by(self.acting)
        self.fields["role"] = forms.ChoiceField(
            choices=[(role.value, role.label) for role in given], widget=UnfoldAdminSelectWidget
        )


class ConfirmDialog(BaseDialogForm):
    pass


@admin.register(Invitation, site=site)
class InvitationAdmin(ScopedAdmin):
    """Invitations are added and shown here; everything else is done by buttons."""

    viewing = adding = Ability.MANAGE_TEAM
    form = InvitationForm
    list_display = ("invited", "role", "state", "sent", "holds_until")
    search_fields = ("email",)
    list_select_related = ("organization",)
    actions = None
    actions_detail = ("send_again", "revoke")
    change_form_before_template = "accounts/invitation_link.html"

    class Media:
        js = ("runacall/copy.js",)

    @display(description="E-mail", ordering="email")
    def invited(self, invitation: Invitation) -> str:
        return invitation.email

    @display(description="State", label=STATE_COLOURS)
    def state(self, invitation: Invitation) -> str:
        return invitation.state(at=timezone.now())

    @display(description="Sent", ordering="sent_at")
    def sent(self, invitation: Invitation) -> str:
        return f"{invitation.organization.local(invitation.sent_at):%Y-%m-%d %H:%M}"

    @display(description="Holds until", ordering="expires_at")
    def holds_until(self, invitation: Invitation) -> str:
        return f"{invitation.organization.local(invitation.expires_at):%Y-%m-%d %H:%M}"

    def get_fields(self, request: StaffRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        return ("email", "role", "state", "sent", "holds_until") if obj else ("email", "role")

    def get_readonly_fields(self, request: StaffRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        return ("state", "sent", "holds_until") if obj else ()

    def get_form(self, request: StaffRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting = request.membership
        return form

    def render_change_form(self, request: StaffRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        invitation = kwargs.get("obj")
        # An Owner's invitation makes an Owner, so an Admin must not see its link.
        if invitation and invitation.is_open(at=timezone.now()) and self._may_touch(request, invitation):
            path = invitations.link_path(invitation, by_mail=False)
            context["invitation_link"] = request.build_absolute_uri(path)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: StaffRequest, obj: Invitation, form: Any, change: bool) -> None:
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        made = invitations.invite(
            request.organization, email=email, role=role, by=request.membership, at=timezone.now()
        )
        obj.pk = made.pk
        obj.refresh_from_db()
        self._mail(request, made)

    def response_add(self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(self._page_of(obj.pk))

    # --- buttons ----------------------------------------------------------------------------------------------

    def get_actions_detail(self, request: StaffRequest, object_id: object) -> list[Any]:
        invitation: Any = self.get_object(request, str(object_id))
        unanswered = invitation.accepted_at is None and invitation.revoked_at is None
        return super().get_actions_detail(request, object_id) if unanswered else []

    def has_answer_permission(self, request: StaffRequest, object_id: object = None) -> bool:
        if object_id is None:
            return self.has_add_permission(request)
        invitation: Any = self.get_object(request, str(object_id))
        return self.has_add_permission(request) and self._may_touch(request, invitation)

    def _may_touch(self, request: StaffRequest, invitation: Invitation) -> bool:
        return request.membership is not None and invitation.role in team.roles_given_by(request.membership)

    @action(
        description="Send again",
        icon="send",
        permissions=["answer"],
        url_path="send-again",
        dialog={
            "title": "Send this invitation again?",
            "description": "A new link is sent, valid for a week. Earlier links stop working.",
            "form_class": ConfirmDialog,
            "form_submit_text": "Send again",
        },
    )
    def send_again(self, request: StaffRequest, form: ConfirmDialog, object_id: str) -> HttpResponse:
        invitation: Any = self.get_object(request, object_id)
        try:
            invitations.send_again(invitation, by=request.membership, at=timezone.now())
        except ValidationError as refusal:
            self._explain(request, refusal.messages)
        else:
            self._mail(request, invitation)
            self.log_change(request, invitation, "Sent again.")
        return self._back(request, invitation.pk)

    @action(
        description="Revoke",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["answer"],
        url_path="revoke",
        dialog={
            "title": "Revoke this invitation?",
            "description": "Its link stops working.",
            "form_class": ConfirmDialog,
            "form_submit_text": "Revoke",
        },
    )
    def revoke(self, request: StaffRequest, form: ConfirmDialog, object_id: str) -> HttpResponse:
        invitation: Any = self.get_object(request, object_id)
        try:
            invitations.revoke(invitation, by=request.membership, at=timezone.now())
        except ValidationError as refusal:
            self._explain(request, refusal.messages)
        else:
            self.log_change(request, invitation, "Revoked.")
            self.message_user(request, f"The invitation of {invitation.email} is revoked.", messages.SUCCESS)
        return self._back(request, invitation.pk)

    def _back(self, request: StaffRequest, pk: int) -> HttpResponse:
        return (
            HttpResponseClientRedirect(self._page_of(pk)) if request.htmx else HttpResponseRedirect(self._page_of(pk))
        )

    def _page_of(self, pk: int) -> str:
        return reverse("admin:accounts_invitation_change", args=[pk])

    def _mail(self, request: StaffRequest, invitation: Invitation) -> None:
        """The same for every address, so that nobody can find out whether it has a log-in."""
        context = {
            "invitation": invitation,
            "organization": invitation.organization,
            "by": request.user.get_full_name() or request.user.get_username(),
            "link": request.build_absolute_uri(invitations.link_path(invitation, by_mail=True)),
            "days": invitations.HOLDS_FOR.days,
        }
        if mail.send(invitation.email, "accounts/mail/invitation.txt", context):
            self.message_user(request, f"An e-mail with a link went to {invitation.email}.", messages.SUCCESS)
        else:
            told = "The e-mail could not be sent. Give the link below to the person yourself."
            self.message_user(request, told, messages.WARNING)


@admin.register(SignIn, site=site)
class SignInAdmin(ScopedAdmin):
    """What the organization's members did; our support sees everything, including names that do not exist."""

    viewing = Ability.MANAGE_TEAM
    list_display = ("time", "who", "what", "from_where")
    list_filter = ("kind",)
    list_filter_submit = True
    search_fields = ("name",)
    ordering = ("-at", "-id")
    actions = None
    fields = ("at", "name", "kind", "times", "address", "browser")

    def get_queryset(self, request: VisitorRequest) -> models.QuerySet[SignIn]:
        if request.membership is None and request.user.is_superuser:
            return SignIn.objects.all()
        return super().get_queryset(request)

    @display(description="When", ordering="at")
    def time(self, sign_in: SignIn) -> str:
        return f"{timezone.localtime(sign_in.at):%Y-%m-%d %H:%M}"

    @display(description="Who", ordering="name")
    def who(self, sign_in: SignIn) -> str:
        return sign_in.name

    @display(
        description="What",
        label={"Signed in": "success", "Signed out": "", "Wrong password": "warning", "Locked out": "danger"},
    )
    def what(self, sign_in: SignIn) -> str:
        return sign_in.get_kind_display()

    @display(description="From", ordering="address")
    def from_where(self, sign_in: SignIn) -> str:
        times = f" ({sign_in.times} times)" if sign_in.times > 1 else ""
        return f"{sign_in.address or 'unknown'}{times}"


class SupportOnly(ListedLookups, ModelAdmin):
    """Pages about all organizations: only for superusers, who are our support."""

    is_of_all_organizations = True

    def has_module_permission(self, request: VisitorRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: VisitorRequest, obj: models.Model | None = None) -> bool:
        return request.user.is_superuser

    has_add_permission = has_module_permission
    has_change_permission = has_delete_permission = has_view_permission


class LogInForm(UserChangeForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"

    def clean_is_superuser(self) -> bool:
        is_superuser = bool(self.cleaned_data["is_superuser"])
        if is_superuser and self.instance.memberships.exists():
            raise ValidationError("A member of an organization cannot be in our support team too.")
        return is_superuser


@admin.register(User, site=site)
class UserAdmin(DjangoUserAdmin, SupportOnly):  # type: ignore[type-arg]
    """A password that our support sets has to be changed by its owner before anything else opens."""

    form = LogInForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "address", "first_name", "last_name", "is_staff")

    @display(description="E-mail", ordering="email")
    def address(self, user: User) -> str:
        return user.email

    def save_model(self, request: HttpRequest, obj: User, form: object, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            require_new_password(obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        answer: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302:
            user = self.get_object(request, id)
            if user is None:
                raise PermissionDenied
            if user.pk != request.user.pk:
                require_new_password(user)
        return answer


@admin.register(Group, site=site)
class GroupAdmin(DjangoGroupAdmin, SupportOnly):  # type: ignore[misc]
    pass
