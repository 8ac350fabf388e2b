"""The reader of faults: sentences beside neighbors that share most of their words and mean something else.

What somebody has to correct is told beside what passes, because the one must never wait for the other.
"""

import json

import pytest

from qbo import catalogue
from tests.qbo.fault_bodies import JSON, TEXT, body, business, read

NEIGHBORS: dict[str, tuple[tuple[str, str], ...]] = {
    # what is meant, and a refusal of the values that looks like it
    "tax_code_not_mapped": (
        ("The reduced rate code is missing in QuickBooks", "The reduced price is missing in QuickBooks"),
        ("The tax class 'Food' was deleted in QuickBooks", "The tax class name is too long"),
        ("This VAT rate can only be used for bills", "The VAT rate's name can only be used once it is shorter"),
        ("A tax of 7% could not be linked to a QuickBooks tax rate", "A tax of 7% could not be rounded to a cent"),
        ("Wrong VAT code on the second line", "Wrong tax code description"),
        ("The tax rate was left blank", "The tax rate description was left blank"),
        ("Your VAT code is unresolved", "Your VAT code's description is unset"),
        ("Your 7% tax has no counterpart there, choose its tax rate", "Your 7% tax has no limit, choose one"),
    ),
    "permission_denied": (
        ("The accounting scope was not granted", "The scope of the work is required"),
        ("You have to be signed in as an admin", "You have to be signed in at noon"),
        ("The user of QuickBooks may not create customers", "The user may not be empty"),
        ("Your user role does not include invoices", "The role's title is too long"),
        ("Full permissions are needed", "A permission slip is needed"),
        ("Jo lost her access to this company", "Jo lost her key to this gate, correct the report"),
        ("Access to the company was removed", "Access to the roof was too narrow, correct the report"),
        ("The OAuth state did not match", "The state did not match the zip code of the customer"),
        ("No code came to the callback", "No code came to the gate, enter one"),
        ("API keys are not set", "House keys are not set"),
        ("Your app is not in production yet", "Your part is not in production, choose another"),
        ("A sandbox company was opened with production keys", "A sandbox was built with wrong boards, choose others"),
        ("The rights of our user were taken away", "The rights of way must be shown on the form"),
        ("Your account is not allowed to see this company", "Your account number is not allowed to be blank"),
        ("The company file is linked to another shop", "The pump is linked to another tank, choose one"),
        ("The realm was changed", "The rain gauge was changed, enter its number"),
        ("The client secret has expired", "The client's warranty has expired, choose another"),
        ("Consent declined", "Quote declined: choose another"),
        ("The realm ID does not belong to this login", "The tag ID does not belong to this tank"),
    ),
    "duplicate_doc_number": (
        ("Bill no. 17 was entered before", "Bill no. 17 was entered with a date before the opening"),
        ("This number is assigned to another receipt", "This phone number is assigned to another technician"),
        ("Two receipts have the number 17", "Two receipts have the date 17 May"),
        ("Number 17 must not be repeated", "The header must not be repeated"),
        ("Another receipt has the same number", "Another account has the same number"),
    ),
    "account_inactive": (
        ("The IncomeAccountRef is invalid", "The serial of this tank is invalid"),
        ("Account code 12 isn't valid", "Door code 12 isn't valid"),
    ),
    "not_found_other": (
        ("Two bills must be exported before this payment", "Two bills must be positive before this payment"),
        ("Send the receipt before the refund", "Add a receipt that was written before this refund"),
        ("The estimate behind this invoice was not synced", "The estimate behind this invoice must not be negative"),
        ("Another user may have deleted that", "Another user may have entered that total"),
    ),
    "customer_not_found": (
        ("Two possible customers were found", "Two possible dates were found, choose one"),
        ("CustomerRef.value 17 does not exist", "Customer reference text is too long"),
    ),
    "item_not_found": (("Several matching products exist", "Several matching prices exist, choose one"),),
    "duplicate_name": (
        ("A deleted customer has that name", "A customer has that hat, choose another"),
        ("There is an existing vendor with that name", "There is an existing vendor with that address, correct it"),
    ),
    "token_expired": (
        ("Please authorize our app", "Please authorize the repair, a signature is missing"),
        ("The refresh token is 120 days old", "The estimate is 120 days old, create another"),
        (
            "The token exchange could not finish, error in token exchange",
            "The part exchange could not finish, choose one",
        ),
        ("Your QuickBooks link was removed", "Your web link must be removed"),
        ("The shop was never linked to a QuickBooks company", "The shop was never linked to a street, enter one"),
        ("Unauthorized", "Unauthorized refund: ask a manager, who must sign"),
    ),
    "subscription_inactive": (("Resubscribe to go on", "Reschedule to go on, a date is missing"),),
    "stale_object": (
        ("Your copy of the payment is out of date", "Your price list is out of date"),
        ("The sync token is no longer the latest", "The price is no longer the latest, correct it"),
        ("The version you sent is behind", "The minor version you sent is not supported"),
        ("QuickBooks has a later version of that invoice", "There is a later version of our app, install it"),
        ("A newer version of the record exists", "A newer version of QuickBooks is needed for attachments"),
        ("Changed in QuickBooks", "To be changed in QuickBooks by hand, choose another amount"),
        ("Another session changed this invoice", "Another technician changed the hours, correct the total"),
        ("This record is stale", "This payment is stale-dated and cannot be deposited"),
        ("Concurrency error", "The currency error must be corrected"),
        ("Stale record", "Stale-dated checks must be replaced"),
    ),
    "server_error": (
        ("QuickBooks is down for maintenance", "The visit is booked for maintenance work orders, choose another"),
        ("Scheduled maintenance", "Annual maintenance has no price"),
        ("The system is in maintenance mode", "The date in maintenance plan 'Gold' is missing"),
        ("Something is not right on Intuit's side", "The drawing is not right on that side, correct it"),
        ("The database is locked", "The gate is locked, choose another time"),
        ("Circuit breaker is open", "Circuit breaker is open at the panel and needs a part"),
        ("QuickBooks too busy", "This technician is too busy, choose another"),
        ("Temporarily out of service", "This lift is out of service, choose another"),
        ("Server error", "Server error log is required"),
        ("Check back soon", "Check the back panel soon enough, choose a date"),
    ),
}
PAIRS = [(label, *pair) for label, pairs in NEIGHBORS.items() for pair in pairs]


@pytest.mark.parametrize(("label", "words", "neighbor"), PAIRS, ids=[words[:50] for _, words, _ in PAIRS])
def test_a_sentence_is_told_from_its_neighbor(label: str, words: str, neighbor: str) -> None:
    assert label_of(words) == label
    assert label_of(neighbor) == "validation"


def test_a_refusal_by_somebody_is_told_from_a_refusal_by_a_host() -> None:
    assert label_of("The connection was refused by the user") == "permission_denied"
    assert label_of("The connection was refused by the host") == "network"


def test_what_quickbooks_checked_does_not_wait_because_a_program_passes_it_on_with_a_status_of_its_own() -> None:
    passed_on = 'HTTP 500. Body: {"error":{"message":"Failed: Business Validation Error: The amount must be positive"}}'

    assert read(passed_on, 500, TEXT).code == "validation"
    assert read(passed_on.replace("The amount must be positive", "Unexpected error"), 500, TEXT).code == "server_error"
    assert read("HTTP 500. Business Validation Error", 500, TEXT).code == "server_error"
    assert read(body("6000", "Business Validation Error: odd"), 500, JSON).code == "server_error"


def test_a_sentence_in_json_is_a_refusal_whatever_status_it_comes_with() -> None:
    """A page with the status of a success may be anybody's, so it says nothing of what became of the request."""
    told = json.dumps({"error": "The invoice was paid long ago, on the second of May"})

    assert {read(told, status, JSON).code for status in (200, 400, 409, 422)} == {"validation"}
    assert read("The café was opened long ago, on the second of May", 200, TEXT).code == "answer_unreadable"
    assert read('{"error": "An error occurred in that place, who knows why"}', 200, JSON).code == "unknown"


def test_a_program_that_answers_500_or_404_tells_what_is_missing() -> None:
    told = '{"error": "Map your 7% to a QuickBooks tax code"}'

    assert {read(told, status, JSON).code for status in (400, 404, 500)} == {"tax_code_not_mapped"}
    assert read('{"error": "The user may not create bills"}', 500, JSON).code == "permission_denied"
    assert read('{"error": "Look at your QuickBooks tax page"}', 500, JSON).code == "server_error"
    assert read('{"error": "Look at your QuickBooks tax page"}', 404, JSON).code == "request_refused"


def test_where_in_a_program_it_happened_says_nothing_of_what_is_wrong() -> None:
    stack = "\n    at send (/app/books/deleted-customer.js:12:5)\n    at async /app/run.js:3:1"

    assert read(f"Error: Version mismatch{stack}", None, TEXT).code == "stale_object"
    assert read(f"VendorNotFoundError{stack}", None, TEXT).code == "not_found_other"
    assert read(f"Error: Amount must be positive{stack}", None, TEXT).code == "validation"
    assert read(json.dumps({"message": f"Stale record{stack}", "code": "E1"}), 400, JSON).code == "stale_object"


def test_only_words_of_other_programs_are_versions_of_a_record() -> None:
    assert read(business("The version you sent is behind"), 400, JSON).code == "validation"


def label_of(text: str) -> str:
    return catalogue.entry(read(text, None, TEXT, entity="", operation="").code).label
