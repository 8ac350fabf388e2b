from typing import Any

from django.db import migrations

from runacall.invoices.models.rate_sets import rebuild_rate_sets


def fill(apps: Any, schema_editor: Any) -> None:
    models = (apps.get_model("invoices", name) for name in ("Invoice", "InvoiceLine", "InvoiceRateSet"))
    for _ in rebuild_rate_sets(*models):
        pass


class Migration(migrations.Migration):
    """A thousand invoices at a time, each step for itself: what was done stays done if it is interrupted."""

    atomic = False

    dependencies = [("invoices", "0008_rate_sets")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
