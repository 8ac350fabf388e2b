"""Mirrored names get the key by which names are compared now: apostrophes and dashes alike, nothing invisible."""

from importlib import import_module

from django.db import migrations

renew_keys = import_module("qbo.migrations.0008_name_keys").renew_keys


class Migration(migrations.Migration):
    dependencies = [("qbo", "0015_account_of_one_item")]

    operations = [migrations.RunPython(renew_keys, migrations.RunPython.noop, elidable=True)]
