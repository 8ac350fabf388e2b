"""Whether two answers are alike in keys, types and codes; values are each company's own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

SAME_VALUE = frozenset(("code", "domain", "sparse", "DetailType", "Active", "type", "TxnType", "status", "Type"))
FREE = frozenset(("time",))  # of the envelope


def differences(recorded: object, ours: object, place: str = "") -> Iterator[str]:
    """What ours is missing, has too much or has differently, one line each,
    by place (Invoice.Line<DescriptionOnly>.Id).
    """
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for key in recorded.keys() - ours.keys() - FREE:
            yield f"{place or 'the answer'} lacks {key}"
        for key in ours.keys() - recorded.keys() - FREE:
            yield f"{place or 'the answer'} has {key}"
        for key in recorded.keys() & ours.keys() - FREE:
            yield from differences(recorded[key], ours[key], f"{place}.{key}".strip("."))
    elif isinstance(recorded, list) and isinstance(ours, list):
        yield from of_lists(recorded, ours, place)
    elif kind_of(recorded) != kind_of(ours):
        yield f"{place} is {kind_of(ours)}, recorded as {kind_of(recorded)}"
    elif place.rpartition(".")[2] in SAME_VALUE and recorded != ours:
        yield f"{place} is {ours!r}, recorded as {recorded!r}"


def of_lists(recorded: list[object], ours: list[object], place: str) -> Iterator[str]:
    """Entries are compared with the first of ours of their own kind; how many there are is each company's own."""
    if bool(recorded) != bool(ours):
        yield f"{place} is {'empty' if recorded else 'not empty'}"
        return
    seen = set()
    for one in recorded:
        kind = kind_of_entry(one)
        other = next((entry for entry in ours if kind_of_entry(entry) == kind), None)
        if kind in seen:
            continue
        seen.add(kind)
        if other is None:
            yield f"{place} has no {kind or 'entry'}"
        else:
            yield from differences(one, other, f"{place}{f'<{kind}>' if kind else ''}")


def kind_of_entry(entry: object) -> str:
    return str(entry.get("DetailType", "")) if isinstance(entry, dict) else kind_of(entry)


def kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, Decimal)):
        return "a number"
    return {"str": "text", "NoneType": "null", "dict": "an object", "list": "a list"}[type(value).__name__]
