"""The app that conducts: when to send, what happened, and how people step in."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"
    verbose_name = "Sync"

    def ready(self) -> None:
        from runacall.invoices.foreign_columns import show_in_list
        from sync import receivers  # noqa: F401  connects the signals
        from sync.log.invoice_column import COLUMN

        show_in_list(COLUMN)
