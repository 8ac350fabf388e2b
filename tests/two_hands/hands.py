"""What every pair of hands has: a shop for one history, its books, and peace at the end of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from qbo.connection.connecting import CompanyUnread, connect
from sync.models import State, SyncEvent
from sync.models.events import SyncEventQuerySet
from tests.books import Shop, grant
from tests.two_hands.inside import URL, Bookkeeper
from tests.two_hands.world import World


class Hands(RuleBasedStateMachine):
    """`open_shop` makes the shop that a history is about; it is rolled back when the history is over."""

    open_shop: Callable[[str], Any]
    country = "US"
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.opened = Hands.open_shop(self.country)
        shop, emulator, self.turns = self.opened.__enter__()
        self.world = World(shop, emulator)
        self.shop: Shop = shop
        self.is_broken, self.since = True, 0

    def teardown(self) -> None:
        try:
            if not self.is_broken:
                self.peace()
        finally:
            self.opened.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)

    def peace(self) -> None:
        """Every cause is taken away, by those whose it is, and what failed is retried: nothing stays behind."""
        raise NotImplementedError

    @property
    def at(self) -> dt.datetime:
        return self.world.at

    @property
    def day(self) -> dt.date:
        return self.shop.organization.today(self.at)

    @property
    def books(self) -> Bookkeeper:
        return self.world.books[self.world.realm]

    def failed(self, *codes: str) -> SyncEventQuerySet:
        """All, or those that failed with one of these themselves: the others only wait for one."""
        rows = self.shop.failed()
        return rows.filter(failure_code__in=codes, blocked_by="") if codes else rows

    def unsettled(self) -> SyncEventQuerySet:
        rows = SyncEvent.objects.filter(connection=self.shop.connection, realm_id=self.world.realm)
        return rows.exclude(state__in=(State.SYNCED, State.SUPERSEDED, State.DISMISSED))

    def choose_on_intuits_page(self, realm: str) -> None:
        # Its name may be the very answer that is lost: then nothing is connected.
        with suppress(CompanyUnread):
            connect(self.shop.organization, grant(URL, realm), environment="emulator", emulator_url=URL, at=self.at)

    def guarded(self, act: Callable[[], Any]) -> None:
        """What breaks here ends the history: there is no peace to be made then."""
        self.is_broken, self.since = True, 0
        act()
        self.is_broken = False
