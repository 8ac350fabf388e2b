import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qbo", "0019_links_by_number")]

    operations = [
        migrations.AlterField(
            model_name="link",
            name="connection",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="links",
                to="qbo.connection",
            ),
        ),
    ]
