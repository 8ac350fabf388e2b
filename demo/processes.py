"""The processes of the demo: started in their own groups, watched, and all ended; knows no Django."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import requests

from demo.places import ROOT, Home

_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>


class DidNotStart(Exception):
    """A process ended or did not report that it is ready."""


@dataclass
class Processes:
    """Everything started here is ended by `stop`, the last one first."""

    home: Home
    environment: dict[str, str]
    # The address on which web and emulator listen; they are called at 127.0.0.1 in any case.
    host: str = "127.0.0.1"
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_emulator(self, port: int, *, realms: tuple[str, ...]) -> None:
        """A QuickBooks with one company per realm, stored in a file."""
        further = [argument for realm in realms[1:] for argument in ("--company", f"{realm}:us")]
        where = ["--host", self.host, "--port", str(port), "--state", str(self.home.books)]
        self._start("emulator", "qbo_emulator", *where, "--realm", realms[0], *further)
        self._wait_for("emulator", lambda: requests.get(f"http://127.0.0.1:{port}/emulator/state", timeout=1).ok)

    def start_web(self, port: int) -> None:
        self._start(
            *("web", "gunicorn", "runacall.wsgi", "--bind", f"{self.host}:{port}", "--workers", "2", "--threads", "4"),
            *("--log-level", "warning"),
        )
        self._wait_for("web", lambda: requests.get(f"http://127.0.0.1:{port}/admin/login/", timeout=5).ok)

    def start_cluster(self) -> None:
        self._start("cluster", "django", "run_cluster", "--stop-grace", "10")

    def dead(self) -> list[str]:
        return [name for name, process in self.running.items() if process.poll() is not None]

    def stop(self) -> None:
        """Ask each group to stop, then kill the rest."""
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def _start(self, name: str, module: str, *arguments: str) -> None:
        self.home.logs.mkdir(parents=True, exist_ok=True)
        with (self.home.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603  our own interpreter and our own modules
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def _wait_for(self, name: str, is_ready: Callable[[], bool], *, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and name not in self.dead():
            with suppress(requests.RequestException):
                if is_ready():
                    return
            time.sleep(0.1)
        raise DidNotStart(f"{name} did not start; see {self.home.logs / name}.log")


def _end_with_parent() -> None:
    """If the system supports it, all processes end with a killed demo."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)


def free_port(wanted: int) -> int:
    """`wanted`, or the next free one."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise DidNotStart(f"No port from {wanted} to {wanted + 99} is free.")
