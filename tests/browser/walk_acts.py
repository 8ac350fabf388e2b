"""What a person does with a control of the table, and how the walk reads what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator

from tests.browser.walker import Act, Control, Walker, fits

# The tab of a form that holds a field.
OPEN_TAB = """field => {
    const sheet = field.closest("[x-show*=activeFieldsetTab]");
    if (sheet) {
        const name = sheet.getAttribute("x-show").match(/'.+'/)[0];
        document.querySelector(`a[x-on\\\\:click$="${name}"]`).click();
    }
    return sheet !== null;
}"""
CHOSEN = "one => Array.from(one.selectedOptions).map(option => option.text).join()"
USER_MENU, FILTERS = "menu: button *@*", "page: link Filters"
Value = str | bool
Fields = Mapping[str, Value]


def shown(walker: Walker, control: Control) -> Locator:
    """The control, after a person has opened what hides it."""
    spot = walker.locate(control)
    if spot.is_visible():
        return spot
    folded = walker.page.locator("details:not([open])", has=spot)
    openers = [one for one in walker.controls if fits(one.key, USER_MENU if control.key[:5] == "menu:" else FILTERS)]
    if folded.count():
        folded.last.locator("summary").click()
    elif not spot.evaluate(OPEN_TAB) and openers:
        walker.locate(openers[0]).click()
    walker.is_open = True
    spot.wait_for()
    return spot


def press(walker: Walker, control: Control) -> None:
    spot = shown(walker, control)
    with walker.page.expect_navigation():
        spot.click()
    walker.is_open = False


def go(says: str = "") -> Act:
    """Follow a link that changes nothing, and read the page that it leads to."""

    def run(walker: Walker, control: Control) -> None:
        press(walker, control)
        walker.read(says)

    return Act(run)


def fetch(says: str = "") -> Act:
    """As `go` for a link without a script, but without drawing the page."""

    def run(walker: Walker, control: Control) -> None:
        answer = walker.page.request.get(control.href)
        assert answer.status == 200, f"{control.href} answers {answer.status}"
        assert says in answer.text(), f"{control.href} does not say {says}"

    return Act(run, is_apart=True)


def opens(says: str, *, changes: bool = False) -> Act:
    """Click, stay on the page, and read what has come up."""

    def run(walker: Walker, control: Control) -> None:
        shown(walker, control).click()
        walker.read(says)
        walker.is_open = True

    return Act(run, changes=changes)


def does(says: str, fields: Fields | None = None, *, comes_back: bool = False) -> Act:
    """Fill in the fields of the page, press the button, and read what came of it; `comes_back`: to the page itself."""

    def run(walker: Walker, control: Control) -> None:
        began_at = walker.page.url
        fill(walker, fields or {}, of_form=control.form)
        press(walker, control)
        walker.read(says)
        if comes_back:
            walker.go_to(began_at)

    return Act(run, changes=True)


def typed(value: str, says: str, *, among_all: bool = False) -> Act:
    """Type into a box that searches, press Enter, and read what was found; `among_all`: not under a filter."""

    def run(walker: Walker, control: Control) -> None:
        if among_all and "?" in walker.page.url:
            walker.go_to(walker.page.url.partition("?")[0])
            control = walker.here(control.key)
        box = shown(walker, control)
        box.fill(value)
        with walker.page.expect_navigation():
            box.press("Enter")
        walker.read(says)

    return Act(run)


def away(start: str) -> Act:
    """A link that leads out of here: where it leads is read, and it is not followed."""

    def run(walker: Walker, control: Control) -> None:
        assert control.href.startswith(start) or start in control.href, control.href

    return Act(run, is_apart=True)


def gets(first: str) -> Act:
    """A file: how it begins."""

    def run(walker: Walker, control: Control) -> None:
        with walker.page.expect_download() as download:
            shown(walker, control).click()
        begins = download.value.path().read_bytes()[:200]
        assert begins.startswith(first.encode()), begins

    return Act(run)


def asks(says: str, fields: Fields | None = None, *, button: str) -> Act:
    """Open a dialog, give up, open it again, answer it, and read what came of it."""

    def run(walker: Walker, control: Control) -> None:
        dialog = walker.page.locator("#modal-content")
        for answer in ("Cancel", button):
            shown(walker, control).click()
            dialog.get_by_text("Cancel").wait_for()
            if answer == "Cancel":
                dialog.get_by_text("Cancel").click()
                dialog.wait_for(state="hidden")
        walker.look()
        fill(walker, fields or {}, of_form=None)
        with walker.page.expect_navigation():
            dialog.get_by_role("button", name=button).click()
        walker.read(says)

    return Act(run, changes=True)


def saves(says: str, fields: Fields, *, button: str = "page: button Save and *", first: str = "") -> Act:
    """Fill in a form (after a click on `first`), save it, and read in every field what was typed."""

    def run(walker: Walker, control: Control) -> None:
        if first:
            shown(walker, walker.here(first)).click()
            walker.look()
        fill(walker, fields, of_form=None)
        with walker.page.expect_navigation():
            walker.locate(walker.here(button)).click()
        walker.is_open = False
        walker.read(says)
        walker.look()
        for name, value in fields.items():
            assert_holds(walker, name, value)

    return Act(run, changes=True)


def fill(walker: Walker, fields: Fields, *, of_form: str | None) -> None:
    for name, value in fields.items():
        control = walker.here(name)
        assert of_form in (None, control.form), f"`{name}` is in another form"
        put(walker, control, value)


def put(walker: Walker, control: Control, value: Value) -> None:
    """As a person would: type, tick, or choose."""
    spot = walker.locate(control)
    if not spot.is_visible() and "select2-hidden" not in (spot.get_attribute("class") or ""):
        spot = shown(walker, control)
    if isinstance(value, bool):
        spot.set_checked(value)
    elif "select2-hidden" in (spot.get_attribute("class") or ""):
        _search_and_choose(walker, spot, value)
    elif spot.evaluate("one => one.tagName") == "SELECT":
        spot.select_option(label=value)
    else:
        spot.fill(value)


def _search_and_choose(walker: Walker, select: Locator, value: str) -> None:
    if select.evaluate(CHOSEN) == value:
        return
    select.locator("xpath=following-sibling::span[1]").click()
    walker.page.locator(".select2-container--open .select2-search__field").last.type(value)
    walker.page.locator(".select2-results__option", has_text=value).first.click()


def assert_holds(walker: Walker, name: str, value: Value) -> None:
    spot = walker.locate(walker.here(name))
    if isinstance(value, bool):
        held: Any = spot.is_checked()
    elif spot.evaluate("one => one.tagName") == "SELECT":
        held = spot.evaluate(CHOSEN)
    else:
        held = spot.input_value()
    assert held == value, f"`{name}` holds {held!r}, not {value!r}"


def custom(run: Callable[[Walker, Control], None], *, changes: bool = False) -> Act:
    return Act(run, changes=changes)


# A control that another line uses along with its own.
within = Act(None)
