from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("qbo", "0025_index_of_matches")]

    operations = [
        AddIndexWithoutStop(
            model_name="link",
            index=models.Index(
                fields=["connection", "realm_id", "record_type", "created_here", "record_id"],
                include=["qbo_id"],
                condition=models.Q(active=True, record_type__in=["customer", "item"]),
                name="qbo_link_matches",
            ),
        ),
    ]
