"""How many calls a company may make: the documented limits, counted per realm; knows no HTTP."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Mapping

MINUTE, SECOND = 60.0, 1.0
# name of the switch with the figure -> the window, and the resource that it is about ("": all)
LIMITS = {
    "requests_per_minute": (MINUTE, ""),
    "requests_per_second": (SECOND, ""),
    "batches_per_minute": (MINUTE, "batch"),
    "batches_per_minute_all_apps": (MINUTE, "batch"),
    "reports_per_minute": (MINUTE, "reports"),
    "all_per_minute": (MINUTE, ""),
}


class Window:
    """The calls of the last `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.calls: deque[float] = deque()

    def full(self, at: float, limit: int) -> bool:
        while self.calls and self.calls[0] <= at - self.seconds:
            self.calls.popleft()
        return len(self.calls) >= limit


class Limiter:
    """Says whether one more call is allowed now. A refused call is not counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, str], Window] = {}
        self.refused: dict[str, int] = defaultdict(int)

    def admits(self, realm: str, *, at: float, limits: Mapping[str, int], resource: str) -> bool:
        """`limits`: the figures by the names of LIMITS. A call counts under every limit on its resource."""
        with self._lock:
            windows = [
                (self._window(realm, name, seconds), limits[name])
                for name, (seconds, of) in LIMITS.items()
                if of in ("", resource)
            ]
            if any(window.full(at, limit) for window, limit in windows):
                self.refused[realm] += 1
                return False
            for window, _ in windows:
                window.calls.append(at)
            return True

    def _window(self, realm: str, name: str, seconds: float) -> Window:
        return self._windows.setdefault((realm, name), Window(seconds))
