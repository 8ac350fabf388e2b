"""Failure, its cause and its words."""

import pytest

from qbo.failures import Failure, FailureKind, FaultEntry, Subject, shorten


def test_a_cause_is_a_code_and_its_subject() -> None:
    failure = Failure("tax_code_not_mapped", Subject("tax_rate", "3+7", "Combined 7.25"))

    assert failure.cause_key == "tax_code_not_mapped:tax_rate:3+7"
    assert Failure("tax_code_not_mapped").cause_key == "tax_code_not_mapped"
    assert Failure("token_expired", Subject("company", "", "")).cause_key == "token_expired"


def test_a_subject_without_an_id_is_told_apart_by_its_name() -> None:
    one = Failure("item_not_found", Subject("item", "", "Capacitor 35/5"))
    other = Failure("item_not_found", Subject("item", "", " capacitor 35/5 "))

    assert one.cause_key == other.cause_key == "item_not_found:item:capacitor 35/5"


@pytest.mark.parametrize("code", ["closed_period", "duplicate_doc_number", "tax_not_enabled", "stale_object"])
def test_what_one_act_fixes_is_one_cause_whatever_each_invoice_names(code: str) -> None:
    assert Failure(code, Subject("number", "1842", "1842")).cause_key == code


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            Failure("tax_code_not_mapped", Subject("tax_rate", "7", "Combined 7.25")),
            "Tax code 'Combined 7.25' not mapped",
        ),
        (
            Failure("item_not_found", Subject("item", "12", "Capacitor 35/5")),
            "Item 'Capacitor 35/5' not found in QBO",
        ),
        (
            Failure("customer_not_found", Subject("customer", "4", "M. Okafor")),
            "Customer 'M. Okafor' not found in QBO",
        ),
        (
            Failure(
                "closed_period",
                Subject("date", "2026-05-31", "2026-05-31"),
                facts={"invoice_date": "2026-05-12", "closing_date": "2026-05-31"},
            ),
            "Closed period: 2026-05-12 is before the closing date 2026-05-31",
        ),
        (
            Failure("closed_period", facts={"invoice_date": "2026-05-31", "closing_date": "2026-05-31"}),
            "Closed period: 2026-05-31 is on the closing date 2026-05-31",
        ),
        (Failure("closed_period"), "Closed period"),
        (
            Failure("account_inactive", Subject("account", "79", "Sales"), facts={"item": "Furnace"}),
            "Account 'Sales' is inactive (item 'Furnace')",
        ),
        (Failure("customer_not_found", Subject("customer", "583", "")), "Customer 'Id 583' not found in QBO"),
        (
            Failure("duplicate_doc_number", Subject("number", "1842", "1842"), facts={"txn_id": "9"}),
            "Duplicate Doc Number: '1842' already exists in QBO",
        ),
        (
            Failure("validation", entries=(FaultEntry(message="No", detail="Too  much"),)),
            "QBO refuses it: No / Too much",
        ),
        (Failure("nobody_knows"), "QBO gave an answer that Run a Call does not know"),
    ],
)
def test_messages_name_what_they_are_about(failure: Failure, message: str) -> None:
    assert failure.message == message


def test_a_message_survives_any_name_and_any_fact() -> None:
    wild = "{0.__class__} [x] {subject_name} %s"
    failure = Failure("tax_code_not_mapped", Subject("tax_rate", "1", wild), facts={"nothing": "asks for this"})

    assert failure.message == f"Tax code '{wild}' not mapped"
    assert wild in failure.remedy[1]


def test_an_unknown_code_is_honest() -> None:
    failure = Failure("nobody_knows")

    assert failure.title == "Unknown answer"
    assert failure.kind is FailureKind.PERSON
    assert failure.remedy
    assert failure.dispatcher


def test_intuits_words_come_once_each() -> None:
    same = FaultEntry("6100", "Invalid code", "Use TAX or NON.")
    failure = Failure("validation", entries=(same, same, FaultEntry(detail="Other")))

    assert failure.intuit_words == "Invalid code / Use TAX or NON.; Other"


def test_long_words_are_cut_to_a_line() -> None:
    assert shorten("a\n b") == "a b"
    assert len(shorten("word " * 1000)) <= 200
    assert shorten("word " * 1000).endswith("…")
