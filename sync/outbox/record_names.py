"""How the log names our records; it does not know what happens to them."""

from qbo.models import Connection
from runacall.invoices.documents import CustomerDocument, ItemDocument
from runacall.invoices.models import Customer, Invoice, PricebookItem
from sync.models.events import EntityType
from sync.outbox.opening import RecordName


def invoice_name(invoice: Invoice) -> RecordName:
    return RecordName(
        EntityType.INVOICE,
        invoice.pk,
        f"Invoice #{invoice.number}",
        party=invoice.customer.display_name,
        amount=invoice.total,
    )


def customer_name(customer: Customer | CustomerDocument) -> RecordName:
    return RecordName(EntityType.CUSTOMER, customer.id, f"Customer {customer.display_name}")


def item_name(item: PricebookItem | ItemDocument) -> RecordName:
    return RecordName(EntityType.ITEM, item.id, f"Item {item.name}")


def connection_name(connection: Connection) -> RecordName:
    return RecordName(EntityType.CONNECTION, connection.pk, "QuickBooks connection", party=str(connection))
