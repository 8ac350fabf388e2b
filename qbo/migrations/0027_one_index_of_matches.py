from django.db import migrations

from runacall.migrating import RemoveIndexWithoutStop


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("qbo", "0026_ids_of_matches")]

    operations = [RemoveIndexWithoutStop(model_name="link", name="qbo_link_made_here")]
