from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from runacall.migrating import AddIndexWithoutStop


class Migration(migrations.Migration):
    """Each is made anew if the one before was interrupted."""

    atomic = False

    dependencies = [("invoices", "0012_records_in_order")]

    operations = [
        AddIndexWithoutStop(
            model_name="customer",
            index=models.Index(
                F("organization"),
                Lower(Coalesce(NullIf(F("company"), Value("")), F("name"))),
                F("id"),
                name="customer_by_shown_name",
            ),
        ),
        AddIndexWithoutStop(
            model_name="pricebookitem",
            index=models.Index(F("organization"), Lower("name"), F("id"), name="item_by_lower_name"),
        ),
    ]
