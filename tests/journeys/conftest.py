"""A connected shop for journeys: real HTTP to the emulator, no waiting for Intuit's limits."""

from collections.abc import Iterator
from typing import Any

import pytest

from runacall.organizations.models import Role
from tests import builders
from tests.books import Shop, connected_shop, emulator
from tests.journeys.office import Office
from tests.journeys.visiting import visitor_of

# Limits have tests of their own; here they would only make everything slow.
PLENTY = {"REQUESTS_A_MINUTE": 10**6, "REQUESTS_A_SECOND": 10**6, "BATCHES_A_MINUTE": 10**6}


@pytest.fixture
def qbo_url(settings: Any) -> Iterator[str]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **PLENTY}
    with emulator() as url:
        settings.QBO_EMULATOR_URL = url
        yield url


@pytest.fixture
def shop(db: None, qbo_url: str) -> Shop:
    return connected_shop(qbo_url)


@pytest.fixture
def office(shop: Shop) -> Office:
    """The shop's Owner, logged in."""
    return Office(shop, visitor_of(builders.member(shop.organization, Role.OWNER)))
