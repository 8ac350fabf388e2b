from django.db import migrations

from runacall.migrating import AddBeginningsIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0016_names_spelled_otherwise")]

    operations = [AddBeginningsIndex("invoices.PricebookItem", "item_name_begins", "name")]
