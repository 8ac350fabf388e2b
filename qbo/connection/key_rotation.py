"""Re-encrypting stored tokens with the newest of TOKEN_KEYS; it does not know what the tokens are for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from qbo.encryption import Sealed, UnreadableSecret
from qbo.models import Connection, OtherCompany

COLUMNS = ("access_token", "refresh_token")
STEP = 100


@dataclass(frozen=True)
class Rotated:
    """How many connections of one step were re-encrypted or had the newest key already, and which no key can read."""

    done: int
    up_to_date: int
    unreadable: tuple[Connection, ...]


def rotate_token_keys(*, step: int = STEP) -> Iterator[Rotated]:
    """Go through all connections, `step` rows at a time; every row is saved on its own, so a stop loses nothing.

    What has the newest key already is left as it is. A pair that is renewed in the meantime has the newest key anyway.
    """
    ids = iter(list(Connection.objects.order_by("pk").values_list("pk", flat=True)))
    while chunk := list(islice(ids, step)):
        rows = list(Connection.objects.filter(pk__in=chunk).select_related("organization").order_by("pk"))
        found = [(row, _rotate(row)) for row in rows]
        yield Rotated(
            done=sum(outcome is True for _, outcome in found),
            up_to_date=sum(outcome is False for _, outcome in found),
            unreadable=tuple(row for row, outcome in found if outcome is None),
        )


def _rotate(connection: Connection) -> bool | None:
    """True: re-encrypted; False: nothing to do; None: no key can read it.

    Includes the other company, if there is one.
    """
    for other in OtherCompany.objects.filter(connection=connection):
        # If no key can read its tokens, it has to be connected again.
        with suppress(UnreadableSecret):
            other.access_token, other.refresh_token = other.access_token, other.refresh_token
            other.save(update_fields=list(COLUMNS))
    held = {name: value for name, value in _sealed(connection).items() if not value.has_newest_key}
    if not held:
        return False
    try:
        opened = {name: value.open() for name, value in held.items()}
    except UnreadableSecret:
        return None
    # The version shows whether a new pair was stored since; only the ciphertext changes here.
    same = Connection.objects.filter(pk=connection.pk, token_version=connection.token_version)
    return bool(same.update(**opened))


def _sealed(connection: Connection) -> dict[str, Sealed]:
    columns = Connection.objects.filter(pk=connection.pk).values(*COLUMNS).first() or {}
    return {name: value for name, value in columns.items() if isinstance(value, Sealed)}
