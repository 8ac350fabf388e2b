"""A person at a browser: accepts an invitation, joins with a log-in, resets a password, is locked out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from runacall.accounts.models import SignIn
from runacall.accounts.passwords import was_chosen_by_its_owner
from runacall.organizations.models import Membership
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.usefixtures("_real_passwords")]
NEW = "a long walk home 17"


@pytest.fixture
def visitor(context: BrowserContext, house: House) -> Iterator[Page]:
    """Another person at another browser, on a phone and in the dark."""
    browser: Browser | None = context.browser
    assert browser is not None
    other = browser.new_context(
        base_url=house.url, viewport={"width": 390, "height": 844}, color_scheme="dark", reduced_motion="reduce"
    )
    other.set_default_timeout(20_000)
    yield other.new_page()
    other.close()


def invited(owner: Page, email: str) -> str:
    """The Owner invites, by what the pages offer; the link that she is shown."""
    owner.locator("#nav-sidebar-apps").get_by_role("link", name="Team").click()
    owner.get_by_role("link", name="Invite a person").click()
    owner.get_by_label("E-mail").fill(email)
    owner.get_by_label("Role").select_option(label="Dispatcher")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_text(f"An e-mail with a link went to {email}.")).to_be_visible()
    return owner.locator("#invitation-link").inner_text()


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.slow
def test_a_new_person_accepts_an_invitation(open_shop: Shop, page: Page, visitor: Page) -> None:
    page.goto("/admin/")
    link = invited(page, "nina@example.com")
    visitor.goto(link)
    expect(visitor.get_by_text("as Dispatcher")).to_be_visible()
    assert fits(visitor)
    visitor.get_by_label("First name").focus()
    for typed in ("Nina", "Park", "short"):  # by keyboard alone
        visitor.keyboard.type(typed)
        visitor.keyboard.press("Tab")
    visitor.keyboard.type("short")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_text("This password is too short.")).to_be_visible()

    visitor.get_by_label("Password*", exact=True).fill(NEW)
    visitor.get_by_label("Password again").fill(NEW)
    visitor.get_by_role("button", name="Make my log-in").click()
    expect(visitor.get_by_text("Sign in to join.")).to_be_visible()
    sign_in(visitor, "nina@example.com", NEW)
    visitor.get_by_role("button", name=f"Yes, join {open_shop.organization}").click()
    expect(visitor.get_by_text(f"Welcome to {open_shop.organization}.")).to_be_visible()

    page.goto("/admin/organizations/membership/")
    expect(page.get_by_text("nina@example.com")).to_be_visible()
    visitor.goto(link)
    expect(visitor.get_by_text("This invitation is no longer valid")).to_be_visible()


@pytest.mark.slow
def test_a_known_person_joins_by_signing_in(open_shop: Shop, page: Page, visitor: Page) -> None:
    page.goto("/admin/")

    def known() -> str:
        elsewhere = builders.organization(name="Elsewhere Plumbing")
        person = builders.member(elsewhere, user=builders.user("omar@example.com"))
        was_chosen_by_its_owner(person, proven_at=builders.NOW)
        return person.username

    email = apart(known)
    visitor.goto(invited(page, email))
    visitor.get_by_role("link", name="Sign in to join").click()
    sign_in(visitor, email, builders.PASSWORD)
    expect(visitor.get_by_text(f"You are signed in as {email}.")).to_be_visible()
    visitor.get_by_role("button", name="Yes, join").click()
    expect(visitor.get_by_text(f"Welcome to {open_shop.organization}.")).to_be_visible()
    assert apart(lambda: Membership.objects.filter(user__username=email).count()) == 2


@pytest.mark.slow
def test_an_owner_sends_again_and_revokes(open_shop: Shop, page: Page, visitor: Page) -> None:
    page.goto("/admin/")
    first = invited(page, "rosa@example.com")
    page.get_by_role("link", name="Send again").click()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#invitation-link")).not_to_have_text(first)
    second = page.locator("#invitation-link").inner_text()
    visitor.goto(first)
    expect(visitor.get_by_text("This invitation is no longer valid")).to_be_visible()
    visitor.goto(second)
    expect(visitor.get_by_text("You are invited to")).to_be_visible()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The invitation of rosa@example.com is revoked.")).to_be_visible()
    visitor.reload()
    expect(visitor.get_by_text("This invitation is no longer valid")).to_be_visible()


@pytest.mark.slow
def test_a_lost_password_is_reset_by_e_mail(house: House, open_shop: Shop, visitor: Page) -> None:
    email = apart(lambda: builders.member(open_shop.organization).username)
    visitor.goto("/admin/login/")
    visitor.get_by_role("link", name="Forgotten your password").click()
    visitor.get_by_label("E-mail").fill(email)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_text("If there is a log-in for that address")).to_be_visible()
    assert fits(visitor)
    visitor.goto(mailed(house, r"/password-reset/\S+/\S+/"))
    visitor.get_by_label("New password*", exact=True).fill(NEW)
    visitor.get_by_label("New password confirmation").fill(NEW)
    visitor.keyboard.press("Enter")
    visitor.get_by_role("link", name="Log in").click()
    sign_in(visitor, email, NEW)
    expect(visitor).to_have_url(re.compile(r"/admin/$"))


@pytest.mark.slow
def test_whoever_guesses_is_locked_out_and_told_for_how_long(open_shop: Shop, visitor: Page) -> None:
    email = apart(lambda: builders.member(open_shop.organization).username)
    visitor.goto("/admin/login/")
    for _ in range(4):
        sign_in(visitor, email, "wrong")
        expect(visitor.get_by_text("Please enter the correct")).to_be_visible()
    sign_in(visitor, email, "wrong")
    expect(visitor.get_by_text("Too many wrong passwords", exact=True)).to_be_visible()
    expect(visitor.get_by_text(re.compile(r"Try again in 1[45] minutes"))).to_be_visible()
    assert fits(visitor)
    visitor.get_by_role("link", name="Back to the log-in").click()
    sign_in(visitor, email, builders.PASSWORD)
    expect(visitor.get_by_text("Too many wrong passwords", exact=True)).to_be_visible()
    assert apart(lambda: SignIn.objects.filter(name=email, kind=SignIn.Kind.LOCKED_OUT).exists())


def mailed(house: House, pattern: str) -> str:
    """The link of the last e-mail, which a server without EMAIL_HOST writes to its log."""
    log = house.folder / "web.log"
    assert wait_until(lambda: bool(re.search(pattern, log.read_text())))
    return str(re.findall(pattern, log.read_text())[-1])
