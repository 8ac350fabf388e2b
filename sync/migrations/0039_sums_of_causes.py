from django.db import migrations, models
from django.db.models import Q

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0038_one_index_of_failures")]

    operations = [
        AddIndexWithoutStop(
            model_name="syncevent",
            index=models.Index(
                fields=["organization", "realm_id", "cause_key"],
                include=["record_type", "record_id", "amount", "opened_at", "changed_at", "id"],
                condition=Q(state="failed"),
                name="sync_causes",
            ),
        ),
    ]
