"""The organizations app; collects every app's admin pages for our admin site."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OrganizationsConfig(AppConfig):
    name = "runacall.organizations"
    label = "organizations"
    verbose_name = "Settings"

    def ready(self) -> None:
        from runacall import checks, observability  # noqa: F401  checks register themselves
        from runacall.admin_site import site

        observability.start()
        autodiscover_modules("admin", register_to=site)
