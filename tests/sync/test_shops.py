"""Our support finds a shop among thousands, sees how it is, and opens it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qbo.models import Connection
from runacall.organizations.middleware import SESSION_KEY
from runacall.organizations.models import Organization, Role
from sync.models import State
from sync.models.events import failure_columns
from tests import builders, log_rows
from tests.journeys.html import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def support() -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(builders.superuser("jane@runacall.com"))
    return client


def rows(client: Client, **query: str) -> dict[str, str]:
    """Slug of each shop on the page -> its row as a person reads it."""
    page = parse(client.get(reverse("sync:shops"), query).content.decode())
    found = list(page.all("tbody"))
    return {row.one("small").text: row.text for row in (found[0].all("tr") if found else ())}


def shop(slug: str, **fields: object) -> Connection:
    made = log_rows.shop_with_books(slug)
    Connection.objects.filter(pk=made.pk).update(**fields)
    return Connection.objects.get(pk=made.pk)


def test_only_support_sees_it(support: Client) -> None:
    books = log_rows.shop_with_books()
    owner = Client()
    owner.force_login(builders.member(books.organization, Role.OWNER))
    assert owner.get(reverse("sync:shops")).status_code == 403
    assert "/support/shops/" not in owner.get("/admin/").content.decode()
    assert Client().get(reverse("sync:shops")).status_code == 302
    assert "/support/shops/" in support.get("/admin/").content.decode()


def test_it_begins_with_those_that_need_help(support: Client) -> None:
    well, failing, paused, late = (shop(slug) for slug in ("well", "failing", "paused", "late"))
    log_rows.event(failing, at=timezone.now() - timedelta(hours=3))
    paused.pause("token_expired", at=timezone.now())
    log_rows.event(late, State.QUEUED, None, at=timezone.now() - timedelta(minutes=40))
    builders.organization(slug="new")
    # It waits for an invoice that is held: the shop's banner counts no error, and neither does this list.
    invoice = builders.invoice(well.organization, at=timezone.now())
    log_rows.event(well, State.HELD, invoice=invoice, **failure_columns(log_rows.CLOSED))
    log_rows.event(well, record_type="payment", blocked_by=f"invoice:{invoice.pk}")
    assert set(rows(support)) == {"failing", "paused", "late"}
    every = rows(support, show="all")
    assert set(every) == {"well", "failing", "paused", "late", "new"}
    assert "All is well" in every["well"]
    assert "1 erroroldest 3 h" in every["failing"]
    assert "Nothing is sent: token expired" in every["paused"]
    assert "Work has waited for 40 min" in every["late"]
    assert "Never connected" in every["new"]


@pytest.mark.parametrize("term", ["lake", "LAKESIDE", "Erie Books", "9341"])
def test_a_search_finds_name_company_and_realm(support: Client, term: str) -> None:
    shop("lakeside", company_name="Erie Books", realm_id="9341")
    shop("hilltop", company_name="Hill Books", realm_id="934")
    assert set(rows(support, show="all", search=term)) == {"lakeside"}


def test_a_search_without_a_find_says_where_else(support: Client) -> None:
    shop("lakeside")
    text = support.get(reverse("sync:shops"), {"search": "lakeside"}).content.decode()
    assert "No shop matches “lakeside” among those that need help." in text
    assert "lakeside" in rows(support, show="all", search="lakeside")


def test_open_leads_to_the_shops_start_page(support: Client) -> None:
    shop("hilltop")
    there = shop("lakeside")
    page = parse(support.get(reverse("sync:shops"), {"show": "all"}).content.decode())
    [button] = [row.one("button") for row in page.one("tbody").all("tr") if row.one("small").text == "lakeside"]
    answer = support.post(reverse("switch_organization"), {"organization": button["value"]}, follow=True)
    assert answer.redirect_chain[-1][0] == "/admin/"
    assert support.session[SESSION_KEY] == there.organization_id


@pytest.mark.parametrize("wanted", ["", "none", "999999", "1 OR 1=1", "9" * 30, "²"])
def test_a_shop_that_is_not_there_is_not_opened(support: Client, wanted: str) -> None:
    assert support.post(reverse("switch_organization"), {"organization": wanted}).status_code == 404


def test_many_shops_cost_no_more_queries_than_few(support: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(database) as seen:
            support.get(reverse("sync:shops"), {"show": "all"})
        return len(seen)

    for number in range(2):
        shop(f"few-{number}")
    queries()
    few = queries()
    for number in range(60):
        shop(f"many-{number}")
    assert queries() == few
    assert len(rows(support, show="all")) == 50
    assert len(rows(support, show="all", page="2")) == Organization.objects.count() - 50
