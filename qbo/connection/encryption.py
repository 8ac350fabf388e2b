"""Text that is encrypted at rest with rotatable keys; it does not know what the text is."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class UnreadableSecret(Exception):
    """A stored secret that none of TOKEN_KEYS can read."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("TOKEN_KEYS is empty: set at least one Fernet key (see .env.example).")
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """`text` encrypted with the newest key; the empty text stays empty."""
    return _fernet(tuple(settings.TOKEN_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(text: str) -> str:
    """What `encrypt` was given. Raises UnreadableSecret when no key fits."""
    if not text:
        return ""
    try:
        return _fernet(tuple(settings.TOKEN_KEYS)).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecret("No key in TOKEN_KEYS can read this secret.") from error


class EncryptedTextField(models.TextField):
    """A text column whose content is ciphertext in the database and plain text in Python."""

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None else encrypt(str(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None else decrypt(value)
