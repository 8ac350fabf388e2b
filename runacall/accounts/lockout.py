"""Who may try a password now, and the page for those who may not.

django-axes counts wrong passwords by name *and* address, so that somebody who guesses is locked out, not the person
whose name they type. Guesses at many names from one address are limited here.
"""

from __future__ import annotations

import datetime as dt
import math

from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from runacall.accounts.client_address import client_address

# Wrong passwords for all names together; an office of thirty people behind one address stays well below.
MOST_FAILURES_OF_AN_ADDRESS = 50


class AddressLimit:
    """Signs nobody in; runs before the other backends and refuses an address that has guessed too often."""

    def authenticate(self, request: HttpRequest | None, **credentials: object) -> None:
        if request is not None and has_guessed_too_often(request, at=timezone.now()):
            request.axes_locked_out = True  # type: ignore[attr-defined]  # django-axes answers with the page below
            raise PermissionDenied


def has_guessed_too_often(request: HttpRequest, *, at: dt.datetime) -> bool:
    recent = AccessAttempt.objects.filter(
        ip_address=client_address(request), attempt_time__gt=at - settings.AXES_COOLOFF_TIME
    )
    total = recent.aggregate(total=Sum("failures_since_start"))["total"] or 0
    return int(total) >= MOST_FAILURES_OF_AN_ADDRESS


def typed_name(request: HttpRequest, credentials: dict[str, object] | None) -> str:
    """The name that failures are counted under, without regard to case and surrounding spaces."""
    name = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(name).replace("\0", "").strip().lower()[:254]


def locked_out(request: HttpRequest, answer: HttpResponse, credentials: dict[str, object] | None) -> HttpResponse:
    """The page shown instead of any other: says when to try again, but not whether the name exists."""
    from runacall.admin_site import site  # the site is being made while settings name this function

    minutes = minutes_left(request, typed_name(request, credentials), at=timezone.now())
    context = {**site.each_context(request), "title": "Too many wrong passwords", "minutes": minutes}
    page = TemplateResponse(request, "accounts/locked_out.html", context, status=429)
    page["Retry-After"] = str(minutes * 60)
    return page.render()


def minutes_left(request: HttpRequest, name: str, *, at: dt.datetime) -> int:
    """Whole minutes, at least one, until this name can be tried again from this address."""
    attempts = AccessAttempt.objects.filter(ip_address=client_address(request))
    if not has_guessed_too_often(request, at=at):
        attempts = attempts.filter(username=name)
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or at
    left: dt.timedelta = last + settings.AXES_COOLOFF_TIME - at
    return max(1, math.ceil(left.total_seconds() / 60))
