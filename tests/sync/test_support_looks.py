"""Every page of an organization that our support sees is recorded, once an hour, and an Owner can read the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from qbo.models import Connection
from runacall.organizations.models import Role
from sync.models import SupportLook, SyncEvent
from tests import builders, log_rows

pytestmark = pytest.mark.django_db
LOG = reverse("admin:sync_syncevent_changelist")
PAGE = reverse("admin:sync_supportlook_changelist")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def person() -> User:
    return builders.superuser("jane@runacall.com")


@pytest.fixture
def support(books: Connection, person: User) -> Client:
    client = Client()
    client.force_login(person)
    client.post(reverse("switch_organization"), {"organization": books.organization.pk})
    return client


@pytest.fixture
def event(books: Connection) -> SyncEvent:
    return log_rows.event(books, label="Invoice #1842")


def paths() -> list[str]:
    return list(SupportLook.objects.order_by("pk").values_list("path", flat=True))


def invoice_of(books: Connection) -> str:
    return str(builders.invoice(books.organization).pk)


# What support may open -> its address, and whether a script of a page asks for it.
WAYS: dict[str, Callable[[Connection, SyncEvent], tuple[str, bool]]] = {
    "start page": lambda books, event: ("/admin/", False),
    "log": lambda books, event: (LOG, False),
    "filtered log": lambda books, event: (f"{LOG}?status=failed", False),
    "what changed in the log": lambda books, event: (reverse("admin:sync_syncevent_live"), True),
    "opened row": lambda books, event: (reverse("admin:sync_syncevent_details", args=[event.pk]), True),
    "page of an event": lambda books, event: (reverse("admin:sync_syncevent_change", args=[event.pk]), False),
    "escalate": lambda books, event: (reverse("admin:sync_syncevent_escalate", args=[event.pk]), False),
    "history of an invoice": lambda books, event: (f"/admin/invoices/invoice/{invoice_of(books)}/history/", False),
    "invoice": lambda books, event: (f"/admin/invoices/invoice/{invoice_of(books)}/change/", False),
    "banner of an invoice": lambda books, event: (reverse("sync:invoice_banner", args=[invoice_of(books)]), True),
    "customers": lambda books, event: ("/admin/invoices/customer/", False),
    "status": lambda books, event: (reverse("qbo:status"), False),
    "log as a file": lambda books, event: (reverse("sync:export_log", args=["csv"]), False),
    "bundle of the log": lambda books, event: (reverse("sync:support_bundle"), False),
    "bundle of an event": lambda books, event: (reverse("sync:event_bundle", args=[event.pk]), False),
}


def test_each_way_to_look_is_recorded(books: Connection, support: Client, person: User, event: SyncEvent) -> None:
    opened = []
    for lead in WAYS.values():
        address, by_script = lead(books, event)
        assert support.get(address, headers=HTMX if by_script else {}).status_code == 200, address
        opened.append((books.organization, person, address))
    assert [(one.organization, one.by, one.path) for one in SupportLook.objects.order_by("pk")] == opened


def test_a_row_that_asks_again_is_a_look_too(support: Client, event: SyncEvent) -> None:
    """A look that began with `?again` left no trace."""
    details = reverse("admin:sync_syncevent_details", args=[event.pk])
    assert support.get(f"{details}?again", headers=HTMX).status_code == 200
    assert paths() == [details]


def test_a_page_that_asks_every_two_seconds_is_one_look_an_hour(support: Client, event: SyncEvent) -> None:
    live = reverse("admin:sync_syncevent_live")
    with time_machine.travel(dt.datetime(2026, 6, 17, 16, 0, tzinfo=dt.UTC), tick=False) as clock:
        for number in range(20):
            support.get(f"{live}?open={number}", headers=HTMX)
            clock.shift(dt.timedelta(seconds=2))
        assert paths() == [live]
        clock.move_to(dt.datetime(2026, 6, 17, 17, 0, tzinfo=dt.UTC))
        support.get(live, headers=HTMX)
        assert paths() == [live, live]


def test_what_support_looked_for_is_told_apart(support: Client) -> None:
    with time_machine.travel(builders.NOW, tick=False):
        for query in ("?search=Okafor", "?search=Lee", "?search=Okafor"):
            support.get(LOG + query)
    assert paths() == [f"{LOG}?search=Okafor", f"{LOG}?search=Lee"]


def test_what_is_no_look_is_not_recorded(books: Connection, support: Client, event: SyncEvent) -> None:
    member = Client()
    member.force_login(builders.member(books.organization))
    member.get(LOG)
    assert support.get("/admin/password_change/").status_code == 200
    assert support.get("/admin/auth/user/").status_code == 200
    assert support.get("/admin/invoices/invoice/12345/change/").status_code == 404
    assert support.post(LOG, {"action": "retry", "_selected_action": event.pk}).status_code == 403
    Client().get("/admin/login/")
    assert not SupportLook.objects.exists()


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_an_owner_reads_who_looked_at_what(books: Connection, support: Client, role: str) -> None:
    support.get(f"{LOG}?search=Okafor")
    elsewhere = builders.organization("elsewhere")
    support.post(reverse("switch_organization"), {"organization": elsewhere.pk})
    support.get("/admin/invoices/customer/?q=Zanzibar")
    client = Client()
    client.force_login(builders.member(books.organization, role))
    assert PAGE in client.get("/admin/").content.decode()
    html = client.get(PAGE).content.decode()
    assert "jane@runacall.com" in html
    assert f"{LOG}?search=Okafor" in html
    assert "Zanzibar" not in html
    visit = SupportLook.objects.get(path__contains="Okafor")
    html = client.get(reverse("admin:sync_supportlook_change", args=[visit.pk])).content.decode()
    assert "jane@runacall.com" in html
    assert reverse("admin:auth_user_change", args=[visit.by_id]) not in html, "a log-in of ours is not for the shop"


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
def test_others_do_not(books: Connection, role: str) -> None:
    client = Client()
    client.force_login(builders.member(books.organization, role))
    assert client.get(PAGE).status_code == 403


def test_nobody_changes_the_record(books: Connection, support: Client) -> None:
    support.get(LOG)
    look = SupportLook.objects.get()
    owner = Client()
    owner.force_login(builders.member(books.organization))
    for client in (owner, support):
        for page in ("change", "delete"):
            address = reverse(f"admin:sync_supportlook_{page}", args=[look.pk])
            assert client.post(address, {"path": "x", "post": "yes"}).status_code == 403
        assert client.get(f"{PAGE}add/").status_code == 403
    look.refresh_from_db()
    assert look.path == LOG
