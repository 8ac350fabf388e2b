"""The accounts app: log-ins, how people get one, and the record of signing in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "runacall.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from runacall.accounts import sign_ins

        sign_ins.listen()
