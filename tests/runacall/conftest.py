"""A shop, its people and a browser's stand-in, for the tests of the business."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runacall.invoices.signals import record_changed
from runacall.organizations.models import Organization
from tests import builders


@pytest.fixture
def shop(db: None) -> Organization:
    return builders.organization("lakeside", name="Lakeside Heating")


@pytest.fixture
def other_shop(db: None) -> Organization:
    return builders.organization("hilltop", name="Hilltop Plumbing")


@pytest.fixture
def log_in() -> Callable[[User], Client]:
    def client_of(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return client_of


@pytest.fixture
def changes() -> object:
    """Every record_changed of the test, as (class name, record, at)."""
    heard: list[tuple[str, object, object]] = []

    def hear(sender: type, record: object, at: object, **_: object) -> None:
        heard.append((sender.__name__, record, at))

    record_changed.connect(hear)
    yield heard
    record_changed.disconnect(hear)
