"""Signing in: what is recorded, who is locked out and who is not, lost passwords, and passwords that others knew."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail as post
from django.http import HttpResponse
from django.test import Client, RequestFactory

from runacall.accounts import lockout, mail, passwords
from runacall.accounts.client_address import client_address
from runacall.accounts.models import SignIn
from runacall.organizations.models import Organization, Role
from tests import builders

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
DOOR = "/admin/login/"
RECORD = "/admin/accounts/signin/"
NEW = "a long walk home 17"
Kind = SignIn.Kind


def sign_in(client: Client, name: str, password: str = builders.PASSWORD, **more: Any) -> HttpResponse:
    answer: Any = client.post(DOOR, {"username": name, "password": password}, **more)
    return answer


@pytest.fixture
def ann(shop: Organization) -> User:
    return builders.member(shop, user=builders.user("ann@example.com"))


class TestLockOut:
    def test_after_five_wrong_passwords_with_the_time_to_come_back(self, ann: User) -> None:
        client = Client()
        with time_machine.travel(builders.NOW, tick=False) as clock:
            for _ in range(4):
                assert sign_in(client, ann.username, "wrong").status_code == 200
            locked = sign_in(client, ann.username, "wrong")
            assert locked.status_code == 429
            assert locked["Retry-After"] == "900"
            html = locked.content.decode()
            assert "Too many wrong passwords" in html
            assert "Try again in 15 minutes" in html
            clock.shift(dt.timedelta(minutes=10))
            assert "Try again in 5 minutes" in sign_in(client, ann.username).content.decode()
            clock.shift(dt.timedelta(minutes=5, seconds=1))
            assert sign_in(client, ann.username).status_code == 302

    def test_does_not_reach_the_person_at_another_address(self, ann: User) -> None:
        for _ in range(12):
            sign_in(Client(), ann.username, "wrong", REMOTE_ADDR="203.0.113.9")
        assert sign_in(Client(), ann.username, REMOTE_ADDR="203.0.113.9").status_code == 429
        assert sign_in(Client(), ann.username, REMOTE_ADDR="198.51.100.7").status_code == 302

    def test_one_address_does_not_guess_at_many_names(self, ann: User) -> None:
        guesser = {"REMOTE_ADDR": "203.0.113.9"}
        for number in range(lockout.MOST_FAILURES_OF_AN_ADDRESS):
            assert sign_in(Client(), f"person{number}@example.com", "winter2026", **guesser).status_code == 200
        assert sign_in(Client(), ann.username, **guesser).status_code == 429
        assert sign_in(Client(), ann.username, REMOTE_ADDR="198.51.100.7").status_code == 302

    def test_says_the_same_of_a_name_that_nobody_has(self, ann: User) -> None:
        def told(name: str) -> list[str]:
            pages = [sign_in(Client(), name, "wrong") for _ in range(6)]
            return [re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages]

        assert told("ann@example.com") == told("bob@example.com")

    def test_capitals_and_blanks_make_no_new_name(self, ann: User) -> None:
        for name in ("ann@example.com", "ANN@example.com", " ann@example.com", "Ann@Example.com", "aNN@example.com"):
            last = sign_in(Client(), name, "wrong")
        assert last.status_code == 429
        assert SignIn.objects.filter(kind=Kind.LOCKED_OUT).get().person == ann

    @pytest.mark.parametrize(
        ("proxies", "header", "meant"),
        [
            (0, "1.2.3.4", "10.0.0.1"),  # no proxy of ours: anybody may write the header
            (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
            (2, "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            (1, "", "10.0.0.1"),
            (1, "nonsense", None),
            (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
            (1, "::ffff:203.0.113.9", "203.0.113.9"),
        ],
    )
    def test_behind_proxies(self, settings: Any, proxies: int, header: str, meant: str | None) -> None:
        settings.PROXIES = proxies
        request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": header})
        assert client_address(request) == meant


class TestRecord:
    def test_in_out_and_failures(self, ann: User) -> None:
        client = Client(HTTP_USER_AGENT="Firefox 150")
        sign_in(client, "ann@example.com", "wrong")
        sign_in(client, "Ann@example.com")
        client.post("/admin/logout/")
        rows = SignIn.objects.order_by("pk").values_list("kind", "person", "address", "browser")
        assert list(rows) == [
            (kind, ann.pk, "127.0.0.1", "Firefox 150") for kind in (Kind.FAILED, Kind.SIGNED_IN, Kind.SIGNED_OUT)
        ]

    def test_guessing_fills_no_table(self, ann: User) -> None:
        for _ in range(9):
            sign_in(Client(), ann.username, "wrong")
        kinds = dict(SignIn.objects.values_list("kind", "times"))
        assert kinds == {Kind.FAILED: 4, Kind.LOCKED_OUT: 5}

    def test_an_owner_sees_the_team_and_nobody_else(
        self, shop: Organization, other_shop: Organization, ann: User, log_in: LogIn
    ) -> None:
        stranger = builders.member(other_shop, user=builders.user("zanzibar@example.com"))
        for name in (ann.username, stranger.username, "ghost@example.com"):
            sign_in(Client(), name, "wrong")
        html = log_in(builders.member(shop)).get(RECORD).content.decode()
        assert "ann@example.com" in html
        assert "Wrong password" in html
        assert "zanzibar" not in html
        assert "ghost" not in html
        assert "ghost@example.com" in log_in(builders.superuser()).get(RECORD).content.decode()

    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
    def test_others_do_not(self, shop: Organization, log_in: LogIn, role: str) -> None:
        assert log_in(builders.member(shop, role)).get(RECORD).status_code == 403

    def test_a_name_with_a_nul(self) -> None:
        assert sign_in(Client(), "a\0b@example.com", "x").status_code == 200


class TestLostPassword:
    def ask(self, email: str, client: Client | None = None) -> HttpResponse:
        answer: Any = (client or Client()).post("/password-reset/", {"email": email}, follow=True)
        mail.wait_until_sent()
        return answer

    def link(self) -> str:
        [found] = re.findall(r"http://testserver(/password-reset/\S+/)", str(post.outbox[-1].body))
        return found

    def choose(self, link: str, password: str = NEW) -> HttpResponse:
        client = Client()
        page = client.get(link, follow=True)
        given = {"new_password1": password, "new_password2": password}
        answer: Any = client.post(page.request["PATH_INFO"], given, follow=True)
        return answer

    def test_from_the_log_in_to_a_new_password(self, ann: User) -> None:
        assert 'href="/password-reset/"' in Client().get(DOOR).content.decode()
        signed_in = Client()
        sign_in(signed_in, ann.username)
        self.ask("Ann@example.com")
        assert post.outbox[-1].to == ["ann@example.com"]
        link = self.link()
        assert "Your password has been changed" in self.choose(link).content.decode()
        assert sign_in(Client(), ann.username, NEW).status_code == 302
        assert sign_in(Client(), ann.username).status_code == 200
        assert signed_in.get("/admin/").status_code == 302, "whoever was signed in with the old password is out"
        assert "has been used or has expired" in Client().get(link, follow=True).content.decode()
        assert SignIn.objects.filter(kind=Kind.RESET, person=ann).exists()

    def test_tells_nobody_which_addresses_are_known(self, ann: User) -> None:
        pages = [self.ask(email) for email in ("ann@example.com", "ghost@example.com")]
        assert len(post.outbox) == 1
        first, second = (re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages)
        assert first == second
        assert "If there is a log-in for that address" in first

    def test_the_page_does_not_wait_for_the_mail_server(self, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
        """Else it would take longer for an address that is known."""
        handed_over: list[str] = []
        monkeypatch.setattr(mail, "send_soon", lambda to, *_: handed_over.append(to))
        monkeypatch.setattr(mail, "send", lambda *_: pytest.fail("sent while the page waits"))
        for email in ("ann@example.com", "ghost@example.com"):
            self.ask(email)
        assert handed_over == ["ann@example.com", ""], "the same work is handed over for both"

    def test_weak_passwords_are_refused(self, ann: User) -> None:
        self.ask(ann.email)
        for weak in ("short", "password123", "8240193756201", "ann@example"):
            assert "Choose a new password" in self.choose(self.link(), weak).content.decode()
        assert sign_in(Client(), ann.username).status_code == 302

    def test_nobody_floods_a_mailbox(self, ann: User) -> None:
        for _ in range(passwords.MOST_RESETS_AN_HOUR + 5):
            assert self.ask(ann.email).status_code == 200
        assert len(post.outbox) == passwords.MOST_RESETS_AN_HOUR

    def test_a_mail_server_that_is_down_breaks_nothing(self, ann: User, settings: Any) -> None:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
            "django.core.mail.backends.smtp.EmailBackend",
            "127.0.0.1",
            9,
        )
        assert self.ask(ann.email).status_code == 200


class TestPasswordThatOthersKnew:
    @pytest.fixture
    def known(self, ann: User, log_in: LogIn) -> User:
        """As our support sets it."""
        given = {"password1": "set by support 1", "password2": "set by support 1", "usable_password": "true"}
        support = log_in(builders.superuser())
        assert support.post(f"/admin/auth/user/{ann.pk}/password/", given).status_code == 302
        return ann

    def test_opens_one_page_until_it_is_changed(self, known: User) -> None:
        client = Client()
        sign_in(client, known.username, "set by support 1")
        for page in ("/admin/", "/admin/invoices/invoice/", "/quickbooks/status/", "/password-reset/"):
            assert client.get(page)["Location"] == "/admin/password_change/"
        by_script = client.get("/admin/invoices/invoice/", headers={"HX-Request": "true"})
        assert by_script["HX-Redirect"] == "/admin/password_change/"
        page = client.get("/admin/password_change/")
        assert "Somebody else knows your password" in page.content.decode()
        old = {"old_password": "set by support 1"}
        same = old | {"new_password1": "set by support 1", "new_password2": "set by support 1"}
        assert "Choose a password that is different" in client.post("/admin/password_change/", same).content.decode()
        done = client.post("/admin/password_change/", old | {"new_password1": NEW, "new_password2": NEW}, follow=True)
        assert done.request["PATH_INFO"] == "/admin/"
        assert client.get("/admin/invoices/invoice/").status_code == 200
        again = Client()
        sign_in(again, known.username, NEW)
        assert again.get("/admin/invoices/invoice/").status_code == 200

    def test_is_over_with_a_reset_by_e_mail(self, known: User) -> None:
        lost = TestLostPassword()
        lost.ask(known.email)
        lost.choose(lost.link())
        client = Client()
        sign_in(client, known.username, NEW)
        assert client.get("/admin/invoices/invoice/").status_code == 200

    def test_a_log_in_that_support_makes(self, log_in: LogIn) -> None:
        given = {"username": "new@example.com", "password1": NEW, "password2": NEW, "usable_password": "true"}
        assert log_in(builders.superuser()).post("/admin/auth/user/add/", given).status_code == 302
        assert passwords.has_to_change(User.objects.get(username="new@example.com"))

    def test_signing_out_is_possible(self, known: User) -> None:
        client = Client()
        sign_in(client, known.username, "set by support 1")
        assert "You are signed out" in client.post("/admin/logout/").content.decode()


class TestLoggedOutInTheMeantime:
    """In another tab, or because the session has ended."""

    PAGE = "/admin/invoices/customer/"

    def test_a_part_of_a_page_does_not_become_the_log_in_page(self, ann: User) -> None:
        answer = Client().get(self.PAGE, headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Refresh"], answer.content) == (200, "true", b"")
        assert Client().get(self.PAGE)["Location"] == f"{DOOR}?next={self.PAGE}"

    def test_what_was_sent_is_said_to_be_lost(self, ann: User, log_in: LogIn) -> None:
        client = Client()
        said = client.post(f"{self.PAGE}add/", {"name": "Lake Supply"}, follow=True).content.decode()
        assert "what you just sent was not saved" in said
        # Said once; and who only opened a page has lost nothing.
        assert "was not saved" not in client.get(DOOR).content.decode()
        assert "was not saved" not in Client().get(self.PAGE, follow=True).content.decode()
        assert "was not saved" not in log_in(ann).post("/admin/logout/", follow=True).content.decode()
