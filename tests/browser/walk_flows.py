"""Controls that only mean something together."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.walk_acts import custom, press, put, shown
from tests.browser.walker import Act, Control, Walker

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def _themes(walker: Walker, control: Control) -> None:
    for name, is_dark in (("Dark", True), ("Light", False), ("System", False)):
        shown(walker, walker.here(f"menu: link {name}")).click()
        walker.page.locator("html.dark" if is_dark else "html:not(.dark)").wait_for(state="attached")


def _door_themes(walker: Walker, control: Control) -> None:
    """As `_themes`, on the pages before one has signed in."""
    for name, is_dark in (("Dark", True), ("Light", False)):
        choice = walker.locate(walker.here(f"page: link {name}"))
        if not choice.is_visible():
            walker.locate(control).click()
        choice.click()
        walker.page.locator("html.dark" if is_dark else "html:not(.dark)").wait_for(state="attached")


def _sidebar_folds(walker: Walker, control: Control) -> None:
    menu = walker.page.locator("#nav-sidebar")
    for state in ("hidden", "visible"):
        walker.page.locator("#header-inner [x-on\\:click*=sidebarDesktopOpen]").click()
        menu.wait_for(state=state)
    walker.page.set_viewport_size(PHONE)
    menu.wait_for(state="hidden")
    walker.page.locator("#header-inner [x-on\\:click*=sidebarMobileOpen]").click()
    menu.wait_for()
    menu.locator("[x-on\\:click*=sidebarMobileOpen]").click()
    menu.wait_for(state="hidden")
    walker.page.set_viewport_size(DESK)
    menu.wait_for()


def _buttons_on_a_phone(walker: Walker, control: Control) -> None:
    walker.page.set_viewport_size(PHONE)
    walker.locate(control).click()
    walker.page.locator("#header-inner a:has-text('History'), #header-inner a:has-text('Invite')").first.wait_for()
    walker.page.set_viewport_size(DESK)
    walker.is_open = True


def _command_palette(walker: Walker, control: Control) -> None:
    walker.page.keyboard.press("Control+k")
    box = walker.locate(walker.here("palette: text *"))
    box.wait_for()
    # With nothing typed there is nowhere to go.
    walker.page.keyboard.press("Enter")
    box.type("invoices")
    walker.page.locator("#command-results a", has_text="Invoices").first.wait_for()
    walker.page.keyboard.press("Enter")
    walker.page.wait_for_url("**/admin/invoices/invoice/")


def _chosen_filter(walker: Walker, control: Control) -> None:
    """Choose the second of the drop-down, apply, and see that it is chosen still."""
    choice = shown(walker, control) if "select2" not in (walker.locate(control).get_attribute("class") or "") else None
    if choice is None:
        walker.locate(walker.here("page: link Filters")).click()
        choice = walker.locate(control)
    label = choice.evaluate("one => one.options[1].text")
    choice.locator("xpath=following-sibling::span[1]").click()
    walker.page.locator(".select2-results__option", has_text=label).first.click()
    with walker.page.expect_navigation():
        walker.page.get_by_role("button", name="Apply Filters").click()
    walker.look()
    chosen = walker.locate(walker.here(control.key)).evaluate("one => one.selectedOptions[0].text")
    assert chosen == label, f"{chosen} is chosen, not {label}"
    walker.is_open = False


def _between_days(walker: Walker, control: Control) -> None:
    for name in ("From", "To"):
        shown(walker, walker.here(f"filter: text {name}")).fill("2020-01-01")
    with walker.page.expect_navigation():
        walker.page.get_by_role("button", name="Apply Filters").click()
    expect(walker.page.locator("#result_list tbody tr")).to_have_count(0)
    walker.is_open = False


def _calendars(walker: Walker, control: Control) -> None:
    page = walker.page
    shown(walker, walker.here("calendar: link Choose a Date"))
    field = page.locator("input.vDateField, input.vCustomDateField, input[id$=_from]").first
    opener = page.locator("a:has(.date-icon)").first

    def opened() -> Locator:
        opener.click()
        box = page.locator(".calendarbox:visible")
        box.wait_for()
        return box

    held: list[str] = []
    for pressed in (("Yesterday",), ("Today",), ("Tomorrow",), (">", "15"), ("<", "15")):
        box = opened()
        for text in pressed:
            box.get_by_text(text, exact=True).last.click()
        held.append(field.input_value())
    assert len({*held}) == 5, held
    opened().get_by_text("Cancel").click()
    page.locator(".calendarbox:visible").wait_for(state="hidden")
    walker.is_open = True


def bulk(action: str, *says: str, row: str = "") -> Act:
    """Tick all and none, then the first row (that says `row`), choose the action, run it, and read what came of it."""

    def run(walker: Walker, control: Control) -> None:
        page = walker.page
        if row and page.locator("#result_list tbody tr", has_text=row).count() == 0:
            page.goto(page.url.partition("?")[0])
        every = page.locator("#action-toggle")
        ticks = page.locator("input.action-select")
        every.check()
        assert ticks.evaluate_all("all => all.every(one => one.checked)")
        every.uncheck()
        assert not ticks.evaluate_all("all => all.some(one => one.checked)")
        page.locator("#result_list tbody tr", has_text=row).first.locator("input.action-select").check()
        actions = page.locator("select[name=action]")
        labels = actions.locator("option").all_inner_texts()
        actions.select_option(label=next(label for label in labels if label.startswith(action)))
        with page.expect_navigation():
            page.get_by_role("button", name="Run").click()
        for text in says:
            walker.read(text)
        if action.startswith("Delete"):
            with page.expect_navigation():
                page.get_by_role("button", name="Yes").click()
            walker.read("Successfully deleted 1")

    return custom(run, changes=True)


def _deletes(walker: Walker, control: Control) -> None:
    """Press Delete on a record's page, and say yes."""
    press(walker, control)
    with walker.page.expect_navigation():
        walker.page.get_by_role("button", name="Yes").click()
    walker.read("was deleted successfully")


def _all_across(walker: Walker, control: Control) -> None:
    """More than a page: tick all, select all that match, and clear it again."""
    page = walker.page
    page.locator("#action-toggle").check()
    page.get_by_text("Select all ").locator("visible=true").first.click()
    page.get_by_text("Clear selection").locator("visible=true").click()
    assert not page.locator("input.action-select").evaluate_all("all => all.some(one => one.checked)")
    walker.is_open = True


def _another_made_in_a_window(walker: Walker, control: Control) -> None:
    """The menu beside a choice: make another in a window of its own, and have it chosen."""
    page = walker.page
    page.locator("[x-on\\:click*=openRelatedWidgetWrapper]").first.click()
    with page.expect_popup() as opened:
        page.locator("a.add-related:visible").click()
    window = opened.value
    name = f"Made in a window for {walker.role} {len(walker.done)}"
    window.get_by_label("Name").first.fill(name)
    with window.expect_event("close"):
        window.get_by_role("button", name="Save").first.click()
    page.locator("option:checked, .selector-chosen option", has_text=name).first.wait_for(state="attached")
    for kind in ("change", "view"):
        link = page.locator(f"a.{kind}-related[href]").first
        if link.count() == 0:
            # A choice of several has no links to the chosen.
            continue
        answer = page.request.get(link.evaluate("one => one.href"))
        assert answer.status == 200, (kind, answer.status)
    walker.is_open = True


def _replaces_a_line(walker: Walker, control: Control) -> None:
    page = walker.page
    walker.locate(walker.here("page: link Add a line")).click()
    walker.look()
    items = [one for one in walker.controls if one.key == "page: choice Item"]
    put(walker, items[-1], "Labor")
    page.locator("input[name=lines-0-DELETE]").focus()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue editing").click()
    walker.read("was changed successfully")
    expect(page.locator("input[name$='-DELETE'][name^=lines-]:not([name*=__prefix__])")).to_have_count(1)


def _given_permissions(walker: Walker, control: Control) -> None:
    """Between the two lists of a chooser: filter, take the chosen one over and back, all of them and none."""
    for chooser in walker.page.locator(".selector").all():
        buttons = {name: chooser.locator(f".selector-{name}") for name in ("add", "remove", "chooseall", "clearall")}
        there, taken = chooser.locator("select").first, chooser.locator("select").last
        if there.locator("option").count() == 0:
            continue
        every = there.locator("option").count()
        chooser.locator("input").first.type("zz")
        expect(there.locator("option")).to_have_count(0)
        for _ in "zz":
            chooser.locator("input").first.press("Backspace")
        there.select_option(index=0)
        for press_, left in (("add", 1), ("remove", 0), ("chooseall", every), ("clearall", 0)):
            if press_ == "remove":
                taken.select_option(index=0)
            buttons[press_].click()
            expect(taken.locator("option")).to_have_count(left)
    walker.is_open = True


def _switches_organization(walker: Walker, control: Control) -> None:
    page = walker.page
    name = page.get_by_label("Organization").evaluate("one => Array.from(one.options).find(o => !o.selected).text")
    page.get_by_label("Organization").select_option(label=name)
    with page.expect_navigation():
        page.get_by_role("button", name="Switch").click()
    assert page.get_by_label("Organization").evaluate("one => one.selectedOptions[0].text") == name


def _opens_another_shop(walker: Walker, control: Control) -> None:
    """The other shop, by way of the list of all, and back to the one that the walk is about."""
    page = walker.page
    for name in ("Hilltop Plumbing", "Buckeye"):
        if name == "Buckeye":
            page.get_by_role("link", name="Choose another shop").click()
        page.get_by_role("link", name="All shops").click()
        with page.expect_navigation():
            page.get_by_role("button", name=f"Open {name}").click()
        walker.read(name)
        walker.read("Support view, read only")


def searches_matches(found: str) -> Act:
    """Search among all for what is there, then for what is not, and clear the search."""

    def run(walker: Walker, control: Control) -> None:
        page = walker.page
        page.locator("a.rac-chip[href*='state=all']").click()
        for word, says in ((found[:5], found), ("zzz", "Nothing found")):
            page.get_by_label("Search your").fill(word)
            with page.expect_navigation():
                page.get_by_role("button", name="Search", exact=True).click()
            walker.read(says)
        page.get_by_role("link", name="Clear the search").click()
        walker.read(found)

    return custom(run)


def _opens_a_row(walker: Walker, control: Control) -> None:
    """Open it, read the payload, retry it in place where that is offered, and close it by keyboard."""
    page = walker.page
    # It moves up in the list once it is retried.
    name = walker.locate(control).evaluate("one => one.closest('.rac-event').id")
    row = page.locator(f"#{name}")
    walker.locate(control).click()
    row.locator(".rac-details").wait_for()
    retry = row.get_by_role("button", name="Retry single event")
    if retry.count():
        retry.click()
        row.get_by_text("Retried 1 event").wait_for()
    row.locator("pre, .rac-details").first.focus()
    page.keyboard.press("Escape")
    row.locator(".rac-details").wait_for(state="detached")


def log_filter(name: str, index: int) -> Act:
    """Choose in a drop-down of the log's filters, apply, and see that it is chosen still."""

    def run(walker: Walker, control: Control) -> None:
        choice = shown(walker, control)
        choice.select_option(index=index)
        with walker.page.expect_navigation():
            walker.page.get_by_role("button", name="Apply").click()
        walker.is_open = False
        assert walker.page.locator(f"select[name={name}]").evaluate("one => one.selectedIndex") == index

    return custom(run)


def _log_between_days(walker: Walker, control: Control) -> None:
    for name in ("From", "Until"):
        shown(walker, walker.here(f"filter: text {name}")).fill("2020-01-01")
    with walker.page.expect_navigation():
        walker.page.get_by_role("button", name="Apply").click()
    walker.read("Nothing matches")
    walker.is_open = False


def _log_views(walker: Walker, control: Control) -> None:
    """Filter, save it for the whole shop, follow it from the whole list, rename and delete it."""
    page = walker.page
    page.goto("/admin/sync/syncevent/?status=synced")
    page.locator(".rac-views > summary").click()
    page.get_by_label("Name of these filters").fill("Arrived")
    page.get_by_label("For the whole shop").check()
    page.get_by_role("button", name="Save view").click()
    walker.read("Saved the view “Arrived”.")
    page.goto("/admin/sync/syncevent/")
    page.locator(".rac-views > summary").click()
    page.get_by_role("link", name="Arrived").click()
    page.locator(".rac-views > summary", has_text="View: Arrived").click()
    page.get_by_label("Change the view Arrived").click()
    page.get_by_label("New name of Arrived").fill("In the books")
    page.get_by_role("button", name="Rename").click()
    walker.read("“Arrived” is called “In the books” now.")
    page.locator(".rac-views > summary", has_text="View: In the books").click()
    page.get_by_label("Change the view In the books").click()
    page.get_by_role("button", name="Delete the view In the books").click()
    walker.read("Deleted the view “In the books”.")
    walker.is_open = False


# What is done with one ticked row of the log: the button above the list, the row, the question, the answer, the result.
# The last is done among those that are held.
DECISIONS = (
    ("Retry", "TAX-1", "", "", "css=.rac-result, .rac-notice"),
    ("Dismiss…", "TAX-2", "Dismiss 1 failed event?", "Dismiss 1", "Dismissed 1 event"),
    ("Keep QuickBooks'…", "BOTH-C", "Keep QuickBooks' version of 1 record?", "Keep QuickBooks' for 1", "Kept"),
    ("Void here too…", "VOID-C", "Void 1 invoice here too?", "Void 1 here too", "Voided here too"),
    ("Send ours…", "BOTH-D", "Send our version of 1 record?", "Send ours for 1", "Sending our version of"),
    ("Send again as new invoices…", "VOID-D", "Send 1 invoice again as new", "Send 1 as new", "Sending again"),
    ("They are the same…", "CHECK-C", "Count 1 payment only once?", "The same: 1", "The same in QuickBooks"),
    ("Record both…", "CHECK-D", "Record 1 payment in addition to QuickBooks'?", "Record both for 1", "Recording both"),
    ("Post to current period…", "CLOSED-3", "Post 1 invoice to the current", "Post 1 to today", "Posted to"),
    ("Hold…", "CLOSED-4", "Hold 1 event until the closing date moves?", "Hold 1", "Held"),
    ("Release…", "CLOSED-4", "Release 1 event?", "Release 1", "Released"),
)


def _log_selection(walker: Walker, control: Control) -> None:
    """Tick all, then all that match, then none; then each button with one row ticked, up to what came of it."""
    page, bar = walker.page, walker.page.locator("#selection")
    page.locator("#action-toggle").check()
    if (offer := bar.locator("[data-select-across]")).is_visible():
        offer.click()
    bar.locator(".rac-selection-count", has_text="that match are selected").wait_for()
    bar.get_by_text("Clear selection").click()
    bar.wait_for(state="hidden")
    for button, number, question, answer, says in DECISIONS:
        page.goto(f"/admin/sync/syncevent/?status={'held' if button == 'Release…' else 'failed'}")
        page.locator(".rac-event", has_text=f"#{number}").locator("input.action-select").check()
        with page.expect_navigation():
            bar.get_by_role("button", name=button).click()
        if question:
            walker.read(question)
            if (reason := page.get_by_label("Reason")).count():
                reason.fill("entered by hand")
            with page.expect_navigation():
                page.get_by_role("button", name=answer).click()
        walker.read(says)
        walker.look()
        if says == "Posted to":
            press(walker, walker.here("page: link Undo"))
            walker.read("css=h1")


def _invoice_settings(walker: Walker, control: Control) -> None:
    """Turn everything over and back; turning Sync invoices on asks first, and may be left off."""
    page = walker.page
    ticks = ("Sync invoices", "Sync customer updates", "Run a Call IDs in QBO")
    for is_on in (False, True):
        for name in ticks:
            page.get_by_label(name).set_checked(is_on)
        page.get_by_label("On payment" if not is_on else "On send").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Save").click()
        if is_on:
            walker.look()
            press(walker, walker.here("page: link Leave it off"))
            assert not page.get_by_label(ticks[0]).is_checked()
            page.get_by_label(ticks[0]).check()
            for name in ticks[1:]:
                page.get_by_label(name).check()
            page.get_by_label("On send").check()
            with page.expect_navigation():
                page.get_by_role("button", name="Save").click()
            walker.look()
            press(walker, walker.here("page: button Turn on*"))
        walker.read("Saved.")
        assert all(page.get_by_label(name).is_checked() is is_on for name in ticks)


def _receives_a_payment(walker: Walker, control: Control) -> None:
    """Choose the customer, tick and untick an invoice, spread an amount, and keep it as credit in the end."""
    page = walker.page
    page.get_by_role("button", name="Show open invoices").click()
    page.locator(".select2-selection[role=combobox]").first.click()
    page.get_by_role("searchbox", name="Search: Customer").fill("Okafor")
    with page.expect_navigation():
        page.get_by_role("option", name="M. Okafor").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Show open invoices").click()
    _types_a_payment(walker, "Record payment", "Payment of $10.00 recorded.")


def _changes_what_a_payment_pays(walker: Walker, control: Control) -> None:
    with walker.page.expect_navigation():
        walker.page.get_by_role("link", name="Cancel").click()
    walker.page.go_back()
    _types_a_payment(walker, "Save", "Changed: $10.00.")


def _types_a_payment(walker: Walker, button: str, says: str) -> None:
    page = walker.page
    tick, part = page.locator(".rac-parts [type=checkbox]").first, page.locator(".rac-parts [type=text]").first
    tick.check()
    expect(page.locator("#sum")).to_contain_text("Pays $")
    page.get_by_label("Amount received").fill("10")
    page.get_by_role("button", name="Oldest first").click()
    expect(part).to_have_value("10.00")
    chosen = page.locator(".rac-parts [type=checkbox]:checked")
    while chosen.count():
        chosen.first.uncheck()
    page.get_by_label("Method").select_option("Cash")
    page.get_by_label("Date received").fill("2026-11-20")
    page.get_by_label("Reference").fill("77")
    page.get_by_label("Memo").fill("at the door")
    page.get_by_label("Keep the rest").check()
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
    walker.read(says)


def _hides(walker: Walker, control: Control) -> None:
    """The last line of the checklist, for good."""
    press(walker, control)
    walker.page.reload()
    assert walker.page.locator("#first-run").count() == 0


def _connects(walker: Walker, control: Control) -> None:
    """Over Intuit's page (the emulator's) and back."""
    page = walker.page
    walker.locate(control).click()
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/quickbooks/**")
    walker.read("css=.rac-badge")


themes = custom(_themes)
deletes = custom(_deletes, changes=True)
receives_a_payment = custom(_receives_a_payment, changes=True)
changes_what_a_payment_pays = custom(_changes_what_a_payment_pays, changes=True)
hides = custom(_hides, changes=True)
log_between_days = custom(_log_between_days)
log_views = custom(_log_views, changes=True)
log_selection = custom(_log_selection, changes=True)
invoice_settings = custom(_invoice_settings, changes=True)
connects = custom(_connects, changes=True)
door_themes = custom(_door_themes)
sidebar_folds = custom(_sidebar_folds)
buttons_on_a_phone = custom(_buttons_on_a_phone)
command_palette = custom(_command_palette)
chosen_filter = custom(_chosen_filter)
between_days = custom(_between_days)
calendars = custom(_calendars)
all_across = custom(_all_across)
another_made_in_a_window = custom(_another_made_in_a_window, changes=True)
replaces_a_line = custom(_replaces_a_line, changes=True)
switches_organization = custom(_switches_organization, changes=True)
given_permissions = custom(_given_permissions)
opens_another_shop = custom(_opens_another_shop, changes=True)
opens_a_row = custom(_opens_a_row, changes=True)
