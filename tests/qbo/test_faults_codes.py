"""The reader of faults: a status that other programs put in the place of Intuit's code, and words that disagree."""

import json

import pytest

from qbo import catalogue
from tests.qbo.fault_bodies import JSON, TEXT, XML, body, read, xml

WORDS_DECIDE = [
    ("customer_not_found", 400, "This customer has been made inactive in QuickBooks"),
    ("tax_code_not_mapped", 400, "Select a VAT rate for each line"),
    ("token_expired", 400, "invalid_grant"),
    ("duplicate_doc_number", 500, "Duplicate Document Number Error"),
    ("closed_period", 500, "The books are closed"),
    ("stale_object", 424, "Stale object"),
    ("item_not_found", 422, "Line 3: service is missing"),
    ("not_found_other", 404, "Invoice 9 could not be found"),
    ("network", 500, "read ECONNRESET"),
    ("permission_denied", 502, "The user has denied access"),
    ("customer_not_found", 503, "Customer not found"),
]
STATUS_DECIDES = [
    ("server_error", 500, "Internal Server Error"),
    ("server_error", 500, "An application error has occurred"),
    ("server_error", 500, "Cannot read properties of null"),
    ("server_error", 501, "x"),
    ("server_error", 503, "Invalid token"),
    ("server_error", 502, "Unauthorized"),
    ("server_error", 504, "Authentication failed"),
    ("server_error", 522, "Access denied"),
    ("server_error", 520, "Forbidden"),
    ("token_expired", 401, "Service unavailable"),
    ("permission_denied", 403, "Refused"),
    ("rate_limited", 429, "Invalid token"),
]


@pytest.mark.parametrize(("failure", "code", "words"), WORDS_DECIDE + STATUS_DECIDES)
def test_a_status_in_the_place_of_the_code(failure: str, code: int, words: str) -> None:
    for given in (code, str(code)):
        for told in ({"code": given, "message": words}, {"error": {"code": given, "message": words}}):
            assert read(json.dumps(told), None, JSON).code == failure


def test_a_token_that_the_program_itself_calls_expired_is_not_waited_for() -> None:
    """Many programs give 500 for every error of theirs."""
    failure = read('{"code":"500","message":"The refresh token has expired"}', None, JSON)

    assert failure.code == "token_expired"
    assert not catalogue.entry(failure.code).waiting_helps


@pytest.mark.parametrize("code", ["400", "500", "501"])
def test_in_a_fault_of_quickbooks_they_are_intuits(code: str) -> None:
    assert read(body(code, "Internal Server Error", "Something else")).code == "request_refused"
    assert read(xml(code, "Internal Server Error", "Something else"), 400, XML).code == "request_refused"


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        ("server_error", {"errorMessage": "The service could not do that", "errorDetails": {"httpCode": "500"}}),
        ("token_expired", {"errorMessage": "Authorization failed, check your credentials", "x": {"httpCode": "401"}}),
        ("permission_denied", {"errorMessage": "Forbidden, check your credentials", "x": {"httpCode": "403"}}),
        ("rate_limited", {"errorMessage": "One request after another, please", "x": {"httpCode": "429"}}),
    ],
)
def test_an_automation_tells_the_status_beside_its_words(failure: str, told: dict[str, object]) -> None:
    assert read(json.dumps(told), None, JSON).code == failure


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        ("token_expired", {"error": "Unauthorized"}),
        ("token_expired", {"error": "unauthorized", "message": "Ask your host"}),
        ("permission_denied", {"error": "forbidden"}),
        ("network", {"error": "timeout"}),
        ("server_error", {"error": "ServiceUnavailable", "message": "later"}),
        ("server_error", {"code": 500, "error": "Internal"}),
        ("server_error", {"code": "503", "error": "Unauthorized"}),
        ("token_expired", {"code": "401", "error": "Go away"}),
        ("token_expired", {"error": "invalid_grant"}),
        ("token_expired", {"code": 400, "error": "invalid_grant"}),
        ("tax_code_not_mapped", {"error": "MissingTaxCode", "message": "Line 1"}),
    ],
)
def test_an_error_of_one_word_is_words_and_not_silence(failure: str, told: dict[str, object]) -> None:
    assert read(json.dumps(told), None, JSON).code == failure


ANSWERS = {
    401: "token_expired",
    403: "permission_denied",
    429: "rate_limited",
    500: "server_error",
    503: "server_error",
}


@pytest.mark.parametrize(
    "form",
    [
        *("HTTP {}", "{}", "status code {}", "Error {}", "status: {}", "http_status={}", "code={}", "Error code: {}"),
        *("Request failed: {}", "Request failed with status {}", "failed with {}", "got a {}", "responded {}"),
        *("{} error", "HTTPError({})", "Bad response: {}", "Received {} from QuickBooks", "QuickBooks returned {}"),
        *("QuickBooks API error ({})", "Sync failed ({})", "HTTP {} from Intuit", "Unexpected response code: {}"),
        *("invoice push failed, http_status={}", "Client got status {} while creating an invoice"),
        *('{{"status":{}}}', '{{"error":"HTTP {}"}}', '{{"message":"Request failed with status code {}"}}'),
    ],
)
def test_a_status_is_read_wherever_it_stands(form: str) -> None:
    read_as = {status: read(form.format(status), None, TEXT, entity="", operation="").code for status in ANSWERS}
    assert read_as == ANSWERS


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Choose another account code: 401",
            "Shorten the product code: 503",
            "We received 500 invoices from you, too many",
        ),
        *("The parcel must have a zip code: 503", "Responded: 403 of 500 customers must be corrected"),
    ],
)
def test_a_number_that_is_no_status(text: str) -> None:
    assert read(text, None, TEXT, entity="", operation="").code == "validation"
