"""Every place where Intuit's behavior is not certain, with our default and the reason; pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Switch:
    default: Any
    choices: tuple[Any, ...]  # empty: any value of the default's type
    meaning: str


SWITCHES: dict[str, Switch] = {
    # references
    "inactive_reference": Switch(
        "610-generic",
        ("610-generic", "2500-generic", "specific"),
        "Fault for what is inactive. Recorded answers carry the generic words under both codes.",
    ),
    "missing_reference": Switch(
        "specific",
        ("specific", "610-generic", "2500-generic"),
        "Fault for an id that never existed in the list.",
    ),
    "account_types_checked": Switch(
        True,
        (True, False),
        "Whether a purchase, deposit, bill or journal entry is refused for the type of its account (Intuit's API"
        " reference), or for an A/R or A/P line without its customer or vendor.",
    ),
    "income_account_types": Switch(
        "any_income",
        ("any_income", "strict"),
        "Account types an item may earn on; Intuit's text says more than practice shows.",
    ),
    "name_uniqueness_ignores_case": Switch(True, (True, False), "Whether JANE and Jane are one name."),
    "duplicate_name_words": Switch(
        "null",
        ("null", "who"),
        "Words of 6240 for a person's name: null as recorded in 2020 and since, or whose name it is, as before and"
        " in the documents.",
    ),
    "deleted_suffix_frees_name": Switch(True, (True, False), "Whether an inactivated name may be used again."),
    "merged_customer_read": Switch(
        "610", ("610", "inactive"), "A customer that was merged away: hidden, and 610 on a read; or as an inactive one."
    ),
    # tax
    "tax_line_when_off": Switch(
        "ignore",
        ("ignore", "6470"),
        "TAX on a line of a company without sales tax: taken as NON, or refused.",
    ),
    "tax_without_code": Switch(
        "none",
        ("none", "customer_default"),
        "Tax of a taxable line when no TxnTaxCodeRef was sent (US without AST).",
    ),
    "ast_unknown_tax_code": Switch(
        "ignore",
        ("ignore", "refuse"),
        "An unknown TxnTaxCodeRef under automated sales tax: replaced, or refused.",
    ),
    "tax_lines_outside_us": Switch(
        "recalculated",
        ("recalculated", "kept"),
        "Amounts that a client sends in TxnTaxDetail.TaxLine outside the US: calculated again, or kept.",
    ),
    "most_taxable_lines": Switch(750, (), "Taxable lines that a sales form may hold (Intuit's API reference)."),
    "negative_total": Switch("refuse", ("refuse", "accept"), "A sales form with a negative total."),
    "discount_over_subtotal": Switch(
        "refuse",
        ("refuse", "refuse_with_tax_included", "accept"),
        "A discount of more than the subtotal; reported as refused where tax is included.",
    ),
    "discount_when_off": Switch("refuse", ("refuse", "ignore"), "A discount line while AllowDiscount is off."),
    # numbers, dates, deletes
    "doc_number_when_automatic": Switch(
        "stored",
        ("stored", "ignored"),
        "A DocNumber sent while the company numbers automatically; the documents imply stored.",
    ),
    "duplicate_number_code": Switch("6140", ("6140", "6240"), "Code of a duplicate number; 6240 in some reports."),
    "closed_books_code": Switch("6210", ("6210", "6200", "5010", "6000"), "Code of a date in the closed period."),
    "closed_books_boundary": Switch("<=", ("<=", "<"), "Whether the closing date itself is closed."),
    "void_note": Switch("prefix", ("prefix", "replace", "keep"), "What a void does to a PrivateNote that was there."),
    "void_paid_invoice": Switch(
        "refuse", ("refuse", "unlink"), "Void of an invoice with payments: 6000 (reported), or they become unapplied."
    ),
    "delete_paid_invoice": Switch(
        "unlink", ("unlink", "refuse"), "Delete of an invoice with payments: the same choice."
    ),
    "payment_moves_sync_token": Switch(True, (True, False), "Whether a payment increases its invoice's SyncToken."),
    "estimate_left_alone": Switch(
        "Pending",
        ("Pending", "Accepted", "Closed"),
        "Status of an estimate whose invoice is deleted, voided or no longer linked.",
    ),
    "due_date_without_terms": Switch(
        "company_terms",
        ("company_terms", "30_days"),
        "DueDate of an invoice without date and terms: by the company's DefaultTerms (none: the same day), "
        "or after 30 days, as recorded once.",
    ),
    "inventory_before_start": Switch(
        "refuse", ("refuse", "accept"), "A transaction dated before the InvStartDate of an item on it: 6270, or taken."
    ),
    # request ids
    "requestid_replays_faults": Switch(
        True, (True, False), "Whether a repeated request id also gets a stored fault again."
    ),
    "sparse_without_required": Switch(
        "refuse",
        ("refuse", "accept"),
        "A sparse update of a bill without VendorRef, an expense without PaymentType, a class without Name and some "
        "others: 2020 (seen), or taken.",
    ),
    "cdc_days": Switch(
        30,
        (),
        "How far change data capture looks back; 0 is any time, as recorded in 2020 before the limit was reported.",
    ),
    "requestid_seconds": Switch(0, (), "How long a request id is remembered; 0 is forever. Intuit does not say."),
    "requestid_other_body": Switch(
        "replay",
        ("replay", "600", "execute"),
        "The same request id with a different body: first answer again, 600, or executed again.",
    ),
    # tokens
    "refresh_rotation": Switch(
        "every_call",
        ("every_call", "daily"),
        "How often the refresh token changes. Intuit: daily; changing it on every call finds more mistakes.",
    ),
    "old_refresh_token": Switch(
        "refused",
        ("refused", "valid_24h"),
        "Whether the token before the last one still works. Sources conflict; single use is the safe reading.",
    ),
    "invalid_grant_body": Switch(
        "incorrect",
        ("incorrect", "token_invalid", "bare"),
        "Which of the recorded invalid_grant bodies comes.",
    ),
    "access_token_seconds": Switch(3600, (), "Life of an access token."),
    "refresh_token_seconds": Switch(8726400, (), "Life of a refresh token, counted from its last use."),
    "authorization_code_seconds": Switch(
        300, (), "Life of an authorization code; minutes, the exact value is not known."
    ),
    "disconnected_answer": Switch(
        "403", ("403", "401"), "The data API's answer after the company disconnected the app."
    ),
    "wrong_realm_answer": Switch("100", ("100", "130"), "A token used on another company: 100 as XML, or 130."),
    # limits and outer shapes
    "unauthenticated_format": Switch(
        "json_lower",
        ("json_lower", "as_asked", "xml"),
        "Form of a 401 with 3200 for who asks for JSON: lower case as recorded, as other faults, or XML.",
    ),
    "fault_format": Switch(
        "json",
        ("json", "json_lower"),
        "Form of a refusal for who asks for JSON; one client reports of 2024 that it now and then comes in lower case.",
    ),
    "throttle_format": Switch(
        "xml", ("xml", "json", "json_lower"), "Body of a 429. Recorded as XML; the JSON form is inferred."
    ),
    "throttle_status": Switch(429, (429, 403), "Status of a throttled call; 403 in old recordings."),
    "throttle_retry_after": Switch(0, (), "Seconds in a Retry-After header of a 429; 0 sends none, as seen."),
    "batch_size": Switch(30, (), "Payloads a batch may hold."),
    "batches_per_minute": Switch(40, (), "Batches a minute of one app on a company."),
    "batches_per_minute_all_apps": Switch(120, (), "Batches a minute of all apps on a company, in the newer text."),
    "reports_per_minute": Switch(200, (), "Reports a minute, as reported."),
    "all_per_minute": Switch(800, (), "Calls of every kind a minute."),
    "requests_per_minute": Switch(500, (), "Requests a minute."),
    "requests_per_second": Switch(10, (), "Requests a second."),
    "expired_subscription_status": Switch(400, (400, 200), "HTTP status of fault 6190; 200 was reported too."),
    "system_failure_status": Switch(500, (500, 200), "HTTP status of fault 10000."),
    "order_by_two_words": Switch(True, (True, False), "Whether ORDER BY works as well as ORDERBY."),
    "entity_names_ignore_case": Switch(
        True, (True, False), "Whether `from invoice` works: the documents say no, a client in wide use relies on it."
    ),
    "letters_beyond_latin1": Switch(
        "refuse",
        ("refuse", "accept"),
        "A letter beyond Latin-1 in a query: 4000 that names it (reports of 2014 to 2021), or taken.",
    ),
    "text_as_id": Switch(
        "refuse",
        ("refuse", "find_nothing"),
        "A query for an Id that is not a number: 4001 (a public client's live tests expect a fault), or nothing found.",
    ),
    "not_equal": Switch(
        True, (True, False), "Whether != is understood: the documents leave it out, a public client's tests use it."
    ),
    "pseudo_tax_codes_with_filter": Switch(
        True, (True, False), "Whether TAX, NON and CustomSalesTax also come when a query filters on Active."
    ),
    "address_coordinates": Switch(
        True, (True, False), "Lat and Long in addresses: recorded for years; Intuit announced their end in 2025."
    ),
    "invoice_link_scheme": Switch(
        "https",
        ("https", "as_called"),
        "Links for customers (InvoiceLink) as Intuit gives them, or as this server is reached.",
    ),
    # webhooks
    "webhook_format": Switch("classic", ("classic", "cloudevents"), "Which of the two formats is sent."),
    "webhook_void_verb": Switch("voided", ("voided", "void"), "The verb of a void in the new format; seen both ways."),
    "webhook_inactivation": Switch("Update", ("Update", "Delete"), "What inactivating a list row is called."),
    "webhook_duplicates": Switch(False, (True, False), "Whether each delivery comes twice."),
    "webhook_reversed": Switch(False, (True, False), "Whether the events of a delivery come in reverse order."),
    "webhook_bad_signature": Switch(False, (True, False), "Whether deliveries are signed with another key."),
    "preferences_query": Switch(
        "inside", ("inside", "top"), "Preferences inside QueryResponse (recorded) or next to it (documents)."
    ),
}


def accepts(name: str, value: object) -> bool:
    switch = SWITCHES[name]
    if switch.choices:
        return value in switch.choices
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
