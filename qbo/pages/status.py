"""Settings → QuickBooks → Status."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qbo.failures import Failure
from qbo.lists.on_request import NotRead, read_again
from qbo.models import Connection, ListState
from qbo.pages.base import back_to, connection_of, page_context, settings_page
from runacall import clock
from runacall.organizations.middleware import StaffRequest


@settings_page
@require_GET
def status(request: StaffRequest) -> HttpResponse:
    connection = connection_of(request)
    return TemplateResponse(
        request,
        "qbo/status.html",
        page_context(request, "QuickBooks status", **(status_facts(connection) if connection else {})),
    )


def status_facts(connection: Connection) -> dict[str, object]:
    """What the page shows about a connection."""
    paused = Failure(connection.pause_code) if connection.pause_code else None
    states = {state.name: state for state in ListState.objects.filter(connection=connection)}
    return {
        "connection": connection,
        "paused": paused,
        "pause_words": pause_words(connection, paused),
        "colour": "synced" if connection.is_live else "failed" if connection.waits_for_person else "quiet",
        "status_words": status_words(connection, paused),
        "lists": [(label, states.get(name)) for name, label in ListState.TITLES.items()],
    }


def pause_words(connection: Connection, paused: Failure | None) -> str:
    """What is known about a pause besides its title: Intuit's words, or ours if the reason is here."""
    detail = connection.pause_detail
    if not paused or detail in ("", paused.message):
        return ""
    return detail if detail.startswith(paused.title) else f"QuickBooks' words: {detail}"


def status_words(connection: Connection, paused: Failure | None) -> str:
    """Active, Token expired or Disconnected; an active connection that is paused says why."""
    if paused and connection.status == Connection.Status.ACTIVE:
        return f"Paused: {paused.title}"
    return connection.get_status_display()


# Page -> the lists that it shows.
LISTS_OF = {
    "status": ListState.LISTS,
    "tax": ("Preferences", "TaxCode"),
    "items": ("Account", "Item"),
    "invoices": ("Preferences",),
    "payments": ("Account", "Item", "PaymentMethod"),
}


@settings_page
@require_POST
def refresh(request: StaffRequest, page: str) -> HttpResponse:
    """Read the lists of a settings page from QuickBooks now, because a person asked for it."""
    connection = connection_of(request)
    if connection is None or page not in LISTS_OF:
        raise Http404
    try:
        read_again(connection, LISTS_OF[page], at=clock.now())
    except NotRead as error:
        messages.error(request, f"QuickBooks could not be read: {error}")
    else:
        messages.success(request, "Read from QuickBooks just now.")
    return back_to(request, reverse(f"qbo:{page}"))
