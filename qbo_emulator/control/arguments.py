"""The arguments of a bookkeeper's command, read and checked; knows no company."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qbo_emulator.books.encoding import JsonObject
from qbo_emulator.entities.registry import KINDS
from qbo_emulator.world.breakage import Breakage


class Refused(Exception):
    """A command that cannot be carried out, with the reason in plain words."""


def read_date(value: object) -> str:
    return date.fromisoformat(str(value)).isoformat()


def boolean(given: JsonObject, name: str) -> bool:
    if given.get(name) not in (True, False, "true", "false", "on", "off"):
        raise Refused(f"{name} must be true or false.")
    return given[name] in (True, "true", "on")


def number(given: JsonObject, name: str, default: str = "") -> Decimal:
    value = given.get(name)
    return Decimal(str(default if value in (None, "") else value))


def name_in(given: JsonObject) -> str:
    if not str(given.get("name") or "").strip():
        raise Refused("A name is needed.")
    return str(given["name"]).strip()


def reference(given: object) -> JsonObject:
    if isinstance(given, dict):
        return given
    return {"id": str(given)} if str(given).isdigit() else {"name": str(given)}


def entity_named(given: object) -> str:
    for name in KINDS:
        if name.lower() == str(given or "").lower():
            return name
    raise Refused(f"There is no entity {given!r}.")


def name_field(entity: str) -> str:
    return KINDS[entity].name_field or "Name"


def breakage_from(given: JsonObject) -> Breakage:
    numbers = {"times": int, "rate": float, "seed": int, "retry_after": int, "status": int, "seconds": float}
    read = {name: value for name, value in given.items() if value != ""}
    for name, kind in numbers.items():
        if read.get(name) is not None:
            read[name] = kind(read[name])
    if "rate" in read and "times" not in read:
        read["times"] = None
    return Breakage(**read)
