"""Changing the current organization."""

import re

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from runacall.organizations.middleware import SESSION_KEY, own_organizations
from runacall.organizations.models import Organization


@require_POST
@login_required
def switch_organization(request: HttpRequest) -> HttpResponse:
    """Switch to the posted `organization` (an id).

    One that the person cannot reach answers 404, as if it did not exist.
    """
    wanted = request.POST.get("organization", "")
    if not any(str(one.pk) == wanted for one in own_organizations(request)) and not _is_for_support(request, wanted):
        raise Http404
    request.session[SESSION_KEY] = int(wanted)
    # To the start page, because the page they came from may show a row of the other organization.
    return HttpResponseRedirect(reverse("admin:index"))


def _is_for_support(request: HttpRequest, wanted: str) -> bool:
    """Our support may open every organization."""
    if not request.user.is_superuser or not re.fullmatch(r"[0-9]{1,18}", wanted):
        return False
    return Organization.objects.filter(pk=wanted).exists()
