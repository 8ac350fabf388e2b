from django.db import migrations

from runacall.migrating import AddPartOfWordsIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0005_tips_and_card_fees")]

    operations = [
        AddPartOfWordsIndex("invoices.Invoice", "invoice_number_parts", ("number",)),
        AddPartOfWordsIndex("invoices.Customer", "customer_words", ("name", "company", "email", "phone")),
    ]
