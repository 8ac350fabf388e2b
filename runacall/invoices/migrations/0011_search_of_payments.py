from django.db import migrations

from runacall.migrating import AddPartOfWordsIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0010_invoices_by_total")]

    operations = [
        AddPartOfWordsIndex("invoices.payment", "payment_reference_parts", ["reference"]),
    ]
