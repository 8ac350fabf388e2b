"""Fixtures that every test may use; nothing here knows a particular app."""

import shutil
from collections.abc import Iterator

import pytest
from pytest_socket import socket_allow_hosts

from tests.settings import SCRATCH


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    """No test reaches beyond this machine."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _scratch() -> Iterator[None]:
    yield
    shutil.rmtree(SCRATCH, ignore_errors=True)
