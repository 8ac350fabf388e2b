"""The container's file: what it starts, and that the folder needs nothing but Python."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from qbo_emulator.server import Server
from qbo_emulator.webhooks.delivery import may_be_told

FOLDER = Path(__file__).resolve().parents[2] / "qbo_emulator"
LINES = (FOLDER / "Containerfile").read_text().splitlines()


def told(instruction: str) -> str:
    [found] = [line.partition(" ")[2] for line in LINES if line.startswith(f"{instruction} ")]
    return found


def test_what_it_starts_runs_from_the_folder_alone_and_keeps_its_books(tmp_path: Path) -> None:
    source, target = told("COPY").split()
    assert (source, Path(target).name) == (".", "qbo_emulator")
    (tmp_path / "qbo_emulator").symlink_to(FOLDER)
    command = json.loads(told("ENTRYPOINT"))
    assert command[0] == "python"
    command = [sys.executable, "-S", *command[1:]]  # without what is installed
    command[command.index("--port") + 1] = "0"
    state = command[command.index("--state") + 1]
    assert Path(state).parent == Path(told("VOLUME"))
    command[command.index("--state") + 1] = str(tmp_path / "company")
    settings = {**os.environ, **dict(one.split("=") for one in told("ENV").split()), "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            assert requests.get(f"{ready['url']}/emulator/state", timeout=10).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()
    assert (tmp_path / "company").exists()


def test_it_says_the_port_that_it_opens() -> None:
    assert re.search(rf"--port\W+{told('EXPOSE')}\b", told("ENTRYPOINT"))


def test_a_server_for_every_address_is_told_as_this_machine() -> None:
    server = Server(lambda request: pytest.fail(str(request)), host="0.0.0.0")
    try:
        assert server.url == f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("host.docker.internal", True), ("host.containers.internal", True), ("host.example.com", False), ("web", False)],
)
def test_webhooks_reach_the_machine_that_runs_the_container(host: str, allowed: bool) -> None:
    assert may_be_told(f"http://{host}:8000/hooks") is allowed
