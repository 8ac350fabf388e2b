"""Where the demo keeps what it makes, and the keys that it makes for itself; knows no Django."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "demo"
LOGS = HOME / "log"
KEYS = HOME / "keys.json"
STATE = HOME / "state.json"
BOOKS = HOME / "books.jsonl"
DATABASE = HOME / "demo.sqlite3"


def environment(emulator_url: str) -> dict[str, str]:
    """What all processes of the demo run with; the person's own settings do not reach into it."""
    keys = _keys()
    return {
        "DJANGO_SETTINGS_MODULE": "runacall.settings",
        "DEBUG": "false",
        # The demo speaks plain HTTP to this machine only.
        "SECURE_COOKIES": "false",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DATABASE_URL": f"sqlite:///{DATABASE}",
        "QBO_EMULATOR_URL": emulator_url,
        "QBO_CLIENT_ID": "emulator-client",
        "QBO_CLIENT_SECRET": "emulator-secret",
        "SECRET_KEY": keys["secret_key"],
        "TOKEN_KEYS": keys["token_key"],
        "Q_POLL": "0.3",
        "PYTHONUNBUFFERED": "1",
    }


def _keys() -> dict[str, str]:
    if not KEYS.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        made = {
            "secret_key": secrets.token_urlsafe(48),
            "token_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        }
        KEYS.touch(mode=0o600)
        KEYS.write_text(json.dumps(made))
    return dict(json.loads(KEYS.read_text()))


def remembered() -> dict[str, Any]:
    """What the last run left: empty where there was none or it was cut short."""
    return dict(json.loads(STATE.read_text())) if STATE.exists() else {}


def remember(**facts: Any) -> None:
    STATE.write_text(json.dumps({**remembered(), **facts}, indent=2))


def reset() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
