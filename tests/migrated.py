"""An SQLite database with every migration applied: made once, kept on this machine, and copied from then on.

Applying all migrations takes seconds of every process that begins with an empty database. `migrate` runs on the copy
nevertheless.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.kept import fingerprint, folder_of, kept

ROOT = Path(__file__).resolve().parents[1]
KEPT = folder_of("migrated")
OURS = ("runacall", "qbo", "sync")
IMPORTED = re.compile(r"^(?:from|import) ((?:runacall|qbo|sync)\.[\w.]+)", re.MULTILINE)


def copy_to(path: Path) -> None:
    """Make the new file `path` such a database."""
    shutil.copyfile(database(), path)


@cache
def database(folder: Path = KEPT) -> Path:
    """Where it is kept; made now if it is not there."""
    return kept(folder, f"{state_of_migrations()}.sqlite3", _make)


def state_of_migrations(root: Path = ROOT) -> str:
    """A hash of all that decides which tables there are and what is in them at first."""
    # Other people's migrations change with their version alone.
    return fingerprint(root, _deciding(root), sqlite3.sqlite_version.encode())


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
