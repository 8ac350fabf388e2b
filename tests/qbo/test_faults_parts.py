"""The reader of faults: sentences of other programs, read by which thing is in which state.

Each thing is tried with each state and in each frame that programs put around them; the label is known by construction.
"""

from itertools import product

import pytest

from qbo import catalogue
from qbo.faults.sentences import only_thing, pairs_in, tells_no_reason
from tests.qbo.fault_bodies import JSON, TEXT, business, read

FRAMES = (
    "{0}",
    "{0}.",
    "Invoice 17 not sent: {1}",
    "We couldn't send invoice 17 because {1}",
    "Payment 9 failed - {1}. Fix it, then send it once more.",
)
GONE = ("was deleted in QuickBooks", "is inactive", "has been archived in QuickBooks", "is gone from QuickBooks")
MISSING = (
    *("isn't in QuickBooks", "could not be found", "does not exist", "is no longer in QuickBooks", "is not mapped"),
    *("has not been mapped yet", "must be mapped", "cannot be matched", "is unknown"),
)
UNSENT = ("hasn't been synced to QuickBooks yet", "must be exported first", "hasn't reached QuickBooks yet")
NOT_CHOSEN = ("has not been chosen", "must be selected", "is not configured")
RECORDS: dict[str, tuple[str, ...]] = {
    "customer_not_found": ("the customer", 'the client "Roe"', "the customer of this job", "its customer, Roe,"),
    "item_not_found": ("the product", "the item 'Bolt'", "the service on line 2", "the SKU"),
    "account_inactive": ("the deposit account", "the account for tips", "expense category 'Fuel'", "the GL code"),
    "tax_code_not_mapped": ("the tax rate", "tax code 'County'", "the VAT code on line 2", "the GST rate"),
    "not_found_other": ("the vendor", "the location 'Roe'", "the class on this bill", "the payment method"),
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("label", "thing"), [(label, thing) for label, things in RECORDS.items() for thing in things])
def test_a_record_and_its_state_are_read_in_every_frame(label: str, thing: str) -> None:
    states = GONE + MISSING + (UNSENT if label in ("customer_not_found", "item_not_found") else ())
    states += NOT_CHOSEN if label in ("account_inactive", "tax_code_not_mapped") else ()
    assert wrong(label, [f"{thing} {state}" for state in states]) == []


LOOKED_FOR = (
    "no {0} was found",
    "we couldn't find the {0}",
    "QuickBooks has no {0} like that",
    "there is no {0} for it",
)
ASKED_FOR = ("please choose a {0}", "choose the QuickBooks {0} first", "map this to a {0}", "it needs a {0}")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("label", "thing"),
    [
        *(("customer_not_found", "customer"), ("item_not_found", "product"), ("account_inactive", "deposit account")),
        *(("tax_code_not_mapped", "tax code"), ("tax_code_not_mapped", "tax rate"), ("item_not_found", "item")),
    ],
)
def test_a_record_that_is_looked_for_or_asked_for_is_read_in_every_frame(label: str, thing: str) -> None:
    assert wrong(label, [words.format(thing) for words in LOOKED_FOR + ASKED_FOR]) == []


OTHER_THINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "token_expired": (
        ("the QuickBooks connection", "our access to QuickBooks", "the QuickBooks sign-in", "the integration"),
        ("has expired", "was revoked", "has ended", "needs your attention", "has to be set up again"),
    ),
    "closed_period": (
        ("the period", "the accounting period for this bill", "this month", "March 2026", "the quarter"),
        ("is closed", "has been locked", "is closed in QuickBooks", "was closed by the accountant"),
    ),
    "duplicate_doc_number": (
        ("the invoice number", "number 17", "document number 17", "bill no. 17"),
        ("is already used", "is taken in QuickBooks", "is not free", "is already in QuickBooks", "exists twice"),
    ),
    "duplicate_name": (
        ("the name", "the customer name", "the item's name", "a vendor called Roe"),
        ("is already used", "is already in QuickBooks", "already exists"),
    ),
    "tax_not_enabled": (("sales tax", "GST"), ("is switched off in QuickBooks", "isn't turned on", "is not enabled")),
    "subscription_inactive": (
        ("the QuickBooks subscription", "the QuickBooks company", "your QuickBooks account"),
        ("was suspended", "is past due", "was cancelled"),
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("label", "thing", "states"),
    [(label, thing, states) for label, (things, states) in OTHER_THINGS.items() for thing in things],
)
def test_what_else_is_told_of_is_read_in_every_frame(label: str, thing: str, states: tuple[str, ...]) -> None:
    assert wrong(label, [f"{thing} {state}" for state in states]) == []


SAID = [
    # the thing that the state is said of, where others stand around it
    ("customer_not_found", "We couldn't send bill 5, as the vendor is fine but its customer was deleted in QuickBooks"),
    ("account_inactive", "The product has no account"),
    ("account_inactive", "Every payment type needs a QuickBooks account"),
    ("item_not_found", "The customer's product isn't in QuickBooks"),
    ("customer_not_found", "Made inactive in QuickBooks: customer Roe"),
    ("account_inactive", '"Tips", chosen for tips, is inactive in QuickBooks. Choose another account.'),
    ("customer_not_found", "We don't know which QuickBooks customer this is"),
    ("item_not_found", "We could not create the item in QuickBooks, so the bill was not sent"),
    ("not_found_other", "Push the parent bill before you push its payment"),
    ("not_found_other", "It's no longer in QuickBooks"),
    ("tax_code_not_mapped", "A taxable bill requires another tax code mapping"),
    ("tax_code_not_mapped", "VatCodeFinder::SeveralMatchesFoundError"),
    ("tax_code_not_mapped", "Every bill must have a [tax] rate"),
    ("not_found_other", "That class might already be deleted in QuickBooks"),
    # who may connect, which company, and who has to act
    ("permission_denied", "The person who connected lost the admin role"),
    ("permission_denied", "This login is not a member of the chosen company"),
    ("permission_denied", "Test companies cannot be used with this app"),
    ("permission_denied", "Not the company that you chose before"),
    ("permission_denied", "The credentials are wrong, look at CLIENT_SECRET"),
    ("token_expired", "QuickBooks wants you to sign in again"),
    ("token_expired", "We no longer have access to your books in QuickBooks"),
    ("subscription_inactive", "QuickBooks has not been paid for"),
    ("subscription_inactive", "Intuit has suspended the company"),
    ("duplicate_doc_number", "QuickBooks already uses number 17"),
    ("duplicate_name", "Two clients share the same name"),
    ("duplicate_name", '"Roe" is already the name of an employee'),
    ("permission_denied", "The authorization link has expired"),
    ("permission_denied", "OAuth callback refused: missing or wrong state"),
    ("permission_denied", "RUN_A_CALL_CLIENT_ID / RUN_A_CALL_CLIENT_SECRET undefined"),
    ("token_expired", "RUN_A_CALL_REALM_ID is not set"),
    ("token_expired", "No realm ID was stored"),
    ("item_not_found", "Connect an item for trips before you add a trip"),
    ("customer_not_found", "The tag does not match any customer"),
    ("customer_not_found", "Client not created - needs a person"),
    ("account_inactive", "Please verify your QuickBooks sales account"),
    ("permission_denied", "Intuit did not recognize our client ID"),
    ("permission_denied", "QuickBooks did not grant a thing: it has not granted our app access"),
    ("permission_denied", "Intuit did not send an authorization code"),
    ("permission_denied", "Intuit did not say which company it is"),
    ("permission_denied", "The sign-in attempt was stale"),
    ("token_expired", "Intuit did not accept the sign-in, please try again"),
    ("customer_not_found", "The client does not have a QuickBooks ID"),
    ("not_found_other", "Sync the bill first, or there will be duplicate payments"),
    ("not_found_other", "Push the bill before sending or retrying its payment"),
    ("token_expired", "QuickBooks is not properly connected"),
    ("token_expired", "Look for a revoked app authorization there"),
    ("rate_limited", "QuickBooks API 429: none"),
    # what passes
    ("server_error", "Unable to decode the JSON answer"),
    ("server_error", "The answer was not JSON"),
    ("stale_object", "It changed in QuickBooks since then"),
    ("stale_object", "QuickBooks has a newer version of this bill"),
    ("stale_object", "Somebody changed that bill in QuickBooks"),
    ("server_error", "QuickBooks did not answer properly"),
    ("server_error", "The export failed temporarily and will be retried"),
    ("server_error", "Another export is running"),
    ("network", "The request never reached Intuit"),
    ("network", "The answer from Intuit got interrupted"),
    ("rate_limited", "QuickBooks limits how many calls we may make"),
    # who is asked to try again has to act where the sentence names what is wrong
    ("subscription_inactive", "The QuickBooks company is restricted by its subscription. Please try again."),
    ("permission_denied", "Not the company that you chose before. Please try again."),
    ("server_error", "Could not send bill 17 to QuickBooks. Please try again."),
    # only that it failed
    ("unknown", "Could not send bill 17 to QuickBooks"),
    ("unknown", "There was a problem while exporting your payment"),
    ("unknown", "QuickBooks refused the estimate"),
    ("unknown", "QuickBooks did not accept the saved entry"),
    # a field, or a rule about a record, is not the record
    ("validation", "The customer's address is missing"),
    ("validation", "The address of the customer is missing"),
    ("validation", "Choose a due date before you export"),
    ("validation", "The item needs a unit price"),
    ("validation", "The line of the bill needs a description"),
    ("validation", "A bank account number is required"),
    ("validation", "The certificate of this client is missing a date"),
    ("validation", "Bills of zero are not exported"),
    ("validation", "The supplier is used in two open orders"),
    ("validation", "This client is used on a recurring estimate and stays"),
    ("validation", "The item in QuickBooks is not set up properly for stock"),
    ("validation", "This bill is linked to a payment and cannot be deleted"),
    ("validation", "A client with a balance must not be made inactive"),
    ("validation", "Choose another customer"),
    ("validation", "The tax exemption form is missing"),
    ("validation", "Client not pushed to QuickBooks because its memo is too long"),
    ("validation", "Your bill 17 was not sent. The amount must be positive."),
    ("validation", "The coupon has expired"),
    ("validation", "The body of the request is not JSON, correct it"),
    ("validation", "The amount does not match the total"),
    ("validation", "The state of the customer's address is invalid"),
    ("validation", "The connection between part and kit is not valid"),
    ("validation", "Look into QuickBooks before retrying, the write may have been made"),
    ("validation", "The bill total differs, and the bill is closed in our app"),
]


@pytest.mark.parametrize(("label", "words"), SAID, ids=[words[:50] for _, words in SAID])
def test_a_sentence_is_read_by_its_parts(label: str, words: str) -> None:
    assert label_of(words) == label


def test_only_sentences_of_other_programs_are_read_by_their_parts() -> None:
    assert read(business("Choose a customer for this line"), 400, JSON).code != "customer_not_found"
    assert read('{"error": "The customer needs some care"}', 403, JSON).code == "permission_denied"


def test_the_pairs_of_a_text() -> None:
    assert ("customer", "gone") in pairs_in("not sent because the customer on invoice 17 was deleted")
    assert ("document", "gone") not in pairs_in("not sent because the customer on this invoice was deleted")
    assert pairs_in("nothing of it") == frozenset()
    assert pairs_in("the customer was deleted. " * 50) == frozenset()


def test_the_only_thing_of_a_text() -> None:
    assert only_thing("inactive: customer roe") == "customer"
    assert only_thing("inactive: a customer or an item") == only_thing("inactive") == ""


def test_no_reason_is_told() -> None:
    assert tells_no_reason("we could not send invoice 17 to quickbooks")
    assert not tells_no_reason("we could not send invoice 17 to quickbooks in time")
    assert not tells_no_reason("")


def wrong(label: str, sayings: list[str]) -> list[tuple[str, str]]:
    texts = [frame.format(saying[0].upper() + saying[1:], saying) for saying, frame in product(sayings, FRAMES)]
    return [(text, found) for text in texts if (found := label_of(text)) != label]


def label_of(text: str) -> str:
    return catalogue.entry(read(text, None, TEXT, entity="", operation="").code).label
