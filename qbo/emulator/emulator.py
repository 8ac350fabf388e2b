"""Intuit on this machine: companies by realm, their tokens, limits and faults; knows no socket."""

from __future__ import annotations

import secrets
import threading
import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from qbo.emulator import api, control, pages, sample_company, seed, token_endpoint, webhooks
from qbo.emulator.breakage import Breakages
from qbo.emulator.calls import PREFIX
from qbo.emulator.clock import Clock
from qbo.emulator.company import Change, Company
from qbo.emulator.journal import Journal
from qbo.emulator.limits import Limiter
from qbo.emulator.messages import Request, Response
from qbo.emulator.oauth import NO_REALM, Grant, OAuth
from qbo.emulator.requestlog import RequestLog
from qbo.emulator.switches import SWITCHES

FOR_EVER = 10.0**11
MOST_LOGGED = 1_000_000  # bytes of a body; an upload may be much larger
QUIET = ("/emulator", "/static", "/favicon.ico")


class Emulator:
    """One Intuit. `handle` answers any request, and is safe to call from many threads.

    `realm_id` is the company that pages and commands mean by themselves; `companies` are further ones, as
    realm id -> world (see `seed.WORLDS`).
    """

    def __init__(
        self,
        *,
        realm_id: str = seed.DEFAULT_REALM,
        client_id: str = "emulator-client",
        client_secret: str = "emulator-secret",  # noqa: S107  a password for play
        access_token: str = "",
        state: Path | None = None,
        has_limits: bool = True,
        latency_ms: int = 0,
        clock: Clock | None = None,
        world: str = "us",
        companies: Mapping[str, str] | None = None,
        sample: bool = False,
    ) -> None:
        self.clock = clock or Clock()
        self.journal = Journal(state)
        self.companies: dict[str, Company] = {}
        self.oauth = OAuth(client_id, client_secret, self.journal, self.switch)
        self.webhooks = webhooks.Webhooks()
        self.log, self.breakages, self.limiter = RequestLog(), Breakages(), Limiter()
        self.has_limits, self.latency_ms = has_limits, latency_ms
        self.realm_id = realm_id
        self.access_token = access_token or secrets.token_urlsafe(48)
        self._load()
        for realm, its_world in {realm_id: world, **(companies or {})}.items():
            if realm not in self.companies:
                self._found(realm, its_world, sample=sample and its_world != "canada")
        self._allow(self.access_token, realm_id)

    def handle(self, request: Request) -> Response:
        at = self.clock.now()
        try:
            answer = self._route(request, at)
        except Exception as mistake:  # the last door: a mistake of ours is said, and the connection lives on
            traceback.print_exc()
            answer = Response(500, f'{{"emulator_error":"{type(mistake).__name__}"}}')
            self.log.count("mistakes")
        self._finish(request, answer, at)
        return answer

    def switch(self, realm: str, name: str) -> Any:
        company = self.companies.get(realm)
        return company.switch(name) if company else SWITCHES[name].default

    @property
    def company(self) -> Company:
        return self.companies[self.realm_id]

    def _route(self, request: Request, at: datetime) -> Response:
        path = request.path
        if path.startswith(PREFIX):
            answer = api.handle(self, request, at)
            answer.delay += self.latency_ms / 1000
            return answer
        if path.startswith("/emulator/"):
            return control.handle(self, request, at)
        if token_endpoint.serves(path):
            return token_endpoint.handle(self, request, at)
        return pages.handle(self, request, at)

    def _finish(self, request: Request, answer: Response, at: datetime) -> None:
        """The headers that every answer carries, and the line in the log."""
        tid = f"1-{int(at.timestamp()):08x}-{secrets.token_hex(12)}"
        answer.headers.setdefault("intuit_tid", tid)
        self.log.count("requests")
        if not is_logged(request.path):
            return
        secret = token_endpoint.serves(request.path)
        self.log.add(
            at=at,
            method=request.method,
            path=request.path,
            query="" if secret else "&".join(f"{name}={value}" for name, value in request.query.items()),
            status=answer.breakage or answer.status,
            request_id=request.query.get("requestid", ""),
            intuit_tid=tid,
            realm=request.path[len(PREFIX) :].split("/")[0] if request.path.startswith(PREFIX) else "",
            body=b"" if secret else request.body[:MOST_LOGGED],
            answer="" if secret else answer.body,
        )

    # keeping

    def _load(self) -> None:
        for realm, changes in self.journal.read():
            for change in changes:
                if realm == NO_REALM:
                    self.oauth.replay(change)
                else:
                    self._company(realm).replay(change)
        self._compact()
        for company in self.companies.values():
            self.webhooks.wake(company)

    def _compact(self) -> None:
        books = [(realm, company.snapshot()) for realm, company in self.companies.items()]
        self.journal.rewrite([(NO_REALM, self.oauth.snapshot()), *books])

    def _company(self, realm: str) -> Company:
        if realm not in self.companies:
            self.companies[realm] = Company(realm, self.journal)
            self.companies[realm].tell = self._tell
        return self.companies[realm]

    def _found(self, realm: str, world: str, *, sample: bool) -> None:
        company = self._company(realm)
        with company.work():
            company.commit(seed.plain_company(realm, at=self.clock.now(), world=world))
            if sample:
                sample_company.found(company, at=self.clock.now())

    def _allow(self, token: str, realm: str) -> None:
        """A token given by hand works until it is expired by hand."""
        if token not in self.oauth.grants:
            now = self.clock.now().timestamp()
            self.oauth.register(Grant("access", token, realm, now, now + FOR_EVER, family=f"given:{token}"))

    def _tell(self, company: Company, changes: list[Change]) -> None:
        self.webhooks.notice(company, changes, self.clock.now())

    def start_webhooks(self) -> None:
        """Delivers webhooks from a thread of its own until the process ends."""
        arguments = (self.webhooks, self.companies.values, self.clock.now)
        threading.Thread(target=webhooks.listening, args=arguments, daemon=True).start()

    def close(self) -> None:
        self.journal.close()


def is_logged(path: str) -> bool:
    return path != "/" and not path.startswith(QUIET) and not path.startswith("/app")
