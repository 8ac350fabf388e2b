"""Measures spans within a process: it runs on while the machine is suspended, and nobody can set it."""

from __future__ import annotations

import time

# Linux' clock that also runs while the machine is suspended.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds() -> float:
    """Seconds since some moment before this process began."""
    return time.clock_gettime(_CLOCK)
