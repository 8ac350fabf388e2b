"""An SQLite database with every migration applied: made once, kept on this machine, and copied from then on.

Applying all migrations takes seconds of every process that begins with an empty database. The kept one is named by
everything that says what it must look like, so it cannot be stale; and `migrate` runs on the copy nevertheless.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(tempfile.gettempdir()) / f"runacall-migrated-{os.getuid()}"
# One that nobody has copied for so long is of a branch that has gone on.
KEPT_FOR = 7 * 24 * 3600
OURS = ("runacall", "qbo", "sync")
IMPORTED = re.compile(r"^(?:from|import) ((?:runacall|qbo|sync)\.[\w.]+)", re.MULTILINE)


def copy_to(path: Path) -> None:
    """Make the new file `path` such a database."""
    shutil.copyfile(database(), path)


@cache
def database(kept: Path = KEPT) -> Path:
    """Where it is kept; made now if it is not there."""
    kept.mkdir(mode=0o700, exist_ok=True)
    there = kept / f"{state_of_migrations()}.sqlite3"
    # Whoever comes second waits for it instead of making it, too.
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not there.exists():
            _remove_old(kept)
            _make(there)
        os.utime(there)
    return there


def state_of_migrations(root: Path = ROOT) -> str:
    """A hash of all that decides which tables there are and what is in them at first."""
    said = hashlib.sha256(sqlite3.sqlite_version.encode())
    # Other people's migrations change with their version alone.
    said.update("".join(sorted(f"{one.name} {one.version}\n" for one in distributions())).encode())
    for path in sorted(_deciding(root)):
        said.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return said.hexdigest()[:32]


def _deciding(root: Path) -> Iterator[Path]:
    """Each migration of ours, and each module of ours that one imports, such as one with a field."""
    migrations = {path for app in OURS for path in (root / app).glob("**/migrations/*.py")}
    imported = {name for path in migrations for name in IMPORTED.findall(path.read_text())}
    modules = {root / f"{name.replace('.', '/')}.py" for name in imported}
    yield from migrations | {path for path in modules if path.exists()}


def _make(there: Path) -> None:
    new = there.with_suffix(".new")
    new.unlink(missing_ok=True)
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": f"sqlite:///{new}"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # One file, without a log beside it that a copy would lack.
    with sqlite3.connect(new) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    new.replace(there)


def _remove_old(kept: Path) -> None:
    for one in kept.glob("*.sqlite3"):
        if one.stat().st_mtime < time.time() - KEPT_FOR:
            one.unlink()
