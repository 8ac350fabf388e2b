"""The emulator is a separate tool: standard library only, Python 3.9 too, and no circular imports."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMULATOR = ROOT / "qbo_emulator"
# For who has what they need; nothing else imports these modules.
OPTIONAL = {"transport.py": {"requests", "urllib3"}, "pytest_plugin.py": {"pytest"}}


def files() -> list[Path]:
    return sorted(EMULATOR.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Every name that `path` imports, at run time or for types only; `from a import b` is a.b."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def graph_of_files() -> dict[str, set[str]]:
    modules = {name_of(path) for path in files()}

    def module(name: str) -> str:
        return name if name in modules else name.rpartition(".")[0]

    return {
        name_of(path): {module(name) for name in imported(path) if module(name) in modules} - {name_of(path)}
        for path in files()
    }


def graph_of_rooms() -> dict[str, set[str]]:
    """Folders of the emulator, and the modules at its top."""
    rooms: dict[str, set[str]] = {}
    for name, others in graph_of_files().items():
        room = ".".join(name.split(".")[:2])
        rooms.setdefault(room, set()).update({".".join(other.split(".")[:2]) for other in others} - {room})
    return rooms


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The nodes that are left when all that leads nowhere has been taken away."""
    left = {node: set(others) for node, others in graph.items()}
    while ends := [node for node, others in left.items() if not others & left.keys()]:
        for node in ends:
            del left[node]
    return sorted(left)


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]


def test_no_two_files_import_each_other() -> None:
    assert circle(graph_of_files()) == []


def test_no_two_rooms_import_each_other() -> None:
    assert circle(graph_of_rooms()) == []


def test_it_needs_the_standard_library_only() -> None:
    for path in files():
        allowed = {"qbo_emulator", "__future__", *OPTIONAL.get(path.name, ())}
        foreign = {name.split(".")[0] for name in imported(path)} - set(sys.stdlib_module_names) - allowed
        assert foreign == set(), path


def test_what_needs_more_is_imported_by_nobody() -> None:
    optional = {f"qbo_emulator.{name.removesuffix('.py')}" for name in OPTIONAL}
    for name, others in graph_of_files().items():
        assert not others & optional, name


def test_it_runs_on_python_3_9() -> None:
    """By its syntax and by what it takes from the standard library."""
    command = [str(Path(sys.executable).with_name("vermin")), "-t=3.9-", "--no-tips", "--violations", str(EMULATOR)]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


PLANTED = {
    "the emulator knows us": ("qbo_emulator/books/money.py", "import qbo.failures"),
    "the emulator knows the business": ("qbo_emulator/api/calls.py", "import runacall.invoices.money"),
    "one of ours knows the emulator": ("qbo/failures.py", "from qbo_emulator import Emulator"),
    "the books know the world": ("qbo_emulator/books/table.py", "from qbo_emulator.world import world"),
}


def test_wrong_imports_break_the_arrows(tmp_path: Path) -> None:
    """All planted in one copy, since a look at the whole graph takes its time."""
    for package in ("runacall", "qbo", "sync", "qbo_emulator"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.html"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for where, what in PLANTED.values():
        path = tmp_path / where
        path.write_text(f"{path.read_text()}\n{what}\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 1, found.stdout
    for planted, (where, _) in PLANTED.items():
        assert f"{where.removesuffix('.py').replace('/', '.')} -> " in found.stdout, planted
