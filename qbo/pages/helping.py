"""The help pages, for every member of an organization."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from qbo.pages.base import may_look, page_context
from qbo.pages.help_texts import help_pages
from runacall.admin_site import site
from runacall.organizations.middleware import VisitorRequest


@require_GET
def help_page(request: VisitorRequest, slug: str) -> HttpResponse:
    page = help_pages().get(slug)
    if page is None:
        raise Http404
    context = page_context(request, page.title, page=page, with_links=may_look(request))
    return TemplateResponse(request, "qbo/help.html", context)


show = site.admin_view(help_page)
