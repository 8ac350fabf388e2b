"""What is refused at start and by `manage.py check`: token keys that protect nothing, an emulator in production."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from runacall.checks import INSTALLATION

# SHA-256 of keys that are in this repository. They protect nothing, because everybody can read them.
PUBLISHED = {"4f7697e9836cb9e84f37d53e0de0ada439c57d60b62c7a27d343dae6a57f6776"}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
HINT = (
    "Make one: python -c "
    '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
    " and keep the old ones behind it (docs/running.md, The keys)."
)


@register(INSTALLATION)
def token_keys(**_: object) -> list[CheckMessage]:
    """TOKEN_KEYS: refuses malformed keys; outside DEBUG also an empty setting and publicly known keys."""
    keys = settings.TOKEN_KEYS
    if not any(keys):
        problem = "TOKEN_KEYS is empty: Intuit's tokens cannot be stored."
        return [
            checks.Warning(problem, hint=HINT, id="qbo.W001")
            if settings.DEBUG
            else Error(problem, hint=HINT, id="qbo.E001")
        ]
    found: list[CheckMessage] = []
    for place, key in enumerate(keys, start=1):
        # The key itself is never printed.
        if not is_well_formed(key):
            problem = f"Key {place} of TOKEN_KEYS is not a Fernet key: 32 bytes in URL-safe base64, 44 characters."
            found.append(Error(problem, hint=HINT, id="qbo.E002"))
        elif not settings.DEBUG and is_known_to_anyone(key):
            problem = f"Key {place} of TOKEN_KEYS is one that anyone can know."
            found.append(Error(problem, hint=HINT, id="qbo.E003"))
    return found


def is_well_formed(key: str) -> bool:
    """Whether `cryptography` takes it as a Fernet key."""
    try:
        return len(base64.b64decode(key.encode(), altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def is_known_to_anyone(key: str) -> bool:
    """A key from this repository, or one too regular to be random."""
    drawn = base64.urlsafe_b64decode(key)
    return sha256(drawn).hexdigest() in PUBLISHED or len(set(drawn)) < 12


@register(INSTALLATION)
def emulator_url(**_: object) -> list[CheckMessage]:
    """QBO_EMULATOR_URL: only this machine; outside DEBUG only in the demo."""
    url = settings.QBO_EMULATOR_URL
    if not url:
        return []
    if not settings.DEBUG and not settings.DEMO:
        problem = "QBO_EMULATOR_URL is set: Connect would send shops to an emulator instead of QuickBooks."
        return [Error(problem, hint="Remove it.", id="qbo.E004")]
    if urlsplit(url).scheme not in ("http", "https") or urlsplit(url).hostname not in LOOPBACK:
        problem = "QBO_EMULATOR_URL is not on this machine."
        return [Error(problem, hint="Use an address such as http://127.0.0.1:8010.", id="qbo.E005")]
    return []


@register(INSTALLATION, deploy=True)
def intuit_credentials(**_: object) -> list[CheckMessage]:
    """What only `check --deploy` checks: whether shops can connect at all."""
    if settings.QBO_CLIENT_ID and settings.QBO_CLIENT_SECRET:
        return []
    hint = "Copy both from the app's keys at developer.intuit.com."
    return [Error("QBO_CLIENT_ID or QBO_CLIENT_SECRET is empty: no shop can connect.", hint=hint, id="qbo.E006")]
