"""What every operation does: it is recorded, reports what it did, and can be left to a worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.datastructures import MultiValueDict
from django_q.tasks import async_task

from qbo.models import Lease
from runacall.organizations.models import Organization
from sync.actions import ACTIONS
from sync.log.filters import SyncEventFilter
from sync.models import ActionRecord, Guest, SyncEvent
from sync.models.events import SyncEventQuerySet

User = AbstractBaseUser | Guest | None


@dataclass(frozen=True)
class Report:
    """How many events an action changed, and how many it left alone, by reason."""

    done: int = 0
    left: Mapping[str, int] = field(default_factory=dict)
    # The record of the action, if its result will be known only later.
    action: ActionRecord | None = None
    # The id of what the action made, which has a page of its own.
    made: int | None = None

    @property
    def left_count(self) -> int:
        return sum(self.left.values())

    def sentence(self, verb: str, noun: str = "event") -> str:
        """E.g. "Retried 12 events. Left 3 alone: 2 already in QuickBooks, 1 being sent right now."."""
        said = f"{verb} {self.done:,} {noun}{'' if self.done == 1 else 's'}."
        if not self.left:
            return said
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.left.items())
        return f"{said} Left {self.left_count:,} alone: {reasons}."


def leave_to_worker(
    organization: Organization | None,
    name: str,
    filters: Mapping[str, object],
    *,
    by: User,
    at: datetime,
    meant: int = 0,
) -> ActionRecord:
    """Have a worker do the action `name` to the events that `filters` select: to more than a page should wait for.

    `meant`: how many that is right now.
    """
    assert organization is not None, "the log of no organization is empty"
    with transaction.atomic():
        action = record_action(organization.pk, name, by=by, at=at, done=0, filters=filters, is_open=True)
        ActionRecord.objects.filter(pk=action.pk).update(meant=meant)
        call_for(action)
    return action


def call_for(action: ActionRecord) -> None:
    """Have a worker carry out `action`.

    In the caller's transaction, so that the record and the task are committed together.
    """
    async_task("sync.tasks.carry_out", action.pk, group="retry")


def chosen_by(action: ActionRecord) -> SyncEventQuerySet:
    """The events that an action's filters select, without those that have changed since it was asked for."""
    log = SyncEvent.objects.for_organization(action.organization).filter(changed_at__lte=action.at)
    found = SyncEventFilter(MultiValueDict(action.filters), queryset=log)
    found.organization = action.organization
    events: SyncEventQuerySet = found.qs
    return events


def keep_drains_out(connection_ids: Iterable[int]) -> None:
    """Block drains until the transaction ends.

    Every writer of many events locks the lease first, so that no two deadlock.
    """
    list(Lease.objects.select_for_update().filter(connection__in=connection_ids).order_by("pk"))


def record_action(
    organization_id: int,
    action: str,
    *,
    by: User,
    at: datetime,
    done: int,
    left: Mapping[str, int] | None = None,
    filters: Mapping[str, object] | None = None,
    reason: str = "",
    is_open: bool = False,
) -> ActionRecord:
    """Keep what a person did for the audit log. Raises KeyError for what is not in the table of actions."""
    return ActionRecord.objects.create(
        organization=Organization(pk=organization_id),
        by=by if by is not None and by.pk else None,  # type: ignore[misc]
        by_name=by.name if isinstance(by, Guest) else "",
        at=at,
        action=ACTIONS[action].name,
        done=done,
        left={key: count for key, count in (left or {}).items() if count},
        filters=dict(filters or {}),
        reason=reason[:500],
        is_open=is_open,
    )
