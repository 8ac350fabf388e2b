from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("qbo", "0018_products_for_charges")]

    operations = [
        AddIndexWithoutStop(
            model_name="link",
            index=models.Index(fields=["connection", "realm_id", "record_type", "doc_number"], name="qbo_link_number"),
        ),
    ]
