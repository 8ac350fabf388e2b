"""The mapping book of invoices that are about to be sent: with what only the queue knows of the payments on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db.models import Q

from qbo.mapping.book import MappingBook
from qbo.mapping.loading import load_book
from runacall.invoices.documents import InvoiceDocument
from sync.engine.context import Drain
from sync.models import SyncEvent
from sync.models.events import IN_FLIGHT, EntityType


def book_of(drain: Drain, invoices: Mapping[int, InvoiceDocument]) -> MappingBook:
    """All that is looked up for these invoices, and which unsent payments on them may have arrived all the same."""
    book = load_book(drain.connection, list(invoices.values()))
    unsent = {payment_id for one in book.payments_on.values() for payment_id in one.unsent}
    if not unsent:
        return book
    payments = SyncEvent.objects.of(drain.connection).filter(record_type=EntityType.PAYMENT, record_id__in=unsent)
    lost = payments.filter(Q(state__in=IN_FLIGHT) | Q(look_first=True)).values_list("record_id", flat=True)
    in_doubt = frozenset(lost)
    return replace(book, payments_on={pk: replace(one, in_doubt=in_doubt) for pk, one in book.payments_on.items()})
