"""Installing explains its problems: the wrong Python, a broken environment; and the locks match the requirements."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "deploy" / "environment.py"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, with a `.venv` of its own."""
    spec = importlib.util.spec_from_file_location("environment", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(module, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    return module


def test_an_old_python_can_read_it_as_far_as_to_say_what_is_needed() -> None:
    ast.parse(SOURCE.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6, 8), (3, 10, 14)])
def test_the_wrong_python_says_which_is_needed(environment: ModuleType, version: tuple[int, ...]) -> None:
    told = environment.version_problem(version)
    assert "Python {}.{},".format(*version) in told
    assert "3.11 or newer is needed" in told
    assert "make PYTHON=" in told


def test_this_python_will_do(environment: ModuleType) -> None:
    assert environment.version_problem(sys.version_info) == ""


@pytest.mark.slow
def test_an_environment_without_pip_is_mended(environment: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    venv.create(environment.VENV, with_pip=False, symlinks=True)
    (Path(environment.VENV) / "kept").touch()
    assert not environment.has_pip()
    environment.build()
    assert environment.has_pip()
    assert (Path(environment.VENV) / "kept").exists()
    assert "no pip" in capsys.readouterr().out


@pytest.mark.slow
def test_an_environment_whose_python_is_gone_is_built_again(environment: ModuleType) -> None:
    python = Path(environment.PYTHON)
    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere/python3.11")
    environment.build()
    assert environment.is_usable()


@pytest.mark.slow
def test_what_pip_says_last_is_shown_where_it_fails(environment: ModuleType, tmp_path: Path) -> None:
    environment.build()
    lock = tmp_path / "wrong.lock"
    lock.write_text(f"Django==5.2.19 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(environment.Problem, match=r"(?s)Django.*could not install"):
        environment.install(str(lock))


def pins(text: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_what_is_required_and_a_hash_for_each(name: str) -> None:
    """`make lock` writes it; forgotten, this says so."""
    lock = (ROOT / f"{name}.lock").read_text()
    locked = pins(lock)
    required = pins((ROOT / "requirements.txt").read_text()) | pins((ROOT / f"{name}.txt").read_text())
    assert {one: locked.get(one) for one in required} == required, "make lock"
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_both_locks_agree() -> None:
    """What is tested is what runs."""
    running, developing = (pins((ROOT / f"{name}.lock").read_text()) for name in ("requirements", "requirements-dev"))
    assert {name: developing.get(name) for name in running} == running


def test_make_installs_from_the_locks_by_hash_only() -> None:
    dry = subprocess.run(["make", "-n", "-B", "install"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "pip install" not in dry
    assert dry.count("deploy/environment.py install") == 2
