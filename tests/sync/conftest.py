"""A connected shop for tests of the engine."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.books import NO_LIMITS, Shop, connected_shop, emulator


@pytest.fixture
def qbo_url(settings: Any) -> Iterator[str]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    with emulator() as url:
        yield url


@pytest.fixture
def shop(transactional_db: None, qbo_url: str) -> Shop:
    return connected_shop(qbo_url)
