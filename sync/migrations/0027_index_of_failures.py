from django.db import migrations, models
from django.db.models import Q

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0026_clocks_of_hosts")]

    operations = [
        AddIndexWithoutStop(
            model_name="syncevent",
            index=models.Index(fields=["organization", "realm_id"], condition=~Q(failure_code=""), name="sync_failing"),
        ),
    ]
