"""Takes the README's pictures from a running demo: `make demo` in one terminal, `make pictures` in another."""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from demo.shop_data import PASSWORD, PEOPLE

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
LOG = "/admin/sync/syncevent/?status=failed"


def take(web: str, folder: Path) -> None:
    """Write each picture of the demo at `web` into `folder`."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        wide = _signed_in(browser, web, width=1280, height=1250)
        _cards(wide, web).screenshot(path=folder / "sync-log.png")
        wide.emulate_media(color_scheme="dark")
        _cards(wide, web).screenshot(path=folder / "sync-log-dark.png")
        wide.emulate_media(color_scheme="light")
        _row(wide, web).screenshot(path=folder / "row.png")
        _invoice(wide, web).screenshot(path=folder / "invoice.png")
        wide.goto(f"{web}/admin/", wait_until="networkidle")
        wide.screenshot(path=folder / "start.png")
        phone = _signed_in(browser, web, width=390, height=1000)
        _unfolded(phone, web).screenshot(path=folder / "sync-log-phone.png")
        browser.close()


def _signed_in(browser: Browser, web: str, *, width: int, height: int) -> Page:
    """The demo's Owner, with a window of this size."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(f"{web}/admin/")
    page.fill("[name=username]", PEOPLE[0].email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{web}/admin/**")
    return page


def _cards(page: Page, web: str) -> Page:
    page.goto(web + LOG, wait_until="networkidle")
    return _with_forecast(page)


def _unfolded(page: Page, web: str) -> Page:
    """The first of the causes, which a phone shows folded."""
    page.goto(web + LOG, wait_until="networkidle")
    page.get_by_role("button", name="Fix…").first.click()
    return _with_forecast(page)


def _row(page: Page, web: str) -> Page:
    page.goto(f"{web}{LOG}&cause=tax_code_not_mapped", wait_until="networkidle")
    row = page.locator("tbody.rac-event", has_text="Invoice #").first
    row.locator("button").first.click()
    row.get_by_role("heading", name="What happened").wait_for()
    row.evaluate("row => scrollTo(0, row.getBoundingClientRect().top + scrollY - 120)")
    return page


def _invoice(page: Page, web: str) -> Page:
    page.goto(f"{web}{LOG}&cause=tax_code_not_mapped", wait_until="networkidle")
    page.get_by_role("link", name=re.compile("^Invoice #")).first.click()
    page.get_by_role("link", name="Open invoice").click()
    page.wait_for_load_state("networkidle")
    return _with_forecast(page)


def _with_forecast(page: Page) -> Page:
    page.get_by_text("will go").first.wait_for()
    return page


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__)
    parser.add_argument("--web", default="http://127.0.0.1:8000", help="address of the demo")
    parser.add_argument("--folder", type=Path, default=PICTURES)
    asked = parser.parse_args()
    take(asked.web, asked.folder)


if __name__ == "__main__":
    main()
