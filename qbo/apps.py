"""The app that knows QuickBooks Online."""

from django.apps import AppConfig


class QboConfig(AppConfig):
    name = "qbo"
    verbose_name = "QuickBooks"
