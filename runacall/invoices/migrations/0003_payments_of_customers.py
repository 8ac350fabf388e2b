"""A payment is the customer's, and pays parts of one invoice or several, or none."""

import django.db.models.deletion
from django.db import migrations, models

COPY_PARTS = """
INSERT INTO invoices_paymentapplication (payment_id, invoice_id, amount)
SELECT id, invoice_id, amount FROM invoices_payment
"""
COPY_CUSTOMERS = """
UPDATE invoices_payment
SET customer_id = (SELECT customer_id FROM invoices_invoice WHERE invoices_invoice.id = invoices_payment.invoice_id)
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_several_emails_of_a_customer")]

    operations = [
        migrations.CreateModel(
            name="PaymentApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="applications",
                        to="invoices.payment",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="invoices.invoice",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            "payment",
            "customer",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="invoices.customer",
            ),
        ),
        migrations.AddField("payment", "voided_at", models.DateTimeField(editable=False, null=True)),
        migrations.RunSQL(COPY_PARTS, migrations.RunSQL.noop),
        migrations.RunSQL(COPY_CUSTOMERS, migrations.RunSQL.noop),
    ]
