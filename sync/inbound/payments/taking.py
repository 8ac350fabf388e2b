"""Payments in QuickBooks: those that the bookkeeper took on our invoices, and what became of ours.

Which are which; what is done with each is the neighbors' business.
"""

from __future__ import annotations

from qbo.models import ConnectionSettings
from runacall.invoices.models import Payment
from sync.inbound.hearing import Hearing
from sync.inbound.payments.following import lose_ours, take_ours
from sync.inbound.payments.receiving import received, record_received
from sync.inbound.payments.untaken import add_untaken


def take_payments(hearing: Hearing) -> None:
    """Record what was received there, and follow or tell what happened to what we have."""
    # The switch is for both directions.
    is_on = ConnectionSettings.objects.filter(connection=hearing.connection, sync_payments=True).exists()
    if is_on:
        add_untaken(hearing)
    for moved in hearing.moved("Payment"):
        ours = Payment.objects.in_bulk([link.record_id for link, _ in moved])
        for link, row in moved:
            if link.record_id in ours:
                with hearing.one("Payment", link.record_id):
                    take_ours(hearing, link, row, ours[link.record_id])
    for links in hearing.gone("Payment"):
        for link in links:
            with hearing.one("Payment", link.record_id):
                lose_ours(hearing, link)
    if not is_on:
        return
    for row, parts in received(hearing):
        with hearing.one("Payment", int(str(row["Id"])) if str(row["Id"]).isdecimal() else 0):
            record_received(hearing, row, parts)
