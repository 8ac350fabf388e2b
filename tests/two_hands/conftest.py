"""Settings for a shop whose QuickBooks is in this process; how long anything takes there does not matter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import NO_LIMITS
from tests.two_hands.inside import URL


@pytest.fixture
def _apart(settings: Any) -> None:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS, **dict.fromkeys(("DRAIN_SECONDS", "PAGE_SECONDS"), 10**6)}
    settings.QBO_EMULATOR_URL = URL
