"""Sorting events into those that can be sent and those that were settled on the way."""

from __future__ import annotations

from sync.engine.outcomes import Outcome
from sync.engine.send.push import Ready


def sort_in(verdict: Ready | Outcome, ready: list[Ready], settled: list[Outcome]) -> None:
    if isinstance(verdict, Ready):
        ready.append(verdict)
    else:
        settled.append(verdict)
