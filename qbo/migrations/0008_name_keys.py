"""Mirrored names get the key by which names are compared now: NFKC, blanks collapsed, case folded."""

from django.db import migrations

from runacall.invoices.names import name_key

AT_ONCE = 1000


def renew_keys(apps, schema_editor):
    entries = apps.get_model("qbo", "ListEntry").objects.using(schema_editor.connection.alias)
    changed = []
    for entry in entries.only("pk", "name", "name_key").order_by("pk").iterator(chunk_size=AT_ONCE):
        key = name_key(entry.name)[:500]
        if key != entry.name_key:
            entry.name_key = key
            changed.append(entry)
    entries.bulk_update(changed, ["name_key"], batch_size=AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("qbo", "0007_other_companies_and_consents")]

    operations = [migrations.RunPython(renew_keys, migrations.RunPython.noop, elidable=True)]
