"""The name under which a process holds a lease, and whether that process is dead; it knows nothing of what is sent."""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil


def new_holder() -> str:
    """Host, process, the kernel that counts its processes, and a random part."""
    return f"{_host()}:{os.getpid()}:{_kernel()}:{uuid.uuid4().hex[:8]}"


def of_this_host() -> str:
    """What the names of all holders on this host begin with."""
    return f"{_host()}:"


def pid_of(holder: str) -> int:
    """0 where the name is not one of ours."""
    parts = holder.split(":")
    return int(parts[1]) if len(parts) > 2 and parts[1].isdigit() else 0


def is_dead(holder: str) -> bool:
    """True if this host knows that the process has ended. False for other hosts, and for what it cannot know."""
    pid = pid_of(holder)
    if not pid or not holder.startswith(f"{_host()}:{pid}:{_kernel()}:"):
        return False
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _host() -> str:
    return socket.gethostname().replace(":", "-")[:50]


@cache
def _kernel() -> str:
    """The same for all processes that see each other's numbers: two containers may bear one host's name."""
    known = ""
    with suppress(OSError):
        known = Path("/proc/sys/kernel/random/boot_id").read_text() + os.readlink("/proc/self/ns/pid")
    return hashlib.sha256(known.encode()).hexdigest()[:8]
