from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("qbo", "0029_one_index_of_names")]

    operations = [
        AddIndexWithoutStop(
            model_name="listentry",
            index=models.Index(
                fields=["connection", "realm_id", "entity"],
                condition=models.Q(active=False),
                name="qbo_list_inactive",
            ),
        ),
    ]
