"""The lease belongs to the connection: its table goes to qbo with every row in it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_lean_indexes_and_open_actions")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("lease", "qbo_lease")],
            state_operations=[migrations.DeleteModel("Lease")],
        )
    ]
