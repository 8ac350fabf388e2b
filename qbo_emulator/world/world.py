"""Companies, their tokens, the clock, ordered faults and the log; does not answer requests itself."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from qbo_emulator.books.clock import Clock
from qbo_emulator.books.company import Change, Company
from qbo_emulator.books.journal import Journal
from qbo_emulator.books.switches import SWITCHES
from qbo_emulator.founding import sample_company, seed
from qbo_emulator.webhooks.delivery import Webhooks, listening
from qbo_emulator.world.breakage import Breakages
from qbo_emulator.world.limits import Limiter
from qbo_emulator.world.requestlog import RequestLog
from qbo_emulator.world.tokens import NO_REALM, Grant, Tokens

FOR_EVER = 10.0**11
TOO_FAST = (
    "calls are refused with 429, by Intuit's limits of 10 a second and 500 a minute; "
    "start with --latency-ms 100 to be as slow as Intuit, or with --no-limits to answer any number"
)


class World:
    """One Intuit, without its addresses (see `router`).

    `realm_id` is the default company of pages and commands; `companies` are further ones, as
    realm id -> world (see `seed.WORLDS`).
    """

    def __init__(
        self,
        *,
        realm_id: str = seed.DEFAULT_REALM,
        client_id: str = "emulator-client",
        client_secret: str = "emulator-secret",  # noqa: S107  a password for testing
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
        self.tokens = Tokens(client_id, client_secret, self.journal, self.switch)
        self.webhooks = Webhooks()
        self.log, self.breakages, self.limiter = RequestLog(), Breakages(), Limiter()
        self.has_limits, self.latency_ms = has_limits, latency_ms
        self.remark: Callable[[str], None] = lambda words: None
        self._told_of_limits = False
        self.realm_id = realm_id
        self.access_token = access_token or secrets.token_urlsafe(48)
        self._load()
        for realm, its_world in {realm_id: world, **(companies or {})}.items():
            if realm not in self.companies:
                self._found(realm, its_world, sample=sample and its_world != "canada")
        self._allow(self.access_token, realm_id)

    def switch(self, realm: str, name: str) -> Any:
        company = self.companies.get(realm)
        return company.switch(name) if company else SWITCHES[name].default

    @property
    def company(self) -> Company:
        return self.companies[self.realm_id]

    def tell_of_limits(self) -> None:
        """Says once why calls are refused that Intuit would take: there, an answer takes longer than here."""
        if not self._told_of_limits:
            self._told_of_limits = True
            self.remark(TOO_FAST)

    # keeping

    def _load(self) -> None:
        for realm, changes in self.journal.read():
            for change in changes:
                if realm == NO_REALM:
                    self.tokens.replay(change)
                else:
                    self._company(realm).replay(change)
        self._compact()
        for company in self.companies.values():
            self.webhooks.wake(company)

    def _compact(self) -> None:
        books = [(realm, company.snapshot()) for realm, company in self.companies.items()]
        self.journal.rewrite([(NO_REALM, self.tokens.snapshot()), *books])

    def _company(self, realm: str) -> Company:
        if realm not in self.companies:
            self.companies[realm] = Company(realm, self.journal)
            self.companies[realm].tell = self._tell
        return self.companies[realm]

    def _found(self, realm: str, world: str, *, sample: bool) -> None:
        company = self._company(realm)
        with company.work():
            now = self.clock.now()
            made = now - sample_company.OLDER if sample else now
            company.commit(seed.plain_company(realm, at=made, world=world))
            if sample:
                sample_company.found(company, at=now)
            else:
                seed.dress(company)
            company.has_renamed = False  # nothing of a new company was ever called otherwise

    def _allow(self, token: str, realm: str) -> None:
        """A token set by hand works until it is expired by hand."""
        if token not in self.tokens.grants:
            now = self.clock.now().timestamp()
            self.tokens.register(Grant("access", token, realm, now, now + FOR_EVER, family=f"given:{token}"))

    def _tell(self, company: Company, changes: list[Change]) -> None:
        self.webhooks.notice(company, changes, self.clock.now())

    def start_webhooks(self) -> None:
        """Delivers webhooks from a thread of its own until the process ends."""
        arguments = (self.webhooks, self.companies.values, self.clock.now)
        threading.Thread(target=listening, args=arguments, daemon=True).start()

    def close(self) -> None:
        self.journal.close()
