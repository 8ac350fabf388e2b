from django.conf import settings
from django.db import migrations, models


def fill_hours(apps, schema_editor):
    """Looks from before had no hour; of those of one hour at one page the first stays."""
    looks = apps.get_model("sync", "SupportLook").objects
    seen = set()
    for look in looks.order_by("at", "pk").iterator():
        hour = look.at.replace(minute=0, second=0, microsecond=0)
        key = (look.organization_id, look.by_id, look.path, hour)
        if key in seen and look.by_id:
            look.delete()
            continue
        seen.add(key)
        look.hour = hour
        look.save(update_fields=["hour"])


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
        ("sync", "0008_upkeep_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="supportlook", options={"ordering": ["-at", "-id"], "verbose_name": "support visit"}
        ),
        migrations.AddField(model_name="supportlook", name="hour", field=models.DateTimeField(null=True)),
        migrations.RunPython(fill_hours, migrations.RunPython.noop),
        migrations.AlterField(model_name="supportlook", name="hour", field=models.DateTimeField()),
        migrations.AddConstraint(
            model_name="supportlook",
            constraint=models.UniqueConstraint(
                fields=("organization", "by", "path", "hour"), name="sync_one_look_an_hour"
            ),
        ),
        migrations.AddIndex(
            model_name="supportlook",
            index=models.Index(fields=["organization", "-at"], name="sync_looks_of_organization"),
        ),
    ]
