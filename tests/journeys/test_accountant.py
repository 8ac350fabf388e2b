"""Ask the accountant: a link without a log-in, three answers, and all that a link must not do."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from runacall.invoices.models import Invoice
from runacall.operators_log import JsonLines, PlainLines
from runacall.organizations.models import Role
from sync.closed_period import asking
from sync.closed_period.asking import AlteredLink, NotWaiting, open_link
from sync.closed_period.hold import hold
from sync.models import ActionRecord, Question, State, SupportLook
from tests import builders
from tests.books import Shop
from tests.journeys.office import LOG, Office
from tests.journeys.test_closed_period import days_ago
from tests.journeys.visiting import send


@pytest.fixture(autouse=True)
def _no_count() -> None:
    cache.clear()


@pytest.fixture
def closed(shop: Shop) -> dt.date:
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    return days_ago(30)


def stopped(shop: Shop, name: str = "M. Okafor", **fields: Any) -> Invoice:
    invoice = shop.invoice(invoice_date=days_ago(40), customer=builders.customer(shop.organization, name), **fields)
    shop.drain()
    assert shop.event(invoice).failure_code == "closed_period"
    return invoice


def ask(office: Office, invoice: Invoice, *, note: str = "The job was in May.") -> tuple[Question, str]:
    """From the row, as the Owner does: the question, and its link as the page shows it."""
    page = office.event_page(invoice)
    link = next(one for one in page.root.all("a") if one.text == "Ask the accountant…")
    asked = office.visit(link["href"])
    assert "Ask the accountant about 1 invoice?" in asked.text
    made = send(office.visitor, asked, asked.form(field="to_name").fill(to_name="Jane Roe", note=note))
    return Question.objects.latest("pk"), made.part("question-link").text


def path_of(link: str) -> str:
    return re.sub(r"^https?://[^/]+", "", link)


class Accountant:
    """A browser that has never seen Run a Call."""

    def __init__(self, link: str) -> None:
        self.client, self.path = Client(headers={"host": "localhost"}, enforce_csrf_checks=True), path_of(link)

    def open(self) -> tuple[int, str]:
        answer = self.client.get(self.path)
        text = " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
        return answer.status_code, text

    def answer(self, choice: str, note: str = "") -> tuple[int, str]:
        token = self.client.cookies["csrftoken"].value if "csrftoken" in self.client.cookies else ""
        said = self.client.post(self.path, {"choice": choice, "note": note, "csrfmiddlewaretoken": token})
        assert said.status_code in (200, 302, 410), said.content[:500]
        return self.open()


def test_she_sees_exactly_these_invoices_and_no_session_is_made(shop: Shop, office: Office, closed: dt.date) -> None:
    asked_about, other = stopped(shop, "M. Okafor"), stopped(shop, "Tremont Diner")
    question, link = ask(office, asked_about)
    she = Accountant(link)
    status, text = she.open()
    assert status == 200
    for shown in (
        shop.organization.name,
        f"Invoice #{asked_about.number}",
        "M. Okafor",
        str(days_ago(40)),
        f"${asked_about.total:,.2f}",
        "The job was in May.",
    ):
        assert shown in text
    assert f"#{other.number}" not in text
    assert "Tremont" not in text
    assert "sessionid" not in she.client.cookies
    assert she.client.get("/admin/").status_code == 302
    assert she.client.get(f"{LOG}{shop.event(asked_about).pk}/details/").status_code == 302
    question.refresh_from_db()
    assert question.opened_at is not None


def test_i_moved_the_date_sends_them(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    question, link = ask(office, invoice)
    shop.books.do("close_books", date=days_ago(41).isoformat())
    she = Accountant(link)
    she.open()
    status, text = she.answer("moved", "Done on Friday.")
    assert status == 200
    assert "I have moved the closing date" in text
    assert "Sending again: 1 invoice." in text
    shop.drain()
    office.assert_clear(invoice)
    action = ActionRecord.objects.filter(action="retry").latest("pk")
    assert (action.by, action.by_name) == (None, "Jane Roe (accountant)")
    page = office.visit(f"/quickbooks/question/{question.pk}/")
    for shown in ("Answered", "I have moved the closing date", "Done on Friday.", "Sending again: 1 invoice."):
        assert shown in page.text
    assert "Jane Roe was asked about 1 invoice" in office.visit(LOG).text


def test_post_in_the_current_period_dates_them_today(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    _, link = ask(office, invoice)
    she = Accountant(link)
    she.open()
    assert "Posted to the current period: 1 invoice." in she.answer("post_today")[1]
    shop.drain()
    invoice.refresh_from_db()
    assert invoice.invoice_date == shop.organization.today(timezone.now())
    office.assert_clear(invoice)


def test_leave_out_dismisses_with_her_name(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    _, link = ask(office, invoice)
    she = Accountant(link)
    she.open()
    assert "Left out 1 invoice." in she.answer("leave_out", "Entered by hand")[1]
    event = shop.event(invoice)
    assert (event.state, event.reason) == (State.DISMISSED, "Jane Roe, the accountant: leave out (Entered by hand)")
    assert shop.books.writes() == 0


def test_held_ones_follow_her_answer_too(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice, out = stopped(shop), stopped(shop, "Tremont Diner")
    hold(shop.failed(), by=None, at=timezone.now())
    _, link = ask(office, invoice)
    _, second = ask(office, out)
    shop.books.do("close_books", date=None)
    for choice, there in (("moved", link), ("leave_out", second)):
        she = Accountant(there)
        she.open()
        she.answer(choice)
    shop.drain()
    assert (shop.event(invoice).state, shop.event(out).state) == (State.SYNCED, State.DISMISSED)


def test_what_changed_since_is_left_alone(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    _, link = ask(office, invoice)
    office.post_to_current_period(invoice)
    shop.drain()
    she = Accountant(link)
    she.open()
    _, text = she.answer("leave_out")
    assert "Left out 0 invoices. 1 changed since the question was asked and stayed as they are." in text
    assert shop.event(invoice).state == State.SYNCED


def test_a_link_is_used_once(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    question, link = ask(office, invoice)
    first, second = Accountant(link), Accountant(link)
    first.open()
    second.open()
    first.answer("leave_out")
    status, text = second.answer("post_today")
    assert status == 200
    assert "Leave them out of QuickBooks" in text
    assert "A link can be used once." in text
    assert shop.event(invoice).state == State.DISMISSED
    with pytest.raises(NotWaiting):
        asking.answer(question, "moved", at=timezone.now())


def test_an_expired_link_says_so_and_does_nothing(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    question, link = ask(office, invoice)
    she = Accountant(link)
    she.open()
    Question.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    status, text = she.answer("leave_out")
    assert "Expired" in office.visit(f"/quickbooks/question/{question.pk}/").text
    assert status == 410
    assert "This question has expired" in text
    assert f"#{invoice.number}" not in text
    assert shop.event(invoice).state == State.FAILED


def test_a_revoked_link_says_so_and_does_nothing(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    question, link = ask(office, invoice)
    she = Accountant(link)
    she.open()
    page = office.visit(f"/quickbooks/question/{question.pk}/")
    told = send(office.visitor, page, page.form(action="/revoke/"))
    assert "Revoked. The link for Jane Roe no longer works." in told.text
    status, text = she.answer("leave_out")
    assert status == 410
    assert "This question has been revoked" in text
    assert f"#{invoice.number}" not in text
    assert shop.event(invoice).state == State.FAILED


@pytest.mark.parametrize("change", ["cut", "letter", "other"])
def test_an_altered_link_opens_nothing(shop: Shop, office: Office, closed: dt.date, change: str) -> None:
    question, link = ask(office, stopped(shop))
    token = path_of(link).split("/")[-2]
    altered = {
        "cut": token[:-3],
        "letter": ("X" if token[0] != "X" else "Y") + token[1:],
        "other": asking.link_path(Question(pk=question.pk + 1, key=question.key)).split("/")[-2],
    }[change]
    status, text = Accountant(f"/accountant/{altered}/").open()
    assert status == 404
    assert "This link does not work" in text
    with pytest.raises(AlteredLink):
        open_link(altered, at=timezone.now())


def test_an_address_may_open_links_thirty_times_a_minute(shop: Shop, office: Office, closed: dt.date) -> None:
    _, link = ask(office, stopped(shop))
    she = Accountant(link)
    with time_machine.travel(timezone.now().replace(second=1), tick=False):
        assert [she.open()[0] for _ in range(31)] == [200] * 30 + [429]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2), tick=False):
        assert she.open()[0] == 200


def test_no_log_holds_the_link(shop: Shop, office: Office, closed: dt.date) -> None:
    """Django logs the address of each request that it refuses."""
    _, link = ask(office, stopped(shop))
    token = path_of(link).split("/")[-2]
    for formatter in (JsonLines(), PlainLines("%(message)s")):
        record = logging.makeLogRecord({"msg": "%s: %s", "args": ("Too Many Requests", path_of(link))})
        assert token not in formatter.format(record)
        assert "/accountant/…/" in formatter.format(record)


def test_another_shop_sees_neither_question_nor_link(shop: Shop, office: Office, closed: dt.date) -> None:
    question, _ = ask(office, stopped(shop))
    stranger = Client(headers={"host": "localhost"})
    stranger.force_login(builders.member(builders.organization(), Role.OWNER))
    assert stranger.get(f"/quickbooks/question/{question.pk}/").status_code == 404
    assert stranger.post(f"/quickbooks/question/{question.pk}/revoke/").status_code == 404
    dispatcher = Client(headers={"host": "localhost"})
    dispatcher.force_login(builders.member(shop.organization, Role.DISPATCHER))
    assert dispatcher.get(f"/quickbooks/question/{question.pk}/").status_code == 403


def test_support_sees_the_question_but_no_link_and_leaves_none_in_the_visits(
    shop: Shop, office: Office, closed: dt.date
) -> None:
    question, link = ask(office, stopped(shop))
    support = Client(headers={"host": "localhost"})
    support.force_login(builders.superuser())
    page = support.get(f"/quickbooks/question/{question.pk}/").content.decode()
    assert "Jane Roe" in page
    assert "/accountant/" not in page
    support.get(path_of(link))
    assert not SupportLook.objects.filter(path__contains="accountant").exists()


def test_today_closed_too_is_said_before_she_chooses(shop: Shop, office: Office) -> None:
    shop.books.do("close_books", date=days_ago(-10).isoformat())
    shop.read_lists("Preferences")
    _, link = ask(office, stopped(shop))
    assert "Not possible: today is in the closed period too." in Accountant(link).open()[1]
