from django.db import migrations

from runacall.migrating import RemoveIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("qbo", "0028_names_of_lists")]

    operations = [RemoveIndexWithoutStop(model_name="listentry", name="qbo_list_name")]
