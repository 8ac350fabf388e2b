"""Costly things that tests begin with: made once, kept on this machine, named by all that decides what they are.

What they are made of is in the name, so a kept one cannot be stale.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib.metadata import distributions
from pathlib import Path

# One that nobody has used for so long is of a branch that has gone on.
KEPT_FOR = 7 * 24 * 3600
LOCK = "lock"


def folder_of(what: str) -> Path:
    return Path(tempfile.gettempdir()) / f"runacall-{what}-{os.getuid()}"


def kept(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Where it is kept, in `folder` under `name`; made now if it is not there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    there = folder / name
    # Whoever comes second waits for it instead of making it, too.
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not there.exists():
            _remove_old(folder)
            make(there)
        os.utime(there)
    return there


def fingerprint(root: Path, paths: Iterable[Path], *also: bytes) -> str:
    """A hash of these files of ours below `root`, of `also`, and of the versions of everything installed."""
    said = hashlib.sha256("".join(sorted(f"{one.name} {one.version}\n" for one in distributions())).encode())
    for more in also:
        said.update(more)
    for path in sorted(paths):
        said.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return said.hexdigest()[:32]


def _remove_old(folder: Path) -> None:
    for one in folder.iterdir():
        if one.name == LOCK or one.stat().st_mtime >= time.time() - KEPT_FOR:
            continue
        if one.is_dir():
            shutil.rmtree(one, ignore_errors=True)
        else:
            one.unlink(missing_ok=True)
