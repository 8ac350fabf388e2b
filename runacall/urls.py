"""The addresses of the site: the admin, the return from Intuit, and the health of the queue."""

from django.urls import include, path
from django.views.generic import RedirectView

from runacall import probes
from runacall.admin_site import site

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("organization/", include("runacall.organizations.urls")),
    path("", include("runacall.accounts.urls")),
    path("quickbooks/", include("qbo.urls")),
    path("", include("sync.urls")),
    path("admin/", site.urls),
    path("livez", probes.livez, name="livez"),
    path("readyz", probes.readyz, name="readyz"),
]

handler400 = "runacall.error_pages.bad_request"
handler403 = "runacall.error_pages.forbidden"
handler404 = "runacall.error_pages.not_found"
handler500 = "runacall.error_pages.broken"
