"""Container, compose file, units, web server and proxy: as far as each can be tried without running it for real."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from django.core.management import get_commands

from sync.worker import alive
from sync.worker.cluster import STOP_GRACE

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HIGHEST_HTTP_TIMEOUT = 125


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


# --- compose ------------------------------------------------------------------------------------------------------


def test_compose_brings_up_web_two_clusters_and_the_database(compose: dict[str, Any]) -> None:
    services = compose["services"]
    started = {name for name, one in services.items() if not one.get("profiles")}
    assert started == {"db", "migrate", "web", "cluster"}
    assert services["cluster"]["deploy"]["replicas"] == 2
    assert seconds(services["cluster"]["stop_grace_period"]) >= STOP_GRACE + 10
    assert seconds(services["web"]["stop_grace_period"]) > HIGHEST_HTTP_TIMEOUT
    for name in ("web", "cluster"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert set(compose["volumes"]) == {
        volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])
    }


def test_nothing_of_ours_may_write_or_rise(compose: dict[str, Any]) -> None:
    for name, one in compose["services"].items():
        if name == "db":
            continue
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name
        for port in one.get("ports", []):
            assert port.startswith("127.0.0.1:"), "a port that is published to the world"


def test_the_demo_is_a_profile_of_its_own(compose: dict[str, Any]) -> None:
    demo = compose["services"]["demo"]
    assert demo["profiles"] == ["demo"]
    assert "env_file" not in demo, "the demo makes its own keys"
    assert demo["volumes"] == ["demo:/app/var"]


def test_commands_of_the_containers_exist(compose: dict[str, Any]) -> None:
    for one in compose["services"].values():
        for command in (one.get("command", []), one.get("healthcheck", {}).get("test", [])):
            if "manage.py" in command:
                assert command[command.index("manage.py") + 1] in get_commands()
            for word in command:
                if str(word).startswith("deploy/"):
                    assert (ROOT / word).exists()


# --- the image ----------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def test_the_image_runs_as_nobody_and_installs_by_hash() -> None:
    told = instructions()
    last_stage = told[max(place for place, (word, _) in enumerate(told) if word == "FROM") :]
    assert ("USER", "10001") in last_stage
    assert any(word == "HEALTHCHECK" and "/livez" in rest for word, rest in last_stage)
    assert any("--require-hashes -r requirements.lock" in rest for _, rest in told)
    for word, rest in told:
        if word in ("ENV", "ARG"):
            assert not re.search(r"SECRET|TOKEN|PASSWORD", rest), "a secret in a layer"


def test_no_secret_and_no_rubbish_goes_into_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()
    for name in (".git", ".env", "deploy/production.env", "var", ".venv"):
        assert name in left_out


# --- units --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["runacall-web", "runacall-cluster"])
def test_systemd_takes_the_unit(name: str, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    unit = (DEPLOY / "systemd" / f"{name}.service").read_text()
    # Where it is installed here, and a user that is here.
    unit = unit.replace("/srv/runacall/.venv/bin/", f"{Path(sys.executable).parent}/").replace(
        "/srv/runacall", str(ROOT)
    )
    unit = re.sub(r"^(User|Group)=.*$", r"\1=root", unit, flags=re.MULTILINE)
    unit = re.sub(r"^(After|Wants)=.*$", "", unit, flags=re.MULTILINE)
    file = tmp_path / f"{name}.service"
    file.write_text(unit)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert name not in done.stderr, done.stderr


def test_the_cluster_has_time_to_stop() -> None:
    unit = (DEPLOY / "systemd" / "runacall-cluster.service").read_text()
    [grace] = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(grace) >= STOP_GRACE + 10


def test_the_cluster_tells_systemd_and_the_health_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    settings.CLUSTER_ALIVE_FILE = str(tmp_path / "alive")
    probe = [sys.executable, str(DEPLOY / "probe.py"), settings.CLUSTER_ALIVE_FILE]
    assert subprocess.run(probe, capture_output=True, check=False).returncode != 0
    alive.show_ready()
    alive.show_alive()
    assert [listening.recv(100), listening.recv(100)] == [b"READY=1", b"WATCHDOG=1"]
    assert subprocess.run(probe, capture_output=True, check=False).returncode == 0
    os.utime(settings.CLUSTER_ALIVE_FILE, (time.time() - 61, time.time() - 61))
    assert subprocess.run(probe, capture_output=True, check=False).returncode != 0
    listening.close()
    alive.show_alive()  # nobody listens any more: that stops nothing


# --- the web server -----------------------------------------------------------------------------------------------


@contextmanager
def gunicorn(app: str, *, log: Any = None, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py"), app],
        cwd=ROOT,
        env={**os.environ, "BIND": address, "WEB_WORKERS": "1", "WEB_ACCESS_LOG": "false", **environment},
        stdout=log,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                requests.get(f"http://{address}/livez", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield f"http://{address}", server
    finally:
        server.kill()
        server.wait()


def test_a_slow_quickbooks_ends_no_page_and_no_worker_and_keeps_none_waiting() -> None:
    """Pages that wait longer than a worker may be silent; with gunicorn's own default worker each would be killed."""
    with gunicorn("tests.deploy.slow_app:application", WEB_TIMEOUT="2", WEB_THREADS="4") as (url, _):
        worker = requests.get(f"{url}/", timeout=5).text
        answers: list[requests.Response] = []
        waiting = [
            threading.Thread(target=lambda: answers.append(requests.get(f"{url}/slow?5", timeout=30))) for _ in "123"
        ]
        for one in waiting:
            one.start()
        time.sleep(0.5)
        began = time.monotonic()
        assert requests.get(f"{url}/", timeout=5).text == worker
        assert time.monotonic() - began < 2
        for one in waiting:
            one.join()
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert {answer.text for answer in answers} == {worker}


def test_a_restart_lets_a_waiting_page_end() -> None:
    with gunicorn("tests.deploy.slow_app:application", WEB_TIMEOUT="2", WEB_THREADS="4") as (url, server):
        answers: list[int] = []
        waiting = threading.Thread(target=lambda: answers.append(requests.get(f"{url}/slow?4", timeout=30).status_code))
        waiting.start()
        time.sleep(1)
        server.send_signal(signal.SIGTERM)
        waiting.join()
        assert answers == [200]
        assert server.wait(timeout=20) == 0


def test_the_access_log_holds_no_token_and_nothing_of_a_query(tmp_path: Path) -> None:
    paths = (
        "/invitation/1%3Aabc/",
        "/accountant/WzE%3Aabc/",
        "/quickbooks/notifications/stop/WzI%3Aabc/",
        "/password-reset/MQ/d3f-456/",
        "/password-reset/sent/",
        "/callback?code=secret",
    )
    with (tmp_path / "log").open("w") as log:
        with gunicorn("tests.deploy.slow_app:application", log=log, WEB_ACCESS_LOG="true") as (url, server):
            for path in paths:
                requests.get(f"{url}{path}", timeout=5)
            # A line is written after its answer: one that ends has written them all.
            server.terminate()
            assert server.wait(timeout=20) == 0
        said = (tmp_path / "log").read_text()
    assert [line for line in paths if line in said] == ["/password-reset/sent/"]
    stop = "/quickbooks/notifications/stop/…/"
    for kept in ("/invitation/…/", "/accountant/…/", stop, "/password-reset/MQ/…/", "/callback"):
        assert f'"GET {kept}"' in said, said
    assert not any(secret in said for secret in ("abc", "d3f-456", "secret"))


def test_the_product_is_served_with_it() -> None:
    with gunicorn("runacall.wsgi", DJANGO_SETTINGS_MODULE="runacall.settings") as (url, _):
        assert requests.get(f"{url}/livez", timeout=30).json() == {"ok": True}
