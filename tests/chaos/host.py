"""One host with a supervised cluster, and the ways in which its processes die."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress

from tests.chaos.stage import Stage, descendants, kill

# Longer than the lease, see HASTE in `stage`.
ASLEEP_FOR = 2.5


class Host:
    """`manage.py run_cluster` and everything that stems from it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return self.stage.start("run_cluster", "--frozen-after", "4", "--stop-grace", "10", stdout=subprocess.DEVNULL)

    @property
    def workers(self) -> list[int]:
        """The cluster's own processes: sentinel, pusher, monitor and workers; the supervisor is left out."""
        return descendants(self.process.pid)

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


def sleep_and_wake(pid: int, seconds: float) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)
