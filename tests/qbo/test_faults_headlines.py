"""The reader of faults: what is said means the same in every frame and in every shape of JSON."""

import json
from collections.abc import Callable

import pytest

from qbo import catalogue
from qbo.failures import Answer
from qbo.faults import read_fault
from qbo.faults.headlines import reason
from qbo.faults.sentences import pairs_in, tells_no_reason
from tests.qbo.fault_bodies import HTML, JSON, TEXT, read

SAID: dict[str, tuple[str, ...]] = {
    "tax_code_not_mapped": ("Map this to a QuickBooks tax code", "The VAT rate was left blank"),
    "customer_not_found": ("The customer of this job was deleted", "No QuickBooks customer is chosen"),
    "item_not_found": ("The product is not mapped",),
    "account_inactive": ("Please choose a deposit account", "The clearing account is inactive"),
    "not_found_other": ("The vendor was deleted",),
    "duplicate_doc_number": ("Number 17 is already used",),
    "duplicate_name": ("This name is taken",),
    "closed_period": ("The period is closed",),
    "token_expired": ("Our access to QuickBooks has ended",),
    "permission_denied": ("The user of QuickBooks may not create bills", "State mismatch"),
    "stale_object": ("Stale record", "Version mismatch"),
    "server_error": ("Backend error", "Scheduled maintenance"),
    "subscription_inactive": ("The QuickBooks subscription was suspended",),
    "validation": ("The amount must be positive", "The memo has too many letters in its second line"),
}
CASES = [(label, words) for label, sayings in SAID.items() for words in sayings]

FRAMES = (
    "Failed to send bill 17: {0}",
    "Bill 17 could not be sent to QuickBooks. Reason: {0}",
    "[QBO] {0}",
    "{0} (ref: 8f2a)",
    "{0} intuit_tid: 1-65aa-0f0f",
    "QuickBooks error: {0}. Please fix this and try again.",
    "Sync error. {0}. Contact support if this keeps happening.",
    "2026-11-29 10:00:01 ERROR books.sync - {0}",
    "books.errors.SyncException: {0}",
)


@pytest.mark.parametrize(("label", "words"), CASES)
def test_what_is_said_is_read_in_every_frame(label: str, words: str) -> None:
    texts = [frame.format(words) for frame in FRAMES]
    assert [(text, found) for text in texts if (found := label_of(text)) != label] == []


SHAPES: tuple[Callable[[str], object], ...] = (
    lambda said: {"message": said},
    lambda said: {"msg": said, "success": False},
    lambda said: {"error": said},
    lambda said: {"error": {"message": said}},
    lambda said: {"errors": [{"message": said}]},
    lambda said: {"errors": [said]},
    lambda said: {"errors": {"base": [said]}},
    lambda said: [said],
    lambda said: {"detail": said, "title": "Bad Request", "status": 400},
    lambda said: {"statusCode": 400, "message": said, "error": "Bad Request"},
    lambda said: {"statusCode": 400, "message": [said], "error": "Bad Request"},
    lambda said: {"status": "error", "reason": said},
    lambda said: {"data": {"error": said}},
    lambda said: {"response": {"error": {"message": said}}},
    lambda said: {"error": {"code": "SYNC_FAILED", "message": said, "retryable": False}},
    lambda said: {"error": "Sync failed", "details": said},
    lambda said: {"message": "Sync failed", "cause": {"message": said}},
    lambda said: {"exception": "SyncException", "message": said, "trace": ["deleted_customer.py"]},
    lambda said: {"bill": 17, "status": "failed", "error": {"source": "books", "description": said}},
    lambda said: {"request": {"message": "Deleted vendor"}, "last_error": said},
)


@pytest.mark.parametrize(("label", "words"), CASES)
def test_what_is_said_is_read_in_every_shape(label: str, words: str) -> None:
    texts = [json.dumps(shape(words)) for shape in SHAPES]
    assert [(text, found) for text in texts if (found := label_of(text)) != label] == []


@pytest.mark.parametrize("status", [200, 201])
def test_a_success_is_no_error_because_it_has_texts(status: int) -> None:
    successes: list[object] = [
        {"Invoice": {"Id": "17", "PrivateNote": "Failed to reach the customer", "error": "none"}},
        {"message": "The customer was deleted"},
        {"QueryResponse": {"Invoice": [{"CustomerMemo": {"value": "Error in the panel"}}]}, "time": "2026-11-29"},
        {"success": True, "message": "The period is closed now"},
        {"error": None, "errors": [], "status": "ok", "message": "The tax code is missing no more"},
        {"Item": {"Name": "Fault finder", "Description": "Finds a fault", "Fault_code": "E5"}},
    ]
    assert [one for one in successes if read_fault(Answer(status, JSON, json.dumps(one)))] == []


@pytest.mark.parametrize(
    "told",
    [
        {"success": False, "message": "The period is closed"},
        {"ok": False, "error_message": "The period is closed"},
        {"Status": False, "Message": "The period is closed"},
        {"status": "failed", "reason": "The period is closed"},
        {"data": {"error": {"message": "The period is closed"}}},
        {"status": 422, "title": "The period is closed"},
    ],
)
def test_a_program_that_says_that_it_failed_did_whatever_status_it_gives(told: object) -> None:
    assert read(json.dumps(told), 200, JSON).code == "closed_period"


def test_the_code_in_the_words_and_the_status_beside_them_count() -> None:
    passed_on = {"message": "Bad Request", "providerMessage": "2500 - Invalid Reference Id: Line.ItemRef"}

    assert read(json.dumps(passed_on), 400, JSON).code == "item_not_found"
    assert read('{"message": "One at a time, please", "httpCode": 429}', None, JSON).code == "rate_limited"


def test_what_was_asked_is_not_what_went_wrong() -> None:
    told = {"message": "Something happened", "request": {"error": "The customer was deleted"}, "line": ["No item"]}

    assert read(json.dumps(told), 400, JSON).code == "unknown"


def test_a_quotation_of_what_somebody_said_is_read_and_a_name_is_not() -> None:
    assert label_of('QuickBooks said: "Please choose a deposit account"') == "account_inactive"
    assert label_of('QuickBooks answered "The memo must be shorter than that"') == "validation"
    assert ("customer", "gone") not in pairs_in('the memo of "the customer was deleted yesterday" is long')
    assert tells_no_reason('could not send "acme: books are closed inc" to quickbooks')


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("could not send bill 17: stale record", "stale record"),
        ("sync failed because it is too long. please try again", "it is too long"),
        ("the memo is too long", ""),
        ("could not send bill 17. please contact support", ""),
        ("sync failed: " + "very " * 90 + "long", ""),
    ],
)
def test_the_reason_behind_its_frame(text: str, left: str) -> None:
    assert reason(text) == left


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_part_is_read_with_the_status_of_the_whole(status: int) -> None:
    whole = read("<html><body>The connection failed: no network here</body></html>", status, HTML)
    assert whole.code == read("", status, HTML).code


def label_of(text: str) -> str:
    status = 400 if text.startswith(("{", "[{", '["')) else None
    failure = read(text, status, JSON if status else TEXT, entity="", operation="")
    return catalogue.entry(failure.code).label
