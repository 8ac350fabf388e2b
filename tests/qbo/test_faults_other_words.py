"""The reader of faults: everyday words for known troubles, beside the same words about something else."""

import pytest

from qbo import catalogue
from tests.qbo.fault_bodies import HTML, JSON, TEXT, read

SAID: dict[str, tuple[str, ...]] = {
    "token_expired": (
        *("The accountant unlinked our app", "We cannot get an Intuit access token", "Sign back in to QuickBooks"),
        *(
            "Intuit refused the saved session",
            "The session is no longer good",
            "It timed out; log in once more",
            "Invalid bearer",
        ),
        "The connection was lost. Please link the company again",
        *("Intuit could not finish the connection", "Intuit refused the code exchange"),
        "Press Renew and renew the QuickBooks connection",
        *("QuickBooks must be connected again", "QuickBooks needs a new sign-in", "It needs a renewed authorization"),
    ),
    "permission_denied": (
        *(
            "Log in with Intuit is not set up",
            "The app is not permitted to use this company",
            "This realm does not belong to the token",
        ),
        *(
            "Log in with Intuit is not set up",
            "Intuit suspended our app",
            "The app's keys were regenerated",
            "She is here; they hit cancel at Intuit",
        ),
    ),
    "customer_not_found": (
        *("We cannot tell which QuickBooks client it is", "QuickBooks doesn't know this customer"),
        *(
            "Client whose display name contains TAG-17 is not found",
            "The client is unavailable",
            "Its customer must exist first",
        ),
        *("The bill-to contact isn't in QuickBooks", "The homeowner is not mapped", "Client search gave no results"),
        "Missing CustomerRef",
    ),
    "item_not_found": (
        *("Map a discount item before you send it", "The bundle was not found", "No match found for part A-7"),
        *("Could not find a counterpart for part 7B", "QuickBooks no longer lists this service", "Missing ItemRef"),
    ),
    "tax_code_not_mapped": ("The agency has no such tax rate", "QuickBooks rejects tax code E", "Exempt code missing"),
    "tax_not_enabled": ("The company is not set up to collect sales tax",),
    "closed_period": ("A period lock is set", "This date was closed by the owner"),
    "duplicate_doc_number": ("Reference 88 was used already", "Check 88 is already entered"),
    "duplicate_name": (
        *("'Roe' is already taken by an employee", "Acme is in QuickBooks, already used by a vendor"),
        *("An employee goes by the same name", "This name is unavailable", "Someone in QuickBooks uses that name"),
        "Two vendors named Roe",
    ),
    "stale_object": (
        *("The record changed underneath you", "The bill was edited by its owner after we read it"),
        *("This copy is older than theirs", "Our SyncToken is older"),
    ),
    "rate_limited": (
        "Too many requests, do not retry before 10:00",
        "Send fewer requests",
        "The API call allowance is used up",
        "QuickBooks throttle",
    ),
    "server_error": (
        *(
            "Export failed (bill 7): 503",
            "Retry exhaustion",
            "The service is unavailable",
            "The server is overwhelmed",
            "The queue is busy",
            "504 from Intuit",
            "Try that again in an hour",
        ),
        *("It will be re-sent later", "The export is already processing"),
    ),
    "network": ("No route to books.example.com", "Lost contact with Intuit"),
    "not_found_other": (
        "No matching POs were found",
        "Bill voided in QuickBooks",
        "There is no estimate with number 5",
        "This order is not linked to QuickBooks",
    ),
    "unknown": (
        "QuickBooks could not take the bill",
        "QuickBooks tax query failed",
        "The bill could not be loaded",
        "QuickBooks did not return an ID",
    ),
    # The same words, of something else.
    "validation": (
        *("It is not an income account, choose another one", "Unsupported Operation: premature end of file"),
        *("The customer pressed cancel on the card reader", "There is no such rate of pay", "Part 7 is too long"),
        *("The bill will be sent later to the client, choose an address", "The date is closed for bookings"),
        *("Throttle cable has no price", "The hourly rate cap was reached, lower the rate", "The total is zero"),
        *("The month has to be approved and closed first", "Payment failed (card 7): 4030"),
        *("Check the account and payment type", "This order is not linked to a visit, choose one"),
        *("The callback time is invalid, pick an hour", "Have every bill voided in person, choose a day"),
        *("The truck is already used by a crew, choose another one", "QuickBooks needs attention to the memo's length"),
        *("Invoice already voided", "The wait for parts is over, choose a date", "Two invoices named by hand"),
    ),
}


@pytest.mark.parametrize(("label", "words"), [(label, words) for label, texts in SAID.items() for words in texts])
def test_everyday_words(label: str, words: str) -> None:
    assert catalogue.entry(read(words, None, TEXT, entity="", operation="").code).label == label


@pytest.mark.parametrize("status", [412, 423, 424, 502, 503])
def test_a_program_tells_what_is_missing_whatever_status_it_gives(status: int) -> None:
    assert read('{"error":"QuickBooks does not have this customer"}', status, JSON).code == "customer_not_found"
    assert read('{"error":"QuickBooks does not have time"}', status, JSON).code != "customer_not_found"


def test_a_page_of_a_gateway_names_no_record() -> None:
    page = "<html><head><title>502 Bad Gateway</title></head><body>The service was not found.</body></html>"
    assert read(page, 502, HTML).code == "server_error"
