"""What every rehearsal says and how it waits."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 600.0
began = time.monotonic()


class WentWrong(Exception):
    """The rehearsal did not end as it should; its text says where."""


def wait_for(what: str, there: Callable[[], bool], *, every: float = 1) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if there():
            return
        time.sleep(every)
    raise WentWrong(f"waited {PATIENCE:.0f} s for {what}")


def say(text: str) -> None:
    print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)
