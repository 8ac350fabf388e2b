"""Mirrored names get the key by which names are compared now: «quotation marks» and the letters I of Turkish alike."""

from importlib import import_module

from django.db import migrations

renew_keys = import_module("qbo.migrations.0008_name_keys").renew_keys


class Migration(migrations.Migration):
    dependencies = [("qbo", "0022_links_gone_there")]

    operations = [migrations.RunPython(renew_keys, migrations.RunPython.noop, elidable=True)]
