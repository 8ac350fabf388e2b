"""Whether a connection is about to expire although it works; it does not know who is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from qbo.models import Connection
from runacall.organizations.models import Organization

TOLD_BEFORE = timedelta(days=14)


@dataclass(frozen=True)
class Ending:
    """The day on which a connection ends, by the shop's calendar, and the number of days until then."""

    day: date
    days: int

    @property
    def words(self) -> str:
        """E.g. "ends on 2026-06-30, in 12 days"."""
        if self.days < 1:
            return "ends today" if self.days == 0 else f"ended on {self.day:%Y-%m-%d}"
        return f"ends on {self.day:%Y-%m-%d}, {'tomorrow' if self.days == 1 else f'in {self.days} days'}"


def ending_of(organization: Organization | None, *, at: datetime) -> Ending | None:
    """When the organization's connection ends, if within two weeks; one query. It has two ends: weekly renewals move
    one; only a person can move the other (`hard_expires_at`, Intuit's refresh-token policy of 2025).
    """
    if organization is None:
        return None
    rows = Connection.objects.for_organization(organization).filter(status=Connection.Status.ACTIVE)
    connection = rows.only("refresh_expires_at", "hard_expires_at").first()
    ends = connection.expires_at if connection else None
    if ends is None or ends > at + TOLD_BEFORE:
        return None
    day = organization.local(ends).date()
    return Ending(day, (day - organization.local(at).date()).days)
