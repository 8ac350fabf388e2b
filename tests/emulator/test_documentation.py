"""The page on the emulator says what is there."""

from pathlib import Path

import pytest

from qbo_emulator.books.switches import SWITCHES
from qbo_emulator.control.hand import COMMANDS
from qbo_emulator.world.breakage import NAMES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "emulator.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted({*SWITCHES, *COMMANDS, *NAMES}))
def test_every_switch_command_and_fault_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_the_default_of_every_switch_is_right(name: str) -> None:
    default = SWITCHES[name].default
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    assert f"| `{name}` | `{shown}` |" in PAGE
