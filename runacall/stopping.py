"""Whether this process was asked to stop: what takes long looks here between two steps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_asked = False


def heed(*signals: signal.Signals) -> None:
    """From now on, any of these signals asks this process to stop instead of ending it. Only in the main thread."""
    for one in signals:
        signal.signal(one, lambda *_: ask())


@contextmanager
def heeding(*signals: signal.Signals) -> Iterator[None]:
    """As `heed`, for as long as the block runs. Outside the main thread nothing can be heeded."""
    global _asked
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in signals}
    heed(*signals)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        _asked = False


def ask() -> None:
    global _asked
    _asked = True


def is_asked() -> bool:
    return _asked
