from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qbo", "0030_what_is_inactive_there")]

    operations = [
        migrations.AddField(
            model_name="link",
            name="same_price",
            field=models.BooleanField(editable=False, null=True),
        ),
    ]
