"""The checklist of the Status page is shown whole, while the history of an event, which can be long, scrolls."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
STEPS = "<li style='height: 6rem'>Step</li>" * 7
SCROLLS = "one => one.scrollHeight > one.clientHeight"


def classes(template: str) -> str:
    """The classes of the list of steps in that template."""
    text = (ROOT / "templates" / "sync" / template).read_text()
    return next(
        part.partition('"')[0] for part in text.split('<ol class="')[1:] if "rac-steps" in part.partition('"')[0]
    )


@pytest.mark.parametrize(("template", "scrolls"), [("first_run.html", False), ("event_body.html", True)])
def test_only_a_history_scrolls(browser: Browser, template: str, scrolls: bool) -> None:
    css = (ROOT / "static" / "runacall" / "runacall.css").read_text()
    page = browser.new_page()
    page.set_content(f"<style>{css}</style><div class='rac-page'><ol class='{classes(template)}'>{STEPS}</ol></div>")
    found = page.locator("ol").evaluate(SCROLLS)
    page.close()
    assert found is scrolls
