"""The reader of faults: a thing and its state mean the same in whatever words both are told.

Every word for a thing is tried with every word for its state, so that a term that is missing in one of the tables
shows; what has one of these words and means something else stands below.
"""

from itertools import product

import pytest

from qbo import catalogue
from tests.qbo.fault_bodies import TEXT, read

ENDED = (
    *("has expired", "is expired", "expired", "was revoked", "has been revoked", "is no longer valid", "is not valid"),
    *(
        "is invalid",
        "has lapsed",
        "needs to be renewed",
        "must be reauthorized",
        "needs to be refreshed",
        "was rejected",
    ),
    *("has timed out and must be renewed", "needs reconnecting", "requires re-authorization"),
)
USED = (
    *("is already in use", "already exists", "has already been used", "is already used", "is already taken"),
    *("must be unique", "is a duplicate", "is not unique", "already exists in QuickBooks"),
)
CLOSED = (
    *("is closed", "has been closed", "is locked", "was closed", "has closed", "is already closed"),
    "is closed in QuickBooks",
)
BROKEN_OFF = (
    *("could not be established", "cannot be established", "was reset", "was refused", "was closed", "timed out"),
    *("was lost", "was aborted", "failed", "was dropped", "was terminated unexpectedly"),
)
UNRESOLVED = ("could not be resolved", "cannot be resolved", "not resolved")

TABLES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "access": (
        "token_expired",
        (
            *(
                "the QuickBooks connection",
                "your connection to QuickBooks Online",
                "the access token",
                "the OAuth token",
            ),
            *("your QuickBooks authorization", "your QuickBooks session", "QuickBooks access", "your QuickBooks login"),
        ),
        ENDED,
    ),
    "number": (
        "duplicate_doc_number",
        (
            *("the invoice number", "document number 7", "DocNumber 7", "the bill number", "reference number 7"),
            *("this number", "the check number", "ref # 7", "the estimate number", "credit memo number 7"),
        ),
        (*USED, "was already used by another transaction"),
    ),
    "name": (
        "duplicate_name",
        ("the name", "the customer name", "display name 'Acme'", "the vendor name", "the item name", "this name"),
        (*USED, "is taken", "is used by another customer"),
    ),
    "period": (
        "closed_period",
        (
            *("the accounting period", "the period", "the fiscal year", "the month", "the quarter"),
            *("the financial year", "the reporting period"),
        ),
        CLOSED,
    ),
    "wire": (
        "network",
        (
            *("the connection", "a connection to the server", "the socket", "the secure channel", "the TLS handshake"),
            *("the network connection", "the connection to QuickBooks", "a tunnel"),
        ),
        BROKEN_OFF,
    ),
    "host": (
        "network",
        ("the host name", "the remote name", "the server name", "the address of the server", "books.example"),
        UNRESOLVED,
    ),
}
PAIRS = [
    pytest.param(label, thing, states, id=f"{table}: {thing}")
    for table, (label, things, states) in TABLES.items()
    for thing in things
]


@pytest.mark.parametrize(("label", "thing", "states"), PAIRS)
def test_a_thing_and_its_state_are_read_in_all_their_words(label: str, thing: str, states: tuple[str, ...]) -> None:
    wrong = [(state, found) for state in states if (found := label_of(f"{thing} {state}")) != label]
    assert wrong == []


SHORT: dict[str, tuple[str, ...]] = {
    "token_expired": (
        *("Not connected to QuickBooks", "Please log in again", "Sign in to QuickBooks to continue", "Bad token"),
        *("You need to sign in to QuickBooks again", "QuickBooks login required", "No refresh token available"),
        *("Error refreshing token", "Refreshing the access token failed", "Failed to refresh the QuickBooks token"),
        *("Authentication required", "The user revoked access", "QuickBooks credentials are invalid", "NEEDS_REAUTH"),
        *("NOT_CONNECTED", "TOKEN_REFRESH_FAILED", "QBO_RECONNECT_REQUIRED", "Authentication expired"),
    ),
    "duplicate_doc_number": (
        *("Duplicate check number", "Another invoice already has this number", "Invoice number conflict"),
        *("Another transaction is using this number", "You already have an invoice with this number"),
        *("Use a different invoice number", "Please specify a different number", "DUPLICATE_DOCNUMBER"),
    ),
    "duplicate_name": (
        *("There is already a customer named Acme", "Another vendor uses this name", "Please choose a different name"),
        *("Name conflict with an existing vendor", "NAME_ALREADY_EXISTS", "Name in use"),
    ),
    "closed_period": (
        *("Exporting to a closed reporting period", "The lock date prevents this change", "BOOKS_CLOSED"),
        *("Date is before the lock date", "Posting to a closed month is not allowed"),
    ),
    "rate_limited": (
        *("Throttle limit reached", "You have exceeded the number of allowed requests", "Slow down"),
        *("Request rate too high", "API usage limit exceeded", "Call limit exceeded", "API quota exceeded"),
    ),
    "server_error": (
        *("QuickBooks is unavailable", "QuickBooks had an internal error", "QuickBooks is experiencing issues"),
        *("Something went wrong on Intuit's side", "Transient error", "Request could not be completed at this time"),
        *("Our services aren't available right now", "The request returned code 503. Nothing was read."),
        *("The service is not available right now", "SERVER_ERROR", "PROVIDER_UNAVAILABLE"),
    ),
    "subscription_inactive": (
        *("No active subscription", "Trial period has ended", "The QuickBooks trial is over"),
        *("Company has been suspended", "The company file has expired", "The company's subscription is unpaid"),
        "Your QuickBooks company subscription is past due",
    ),
    "permission_denied": (
        *("Company admin required", "Admin rights required", "Access to this company is denied"),
        *("The app is not authorized for this company", "Missing scope com.intuit.quickbooks.accounting"),
        *("Client authentication failed", "Invalid client", "Company is already linked", "Realm mismatch"),
        *("The company is already connected to Smith LLC", "This QuickBooks account is already connected elsewhere"),
        *("COMPANY_ALREADY_CONNECTED", "Connected to a different QuickBooks company"),
        *("The connected company does not match", "Your role does not allow this"),
    ),
    "network": (
        *("Name not resolved", "Host not found", "Socket closed", "Socket error", "Host is down", "Unable to connect"),
        *("java.security.cert.CertificateExpiredException: NotAfter: 2022", "HTTP 599: Timeout during request"),
        *("Remotely closed", "Certificate expired", "Incomplete response", "Incomplete read", "Transport error"),
        *("Error while copying content to a stream", "Error reading response", "Error sending request", "I/O error"),
        *("IOException", "Disconnected from server", "Gave up waiting for a response"),
    ),
    "stale_object": (
        *("Invalid sync token", "The invoice has changed in QuickBooks", "Version conflict", "STALE_SYNC_TOKEN"),
        *("Concurrent modification", "ConcurrencyException", "Optimistic lock failed", "Outdated version"),
        *("You are editing an old version of this record", "The version you are updating is out of date"),
    ),
    "tax_not_enabled": (
        *("Automated sales tax is off", "The company does not use sales tax"),
        "This company has not turned on sales tax",
    ),
    "tax_code_not_mapped": (
        *("Make sure every line has a GST/HST code", "Tax rate not selected", "Tax code not set", "Tax not mapped"),
        *("Tax code could not be determined", "Unable to determine tax code", "Unable to map tax rate 8.25%"),
        *("No mapping for tax rate 8.25%", "No mapping found for tax code X", "Map your taxes"),
        *(
            "Tax rate 8.25% is not mapped",
            "Tax code 'County 7.25' not mapped",
            "Please map the tax rate",
            "Unrecognized tax code",
            "The sales tax could not be calculated",
        ),
        "No tax agency rate for this code",
    ),
    "customer_not_found": ("No customer with this name exists", "A customer of that name no longer exists"),
    # What has one of these words and has to be corrected.
    "validation": (
        *("The phone number is in use by another employee", "The account number is already used"),
        *("This invoice is already linked to a payment", "This purchase order has been closed"),
        *("The estimate is already closed", "Trial balance is out of balance", "The host name field is too long"),
        *("Server name plates: the quantity must be a number", "The connection between line and item is not valid"),
        *("Sync token must be a number", "The version must be a number", "The amount of tokens must be positive"),
        *("The month must be between 1 and 12", "You've reached the limit of 40 classes for your plan"),
        *("Tax amount must be between 0 and 100", "Tax ID number is not valid", "Class tracking is turned off"),
        *("At the time of the sale the price must be set", "Client name is too long", "The record type is wrong"),
        *("You can't change the name of this account", "Enter a different phone number"),
    ),
    # A client that cannot read the answer speaks of tokens too.
    "server_error ": ("Unexpected token is invalid", "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON"),
}


@pytest.mark.parametrize(("label", "text"), [(label.strip(), text) for label, texts in SHORT.items() for text in texts])
def test_a_few_words_are_read(label: str, text: str) -> None:
    assert label_of(text) == label


def test_no_two_things_are_told_in_the_same_words() -> None:
    told = [pair for _, things, states in TABLES.values() for pair in product(things, states)]
    assert len(told) == len(set(told))


def label_of(text: str) -> str:
    code = read(text[0].upper() + text[1:], None, TEXT, entity="", operation="").code
    return catalogue.entry(code).label


SAME = [
    ("The {n} is not in QuickBooks", "The {n} isn't in QuickBooks", "The {n} is currently not in QuickBooks Online"),
    ("The {n} was not found", "The {n} wasn't found", "The {n} wasn’t found"),
    ("The {n} cannot be found", "The {n} can't be found", "The {n} can not be found", "The {n} was unable to be found"),
    ("The {n} could not be mapped", "The {n} couldn't be mapped", "The {n} was not able to be mapped"),
]


@pytest.mark.parametrize("phrases", SAME)
@pytest.mark.parametrize("noun", ["customer", "product", "account", "tax code", "vendor", "invoice"])
def test_contractions_and_idle_words_change_nothing(phrases: tuple[str, ...], noun: str) -> None:
    assert len({label_of(phrase.format(n=noun)) for phrase in phrases}) == 1


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("token_expired", "QuickBooks isn't connected"),
        ("token_expired", "QuickBooks Online is currently not connected"),
        ("token_expired", "The token is currently expired"),
        ("tax_code_not_mapped", "The tax code isn't valid for this company"),
        ("tax_code_not_mapped", "The sales tax was unable to be calculated"),
        ("network", "The connection can not be established"),
        ("account_inactive", "The sales account isn't linked to this product"),
        ("subscription_inactive", "The company file isn't active"),
        ("permission_denied", "This QuickBooks Online app was suspended. Ask its developer."),
        # here it changes something
        ("server_error", "The server is currently busy"),
    ],
)
def test_they_are_read_as_the_words_they_stand_for(label: str, text: str) -> None:
    assert label_of(text) == label
