"""Benchmark 7: what looking for work costs a host each second, by the number of connections."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

COUNTS = (10, 1000, 10_000)
LOOKS = 5


def main() -> None:
    import django

    django.setup()
    found = {}
    made = 0
    for count in COUNTS:
        add_connections(made, count)
        made = count
        found[str(count)] = measure()
    print(json.dumps(found))


def add_connections(first: int, last: int) -> None:
    """Live connections whose lists were just read and that have nothing to send."""
    from django.utils import timezone

    from qbo.models import Connection, ConnectionSettings, ListState
    from runacall.organizations.models import Organization

    now, numbers = timezone.now(), range(first + 1, last + 1)
    Organization.objects.bulk_create(
        Organization(pk=n, slug=f"shop-{n}", name=f"Shop {n}", time_zone="America/New_York") for n in numbers
    )
    Connection.objects.bulk_create(
        Connection(pk=n, organization_id=n, realm_id=str(10_000_000 + n), refresh_token="r", access_token="a")
        for n in numbers
    )
    ConnectionSettings.objects.bulk_create(ConnectionSettings(connection_id=n) for n in numbers)
    ListState.objects.bulk_create(
        [ListState(connection_id=n, name=name, refreshed_at=now) for n in numbers for name in ListState.LISTS],
        batch_size=2000,
    )


def measure() -> dict[str, dict[str, float]]:
    from django.db import connection as database
    from django.utils import timezone
    from django_q.models import OrmQ

    from qbo.models import Connection, Lease
    from sync.models import SyncEvent
    from sync.worker.wake import wake_due

    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    idle = a_look(wake_due)
    now = timezone.now()
    SyncEvent.objects.bulk_create(
        [
            SyncEvent(
                organization_id=one.organization_id, connection=one, realm_id=one.realm_id, record_type="invoice",
                record_id=one.pk, rank=3, state="queued", due_at=now, opened_at=now, changed_at=now, label="Invoice",
            )
            for one in Connection.objects.defer("access_token_sealed", "refresh_token_sealed")
        ],
        batch_size=2000,
    )  # fmt: skip
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    first = a_look(wake_due, looks=1)
    asked = OrmQ.objects.count()
    while wake_due():
        pass
    busy = a_look(wake_due)
    SyncEvent.objects.all().delete()
    OrmQ.objects.all().delete()
    Lease.objects.all().delete()
    return {
        "idle": idle,
        "busy": {**busy, "asked": asked, "asking_queries": first["queries"], "asking_ms": first["ms"]},
    }


def a_look(look: Callable[[], Any], *, looks: int = LOOKS) -> dict[str, float]:
    """Queries and milliseconds, the database included, of one look."""
    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(database) as seen:
        began = time.perf_counter()
        for _ in range(looks):
            look()
        spent = time.perf_counter() - began
    return {"queries": len(seen) / looks, "ms": spent / looks * 1000}


if __name__ == "__main__":
    main()
