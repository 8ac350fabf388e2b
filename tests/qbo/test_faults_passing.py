"""The reader of faults: what passes if one waits is never refused, and what somebody has to correct never waits."""

import json

import pytest

from qbo import catalogue
from tests.qbo.fault_bodies import HTML, JSON, TEXT, body, business, gateway, read, xml

PASSES: list[tuple[int | None, str]] = [
    # QuickBooks' checks, which also report what passes
    (400, business("The books are busy at the same time. Try again.")),
    (400, business("This account is locked by another process. Please try again.")),
    (400, business("It was being saved when an unexpected error occurred.")),
    (400, body("7001", "message=No destination found for given partition key; errorCode=007001")),
    (500, body("10000", "An application error has occurred", "System Failure Error: deadlock", type="SystemFault")),
    (500, xml("10000", "An application error has occurred", "System Failure Error: Read timed out")),
    (500, body("120", "Authorization Failure", "Unknown, statusCode: 500", type="AuthorizationFault")),
    (503, gateway("3100", "ServiceUnavailable", 503)),
    # a status, with and without words
    *((status, "") for status in (408, 429, 500, 502, 503, 504, 520, 529)),
    (None, "The remote server returned an error: (503) Server Unavailable."),
    (None, 'StatusCodeError: 502 - "<html>"'),
    (None, "received non-200 response: 502"),
    (None, "unexpected status: 503"),
    (None, "HTTPError: Response code 503 (Service Unavailable)"),
    (None, "IdsException: GatewayTimeout"),
    (None, "Faraday::RetriableResponse"),
    # a broken server, while something else is named
    (None, "Could not send invoice 1042 of Deleted Items Inc: HTTP 503"),
    (None, "Creating the missing customer failed: 502 Bad Gateway"),
    (None, "Could not refresh the token: HTTP 500 Internal Server Error"),
    (None, "Token endpoint unavailable (503), will retry"),
    (None, "Refresh Token failed. Body: [<html><head><title>502 Bad Gateway</title></head></html>]."),
    (400, '{"error":"server_error","error_description":"no details"}'),
    (400, '{"error":"temporarily_unavailable"}'),
    # sentences of other programs
    (None, "QuickBooks Online is currently down"),
    (None, "You have exceeded the number of concurrent requests"),
    (None, "QuickBooks did not answer in time"),
    (None, "Lost connection to QuickBooks during the sync"),
    (None, "The sync stopped, we will try again at noon"),
    (None, "The servers are overloaded"),
    (None, "Could not save the bill, it will be retried automatically"),
    (None, "The push of this bill is still in flight"),
    (None, "Lock already held"),
    (None, "This receipt is being exported by another worker"),
    (None, "A temporary Intuit error"),
    (None, "QuickBooks just had a hiccup"),
    (None, "The answer was cut short"),
    (None, "QuickBooks limits how often we may ask"),
    (400, business("Please wait until the first request is done.")),
    # names of classes, with their namespace
    (None, "Books.Client.RetryExceededException"),
    (None, "Books.Client.CommunicationException"),
    (None, "Books::ThrottleExceeded"),
    # the limit of a gateway, not of a field
    (403, '{"message":"Limit Exceeded"}'),
    (403, "Limit exceeded"),
]

NOT_AGAIN = [
    "The connection was reset after QuickBooks had saved it, do not retry",
    "HTTP 503, but the invoice is in QuickBooks. Never send it again!",
    "Saved in QuickBooks and lost here: don't try again",
]


@pytest.mark.parametrize("words", NOT_AGAIN)
def test_what_must_not_be_sent_again_does_not_wait(words: str) -> None:
    assert not catalogue.entry(read(words, None, TEXT).code).waiting_helps
    assert not catalogue.entry(read(json.dumps({"error": words}), 503, JSON).code).waiting_helps


def test_what_must_only_not_be_sent_at_once_waits() -> None:
    assert read("Too many requests, do not retry before 10:00", None, TEXT).code == "rate_limited"
    assert read("QuickBooks is down, do not retry yet", None, TEXT).code == "server_error"


TO_BE_CORRECTED = [
    "Shorten the memo, then it will be retried automatically",
    "Choose an account and the bill will be resent shortly",
    "The item Time-out switch is inactive",
    "The customer 'Gateway Timeout Inc' was deleted",
    "Locations are not available in your QuickBooks plan at the moment",
    "QuickBooks limits how many characters a memo has",
    "Job 17 is still in progress and has no invoice",
    "The pump of job 17 is still running, finish it first",
    "Lock cylinder: choose a product type",
    "Add a tax code to each line. Please try again.",
    "Review the lines of this bill and please try again.",
    "Map the income account first. Try again.",
    "Correct the amount of the second line. Please try again.",
    "Enter the date on which it was paid, and please try again.",
    "Select who pays for it. Try again.",
    "The name is too long. Try again.",
    "Each line must have an item. Please try again.",
    "This item is on another request; void that one first",
    "QuickBooks answered with 500 invoices at most",
    "Character limit exceeded",
]


def waits(status: int | None, text: str) -> bool:
    content_type = JSON if text.startswith("{") else HTML if text.startswith("<") else TEXT
    return catalogue.entry(read(text, status, content_type).code).waiting_helps


@pytest.mark.parametrize(("status", "text"), PASSES)
def test_what_passes_is_not_refused(status: int | None, text: str) -> None:
    assert waits(status, text)


@pytest.mark.parametrize("words", TO_BE_CORRECTED)
def test_what_has_to_be_corrected_does_not_wait(words: str) -> None:
    assert not waits(None, words)
    assert not waits(400, business(words))
    assert not waits(400, json.dumps({"message": words}))


def test_a_program_that_passes_on_a_refusal_with_a_status_of_its_own_is_believed() -> None:
    """Only the words of a gateway decide, not the status with which somebody else's program sends them."""
    assert read('{"message":"The user has denied access"}', 502).code == "permission_denied"
    assert read("502 Bad Gateway while a user was denied access", None, TEXT).code == "server_error"
