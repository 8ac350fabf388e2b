"""The pages for lost passwords and invitations, in the admin's style but without its menu."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from runacall.accounts import invitations, sign_ins
from runacall.accounts.models import SignIn
from runacall.accounts.passwords import NewPasswordForm, ResetForm
from runacall.admin_site import site
from runacall.organizations.middleware import SESSION_KEY, VisitorRequest


class AskForReset(auth_views.PasswordResetView):
    form_class = ResetForm
    template_name = "accounts/reset_ask.html"
    success_url = reverse_lazy("password_reset_done")
    title = "Reset your password"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(**site.each_context(self.request), **kwargs)

    def form_valid(self, form: ResetForm) -> HttpResponse:  # type: ignore[override]
        form.send(self.request, at=timezone.now())
        return HttpResponseRedirect(str(self.success_url))


class ResetAsked(auth_views.PasswordResetDoneView):
    template_name = "accounts/reset_asked.html"
    title = "Check your e-mail"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(**site.each_context(self.request), **kwargs)


class ChooseNewPassword(auth_views.PasswordResetConfirmView):
    form_class = NewPasswordForm
    template_name = "accounts/reset_choose.html"
    success_url = reverse_lazy("password_reset_complete")
    title = "Choose a new password"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        rules = password_validators_help_texts()
        return super().get_context_data(**site.each_context(self.request), rules=rules, **kwargs)

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:  # type: ignore[override]
        answer = super().form_valid(form)
        user: User = form.user
        sign_ins.record(SignIn.Kind.RESET, user.get_username(), self.request, at=timezone.now(), person=user)
        return answer


class WasReset(auth_views.PasswordResetCompleteView):
    template_name = "accounts/reset_done.html"
    title = "Your password has been changed"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(**site.each_context(self.request), **kwargs)


class NewLogInForm(forms.Form):
    """What a new person enters; the address is the invitation's."""

    first_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    last_name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    password = forms.CharField(
        max_length=200, strip=False, widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label="Password again",
        max_length=200,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, object]:
        given = super().clean() or self.cleaned_data
        password = given.get("password")
        if password and given.get("again") is not None and password != given["again"]:
            self.add_error("again", "The two passwords differ.")
        if password:
            like = User(
                username=self.email,
                email=self.email,
                first_name=given.get("first_name", ""),
                last_name=given.get("last_name", ""),
            )
            try:
                validate_password(password, like)
            except ValidationError as weakness:
                self.add_error("password", weakness)
        return given


@never_cache
@sensitive_post_parameters()
def invitation(request: VisitorRequest, token: str) -> HttpResponse:
    """One page for everybody who has the link: with or without a log-in, or signed in as somebody else."""
    try:
        opened = invitations.open_link(token, at=timezone.now())
    except invitations.InvalidLink:
        return _page(request, "accounts/invitation_dead.html", "This invitation is no longer valid", status=404)
    if request.user.is_authenticated:
        return _say_yes(request, opened)
    return _new_or_known(request, opened)


def _new_or_known(request: VisitorRequest, opened: invitations.OpenedInvitation) -> HttpResponse:
    """The same page and the same answers whether or not the invited address has a log-in."""
    form = NewLogInForm(opened.invitation.email, request.POST or None)
    if request.method == "POST" and form.is_valid():
        new = {name: form.cleaned_data[name] for name in ("password", "first_name", "last_name")}
        invitations.make_log_in(opened, at=timezone.now(), **new)
        email = opened.invitation.email
        messages.info(request, f"Sign in to join. If {email} already had a log-in, its password has not changed.")
        return HttpResponseRedirect(sign_in_path(request.path))
    return _page(
        request,
        "accounts/invitation.html",
        f"Join {opened.invitation.organization}",
        invitation=opened.invitation,
        form=form,
        rules=password_validators_help_texts(),
        sign_in=sign_in_path(request.path),
    )


def _say_yes(request: VisitorRequest, opened: invitations.OpenedInvitation) -> HttpResponse:
    refusal = ""
    if request.method == "POST":
        try:
            membership = invitations.accept(opened, person=request.user, at=timezone.now())
        except ValidationError as error:
            refusal = " ".join(error.messages)
        else:
            request.session[SESSION_KEY] = membership.organization_id
            messages.success(request, f"Welcome to {membership.organization}.")
            return HttpResponseRedirect(reverse("admin:index"))
    return _page(
        request,
        "accounts/invitation_yes.html",
        f"Join {opened.invitation.organization}",
        status=403 if refusal else 200,
        invitation=opened.invitation,
        is_hers=invitations.is_for(opened, request.user),
        refusal=refusal,
    )


def _page(request: HttpRequest, template: str, title: str, *, status: int = 200, **more: object) -> HttpResponse:
    context = {**site.each_context(request), "title": title, **more}
    return TemplateResponse(request, template, context, status=status)


def sign_in_path(then: str) -> str:
    return f"{reverse('admin:login')}?{urlencode({'next': then})}"
