"""The bookkeeper of the demo's companies, through the emulator's control endpoint; knows no Django."""

from __future__ import annotations

from dataclasses import dataclass

import requests


@dataclass(frozen=True)
class Bookkeeper:
    """The bookkeeper of one company."""

    url: str
    realm_id: str

    def do(self, command: str, **given: object) -> dict[str, object]:
        """One command. Raises RuntimeError with the emulator's reason."""
        order = {"do": command, "realm": self.realm_id, **given}
        answer = requests.post(f"{self.url}/emulator/control", json=order, timeout=10).json()
        if not answer.get("ok"):
            raise RuntimeError(f"{command}: {answer.get('error')}")
        return dict(answer)

    @property
    def page(self) -> str:
        return f"{self.url}/?realm={self.realm_id}"
