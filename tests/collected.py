"""The static files as production serves them: collected once, kept on this machine while they would come out the same.

Collecting takes five seconds. What is kept is named by everything of which it is made, so it cannot be stale.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from runacall.static_files import ICONS, lean_version

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(tempfile.gettempdir()) / f"runacall-collected-{os.getuid()}"
KEPT_FOR = 7 * 24 * 3600


@cache
def static_files(kept: Path = KEPT) -> Path:
    """The folder that holds them; collected now if it is not there."""
    kept.mkdir(mode=0o700, exist_ok=True)
    there = kept / state_of_files()
    # Whoever comes second waits for it instead of collecting, too.
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not there.exists():
            _remove_old(kept)
            _collect(there)
        os.utime(there)
    return there


def state_of_files(root: Path = ROOT) -> str:
    """A hash of all that decides what is served: other people's by their version, ours, and the icons in use."""
    said = hashlib.sha256("".join(sorted(f"{one.name} {one.version}\n" for one in distributions())).encode())
    said.update(lean_version(ICONS) or b"")
    for path in sorted([*(root / "static").rglob("*"), root / "runacall" / "static_files.py"]):
        if path.is_file():
            said.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return said.hexdigest()[:32]


def _collect(there: Path) -> None:
    new = there.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    told = {"DJANGO_SETTINGS_MODULE": "runacall.settings", "DEBUG": "false", "STATIC_ROOT": str(new)}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", "--skip-checks"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    new.rename(there)


def _remove_old(kept: Path) -> None:
    for one in kept.iterdir():
        if one.is_dir() and one.stat().st_mtime < time.time() - KEPT_FOR:
            shutil.rmtree(one, ignore_errors=True)
