from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0001_accounts")]

    operations = [
        AddIndexWithoutStop(
            model_name="signin",
            index=models.Index(fields=["-at", "-id"], name="accounts_signin_by_time"),
        ),
    ]
