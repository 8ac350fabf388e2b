"""The reader of faults: whatever is said of one kind of record is read when it is said of another.

Every phrase is tried with every noun, so that a term that is missing for one of them shows.
"""

import pytest

from qbo import catalogue
from tests.qbo.fault_bodies import TEXT, business, read

NOUNS = {
    "customer_not_found": ("customer", "client"),
    "item_not_found": ("item", "product", "service", "product/service", "SKU"),
    "account_inactive": ("account", "income account", "GL account", "expense account"),
    "tax_code_not_mapped": ("tax code", "tax rate", "sales tax code", "VAT code", "GST rate", "tax group"),
    "not_found_other": (
        *("vendor", "supplier", "class", "location", "department", "term", "payment method", "project"),
        *("invoice", "bill", "estimate", "payment", "deposit", "transaction", "record", "purchase"),
        *("purchase order", "credit memo", "journal entry"),
    ),
}
GONE = (
    "The {n} was deleted in QuickBooks",
    "The {n} has been deleted",
    "The {n} you are using has been made inactive",
    "The selected {n} is inactive",
    "The {n} may be deleted or inactive in QuickBooks",
    "Inactive {n}",
    "Deleted {n}",
    "{n} inactive: X7",
    "{n} is no longer active",
    "{n} is not active",
    "{n} isn't active in QuickBooks",
    "{n} was archived",
    "{n} has been deactivated",
    "{n} has been disabled in QuickBooks",
    "The {n} was removed",
    "The {n} has been removed from QuickBooks",
    "The {n} on this order was deleted from QuickBooks",
    "Cannot use inactive {n}",
    "Reactivate the {n} in QuickBooks",
    "The order refers to a deleted {n}",
    "The order contains an inactive {n}",
)
MISSING = (
    "{n} not found",
    "{n} 'Acme 7' not found in QuickBooks",
    "{n} 17 does not exist",
    "{n} with id 17 was not found",
    "{n} is no longer available in QuickBooks",
    "{n} 'X7' isn't in QuickBooks",
    "{n} is missing in QuickBooks",
    "{n} missing from QuickBooks",
    "The {n} no longer exists in QuickBooks",
    "The {n} could not be found",
    "The {n} doesn't exist anymore",
    "The {n} referenced does not exist in the list",
    "The order uses a {n} that no longer exists",
    "We couldn't find the {n} in QuickBooks",
    "Unable to find {n} 'X7'",
    "No {n} found with ID 17",
    "No such {n}",
    "No matching {n} in QuickBooks",
    "There is no {n} with this ID in QuickBooks",
    "Failed to look up {n}: not found",
    "Unknown {n}",
)
MISTAKEN = (
    "Invalid reference to {n} 17",
    "There is an invalid reference to QuickBooks {n} in the order",
    "{n} reference is invalid",
    "{n} is not mapped",
    "{n} not mapped",
    "No {n} mapped",
    "Missing {n} mapping",
    "Unmapped {n}",
    "{n} mapping not found",
)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("phrase", [*GONE, *MISSING, *MISTAKEN])
def test_a_phrase_means_the_same_of_every_noun(phrase: str) -> None:
    wrong = []
    for label, nouns in NOUNS.items():
        for noun in nouns:
            text = phrase.format(n=noun)
            code = read(text[0].upper() + text[1:], None, TEXT, entity="", operation="").code
            if catalogue.entry(code).label != label:
                wrong.append((text, code))
    assert wrong == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        # a client of HTTP, a client ID, and the account at Intuit
        ("request_refused", "404 Client Error: Not Found for url: https://books.example/v3/invoce"),
        ("app_refused", "Invalid client ID"),
        ("subscription_inactive", "Your QuickBooks account is no longer active"),
        # a field of a record, and what is said of what one may do with it
        ("validation", "The customer's phone is missing in QuickBooks"),
        ("validation", "Invalid account number format"),
        ("validation", "The payment was removed from the deposit. Choose another one."),
        ("validation", "This vendor cannot be deleted because bills use it"),
        ("validation", "A customer with a balance cannot be made inactive"),
        ("tax_not_enabled", "Sales tax isn't active in QuickBooks"),
        ("unknown", "Unknown record error"),
        # which of several kinds of records it is, is not said
        ("reference_not_found", "A vendor, class or location that it uses was deleted"),
        ("reference_not_found", "One of its customers or items no longer exists"),
        ("reference_not_found", "Customer or vendor not found"),
        ("item_inactive", "The product/service on line 2 was deleted"),
        ("duplicate_name", "A customer or vendor of this name already exists"),
        # the company's account at Intuit, and what is set up in another way than it should be
        ("validation", "The service in your QuickBooks account is not set up correctly"),
        ("income_account_missing", "The income account is not set up"),
    ],
)
def test_what_only_looks_like_a_missing_record(code: str, text: str) -> None:
    assert read(text, None, TEXT, entity="", operation="").code == code


def test_it_is_the_same_under_the_code_of_business_rules() -> None:
    assert read(business("The client is no longer available in QuickBooks.")).code == "customer_not_found"
    assert read(business("The purchase order may be deleted or inactive.")).code == "not_found_other"
