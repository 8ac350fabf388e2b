"""The pages about clients are true: their programs run unchanged, if their client is available."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qbo_emulator import cli
from tests.contract.test_node_clients import node_modules

from .conftest import Process

PAGES = Path(__file__).resolve().parents[2] / "docs" / "emulator"
ROOT = PAGES.parents[1]


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (PAGES / f"{page}.md").read_text(), re.S)


def environment(ready: dict[str, str]) -> dict[str, str]:
    where = {"QBO_URL": ready["url"], "QBO_REALM_ID": ready["realm_id"], "QBO_ACCESS_TOKEN": ready["access_token"]}
    return {**os.environ, **where}


@pytest.mark.parametrize("page", ["python", "node", "ruby", "php", "java", "go"])
def test_what_a_page_says_to_start_is_what_its_program_looks_for(page: str) -> None:
    text = (PAGES / f"{page}.md").read_text()
    [command] = re.findall(r"^    qbo-emulator (.*)$", text, re.M)
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    options = parser.parse_args(command.split())
    said = dict(one.split("=", 1) for one in re.search(r"^    export (.*)$", text, re.M)[1].split())  # type: ignore[index]
    assert said["QBO_URL"] == f"http://127.0.0.1:{options.port}"
    assert (said["QBO_REALM_ID"], said["QBO_ACCESS_TOKEN"]) == (options.realm, options.access_token)
    assert (options.seed, options.no_limits) == ("sandbox", False)
    language = {"node": "js"}.get(page, page)
    assert {name for name in said if name in blocks(page, language)[0]} >= {"QBO_REALM_ID", "QBO_ACCESS_TOKEN"}


def test_the_program_for_python(start_process: Callable[..., Process]) -> None:
    ready = start_process("--seed", "sandbox").ready
    program = blocks("python", "python")[0]
    done = subprocess.run([sys.executable, "-c", program], env=environment(ready), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "1038 120.0\n"), done.stderr


def test_the_fixture_for_python(tmp_path: Path) -> None:
    (tmp_path / "test_page.py").write_text(blocks("python", "python")[1])
    options = ["-q", "-p", "qbo_emulator.pytest_plugin", "--rootdir", str(tmp_path), str(tmp_path)]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", *options]
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True)
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.processes
def test_the_program_for_node(start_process: Callable[..., Process]) -> None:
    modules = node_modules()
    if isinstance(modules, str):
        pytest.skip(modules)
    ready = start_process("--seed", "sandbox").ready
    settings = {**environment(ready), "NODE_PATH": str(modules)}
    command = ["node", "-e", blocks("node", "js")[0]]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "1038 120\n"), done.stderr


@pytest.mark.processes
def test_the_program_for_go(start_process: Callable[..., Process], tmp_path: Path) -> None:
    client = "github.com/rwestlund/quickbooks-go"
    if not shutil.which("go") or subprocess.run(["go", "list", client], capture_output=True, cwd=tmp_path).returncode:
        pytest.skip("Go or its client is not installed")
    ready = start_process("--seed", "sandbox").ready
    (tmp_path / "main.go").write_text(blocks("go", "go")[0])
    command = ["go", "run", "main.go"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(ready), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "1038 120.00\n"), done.stderr
