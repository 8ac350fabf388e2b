"""A client of the emulator that knows HTTP and Intuit's public API, in-process and over a socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from qbo_emulator import Emulator
from qbo_emulator.transport import EmulatorAdapter

TOKEN = "access-token-for-tests"
ROOT = Path(__file__).resolve().parents[2]


class Client:
    """Speaks to one company."""

    def __init__(self, session: requests.Session, url: str, realm: str) -> None:
        self.session, self.url, self.realm = session, url, realm
        self.headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> requests.Response:
        data = None if body is None else json.dumps(body, default=float)
        url = f"{self.url}/v3/company/{self.realm}/{path}"
        return self.session.request(method, url, data=data, params=params, headers=self.headers, timeout=20)

    def post(self, entity: str, body: Any, **params: Any) -> dict[str, Any]:
        """Writes, and returns the row."""
        answer = self.call("POST", entity.lower(), body, **params)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)[entity]

    def read(self, entity: str, key: str) -> dict[str, Any]:
        answer = self.call("GET", f"{entity.lower()}/{key}")
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)[entity]

    def fault(self, entity: str, body: Any, **params: Any) -> dict[str, Any]:
        """Writes what must be refused, and returns the first entry of the fault."""
        answer = self.call("POST", entity.lower(), body, **params)
        assert answer.status_code == 400, answer.text
        return answer.json()["Fault"]["Error"][0]

    def query(self, statement: str) -> dict[str, Any]:
        answer = self.call("GET", "query", query=statement)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)["QueryResponse"]

    def query_fault(self, statement: str) -> dict[str, Any]:
        answer = self.call("GET", "query", query=statement)
        assert answer.status_code == 400, answer.text
        return answer.json()["Fault"]["Error"][0]

    def batch(self, *items: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
        answer = self.call("POST", "batch", {"BatchItemRequest": list(items)}, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["BatchItemResponse"]

    def do(self, command: str, **given: Any) -> dict[str, Any]:
        answer = self.session.post(
            f"{self.url}/emulator/control", data=json.dumps({"do": command, **given}), timeout=20
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    @property
    def state(self) -> dict[str, Any]:
        return self.session.get(f"{self.url}/emulator/state", timeout=20).json()


def ref(key: str) -> dict[str, Any]:
    return {"value": key}


def line(amount: Any = "100", *, code: str | None = "NON", item: str = "1", **detail: Any) -> dict[str, Any]:
    inner = {"ItemRef": {"value": item}, **detail}
    if code:
        inner["TaxCodeRef"] = {"value": code}
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": Decimal(amount),
        "SalesItemLineDetail": inner,
    }


def invoice(*lines: dict[str, Any], customer: str = "1", **fields: Any) -> dict[str, Any]:
    return {"CustomerRef": {"value": customer}, "Line": list(lines) or [line()], **fields}


@pytest.fixture
def emulator() -> Emulator:
    return Emulator(access_token=TOKEN, has_limits=False)


@pytest.fixture
def client_of() -> Callable[[Emulator], Client]:
    def make(emulator: Emulator) -> Client:
        session = requests.Session()
        session.mount("http://", EmulatorAdapter(emulator))
        return Client(session, "http://intuit.test", emulator.realm_id)

    return make


@pytest.fixture
def sample(client_of: Callable[[Emulator], Client]) -> Client:
    """A client of a company as dense as a real sandbox."""
    return client_of(Emulator(access_token=TOKEN, has_limits=False, sample=True))


@pytest.fixture
def books(emulator: Emulator, client_of: Callable[[Emulator], Client]) -> Client:
    return client_of(emulator)


class Process:
    """The emulator as a process of its own."""

    def __init__(self, *options: str, stderr: Any = None) -> None:
        command = [sys.executable, "-m", "qbo_emulator", "--port", "0", "--access-token", TOKEN, *options]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout
        self.ready = json.loads(self.process.stdout.readline())

    def client(self) -> Client:
        return Client(requests.Session(), self.ready["url"], self.ready["realm_id"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start_process() -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def start(*options: str, stderr: Any = None) -> Process:
        started.append(Process(*options, stderr=stderr))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        if one.process.stdout:
            one.process.stdout.close()
