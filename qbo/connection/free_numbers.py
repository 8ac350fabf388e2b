"""Which invoice numbers a company did not have a moment ago, so that invoices sent one by one do not each ask; pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from runacall.invoices.names import name_key

# How many of the numbers that come next are asked for along with one.
AHEAD = 60
_LAST_DIGITS = re.compile(r"[0-9]{1,15}$")


def following(numbers: Iterable[str]) -> list[str]:
    """The numbers that come after the highest of these: its last digits counted up. None where it ends in no digit."""
    found = [(int(match.group()), number, match) for number in numbers if (match := _LAST_DIGITS.search(number))]
    if not found:
        return []
    last, number, match = max(found, key=lambda one: one[0])
    head, width = number[: match.start()], len(match.group())
    return [f"{head}{last + step:0{width}}" for step in range(1, AHEAD + 1)]


@dataclass
class FreeNumbers:
    """Numbers that nothing in the company `realm_id` had at `seen_at`, in seconds of the database's clock."""

    realm_id: str
    seen_at: float = 0.0
    keys: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, stored: object, realm_id: str) -> FreeNumbers:
        """As `as_json` gave it; nothing is known if that was of another company, or is not readable."""
        if isinstance(stored, dict) and stored.get("realm_id") == realm_id:
            seen_at, keys = stored.get("seen_at"), stored.get("keys")
            if isinstance(seen_at, int | float) and isinstance(keys, list):
                return cls(realm_id, seen_at, frozenset(map(str, keys)))
        return cls(realm_id)

    @property
    def as_json(self) -> dict[str, object]:
        return {"realm_id": self.realm_id, "seen_at": self.seen_at, "keys": sorted(self.keys)}

    def take(self, numbers: Collection[str], *, at: float, counts_for: float) -> set[str]:
        """Those of `numbers` that were free at most `counts_for` seconds before `at`.

        They are about to be used, so each is given once.
        """
        if not 0 <= at - self.seen_at < counts_for:
            self.keys = frozenset()
        taken = {number for number in numbers if name_key(number) in self.keys}
        self.keys -= {name_key(number) for number in numbers}
        return taken

    def is_old(self, *, at: float, counts_for: float) -> bool:
        """Whether to look again before what is known counts no more: a third of that time is over."""
        return at - self.seen_at > counts_for / 3

    def note(self, numbers: Iterable[str], *, held: Iterable[str], at: float) -> None:
        """Of these `numbers`, asked for at `at`, only those `held` were there. What was known before is forgotten."""
        self.seen_at, self.keys = at, frozenset(map(name_key, numbers)) - set(map(name_key, held))
