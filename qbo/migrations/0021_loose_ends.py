import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qbo", "0020_one_index_of_links_less")]

    operations = [
        migrations.CreateModel(
            name="Gathered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("realm_id", models.CharField(max_length=32)),
                ("record_type", models.CharField(max_length=16)),
                ("through", models.BigIntegerField(default=0)),
                ("until", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="qbo.connection",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "gathered",
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "realm_id", "record_type"), name="qbo_gathered_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LooseEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("realm_id", models.CharField(max_length=32)),
                ("record_type", models.CharField(max_length=16)),
                ("record_id", models.BigIntegerField()),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="loose_ends",
                        to="qbo.connection",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "realm_id", "record_type", "record_id"), name="qbo_loose_end_once"
                    ),
                ],
            },
        ),
    ]
