from django.db import migrations, models
from django.db.models import Q

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0036_index_of_other_kinds")]

    operations = [
        AddIndexWithoutStop(
            model_name="syncevent",
            index=models.Index(
                fields=["organization", "realm_id", "failure_code"],
                condition=~Q(failure_code=""),
                name="sync_failing_code",
            ),
        ),
    ]
