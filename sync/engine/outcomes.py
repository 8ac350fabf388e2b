"""What one try of one event came to, made by name, so that no part of it can be forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from qbo.failures import Failure
from sync.models import Attempt, State, SyncEvent


@dataclass(frozen=True)
class Outcome:
    """The state that a try leaves its event in. Made by the constructors below, which complete the attempt as well.

    `due_at`: when the next try is made, where there is one. `look_first`: this try may have reached QuickBooks, so
    that the next one looks there before it sends. `columns`: further columns of the event.
    """

    attempt: Attempt
    state: State
    failure: Failure | None = None
    due_at: datetime | None = None
    retries: int = 0
    heals: int = 0
    look_first: bool = False
    message: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def event(self) -> SyncEvent:
        return self.attempt.event

    @classmethod
    def synced(cls, attempt: Attempt, *, message: str = "") -> Outcome:
        """QuickBooks agrees; `message` says how, where that is worth a line."""
        return cls._made(attempt, State.SYNCED, message=message)

    @classmethod
    def superseded(cls, attempt: Attempt, *, message: str) -> Outcome:
        """There is nothing to send any more."""
        return cls._made(attempt, State.SUPERSEDED, message=message)

    @classmethod
    def failed(cls, attempt: Attempt, failure: Failure, *, look_first: bool, **columns: Any) -> Outcome:
        """A person is needed."""
        event = attempt.event
        return cls._made(
            attempt,
            State.FAILED,
            failure,
            retries=event.retries,
            heals=event.heals,
            look_first=look_first,
            columns=columns,
        )

    @classmethod
    def queued(
        cls,
        attempt: Attempt,
        *,
        due_at: datetime,
        failure: Failure | None = None,
        message: str = "",
        retries: int | None = None,
        heals: int | None = None,
        look_first: bool | None = None,
    ) -> Outcome:
        """Tried again at `due_at`; retries and heals used so far, and whether to look first, as before unless given."""
        event = attempt.event
        return cls._made(
            attempt,
            State.QUEUED,
            failure,
            due_at=due_at,
            message=message,
            retries=event.retries if retries is None else retries,
            heals=event.heals if heals is None else heals,
            look_first=event.look_first if look_first is None else look_first,
        )

    @classmethod
    def checking(cls, attempt: Attempt, failure: Failure, *, due_at: datetime, retries: int) -> Outcome:
        """Nobody knows whether it arrived: found out at `due_at`, before anything is sent again."""
        return cls._made(
            attempt,
            State.CHECKING,
            failure,
            due_at=due_at,
            retries=retries,
            heals=attempt.event.heals,
            look_first=True,
        )

    @classmethod
    def _made(cls, attempt: Attempt, state: State, failure: Failure | None = None, **more: Any) -> Outcome:
        attempt.outcome = state
        attempt.failure_code = failure.code if failure else ""
        attempt.message = (failure.message if failure else more.get("message", ""))[:500]
        attempt.entries = [vars(entry) for entry in failure.entries] if failure else []
        return cls(attempt, state, failure, **more)
