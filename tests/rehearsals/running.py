"""`make rehearse-running`: follows docs/running.md literally, from a clone to a rolling restart and a clean reconcile.

The commands are the blocks of the document itself. Each runs in a shell of its own that has nothing of ours in its
environment, as on a fresh host; only addresses, folders and ports are replaced, and what the document says to fill in.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.chaos.stage import ROOT, descendants, kill, write_invoices
from tests.rehearsals.reporting import WentWrong, say, wait_for
from tests.servers import free_port, postgres

BLOCK = re.compile(r"^```sh (\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# How long a stop may take; the document gives a cluster 260 s.
STOP_GRACE = 260
# A line such as `# python3 -c "…"` above a setting makes its value.
MAKES = re.compile(r"^# (python3 -c .+)\n(\w+)=$", re.MULTILINE)


def blocks() -> dict[str, str]:
    """The shell blocks of the document by name."""
    return dict(BLOCK.findall((ROOT / "docs" / "running.md").read_text()))


@dataclass
class Host:
    """A machine as the document's reader has it: a folder, a shell, and what was started in it."""

    folder: Path
    database_url: str
    web: int = field(default_factory=free_port)
    emulator: int = field(default_factory=free_port)
    blocks: dict[str, str] = field(default_factory=blocks)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    followed: set[str] = field(default_factory=set)

    @property
    def here(self) -> Path:
        return self.folder / "runacall"

    def script(self, name: str) -> str:
        """The block of that name, with this machine's places in it."""
        self.followed.add(name)
        places = {
            "https://example.com/runacall.git": str(ROOT),
            "/srv/runacall": str(self.here),
            "127.0.0.1:8000": f"127.0.0.1:{self.web}",
            "8100": str(self.emulator),
        }
        said = self.blocks[name]
        for there, at_this_place in places.items():
            said = said.replace(there, at_this_place)
        return said

    def run(self, name: str, *, is_set_up: bool = True) -> str:
        """Follow a block to its end; what it printed. Raises WentWrong if a command of it fails."""
        began = time.monotonic()
        start = f"cd {shlex.quote(str(self.here))}\n{self.script('settings')}" if is_set_up else ""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", start + self.script(name)],
            cwd=self.folder, env=self.bare, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise WentWrong(f"{name} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-1500:]}")
        say(f"{name}: done in {time.monotonic() - began:.0f} s")
        return done.stdout

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Follow a block whose last command goes on running."""
        *before, last = [line for line in self.script(name).splitlines() if line]
        lines = [f"cd {shlex.quote(str(self.here))}", self.script("settings"), *before, f"exec {last}"]
        with (self.folder / "log.txt").open("a") as log:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
                cwd=self.folder, env=self.bare, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """SIGTERM, as the document says, and wait."""
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(timeout=STOP_GRACE)
        except subprocess.TimeoutExpired as problem:
            raise WentWrong(f"{process.args} did not stop in {STOP_GRACE} s") from problem
        if status not in (0, -signal.SIGTERM):
            raise WentWrong(f"{process.args} ended with {status}")
        say(f"stopped in {time.monotonic() - began:.0f} s")

    def fill_in(self) -> None:
        """production.env, as the document says: keys by the commands in its comments, and this machine's places."""
        file = self.here / "production.env"
        said = file.read_text()
        values = {"DATABASE_URL": self.database_url, "BIND": f"127.0.0.1:{self.web}"}
        # To try it without QuickBooks.
        values |= dict(re.findall(r"`(QBO_CLIENT_\w+)=([\w-]+)`", (ROOT / "docs" / "running.md").read_text()))
        for command, name in MAKES.findall(said):
            made = subprocess.run(["bash", "-c", command], env=self.bare, capture_output=True, text=True, check=True)
            values[name] = made.stdout.strip()
        if {"SECRET_KEY", "TOKEN_KEYS"} - values.keys():
            raise WentWrong("production.env.example does not say how the keys are made")
        for name, value in values.items():
            said = re.sub(rf"^{name}=.*\n", "", said, flags=re.MULTILINE) + f"{name}={value}\n"
        file.write_text(said)

    @property
    def bare(self) -> dict[str, str]:
        """What a fresh login has; nothing of this repository."""
        return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}

    def invoices(self) -> list[str]:
        """The numbers that the books hold."""
        answer = requests.get(f"http://127.0.0.1:{self.emulator}/emulator/entity/Invoice", timeout=60)
        return [row["DocNumber"] for row in answer.json()["Invoice"]]

    def answers(self, path: str) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.web}{path}", timeout=30).status_code == 200
        except requests.ConnectionError:
            return False

    def end(self) -> None:
        for process in [one for one in self.running if one.poll() is None]:
            for pid in descendants(process.pid):
                kill(pid)
            kill(process.pid)
            process.wait()


def follow(host: Host, count: int) -> None:
    host.run("clone", is_set_up=False)
    host.fill_in()
    host.run("once")
    web, clusters = host.start("web"), [host.start("cluster") for _ in range(2)]
    for path in ("/readyz", "/healthz"):
        wait_for(f"{path} to answer 200", lambda path=path: host.answers(path))  # type: ignore[misc]
    host.run("look")

    host.start("emulator")
    wait_for("the emulator", lambda: _is_up(host.invoices))
    host.run("connect")
    host.run("upgrade")
    host.run("migrate")

    write_invoices(host.here / "invoices.csv", count)
    host.run("import")
    wait_for("the first invoices in the books", lambda: len(host.invoices()) > count / 20)
    for cluster in clusters:
        sent = len(host.invoices())
        if sent >= count:
            raise WentWrong("everything was sent before the clusters were restarted; use more invoices")
        host.stop(cluster)
        host.start("cluster")
        say(f"run_cluster restarted while {sent} of {count} were in the books")
    host.stop(web)
    host.start("web")
    wait_for("/readyz to answer 200", lambda: host.answers("/readyz"))
    say(f"the web server restarted; {len(host.invoices())} of {count} are in the books")
    wait_for("the rest", lambda: len(host.invoices()) >= count)
    wait_for("reconcile to find all of them", lambda: _reconciles(host), every=5)

    numbers = Counter(host.invoices())
    if twice := [number for number, times in numbers.items() if times > 1]:
        raise WentWrong(f"in the books twice: {twice[:5]}")
    if len(numbers) != count:
        raise WentWrong(f"{len(numbers)} of {count} are in the books")
    print(host.run("reconcile"))
    host.run("look")
    if left := host.blocks.keys() - host.followed:
        raise WentWrong(f"blocks of the document that nobody followed: {sorted(left)}")


def _is_up(asks: Callable[[], object]) -> bool:
    try:
        asks()
    except requests.ConnectionError:
        return False
    return True


def _reconciles(host: Host) -> bool:
    try:
        host.run("reconcile")
    except WentWrong:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="make rehearse-running", description=__doc__)
    parser.add_argument("--invoices", type=int, default=2000, help="that are sent while everything is restarted")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="running-") as folder, postgres() as server:
        host = Host(Path(folder), server.create("runacall"))
        try:
            follow(host, options.invoices)
        except WentWrong as problem:
            say(f"WENT WRONG: {problem}")
            log = (host.folder / "log.txt").read_text() if (host.folder / "log.txt").exists() else ""
            print(log[-3000:])
            return 1
        finally:
            host.end()
    say("docs/running.md is true.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
