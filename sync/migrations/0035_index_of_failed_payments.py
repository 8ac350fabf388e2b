from django.db import migrations, models
from django.db.models import Q

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0034_saved_views_of_lists")]

    operations = [
        AddIndexWithoutStop(
            model_name="syncevent",
            index=models.Index(
                fields=["organization", "realm_id"],
                condition=Q(state="failed") & Q(record_type="payment"),
                name="sync_failed_payments",
            ),
        ),
    ]
