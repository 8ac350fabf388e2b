"""Connect, Intuit's callback, and Disconnect."""

from __future__ import annotations

import contextlib
import re

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qbo.connection.connecting import REALM_ID, CompanyUnread, Grant, RealmTaken, connect, disconnect
from qbo.connection.oauth import OAuthFailed
from qbo.connection.tokens import oauth_client
from qbo.lists.on_request import NotRead, read_again
from qbo.models import Connection, Consent, ListState
from qbo.pages.base import back_to, connection_of, page_context, settings_page
from runacall import clock
from runacall.organizations.middleware import StaffRequest

FOREIGN = (
    "This answer from QuickBooks does not belong to a connection that was started here, or it has already "
    "been used. Nothing was changed. Press Connect and try again."
)
REFUSED = "Connecting was not allowed on QuickBooks' page. Nothing was changed."
INCOMPLETE = "QuickBooks' answer was incomplete. Nothing was changed. Press Connect and try again."
SWITCHED = "You switched to another organization while connecting. Nothing was changed. Press Connect again."
TAKEN = (
    "This QuickBooks company is connected to another organization in Run a Call. Disconnect it "
    "there first, or choose another company. Nothing was changed."
)
# Where a person comes back to once it is connected again, in the session; "" for the Status page.
AFTERWARDS = "after_connecting"
# The form of our own states; nothing else can be one of them.
STATE = re.compile(r"[A-Za-z0-9_-]{20,100}", re.ASCII)


@settings_page
@require_POST
def start(request: StaffRequest) -> HttpResponse:
    """Go to Intuit's page, with a state that only this session knows; afterwards back to the page of the button."""
    request.session[AFTERWARDS] = back_to(request, "").headers["Location"]
    return to_intuit(request)


def to_intuit(request: StaffRequest) -> HttpResponse:
    if not settings.QBO_CLIENT_ID:
        messages.error(request, "Run a Call has no credentials for QuickBooks yet (QBO_CLIENT_ID). Contact support.")
        return to_status()
    state = Consent.ask(request.organization, by=request.user, session=_session(request), at=clock.now())
    environment, emulator_url = target()
    client = oauth_client(environment, emulator_url)
    return HttpResponseRedirect(client.authorize_url(redirect_uri=redirect_uri(request), state=state))


def _session(request: StaffRequest) -> str:
    return request.session.session_key or ""


def target() -> tuple[str, str]:
    """The environment and emulator URL that Connect uses."""
    if settings.QBO_EMULATOR_URL:
        return Connection.Environment.EMULATOR.value, settings.QBO_EMULATOR_URL
    return settings.QBO_ENVIRONMENT, ""


def redirect_uri(request: StaffRequest) -> str:
    return settings.QBO_REDIRECT_URL or request.build_absolute_uri(reverse("qbo:callback"))


@settings_page
@require_GET
def callback(request: StaffRequest) -> HttpResponse:
    """Intuit's answer. The state is valid for one answer, one session and one organization."""
    problem = _problem(request)
    if problem:
        messages.error(request, problem)
        return to_status()
    former = connection_of(request)
    environment, emulator_url = target()
    grant = Grant(request.GET["code"], request.GET["realmId"], redirect_uri(request))
    try:
        connection = connect(
            request.organization,
            grant,
            environment=environment,
            emulator_url=emulator_url,
            at=clock.now(),
            by=request.user,
            on_hold=True,
        )
    except (OAuthFailed, CompanyUnread) as error:
        messages.error(request, f"QuickBooks was not connected: {error.failure.message}. Nothing was changed.")
        return to_status()
    except RealmTaken:
        messages.error(request, TAKEN)
        return to_status()
    if connection.is_held:
        return HttpResponseRedirect(reverse("qbo:company"))
    if former is None:
        read_lists(connection)
        messages.success(
            request, f"Connected to {connection}. Nothing is sent until you press Go, in the checklist below."
        )
        return to_status()
    messages.success(request, f"Connected to {connection}. Queued events are sent automatically.")
    there = request.session.pop(AFTERWARDS, "")
    return HttpResponseRedirect(there) if there else to_status()


def _problem(request: StaffRequest) -> str:
    """What is wrong with Intuit's answer; "" if nothing. This uses up its state."""
    state = request.GET.get("state", "")
    if not STATE.fullmatch(state):
        return FOREIGN
    begun_for = Consent.answered(state, by=request.user, session=_session(request), at=clock.now())
    if begun_for is None:
        return FOREIGN
    if begun_for != request.organization:
        return SWITCHED
    if "error" in request.GET:
        return REFUSED if request.GET["error"] == "access_denied" else INCOMPLETE
    code, realm_id = request.GET.get("code", ""), request.GET.get("realmId", "")
    return "" if code and "\x00" not in code and REALM_ID.fullmatch(realm_id) else INCOMPLETE


def read_lists(connection: Connection) -> None:
    """Read the lists of a new company, so that its settings pages have something to choose from.

    If this fails, the queue reads them later. For a known company only the queue reads them:
    a second reader would only use up calls that the waiting queue needs.
    """
    with contextlib.suppress(NotRead):
        read_again(connection, ListState.LISTS, at=clock.now(), new_company=True)


@settings_page
@require_http_methods(["GET", "POST"])
def stop(request: StaffRequest) -> HttpResponse:
    """Disconnect, after a page that explains what that means."""
    connection = connection_of(request)
    if connection is None or connection.status == Connection.Status.DISCONNECTED:
        raise Http404
    if request.method == "POST":
        disconnect(connection, at=clock.now())
        messages.success(request, "Disconnected. Nothing is sent until you connect QuickBooks again.")
        return to_status()
    context = page_context(request, "Disconnect QuickBooks", connection=connection)
    return TemplateResponse(request, "qbo/disconnect.html", context)


def to_status() -> HttpResponse:
    return HttpResponseRedirect(reverse("qbo:status"))
