"""Who chose a password: one that somebody else knew has to be changed, and a lost one is reset by e-mail."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminPasswordWidget

from runacall.accounts import mail, sign_ins
from runacall.accounts.models import LogInState, SignIn

MOST_RESETS_AN_HOUR = 10


def require_new_password(user: User) -> None:
    """Somebody else chose the password: no other page opens until its owner has chosen a new one."""
    LogInState.objects.update_or_create(user=user, defaults={"must_change": True, "proven_at": None})


def has_to_change(user: User) -> bool:
    return LogInState.objects.filter(user=user, must_change=True).exists()


def was_chosen_by_its_owner(user: User, *, proven_at: dt.datetime | None = None) -> None:
    """`proven_at`: when it was chosen through a link that was only e-mailed."""
    proof = {"proven_at": proven_at} if proven_at else {}
    LogInState.objects.update_or_create(user=user, defaults={"must_change": False, **proof})


def is_proven(user: User) -> bool:
    """Whether the owner of the address chose the password, not somebody who only saw a link."""
    return LogInState.objects.filter(user=user, proven_at__isnull=False, must_change=False).exists()


class LogInForm(AuthenticationForm):
    """Log-ins are e-mail addresses, and nobody remembers which letters are capitals."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "inputmode": "email"}
        self.fields["password"].widget.attrs["autocomplete"] = "current-password"

    def clean_username(self) -> str:
        typed = str(self.cleaned_data["username"]).strip()
        known = list(User.objects.filter(username__iexact=typed).values_list("username", flat=True)[:2])
        return known[0] if len(known) == 1 else typed


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.help_text = "\n".join(str(field.help_text).splitlines())

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        was_chosen_by_its_owner(user)
        return user

    def clean_new_password1(self) -> str:
        chosen = str(self.cleaned_data["new_password1"])
        if self.user.check_password(chosen):
            raise forms.ValidationError("Choose a password that is different from your current one.")
        return chosen


class ResetForm(PasswordResetForm):
    """Asks for an address, and takes as long for one that has no log-in."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email"}),
    )

    def send(self, request: HttpRequest, *, at: dt.datetime) -> None:
        email = str(self.cleaned_data["email"])
        asked = sign_ins.count(SignIn.Kind.RESET_ASKED, request, since=at - dt.timedelta(hours=1))
        sign_ins.record(SignIn.Kind.RESET_ASKED, email, request, at=at)
        people = list(self.get_users(email))
        # Somebody who tries many addresses gets the same page but no e-mail.
        meant = people if asked < MOST_RESETS_AN_HOUR else []
        for person in meant or [User(pk=0, username=email, password="", email="")]:
            link = request.build_absolute_uri(reset_path(person))
            mail.send_soon(person.email, "accounts/mail/reset.txt", {"name": person.get_full_name(), "link": link})


def reset_path(user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(user)])


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, typed twice, through an e-mailed link."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        was_chosen_by_its_owner(user, proven_at=timezone.now())
        return user
