"""The second half of 0003: PostgreSQL cannot alter a table in the transaction that filled it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0003_payments_of_customers")]

    operations = [
        migrations.AlterField(
            "payment",
            "customer",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="invoices.customer"
            ),
        ),
        migrations.RemoveField("payment", "invoice"),
        migrations.AddField(
            "payment",
            "invoices",
            models.ManyToManyField(
                related_name="payments", through="invoices.PaymentApplication", to="invoices.invoice"
            ),
        ),
        migrations.AddConstraint(
            "paymentapplication",
            models.UniqueConstraint(fields=["payment", "invoice"], name="unique_payment_of_invoice"),
        ),
        migrations.AddConstraint(
            "paymentapplication",
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_application_positive"),
        ),
    ]
