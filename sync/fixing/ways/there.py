"""What is fixed in QuickBooks itself: Run a Call reads it again, and sends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from qbo.models import Connection, ListState
from sync.fixing.fix import Answer, Case, Fix, Offer, User
from sync.forecast.dry_run import Supposed

HINT = "{step} Then press the button: Run a Call reads {lists} again before it sends."


def _offer(case: Case) -> Offer:
    entry = case.failure.entry
    lists = " and ".join(ListState.TITLES[name].lower() for name in entry.refreshes if name in ListState.TITLES)
    step = next(iter(case.failure.remedy), "")
    return Offer(groups=(), chosen="again:", hint=HINT.format(step=step, lists=lists or "it"))


def _apply(case: Case, answer: Answer, by: User, at: datetime) -> Mapping[str, object]:
    return {}


def _undo(connection: Connection, kept: Mapping[str, object], by: User, at: datetime) -> None:
    """There is nothing to undo."""


FIX = Fix(
    codes=("tax_not_enabled", "discount_not_enabled"),
    label="",
    submit="Check again and send {count}",
    offer=_offer,
    seen=lambda case: "",
    supposed=lambda case, answer: Supposed(),
    apply=_apply,
    undo=_undo,
    is_read_first=True,
)
