"""What `manage.py check --deploy` says to the documented production settings, and to each bad one; what starts."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTED = ROOT / "deploy" / "production.env.example"


def fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def production(**changes: str) -> dict[str, str]:
    """The documented settings, filled in; what a developer's .env may add is switched off."""
    lines = [line for line in DOCUMENTED.read_text().splitlines() if line and not line.startswith("#")]
    told = dict(line.split("=", 1) for line in lines)
    keys = {"SECRET_KEY": secrets.token_urlsafe(48), "TOKEN_KEYS": fernet_key()}
    own = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "runacall.settings"}
    return own | {"QBO_EMULATOR_URL": "", "DEMO": "false"} | told | keys | changes


def run(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def check(*, deploy: bool = True, **changes: str) -> tuple[int, str]:
    options = ["--deploy", "--fail-level", "WARNING"] if deploy else []
    done = run("manage.py", "check", *options, environment=production(**changes))
    return done.returncode, done.stdout + done.stderr


def test_the_documented_production_settings_are_well() -> None:
    status, said = check()
    assert status == 0, said
    assert "no issues" in said


BAD = {
    "runacall.E001": [
        {"SECRET_KEY": ""},
        {"SECRET_KEY": "only-for-development"},
        {"SECRET_KEY": "django-insecure-" + "x1y2z3" * 12},
        {"SECRET_KEY": "a" * 80},
        {"SECRET_KEY": "k3Jx9-short"},
    ],
    "qbo.E001": [{"TOKEN_KEYS": ""}],
    "qbo.E002": [{"TOKEN_KEYS": "not-a-key"}, {"TOKEN_KEYS": f"{fernet_key()},{fernet_key()[:-4]}"}],
    "qbo.E003": [{"TOKEN_KEYS": settings.TOKEN_KEYS[0]}, {"TOKEN_KEYS": base64.urlsafe_b64encode(bytes(32)).decode()}],
    "qbo.E004": [{"QBO_EMULATOR_URL": "http://127.0.0.1:8010"}],
}
ONLY_DEPLOY = {
    "runacall.E002": [{"DEMO": "true"}],
    "runacall.E003": [{"ALLOWED_HOSTS": "*"}, {"ALLOWED_HOSTS": "localhost"}],
    "runacall.E004": [{"PROXIES": "0"}],
    "qbo.E006": [{"QBO_CLIENT_SECRET": ""}],
    "security.W018": [{"DEBUG": "true"}],
    "security.W008": [{"BEHIND_TLS_PROXY": "false"}],
    "security.W012": [{"SECURE_COOKIES": "false"}],
}


# These change what else is looked at.
BY_ITSELF = {"runacall.E002", "security.W018", "security.W008"}


def rounds() -> list[list[tuple[str, dict[str, str]]]]:
    """All of them, as many at once as name different settings: each process takes a second to start."""
    every = [(code, change) for code, changes in (BAD | ONLY_DEPLOY).items() for change in changes]
    made: list[list[tuple[str, dict[str, str]]]] = [[one] for one in every if one[0] in BY_ITSELF]
    together: list[list[tuple[str, dict[str, str]]]] = []
    for code, change in every:
        if code in BY_ITSELF:
            continue
        free = (one for one in together if not any(change.keys() & other.keys() for _, other in one))
        there = next(free, [])
        if not there:
            together.append(there)
        there.append((code, change))
    return made + together


@pytest.mark.sampled(4)
@pytest.mark.parametrize("bad", rounds(), ids=lambda bad: " and ".join(code for code, _ in bad))
def test_each_bad_one_is_refused(bad: list[tuple[str, dict[str, str]]]) -> None:
    changes = {name: value for _, change in bad for name, value in change.items()}
    status, said = check(**changes)
    assert status != 0
    for code, _ in bad:
        assert code in said
    for value in changes.values():
        assert len(value) < 40 or value not in said, "a key is never said"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("start", ["-c import runacall.wsgi", "-c import runacall.asgi", "manage.py run_cluster"])
def test_nothing_starts_with_a_bad_one(start: str) -> None:
    """The web process runs no checks of Django's by itself; commands do."""
    done = run(*start.split(" ", 1), environment=production(TOKEN_KEYS="not-a-key", QBO_EMULATOR_URL="http://x"))
    assert done.returncode != 0
    assert "qbo.E002" in done.stderr
    assert "qbo.E004" in done.stderr


def test_the_web_process_starts_with_the_documented_ones() -> None:
    done = run("-c", "import runacall.wsgi", environment=production())
    assert done.returncode == 0, done.stderr


def test_a_developer_without_keys_is_warned_and_not_stopped() -> None:
    status, said = check(deploy=False, DEBUG="true", SECRET_KEY="", TOKEN_KEYS="")
    assert status == 0, said
    assert "qbo.W001" in said


def test_a_demo_may_lead_to_an_emulator_of_this_machine_and_no_other() -> None:
    assert check(deploy=False, DEMO="true", QBO_EMULATOR_URL="http://127.0.0.1:8100")[0] == 0
    status, said = check(deploy=False, DEMO="true", QBO_EMULATOR_URL="http://emulator.example.com:8100")
    assert status != 0
    assert "qbo.E005" in said


def test_connections_are_kept_and_those_to_a_server_looked_at() -> None:
    ask = "from runacall.settings import DATABASES; d = DATABASES['default'];"
    ask += "print(d['CONN_MAX_AGE'], d['CONN_HEALTH_CHECKS'])"
    assert run("-c", ask, environment=production()).stdout.split() == ["60", "True"]
    assert run("-c", ask, environment=production(DATABASE_CONN_MAX_AGE="5")).stdout.split() == ["5", "True"]
    on_a_file = production(DATABASE_URL="sqlite:///shop.sqlite3")
    assert run("-c", ask, environment=on_a_file).stdout.split() == ["60", "False"]


def test_a_plan_is_neither_compiled_nor_shared_out() -> None:
    ask = "from runacall.settings import DATABASES; print(DATABASES['default']['OPTIONS'].get('options', 'none'))"
    quick = "-c jit=off -c max_parallel_workers_per_gather=0"
    assert run("-c", ask, environment=production()).stdout.strip() == quick
    # PostgreSQL's library leaves PGOPTIONS where a connection has options of its own.
    kept = production(PGOPTIONS="-c lock_timeout=5s")
    assert run("-c", ask, environment=kept).stdout.strip() == f"-c lock_timeout=5s {quick}"
    # Such a pooler refuses them.
    pooled = production(DATABASE_POOLED_BY_TRANSACTION="true")
    assert run("-c", ask, environment=pooled).stdout.strip() == "none"


def test_a_command_begins_with_no_warnings_on_sqlite() -> None:
    """They would stand above whatever somebody runs."""
    done = run("manage.py", "check", "--database", "default", environment=production(DATABASE_URL="sqlite://:memory:"))
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith("System check identified no issues")
