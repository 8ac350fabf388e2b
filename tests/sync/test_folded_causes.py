"""The log shows nine cards at first: of the others there is nothing until somebody unfolds them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qbo.failures import Failure, Subject
from qbo.models import Connection
from runacall.invoices.models import TaxRate
from sync.admin import cause_cards
from sync.fixing.applying import Shown, fix_cause
from sync.fixing.fix import Answer
from sync.models import SyncEvent
from tests import builders, log_rows

LOG = reverse("admin:sync_syncevent_changelist")
LIVE = reverse("admin:sync_syncevent_live")
HOME = reverse("admin:index")
COUNT = 39
both = pytest.mark.parametrize("address", [LOG, LIVE], ids=["page", "poll"])


@pytest.fixture
def books(db: None) -> Connection:
    """39 rates without a code, Rate 1 to Rate 39, the later ones holding back more money."""
    books = log_rows.shop_with_books()
    log_rows.entry(books, "TaxCode", "2", "California", Percent="8")
    for number in range(1, COUNT + 1):
        rate = builders.rate(books.organization, f"Rate {number}", "7.25")
        failure = Failure("tax_code_not_mapped", Subject("tax_rate", str(rate.pk), rate.name))
        log_rows.event(books, failure=failure, amount=f"{300 + number}.25")
    return books


@pytest.fixture
def owner(books: Connection) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization))
    return client


def html_of(client: Client, address: str = LOG, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def cards_of(html: str) -> int:
    return html.count('<section class="rac-card')


def numbers(cards: Any) -> list[int]:
    return [int(re.findall(r"Rate (\d+)", card.title)[0]) for card in cards]


def key_of(books: Connection, number: int) -> str:
    rate = TaxRate.objects.get(organization=books.organization, name=f"Rate {number}")
    return f"tax_code_not_mapped:tax_rate:{rate.pk}"


NINE = list(range(COUNT, COUNT - 9, -1))


@both
def test_what_is_folded_away_is_neither_built_nor_rendered(
    books: Connection, owner: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    form_for = cause_cards.form_for

    def counted(cause: Any, lists: Any) -> Any:
        built.append(cause.key)
        return form_for(cause, lists)

    monkeypatch.setattr(cause_cards, "form_for", counted)
    html = html_of(owner, address)
    assert len(built) == 9
    assert cards_of(html) == 9
    assert "30 more causes" in html
    assert "39 causes · 39 invoices · $12,489.75 · oldest" in html
    assert numbers(owner.get(address).context["strip"].cards) == NINE


def test_the_start_page_builds_no_form(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cause_cards, "form_for", None)
    html = html_of(owner, HOME)
    assert "Rate 35" in html
    assert "Rate 34" not in html
    assert "34 more causes" in html


@both
def test_all_of_them_are_there_when_asked_for(owner: Client, address: str) -> None:
    answer = owner.get(address, {"causes": "all", "status": "failed"})
    html = unescape(answer.content.decode())
    assert cards_of(html) == COUNT
    assert numbers(answer.context["strip"].cards) == NINE
    assert numbers(answer.context["strip"].folded) == list(range(COUNT - 9, 0, -1))
    assert "30 more causes" in html
    assert re.search(r'<details class="rac-causes-more"[^>]* open>', html)
    # Only the link that asks for them does: whoever goes on from there gets a page as ever.
    assert set(re.findall(r'"([^"]*causes=all[^"]*)"', html)) == {f"{LOG}?status=failed&causes=all#causes"}


def test_without_a_script_a_link_leads_to_them(owner: Client) -> None:
    assert f'href="{LOG}?causes=all#causes"' in html_of(owner)
    assert f'href="{LOG}?status=failed&p=1&causes=all#causes"' in html_of(owner, status="failed", p="1")


def test_every_cause_can_be_filtered_by(owner: Client) -> None:
    html = html_of(owner)
    assert all(f"'Rate {number}' not mapped (1)</option>" in html for number in range(1, COUNT + 1))


@both
@pytest.mark.parametrize("causes", ["", "all"])
def test_the_one_that_the_list_is_filtered_by_is_shown(
    books: Connection, owner: Client, address: str, causes: str
) -> None:
    query = {"cause": key_of(books, 2)} | ({"causes": causes} if causes else {})
    answer = owner.get(address, query)
    assert numbers(answer.context["strip"].cards) == [*NINE, 2]
    assert answer.context["strip"].cards[-1].is_on
    assert "29 more causes" in answer.content.decode()


@both
def test_what_came_of_a_fix_is_shown_where_it_can_be_undone(books: Connection, owner: Client, address: str) -> None:
    person = builders.member(books.organization)
    owner.force_login(person)
    fix_cause(books, key_of(books, 5), Answer("code:2"), shown=Shown(""), by=person, at=timezone.now())
    strip = owner.get(address).context["strip"]
    assert [card.title for card in strip.cards][9:] == ["Tax code 'Rate 5' not mapped"]
    assert strip.more == 29
    html = html_of(owner, address)
    assert "Undo</button>" in html
    assert "38 causes · 38 invoices" in html


def test_in_what_is_unfolded_it_stays_where_it_was(books: Connection, owner: Client) -> None:
    person = builders.member(books.organization)
    owner.force_login(person)
    fix_cause(books, key_of(books, 5), Answer("code:2"), shown=Shown(""), by=person, at=timezone.now())
    strip = owner.get(LIVE, {"causes": "all"}).context["strip"]
    assert numbers(strip.cards) == NINE
    assert numbers(strip.folded) == list(range(COUNT - 9, 0, -1))


def test_one_is_one(books: Connection, owner: Client) -> None:
    SyncEvent.objects.exclude(cause_key__in=[key_of(books, n) for n in range(1, 11)]).delete()
    assert re.search(r"\b1 more cause<", html_of(owner))
