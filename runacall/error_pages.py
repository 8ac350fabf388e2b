"""Our error pages. They use neither the database nor the session, so they work when those do not."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


@dataclass(frozen=True)
class ErrorPage:
    """`title` says what happened, `steps` what the person can do."""

    status: int
    title: str
    steps: tuple[str, ...]


BAD_REQUEST = ErrorPage(
    400,
    "This address or form is not valid",
    (
        "It asks for something that the page does not offer, or has characters that the page cannot use.",
        "Go back, and use the links, filters and buttons of the page.",
    ),
)
FORBIDDEN = ErrorPage(
    403,
    "Your role does not include this page",
    (
        "If you work for several organizations, switch to the other one first: the switcher is at the top of the menu.",
        "If you need this page, ask an Owner or Admin of your organization.",
    ),
)
FORM_EXPIRED = ErrorPage(
    403,
    "This form has expired, and nothing was saved",
    (
        "This happens when you signed in or out in another tab, or when the browser blocks cookies.",
        "Go back, reload the page, and send the form again.",
    ),
)
NOT_FOUND = ErrorPage(
    404,
    "Page not found",
    (
        "The address may be mistyped, or the record may have been deleted or belong to another of your organizations.",
        "If you work for several organizations, switch to the other one first: the switcher is at the top of the menu.",
    ),
)
BROKEN = ErrorPage(
    500,
    "Something went wrong on our side",
    (
        "The error has been logged. What you just sent may not have been saved: check before you send it again.",
        f"If it happens again, write to {settings.SUPPORT_EMAIL} and tell us what you did and when.",
    ),
)


def answer(page: ErrorPage) -> HttpResponse:
    return HttpResponse(render_to_string("runacall/error.html", {"page": page}), status=page.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(FORBIDDEN)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(FORM_EXPIRED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    return answer(BROKEN)
