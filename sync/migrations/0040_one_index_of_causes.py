from django.db import migrations

from runacall.migrating import RemoveIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0039_sums_of_causes")]

    operations = [RemoveIndexWithoutStop(model_name="syncevent", name="sync_cause")]
