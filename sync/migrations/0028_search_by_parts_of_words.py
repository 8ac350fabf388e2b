from django.db import migrations

from runacall.migrating import AddPartOfWordsIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0027_index_of_failures")]

    operations = [AddPartOfWordsIndex("sync.SyncEvent", "sync_event_words", ("label", "party", "message"))]
