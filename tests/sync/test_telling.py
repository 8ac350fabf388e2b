"""People are told by e-mail once a cause, in plain words with links; they can stop it, and no crash loses one."""

from __future__ import annotations

import datetime as dt
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from runacall.organizations.models import Membership, Role
from sync.models import Letter, SyncEvent, Tally, ToldCause, Wish
from sync.operations import dismissing, retrying
from sync.tasks import tell_people
from sync.telling import digest
from sync.telling.causes import SAME_FOR, tell
from sync.telling.sending import DELAYS, TAKEN_FOR, send_due
from sync.upkeep.erasing import erase_customer
from tests import builders
from tests.books import Shop, connected_shop


@pytest.fixture
def shop(transactional_db: None, qbo_url: str, settings: Any) -> Shop:
    settings.SITE_URL = "https://shop.example.com/"
    shop = connected_shop(qbo_url)
    shop.owner = builders.member(shop.organization, Role.OWNER)  # type: ignore[attr-defined]
    return shop


def owner(shop: Shop) -> Any:
    return shop.owner  # type: ignore[attr-defined]


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def unmapped(shop: Shop, name: str, count: int = 1) -> list[Any]:
    """Invoices that stop because nobody mapped their rate."""
    rate = builders.rate(shop.organization, name, "7.25")
    lines = [builders.line(item=shop.item("Labor"), rates=[rate])]
    customer = builders.customer(shop.organization, "M. Okafor")
    found = [shop.invoice(customer=customer, lines=lines) for _ in range(count)]
    shop.drain()
    return found


def test_many_invoices_with_one_cause_are_one_email_in_plain_words(shop: Shop) -> None:
    builders.member(shop.organization, Role.DISPATCHER)
    unmapped(shop, "Combined 7.25", 3)
    assert tell_people() == 1
    (sent,) = mail.outbox
    assert sent.to == [owner(shop).email]
    assert sent.subject == f"{shop.organization.name}: Tax code 'Combined 7.25' not mapped"
    assert "3 invoices, $321.75" in sent.body
    link = re.search(r"Open: (\S+)", sent.body)
    assert link is not None
    assert link[1].startswith("https://shop.example.com/admin/sync/syncevent/?")
    (html,) = [text for text, kind in sent.alternatives if kind == "text/html"]
    assert "Tax code &#x27;Combined 7.25&#x27; not mapped" in html
    visitor = signed_in(owner(shop))
    assert "Tax code" in visitor.get(link[1].removeprefix("https://shop.example.com")).content.decode()


def test_a_cause_that_stands_is_not_told_again_and_a_new_one_is(shop: Shop) -> None:
    unmapped(shop, "Combined 7.25")
    assert tell_people() == 1
    unmapped(shop, "Combined 7.25 b")
    unmapped(shop, "Combined 7.25 c", 2)
    assert tell_people() == 1
    assert tell_people() == 0
    assert mail.outbox[1].subject == f"{shop.organization.name}: 2 QuickBooks errors need you"


def test_a_retry_that_fails_again_is_no_news_and_a_return_days_later_is(shop: Shop) -> None:
    unmapped(shop, "Combined 7.25")
    now = timezone.now()
    assert tell(shop.organization, at=now) == 1
    retrying.retry(shop.failed(), by=None, at=now)
    assert tell(shop.organization, at=now + timedelta(minutes=1)) == 0
    shop.drain()
    assert tell(shop.organization, at=now + timedelta(minutes=2)) == 0
    dismissing.dismiss(shop.failed(), by=None, at=now, reason="Not ours")
    tell(shop.organization, at=now + timedelta(minutes=3))
    tell(shop.organization, at=now + timedelta(minutes=4) + SAME_FOR)
    assert not ToldCause.objects.exists()
    dismissing.take_back(SyncEvent.objects.filter(state="dismissed"), by=None, at=now)
    assert tell(shop.organization, at=now + timedelta(days=2)) == 1


def test_an_email_has_a_limit_and_says_how_many_more(shop: Shop) -> None:
    for number in range(12):
        unmapped(shop, f"Rate {number}")
    tell_people()
    assert mail.outbox[0].body.count("not mapped") == 10
    assert "2 more: https://shop.example.com/" in mail.outbox[0].body


def test_who_turned_it_off_snoozes_or_left_gets_none(shop: Shop) -> None:
    off, asleep, gone, away = (builders.member(shop.organization, Role.ADMIN) for _ in range(4))
    Wish.objects.create(organization=shop.organization, user=off, at_once=False)
    Wish.objects.create(organization=shop.organization, user=asleep, snoozed_until=timezone.now() + timedelta(days=1))
    away.is_active = False
    away.save()
    unmapped(shop, "Combined 7.25")
    tell(shop.organization, at=timezone.now())
    Membership.objects.filter(user=gone).delete()
    assert send_due(at=timezone.now() + timedelta(seconds=1)) == 1
    assert [one.to for one in mail.outbox] == [[owner(shop).email]]


def test_the_link_stops_them_without_logging_in_and_only_for_that_person(shop: Shop) -> None:
    other = builders.member(shop.organization, Role.ADMIN)
    unmapped(shop, "Combined 7.25")
    tell_people()
    (mine,) = [one for one in mail.outbox if one.to == [owner(shop).email]]
    link = re.search(r"<(\S+)>", mine.extra_headers["List-Unsubscribe"])
    assert link is not None
    assert link[1] in mine.body
    path = link[1].removeprefix("https://shop.example.com")
    client = Client(enforce_csrf_checks=True)
    # Looking at the page, as a mail scanner does, stops nothing.
    assert "Stop these e-mails" in client.get(path).content.decode()
    assert not Wish.objects.exists()
    assert client.post(path).status_code == 200
    assert client.post(f"{path[:-3]}xx/").status_code == 404
    mail.outbox.clear()
    unmapped(shop, "Combined 8")
    tell_people()
    assert [one.to for one in mail.outbox] == [[other.email]]


class Broken(EmailBackend):
    """A mail server that refuses, as any backend may."""

    def send_messages(self, messages: Any) -> int:
        raise OSError("421 try later")


def test_a_mail_server_that_does_not_work_loses_none(shop: Shop, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.sync.test_telling.Broken"
    unmapped(shop, "Combined 7.25")
    now = timezone.now() + timedelta(seconds=1)
    tell(shop.organization, at=now)
    assert send_due(at=now) == 0
    letter = Letter.objects.get()
    assert letter.problem == "OSError: 421 try later"
    assert send_due(at=now) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(at=now + timedelta(seconds=DELAYS[0])) == 1
    assert send_due(at=now + timedelta(days=1)) == 0
    assert len(mail.outbox) == 1


def emails_counted() -> dict[str, float]:
    return dict(Tally.objects.filter(name="e-mail").values_list("label", "value"))


def test_tries_are_counted_by_how_they_end(shop: Shop, settings: Any) -> None:
    unmapped(shop, "Combined 7.25")
    now = timezone.now() + timedelta(seconds=1)
    tell(shop.organization, at=now)
    settings.EMAIL_BACKEND = "tests.sync.test_telling.Broken"
    send_due(at=now)
    assert emails_counted() == {}, "nobody may read /metrics"
    settings.METRICS_TOKEN = "scrape-me"
    for delay in DELAYS:
        now += timedelta(seconds=delay)
        send_due(at=now)
    assert emails_counted() == {"failed": len(DELAYS) - 1, "given_up": 1}
    assert not Letter.objects.waiting().exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    unmapped(shop, "Combined 8")
    tell(shop.organization, at=now)
    assert send_due(at=now) == 1
    unmapped(shop, "Combined 9")
    tell(shop.organization, at=now)
    Membership.objects.filter(user=owner(shop)).delete()
    assert send_due(at=now) == 0
    assert emails_counted() == {"failed": len(DELAYS) - 1, "given_up": 1, "sent": 1, "dropped": 1}


def test_a_process_that_dies_while_sending_leaves_it_to_the_next_one(shop: Shop) -> None:
    unmapped(shop, "Combined 7.25")
    now = timezone.now() + timedelta(seconds=1)
    tell(shop.organization, at=now)
    first, second = Letter.objects.get(), Letter.objects.get()
    assert first.claim(at=now, seconds=TAKEN_FOR)
    assert not second.claim(at=now, seconds=TAKEN_FOR)
    assert send_due(at=now) == 0
    assert send_due(at=now + timedelta(seconds=TAKEN_FOR)) == 1


def test_the_summary_comes_once_in_the_shops_morning(shop: Shop) -> None:
    Wish.objects.create(organization=shop.organization, user=owner(shop), at_once=False, digest=True)
    unmapped(shop, "Combined 7.25", 2)
    noon = dt.datetime(2026, 6, 18, 16, 0, tzinfo=dt.UTC)
    assert digest.write_all(at=noon) == 0
    morning = dt.datetime(2026, 6, 18, 11, 5, tzinfo=dt.UTC)  # seven in New York
    digest.write_all(at=morning)
    digest.write_all(at=morning + timedelta(minutes=30))
    (letter,) = Letter.objects.all()
    assert "Not in QuickBooks: 2 invoices, $214.50" in letter.text
    assert "Tax code 'Combined 7.25' not mapped (2 records)" in letter.text
    assert send_due(at=morning + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (dt.date(2026, 6, 25), ""),
        (dt.date(2026, 6, 26), "The month ends in 4 days, and its books are not complete."),
        (dt.date(2026, 6, 30), "The month ends today, and its books are not complete."),
        (dt.date(2028, 2, 28), "The month ends in 1 day, and its books are not complete."),
    ],
)
def test_the_summary_says_that_the_month_ends(shop: Shop, day: dt.date, said: str) -> None:
    Wish.objects.create(organization=shop.organization, user=owner(shop), digest=True)
    unmapped(shop, "Combined 7.25")
    digest.write_all(at=dt.datetime.combine(day, dt.time(7), tzinfo=shop.organization.zone))
    assert re.findall("The month ends.*", Letter.objects.get().text) == ([said] if said else [])


def test_the_page_shows_each_person_their_own(shop: Shop) -> None:
    other = builders.member(shop.organization, Role.ADMIN)
    unmapped(shop, "Combined 7.25")
    tell_people()
    mine = Letter.objects.get(user=owner(shop))
    visitor = signed_in(owner(shop))
    page = visitor.get("/quickbooks/notifications/").content.decode()
    assert page.count("Tax code &#x27;Combined 7.25&#x27; not mapped") == 1
    assert "Tax code" in visitor.get(f"/quickbooks/notifications/{mine.pk}/").content.decode()
    assert signed_in(other).get(f"/quickbooks/notifications/{mine.pk}/").status_code == 404
    visitor.post("/quickbooks/notifications/", {"do": "save", "digest": "on"})
    wish = Wish.objects.get(user=owner(shop))
    assert (wish.at_once, wish.digest) == (False, True)
    visitor.post("/quickbooks/notifications/", {"do": "week"})
    assert "Snoozed until" in visitor.get("/quickbooks/notifications/").content.decode()


def test_a_dispatcher_has_no_such_page(shop: Shop) -> None:
    dispatcher = builders.member(shop.organization, Role.DISPATCHER)
    assert signed_in(dispatcher).get("/quickbooks/notifications/").status_code == 403


def test_erasing_a_customer_erases_the_emails_that_name_them(shop: Shop) -> None:
    unmapped(shop, "Combined 7.25")
    tell_people()
    letter = Letter.objects.get()
    customer = builders.customer(shop.organization, "Erika Erased")
    kept = Letter.objects.create(
        organization=shop.organization,
        user=letter.user,
        key="x",
        subject="s",
        text="t",
        html="h",
        made_at=timezone.now(),
    )
    Letter.objects.filter(pk=letter.pk).update(text="Customer Erika Erased not found")
    erase_customer(customer, at=timezone.now())
    assert list(Letter.objects.all()) == [kept]
