"""The shop's Owner at Run a Call's pages: what they see there, and the buttons they press."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from runacall.invoices.models import Invoice, PricebookCategory, TaxRate
from runacall.organizations.models import Organization
from sync.log.wording import attention
from sync.models import State, SyncEvent
from tests.books import Shop
from tests.journeys.html import Node, form_of
from tests.journeys.visiting import Page, Visitor, send

HOME, LOG, SETTINGS = "/admin/", "/admin/sync/syncevent/", "/quickbooks"
INVOICES = "/admin/invoices/invoice"
# Which settings page a choice is made on.
PAGES = {
    "auto_create_items": "items",
    "default_income_account_id": "items",
    "send_numbers": "invoices",
    "stop_on_rounding": "invoices",
}


@dataclass(frozen=True)
class Row:
    """One row of the sync log, as it reads."""

    event_id: str
    timestamp: str
    entity: str
    direction: str
    status: str
    message: str
    second: str = ""

    def __str__(self) -> str:
        return f"{self.timestamp} {self.entity} {self.direction} {self.status} {self.message}"


class Office:
    """`base`: where the pages are, e.g. http://127.0.0.1:8000; nothing for the test client."""

    def __init__(self, shop: Shop, visitor: Visitor, base: str = "") -> None:
        self.shop, self.visitor, self.base = shop, visitor, base

    # --- what they see --------------------------------------------------------------------------------------

    def visit(self, path: str) -> Page:
        page = self.visitor.get(f"{self.base}{path}")
        assert page.status == 200, f"{path} answers {page.status}"
        return page

    def banner(self, path: str = HOME) -> str:
        """The sentence at the top of a page; "" where there is none."""
        return banner_of(self.visit(path))

    def log(self, **filters: str) -> list[Row]:
        return list(rows(self.visit(f"{LOG}?{urlencode(filters)}")))

    def opened(self, row: Row) -> Page:
        """What the row opens to."""
        return self.visit(f"{LOG}{row.event_id}/details/")

    def event_page(self, invoice: Invoice) -> Page:
        return self.visit(f"{LOG}{self.shop.event(invoice).pk}/change/")

    def invoice_banner(self, invoice: Invoice) -> Node:
        return self.visit(f"{INVOICES}/{invoice.pk}/change/").part("invoice-sync")

    def assert_failed(
        self, invoice: Invoice, message: str, *, code: str, count: int = 1, books: str = "Not in QuickBooks"
    ) -> None:
        """Failed with exactly these words: counted in the banner, listed in the log, shown on the invoice.

        `books`: what the pages say that QuickBooks holds of it; what differs there is said in place of the message.
        """
        event = self.shop.event(invoice)
        assert (event.state, event.failure_code, event.message) == (State.FAILED, code, message)
        page = self.visit(f"{LOG}?status=failed")
        assert banner_of(page) == attention(count)
        listed = [row for row in rows(page) if row.event_id == str(event.pk)]
        assert [(row.entity, row.status, row.message) for row in listed] == [(event.label, "Failed", message)]
        assert listed[0].second.startswith(f"{books.partition(':')[0]} · ")
        shown = self.invoice_banner(invoice).one("div", class_="rac-invoice-words")
        assert shown["role"] == "alert"
        assert shown.one("b").text == (books if ":" in books else f"{books}: {message}")

    def assert_clear(self, *invoices: Invoice) -> None:
        """All of them are in QuickBooks, no banner is left, and the books agree."""
        self.shop.assert_in_books(*invoices)
        page = self.visit(f"{LOG}?status=failed")
        assert banner_of(page) == ""
        assert list(rows(page)) == []

    # --- what they press ------------------------------------------------------------------------------------

    def refresh(self, name: str) -> Page:
        """Refresh on a settings page."""
        page = self.visit(f"{SETTINGS}/{name}/")
        return send(self.visitor, page, page.form(action=f"/refresh/{name}/"))

    def pick_tax_code(self, *rates: TaxRate, code: str) -> Page:
        """Settings → QuickBooks → Tax: Refresh, then a code for this set of rates."""
        self.refresh("tax")
        page = self.visit(f"{SETTINGS}/tax/")
        name = " + ".join(rate.name for rate in rates)
        label = next(one for one in page.root.all("label") if one.text == f"QuickBooks tax code of {name}")
        field = page.part(label["for"])["name"]
        return self._save(page, field, code)

    def pick_account(self, category: PricebookCategory, account_id: str) -> Page:
        """Settings → QuickBooks → Items: the income account of a category."""
        page = self.visit(f"{SETTINGS}/items/")
        return self._save(page, f"category-{category.pk}", account_id)

    def choose(self, name: str, value: str | bool) -> Page:
        """A choice under Settings → QuickBooks → Items or Invoices."""
        page = self.visit(f"{SETTINGS}/{PAGES[name]}/")
        return self._save(page, name, value)

    def _save(self, page: Page, field: str, value: str | bool) -> Page:
        settings = page.root.one("form", class_="rac-settings")
        control = settings.one(name=field)
        assert control.tag != "select" or value in [option["value"] for option in control.all("option")]
        saved = send(self.visitor, page, form_of(page.root, settings).fill(**{field: value}))
        assert "Saved." in saved.text, saved.text[:2000]
        return saved

    def retry(self, *invoices: Invoice) -> Page:
        """One: Retry single event. Several: select them, Retry. None named: filter to Failed, Retry all."""
        if len(invoices) == 1:
            return self._press(self.event_page(invoices[0]), "/retry/")
        if invoices:
            return self.retry_selected([self.shop.event(invoice) for invoice in invoices])
        return self.retry_all()

    def retry_selected(self, events: list[SyncEvent], *, among: str = "status=failed") -> Page:
        page = self.visit(f"{LOG}?{among}")
        form = page.form(field="select_across")
        form.fields["_selected_action"] = [str(event.pk) for event in events]
        return send(self.visitor, page, form, action="retry")

    def retry_all(self, **filters: str) -> Page:
        """Sync log → filter to Failed → select all, also on further pages → Retry all."""
        page = self.visit(f"{LOG}?{urlencode({'status': 'failed', **filters})}")
        form = page.form(field="select_across")
        shown = [box["value"] for box in page.root.all("input", name="_selected_action")]
        form.fields |= {"_selected_action": shown, "select_across": ["1"]}
        asked = send(self.visitor, page, form, action="retry")
        return send(self.visitor, asked, asked.form(field="next"))

    def post_to_current_period(self, invoice: Invoice) -> Page:
        """The button on the invoice, then yes on the page that shows the old and the new dates."""
        asked = self.ask_to_post(invoice)
        return send(self.visitor, asked, asked.form(field="next"))

    def ask_to_post(self, invoice: Invoice) -> Page:
        return self.visitor.get(self.visit(f"{INVOICES}/{invoice.pk}/change/").link("Post to current period…"))

    def choose_for_all(self, button: str, **filters: str) -> Page:
        """A button of the selection bar, for all that the filters of the log find; the page that asks."""
        page = self.visit(f"{LOG}?{urlencode({'status': 'failed', **filters})}")
        (pressed,) = [one for one in page.root.one(id="selection").all("button") if one.text == button]
        form = page.form(field="select_across")
        shown = [box["value"] for box in page.root.all("input", name="_selected_action")]
        form.fields |= {"_selected_action": shown, "select_across": ["1"]}
        return send(self.visitor, page, form, action=pressed["value"])

    def say_yes(self, asked: Page) -> Page:
        return send(self.visitor, asked, asked.form(field="next"))

    def undo_posting(self, invoice: Invoice) -> Page:
        """The button on the invoice."""
        return self._press(self.visit(f"{INVOICES}/{invoice.pk}/change/"), "/undo-posting/")

    def accept(self, invoice: Invoice) -> Page:
        return self._press(self.event_page(invoice), "/accept/")

    def reconnect(self) -> Page:
        """Settings → QuickBooks → Status → Reconnect, then yes on Intuit's page."""
        page = self.visit(f"{SETTINGS}/status/")
        consent = self._press(page, "/connect/")
        back = send(self.visitor, consent, consent.form(), decision="allow")
        assert "Connected to" in back.text, back.text[:2000]
        return back

    def switch_to(self, organization: Organization) -> Page:
        page = self.visit(HOME)
        form = page.form(action="/switch/")
        return send(self.visitor, page, form.fill(organization=str(organization.pk)))

    def open_shop(self, organization: Organization) -> Page:
        """As our support opens a shop, from the page of all shops."""
        page = self.visit("/support/shops/?show=all")
        form = page.form(action="/switch/")
        return send(self.visitor, page, form.fill(organization=str(organization.pk)))

    def _press(self, page: Page, action: str) -> Page:
        return send(self.visitor, page, page.form(action=action))


def banner_of(page: Page) -> str:
    shown = list(page.part("sync-banner").all("b"))
    return shown[0].text if shown else ""


def rows(page: Page) -> Iterator[Row]:
    for body in page.root.all("tbody", class_="rac-event"):
        said = body.one(class_="rac-message").one("div")
        yield Row(
            event_id=said["id"].removeprefix("said-"),
            timestamp=body.one(class_="rac-time").one("span").text,
            entity=body.one(class_="rac-entity").one("a").text,
            direction=body.one(class_="rac-direction").text,
            status=body.one(class_="rac-status").text,
            message=said.own_text,
            second=next((small.text for small in said.all("small")), ""),
        )
