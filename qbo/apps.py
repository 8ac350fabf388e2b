"""The app that knows QuickBooks Online."""

from django.apps import AppConfig


class QboConfig(AppConfig):
    name = "qbo"
    verbose_name = "QuickBooks"

    def ready(self) -> None:
        from qbo import checks  # noqa: F401  registers them
