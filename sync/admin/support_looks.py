"""Settings → Support visits: what our support looked at in the organization."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from runacall.admin_site import site
from runacall.organizations.admin_scope import ScopedAdmin
from runacall.organizations.models import Ability
from sync.models import SupportLook


@admin.register(SupportLook, site=site)
class SupportLookAdmin(ScopedAdmin):
    """Read only."""

    viewing = Ability.MANAGE_ORGANIZATION
    list_display = ("time", "who", "page")
    list_select_related = ("by",)
    ordering = ("-at", "-id")
    search_fields = ("path",)
    actions = None
    # The person as words: a link to a log-in of ours would lead the shop nowhere.
    fields = readonly_fields = ("time", "who", "page")

    @display(description="When", ordering="at")
    def time(self, look: SupportLook) -> str:
        return look.organization.local(look.at).strftime("%Y-%m-%d %H:%M")

    @display(description="Support person", ordering="by__email")
    def who(self, look: SupportLook) -> str:
        return (look.by.get_full_name() or look.by.get_username()) if look.by else "the log-in was deleted"

    @display(description="Page", ordering="path")
    def page(self, look: SupportLook) -> str:
        return look.path
