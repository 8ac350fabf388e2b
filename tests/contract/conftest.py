"""The company that the contract tests use: Intuit's sandbox if QBO_SANDBOX_* name one, otherwise the emulator.

    QBO_SANDBOX_REALM_ID, QBO_SANDBOX_ACCESS_TOKEN    a US sandbox company and a token for it
    QBO_SANDBOX_RECORDING                             the file of the redacted exchanges (var/sandbox.jsonl)
    QBO_SANDBOX_URL                                   another host; QBO_SANDBOX_DISCOVERY for its OAuth

The tests know nothing of which of the two answers. They make rows with names of their own and count nothing that
another run could have left behind.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_socket import enable_socket, socket_allow_hosts

ROOT = Path(__file__).resolve().parents[2]
INTUIT = "https://sandbox-quickbooks.api.intuit.com"
REALM, TOKEN = (os.environ.get(f"QBO_SANDBOX_{name}", "") for name in ("REALM_ID", "ACCESS_TOKEN"))
DISCOVERY = os.environ.get("QBO_SANDBOX_DISCOVERY", "sandbox")  # an address, or the name of Intuit's environment
RECORDING = Path(os.environ.get("QBO_SANDBOX_RECORDING", ROOT / "var" / "sandbox.jsonl"))
ON_SANDBOX = bool(REALM and TOKEN)
SANDBOX_PAUSE = 0.15  # ten requests a second at most


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    """Nothing beyond this machine, unless the sandbox was asked for."""
    if ON_SANDBOX:
        enable_socket()
        time.sleep(SANDBOX_PAUSE)
    else:
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@dataclass(frozen=True)
class Peer:
    """Where the company is reached."""

    url: str
    realm: str
    token: str
    discovery: str  # address of the discovery document, or the name of Intuit's environment


@pytest.fixture(scope="session")
def peer() -> Iterator[Peer]:
    if ON_SANDBOX:
        with emulator("--record", os.environ.get("QBO_SANDBOX_URL", INTUIT), "--recording", str(RECORDING)) as ready:
            yield Peer(ready["url"], REALM, TOKEN, DISCOVERY)
        return
    with emulator("--no-limits", "--seed", "sandbox") as ready:
        discovery = f"{ready['url']}/.well-known/openid_sandbox_configuration"
        yield Peer(ready["url"], ready["realm_id"], ready["access_token"], discovery)


@contextmanager
def emulator(*options: str) -> Iterator[dict[str, Any]]:
    """The emulator as a process of its own: a company, or the recorder in front of one elsewhere."""
    command = [sys.executable, "-m", "qbo_emulator", "--port", "0", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout
    yield json.loads(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """After a run against a company elsewhere: how the emulator would have answered the same calls."""
    if ON_SANDBOX and RECORDING.exists():
        command = [sys.executable, "-m", "qbo_emulator", "--seed", "sandbox", "--check", str(RECORDING)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        terminalreporter.section(f"the emulator beside {RECORDING}")
        terminalreporter.write(told.stdout + told.stderr)


class Books:
    """The company over plain HTTP."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.session = peer, requests.Session()
        self.headers = {"Authorization": f"Bearer {peer.token}", "Accept": "application/json"}

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> requests.Response:
        url = f"{self.peer.url}/v3/company/{self.peer.realm}/{path}"
        headers = {**self.headers, "Content-Type": "application/json"}
        params.setdefault("minorversion", "75")
        return self.session.request(method, url, json=body, params=params, headers=headers, timeout=60)

    def post(self, entity: str, body: Any, **params: Any) -> dict[str, Any]:
        answer = self.call("POST", entity.lower(), body, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()[entity]

    def read(self, entity: str, key: str) -> dict[str, Any]:
        answer = self.call("GET", f"{entity.lower()}/{key}")
        assert answer.status_code == 200, answer.text
        return answer.json()[entity]

    def query(self, statement: str) -> dict[str, Any]:
        answer = self.call("GET", "query", query=statement)
        assert answer.status_code == 200, answer.text
        return answer.json()["QueryResponse"]

    def first(self, entity: str, where: str = "") -> dict[str, Any]:
        return self.query(f"select * from {entity} {where} maxresults 1")[entity][0]

    def fault(self, answer: requests.Response) -> dict[str, Any]:
        assert answer.status_code == 400, answer.text
        return answer.json()["Fault"]["Error"][0]


@pytest.fixture(scope="session")
def books(peer: Peer) -> Books:
    return Books(peer)


@pytest.fixture
def unique() -> str:
    """A name that no run has used."""
    return f"Contract {uuid.uuid4().hex[:12]}"


@pytest.fixture
def qb(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """python-quickbooks, pointed at the company by nothing but a base URL."""
    quickbooks = pytest.importorskip("quickbooks", reason="python-quickbooks is not installed")
    intuitlib = pytest.importorskip("intuitlib.client", reason="intuit-oauth is not installed")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(quickbooks.QuickBooks, "sandbox_api_url_v3", f"{peer.url}/v3")
    auth = intuitlib.AuthClient(
        "emulator-client", "emulator-secret", "http://localhost:8000/callback", peer.discovery, access_token=peer.token
    )
    client = quickbooks.QuickBooks(auth_client=auth, company_id=peer.realm)
    client.sandbox = True
    return client
