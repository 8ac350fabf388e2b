"""The page from which our support finds a shop and opens it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from runacall import clock
from runacall.admin_site import site
from runacall.organizations.middleware import VisitorRequest
from sync.log.shops import ALL, NEEDING_HELP, health_of, shops

SHOPS_A_PAGE = 50


def is_support(request: VisitorRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


@require_GET
def _shops(request: VisitorRequest) -> HttpResponse:
    if not is_support(request):
        raise PermissionDenied
    term = request.GET.get("search", "").replace("\x00", "").strip()[:100]
    only = ALL if request.GET.get("show") == ALL else NEEDING_HELP
    now = clock.now()
    page = Paginator(shops(term, only=only, at=now), SHOPS_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, object] = {
        **site.each_context(request),
        "title": "Shops",
        "shops": health_of(list(page.object_list), at=now),
        "page": page,
        "term": term,
        "only": only,
        "tabs": [(NEEDING_HELP, "Need help"), (ALL, "All shops")],
    }
    return TemplateResponse(request, "sync/shops.html", context)


shops_page: Any = site.admin_view(_shops)
shops_page.may_open = is_support  # the sidebar asks
