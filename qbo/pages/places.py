"""The addresses of the pages that the catalogue names, and the text of a button to each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from qbo import catalogue
from qbo.catalogue.entry import PAGE_WORDS, FailureKind
from qbo.connection.connecting import endpoints_of
from qbo.failures import Failure
from qbo.models import Connection
from qbo.pages.help_texts import help_section

SETTINGS = {
    "status": "qbo:status",
    "tax": "qbo:tax",
    "items": "qbo:items",
    "invoices": "qbo:invoices",
    "payments": "qbo:payments",
    "customers": "sync:customers",
    "products": "sync:products",
}
# Pages with one of their own for each record, and what a failure calls such a record.
RECORDS = {"customers": ("customer", "sync:customer"), "products": ("item", "sync:product")}

# The text of the button for a failure that is fixed on that page.
BUTTONS = {
    "tax_code_not_mapped": "Map the rate",
    "tax_agency_gone": "Map the rate",
    "token_expired": "Reconnect",
    "permission_denied": "Reconnect",
    "other_company": "Choose the company",
    "account_inactive": "Choose an account",
    "item_not_found": "Choose the product",
    "item_inactive": "Choose the product",
    "item_ambiguous": "Choose the product",
    "item_is_category": "Choose the product",
    "customer_not_found": "Choose the customer",
    "name_ambiguous": "Choose the customer",
    "name_taken": "Choose the customer",
    "duplicate_doc_number": "Open Invoices settings",
    "payment_method_missing": "Choose the method",
    "deposit_account_inactive": "Choose an account",
    "deposit_account_wrong_type": "Choose an account",
}
GENERAL = {
    "tax": "Open Tax",
    "items": "Open Items",
    "invoices": "Open Invoices settings",
    "payments": "Open Payments settings",
    "status": "Open Status",
    "customers": "Open Customers",
    "products": "Open Products and services",
}


@dataclass(frozen=True)
class Place:
    """A page to go to, and what the button says."""

    label: str
    url: str


def settings_place(failure: Failure) -> Place | None:
    """The settings page that fixes `failure`; None if the remedy is elsewhere."""
    where = failure.facts.get("page") or failure.entry.where
    if where not in SETTINGS:
        return None
    kind, page = RECORDS.get(where, ("", ""))
    if kind and failure.subject.kind == kind and failure.subject.key.isdecimal():
        return Place(BUTTONS.get(failure.code, GENERAL[where]), reverse(page, args=[failure.subject.key]))
    row = f"#id_{failure.facts['row']}" if failure.facts.get("row") else ""
    return Place(BUTTONS.get(failure.code, GENERAL[where]), reverse(SETTINGS[where]) + row)


# The button for the record that is in the way, by its kind in QuickBooks.
OBSTACLES = {
    "Vendor": "Open the vendor in QuickBooks",
    "Employee": "Open the employees in QuickBooks",
    "Customer": "Open the customer in QuickBooks",
    "Invoice": "Open that invoice in QuickBooks",
    "Payment": "Open that payment in QuickBooks",
    "Item": "Open the products in QuickBooks",
    "Account": "Open the accounts in QuickBooks",
}


def obstacle_place(failure: Failure, connection: Connection | None) -> Place | None:
    """Where a person can see in QuickBooks what is in the way; None if the failure names nothing there."""
    entity, qbo_id = failure.facts.get("there_entity", ""), failure.facts.get("there_id", "")
    if connection is None or entity not in OBSTACLES or not qbo_id:
        return None
    return Place(OBSTACLES[entity], endpoints_of(connection).open(entity, qbo_id))


def help_place(code: str) -> Place:
    """The section of the help page that explains a failure."""
    slug, _, anchor = help_section(code).partition("#")
    passes = catalogue.entry(code).kind in (FailureKind.TRANSIENT, FailureKind.WAIT)
    label = "What this means" if passes else "How to fix this"
    return Place(label, f"{reverse('qbo:help', args=[slug])}#{anchor}")


def linked(text: str) -> SafeString:
    """`text` with every "Settings → QuickBooks → …" turned into a link to that page."""
    parts = PATH.split(text)  # each part is escaped below
    return mark_safe("".join(_part(part) for part in parts))


PATH = re.compile("(" + "|".join(re.escape(PAGE_WORDS[name]) for name in SETTINGS) + ")")
NAMES = {PAGE_WORDS[name]: name for name in SETTINGS}


def _part(part: str) -> str:
    if part not in NAMES:
        return str(conditional_escape(part))
    return str(format_html('<a href="{}">{}</a>', reverse(SETTINGS[NAMES[part]]), part))
