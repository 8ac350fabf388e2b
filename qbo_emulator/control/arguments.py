"""The arguments of a bookkeeper's command, read and checked; knows no company."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from qbo_emulator.entities.registry import KINDS
from qbo_emulator.world.breakage import Breakage


class Refused(Exception):
    """A command that cannot be carried out, with the reason in plain words."""


def read_date(value: Any) -> str:
    return date.fromisoformat(str(value)).isoformat()


def boolean(given: dict[str, Any], name: str) -> bool:
    if given.get(name) not in (True, False, "true", "false", "on", "off"):
        raise Refused(f"{name} must be true or false.")
    return given[name] in (True, "true", "on")


def number(given: dict[str, Any], name: str, default: str = "") -> Decimal:
    value = given.get(name)
    return Decimal(str(default if value in (None, "") else value))


def name_in(given: dict[str, Any]) -> str:
    if not str(given.get("name") or "").strip():
        raise Refused("A name is needed.")
    return str(given["name"]).strip()


def reference(given: Any) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    return {"id": str(given)} if str(given).isdigit() else {"name": str(given)}


def entity_named(given: Any) -> str:
    for name in KINDS:
        if name.lower() == str(given or "").lower():
            return name
    raise Refused(f"There is no entity {given!r}.")


def name_field(entity: str) -> str:
    return KINDS[entity].name_field or "Name"


def breakage_from(given: dict[str, Any]) -> Breakage:
    numbers = {"times": int, "rate": float, "seed": int, "retry_after": int, "status": int, "seconds": float}
    read = {name: value for name, value in given.items() if value != ""}
    for name, kind in numbers.items():
        if read.get(name) is not None:
            read[name] = kind(read[name])
    if "rate" in read and "times" not in read:
        read["times"] = None
    return Breakage(**read)
