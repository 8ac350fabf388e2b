"""The static files as production serves them: collected once, kept on this machine while they would come out the same.

Collecting takes five seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from runacall.static_files import ICONS, lean_version
from tests.kept import fingerprint, folder_of, kept

ROOT = Path(__file__).resolve().parents[1]
KEPT = folder_of("collected")


@cache
def static_files(folder: Path = KEPT) -> Path:
    """The folder that holds them; collected now if it is not there."""
    return kept(folder, state_of_files(), _collect)


def state_of_files(root: Path = ROOT) -> str:
    """A hash of all that decides what is served: other people's by their version, ours, and the icons in use."""
    paths = [*(root / "static").rglob("*"), root / "runacall" / "static_files.py"]
    return fingerprint(root, filter(Path.is_file, paths), lean_version(ICONS) or b"")


def _collect(there: Path) -> None:
    new = there.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    told = {"DJANGO_SETTINGS_MODULE": "runacall.settings", "DEBUG": "false", "STATIC_ROOT": str(new)}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", "--skip-checks"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    new.rename(there)
