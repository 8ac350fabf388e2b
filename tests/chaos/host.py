"""One host with a supervised cluster, and the ways in which its processes die."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress

from tests.chaos.stage import PACE, Stage, descendants, kill
from tests.needs import faketime

# Longer than the lease, see HASTE in `stage`.
ASLEEP_FOR = 2.5 * PACE
# Of a cluster that is up: its head, sentinel, monitor, pusher and two workers.
WHOLE = 6


class Host:
    """`manage.py run_cluster` and everything that stems from it."""

    def __init__(self, stage: Stage, *, ahead: float = 0) -> None:
        self.stage = stage
        # Seconds by which this host's own clock is ahead; negative if it is behind.
        self.ahead = ahead
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        # Under a wrong clock a process takes several times as long to start.
        patience = f"{(15 if self.ahead else 4) * PACE:.0f}"
        run = ("manage.py", "run_cluster", "--frozen-after", patience, "--stop-grace", "10")
        return self.stage.start_python(
            *run, stdout=subprocess.DEVNULL, env=self.stage.environment | wrong_clock(self.ahead)
        )

    @property
    def workers(self) -> list[int]:
        """The cluster's own processes: sentinel, pusher, monitor and workers; the supervisor is left out."""
        return descendants(self.process.pid)

    @property
    def is_up(self) -> bool:
        return len(self.workers) >= WHOLE

    def kill_worker(self, dice: random.Random, holder: int) -> bool:
        """The process that is sending right now, where it is one of this host; else any but the cluster's head."""
        pids = self.workers
        chosen = holder if holder in pids else dice.choice(pids[1:]) if len(pids) > 1 else 0
        return bool(chosen) and kill(chosen)

    def kill_cluster(self) -> bool:
        """The whole process group of the cluster; its supervisor lives."""
        pids = self.workers
        with suppress(ProcessLookupError, IndexError):
            os.killpg(pids[0], signal.SIGKILL)
            return True
        return False

    def power_off_and_on(self) -> bool:
        """Everything on this host dies at once; then it restarts."""
        pids = self.workers
        self.stage.kill(self.process)
        for pid in pids:
            kill(pid)
        self.process = self._start()
        return True

    def put_to_sleep(self, holder: int) -> bool:
        """The holder of the lease is stopped until its lease has expired, then continues as if nothing had happened."""
        if holder not in self.workers:
            return False
        threading.Thread(target=sleep_and_wake, args=(holder, ASLEEP_FOR), daemon=True).start()
        return True

    def stop(self) -> None:
        """As an operator does, and then whatever is left."""
        pids = self.workers
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=15)
        for pid in pids:
            kill(pid)
        self.stage.kill(self.process)


def wrong_clock(ahead: float) -> dict[str, str]:
    """Environment in which a process believes that it is `ahead` seconds later; empty for 0."""
    return {"LD_PRELOAD": faketime(), "FAKETIME": f"{ahead:+g}"} if ahead else {}


def sleep_and_wake(pid: int, seconds: float) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)
