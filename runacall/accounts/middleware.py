"""Who has no session any more is told so; a person whose password somebody else knew sees only one page until they have
chosen their own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from runacall.accounts.passwords import has_to_change

SESSION_KEY = "must_change_password"
LOST = "You were logged out in the meantime, so what you just sent was not saved. Log in and do it again."


class LoggedOutMiddleware:
    """A part of a page is no place for the log-in page: the whole page is loaded again, and leads there.

    Whoever sent a form hears that it was not saved.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated or not _leads_to_the_door(response):
            return response
        if request.method == "POST":
            messages.warning(request, LOST)
        return HttpResponseClientRefresh() if request.htmx else response  # type: ignore[attr-defined]


def _leads_to_the_door(response: HttpResponseBase) -> bool:
    where = response.headers.get("Location", "") if response.status_code == 302 else ""
    return where.partition("?")[0] == reverse("admin:login")


class OwnPasswordMiddleware:
    """Looks only into the session, so it costs nobody else a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        user_logged_in.connect(_note, dispatch_uid="accounts.must_change")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.get(SESSION_KEY) and request.user.is_authenticated:
            if not has_to_change(request.user):
                del request.session[SESSION_KEY]
            elif request.path not in (reverse("admin:password_change"), reverse("admin:logout")):
                page = reverse("admin:password_change")
                return HttpResponseClientRedirect(page) if request.htmx else HttpResponseRedirect(page)  # type: ignore[attr-defined]
        return self.get_response(request)


def _note(sender: object, request: HttpRequest, user: object, **_: object) -> None:
    if has_to_change(user):  # type: ignore[arg-type]
        request.session[SESSION_KEY] = True
