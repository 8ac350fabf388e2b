"""The reader of faults: what a fault names besides its code."""

import pytest

from qbo.failures import Answer, Failure, Subject
from qbo.faults import read_fault
from tests.qbo.fault_bodies import body, business, read


def test_a_used_number_tells_who_has_it() -> None:
    detail = "This number is taken. DocNumber=FS-1042 is assigned to TxnType=Invoice with TxnId=45"
    failure = read(body("6140", "Duplicate Document Number Error", detail))

    assert failure.subject == Subject("number", "", "FS-1042")
    assert (failure.facts["txn_type"], failure.facts["txn_id"]) == ("Invoice", "45")
    assert failure.message == "Duplicate Doc Number: 'FS-1042' already exists in QBO (Invoice 45)"


@pytest.mark.parametrize(
    ("detail", "element", "subject"),
    [
        ("Names element id 583 not found", "Reference Id", Subject("customer", "583", "")),
        ("Accounts element id 437 not found", "", Subject("account", "437", "")),
        ("Items element id 9 not found", "", Subject("item", "9", "")),
        ("Customer assigned to this has been deleted, you must restore M. Okafor (deleted).", "",
         Subject("customer", "", "M. Okafor")),
    ],
)  # fmt: skip
def test_a_fault_names_its_subject(detail: str, element: str, subject: Subject) -> None:
    assert read(body("2500", "Invalid Reference Id", detail, element)).subject == subject


def test_a_refused_field_is_named() -> None:
    failure = read(body("2050", "Invalid String Length", "Supplied length:1,001", "PrivateNote"))

    assert failure.subject == Subject("field", "PrivateNote", "")
    assert failure.facts["supplied"] == "1,001"


def test_the_one_who_was_faster_is_named() -> None:
    failure = read(body("5010", "Stale Object Error", "You and Ana Lee were working on this at the same time."))

    assert failure.message == "Changed in QBO by Ana Lee while it was being sent"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("60", 60),
        (" 5 ", 5),
        ("", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-3", None),
        ("9" * 9, 86400),
    ],
)
def test_retry_after_is_read_where_it_is_seconds(header: str, seconds: int | None) -> None:
    failure = read_fault(Answer(429, "", "", header))

    assert failure is not None
    assert failure.retry_after_seconds == seconds


def test_intuits_words_stay_with_the_failure_as_facts() -> None:
    failure = read(business("The discount is larger than the subtotal."))
    without_entries = Failure(failure.code, failure.subject, facts=failure.facts)

    assert "larger than the subtotal" in without_entries.message
