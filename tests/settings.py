"""Settings of the tests: a database file of their own, fixed keys, no waiting on hashing."""

import os
import tempfile
from pathlib import Path

SCRATCH = Path(tempfile.gettempdir()) / f"runacall-tests-{os.getpid()}"
os.environ.setdefault("DEBUG", "true")
# Long enough for processes without DEBUG, which read sessions and tasks that a test signs.
os.environ.setdefault("SECRET_KEY", "of-the-tests-and-nothing-else-2718281828459045235360287")
os.environ.setdefault("TOKEN_KEYS", "gZ4gWBO0Zfx1HOhLpOHpP3QUQDHmSeoiD8X1tkHiHTQ=")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{SCRATCH}/main.sqlite3")
SCRATCH.mkdir(exist_ok=True)

from runacall.settings import *  # noqa: E402, F403
from runacall.settings import DATABASES  # noqa: E402

STATIC_ROOT = SCRATCH
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A file, since SQLite in memory has neither WAL nor other processes.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "test.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_runacall_{os.getpid()}"}
    # No crash of the server is part of these tests, so no commit has to wait for a disk.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
