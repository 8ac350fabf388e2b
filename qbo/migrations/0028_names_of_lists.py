from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("qbo", "0027_one_index_of_matches")]

    operations = [
        AddIndexWithoutStop(
            model_name="listentry",
            index=models.Index(
                fields=["connection", "realm_id", "entity", "name_key"],
                include=["qbo_id", "active"],
                name="qbo_list_names",
            ),
        ),
    ]
