"""What can go wrong on the way to QuickBooks and back, by name: commands for the emulator, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.chaos.stage import PACE

# Longer than our own patience with an answer, see HASTE in `stage`.
SILENCE = 1.6 * PACE
# What a gateway may say that knows nothing of QuickBooks.
DENIED, GONE = "Access is denied: permission", "The upstream account was not found or was made inactive"

ORDERS: Mapping[str, Mapping[str, Any]] = {
    "reset before commit": {"fault": "reset"},
    "reset after commit": {"fault": "reset", "after_commit": True},
    "time-out before commit": {"fault": "timeout", "seconds": SILENCE},
    "time-out after commit": {"fault": "timeout", "seconds": SILENCE, "after_commit": True},
    **{
        f"{status} {'after' if after else 'before'} commit": {
            "fault": "status",
            "status": status,
            "after_commit": after,
        }
        for status in (500, 503, 504)
        for after in (False, True)
    },
    **{
        f"429 in {form.upper()} {'with' if seconds else 'without'} Retry-After": {
            "fault": "throttle",
            "format": form,
            "retry_after": seconds,
        }
        for form in ("json", "xml")
        for seconds in (0, 1)
    },
    "429 for one item": {"fault": "throttle", "item": True},
    "10000 for one item": {"fault": "item_fault", "code": "10000", "message": "An application error has occurred"},
    "answer cut in half before commit": {"fault": "cut"},
    "answer cut in half after commit": {"fault": "cut", "after_commit": True},
    "half an answer that looks whole before commit": {"fault": "half"},
    "half an answer that looks whole after commit": {"fault": "half", "after_commit": True},
    "502 with misleading words before commit": {"fault": "status", "status": 502, "message": DENIED},
    "502 with misleading words after commit": {"fault": "status", "status": 502, "message": GONE, "after_commit": True},
    "empty answer after commit": {"fault": "empty", "after_commit": True},
    "401 out of the blue": {"fault": "auth"},
    "503 to a query": {"fault": "status", "status": 503, "path": "query"},
    "reset of a query": {"fault": "reset", "path": "query"},
    "503 of the token service": {"fault": "status", "status": 503, "path": "token"},
}
"""name -> arguments of the emulator's control command `fault`; batches are struck unless it says otherwise."""
