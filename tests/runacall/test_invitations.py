"""From an Owner's invitation to a member: who may, what a link is good for, and what nobody learns from it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail as post
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from runacall.accounts import invitations
from runacall.accounts.invitations import link_path
from runacall.accounts.models import Invitation
from runacall.organizations import team
from runacall.organizations.models import Membership, Organization, Role
from tests import builders

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
PAGE = "/admin/accounts/invitation/"
ANN = "ann@example.com"
NEW = "a long walk home 17"
FORM = {"first_name": "Ann", "last_name": "Lee", "password": NEW, "again": NEW}


def invite(client: Client, email: str = ANN, role: str = Role.DISPATCHER) -> HttpResponse:
    answer: Any = client.post(f"{PAGE}add/", {"email": email, "role": role}, follow=True)
    return answer


def shown_link(page: HttpResponse) -> str:
    [found] = re.findall(r'id="invitation-link"[^>]*>http://testserver(/invitation/[^<]+)<', page.content.decode())
    return found


def mailed_link() -> str:
    [found] = re.findall(r"http://testserver(/invitation/\S+)", str(post.outbox[-1].body))
    return found


def sign_in(name: str, password: str, then: str) -> tuple[Client, HttpResponse]:
    client = Client()
    answer: Any = client.post(f"/admin/login/?next={then}", {"username": name, "password": password, "next": then})
    return client, answer


def join_as_new(link: str) -> Client:
    """All that a person who is new does: choose a password, sign in, say yes."""
    told: Any = Client().post(link, FORM)
    assert told.status_code == 302
    client, answer = sign_in(ANN, NEW, link)
    assert answer["Location"] == link
    assert client.post(link).status_code == 302
    return client


def dead(link: str) -> bool:
    answer = Client().get(link)
    return answer.status_code == 404 and "no longer valid" in answer.content.decode()


@pytest.fixture
def owner(shop: Organization, log_in: LogIn) -> Client:
    return log_in(builders.member(shop, user=builders.user("owner@example.com", first_name="Olga", last_name="Berg")))


class TestAccepting:
    def test_a_new_person_chooses_the_password_herself(self, shop: Organization, owner: Client) -> None:
        page = invite(owner)
        assert "An e-mail with a link went to ann@example.com" in page.content.decode()
        assert not User.objects.filter(username=ANN).exists()
        [sent] = post.outbox
        assert sent.to == [ANN]
        assert "Olga Berg invites you to join Lakeside Heating in Run a Call as Dispatcher" in sent.body
        client = join_as_new(mailed_link())
        membership = Membership.objects.get(user__username=ANN)
        assert (membership.organization, membership.role) == (shop, Role.DISPATCHER)
        assert client.get("/admin/invoices/invoice/").status_code == 200
        assert membership.user.get_full_name() == "Ann Lee"

    def test_a_known_person_signs_in_and_says_yes(
        self, shop: Organization, other_shop: Organization, owner: Client
    ) -> None:
        known = builders.member(other_shop, user=builders.user("Ann@example.com"))
        invite(owner)
        link = mailed_link()
        client, answer = sign_in(ANN, builders.PASSWORD, link)
        assert answer["Location"] == link
        asked = client.get(link).content.decode()
        assert "Yes, join Lakeside Heating" in asked
        assert known.memberships.count() == 1, "looking is not joining"
        proven(known)
        home = client.post(link, follow=True)
        assert home.wsgi_request.organization == shop
        assert "Welcome to Lakeside Heating." in home.content.decode()
        assert known.memberships.count() == 2

    def test_a_link_works_once(self, owner: Client) -> None:
        page = invite(owner)
        links = [shown_link(page), mailed_link()]
        join_as_new(links[1])
        assert all(dead(link) for link in links)

    def test_a_week(self, owner: Client) -> None:
        with time_machine.travel(builders.NOW, tick=False) as clock:
            owner.force_login(User.objects.get(username="owner@example.com"))
            link = shown_link(invite(owner))
            clock.shift(dt.timedelta(days=7) - dt.timedelta(seconds=1))
            assert Client().get(link).status_code == 200
            clock.shift(dt.timedelta(seconds=1))
            assert dead(link)
            assert "Expired" in owner.get(PAGE).content.decode() or owner.get(PAGE).status_code == 302

    def test_a_link_that_somebody_made_up(self, shop: Organization) -> None:
        invitation = builders.invitation(shop)
        link = link_path(invitation, by_mail=False)
        for other in (link[:-2] + "x/", "/invitation/x/", "/invitation/WzEsMiwzXQ:a:b/"):
            assert dead(other)

    def test_weak_or_different_passwords(self, shop: Organization) -> None:
        link = link_path(builders.invitation(shop), by_mail=False)
        for wrong in ({"password": "short", "again": "short"}, {"again": "another walk 17"}, {"password": ""}):
            answer = Client().post(link, FORM | wrong)
            assert answer.status_code == 200
        assert not User.objects.exists()

    def test_who_is_signed_in_as_another_is_told(self, shop: Organization, owner: Client) -> None:
        link = shown_link(invite(owner))
        page = owner.get(link).content.decode()
        assert "This invitation is for <b>ann@example.com</b>" in page
        assert "Yes, join" not in page
        assert owner.post(link).status_code == 403
        assert Membership.objects.count() == 1
        out: Any = owner.post("/admin/logout/", {"next": link})
        assert out["Location"] == link

    def test_two_tabs_join_once(self, shop: Organization) -> None:
        person = builders.user(ANN)
        opened = [invitations.OpenedInvitation(builders.invitation(shop), by_mail=True)]
        opened.append(invitations.OpenedInvitation(Invitation.objects.get(), by_mail=True))
        invitations.accept(opened[0], person=person, at=builders.NOW)
        with pytest.raises(ValidationError, match="used or revoked"):
            invitations.accept(opened[1], person=person, at=builders.NOW)


class TestAnotherShopsTrust:
    """One shop cannot prepare a log-in that another later trusts."""

    def test_a_log_in_made_by_a_link_that_the_owner_saw(
        self, shop: Organization, other_shop: Organization, owner: Client
    ) -> None:
        join_as_new(shown_link(invite(owner)))
        other = builders.invitation(other_shop)
        link = link_path(other, by_mail=True)
        client, _ = sign_in(ANN, NEW, link)
        refused = client.post(link)
        assert refused.status_code == 403
        assert "choose a new password by e-mail" in refused.content.decode()
        proven(User.objects.get(username=ANN))
        assert client.post(link).status_code == 302
        assert Membership.objects.filter(organization=other_shop).count() == 1

    def test_a_log_in_made_by_the_e_mail_is_trusted(self, owner: Client, other_shop: Organization) -> None:
        invite(owner)
        client = join_as_new(mailed_link())
        assert client.post(link_path(builders.invitation(other_shop), by_mail=False)).status_code == 302

    def test_our_support_does_not_join(self, shop: Organization) -> None:
        support = builders.superuser("jane@runacall.com")
        link = link_path(builders.invitation(shop, support.username, Role.OWNER), by_mail=True)
        client, _ = sign_in(support.username, builders.PASSWORD, link)
        refused = client.post(link)
        assert refused.status_code == 403
        assert "support and cannot be a member" in refused.content.decode()
        assert not Membership.objects.exists()


def proven(user: User) -> None:
    """As after a reset by e-mail; the road itself is walked in test_sign_in."""
    from runacall.accounts.passwords import was_chosen_by_its_owner

    was_chosen_by_its_owner(user, proven_at=builders.NOW)


class TestNothingTellsWhetherAnAddressIsKnown:
    KNOWN, UNKNOWN = "known@example.com", "other@example.com"

    @pytest.fixture(autouse=True)
    def _known(self, other_shop: Organization) -> None:
        builders.member(other_shop, user=builders.user(self.KNOWN))

    def plain(self, page: Any, email: str) -> str:
        """A page without what differs between any two addresses."""
        text = page.content.decode() + str(page.headers.get("Location", ""))
        text = re.sub(r'value="[^"]*"|/invitation/\S+|invitation/\d+|%2Finvitation%2F\S+', "", text)
        text = re.sub(re.escape(email), "…", text, flags=re.IGNORECASE)
        return re.sub(r'data-[\w-]+="[^"]*"', "", text)

    def test_not_the_owners_pages_and_not_the_mail(self, owner: Client) -> None:
        pages = [self.plain(invite(owner, email), email) for email in (self.KNOWN, self.UNKNOWN)]
        assert pages[0] == pages[1]
        first, second = (str(sent.body) for sent in post.outbox)
        assert re.sub(r"/invitation/\S+", "", first) == re.sub(r"/invitation/\S+", "", second)

    def test_not_the_page_of_the_link_and_not_its_answers(self, shop: Organization) -> None:
        for given in (None, FORM | {"password": "x", "again": "x"}, FORM):
            said = []
            for email in (self.KNOWN, self.UNKNOWN):
                earlier = Invitation.objects.filter(email=email).first()
                link = link_path(earlier or builders.invitation(shop, email), by_mail=False)
                client = Client()
                page = client.get(link) if given is None else client.post(link, given)
                said.append((page.status_code, self.plain(page, email)))
                if page.status_code == 302:
                    said[-1] += (self.plain(client.get(page["Location"]), email),)
            assert said[0] == said[1]

    def test_a_known_log_in_keeps_its_password(self, shop: Organization) -> None:
        link = link_path(builders.invitation(shop, self.KNOWN), by_mail=True)
        Client().post(link, FORM)
        assert sign_in(self.KNOWN, NEW, link)[1].status_code == 200
        assert sign_in(self.KNOWN, builders.PASSWORD, link)[1].status_code == 302

    def test_both_take_the_work_of_one_password(self, shop: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
        """Making the hash is what takes long."""
        from django.contrib.auth.hashers import MD5PasswordHasher

        made: list[str] = []
        encode = MD5PasswordHasher.encode

        def counted(self: Any, password: str, salt: str) -> str:
            made.append(password)
            return encode(self, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
        for email in (self.KNOWN, self.UNKNOWN):
            Client().post(link_path(builders.invitation(shop, email), by_mail=True), FORM)
        assert made == [NEW, NEW]


class TestTheOwnersPages:
    def test_send_again_makes_a_new_link_and_ends_the_old(self, owner: Client) -> None:
        old = shown_link(invite(owner))
        pk = Invitation.objects.get().pk
        assert owner.post(f"{PAGE}{pk}/send-again/", {"_form_submitted": "on"}).status_code == 302
        new = shown_link(owner.get(f"{PAGE}{pk}/change/"))
        assert len(post.outbox) == 2
        assert dead(old)
        assert Client().get(new).status_code == 200
        assert Client().get(mailed_link()).status_code == 200

    def test_revoke(self, owner: Client) -> None:
        link = shown_link(invite(owner))
        pk = Invitation.objects.get().pk
        assert owner.post(f"{PAGE}{pk}/revoke/", {"_form_submitted": "on"}).status_code == 302
        assert dead(link)
        page = owner.get(f"{PAGE}{pk}/change/").content.decode()
        assert "invitation-link" not in page
        assert "Revoked" in page
        assert "Send again" not in page
        assert invite(owner).status_code == 200
        assert Invitation.objects.unanswered().count() == 1

    def test_one_open_invitation_an_address(self, shop: Organization, owner: Client) -> None:
        invite(owner)
        assert "already has an invitation" in invite(owner, "ANN@example.com").content.decode()
        assert Invitation.objects.count() == 1
        stored = Invitation.objects.get()
        stored.pk, stored.email = None, "Ann@Example.com"
        with transaction.atomic(), pytest.raises(IntegrityError):
            stored.save()

    def test_who_is_in_the_team_is_not_invited(self, shop: Organization, owner: Client) -> None:
        builders.member(shop, user=builders.user("Ann@example.com"))
        assert "already on the team" in invite(owner).content.decode()
        assert not Invitation.objects.exists()

    def test_an_admin_makes_no_owner_by_a_link(self, shop: Organization, owner: Client, log_in: LogIn) -> None:
        invite(owner, role=Role.OWNER)
        pk = Invitation.objects.get().pk
        admin = log_in(builders.member(shop, Role.ADMIN))
        page = admin.get(f"{PAGE}{pk}/change/")
        assert page.status_code == 200
        assert "invitation-link" not in page.content.decode()
        for button in ("send-again", "revoke"):
            assert admin.post(f"{PAGE}{pk}/{button}/", {"_form_submitted": "on"}).status_code == 403
        assert "Select a valid choice" in invite(admin, "bob@example.com", Role.OWNER).content.decode()

    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
    def test_others_invite_nobody(self, shop: Organization, log_in: LogIn, role: str) -> None:
        client = log_in(builders.member(shop, role))
        assert client.get(PAGE).status_code == 403
        assert invite(client).status_code == 403

    def test_who_has_lost_the_right_invites_nobody_after(self, shop: Organization, owner: Client) -> None:
        link = shown_link(invite(owner, role=Role.OWNER))
        inviter = Membership.objects.get()
        second = Membership.objects.get(user=builders.member(shop))
        team.change_role(inviter, Role.DISPATCHER, by=second)
        builders.user(ANN)
        client, _ = sign_in(ANN, builders.PASSWORD, link)
        refused = client.post(link)
        assert refused.status_code == 403
        team.remove_member(inviter, by=second)
        assert "no longer on the team" in client.post(link).content.decode()
        assert Membership.objects.count() == 1

    def test_a_mail_server_that_is_down(self, owner: Client, settings: Any) -> None:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
            "django.core.mail.backends.smtp.EmailBackend",
            "127.0.0.1",
            9,
        )
        page = invite(owner)
        assert "could not be sent" in page.content.decode()
        assert Client().get(shown_link(page)).status_code == 200
