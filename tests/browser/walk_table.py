"""Every control of every page: on which page, what it is called there, who has it, and what the walk does with it.

A new control makes `test_every_control` fail with its key; give it a line here. `page` and `control` may hold `*`; of
several lines that fit, the first counts, so what is particular stands above what is general. Who: F field tech,
D dispatcher, S our support, O Owner. Looking comes first for everybody; what changes something, in the order of this
table.
"""

from __future__ import annotations

from tests.browser.walk_acts import (
    Act,
    Fields,
    asks,
    does,
    fetch,
    go,
    opens,
    saves,
    typed,
    within,
)
from tests.browser.walk_flows import (
    all_across,
    another_made_in_a_window,
    between_days,
    bulk,
    buttons_on_a_phone,
    calendars,
    chosen_filter,
    command_palette,
    door_themes,
    given_permissions,
    replaces_a_line,
    sidebar_folds,
    themes,
)
from tests.browser.walker import Line

LINES: list[Line] = []


def on(page: str, who: str, control: str, act: Act, *, each: bool = False) -> None:
    LINES.append(Line(page, tuple(control.split(" | ")), who, act, is_each=each))


def form(page: str, who: str, says: str, fields: Fields, *, also: str = "", first: str = "") -> None:
    """A form of the admin: every field is filled in, saved, and read again; then its two other buttons."""
    controls = ["page: button Save and continue editing", *fields, *also.split(" | ")]
    on(page, who, " | ".join(filter(None, controls)), saves(says, fields, first=first))


on("*", "FDSO", "message: link *", go())

# --- on every page ----------------------------------------------------------------------------------------------

for title, who, says in (
    ("Run a Call", "FDSO", "Pricebook categories"),
    ("home_repair_service", "FDSO", "Pricebook categories"),
    ("Work / Invoices", "FDSO", "css=#result_list"),
    ("Work / Customers", "FDSO", "css=#result_list"),
    ("Work / Pricebook", "FDSO", "css=#result_list"),
    ("Work / Payments", "DSO", "css=#result_list"),
    ("Settings → QuickBooks / Status", "SO", "Lists read from QuickBooks"),
    ("Settings → QuickBooks / Tax", "SO", "Default for unmapped"),
    ("Settings → QuickBooks / Items", "SO", "Default income account"),
    ("Settings → QuickBooks / Products and services", "SO", "Which QuickBooks product or service"),
    ("Settings → QuickBooks / Customers", "SO", "Which QuickBooks customer"),
    ("Settings → QuickBooks / Invoices", "SO", "Sync customer updates"),
    ("Settings → QuickBooks / Sync log*", "SO", "css=#result_list"),
    ("Settings / Organization", "SO", "css=#result_list"),
    ("Settings / Team", "SO", "css=#result_list"),
    ("Settings / Invitations", "SO", "invitation"),
    ("Settings / Sign-ins", "SO", "css=#result_list"),
    ("Settings / Support visits", "SO", "Support visits"),
    ("Help / Getting started", "FDSO", "Check the company"),
    ("Help / Resolving common QuickBooks errors", "FDSO", "Where errors show up"),
    ("Help / Mapping tax rates", "FDSO", "Mapping tax rates"),
    ("View site", "FDSO", "Pricebook categories"),
    ("Change password", "FDSO", "Change your password"),
):
    on("*", who, f"menu: link {title}", go(says))
on("*", "FDSO", "menu: button *@*", opens("Log out"))
on("*", "FDSO", "menu: link Light | menu: link Dark | menu: link System", themes)
on("*", "FDSO", "top: button dock_to_right | menu: button close", sidebar_folds)
on("*", "FDSO", "palette: text Type to search | palette: button *", command_palette)
on("*", "O", "banner: link Open the sync log", go("QBO sync errors need attention"))

# --- the home page ----------------------------------------------------------------------------------------------

on("admin:index", "FDSO", "page: link Pricebook categories", go("css=#result_list"))
on("admin:index", "FDSO", "page: link Tax rates", go("css=#result_list"))
on("admin:index", "S", "page: link Users | page: link Groups", go("Authentication"), each=True)
on("admin:index", "FDSO", "page: link Work", go("Pricebook categories"))
on("admin:index", "FDSO", "page: link *", fetch(), each=True)
on("admin:app_list", "FDSO", "page: link *", fetch(), each=True)

# --- every list -------------------------------------------------------------------------------------------------

LISTS = "admin:*_changelist"
for page, who, word, says in (
    ("invoices_invoice", "FDSO", "PAID-1", "#PAID-1"),
    ("invoices_customer", "FDSO", "Okafor", "M. Okafor"),
    ("invoices_pricebookitem", "FDSO", "labor", "Labor"),
    ("invoices_pricebookcategory", "FDSO", "repairs", "Repairs"),
    ("invoices_taxrate", "FDSO", "california", "California 8"),
    ("invoices_payment", "DSO", "PAID", "css=#result_list"),
    ("organizations_membership", "SO", "dispatcher", "dispatcher"),
    ("accounts_invitation", "SO", "nobody", "invitation"),
    ("accounts_signin", "SO", "support", "support@example.com"),
    ("sync_supportlook", "SO", "nothing", "Support visits"),
    ("auth_group", "S", "x", "group"),
    ("auth_user", "S", "support", "support@example.com"),
):
    search = f"page: text {'Number, customer or e-mail' if page == 'invoices_invoice' else 'Type to search'}"
    on(f"admin:{page}_changelist", who, search, typed(word, says))
    on(f"admin:{page}_changelist", who, "page: button search", go())
on(LISTS, "FDSO", "page: link Filters", opens("css=#changelist-filter"))
on(LISTS, "FDSO", "filter: link *", fetch(), each=True)
on(LISTS, "FDSO", "filter: choice *", chosen_filter, each=True)
on(LISTS, "FDSO", "filter: text From | filter: text To", between_days)
on(LISTS, "FDSO", "filter: button Apply Filters", go())
on(LISTS, "FDSO", "calendar: *", calendars)
on(LISTS, "FDSO", "column: link *", fetch("result_list"), each=True)
on(LISTS, "FDSO", "page: link # | page: link Show all", go("css=#result_list"), each=True)
on(LISTS, "FDSO", "page: link Reset filters", go("css=#result_list"))
on(LISTS, "FDO", "page: link Select all # * | page: link Clear selection", all_across)
on(LISTS, "FDSO", "top: link Show all", fetch())
on(LISTS, "FDSO", "page: link Add *", go("css=button[name=_save]"))
on(LISTS, "FDSO", "top: link Add *", go("css=button[name=_save]"))
on("*", "FDSO", "top: link more_horiz", buttons_on_a_phone)
on("*", "FDSO", "top: link History", fetch())
on("admin:invoices_invoice_changelist", "F", "row: link #F-DRAFT", go("Draft"))
on("admin:invoices_invoice_changelist", "D", "row: link #D-DRAFT", go("Draft"))
on("admin:invoices_invoice_changelist", "D", "row: link #D-SENT", go("Sent"))
on("admin:invoices_invoice_changelist", "O", "row: link #O-DRAFT", go("Draft"))
on("admin:invoices_invoice_changelist", "O", "row: link #O-SENT", go("Sent"))
on(LISTS, "FDSO", "row: link *", go())

# --- help -------------------------------------------------------------------------------------------------------

on("qbo:help", "FDSO", "page: button On this page", opens("css=.rac-contents a"))
on("qbo:help", "SO", "page: link Settings → QuickBooks → * | page: link Open *", fetch(), each=True)
on("qbo:help", "FDSO", "page: link *", go())

# --- the records ------------------------------------------------------------------------------------------------

ADDED, CHANGED = "was added successfully", "was changed successfully"
ADDRESSES = {
    f"page: text {name}": value
    for name, value in (
        ("Billing address", "12 Lake Rd"), ("billing_line#", "Rear"), ("billing_city", "Mentor"),
        ("billing_state", "OH"), ("billing_postal_code", "44060"), ("billing_country", "US"),
        ("Service address", "14 Lake Rd"), ("service_line#", "Barn"), ("service_city", "Euclid"),
        ("service_state", "OH"), ("service_postal_code", "44123"), ("service_country", "US"),
    )
}  # fmt: skip
TABS = "page: link Notes | page: link Billing address | page: link Service address"
CUSTOMER: Fields = {
    "page: text Name": "Wanda Jefferson", "page: text Company": "Jefferson & Sons",
    "page: text Email": "wanda@example.com", "page: text Phone": "216-555-0199", "page: text Terms": "Net 30",
    "page: tick Tax exempt": True, **ADDRESSES,
}  # fmt: skip
ADDRESS_TABS = "page: link Billing address | page: link Service address"
form("admin:invoices_customer_add", "FDO", ADDED, CUSTOMER, also=ADDRESS_TABS)
form(
    "admin:invoices_customer_change",
    "FDO",
    CHANGED,
    {**CUSTOMER, "page: text Phone": "216-555-0177"},
    also=ADDRESS_TABS,
)
on("admin:invoices_customer_change", "FDSO", "page: link # invoice*", go("css=#result_list"))
INVOICE: Fields = {
    "page: choice Customer": "M. Okafor", "page: text Invoice date": "2026-11-02", "page: text Due date": "2026-12-02",
    "page: text Terms": "Net 30", "page: text Discount": "5", "page: text Discount name": "Neighbor",
    "page: choice lines-#-item": "Labor", "page: text lines-#-description": "Two visits",
    "page: text lines-#-quantity": "2", "page: text lines-#-unit_price": "150",
    "page: choice lines-#-tax_rates": "California 8", "page: text Customer note": "Thank you",
    "page: text Internal note": "Gate code 12", **ADDRESSES,
}  # fmt: skip
form(
    "admin:invoices_invoice_add",
    "F",
    ADDED,
    {**INVOICE, "page: text Number": "F-1"},
    also=f"page: link Add another Line | {TABS}",
    first="page: link Add another Line",
)
form(
    "admin:invoices_invoice_add",
    "D",
    ADDED,
    {**INVOICE, "page: text Number": "D-1"},
    also=f"page: link Add another Line | {TABS}",
    first="page: link Add another Line",
)
form(
    "admin:invoices_invoice_add",
    "O",
    ADDED,
    {**INVOICE, "page: text Number": "O-1"},
    also=f"page: link Add another Line | {TABS}",
    first="page: link Add another Line",
)
form("admin:invoices_invoice_change", "FDO", CHANGED, INVOICE, also=TABS)
on("admin:invoices_invoice_change", "FDO", "page: tick lines-#-DELETE | page: link Add another Line", replaces_a_line)
on(
    "admin:*",
    "FDO",
    "page: link Add another * | page: link Change selected * | page: link View selected * | page: button more_vert",
    another_made_in_a_window,
)
on("admin:*", "FDO", "calendar: *", calendars)

# --- sending, paying, voiding -----------------------------------------------------------------------------------

on("admin:invoices_invoice_change", "FDO", "top: link Send | dialog: button Send", asks("Sent.", button="Send"))
on("*", "FDO", "dialog: button close | dialog: link Cancel", within)
on(
    "admin:invoices_invoice_changelist",
    "FDO",
    "column: tick * | page: choice Select action to run | page: button Run | row: tick *",
    bulk("Send selected drafts", "1 invoice"),
)

PAYMENT: Fields = {
    "dialog: text Amount": "10", "dialog: choice Method": "Cash", "dialog: text Date received": "2026-11-20",
    "dialog: text Reference": "77", "dialog: text Memo": "at the door",
}  # fmt: skip
on(
    "admin:invoices_invoice_change",
    "DO",
    f"top: link Record payment | dialog: button Record payment | {' | '.join(PAYMENT)}",
    asks("Payment of $10.00 recorded.", PAYMENT, button="Record payment"),
)
on(
    "admin:invoices_invoice_change",
    "O",
    "top: link Void invoice | dialog: button Void invoice | dialog: choice Reason | dialog: text Note",
    asks(
        "Voided: Duplicate: twice.",
        {"dialog: choice Reason": "Duplicate", "dialog: text Note": "twice"},
        button="Void invoice",
    ),
)
on("admin:invoices_payment_change", "DSO", "page: link Invoice #*", go("css=#sums"))

# --- our support ------------------------------------------------------------------------------------------------

on(
    "admin:invoices_invoice_change",
    "S",
    "page: link Notes | page: link Billing address | page: link Service address",
    opens("css=#invoice_form"),
    each=True,
)
on(
    "admin:invoices_customer_change",
    "S",
    "page: link Billing address | page: link Service address",
    opens("css=#customer_form"),
    each=True,
)
on("admin:invoices_invoice_change", "S", "page: link Details", go("Realm ID"))
on("admin:invoices_invoice_change", "DSO", "page: link M. Okafor | page: link Labor", fetch(), each=True)
on("admin:sync_supportlook_change", "S", "page: link *@*", fetch())
form(
    "admin:auth_user_add",
    "S",
    ADDED,
    {
        "page: text Username": "new@example.com",
        "page: text Password": "a long walk home 17",
        "page: text Password confirmation": "a long walk home 17",
    },
)
PERSON: Fields = {
    "page: text First name": "Nina",
    "page: text Last name": "Park",
    "page: text Email address": "nina@example.com",
    "page: tick Active": True,
    "page: tick Staff status": True,
    "page: tick Superuser status": False,
}
form("admin:auth_user_change", "S", CHANGED, PERSON)
on(
    "admin:auth_*",
    "S",
    "page: text *_filter | page: text Filter | page: choice * | page: button Choose * | page: button Remove *",
    given_permissions,
)
form("admin:auth_group_add", "S", ADDED, {"page: text Name": "Readers"})
on("admin:auth_user_change", "S", "page: link this form", go("css=input[type=password]"))

# --- every form -------------------------------------------------------------------------------------------------

on("admin:*_add", "FDSO", "page: button Save", does("Please correct the error"))
on("admin:*_add", "FDSO", "page: button Save and add another", does("Please correct the error"))
on("admin:*_change", "FDO", "page: text Number", within)
on("admin:*_change", "FDSO", "page: button Save", does(CHANGED))
on("admin:*_change", "FDSO", "page: button Save and add another", does(CHANGED))
on("admin:*_change", "FDS", "page: link Close", go("css=#result_list"))
on("*", "FDSO", "top: link *", fetch())

# --- one's own password -----------------------------------------------------------------------------------------

on(
    "admin:password_change",
    "FDSO",
    "page: button Change the password | page: text Old password | page: text New password"
    " | page: text New password confirmation",
    does(
        "Please correct the error",
        {
            "page: text Old password": "not this one",
            "page: text New password": "short",
            "page: text New password confirmation": "short",
        },
    ),
)

# --- the way out ------------------------------------------------------------------------------------------------

on("*", "FDSO", "menu: button Log out", does("Log in again"))
on("admin:logout", "FDSO", "page: link Log in again | page: link Return to site", go("css=input[name=password]"))
# The walk has come in by these.
on("admin:login", "FDSO", "page: text E-mail | page: text Password | page: button Log in", within)
on("admin:login", "FDSO", "page: link Forgotten*", go("Send the link"))
on(
    "admin_password_reset",
    "FDSO",
    "page: button Send the link | page: text E-mail",
    does("If there is a log-in for that address", {"page: text E-mail": "nobody@example.com"}),
)
on("*", "FDSO", "page: link Back to the log-in | page: link Return to site", go("css=input[name=password]"))
on(
    "*",
    "FDSO",
    "page: link computer | page: link *_mode | page: link Light | page: link Dark | page: link System",
    door_themes,
)
