"""Benchmark 4: the Retry all click on 100,000 failed events, and a drain's peak memory at 1,000 and 100,000 due."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.benchmarks.ground import SLUG, Ground

# Run inside `manage.py shell`, so that every figure is that of a process of its own.
FILL = """
from django.utils import timezone
from qbo.models import Connection
from sync.models import SyncEvent
now, connection = timezone.now(), Connection.objects.get()
common = dict(organization_id=connection.organization_id, connection=connection,
    realm_id=connection.realm_id, record_type="invoice", rank=3,
    state="failed", failure_code="tax_code_not_mapped", cause_key="tax_code_not_mapped:tax_rate:3",
    opened_at=now, changed_at=now, message="Tax code 'Combined 7.25' not mapped")
SyncEvent.objects.bulk_create(
    (SyncEvent(record_id=10_000_000 + n, label=f"Invoice #{n}", **common) for n in range({count})), batch_size=2000)
"""
# The button of the page that says how many: through URL, role, scope and filters, as a person's browser presses it.
CLICK = """
import json, time
from django.contrib.auth.models import User
from django.test import Client
from runacall.organizations.models import Membership, Organization
from sync.models import ActionRecord, SyncEvent
from sync.tasks import carry_out
owner = User.objects.create_user("owner@example.com", is_staff=True)
Membership.objects.create(organization=Organization.objects.get(), user=owner, role="owner")
client = Client(headers={"host": "localhost"})
client.force_login(owner)
page = "/admin/sync/syncevent/retry/?status=failed"
began = time.monotonic()
asked = client.get(page)
shown = time.monotonic()
answer = client.post(page)
pressed = time.monotonic()
assert (asked.status_code, answer.status_code) == (200, 302), (asked.status_code, answer.status_code)
for action in ActionRecord.objects.open():
    carry_out(action.pk)
queued = time.monotonic()
print(json.dumps({"ask": shown - began, "click": pressed - shown, "worker": queued - pressed,
    "done": SyncEvent.objects.filter(state="queued").count(), "audited": ActionRecord.objects.get().done}))
"""
DRAIN = """
import json, resource
from django.utils import timezone
from qbo.models import Connection
from sync.engine.drain import drain
waves = []
drain(Connection.objects.get(), give_way=lambda: waves.append(1) or len(waves) >= 4)
print(json.dumps({"peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def click(count: int = 100_000, *, database_url: str = "") -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(
            Path(folder), database_url or f"sqlite:///{folder}/shop.sqlite3", latency_ms=0, has_limits=False
        )
        try:
            ground.prepare(0)
            ground.run("shell", "-c", FILL.replace("{count}", str(count)))
            clicked = result(ground.run("shell", "-c", CLICK).stdout)
        finally:
            ground.end()
    return clicked


def memory(count: int) -> float:
    """Peak resident kilobytes of a process that drains four waves of `count` due events."""
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder), f"sqlite:///{folder}/shop.sqlite3", latency_ms=0, has_limits=False)
        try:
            ground.prepare(1000)
            ground.run("shell", "-c", FILL.replace("{count}", str(max(0, count - 1000))))
            ground.run("retry_failed", "--organization", SLUG)
            return result(ground.run("shell", "-c", DRAIN).stdout)["peak_kb"]
        finally:
            ground.end()


def result(output: str) -> dict[str, float]:
    return dict(json.loads(output.strip().splitlines()[-1]))
