"""Connect, Intuit's way back to us, and Disconnect."""

from __future__ import annotations

import contextlib
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qbo.connection.connecting import Grant, RealmTaken, connect, disconnect
from qbo.connection.oauth import OAuthFailed
from qbo.connection.tokens import oauth_client
from qbo.lists.on_request import NotRead, read_again
from qbo.models import Connection, ListState
from qbo.pages.base import connection_of, page_context, settings_page
from runacall.organizations.middleware import StaffRequest

SESSION_KEY = "qbo_connecting"

FOREIGN = (
    "This answer does not belong to a connection that was begun here, or it was used already. "
    "Nothing was changed. Press Connect and try again."
)
REFUSED = "Connecting was not allowed on Intuit's page. Nothing was changed."
INCOMPLETE = "Intuit's answer was incomplete. Nothing was changed. Press Connect and try again."


@settings_page
@require_POST
def start(request: StaffRequest) -> HttpResponse:
    """On to Intuit's page, with a state that only this session knows."""
    if not settings.QBO_CLIENT_ID:
        messages.error(request, "Run a Call has no Intuit credentials yet (QBO_CLIENT_ID). Write to support.")
        return _to_status()
    state = secrets.token_urlsafe(32)
    request.session[SESSION_KEY] = {"state": state, "organization": request.organization.pk}
    environment, emulator_url = target()
    client = oauth_client(environment, emulator_url)
    return HttpResponseRedirect(client.authorize_url(redirect_uri=redirect_uri(request), state=state))


def target() -> tuple[str, str]:
    """Environment and emulator URL that Connect leads to."""
    if settings.QBO_EMULATOR_URL:
        return Connection.Environment.EMULATOR.value, settings.QBO_EMULATOR_URL
    return settings.QBO_ENVIRONMENT, ""


def redirect_uri(request: StaffRequest) -> str:
    return settings.QBO_REDIRECT_URL or request.build_absolute_uri(reverse("qbo:callback"))


@settings_page
@require_GET
def callback(request: StaffRequest) -> HttpResponse:
    """Intuit's answer. The state is good for one answer and one organization."""
    begun = request.session.pop(SESSION_KEY, None)
    problem = _problem(request, begun)
    if problem:
        messages.error(request, problem)
        return _to_status()
    former = connection_of(request)
    environment, emulator_url = target()
    grant = Grant(request.GET["code"], request.GET["realmId"], redirect_uri(request))
    try:
        connection = connect(
            request.organization,
            grant,
            environment=environment,
            emulator_url=emulator_url,
            at=timezone.now(),
        )
    except OAuthFailed as error:
        messages.error(request, f"QuickBooks was not connected: {error.failure.message}. Nothing was changed.")
        return _to_status()
    except RealmTaken:
        messages.error(
            request,
            "This QuickBooks company is connected to another organization of Run a Call. Disconnect it there "
            "first, or choose another company. Nothing was changed.",
        )
        return _to_status()
    former_realm = former.realm_id if former else ""
    if former_realm != connection.realm_id:
        _read_lists(connection)
    _tell(request, connection, former_realm=former_realm)
    return _to_status()


def _problem(request: StaffRequest, begun: dict[str, Any] | None) -> str:
    """What is wrong with Intuit's answer; "" where nothing is."""
    given = request.GET.get("state", "")
    if not begun or not given or not constant_time_compare(given, begun["state"]):
        return FOREIGN
    if begun["organization"] != request.organization.pk:
        return "You have switched to another organization in the meantime. Nothing was changed. Press Connect again."
    if "error" in request.GET:
        return REFUSED if request.GET["error"] == "access_denied" else INCOMPLETE
    if not request.GET.get("code") or not request.GET.get("realmId", "").isdecimal():
        return INCOMPLETE
    return ""


def _read_lists(connection: Connection) -> None:
    """So that the settings pages of a new company have something to choose from.

    What fails here is made up for by the queue, which also reads the lists of a company that is known: there, a
    second reader would only eat into the calls that the waiting queue may make.
    """
    with contextlib.suppress(NotRead):
        read_again(connection, ListState.LISTS, at=timezone.now(), new_company=True)


def _tell(request: StaffRequest, connection: Connection, *, former_realm: str) -> None:
    messages.success(request, f"Connected to {connection}. What is queued goes out by itself.")
    if former_realm and former_realm != connection.realm_id:
        messages.warning(
            request,
            f"This is another company (realm ID {connection.realm_id}) than before ({former_realm}). The "
            "mappings of the company before are set aside: map tax rates and items anew. They come back if you "
            "connect that company again.",
        )


@settings_page
@require_http_methods(["GET", "POST"])
def stop(request: StaffRequest) -> HttpResponse:
    """Disconnect, after a page that says what that means."""
    connection = connection_of(request)
    if connection is None or connection.status == Connection.Status.DISCONNECTED:
        raise Http404
    if request.method == "POST":
        disconnect(connection, at=timezone.now())
        messages.success(request, "Disconnected. Nothing goes out until QuickBooks is connected again.")
        return _to_status()
    context = page_context(request, "Disconnect QuickBooks", connection=connection)
    return TemplateResponse(request, "qbo/disconnect.html", context)


def _to_status() -> HttpResponse:
    return HttpResponseRedirect(reverse("qbo:status"))
