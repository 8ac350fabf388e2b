"""Each rule of the two hands is broken and looked for: functions get the code of the broken file for a while.

A history begins with a scene, and which scene shows a rule is known (`rules.py`): the seeds whose first histories begin
with it are looked up, and one of the first few has to find the broken line, and nothing once it is whole again.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from hypothesis import stateful

from tests.mutation.safeguard import Safeguard
from tests.two_hands import money
from tests.two_hands.hands import Hands
from tests.two_hands.machine import BEGINNING, TwoHands, TwoHandsInCanada
from tests.two_hands.money import VERIFIER, PaymentsOfTwo
from tests.two_hands.playing import open_shop, play
from tests.two_hands.rules import OF_PAYMENTS, RULES, Rule
from tests.two_hands.scenes import SCENES

ROOT = Path(__file__).resolve().parents[2]
# How many seeds are looked through for beginnings, how many histories of each are played, and how many seeds of a rule.
SEEDS, HISTORIES, TRIES = 250, 3, 4
HANDS: dict[str, type[Hands]] = {"US": TwoHands, "CA": TwoHandsInCanada}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _functions(holder: Any, module: str) -> Iterator[FunctionType]:
    """Those that were defined in `module`: in it, or in a class of it."""
    for value in vars(holder).values():
        for one in (
            value,
            getattr(value, "fget", None),
            getattr(value, "func", None),
            getattr(value, "__func__", None),
        ):
            if isinstance(one, FunctionType) and one.__module__ == module:
                yield one
        if isinstance(value, type) and value.__module__ == module:
            yield from _functions(value, module)


@contextmanager
def broken(safeguard: Safeguard) -> Iterator[None]:
    """The functions of the file as the broken line makes them. Raises LookupError where that changes none."""
    module = importlib.import_module(safeguard.file.removesuffix(".py").replace("/", "."))
    there = {one.__code__.co_qualname: one for one in _functions(module, module.__name__)}
    before = {name: one.__code__ for name, one in there.items()}
    source = safeguard.broken_source(ROOT)
    wanted = {code.co_qualname: code for code in _codes(compile(source, str(module.__file__), "exec"))}
    changed = [name for name in there if name in wanted and _said(wanted[name]) != _said(before[name])]
    if not changed:
        raise LookupError(f"{safeguard}: no function is broken")
    try:
        for name in changed:
            there[name].__code__ = wanted[name]
        yield
    finally:
        for name in changed:
            there[name].__code__ = before[name]


def _said(code: CodeType) -> tuple[Any, ...]:
    """What a function does, wherever in the file it stands."""
    consts = tuple(_said(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, consts


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_its_line_is_there(rule: Rule) -> None:
    with broken(rule.safeguard):
        pass


def test_each_scene_shows_something() -> None:
    says = {scene.says for scene in SCENES}
    assert {rule.scene for rule in RULES} <= says
    assert len(says) == len(SCENES)


BEGAN: list[str] = []


class Beginnings(stateful.RuleBasedStateMachine):
    """Draws what the two hands draw first, and does nothing."""

    @stateful.initialize(**BEGINNING)
    def begin(self, **drawn: Any) -> None:
        BEGAN.append(drawn["scene"].says)

    @stateful.rule()
    def nothing(self) -> None:
        pass


@cache
def _seeds() -> dict[str, list[int]]:
    """By the scene, the seeds of which one of the first histories begins with it."""
    found: dict[str, list[int]] = {}
    for number in range(1, SEEDS):
        BEGAN.clear()
        play(Beginnings, number, histories=HISTORIES, steps=1)
        for says in {*BEGAN}:
            found.setdefault(says, []).append(number)
    return found


@pytest.mark.skipif(os.environ.get("RUN_RULES") != "1", reason="takes some minutes: RUN_RULES=1 runs it")
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("_apart")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_broken_it_is_found(db: None, rule: Rule) -> None:
    """Within a few histories of a few steps, by one of a few seeds; the product as it is passes the same ones."""
    hands = HANDS[rule.country]
    for number in _seeds()[rule.scene][:TRIES]:
        began = time.process_time()
        with broken(rule.safeguard):
            caught = _found(hands, number)
        if caught is not None:
            break
    else:
        pytest.fail(f"{rule.says}: not found by the seeds {_seeds()[rule.scene][:TRIES]}")
    seconds = time.process_time() - began
    print(f"{rule.says}: seed {number}, {HISTORIES} histories at most, {seconds:.0f} s: {str(caught)[:150]}")
    assert _found(hands, number) is None, "found, although nothing is broken"


# A quiet beginning of a history with payments.
QUIET: dict[str, Any] = {
    "mail": "at once",
    "is_reversed": False,
    "form": "classic",
    "hers_stays": False,
    "by": "bookkeeper",
    "lost": None,
    "hers": "nothing",
    "ours": "nothing",
    "is_back": False,
    "turns": 0,
}


@pytest.mark.sampled(4)
@pytest.mark.usefixtures("_apart")
@pytest.mark.parametrize(("safeguard", "beginning"), OF_PAYMENTS, ids=lambda value: getattr(value, "name", ""))
def test_broken_it_is_found_with_payments(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, safeguard: Safeguard, beginning: dict[str, Any]
) -> None:
    """By the beginning that shows it, which the product as it is passes."""
    settings.QBO_WEBHOOK_VERIFIER = VERIFIER
    monkeypatch.setattr(money, "note", lambda said: None)
    monkeypatch.setattr(Hands, "open_shop", staticmethod(open_shop), raising=False)
    _play_beginning(beginning)
    with broken(safeguard), pytest.raises(AssertionError) as caught:
        _play_beginning(beginning)
    print(f"{safeguard.name}: {str(caught.value)[:150]}")


def _play_beginning(beginning: dict[str, Any]) -> None:
    hands = PaymentsOfTwo()
    try:
        hands.first_invoices(**QUIET | beginning)
        hands.they_compare()
    finally:
        hands.teardown()


def _found(hands: type[Hands], number: int) -> AssertionError | None:
    try:
        play(hands, number, histories=HISTORIES, steps=1)
    except AssertionError as error:
        return error
    return None
