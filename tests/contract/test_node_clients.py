"""node-quickbooks and Intuit's intuit-oauth from npm, at the versions of node/package-lock.json.

They are installed once, into a folder of the machine's temporary files. Without node, npm or the registry they are left
out, which the summary says.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from .conftest import ON_SANDBOX, Peer

pytestmark = pytest.mark.processes
HERE = Path(__file__).parent / "node"
DRIVER = HERE / "drive.js"
FILES = ("package.json", "package-lock.json")
CHECKS = re.findall(r"^  '(.+)': async", DRIVER.read_text("utf-8"), re.M)


@cache
def node_modules() -> Path | str:
    """The folder of the installed clients, or why there is none."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not on this machine"
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    ready = Path(tempfile.gettempdir()) / f"qbo-contract-node-{digest}"
    if not ready.exists():
        fresh = Path(tempfile.mkdtemp(prefix="qbo-contract-node-"))
        for name in FILES:
            shutil.copy(HERE / name, fresh)
        if problem := npm_ci(fresh):
            shutil.rmtree(fresh)
            return problem
        try:
            fresh.rename(ready)
        except OSError:  # another worker was quicker
            shutil.rmtree(fresh)
    return ready / "node_modules"


def npm_ci(folder: Path) -> str:
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        return "npm ci took too long"
    return f"npm ci did not succeed: {done.stderr[-300:]}" if done.returncode else ""


@pytest.fixture(scope="module")
def results(peer: Peer) -> dict[str, str]:
    modules = node_modules()
    if isinstance(modules, str):
        pytest.skip(modules)
    environment = {
        **os.environ,
        "NODE_PATH": str(modules),
        "PEER_URL": peer.url,
        "PEER_REALM": peer.realm,
        "PEER_TOKEN": peer.token,
        "PEER_OAUTH": "" if ON_SANDBOX else peer.url,
    }
    done = subprocess.run(
        ["node", str(DRIVER)], env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("check", CHECKS)
def test_a_client_from_npm(check: str, results: dict[str, str]) -> None:
    assert results[check] == "ok"
