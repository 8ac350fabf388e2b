"""Every control of every page: on which page, what it is called there, who has it, and what the walk does with it.

A new control makes `test_every_control` fail with its key and its page. Give it a line here, `on(page, who, control,
act)`; a field of a form goes into the form's table. `page` is the name of the view; it and `control` may hold `*`, and
` | ` stands between controls that one act uses, the one that is pressed first. Of several lines that fit, the first
counts. Who: F field tech, D dispatcher, S our support, O Owner. What only looks is done first; then what changes
something, in the order of this table. `each`: for each control that fits; `once`: for whom one of these pages is
enough, and not each kind; `passing`: the next result replaces it, so that it may be gone when its turn comes. The acts
are in `walk_acts.py` and `walk_flows.py`.
"""

# ruff: noqa: E501
# fmt: off
from __future__ import annotations

from tests.browser import walk_flows as flow
from tests.browser.walk_acts import (
    Act,
    Fields,
    asks,
    away,
    does,
    fetch,
    gets,
    go,
    opens,
    saves,
    typed,
    within,
)
from tests.browser.walker import Line

LINES: list[Line] = []
ADDED, CHANGED, WRONG = "was added successfully", "was changed successfully", "Nothing was saved yet."
LIST, DOOR = "css=#result_list", "css=input[type=password]"


def on(
    page: str,
    who: str,
    control: str,
    act: Act,
    *,
    each: bool = False,
    once: str = "",
    latest: bool = False,
    passing: bool = False,
) -> None:
    controls = tuple(control.split(" | "))
    LINES.append(Line(page, controls, who, act, is_each=each, once=once, is_latest=latest, is_passing=passing))


def form(page: str, who: str, says: str, fields: Fields, *, also: str = "", first: str = "") -> None:
    """A form of the admin: every field is filled in, saved, and read again."""
    controls = ["page: button Save and continue editing", *fields, *also.split(" | ")]
    on(page, who, " | ".join(filter(None, controls)), saves(says, fields, first=first), latest=page.endswith("_change"))


# --- what is on a page only once, right after something was done
LOG, EVENT = "admin:sync_syncevent_changelist", "admin:sync_syncevent_change"
on("*", "FDSO", "message: link *", go(), passing=True)
on(f"{EVENT}*", "O", "page: link show | page: link Show all events", go(LIST), each=True, passing=True)
# Followed in `log_selection`.
on(LOG, "O", "page: link Undo", within)

# --- on every page
for title, who, says in (
    ("Run a Call", "FDSO", "Home"),
    ("home_repair_service", "FDSO", "Home"),
    ("Work / Invoices", "FDSO", LIST),
    ("Work / Customers", "FDSO", LIST),
    ("Work / Pricebook", "FDSO", LIST),
    ("Work / Categories", "FDSO", LIST),
    ("Work / Tax rates", "FDSO", LIST),
    ("Work / Payments", "DSO", LIST),
    ("Settings → QuickBooks / Status", "SO", "Lists read from QuickBooks"),
    ("Settings → QuickBooks / Tax", "SO", "Default for unmapped"),
    ("Settings → QuickBooks / Items", "SO", "Default income account"),
    ("Settings → QuickBooks / Products and services", "SO", "Which QuickBooks product or service"),
    ("Settings → QuickBooks / Customers", "SO", "Which QuickBooks customer"),
    ("Settings → QuickBooks / Invoices", "SO", "Sync customer updates"),
    ("Settings → QuickBooks / Payments", "SO", "Where the money goes"),
    ("Settings → QuickBooks / Tie-out", "SO", "Every difference is named"),
    ("Settings → QuickBooks / Notifications", "SO", "What Run a Call tells you by e-mail"),
    ("Settings → QuickBooks / Sync log*", "SO", LIST),
    ("Settings / Organization", "SO", LIST),
    ("Settings / Team", "SO", LIST),
    ("Settings / Invitations", "SO", "invitation"),
    ("Settings / Sign-ins", "SO", LIST),
    ("Settings / Support visits", "SO", "Support visits"),
    ("Support / Shops", "S", "Open a shop to see"),
    ("Support / Users", "S", LIST),
    ("Support / Groups", "S", "groups"),
    ("Help / Getting started", "FDSO", "Check the company"),
    ("Help / Resolving common QuickBooks errors", "FDSO", "Where errors show up"),
    ("Help / Mapping tax rates", "FDSO", "Mapping tax rates"),
    ("Change password", "FDSO", "Change your password"),
):
    on("*", who, f"menu: link {title}", go(says))
on("*", "S", "menu: link Choose another shop", go("Open a shop to see"))
on("*", "FDSO", "menu: button *@*", opens("Log out"))
on("*", "FDSO", "menu: link Light | menu: link Dark | menu: link System", flow.themes)
on("*", "FDSO", "top: button Menu | menu: button Close", flow.sidebar_folds)
on("*", "FDSO", "palette: text Type to search | palette: button *", flow.command_palette)
on("*", "O", "banner: link Open the sync log", go("QBO sync errors need attention"))

# Pressed by test_keyboard.
on("*", "FDSO", "page: link Skip to the content", within)

# --- the home page
on("admin:index", "FD", "page: link Pricebook categories | page: link Tax rates", go(LIST), each=True)
on("admin:index", "S", "page: link Open the sync log", go(LIST))
on("admin:index", "O", "page: link Show what waits for: *", fetch("result_list"))
on("admin:index", "FD", "page: link Work", go("Pricebook categories"))
on("admin:index", "FDSO", "page: link *", fetch())
on("admin:app_list", "FD", "page: link *", fetch())

# --- every list
LISTS = "admin:*_changelist"
for name, who, word, says in (
    ("invoices_invoice", "FDSO", "PAID-1", "#PAID-1"),
    ("invoices_customer", "FDSO", "Okafor", "M. Okafor"),
    ("invoices_pricebookitem", "FDSO", "labor", "Labor"),
    ("invoices_pricebookcategory", "FDSO", "repairs", "Repairs"),
    ("invoices_taxrate", "FDSO", "california", "California 8"),
    ("invoices_payment", "DSO", "PAID", LIST),
    ("organizations_membership", "SO", "dispatcher", "dispatcher"),
    ("accounts_invitation", "SO", "nobody", "invitation"),
    ("accounts_signin", "SO", "@", "Signed in"),
    ("sync_supportlook", "SO", "nothing", "Support visits"),
    ("auth_group", "S", "x", "group"),
    ("auth_user", "S", "support", "support@example.com"),
):
    box = "Number, customer or e-mail" if name == "invoices_invoice" else "Type to search"
    on(f"admin:{name}_changelist", who, f"page: text {box}", typed(word, says))
    on(f"admin:{name}_changelist", who, "page: button search", go())
on("admin:invoices_invoice_changelist", "F", "row: link #F-DRAFT", go("Draft"))
on("admin:invoices_invoice_changelist", "D", "row: link #D-DRAFT", go("Draft"))
on("admin:invoices_invoice_changelist", "D", "row: link #D-SENT", go("Sent"))
on("admin:invoices_invoice_changelist", "O", "row: link #O-DRAFT | row: link #O-SENT | row: link #O-DELETE | row:"
" link #O-STOPPED | row: link #TAX-# | row: link #CLOSED-#", go("Total"), each=True)

on("admin:invoices_invoice_changelist", "FDSO", "filter: button Views", opens("No views yet"))
on("admin:invoices_invoice_changelist", "FDO", "filter: text Name of these filters | filter: tick For the whole shop | filter: button Save view", within)
on("admin:invoices_invoice_changelist", "DSO", "chip: link *", fetch(), each=True)

# --- the sync log
on(LOG, "O", "row: link Invoice #BOTH-A | row: link Invoice #BOTH-B | row: link Invoice #VOID-A | row: link Invoice"
" #VOID-B | row: link Invoice #LOST | row: link Invoice #CLOSED-# | row: link Invoice #TAX-# | row: link Customer"
" Tremont Diner | row: link Invoice #VENDOR-#", go("What happened"), each=True)
on(LOG, "S", "row: link Invoice #TAX-#", go("What happened"))
on(LOG, "SO", "row: link Open in QuickBooks", away("/app/invoice?txnId="))
on(LOG, "SO", "row: link *", go("What happened"))
on(LOG, "SO", "chip: link *", fetch("chips"), each=True)
on(LOG, "SO", "page: text Search invoice number, customer or message", typed("TAX-1", "Invoice #TAX-1", among_all=True))
on(LOG, "SO", "filter: button Filters", opens("Clear all"))
on(LOG, "SO", "filter: button Export", opens("These rows as CSV"))
on(LOG, "S", "filter: button Views", opens("No views yet"))
on(LOG, "O", "filter: button Views | filter: button View:* | filter: text Name of these filters | filter: tick For the whole shop | filter: button Save view | filter: link Arrived |"
" filter: button Change the view * | filter: text New name of * | filter: button Rename | filter: button Delete the view *", flow.log_views)
on(LOG, "SO", "filter: choice Cause", flow.log_filter("cause", 1))
on(LOG, "SO", "filter: choice Entity", flow.log_filter("entity", 4))
on(LOG, "SO", "filter: choice Direction", flow.log_filter("direction", 1))
on(LOG, "SO", "filter: button Apply | filter: text From | filter: text Until", flow.log_between_days)
on(LOG, "SO", "filter: link Clear all", go(LIST))
on(LOG, "SO", "filter: link These rows as CSV", gets("\ufeff\"Timestamp\""))
on(LOG, "SO", "filter: link These rows as JSON", gets('{"organization"'))
on(LOG, "SO", "filter: link Support bundle", gets("PK"))
# Where there are more than nine causes: test_folded_causes unfolds them, and follows the link without a script.
on(LOG, "SO", "card: link Show them* | card: button # more cause* | card: choice *", within)
on(LOG, "SO", "card: link Show*", go(LIST), each=True)
# Pressed by test_fixing, each with what came of it; here the causes have to stay for the other controls.
on(LOG, "SO", "card: text * | card: button What will be posted | card: button # more to choose from | card: button Search QuickBooks for it",
    within)
on(LOG, "O", "card: button * and send # | card: button Send # | card: button Undo | card: button Search QuickBooks for it | card: button"
" Reconnect", within)
# On a phone only: test_log_looks presses it.
on(LOG, "O", "card: button Fix…", within)
on(LOG, "S", "card: button More", within)
on(LOG, "SO", "card: link How to fix this", go("css=.rac-help"))
on(LOG, "SO", "card: link Choose *", go("css=h1"))
on(LOG, "O", "card: link Keep QuickBooks' for * | card: link Send # as new… | card: link Send ours for * | card: link Void # here too… | card: link They are the same… | card: link Record both…", go("css=h1"), each=True)
on(LOG, "SO", "card: link Map the rate", go("Default for unmapped"))
on(LOG, "SO", "card: link Open invoice | card: link Open customer", go("css=form"), each=True)
on(LOG, "SO", "page: link Show all causes | page: link Show everything", go(LIST), each=True)
on(LOG, "SO", "page: link # | page: link Show all", go(LIST))

# --- every list, again
on(LISTS, "FDSO", "page: link Filters", opens("css=#changelist-filter"), once="SO")
on(LISTS, "O", "filter: link *", fetch(), each=True)
on(LISTS, "FDS", "filter: link *", fetch(), once="SO")
on(LISTS, "FDSO", "filter: choice *", flow.chosen_filter, each=True)
on(LISTS, "FDSO", "filter: text From | filter: text To", flow.between_days, once="SO")
on(LISTS, "FDSO", "filter: button Apply Filters", go(), once="SO")
on(LISTS, "FDSO", "calendar: *", flow.calendars, once="SO")
on(LISTS, "O", "column: link *", fetch("result_list"), each=True)
on(LISTS, "FDS", "column: link *", fetch("result_list"), once="SO")
on(LISTS, "FDSO", "page: link # | page: link Show all", go(LIST), each=True, once="SO")
on(LISTS, "FDSO", "page: link Show all *", go(), once="SO")
on(LISTS, "FDO", "page: link Select all # * | page: link Clear selection", flow.all_across)
on(LISTS, "FDSO", "top: link Show all", fetch(), once="SO")
on(LISTS, "FDSO", "page: link Add *", go("css=button[name=_save]"))
on(LISTS, "FDSO", "top: link Add *", go("css=button[name=_save]"), once="S")
on(LISTS, "FDSO", "row: link *", go())
on("*", "FDSO", "top: link more_horiz", flow.buttons_on_a_phone)
on("*", "FDSO", "top: link History", fetch())

# --- help
on("qbo:help", "FDSO", "page: button On this page", opens("css=.rac-contents a"))
on("qbo:help", "SO", "page: link Settings → QuickBooks → * | page: link Open *", fetch(), each=True)
on("qbo:help", "FDSO", "page: link *", go())

# --- one event
on(EVENT, "SO", "top: link Sync log", go(LIST))
on(EVENT, "SO", "page: link How to fix this", go("css=.rac-help"))
on(EVENT, "SO", "page: link Settings → QuickBooks → *", fetch(), each=True)
on(EVENT, "O", "page: link Open*in QuickBooks", away("/app/"), each=True)
on(EVENT, "O", "page: link Open invoice | page: link Open customer | page: link Open item | page: link Open Items |"
" page: link Map the rate | page: link Choose *", go(), each=True)
on(EVENT, "O", "page: link Post to current period…", go("to the current period?"))
on(EVENT, "O", "page: link Escalate", go("Escalate to Run a Call support"))
ESCALATE = "admin:sync_syncevent_escalate"
on(ESCALATE, "O", "top: link *", fetch(), each=True)
on(ESCALATE, "O", "page: link @ | page: link Write the e-mail", away("mailto:admin@runacall.com"), each=True)
on(ESCALATE, "O", "page: button Copy", opens("Copied"))
on(ESCALATE, "O", "page: link Support bundle", gets("PK"))
on(ESCALATE, "O", "page: link Back", go())

# --- the settings of QuickBooks
on("qbo:status", "SO", "page: link #*", go(), each=True)
on("qbo:status", "SO", "page: link History of all settings", go("Who changed which setting"))
on("qbo:history", "SO", "page: link *", go("Who changed which setting"), each=True)
on("qbo:*", "O", "page: button History of this page", opens("All changes of this page"))
on("qbo:*", "O", "page: link All changes of this page", go("Who changed which setting"))
on("qbo:status", "SO", "page: button Copy", opens("Copied"))
on("qbo:status", "O", "page: link Disconnect", go("css=h1"))
on("qbo:disconnect", "O", "page: link Cancel", go("Lists read from QuickBooks"))
on("qbo:disconnect", "O", "top: link Status", go("Lists read from QuickBooks"))
on("qbo:*", "O", "page: link Show", go(LIST))
on("qbo:*", "O", "page: link Retry them | page: link Retry it", go("event"))
# Pressed by test_fixing.
on("qbo:*", "O", "page: button Send #", within)
on("qbo:*", "S", "page: link Show", go(LIST))
for name in ("qbo:tax", "qbo:items", "qbo:invoices", "qbo:payments", "qbo:status", "sync:products"):
    on(name, "O", "page: button Refresh", does("Read from QuickBooks just now"))
# While everything still fails: after the settings are saved there is less to retry.
on("admin:sync_syncevent_retry_all", "O", "page: button Retry #", does("Retried"))
TAX: Fields = {"page: choice QuickBooks tax code of Combined #": "California (8 %)", "page: choice QuickBooks tax"
" code of California #": "California (8 %)", "page: choice Default for unmapped": "California (8 %)"}
on("qbo:tax", "O", f"page: button Save | {' | '.join(TAX)}", saves("Saved.", TAX, button="page: button Save"))
ITEMS: Fields = {"page: tick Auto-create missing QBO"
" products": True, "page: choice Default income account": "Sales of Product Income", "page: choice Product for"
" one-off lines": "Services", "page: choice Discount account": "Discounts given", "page: choice Repairs": "Services", "page: choice Items without a category": "Services"}
on("qbo:items", "O", f"page: button Save | {' | '.join(ITEMS)}", saves("Saved.", ITEMS, button="page: button Save"))
on("qbo:invoices", "O", "page: button Save | page: tick * | page: radio *", flow.invoice_settings)
on("qbo:invoices", "O", "page: button Turn on* | page: link Leave it off", within)
MONEY: Fields = {"page: tick Sync payments": True, "page: choice Undeposited Funds account": "Undeposited Funds",
    "page: choice Product for tips": "Hours", "page: choice Product for card fees": "Hours",
    **{f"page: choice Method of {one} payments": "No method" for one in ("Card", "ACH", "Cash", "Check", "Other")},
    **{f"page: choice Account of {one} payments": "Undeposited Funds" for one in ("Card", "ACH", "Cash", "Check", "Other")}}
on("qbo:payments", "O", f"page: button Save | {' | '.join(MONEY)}", saves("Saved.", MONEY, button="page: button Save"))
on("qbo:payments", "O", "page: button Send # earlier payment*", does("Payment"))
for name in ("tax", "items", "invoices", "payments"):
    on(f"qbo:{name}", "S", "page: choice * | page: tick * | page: radio *", within)

on("*", "SO", "page: button Copied", within)

# --- a month, here and there
on("sync:tie_outs", "O", "page: button Compare with QuickBooks | page: choice Month", does("Fingerprint"))
on("sync:tie_outs", "SO", "page: link *", go("css=#tie-out"))
on("sync:tie_out", "SO", "page: link Download CSV", gets("\ufeffTie-out"))
on("sync:tie_out", "SO", "page: link Open in QuickBooks", away("/app/"))
on("sync:tie_out", "SO", "page: link *", go())

# --- what people are told
TOLD: Fields = {"page: tick An e-mail when something new needs a person": False, "page: tick A summary each morning": True}
on("sync:notifications", "O", f"page: button Save | {' | '.join(TOLD)}", saves("Saved.", TOLD, button="page: button Save"))
on("sync:notifications", "O", "page: button For a day | page: button For a week", does("No e-mails until then"))
on("sync:notifications", "O", "page: button End snooze", does("E-mails are on again"))
on("sync:notifications", "O", "page: link *", go("Stop these e-mails"), each=True)
on("sync:letter", "O", "page: link *", go(), once="O")

# --- what is which in QuickBooks
on("sync:customers", "SO", "page: link # failed event*", go(LIST))
on("sync:customers", "O", "page: button Search QuickBooks for # customer* | page: button Search QuickBooks again", go("Searched for customers"))
for matches, found in (("sync:customers", "Tremont Diner"), ("sync:products", "Labor")):
    on(matches, "SO", "page: link All # | page: link Matched # | page: link Created by Run a Call # | page: link Needs a choice # |"
    " page: link Not matched # | page: link Price differs #", go("css=[aria-current]"), each=True)
    on(matches, "SO", "page: text Search your * | page: button Search | page: link Clear the search", flow.searches_matches(found))
    on(matches, "SO", "page: link *", go("A choice sends nothing"))
on("sync:customer", "SO", "page: link Show", go(LIST))
on("sync:customer", "O", "page: link Retry it | page: link Retry them", go("css=h1"))
on("sync:*", "SO", "page: link Open in QuickBooks | page: link Id #", away("/app/"), each=True)
for match in ("sync:customer", "sync:product"):
    on(match, "SO", "page: text Search QuickBooks | page: button Search QuickBooks", typed("zzz", "Nothing found in QuickBooks"))
    on(match, "SO", "page: link *", go("css=form"))
on("sync:*", "O", "page: button Unlink", does("Unlinked. Nothing was changed in QuickBooks."))
# At once: the next invoice that a worker sends matches it again.
on("sync:*", "O", "page: button Create it in QuickBooks", does("Saved: it will be created in QuickBooks"))
on("sync:*", "O", "page: button Not this one", does("Saved: it is not that one."))
on("sync:*", "O", "page: button This one", does("Matched. Nothing was sent."))
on("sync:*", "O", "page: button Undo", does("Undone."))

# --- the records
ADDRESSES = {
    f"page: text {name}": value
    for name, value in (
        ("Billing address", "12 Lake Rd"), ("billing_line#", "Rear"), ("billing_city", "Mentor"),
        ("billing_state", "OH"), ("billing_postal_code", "44060"), ("billing_country", "US"),
        ("Service address", "14 Lake Rd"), ("service_line#", "Barn"), ("service_city", "Euclid"),
        ("service_state", "OH"), ("service_postal_code", "44123"), ("service_country", "US"),
    )
}
ADDRESS_TABS = "page: link Billing address | page: link Service address"
CUSTOMER: Fields = {
    "page: text Name": "Wanda Jefferson", "page: text"
    " Company": "Jefferson & Sons", "page: text E-mail": "wanda@example.com",
    "page: text Phone": "216-555-0199", "page: text Terms": "Net 30", "page: tick Tax exempt": True, **ADDRESSES,
}
INVOICE: Fields = {
    "page: choice Customer": "M. Okafor", "page: text Invoice date": "2026-11-02", "page: text Due date": "2026-12-02",
    "page: text Terms": "Net 30", "page: text Discount": "5", "page: text Discount name": "Neighbor",
    "page: choice Item": "Labor", "page: text Description": "Two visits", "page: text Quantity": "2",
    "page: text Rate": "150", "page: choice Tax rates": "California 8",
    "page: text Customer note": "Thank you", "page: text Internal note": "Gate code 12", **ADDRESSES,
}
LINE = "page: link Add a line"
form("admin:invoices_customer_add", "FDO", ADDED, CUSTOMER, also=ADDRESS_TABS)
form("admin:invoices_customer_change", "FDO", CHANGED, {**CUSTOMER, "page: text"
" Phone": "216-555-0177"}, also=ADDRESS_TABS)
on("admin:invoices_customer_change", "FDSO", "page: link # invoice*", go(LIST))
for who in "FDO":
    form("admin:invoices_invoice_add", who, ADDED, {**INVOICE, "page: text Number": f"{who}-1"}, also=f"{LINE} |"
    f" page: button Remove this line | page: link Notes | {ADDRESS_TABS}", first=LINE)
form("admin:invoices_invoice_change", "FDO", CHANGED, INVOICE, also=f"page: link Notes | {ADDRESS_TABS}")
on("admin:invoices_invoice_change", "FDO", f"page: tick Remove this line | page: button Remove this line | {LINE}", flow.replaces_a_line)
on("admin:auth_user_change", "S", "page: link Add another group | page: button"
" more_vert", flow.another_made_in_a_window)
on("admin:*", "FDO", "page: link Add another * | page: link Change selected * | page: link View selected * | page:"
" link Delete selected * | page: button more_vert", flow.another_made_in_a_window)
on("admin:*", "FDSO", "calendar: *", flow.calendars, once="SO")
CATEGORY: Fields = {"page: text Name": "Permits", "page: text Sort order": "7"}
form("admin:invoices_pricebookcategory_add", "O", ADDED, CATEGORY)
form("admin:invoices_pricebookcategory_change", "O", CHANGED, {**CATEGORY, "page: text Name": "Repairs and more"})
ITEM: Fields = {
    "page: text Name": "Heat pump", "page: choice Category": "Repairs", "page: text"
    " Description": "Three tons", "page: choice Type": "Part",
    "page: text Unit"
    " price": "4200", "page: tick Taxable": True, "page: text Unit cost": "2100", "page: tick Active": True,
}
form("admin:invoices_pricebookitem_add", "O", ADDED, ITEM)
form("admin:invoices_pricebookitem_change", "O", CHANGED, {**ITEM, "page: text Name": "Heat pump, large", "page:"
" choice Type": "Labor"})
RATE: Fields = {"page: text Name": "Ohio 7", "page: text"
" Percent": "7", "page: tick Default": False, "page: tick Active": True}
form("admin:invoices_taxrate_add", "O", ADDED, RATE)
form("admin:invoices_taxrate_change", "O", CHANGED, {**RATE, "page: text Name": "Ohio 6", "page: text Percent": "6"})
on("admin:invoices_pricebookcategory_change", "O", "page: link Delete *", flow.deletes, latest=True)

# --- failed events, one by one and many
INVOICE_PAGE = "admin:invoices_invoice_change"
on(EVENT, "O", "page: button Keep QuickBooks*", does("Kept QuickBooks"))
on(EVENT, "O", "page: button Send ours*", does("Sending our version of"))
on(EVENT, "O", "page: button Void it here too", does("Voided here too"))
on(EVENT, "O", "page: button Send it again as a new invoice", does("Sending again as new"))
on(EVENT, "O", "page: button Dismiss | page: text Reason | page: button"
" Dismiss…", does("Dismissed 1 event", {"page: text Reason": "entered by hand"}))
on(EVENT, "O", "page: button Take back", does("Took back 1 event"))
on(EVENT, "O", "page: button Hold until the closing date moves", does("Held 1 event", comes_back=True))
on(EVENT, "O", "page: button Release: try again now", does("Released 1 event"))
on(INVOICE_PAGE, "O", "page: button Hold until the closing date moves", does("Held 1 event"))
on(INVOICE_PAGE, "O", "page: button Release: try again now", does("Released 1 event"))
on(INVOICE_PAGE, "O", "page: button Retry sync", does("Retried 1 event"))
# Pressed on the event's own page, and by test_from_quickbooks.
on(INVOICE_PAGE, "O", "page: button Keep QuickBooks' | page: button Send ours | page: button Void it here too | page: button Send it again as a new invoice", within)
on(EVENT, "O", "page: button Retry single event", does("Retried 1 event"))
on(LOG, "SO", "row: button Details of * | opened: *", flow.opens_a_row)
on(LOG, "O", "column: tick * | row: tick * | page: button Retry | page: button Dismiss… | page: button Keep QuickBooks'… | page: button Send ours… | page: button Void here too… | page: button Send again as new invoices… | page: button They are the same… | page: button Record both… | page: button Post to current period… | page: button Hold… | page: button Ask the accountant… | page: button Release… | page: button Select all * |"
" page: button Clear selection", flow.log_selection)
on(LOG, "O", "card: link Hold #…", go("until the closing date moves?"))
# --- the accountant: her own page is another browser's, in test_closed_period
on(LOG, "O", "card: link Ask the accountant…", go("Ask the accountant about"))
on(EVENT, "O", "page: link Ask the accountant…", go("Ask the accountant about"))
on(INVOICE_PAGE, "O", "page: link Ask the accountant…", go("Ask the accountant about"))
on("admin:sync_syncevent_ask_accountant_all", "O", "page: button Make the link | page: text Name of the accountant* | page: text A word to the accountant*",
   does("Question to Jane Roe", {"page: text Name of the accountant": "Jane Roe", "page: text A word to the accountant (optional)": "Done in May"}))
on("*", "SO", "page: link Show the question", go("Question to"))
# --- the log by keyboard (test_log_keys), and a row that explains
on(LOG, "SO", "page: button Keyboard shortcuts", opens("Next and previous event"))
on(LOG, "SO", "dialog: button Close | dialog: tick Use single-key* | page: button Close | page: tick Use single-key*", within)
on(EVENT, "SO", "page: button Payload, ids and attempts", opens("Realm ID"))
# Which event comes first, and so whether support meets one that is in QuickBooks, depends on the cluster.
on(EVENT, "SO", "page: button Copy the * | page: link Open*in QuickBooks", within)
on(INVOICE_PAGE, "SO", "page: button History*", opens("css=.rac-steps"))
# --- before it fails
on(LOG, "SO", "page: link What would fail now?", go("QuickBooks was not asked"))
on("sync:would_fail", "SO", "top: link Sync log", go(LIST))
on("sync:would_fail", "SO", "page: link How to fix this", go("css=.rac-help"))
on("sync:would_fail", "SO", "page: link Open*in QuickBooks", away("/app/"), each=True)
on("sync:would_fail", "SO", "page: link *", fetch(), each=True)
# The same controls as in the cards. Pressed by test_preflight, each with what came of it.
FIXES = " | ".join(f"page: choice {one}*" for one in (
    "QuickBooks tax code", "Product or service in QuickBooks", "Product for one-off lines", "Income account", "Customer in QuickBooks", "Invoice number", "Date in the books"))
for name, who in (("sync:would_fail", "SO"), (INVOICE_PAGE, "O")):
    on(name, who, f"{FIXES} | page: text Date in the books | page: button # more to choose from | page: button Search QuickBooks for it", within)
    on(name, "O", "page: button Save choice", within)
    on(name, "O", "page: button * and send # | page: button Send # | page: button Undo", within)
on(INVOICE_PAGE, "SO", "page: button What will be posted", opens("It gets:"))
# Of what failed, and of what stands in the way of a draft.
on(INVOICE_PAGE, "SO", "page: link How to fix this", go("css=.rac-help"))
QUESTION = "sync:question"
on(QUESTION, "SO", "top: link Sync log | page: link sync log", go(LIST))
on(QUESTION, "SO", "row: link * | page: link Invoice *", go("What happened"))
on(QUESTION, "O", "page: button Copy the link", opens("Copied"))
on(QUESTION, "O", "page: link Write the e-mail", away("mailto:"))
on(QUESTION, "O", "page: button Revoke the link", does("no longer works"))
on("admin:sync_syncevent_*_all", "O", "page: link Cancel", go())
# Pressed with one row ticked, in `log_selection`. An undo is in time only until the worker has sent: test_posting_dates.
on("admin:sync_syncevent_*_all", "O", "page: button Keep QuickBooks' for # | page: button Send ours for # | page: button Void # here too |"
" page: button Send # as new | page: button The same: # | page: button Record both for # | page: button Dismiss # | page: text Reason | page: button Undo for #", within)
on("admin:sync_syncevent_hold_all", "O", "page: button Hold #", does("Held"))
on("admin:sync_syncevent_post_to_current_period_all", "O", "page: button Post # to"
" today", does("Posted to the current period"))
on(LOG, "O", "card: link Retry #", go("css=h1"))

# --- sending, paying, voiding, deleting
PAYMENT: Fields = {
    "dialog: text Amount": "10", "dialog: choice Method": "Cash", "dialog: text Date received": "2026-11-20",
    "dialog: text Reference": "77", "dialog: text Memo": "at the door",
    "dialog: tick Keep what is more than the balance as the customer's credit": False,
}
on("admin:invoices_invoice_delete", "O", "page: button Yes, I’m sure", does("was deleted successfully"))
on(INVOICE_PAGE, "FDO", "top: link Send | dialog: button Send", asks("Sent.", button="Send"))
on(INVOICE_PAGE, "DO", "top: link Record payment | dialog: button Record payment |"
f" {' | '.join(PAYMENT)}", asks("Payment of $10.00 recorded.", PAYMENT, button="Record payment"))
form("admin:invoices_payment_change", "DO", CHANGED, {"page: choice Method": "Cash", "page: text Date received": "2026-11-21",
    "page: text Reference": "78", "page: text Memo": "corrected"})
on("admin:invoices_payment_change", "O", "page: button Save", does(CHANGED))
on("admin:invoices_payment_changelist", "DO", "top: link Receive payment", go("Show open invoices"))
on("admin:invoices_customer_change", "DO", "top: link Receive payment", go("Amount received"))
on("admin:invoices_payment_change", "DO", "top: link Change what it pays", go("Amount received"))
RECEIVED = "page: button Oldest first | page: choice Method | page: text Amount received | page: text Date received | page:" \
    " text Reference | page: text Memo | page: tick Keep the rest* | page: tick #* | page: text Pays of*"
on("admin:invoices_payment_receive_payment", "DO", "page: button Show open invoices | page: choice Customer | page: button Record payment"
f" | {RECEIVED}", flow.receives_a_payment)
on("admin:invoices_payment_receive_payment", "DO", "page: link Cancel", go(LIST))
on("admin:invoices_payment_change_invoices", "DO", f"page: link Cancel | page: button Save | {RECEIVED}", flow.changes_what_a_payment_pays)
on("admin:invoices_payment_change", "O", "top: link Void payment | dialog: button Void payment", asks("voided.", button="Void payment"))
on(INVOICE_PAGE, "O", "top: link Void invoice | dialog: button Void invoice | dialog: choice Reason | dialog: text"
" Note", asks("Voided: Duplicate:"
" twice.", {"dialog: choice Reason": "Duplicate", "dialog: text Note": "twice"}, button="Void invoice"))
on("*", "FDO", "dialog: button Close | dialog: link Cancel", within)
on("admin:invoices_invoice_changelist", "FDO", "page: button Run | page: choice Select action to run | column: tick *"
" | row: tick *", flow.bulk("Send selected drafts", "1 invoice"))
on(INVOICE_PAGE, "SO", "page: link Open*in QuickBooks", away("/app/"), each=True)
on(INVOICE_PAGE, "SO", "page: link Details", go("What happened"))
on(INVOICE_PAGE, "O", "page: link Map the rate", go("Default for unmapped"))
on(INVOICE_PAGE, "O", "page: link Settings → QuickBooks → *", fetch(), each=True)
on(INVOICE_PAGE, "O", "page: link Post to current period… | page: link Jefferson*", go("css=h1"), each=True)
on("admin:*_delete", "SO", "page: link No, take me back", go(), once="SO")
on("admin:*_delete", "SO", "page: link *", fetch())
on(INVOICE_PAGE, "DSO", "page: link M. Okafor | page: link Labor", fetch(), each=True)
on("admin:invoices_payment_change", "DSO", "page: link Invoice #*", go("css=#sums"))
on("admin:invoices_payment_change", "DSO", "page: link M. Okafor", fetch())


# --- people
PERSON: Fields = {"page: text E-mail": "nina@example.com", "page: choice Role": "Dispatcher"}
on("admin:accounts_invitation_add", "O", f"page: button Save | {' | '.join(PERSON)}", does("An e-mail with a link"
" went to nina@example.com.", PERSON))
on("admin:accounts_invitation_change", "O", "page: button Copy", opens("Copied"))
on("admin:accounts_invitation_change", "O", "top: link Send again | dialog: button Send"
" again", asks("An e-mail with a link went to", button="Send again"))
on("admin:accounts_invitation_change", "O", "top: link Revoke | dialog: button"
" Revoke", asks("is revoked", button="Revoke"))
form("admin:organizations_membership_change", "O", CHANGED, {"page: choice Role": "Owner"})
form("admin:organizations_organization_change", "O", CHANGED, {"page: text Name": "Buckeye Heating", "page: text Time"
" zone": "America/New_York", "page: text Country": "US"})
on("admin:organizations_membership_changelist", "O", "top: link Invite a person", go("E-mail"))

# --- our support
SHOPS = "sync:shops"
on(SHOPS, "S", "page: link Need* help* | page: link All shops*", go("css=[aria-current]"), each=True)
on(SHOPS, "S", "page: text Search shop, * | page: button Search", typed("buckeye", "buckeye"))
on(SHOPS, "S", "page: button Open *", flow.opens_another_shop)
on(INVOICE_PAGE, "S", f"page: link Notes | {ADDRESS_TABS}", opens("css=#invoice_form"), each=True)
on("admin:invoices_customer_change", "S", ADDRESS_TABS, opens("css=#customer_form"), each=True)
NEW: Fields = {"page: text Username": "new@example.com", "page: text Password": "a long walk home 17", "page: text"
" Password confirmation": "a long walk home 17"}
on("admin:auth_user_add", "S", "page: button Save | page: radio Enabled | page: radio Disabled |"
f" {' | '.join(NEW)}", does(ADDED, NEW))
USER: Fields = {
    "page: text Username": "dispatcher@example.com", "page: text First name": "Nina", "page: text Last name": "Park", "page: text E-mail": "nina@example.com",
    "page: tick Active": True, "page: tick Staff status": True, "page: tick Superuser status": False,
}
form("admin:auth_user_change", "S", CHANGED, USER)
on("admin:auth_*", "S", "page: text *ilter* | page: choice * | page: button Choose * | page: button Remove"
" *", flow.given_permissions)
form("admin:auth_group_add", "S", ADDED, {"page: text Name": "Readers"})
on("admin:auth_user_change", "S", "page: text last_login_# | page: text date_joined_#", within)
form("admin:auth_group_change", "S", CHANGED, {"page: text Name": "Readers"})
on("admin:auth_user_change", "S", "page: link this form", go(DOOR))
on("admin:auth_user_password_change", "S", "page: button Change password | page: text Password | page: text Password"
" confirmation", does("Password changed", {"page: text Password": "a long walk home 18", "page: text Password"
" confirmation": "a long walk home 18"}))
on("admin:auth_user_password_change", "S", "page: text username", within)
on("admin:auth_*_change", "S", "page: link Delete *", go("css=h1"))

# --- every form
on("admin:*_add", "FDSO", "page: button Save", does(WRONG))
on("admin:*_add", "FDSO", "page: button Save and *", does(WRONG), once="SO")
on("admin:*_change", "FDO", "page: text Number", within)
on("admin:*_change", "FDSO", "page: button Save", does(CHANGED))
on("admin:*_change", "FDSO", "page: button Save and add another", does(CHANGED), once="SO")
on("admin:*_change", "FDSO", "page: link Close", go(LIST), once="SO")
on("admin:*_change", "O", "page: link Delete *", go("css=h1"))
on("*", "FDSO", "top: link *", fetch())
on("admin:*_delete", "O", "page: button Yes, I’m sure", does("was deleted successfully"))
on("admin:invoices_pricebookcategory_changelist", "O", "page: button Run | page: choice Select action to run |"
" column: tick * | row: tick *", flow.bulk("Delete selected pricebook categories", "Are you sure"))

# --- log-ins and groups of our support, when all else was done with them
on("admin:auth_group_delete", "S", "page: button Yes, I’m sure", does("was deleted successfully"))
for listed, gone in (("user", "dispatcher@example.com"), ("group", "")):
    on(f"admin:auth_{listed}_changelist", "S", "page: button Run | page: choice Select action to run | column: tick * | row: tick"
    " *", flow.bulk("Delete selected", "Are you sure", row=gone))

# --- connecting, last: another company, and none
on("qbo:status", "O", "page: button Hide this", flow.hides)
on("qbo:status", "O", "page: button Send # earlier invoice*", does("earlier invoice"))
on("qbo:disconnect", "O", "page: button Confirm", does("Disconnected."))
on("qbo:status", "O", "page: button Connect QuickBooks Online", flow.connects)
on("qbo:status", "O", "page: button Reconnect", flow.connects)
on("*", "O", "menu: button Switch | menu: choice Organization", flow.switches_organization)

# --- one's own password
PASSWORDS: Fields = {f"page: text {name}": "not this one" for name in ("Old password", "New password", "New password"
" confirmation")}
on("admin:password_change", "FDSO", "page: button Change the password |"
f" {' | '.join(PASSWORDS)}", does("Please correct the error", PASSWORDS))

# --- the way out, and the pages before one has signed in
on("*", "FDSO", "menu: button Log out", does("Log in again"))
on("admin:logout", "FDSO", "page: link Log in again | page: link Return to site", go(DOOR))
on("admin:login", "FDSO", "page: text E-mail | page: text Password | page: button Log in", within)
on("admin:login", "FDSO", "page: link Forgotten*", go("Send the link"))
on("admin_password_reset", "FDSO", "page: button Send the link | page: text"
" E-mail", does("If there is a log-in for that address", {"page: text E-mail": "nobody@example.com"}))
on("*", "FDSO", "page: link Back to the log-in | page: link Return to site", go(DOOR))
on("*", "FDSO", "page: link computer | page: link *_mode | page: link Light | page: link Dark | page: link"
" System", flow.door_themes)
