"""Where to look for what a bookkeeper merged in QuickBooks: a merge moves invoices, or their lines, to the survivor."""

from __future__ import annotations

from django.db.models import QuerySet

from qbo.models import Link
from runacall.invoices.models import Invoice
from sync.engine.context import Drain
from sync.models.events import EntityType

# How many invoices with a customer or a product that is gone are checked to find out where a merge has moved them.
MOVED_INVOICES = 3


def latest_there(drain: Drain, invoices: QuerySet[Invoice]) -> QuerySet[Link]:
    """The links of those of the organization's `invoices` that are in QuickBooks, the latest first."""
    ours = invoices.filter(organization=drain.connection.organization_id)
    links = Link.objects.of(drain.connection, EntityType.INVOICE).filter(record_id__in=ours.values("pk"), active=True)
    return links.order_by("-record_id")
