"""A connected shop for journeys, with nothing to wait for: Intuit's limits are off."""

from collections.abc import Iterator
from typing import Any

import pytest

from runacall.organizations.models import Role
from tests import builders, moments
from tests.books import NO_LIMITS, Shop, connected_shop, emulator
from tests.journeys.office import Office
from tests.journeys.visiting import visitor_in, visitor_of


@pytest.fixture
def qbo_url(settings: Any) -> Iterator[str]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    with emulator() as url:
        settings.QBO_EMULATOR_URL = url
        yield url


@pytest.fixture
def shop(db: None, qbo_url: str) -> Shop:
    return connected_shop(qbo_url)


@pytest.fixture
def office(shop: Shop) -> Office:
    """The shop's Owner, logged in."""
    session = moments.again(shop.books.url, {"made": "owner's session"}, lambda: session_of(shop))
    return Office(shop, visitor_in(session))


def session_of(shop: Shop) -> str:
    return visitor_of(builders.member(shop.organization, Role.OWNER)).client.cookies["sessionid"].value
