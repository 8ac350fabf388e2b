"""What pages show from the catalogue."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.forms import BoundField
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from qbo.connection.ending import ending_of
from qbo.mapping.tax_rows import TaxRow
from qbo.pages.places import GENERAL, SETTINGS, linked
from runacall import clock
from runacall.organizations.access import role_allows
from runacall.organizations.models import Ability

register = template.Library()


@register.inclusion_tag("qbo/ending.html", takes_context=True)
def connection_ending(context: template.Context) -> dict[str, object]:
    """When the connection ends, if within two weeks, for people who can reconnect; otherwise nothing."""
    request = context.get("request")
    if request is None or not role_allows(request, Ability.MANAGE_QUICKBOOKS):
        return {}
    return {"ending": ending_of(request.organization, at=clock.now())}


@register.filter
def ago(moment: datetime) -> str:
    """How long ago that was: "just now" in the first minute, then e.g. "3 minutes ago"."""
    now = clock.now()
    return f"{timesince(moment, now)} ago" if now - moment >= timedelta(minutes=1) else "just now"


@register.filter
def page_links(text: str) -> SafeString:
    """A remedy in which the named settings pages are links."""
    return linked(text)


@register.simple_tag
def flag_inactive(field: BoundField) -> SafeString | str:
    """A warning if the current choice is inactive in QuickBooks."""
    chosen = str(field.value() or "")
    labels = {str(value): str(label) for value, label in field.field.choices}  # type: ignore[attr-defined]
    if "inactive in QuickBooks" not in labels.get(chosen, ""):
        return ""
    return format_html('<div class="rac-error">{}</div>', "Inactive in QuickBooks: choose an active one.")


@register.simple_tag
def settings_link(page: str) -> SafeString | str:
    """A button to the settings page that a section is about, if it is about one."""
    if page not in SETTINGS:
        return ""
    return format_html('<a class="rac-button" href="{}">{}</a>', reverse(SETTINGS[page]), GENERAL[page])


@register.simple_tag
def in_use(row: TaxRow, failed: int = 0) -> str:
    """How often a set of rates is on invoices, e.g. "27 failed · 3 drafts"; all failures, of many others the latest."""
    drafts, synced, other, latest = row.uses
    other = max(0, other - failed)
    parts = [
        f"{drafts:,} draft{'' if drafts == 1 else 's'}" if drafts else "",
        f"{synced:,} synced" if synced else "",
        f"{other:,} not synced" if other else "",
    ]
    counted = " · ".join(part for part in parts if part)
    if latest and counted:
        counted = f"of the latest {latest:,}: {counted}"
    return " · ".join(part for part in (f"{failed:,} failed" if failed else "", counted) if part) or "not in use"
