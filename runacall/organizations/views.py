"""Changing the current organization."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from runacall.organizations.middleware import SESSION_KEY, reachable_organizations


@require_POST
@login_required
def switch_organization(request: HttpRequest) -> HttpResponse:
    """Takes the posted `organization` (an id). An organization out of reach answers 404, as if there were none."""
    wanted = request.POST.get("organization", "")
    for organization in reachable_organizations(request):
        if str(organization.pk) == wanted:
            request.session[SESSION_KEY] = organization.pk
            # To the start, since the page left behind may show a row of the organization left behind.
            return HttpResponseRedirect(reverse("admin:index"))
    raise Http404
