"""The sync log: list, opened rows, a page for each event, and the actions there."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from runacall import clock
from runacall.admin_site import site
from runacall.organizations.access import role_allows
from runacall.organizations.admin_scope import ScopedAdmin
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.models import Ability
from sync.actions import ACTIONS
from sync.admin import bulk, live
from sync.admin.acting import back_to, perform
from sync.admin.cause_strip import take_unfolded
from sync.admin.change_list import KnownCountPaginator, SyncLogChangeList
from sync.admin.list_context import list_context
from sync.log.details import details, support_address, support_request
from sync.log.filters import log_of
from sync.log.results import result_of
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet

# What the page of counts asks before doing, for selected events.


def _do_to_chosen(admin: SyncEventAdmin, request: StaffRequest, queryset: SyncEventQuerySet) -> HttpResponse:
    """An action of the list. A page asks first, except for retrying the very rows that are marked."""
    action = ACTIONS[request.POST["action"]]
    if request.POST.get("select_across") == "1":
        return bulk.ask(request, action.name)
    if not action.is_main:
        return bulk.ask(request, action.name, ids=list(queryset.values_list("pk", flat=True)))
    chosen = SyncEvent.objects.for_organization(request.organization).filter(pk__in=queryset.values("pk"))
    perform(action, chosen, request, at=clock.now(), filters={})
    return HttpResponseRedirect(request.get_full_path())


@admin.register(SyncEvent, site=site)
class SyncEventAdmin(ScopedAdmin):
    """Read only: events change only through operations."""

    viewing = Ability.MANAGE_QUICKBOOKS
    list_display = ("timestamp", "entity", "direction", "status", "said")
    list_display_links = None
    list_per_page = 50
    list_max_show_all = 200
    list_fullwidth = True
    ordering = ("-changed_at", "-id")
    paginator = KnownCountPaginator
    search_fields = ()

    @admin.display(description="Timestamp", ordering="changed_at")
    def timestamp(self, event: SyncEvent) -> str:
        return ""  # the list's template shows the value; this only defines the sorting

    @admin.display(description="Entity", ordering="label")
    def entity(self, event: SyncEvent) -> str:
        return ""

    @admin.display(description="Status", ordering="state")
    def status(self, event: SyncEvent) -> str:
        return ""

    @admin.display(description="Message", ordering="message")
    def said(self, event: SyncEvent) -> str:
        return ""

    # --- list -------------------------------------------------------------------------------------------------

    def get_queryset(self, request: VisitorRequest) -> SyncEventQuerySet:
        return log_of(request.organization, request.GET)

    def get_changelist(self, request: StaffRequest, **kwargs: object) -> type[SyncLogChangeList]:
        return SyncLogChangeList

    def lookup_allowed(self, lookup: str, value: str, request: VisitorRequest) -> bool:
        """No look-ups: the log has its own filters, and an action must apply to exactly what the list shows."""
        return False

    def changelist_view(self, request: StaffRequest, extra_context: object = None) -> HttpResponse:
        if request.method == "POST" and not self._may_act(request):
            raise PermissionDenied
        is_unfolded = take_unfolded(request)
        response: HttpResponse = super().changelist_view(request, extra_context)
        shown = response.context_data if isinstance(response, TemplateResponse) else None
        if shown and "cl" in shown:
            shown.update(list_context(request, shown["cl"], is_unfolded=is_unfolded))
        return response

    def get_actions(self, request: StaffRequest) -> object:
        """Those of the table that the list offers, for what is marked or for all that the filters find."""
        return {
            action.name: (_do_to_chosen, action.name, action.many.in_list)
            for action in ACTIONS.values()
            if action.many and action.many.in_list and role_allows(request, action.ability)
        }

    @property
    def media(self) -> object:
        """None of the admin's own scripts: our list has its own, which can handle changing rows."""
        return forms.Media(
            js=[
                "runacall/sync_log.js",
                "runacall/log_keys.js",
                "runacall/copy.js",
                "runacall/live_list.js",
                "runacall/live.js",
            ]
        )

    # --- one event --------------------------------------------------------------------------------------------

    def change_view(
        self, request: StaffRequest, object_id: str, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        return self._event_page(request, object_id, "sync/event_page.html")

    def details_view(self, request: StaffRequest, object_id: str) -> HttpResponse:
        return self._event_page(request, object_id, "sync/event_details.html")

    def escalate_view(self, request: StaffRequest, object_id: str) -> HttpResponse:
        return self._event_page(request, object_id, "sync/escalate.html")

    @method_decorator(require_GET)
    def _event_page(self, request: StaffRequest, object_id: str, template: str) -> HttpResponse:
        event = self._event(request, object_id)
        return TemplateResponse(request, template, self._event_context(request, event))

    def _event_context(self, request: StaffRequest, event: SyncEvent) -> dict[str, object]:
        attempt = request.GET.get("attempt", "")
        attempt_id = int(attempt) if attempt.isdecimal() and len(attempt) < 19 else None
        shown = details(event, request.organization, at=clock.now(), attempt_id=attempt_id)
        full_page = not request.htmx
        return {
            **(self.admin_site.each_context(request) if full_page else {}),
            "title": event.label,
            "log_url": back_to(request) if _is_log(back_to(request)) else reverse("admin:sync_syncevent_changelist"),
            "back": back_to(request),
            "details": shown,
            "event": event,
            "may_act": self._may_act(request) and not shown.is_kept,
            "result": result_of(event, request.user, at=clock.now()),
            "in_row": not full_page,
            "support_text": support_request(shown),
            "support_subject": f"QBO sync error: {event.label} ({event.organization.name})",
            "support_email": support_address(),
            "media": self.media,
        }

    @method_decorator(require_POST)
    def act_view(self, request: StaffRequest, object_id: str, action: str) -> HttpResponse:
        """Do one of ACTIONS on one event; go back to the page of the button."""
        event = self._event(request, object_id, log=self._log(request))
        if not role_allows(request, ACTIONS[action].ability):
            raise PermissionDenied
        perform(ACTIONS[action], self._log(request).filter(pk=event.pk), request, at=clock.now())
        if request.htmx:
            return self._event_page_after(request, event)
        return HttpResponseRedirect(back_to(request) or reverse("admin:sync_syncevent_change", args=[event.pk]))

    def _event_page_after(self, request: StaffRequest, event: SyncEvent) -> HttpResponse:
        """The opened row, rendered again, and the row above it."""
        event.refresh_from_db()
        context = self._event_context(request, event)
        answer = TemplateResponse(request, "sync/event_details.html", context)
        trigger_client_event(answer, "log-changed", after="swap")
        return answer

    def _event(self, request: StaffRequest, object_id: str, *, log: SyncEventQuerySet | None = None) -> SyncEvent:
        """The event, also one of an earlier company; for actions, only one of `log`. Raises Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = SyncEvent.objects.of_every_company(request.organization) if log is None else log
        event = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        if event is None:
            raise Http404
        return event

    # --- many -------------------------------------------------------------------------------------------------

    def bulk_view(self, request: StaffRequest, action: str) -> HttpResponse:
        """Say what would be done to how many, then do it; for filters or ids."""
        if not role_allows(request, ACTIONS[action].ability):
            raise PermissionDenied
        return bulk.view(request, action, self._log(request), self.admin_site.each_context(request))

    def live_view(self, request: StaffRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return live.view(request, self, self._log(request))

    def _log(self, request: StaffRequest) -> SyncEventQuerySet:
        return SyncEvent.objects.for_organization(request.organization)

    def _may_act(self, request: StaffRequest) -> bool:
        return role_allows(request, Ability.MANAGE_QUICKBOOKS)

    def get_urls(self) -> list[URLPattern]:
        one = [("details", self.details_view), ("escalate", self.escalate_view)]
        of_events = [action for action in ACTIONS.values() if action.operation]
        of_one = [action.name for action in of_events if not action.asks_first]
        of_many = [action.name for action in of_events if action.many]
        own = [
            self._path("live/", self.live_view, "live"),
            *[self._path(f"{_slug(each)}/", self.bulk_view, f"{each}_all", action=each) for each in of_many],
            *[self._path(f"<str:object_id>/{each}/", view, each) for each, view in one],
            *[self._path(f"<str:object_id>/{_slug(each)}/", self.act_view, each, action=each) for each in of_one],
        ]
        return [*own, *super().get_urls()]

    def _path(self, route: str, view: Callable[..., HttpResponse], name: str, **fixed: str) -> URLPattern:
        url: URLPattern = path(route, self.admin_site.admin_view(view), fixed, name=f"sync_syncevent_{name}")
        return url


def _slug(action: str) -> str:
    return action.replace("_", "-")


def _is_log(address: str) -> bool:
    """Whether a person came from the list, so that its filters are kept on the way back."""
    return address.partition("?")[0] == reverse("admin:sync_syncevent_changelist")
