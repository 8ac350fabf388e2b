from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop, RemoveIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0017_how_names_of_items_begin")]

    operations = [
        AddIndexWithoutStop(
            model_name="invoice",
            index=models.Index(
                fields=["organization", "status", "-invoice_date", "-id"], name="invoice_by_status_date"
            ),
        ),
        RemoveIndexWithoutStop(model_name="invoice", name="invoice_by_status"),
    ]
