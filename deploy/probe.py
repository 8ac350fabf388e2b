"""Whether a container is healthy: an address that answers 200, or a file that was touched recently.

python deploy/probe.py http://127.0.0.1:8000/livez
python deploy/probe.py /tmp/cluster-alive
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

TOUCHED_WITHIN = 60.0


def problem(what: str) -> str:
    """Why it is not healthy; "" if it is."""
    if what.startswith("http://"):
        try:
            urllib.request.urlopen(what, timeout=4).close()  # noqa: S310  the scheme is checked above
        except (urllib.error.URLError, OSError) as error:
            return f"{what}: {error}"
        return ""
    try:
        age = time.time() - Path(what).stat().st_mtime
    except OSError as error:
        return str(error)
    return f"{what} was touched {age:.0f} s ago" if age > TOUCHED_WITHIN else ""


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1]) or 0)
