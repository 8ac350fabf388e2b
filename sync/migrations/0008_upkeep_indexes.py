# Apart from 0007 and outside a transaction: on PostgreSQL these are built while people work.

from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("sync", "0007_upkeep"),
    ]

    operations = [
        AddIndexWithoutStop(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("request__gt", "")), fields=["at", "id"], name="sync_attempt_bodies"
            ),
        ),
        AddIndexWithoutStop(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("is_slim", False)), fields=["settled_at", "id"], name="sync_submission_bodies"
            ),
        ),
        AddIndexWithoutStop(
            model_name="syncevent",
            index=models.Index(
                condition=models.Q(("submission__isnull", False)), fields=["submission"], name="sync_event_submission"
            ),
        ),
    ]
