"""/livez and /readyz, and that all probes work by IP address, over plain HTTP, without a session."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError, connection
from django.test import Client

from runacall import probes

PATHS = ("/livez", "/readyz", "/healthz")


@pytest.fixture(autouse=True)
def _anew(settings: Any) -> None:
    probes._migrations_problem.cache_clear()
    # Those of the tests stand in the repository, and are refused outside DEBUG.
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    settings.SECRET_KEY = secrets.token_urlsafe(48)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_a_probe_comes_by_ip_and_over_plain_http(path: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["app.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get(path, headers={"host": "10.1.2.3:8000"})
    assert answer.status_code in (200, 503)
    assert "ok" in answer.json()
    assert "no-store" in answer["Cache-Control"]
    assert Client().head(path, headers={"host": "10.1.2.3:8000"}).status_code in (200, 503)
    assert Client().post(path, headers={"host": "10.1.2.3:8000"}).status_code == 405


@pytest.mark.django_db
def test_no_other_page_comes_by_ip(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["app.example.com"]
    for path in ("/admin/login/", "/livez/", "/livez/../admin/login/"):
        assert Client().get(path, headers={"host": "10.1.2.3"}).status_code in (400, 404), path


def test_livez_asks_nothing_of_the_database() -> None:
    """Without the mark, pytest-django forbids it."""
    assert Client().get("/livez").json() == {"ok": True}


@pytest.mark.django_db
def test_ready() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ok": True, "settings": "ok", "database": "ok", "migrations": "ok"},
    )


@pytest.mark.django_db
def test_not_ready_with_a_bad_key(settings: Any) -> None:
    settings.TOKEN_KEYS = ["not-a-key"]
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["settings"] == "qbo.E002"
    assert "not-a-key" not in answer.content.decode()


@pytest.mark.django_db
def test_not_ready_before_the_migrations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sync'")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "manage.py migrate" in answer.json()["migrations"]


@pytest.mark.django_db
def test_not_ready_without_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("password=hunter2")

    monkeypatch.setattr(connection, "cursor", away)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "it does not answer"
    assert "hunter2" not in answer.content.decode()
