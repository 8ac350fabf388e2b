from django.db import migrations

from runacall.migrating import AddIndexOfSome

# As in sync.engine.prepare.rivals.
OTHERWISE = r"~ '[^ -_a-~]|  |^ | $| :|: '"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0015_e_mail")]

    operations = [
        AddIndexOfSome(
            "invoices.PricebookItem", "item_spelled_otherwise", "organization_id", f'"name"::text {OTHERWISE}'
        ),
        AddIndexOfSome(
            "invoices.Customer",
            "customer_spelled_otherwise",
            "organization_id",
            f'COALESCE(NULLIF("company", \'\'), "name")::text {OTHERWISE}',
        ),
    ]
