"""The page on the emulator says what is there."""

from pathlib import Path

from qbo_emulator.books.switches import SWITCHES
from qbo_emulator.control.hand import COMMANDS
from qbo_emulator.world.breakage import NAMES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "emulator.md").read_text("utf-8")


def test_every_switch_command_and_fault_is_explained() -> None:
    assert [name for name in sorted({*SWITCHES, *COMMANDS, *NAMES}) if f"`{name}`" not in PAGE] == []


def test_the_default_of_every_switch_is_right() -> None:
    for name, switch in SWITCHES.items():
        shown = str(switch.default).lower() if isinstance(switch.default, bool) else str(switch.default)
        assert f"| `{name}` | `{shown}` |" in PAGE
