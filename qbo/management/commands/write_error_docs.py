"""Writes docs/errors.md from the catalogue of failures."""

from django.core.management.base import BaseCommand

from qbo.catalogue import CATALOGUE
from qbo.catalogue.markdown import error_docs
from runacall.env import BASE_DIR


class Command(BaseCommand):
    help = "Writes docs/errors.md from the catalogue of failures."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        path = BASE_DIR / "docs" / "errors.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(error_docs(), encoding="utf-8")
        self.stdout.write(f"{path.name}: {len(CATALOGUE)} failures written.")
