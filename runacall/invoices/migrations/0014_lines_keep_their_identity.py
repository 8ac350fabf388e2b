from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0013_names_in_order")]

    operations = [
        migrations.AddField(
            model_name="invoiceline",
            name="first_id",
            field=models.PositiveBigIntegerField(blank=True, editable=False, null=True),
        ),
    ]
