"""The lease, whose table comes from sync."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qbo", "0001_initial"), ("sync", "0003_lease_moves_to_qbo")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Lease",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("holder", models.CharField(blank=True, max_length=100)),
                        ("fence", models.PositiveBigIntegerField(default=0)),
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                        ("woken_at", models.DateTimeField(blank=True, null=True)),
                        ("drained_at", models.DateTimeField(blank=True, null=True)),
                        ("calls", models.JSONField(default=list)),
                        ("resume_at", models.DateTimeField(blank=True, null=True)),
                        ("quiet_until", models.DateTimeField(blank=True, null=True)),
                        (
                            "connection",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="lease", to="qbo.connection"
                            ),
                        ),
                    ],
                )
            ]
        )
    ]
