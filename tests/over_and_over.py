"""Notices what a drain claims over and over: it only rests then, and a test would pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from runacall import operators_log

# As it is without anybody watching: a storm that a test plays tells its own watch, and not the test's as well.
NOTE = operators_log.note


@contextmanager
def watched(tell: Callable[[str], object]) -> Iterator[None]:
    """Calls `tell` with what is wrong, after the operators' log has it; `tell` may raise."""
    # Not before Django is set up.
    from sync.engine.drain import OVER_AND_OVER

    def noted(what: str, **facts: Any) -> None:
        NOTE(what, **facts)
        if what == OVER_AND_OVER:
            tell(f"what was to be sent came back over and over: {facts}")

    with patch.object(operators_log, "note", noted):
        yield
