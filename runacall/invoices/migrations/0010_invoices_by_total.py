from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0009_fill_rate_sets")]

    operations = [
        AddIndexWithoutStop(
            model_name="invoice",
            index=models.Index(fields=["organization", "total", "-id"], name="invoice_by_total"),
        ),
    ]
