"""Every entry of the menu and of the start page leads to a page that opens, for every kind of person."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from runacall.organizations.models import Organization, Role
from tests import builders
from tests.journeys.html import parse

LogIn = Callable[[User], Client]
OFFICE = {"Status", "Tax", "Items", "Products and services", "Sync log", "Organization", "Team", "Payments"}
SEEN: dict[str, set[str]] = {
    Role.OWNER: OFFICE,
    Role.ADMIN: OFFICE,
    Role.DISPATCHER: {"Payments"},
    Role.FIELD_TECH: set(),
    "support": OFFICE,
    "nobody": set(),
}


def person(shop: Organization, kind: str) -> User:
    if kind == "support":
        return builders.superuser()
    return builders.user() if kind == "nobody" else builders.member(shop, kind)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", list(SEEN))
def test_every_entry_opens(shop: Organization, log_in: LogIn, kind: str) -> None:
    client = log_in(person(shop, kind))
    html = client.get("/admin/").content.decode()
    links = {link for link in re.findall(r'href="(/[^"#]*)', html) if not link.startswith("/static/")}
    assert len(links) > 3
    for link in sorted(links):
        assert client.get(link.replace("&amp;", "&"), follow=True).status_code == 200, f"{kind}: {link}"


@pytest.mark.parametrize("kind", list(SEEN))
def test_the_sidebar_fits_the_role(shop: Organization, log_in: LogIn, kind: str) -> None:
    html = log_in(person(shop, kind)).get("/admin/").content.decode()
    assert ("not a member of an organization yet" in html) == (kind == "nobody")
    root = parse(html)
    entries = {" ".join(link.text.split()) for link in root.one(id="nav-sidebar-apps").all("a")}
    titles = {title for entry in entries for title in OFFICE if entry.endswith(title)}
    assert titles == SEEN[kind]
    everyday = [entry for entry in entries if entry.endswith(("Customers", "Pricebook"))]
    # The office has a second page of customers, that of their matches.
    assert len(everyday) == (0 if kind == "nobody" else 3 if SEEN[kind] == OFFICE else 2)


def test_a_page_asks_once_for_what_its_menu_is_made_of(
    shop: Organization, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on every page: the person's organizations, and where its thirty links lead."""
    client = log_in(builders.member(shop))
    client.get("/admin/")
    resolved: list[str] = []
    monkeypatch.setattr("runacall.admin_site.resolve", resolved.append)
    with CaptureQueriesContext(database) as seen:
        html = client.get("/admin/").content.decode()
    assert len([one for one in seen if 'FROM "organizations_membership"' in one["sql"]]) == 1
    assert resolved == []
    assert parse(html).one(id="nav-sidebar-apps").all("a")
