from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("qbo", "0021_loose_ends")]

    operations = [
        AddIndexWithoutStop(
            model_name="link",
            index=models.Index(
                fields=["connection", "realm_id", "record_type", "record_id"],
                condition=models.Q(active=False),
                name="qbo_link_gone",
            ),
        ),
    ]
