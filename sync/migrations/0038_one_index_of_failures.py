from django.db import migrations

from runacall.migrating import RemoveIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0037_index_of_failure_codes")]

    operations = [RemoveIndexWithoutStop(model_name="syncevent", name="sync_failing")]
