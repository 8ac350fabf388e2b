"""The app that decides when to send, remembers what happened, and lets people step in."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"
    verbose_name = "Sync"

    def ready(self) -> None:
        from runacall.invoices.foreign_columns import show_in_list
        from sync import receivers  # noqa: F401  connects the signals
        from sync.log.invoice_column import COLUMN

        show_in_list(COLUMN)
