"""Another company stands beside the connected one until a person chooses; each press of Connect has a state."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import qbo.encryption


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
        ("qbo", "0006_token_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("session_digest", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FormerCompany",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("realm_id", models.CharField(max_length=32, verbose_name="realm ID")),
                ("company_name", models.CharField(blank=True, max_length=255)),
                ("choices", models.JSONField(default=dict)),
                ("left_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "former companies",
            },
        ),
        migrations.CreateModel(
            name="OtherCompany",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("realm_id", models.CharField(max_length=32, verbose_name="realm ID")),
                ("company_name", models.CharField(blank=True, max_length=255)),
                (
                    "environment",
                    models.CharField(
                        choices=[
                            ("production", "QuickBooks Online"),
                            ("sandbox", "Intuit's sandbox"),
                            ("emulator", "Local emulator"),
                        ],
                        max_length=16,
                    ),
                ),
                ("emulator_url", models.CharField(blank=True, max_length=200)),
                ("access_token", qbo.encryption.EncryptedTextField()),
                ("refresh_token", qbo.encryption.EncryptedTextField()),
                ("access_expires_at", models.DateTimeField()),
                ("refresh_expires_at", models.DateTimeField()),
                ("hard_expires_at", models.DateTimeField(blank=True, null=True)),
                ("connected_at", models.DateTimeField()),
                ("former_pause_code", models.CharField(blank=True, max_length=40)),
                ("former_pause_detail", models.TextField(blank=True)),
                ("former_paused_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "other companies",
            },
        ),
        migrations.RemoveConstraint(
            model_name="connection",
            name="qbo_connection_realm_once",
        ),
        migrations.AddField(
            model_name="connectionsettings",
            name="start_date",
            field=models.DateField(blank=True, null=True, verbose_name="Start date"),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                models.F("realm_id"),
                models.F("emulator_url"),
                condition=models.Q(("status", "disconnected"), _negated=True),
                name="qbo_connection_realm_once",
                violation_error_message="This QuickBooks company is connected to another organization.",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organizations.organization"
            ),
        ),
        migrations.AddField(
            model_name="formercompany",
            name="connection",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="former_companies", to="qbo.connection"
            ),
        ),
        migrations.AddField(
            model_name="othercompany",
            name="connected_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="othercompany",
            name="connection",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="other_company", to="qbo.connection"
            ),
        ),
        migrations.AddConstraint(
            model_name="formercompany",
            constraint=models.UniqueConstraint(fields=("connection", "realm_id"), name="qbo_former_company_once"),
        ),
        migrations.AddConstraint(
            model_name="othercompany",
            constraint=models.UniqueConstraint(fields=("realm_id", "emulator_url"), name="qbo_other_company_once"),
        ),
        migrations.AddConstraint(
            model_name="othercompany",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("realm_id", ""), _negated=True), models.Q(("refresh_token", ""), _negated=True)
                ),
                name="qbo_other_company_has_realm_and_token",
            ),
        ),
    ]
