"""The organization switcher and a person's recent actions, for templates."""

from django import template
from django.contrib.admin.models import LogEntry

from runacall.admin_site import site
from runacall.organizations.middleware import own_organizations

register = template.Library()


@register.inclusion_tag("runacall/organization_switcher.html", takes_context=True)
def organization_switcher(context: template.Context) -> dict[str, object]:
    request = context["request"]
    current = getattr(request, "organization", None)
    return {
        "request": request,
        "current": current,
        "role": request.membership.get_role_display() if getattr(request, "membership", None) else "",
        "visiting": current is not None and request.membership is None,
        "organizations": own_organizations(request) if current else [],
        "is_support": request.user.is_superuser,
    }


@register.simple_tag(takes_context=True)
def recent_actions(context: template.Context) -> list[LogEntry]:
    return site.recent_actions(context["request"])


@register.simple_tag(takes_context=True)
def filters_of_list(context: template.Context) -> str:
    """The filters of the list that a person came from, as the admin keeps them in the address of a record's page."""
    kept = context["request"].GET.get("_changelist_filters", "")
    return f"?{kept}" if kept else ""
