"""Every control of every page, for everybody: used as a person would, from the page's own buttons and links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests import builders
from tests.browser.walk_shop import COMPANIES, WalkShop, walk_shop
from tests.browser.walk_table import LINES
from tests.browser.walker import Walker
from tests.journeys.house import House

# The walk through every control takes a quarter of an hour beside other tests on a slow machine.
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]
# An Admin has the Owner's pages.
ROLES = {"field tech": "F", "dispatcher": "D", "owner": "O", "support": "S"}
# Who goes through a shop after whom. Our support has one to itself: it takes log-ins away.
WALKS = (("field tech",), ("dispatcher",), ("owner",), ("support",))
HOW = "tests/browser/walk_table.py has a line for each control; its first words say how to add one."


@dataclass(frozen=True)
class Stage:
    house: House
    made: WalkShop
    browser: Browser

    def walk(self, role: str) -> Walker:
        """Sign in as this person and use everything."""
        context = self.browser.new_context(base_url=self.house.url, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto("/")
        page.get_by_label("E-mail").fill(self.made.people[role])
        page.get_by_label("Password").fill(builders.PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/admin/")
        walker = Walker(context, page, role, LINES, ROLES[role])
        walker.walk()
        context.close()
        return walker


@pytest.fixture
def stage(browser: Browser, transactional_db: None, settings: Any, tmp_path: Path, _alone: None) -> Iterator[Stage]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    # What the web process can read: it does not know the quick hasher of the tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    house = House(tmp_path, settings="tests.browser.walk_settings")
    try:
        house.open_books(*COMPANIES)
        made = walk_shop(house.books_url)
        house.open_web()
        house.start_cluster()
        yield Stage(house, made, browser)
    finally:
        house.end()


@pytest.mark.parametrize("roles", WALKS, ids=" and ".join)
def test_every_control(stage: Stage, roles: tuple[str, ...]) -> None:
    problems = [problem for role in roles for problem in stage.walk(role).problems]
    assert problems == [], "\n".join([f"{len(problems)} problems. {HOW}", *problems])
