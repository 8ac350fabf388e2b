from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    """Each is made anew if the one before was interrupted."""

    atomic = False

    dependencies = [("invoices", "0011_search_of_payments")]

    operations = [
        AddIndexWithoutStop(model_name=model, index=models.Index(fields=["organization", "id"], name=name))
        for model, name in {
            "invoice": "invoice_in_order",
            "payment": "payment_in_order",
            "customer": "customer_in_order",
            "pricebookitem": "item_in_order",
        }.items()
    ]
