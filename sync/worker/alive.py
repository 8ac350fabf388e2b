"""How `run_cluster` shows that it is alive: to systemd's watchdog, and by a file for a container's health check."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

from django.conf import settings


def show_ready() -> None:
    """It is ready: a unit of Type=notify counts as started."""
    _tell_systemd("READY=1")


def show_alive() -> None:
    """It is alive; reported with every check, whether or not the database answers."""
    _tell_systemd("WATCHDOG=1")
    if settings.CLUSTER_ALIVE_FILE:
        with suppress(OSError):
            Path(settings.CLUSTER_ALIVE_FILE).touch()


def _tell_systemd(what: str) -> None:
    """sd_notify(3): a datagram to the socket that the unit names; nothing if no unit started us."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect("\0" + address[1:] if address.startswith("@") else address)
        out.sendall(what.encode())
