"""One round of upkeep: each step once, in small parts, within a time limit; the rest is left for the next round."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet
from django_q.models import Failure, Success

from qbo.mapping.loose_ends import gather, to_gather
from runacall.accounts.models import SignIn
from runacall.invoices.models import Invoice
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.models import Heartbeat, Letter
from sync.upkeep.retention import AT_ONCE, GoOn, in_turn, remove_bodies, remove_events
from sync.worker.health import SIGNS_OF_LIFE

BEAT = "maintain"
# A host whose cluster has been silent for this long will not come back under that name.
DEAD_AFTER = timedelta(days=7)
LETTERS_KEPT_FOR = timedelta(days=30)
Step = Callable[[datetime, GoOn], int]


def maintain(*, at: datetime, seconds: float | None = None) -> dict[str, int | str]:
    """What each step did, as a number, or what went wrong, in words; `seconds`: the limit for all of them together."""
    until = None if seconds is None else time.monotonic() + seconds
    done: dict[str, int | str] = {}
    for name, step in STEPS.items():
        with isolated("A step of upkeep", step=name) as caught:
            done[name] = step(at, lambda: until is None or time.monotonic() < until)
        if caught.mistake:
            done[name] = caught.words
    if not any(isinstance(one, str) for one in done.values()):
        Heartbeat.beat(BEAT, at=at)
    return done


def mark_overdue(at: datetime, go_on: GoOn) -> int:
    """Mark invoices that are past their due date by their shop's own calendar."""
    marked = 0
    for organization in in_turn(Organization.objects.all()):
        if not go_on():
            break
        with isolated("Marking overdue invoices", organization=organization.pk):
            while go_on():
                step = Invoice.objects.for_organization(organization).mark_overdue(
                    on=organization.today(at), at=at, at_most=AT_ONCE
                )
                marked += step
                if step < AT_ONCE:
                    break
    return marked


def gather_loose_ends(at: datetime, go_on: GoOn) -> int:
    """Note which records have no link, so that pages find them; each company once a day."""
    seen = 0
    for connection in in_turn(to_gather(at=at)):
        if not go_on():
            break
        with isolated("Gathering loose ends", connection=connection.pk):
            seen += gather(connection, at=at, go_on=go_on)
    return seen


def remove_sessions(at: datetime, go_on: GoOn) -> int:
    return _delete(Session.objects.filter(expire_date__lt=at), "pk", go_on)


def remove_task_results(at: datetime, go_on: GoOn) -> int:
    """Remove django-q's own records of finished tasks; our log has its own."""
    before = at - timedelta(days=settings.RETENTION_DAYS["TASK_RESULTS"])
    return sum(_delete(kind.objects.filter(stopped__lt=before), "pk", go_on) for kind in (Success, Failure))


def remove_dead_heartbeats(at: datetime, go_on: GoOn) -> int:
    dead = Heartbeat.objects.filter(at__lt=at - DEAD_AFTER).exclude(name__in=(*SIGNS_OF_LIFE, BEAT))
    return dead.delete()[0]


def remove_old_bodies(at: datetime, go_on: GoOn) -> int:
    return remove_bodies(before=at - timedelta(days=settings.RETENTION_DAYS["BODIES"]), go_on=go_on)


def remove_old_events(at: datetime, go_on: GoOn) -> int:
    return remove_events(before=at - timedelta(days=settings.RETENTION_DAYS["EVENTS"]), go_on=go_on)


def remove_old_sign_ins(at: datetime, go_on: GoOn) -> int:
    before = at - timedelta(days=settings.RETENTION_DAYS["SIGN_INS"])
    return _delete(SignIn.objects.filter(at__lt=before), "pk", go_on)


def remove_old_letters(at: datetime, go_on: GoOn) -> int:
    return _delete(Letter.objects.filter(made_at__lt=at - LETTERS_KEPT_FOR, next_at=None), "pk", go_on)


def _delete(rows: QuerySet[Model], key: str, go_on: GoOn) -> int:
    removed = 0
    while go_on():
        step = list(rows.values_list(key, flat=True)[:AT_ONCE])
        if not step:
            break
        removed += rows.model._default_manager.filter(**{f"{key}__in": step}).delete()[0]
    return removed


# name -> step, in this order: first what staff see.
STEPS: dict[str, Step] = {
    "overdue": mark_overdue,
    "loose_ends": gather_loose_ends,
    "sessions": remove_sessions,
    "task_results": remove_task_results,
    "heartbeats": remove_dead_heartbeats,
    "e-mails": remove_old_letters,
    "sign_ins": remove_old_sign_ins,
    "bodies": remove_old_bodies,
    "events": remove_old_events,
}
