"""Text that is stored encrypted, with keys that can be rotated; it does not know what the text is."""

from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True)
class Sealed:
    """A secret as stored in the database: ciphertext that is decrypted only where it is used."""

    ciphertext: str

    def __str__(self) -> str:
        return "[sealed]"

    __repr__ = __str__

    def open(self) -> str:
        """The plain text. Raises UnreadableSecret when no key fits."""
        try:
            return _fernet(tuple(settings.TOKEN_KEYS)).decrypt(self.ciphertext.encode()).decode()
        except (InvalidToken, UnicodeError) as error:
            raise UnreadableSecret("No key in TOKEN_KEYS can read this secret.") from error

    @property
    def has_newest_key(self) -> bool:
        """Whether the first of TOKEN_KEYS can decrypt it."""
        try:
            _fernet(tuple(settings.TOKEN_KEYS[:1])).decrypt(self.ciphertext.encode())
        except (InvalidToken, UnicodeError):
            return False
        return True


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A text column whose content is ciphertext in the database and plain text in Python.

    A loaded row has it sealed, under the field's `attname`; the attribute with the field's own name decrypts it,
    and raises UnreadableSecret if no key fits. So a row that no key can decrypt can still be loaded, saved and
    refreshed.
    """

    def get_attname(self) -> str:
        return f"{self.name}_sealed"

    def get_attname_column(self) -> tuple[str, str]:
        return self.get_attname(), self.db_column or self.name

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, property(self._opened, self._set))

    def _opened(self, row: models.Model) -> object:
        held = getattr(row, self.attname)
        return held.open() if isinstance(held, Sealed) else held

    def _set(self, row: models.Model, value: object) -> None:
        setattr(row, self.attname, value)

    def get_prep_value(self, value: object) -> object:
        if isinstance(value, Sealed):
            return value.ciphertext
        return value if value is None else encrypt(str(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Sealed | str | None:
        return Sealed(value) if value else value

    def to_python(self, value: object) -> object:
        return value if isinstance(value, Sealed) else super().to_python(value)
