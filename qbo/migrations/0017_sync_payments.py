"""Payments go too. Off for who is connected already, because their bookkeeper enters payments; on for new ones."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def have_methods_read(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """A list that was never read is read before the next send."""
    states = apps.get_model("qbo", "ListState").objects
    for pk in apps.get_model("qbo", "Connection").objects.values_list("pk", flat=True):
        states.get_or_create(connection_id=pk, name="PaymentMethod")


class Migration(migrations.Migration):
    dependencies = [("qbo", "0016_name_keys_however_spelled")]

    operations = [
        migrations.AddField(
            "connectionsettings", "sync_payments", models.BooleanField(default=False, verbose_name="Sync payments")
        ),
        migrations.AlterField(
            "connectionsettings", "sync_payments", models.BooleanField(default=True, verbose_name="Sync payments")
        ),
        migrations.AddField(
            "connectionsettings",
            "deposit_account_id",
            models.CharField(blank=True, default="", max_length=32, verbose_name="Undeposited Funds account"),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="PaymentMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("realm_id", models.CharField(max_length=32)),
                ("method", models.CharField(max_length=8)),
                ("method_id", models.CharField(blank=True, max_length=32)),
                ("account_id", models.CharField(blank=True, max_length=32)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payment_mappings",
                        to="qbo.connection",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "realm_id", "method"), name="qbo_payment_mapping_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("account_id", ""), ("method_id", ""), _negated=True),
                        name="qbo_payment_mapping_has_choice",
                    ),
                ],
            },
        ),
        migrations.RunPython(have_methods_read, migrations.RunPython.noop),
    ]
