from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("qbo", "0032_index_of_other_prices"),
    ]

    operations = [
        migrations.AddField(
            model_name="gathered",
            name="loose",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
