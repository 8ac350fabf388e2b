from django.db import migrations, models

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("qbo", "0031_prices_that_agree")]

    operations = [
        AddIndexWithoutStop(
            model_name="link",
            index=models.Index(
                fields=["connection", "realm_id", "record_id"],
                condition=models.Q(record_type="item") & (models.Q(same_price=None) | models.Q(same_price=False)),
                name="qbo_link_prices",
            ),
        ),
    ]
