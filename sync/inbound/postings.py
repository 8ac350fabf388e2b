"""A posting to another day that the bookkeeper takes back in QuickBooks is taken back here."""

from __future__ import annotations

from datetime import date

from qbo.json_objects import Row
from qbo.mapping.base import Base, There
from qbo.mapping.invoice_rows import is_void
from qbo.models import Link
from runacall.invoices.models import Invoice, Payment
from sync.inbound.hearing import Hearing
from sync.outbox.arrivals import note_arrival, unsent_of
from sync.outbox.enqueueing import RecordName


def is_on_its_own_day(row: Row, *, own_day: date, posted_to: date | None) -> bool:
    """It was posted to another day while its own was closed, and somebody has moved it back there."""
    return posted_to is not None and not is_void(row) and There.of(row).day == own_day != posted_to


def take_posting_back(hearing: Hearing, link: Link, record: Invoice | Payment, name: RecordName) -> None:
    """`record` has its own day in the books again, and the log says so, unless a change of it waits to be sent."""
    waited = unsent_of(hearing.connection, name) is not None
    record.move_back(record.dates._replace(posting_date=None), at=hearing.at)
    if base := Base.from_text(link.base):
        link.base = base.saying("date", record.books_date.isoformat()).as_text()
        link.save(update_fields=["base"])
    if not waited:
        message = f"Moved back in QuickBooks to its own day, {record.dates.invoice_date}. It is the same here now."
        note_arrival(hearing.connection, name, at=hearing.at, message=message, just_opened=True)
