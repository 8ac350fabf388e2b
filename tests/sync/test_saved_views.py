"""Filters of a list under a name: whose they are, what they show, and that they never reach another shop."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from qbo.models import Connection
from runacall import clock
from runacall.organizations.models import Role
from sync.log import saved_views
from sync.models import SavedView, State
from sync.upkeep.erasing import erase_customer
from tests import builders, log_rows

LOG, SAVE = reverse("admin:sync_syncevent_changelist"), reverse("sync:save_view")
INVOICES = reverse("admin:invoices_invoice_changelist")


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def client_of(books: Connection, role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization, role))
    return client


def menu(client: Client, query: str = "", *, page_of: str = LOG) -> str:
    page = client.get(f"{page_of}{query}").content.decode()
    found = re.search(r'<details class="rac-filters rac-views"(.*?)\n</details>', page, re.DOTALL)
    assert found
    return found[1]


def said(answer: Any) -> list[str]:
    return [str(one) for one in answer.context["messages"]]


def save(client: Client, name: str = "Failures", query: str = "status=failed", **more: str) -> Any:
    return client.post(SAVE, {"name": name, "query": query, "next": f"{LOG}?{query}", **more}, follow=True)


def test_a_view_is_an_address_that_shows_the_filtered_list(books: Connection) -> None:
    log_rows.event(books)
    log_rows.event(books, State.SYNCED)
    client = client_of(books)
    assert "No views yet" in menu(client)
    assert "Save view" not in menu(client), "without filters there is nothing to save"
    answer = save(client)
    assert said(answer) == ["Saved the view “Failures”."]
    assert answer.redirect_chain[-1][0] == f"{LOG}?status=failed"
    assert len(answer.context["rows"]) == 1
    assert "View: Failures" in menu(client, "?status=failed")
    assert "View: " not in menu(client, "?status=synced")
    assert f'href="{LOG}?status=failed"' in menu(client)


def test_only_filters_are_kept_and_the_page_is_not(books: Connection) -> None:
    save(client_of(books), query="status=failed&p=3&evil=1&search=&after=2026-01-01")
    assert SavedView.objects.get().filters == {"after": ["2026-01-01"], "status": ["failed"]}


def test_the_same_name_takes_the_new_filters(books: Connection) -> None:
    client = client_of(books)
    save(client)
    assert said(save(client, query="status=held")) == ["The view “Failures” has these filters now."]
    assert SavedView.objects.get().filters == {"status": ["held"]}


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [(" \x00 ", "status=failed", "A view needs a name"), ("All", "p=2", "There is nothing to save")],
)
def test_what_is_no_view_is_refused(books: Connection, name: str, query: str, words: str) -> None:
    assert words in said(save(client_of(books), name, query))[0]
    assert not SavedView.objects.exists()


def test_there_is_an_end_to_them(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST", 1)
    client = client_of(books)
    save(client)
    assert "Delete one first" in said(save(client, "Another"))[0]
    # One that is there is changed, not added.
    assert said(save(client, query="status=held")) == ["The view “Failures” has these filters now."]


def test_my_own_are_mine_and_shared_ones_are_the_shops(books: Connection) -> None:
    owner, admin = client_of(books), client_of(books, Role.ADMIN)
    save(owner, "Mine")
    save(owner, "Ours", "status=held", shared="on")
    mine, ours = SavedView.objects.get(name="Mine"), SavedView.objects.get(name="Ours")
    assert (mine.is_shared, ours.is_shared) == (False, True)
    assert "Ours" in menu(admin)
    assert "Mine" not in menu(admin)
    for name in ("rename_view", "delete_view"):
        assert admin.post(reverse(f"sync:{name}", args=[mine.pk]), {"name": "x"}).status_code == 404
    assert said(admin.post(reverse("sync:rename_view", args=[ours.pk]), {"name": " Held  now "}, follow=True)) == [
        "“Ours” is called “Held now” now."
    ]
    admin.post(reverse("sync:delete_view", args=[ours.pk]))
    assert list(SavedView.objects.all()) == [mine]


def test_a_name_that_another_view_has_is_refused(books: Connection) -> None:
    client = client_of(books)
    save(client, "One")
    save(client, "Two")
    two = SavedView.objects.get(name="Two")
    answer = client.post(reverse("sync:rename_view", args=[two.pk]), {"name": "One"}, follow=True)
    assert "There is another view called “One”" in said(answer)[0]
    two.refresh_from_db()
    assert two.name == "Two"


def test_another_shops_views_are_out_of_reach(books: Connection) -> None:
    save(client_of(books), "Ours", shared="on")
    other, view = client_of(log_rows.shop_with_books("other")), SavedView.objects.get()
    assert "Ours" not in menu(other)
    for name in ("rename_view", "delete_view"):
        assert other.post(reverse(f"sync:{name}", args=[view.pk]), {"name": "x"}).status_code == 404
    view.refresh_from_db()
    assert view.name == "Ours"


def test_who_may_not_act_saves_none(books: Connection) -> None:
    assert client_of(books, Role.DISPATCHER).post(SAVE, {"name": "x", "query": "status=failed"}).status_code == 403
    support = Client()
    support.force_login(builders.superuser("support@example.com"))
    assert support.post(SAVE, {"name": "x", "query": "status=failed"}).status_code == 403
    assert client_of(books).get(SAVE).status_code == 405
    assert not SavedView.objects.exists()


def test_a_customer_who_is_erased_is_erased_from_views(books: Connection) -> None:
    client, customer = client_of(books), builders.customer(books.organization, name="Amara Okafor")
    save(client, "Hers", "search=okafor")
    save(client, "About Amara Okafor", "status=failed")
    save(client, "Failures", "status=failed&search=heat")
    books.events.all().delete()
    assert erase_customer(customer, at=clock.now())["saved views"] == 2
    assert [view.name for view in SavedView.objects.all()] == ["Failures"]


def keep_invoices(client: Client, name: str = "Overdue", query: str = "status=overdue", **more: str) -> Any:
    return save(client, name, query, list="invoices", **more)


def test_the_list_of_invoices_has_views_of_its_own(books: Connection) -> None:
    client = client_of(books)
    save(client, "Both", "status=failed")
    answer = keep_invoices(client, "Both", "status=overdue&q=okafor&quickbooks=attention&p=2&o=3&_popup=1")
    kept = "q=okafor&amp;quickbooks=attention&amp;status=overdue"
    assert answer.redirect_chain[-1][0] == f"{INVOICES}?{kept.replace('amp;', '')}"
    assert f'href="{INVOICES}?{kept}"' in menu(client, page_of=INVOICES)
    assert "View: Both" in menu(client, "?status=overdue&quickbooks=attention&q=okafor&p=1", page_of=INVOICES)
    assert "View: " not in menu(client, "?status=overdue", page_of=INVOICES)
    assert f'href="{LOG}?status=failed"' in menu(client)
    assert "okafor" not in menu(client), "each list has its own"
    assert client.post(SAVE, {"name": "x", "query": "status=failed", "list": "payments"}).status_code == 404


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
def test_who_writes_invoices_keeps_views_of_them_and_leaves_the_shops_alone(books: Connection, role: Role) -> None:
    owner, other = client_of(books), client_of(books, role)
    keep_invoices(owner, "Ours", shared="on")
    keep_invoices(other, "Mine")
    shown = menu(other, "?status=draft", page_of=INVOICES)
    assert "Ours" in shown
    assert "For the whole shop" not in shown
    assert shown.count("Change the view") == 1, "of the shop's own there is nothing to change"
    assert "Mine" not in menu(owner, page_of=INVOICES)
    assert keep_invoices(other, "Theirs", shared="on").status_code == 403
    ours = SavedView.objects.get(name="Ours")
    for name in ("rename_view", "delete_view"):
        assert other.post(reverse(f"sync:{name}", args=[ours.pk]), {"name": "x"}).status_code == 403
    assert other.post(reverse("sync:delete_view", args=[SavedView.objects.get(name="Mine").pk])).status_code == 302
    assert [(view.name, view.list_name) for view in SavedView.objects.all()] == [("Ours", "invoices")]


def test_an_erased_customer_is_erased_from_views_of_invoices(books: Connection) -> None:
    client, customer = client_of(books), builders.customer(books.organization, name="Amara Okafor")
    keep_invoices(client, "Searched", "q=okafor")
    keep_invoices(client, "Chosen", f"customer__id__exact={customer.pk}")
    keep_invoices(client, "Another", f"customer__id__exact={customer.pk}0&status=draft")
    books.events.all().delete()
    assert erase_customer(customer, at=clock.now())["saved views"] == 2
    assert [view.name for view in SavedView.objects.all()] == ["Another"]


@pytest.mark.parametrize("list_name", ["", "payments"])
def test_the_database_knows_the_lists(books: Connection, list_name: str) -> None:
    row = {"organization": books.organization, "name": "One", "filters": {}, "saved_at": clock.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(list_name=list_name, **row)


@pytest.mark.parametrize("is_shared", [True, False])
def test_the_database_keeps_names_apart(books: Connection, is_shared: bool) -> None:
    owner = None if is_shared else builders.member(books.organization)
    row = {"organization": books.organization, "owner": owner, "filters": {}, "saved_at": clock.now()}
    SavedView.objects.create(name="One", **row)
    SavedView.objects.create(name="One", list_name="invoices", **row)
    for name in ("One", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.objects.create(name=name, **row)
