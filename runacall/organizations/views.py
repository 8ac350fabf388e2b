"""Changing the current organization."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from runacall.organizations.middleware import SESSION_KEY, reachable_organizations


@require_POST
@login_required
def switch_organization(request: HttpRequest) -> HttpResponse:
    """Switch to the posted `organization` (an id).

    One that the person cannot reach answers 404, as if it did not exist.
    """
    wanted = request.POST.get("organization", "")
    for organization in reachable_organizations(request):
        if str(organization.pk) == wanted:
            request.session[SESSION_KEY] = organization.pk
            # To the start page, because the page they came from may show a row of the other organization.
            return HttpResponseRedirect(reverse("admin:index"))
    raise Http404
