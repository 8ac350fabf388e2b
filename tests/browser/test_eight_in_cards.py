"""The eight errors of the demo, all failed rows, cleared from the sync log: a choice and two clicks a cause at most.

Each forecast is compared, event by event, with what was then posted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import BrowserContext, Locator, Page, expect

from demo import seeding, shop_data, story
from qbo.models import Connection
from runacall.organizations.models import Organization
from sync.fixing.fix import Answer
from sync.fixing.table import BY_CODE, case_of
from sync.forecast.dry_run import Supposed
from sync.forecast.retries import stopped
from sync.inbound.reconciling import reconcile
from sync.models import State, SyncEvent
from tests import builders
from tests.browser.conftest import Owner, apart, signed_in
from tests.journeys.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
LOG = "/admin/sync/syncevent/?status=failed"
PATIENCE = 120_000


class DemoHouse(House):
    """With the three companies of the demo."""

    def open(self) -> None:
        first, *others = shop_data.SHOPS
        self.open_books("--realm", first.realm_id, *(f"--company={shop.realm_id}:us" for shop in others))
        self.open_web()
        self.start_cluster()


@pytest.fixture
def house(transactional_db: None, settings: object, tmp_path: object, _alone: None) -> Iterator[House]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    made = DemoHouse(tmp_path)
    try:
        made.open()
        settings.QBO_EMULATOR_URL = made.books_url
        yield made
    finally:
        made.end()


@pytest.fixture
def owner(house: House, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """The demo's Owner, once the eight errors are there."""
    monkeypatch.setattr(story, "at_rest", partial(story.at_rest, seconds=400))
    story.cause_all(seeding.seed(), house.books_url, say=lambda text: None)
    person = get_user_model().objects.get(username=shop_data.PEOPLE[0].email)
    person.set_password(builders.PASSWORD)
    person.save()
    return Owner(person.username)


@dataclass
class Hand:
    """A person at the page who counts what they do."""

    page: Page
    clicks: int = 0
    choices: int = 0
    by_cause: list[tuple[str, int, int]] = field(default_factory=list)

    def card(self, title: str) -> Locator:
        return self.page.locator("#causes .rac-card", has_text=title)

    def choose(self, title: str, label: str) -> None:
        self.card(title).locator("select").select_option(label=label)
        self.choices += 1

    def press(self, title: str, button: str) -> None:
        self.card(title).get_by_role("button", name=re.compile(button)).click()
        self.clicks += 1

    def done(self, title: str) -> None:
        assert self.clicks <= 2, title
        assert self.choices <= 1, title
        self.by_cause.append((title, self.clicks, self.choices))
        self.clicks = self.choices = 0


@dataclass(frozen=True)
class Foreseen:
    """Before the button: which invoices of a cause would go by the answer that is marked, and which would stay."""

    go: frozenset[int]
    stay: frozenset[int]
    events: int


def foresee(shop: shop_data.Shop, key: str, choice: str) -> Foreseen:
    connection = Connection.objects.get(organization__slug=shop.slug)
    case = case_of(connection, key)
    assert case is not None, key
    fix = BY_CODE[case.failure.code]
    supposed = fix.supposed(case, Answer(choice)) if choice != "again:" else Supposed()
    ids = list(case.events.filter(record_type="invoice").values_list("record_id", flat=True))
    blocked = stopped(connection, ids, supposed=supposed)
    return Foreseen(frozenset(ids) - frozenset(blocked), frozenset(blocked), case.events.count())


def posted(shop: shop_data.Shop, ids: frozenset[int]) -> frozenset[int]:
    rows = SyncEvent.objects.filter(organization__slug=shop.slug, record_type="invoice", record_id__in=ids)
    return frozenset(rows.filter(state=State.SYNCED).values_list("record_id", flat=True))


def at_rest(shop: shop_data.Shop, ids: frozenset[int]) -> bool:
    rows = SyncEvent.objects.filter(organization__slug=shop.slug, record_type="invoice", record_id__in=ids)
    return not rows.exclude(state__in=(State.SYNCED, State.FAILED)).exists()


def fixed(hand: Hand, shop: shop_data.Shop, title: str, key: str, button: str, choose: str = "") -> None:
    """Fix one cause in its card, and compare what was said before with what was then posted."""
    card = hand.card(title)
    card.scroll_into_view_if_needed()
    if choose:
        hand.choose(title, choose)
    expect(card.locator(".rac-fix-forecast p").first).to_have_text(re.compile("go|fail again"), timeout=PATIENCE)
    said = card.locator(".rac-fix-forecast").inner_text()
    choice = card.locator("[name=choice]").input_value()
    before = apart(lambda: foresee(shop, key, choice))
    # Payments of these invoices are among the errors, and go with them.
    hand.press(title, rf"{button} {before.events}$")
    ids = before.go | before.stay
    goes = ids if choice == "again:" else before.go
    assert apart(lambda: wait_until(lambda: at_rest(shop, ids) and posted(shop, ids) >= goes, seconds=120)), title
    after = apart(lambda: posted(shop, ids))
    if choice == "again:":
        assert "unless it has changed in QuickBooks" in said
        assert after == ids
    else:
        assert after == before.go, title
        # The customer's own event goes as well.
        events = len(before.go) + (before.events - len(ids))
        assert f"{events} will go" in said, said
    expect(card).to_contain_text("in QuickBooks", timeout=PATIENCE)
    hand.done(title)


def switch_to(page: Page, shop: shop_data.Shop) -> None:
    page.get_by_label("Organization").select_option(label=shop.name)
    page.get_by_role("button", name="Switch").click()
    page.goto(LOG)


def test_all_of_the_demo_from_the_log(context: BrowserContext, owner: Owner, house: House) -> None:
    page = signed_in(context, owner)
    page.goto("/admin/")
    heating, plumbing, electric = shop_data.SHOPS
    hand = Hand(page)
    switch_to(page, heating)
    expect(page.locator(".rac-causes-head")).to_contain_text("7 causes · 86 invoices · $58,041.65 · oldest")
    expect(page.locator("#sync-banner")).to_contain_text("87 QBO sync errors need attention. 9 payments wait for them.")
    page.evaluate("window.here = true")

    def key(code: str, name: str = "") -> str:
        rows = SyncEvent.objects.filter(organization__slug=heating.slug, state=State.FAILED, failure_code=code)
        if name:
            rows = rows.filter(subject_name=name)
        return str(rows.values_list("cause_key", flat=True)[0])

    def cause(title: str, code: str, button: str, *, name: str = "", choose: str = "") -> None:
        fixed(hand, heating, title, apart(lambda: key(code, name)), button, choose)

    cause("Combined 7.25", "tax_code_not_mapped", "Map and send")
    cause("Wi-Fi thermostat", "item_not_found", "Fix and send", name="Wi-Fi thermostat")
    cause("Capacitor 35/5", "item_not_found", "Fix and send", name="Capacitor 35/5")
    club = page.locator("#causes .rac-card", has_text="Comfort Club Income").locator("optgroup").first
    assert club.get_attribute("label") == "For Comfort Club membership only"
    account = club.locator("option").first.inner_text()
    cause("Comfort Club Income", "account_inactive", "Choose and send", choose=account)
    cause("Closed period", "closed_period", "Post and send")
    cause("Duplicate Doc Number", "duplicate_doc_number", "Change and send")
    cause("Tremont Diner", "customer_not_found", "Fix and send")
    expect(page.locator("#sync-banner")).to_be_empty(timeout=PATIENCE)
    assert page.evaluate("window.here"), "the log was never left"

    switch_to(page, plumbing)
    story.bookkeeper(house.books_url, plumbing).do("sales_tax", on=True)
    fixed(hand, plumbing, "Tax not enabled", "tax_not_enabled", "Check again and send")
    expect(page.locator("#sync-banner")).to_be_empty(timeout=PATIENCE)

    switch_to(page, electric)
    hand.press("Token expired", "Reconnect")
    page.locator("select[name=realm_id]").select_option(electric.realm_id)
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/admin/sync/syncevent/**")
    hand.done("Token expired")
    expect(page.locator("#sync-banner")).to_be_empty(timeout=PATIENCE)

    for shop in shop_data.SHOPS:
        assert apart(lambda shop=shop: _agrees(shop)), shop.name
    # One click each; a choice only where there is no likeliest answer.
    assert sum(clicks for _, clicks, _ in hand.by_cause) == 9
    assert sum(choices for *_, choices in hand.by_cause) <= 1


def _agrees(shop: shop_data.Shop) -> bool:
    organization = Organization.objects.get(slug=shop.slug)
    wait_until(lambda: not SyncEvent.objects.filter(organization=organization).exclude(state=State.SYNCED).exists())
    found = reconcile(Connection.objects.get(organization=organization), sleep=lambda seconds: None)
    return found.agrees and bool(found.checked)
