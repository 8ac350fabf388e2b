"""The organization switcher and a person's recent actions, for templates."""

from typing import Any

from django import template
from django.contrib.admin.models import LogEntry
from django.forms import BaseForm

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


@register.simple_tag(takes_context=True)
def refused_fields(context: template.Context) -> list[tuple[str, str]]:
    """Each field of a record's form that is refused, with its first reason; of its lines, with their number."""
    page: dict[Any, Any] = context.flatten()
    refused = _refused(page["adminform"].form) if "adminform" in page else []
    for inline in page.get("inline_admin_formsets") or ():
        kind = str(inline.opts.verbose_name).capitalize()
        for number, line in enumerate(inline.formset.forms, start=1):
            if not line.cleaned_data.get("DELETE"):
                refused += _refused(line, f"{kind} {number}, ")
    return refused


def _refused(form: BaseForm, where: str = "") -> list[tuple[str, str]]:
    return [(f"{where}{form[name].label}", str(said[0])) for name, said in form.errors.items() if name in form.fields]
