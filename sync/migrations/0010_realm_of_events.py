"""Events carry the company they are for; one is unsent and one on its way for each; a dismissed one is closed."""

from django.db import migrations, models


def fill(apps, schema_editor):
    """What went out is for the company that it went to; what never did, for the one that is connected."""
    events = apps.get_model("sync", "SyncEvent").objects
    of_submission = apps.get_model("sync", "Submission").objects.filter(pk=models.OuterRef("submission_id"))
    of_connection = apps.get_model("qbo", "Connection").objects.filter(pk=models.OuterRef("connection_id"))
    events.filter(submission__isnull=False).update(realm_id=models.Subquery(of_submission.values("realm_id")[:1]))
    events.filter(realm_id="").update(realm_id=models.Subquery(of_connection.values("realm_id")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
        ("qbo", "0001_initial"),
        ("sync", "0009_support_looks_by_hour"),
    ]

    operations = [
        migrations.AlterField(
            model_name="actionrecord",
            name="action",
            field=models.CharField(
                choices=[
                    ("retry", "Retry"),
                    ("dismiss", "Dismiss"),
                    ("take_back", "Take back"),
                    ("post_to_current_period", "Post to current period"),
                    ("accept", "Accept difference"),
                    ("keep_quickbooks", "Keep QuickBooks'"),
                    ("send_ours", "Send ours"),
                    ("void_here_too", "Void it here too"),
                    ("send_as_new", "Send it again as a new invoice"),
                    ("keep_company", "Go back to the previous company"),
                    ("use_company", "Use a different company"),
                    ("send_earlier", "Send earlier invoices"),
                ],
                max_length=32,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="syncevent",
            name="sync_event_one_unsent",
        ),
        migrations.RemoveConstraint(
            model_name="syncevent",
            name="sync_event_one_in_flight",
        ),
        migrations.RemoveIndex(
            model_name="syncevent",
            name="sync_log_page",
        ),
        migrations.RemoveIndex(
            model_name="syncevent",
            name="sync_log_state",
        ),
        migrations.RemoveIndex(
            model_name="syncevent",
            name="sync_due",
        ),
        migrations.RemoveIndex(
            model_name="syncevent",
            name="sync_cause",
        ),
        migrations.AddField(
            model_name="syncevent",
            name="realm_id",
            field=models.CharField(default="", max_length=32, verbose_name="realm ID"),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="syncevent",
            index=models.Index(fields=["organization", "realm_id", "-changed_at", "-id"], name="sync_log_page"),
        ),
        migrations.AddIndex(
            model_name="syncevent",
            index=models.Index(
                fields=["organization", "realm_id", "state", "-changed_at", "-id"], name="sync_log_state"
            ),
        ),
        migrations.AddIndex(
            model_name="syncevent",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["connection", "realm_id", "rank", "due_at"],
                name="sync_due",
            ),
        ),
        migrations.AddIndex(
            model_name="syncevent",
            index=models.Index(
                condition=models.Q(("state", "failed")),
                fields=["organization", "realm_id", "cause_key"],
                name="sync_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="syncevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "failed"])),
                fields=("connection", "record_id", "record_type", "realm_id"),
                name="sync_event_one_unsent",
            ),
        ),
        migrations.AddConstraint(
            model_name="syncevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["sending", "checking"])),
                fields=("connection", "record_id", "record_type", "realm_id"),
                name="sync_event_one_in_flight",
            ),
        ),
        migrations.AddConstraint(
            model_name="syncevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("realm_id", ""), _negated=True), name="sync_event_has_realm"
            ),
        ),
    ]
