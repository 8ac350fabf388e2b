from django.db import migrations, models
from django.db.models import Q

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0035_index_of_failed_payments")]

    operations = [
        AddIndexWithoutStop(
            model_name="syncevent",
            index=models.Index(
                fields=["organization", "realm_id", "record_type", "-changed_at", "-id"],
                condition=~Q(record_type="invoice"),
                name="sync_log_others",
            ),
        ),
    ]
