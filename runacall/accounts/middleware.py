"""A person whose password somebody else knew sees only one page until they have chosen their own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from runacall.accounts.passwords import has_to_change

SESSION_KEY = "must_change_password"


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
