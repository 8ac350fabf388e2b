"""The one admin site; we register every page on it, and its search finds only rows of the current organization."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth.views import PasswordChangeView
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import resolve, reverse
from django.utils.functional import SimpleLazyObject
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

from runacall.organizations.middleware import StaffRequest, VisitorRequest

RESULTS_A_PAGE = 100
RECENT = 10


class RunACallAdminSite(UnfoldAdminSite):
    site_title = "Run a Call"
    site_header = "Run a Call"
    index_title = "Home"
    # An empty value; the usual "-" would look like a minus among amounts.
    empty_value_display = "—"

    def password_change(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """As in unfold, with a form that records that the person chose the password."""
        # Not at the top: unfold loads template libraries, and with them this module, while apps are loading.
        from runacall.accounts.passwords import OwnPasswordForm

        must = bool(request.session.get("must_change_password"))
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:index" if must else "admin:password_change_done"),
            template_name="accounts/password_change.html",
            extra_context={**self.each_context(request), **(extra_context or {}), "must_change": must},
        )
        return cast(HttpResponse, view(request))

    def get_sidebar_list(self, request: VisitorRequest) -> list[dict[str, Any]]:
        groups: list[dict[str, Any]] = super().get_sidebar_list(request)
        for group in groups:
            for entry in group["items"]:
                entry["has_permission"] = self.may_open(request, entry["link"])
        return groups

    def _get_navigation_items(self, request: HttpRequest, items: list[Any], tabs: Any = None) -> list[Any]:
        """As in unfold, with links that are worked out once instead of each time that one is read."""
        return list(super()._get_navigation_items(request, [{**one, "link": str(one["link"])} for one in items], tabs))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """As in Django, but only once a page shows it: the navigation of ours does not."""
        return SimpleLazyObject(lambda: AdminSite.get_app_list(self, request, app_label))

    def may_open(self, request: VisitorRequest, path: str) -> bool:
        """Whether one of our pages would open for this person, by the same rule as its view."""
        view = _view_at(path)
        if hasattr(view, "model_admin"):
            return bool(view.model_admin.has_view_permission(request))
        return bool(view.may_open(request) if hasattr(view, "may_open") else self.has_permission(request))

    def search(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """As in unfold, but without its cache, which does not distinguish between organizations."""
        term = request.GET.get("s", "").strip().lower()
        if not term:
            return HttpResponse()
        extended = "extended" in request.GET
        paginator = Paginator(self._found(request, term, extended), RESULTS_A_PAGE)
        number = request.GET.get("page", "1")
        page = paginator.get_page(number)
        context = {
            "page_obj": paginator,
            "results": page,
            "page_counter": (page.number - 1) * RESULTS_A_PAGE,
            "execution_time": 0,
            "command_show_history": self._get_config("COMMAND", request).get("show_history"),
        }
        template = "unfold/helpers/command_results.html" if extended else "unfold/helpers/search_results.html"
        return TemplateResponse(request, template, context, headers={"HX-Trigger": "search"})

    def _found(self, request: HttpRequest, term: str, extended: bool) -> list[SearchResult]:
        # The app list has the models that the person may see, and each model's admin limits its rows to the
        # organization.
        app_list = AdminSite.get_app_list(self, request)
        found = list(self._search_apps(AdminSite.get_app_list(self, request), term))
        wanted = self._get_value(self._get_config("COMMAND", request).get("search_models"), request)
        if extended and wanted:
            labels = wanted if isinstance(wanted, list | tuple) else None
            found += self._search_models(request, app_list, term, labels)
        return found

    def recent_actions(self, request: StaffRequest) -> list[LogEntry]:
        """This person's last actions, without those on rows that they can no longer reach."""
        entries = LogEntry.objects.filter(user=request.user).select_related("content_type").order_by("-pk")
        return list(islice((entry for entry in entries[:100] if self._reaches(request, entry)), RECENT))

    def _reaches(self, request: StaffRequest, entry: LogEntry) -> bool:
        model = entry.content_type.model_class() if entry.content_type else None
        admin = self._registry.get(model) if model else None
        if admin is None or not admin.has_view_permission(request):
            return False
        return bool(admin.get_queryset(request).filter(pk=entry.object_id).exists())


@cache
def _view_at(path: str) -> Any:
    """The view of one of our pages. There are some thirty paths, and each is looked for on every page."""
    return resolve(path).func


site = RunACallAdminSite()
