"""The record of signing in and out: who, from where, and what failed."""

from __future__ import annotations

import datetime as dt

from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import F, Sum
from django.http import HttpRequest
from django.utils import timezone

from runacall.accounts.client_address import client_address
from runacall.accounts.models import SignIn

Kind = SignIn.Kind
# What an attacker can repeat is counted, not written as a new row.
COUNTED = (Kind.FAILED, Kind.LOCKED_OUT, Kind.RESET_ASKED)
SAME_WITHIN = dt.timedelta(hours=1)


def listen() -> None:
    """Connect to the signals by which Django and django-axes say what happened."""
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="accounts.failed")
    user_locked_out.connect(_locked_out, dispatch_uid="accounts.locked_out")


def record(kind: str, name: str, request: HttpRequest | None, *, at: dt.datetime, person: User | None = None) -> None:
    """`name` as typed; without `person`, the person with that name is looked up, ignoring case."""
    name = name.replace("\0", "")[:254]
    who = person or User.objects.filter(username__iexact=name).first()
    address = client_address(request) if request else None
    if kind in COUNTED:
        same = SignIn.objects.filter(kind=kind, name=name, address=address, at__gt=at - SAME_WITHIN).first()
        if same:
            SignIn.objects.filter(pk=same.pk).update(times=F("times") + 1)
            return
    browser = request.META.get("HTTP_USER_AGENT", "")[:200].replace("\0", "") if request else ""
    SignIn.objects.create(at=at, kind=kind, name=name, person=who, address=address, browser=browser)


def count(kind: str, request: HttpRequest, *, since: dt.datetime) -> int:
    """How often that happened from the address of the request."""
    found = SignIn.objects.filter(kind=kind, address=client_address(request), at__gt=since)
    return int(found.aggregate(total=Sum("times"))["total"] or 0)


def _signed_in(sender: object, request: HttpRequest | None, user: User, **_: object) -> None:
    record(Kind.SIGNED_IN, user.get_username(), request, at=timezone.now(), person=user)


def _signed_out(sender: object, request: HttpRequest | None, user: User | None, **_: object) -> None:
    if user is not None:
        record(Kind.SIGNED_OUT, user.get_username(), request, at=timezone.now(), person=user)


def _failed(sender: object, credentials: dict[str, object], request: HttpRequest | None = None, **_: object) -> None:
    # The attempt that locks, and those refused without checking the password, are recorded by `_locked_out`.
    if not getattr(request, "axes_locked_out", False):
        record(Kind.FAILED, str(credentials.get("username") or ""), request, at=timezone.now())


def _locked_out(sender: object, request: HttpRequest, username: str | None, **_: object) -> None:
    record(Kind.LOCKED_OUT, username or "", request, at=timezone.now())
