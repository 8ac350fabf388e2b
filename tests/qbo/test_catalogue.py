"""The catalogue: complete, in the article's words, and equal to what is made of it."""

import dataclasses
import re
from pathlib import Path

import pytest

from qbo import catalogue
from qbo.catalogue import CATALOGUE, DOCUMENTED
from qbo.catalogue.entry import FIELD, KIND_WORDS, PAGE_WORDS, WHO_WORDS, fill
from qbo.catalogue.markdown import error_docs
from qbo.failures import Failure, FailureKind, Who
from qbo.faults.rules import RULES
from qbo.pages.help_texts import ERRORS_PAGE, TAX_PAGE, help_pages, help_section

DOCS = Path(__file__).parents[2] / "docs" / "errors.md"

LABELS = {
    "customer_not_found",
    "tax_code_not_mapped",
    "item_not_found",
    "closed_period",
    "account_inactive",
    "duplicate_doc_number",
    "tax_not_enabled",
    "token_expired",
    "duplicate_name",
    "stale_object",
    "rate_limited",
    "server_error",
    "network",
    "subscription_inactive",
    "permission_denied",
    "validation",
    "not_found_other",
    "unknown",
}
LISTS = {"Preferences", "TaxCode", "Item", "Account", "Customer", "Term", "PaymentMethod"}
FACTS = {
    "what",
    "subject_name",
    "record",
    "amount",
    "invoice_date",
    "closing_date",
    "relation",
    "item",
    "tax_code",
    "agency",
    "txn_type",
    "txn_id",
    "holder",
    "here",
    "there",
    "ours",
    "theirs",
    "rates",
    "changed_by",
    "fields",
    "http_status",
    "intuit_words",
    "error",
    "reason",
    "way_out",
    "txn_of",
    "discount",
    "state",
    "method",
    "received_date",
} | {f"{side}_{name}" for side in ("our", "their") for name in ("total", "tax", "date", "number")}


def test_the_documented_eight_have_the_articles_titles_in_its_order() -> None:
    assert [CATALOGUE[code].title for code in DOCUMENTED] == [
        "Customer not found",
        "Tax code not mapped",
        "Item not found",
        "Closed period",
        "Account inactive",
        "Duplicate Doc Number",
        "Tax not enabled",
        "Token expired",
    ]


def test_codes_are_unique_and_keyed_by_themselves() -> None:
    entries = [entry for section in catalogue.SECTIONS.values() for entry in section]

    assert len(entries) == len(CATALOGUE)
    assert all(code == entry.code for code, entry in CATALOGUE.items())


def test_every_field_is_filled() -> None:
    for entry in CATALOGUE.values():
        for field in ("code", "title", "message", "meaning", "remedy", "dispatcher", "where", "label"):
            assert getattr(entry, field), (entry.code, field)
        assert all(step.strip() for step in entry.remedy), entry.code


def test_fields_hold_known_words_only() -> None:
    for entry in CATALOGUE.values():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", entry.code), entry.code
        assert entry.label in LABELS, entry.code
        assert entry.where in PAGE_WORDS, entry.code
        assert set(entry.refreshes) <= LISTS, entry.code
        assert entry.kind in KIND_WORDS, entry.code
        assert entry.who in WHO_WORDS, entry.code


def test_templates_name_known_facts_only() -> None:
    for entry in CATALOGUE.values():
        texts = (entry.message, entry.meaning, *entry.remedy, entry.dispatcher)
        assert {name for text in texts for name, _ in FIELD.findall(text)} <= FACTS, entry.code


def test_texts_read_well_without_any_fact() -> None:
    for failure in map(Failure, CATALOGUE):
        for text in (failure.message, *failure.remedy, failure.dispatcher):
            assert not re.search(r"[\[\]{}]|  |''|\( ?\)", text), (failure.code, text)
            assert text == text.strip(), (failure.code, text)


def test_a_dispatcher_reads_no_settings_no_codes_and_no_payload() -> None:
    for entry in CATALOGUE.values():
        assert not re.search(r"Settings|HTTP|QBO|payload|API|\{", entry.dispatcher), entry.code
        assert entry.dispatcher.endswith("."), entry.code


def test_what_heals_by_waiting_is_not_parked_and_what_needs_a_person_is_not_retried() -> None:
    for entry in CATALOGUE.values():
        goes_on_by_itself = entry.kind in (FailureKind.TRANSIENT, FailureKind.WAIT, FailureKind.HEAL)
        assert not entry.waiting_helps or goes_on_by_itself, entry.code
        if entry.kind in (FailureKind.TRANSIENT, FailureKind.WAIT):
            assert entry.waiting_helps, entry.code
        if entry.kind in (FailureKind.PERSON, FailureKind.PAUSE):
            assert entry.who is not Who.SYSTEM, entry.code


def test_every_rule_of_the_reader_leads_into_the_catalogue() -> None:
    assert {rule.failure for rule in RULES} <= set(CATALOGUE)


def test_the_remedies_of_the_article_are_there() -> None:
    remedy = {code: " ".join(Failure(code).remedy) for code in DOCUMENTED}

    assert "same name and e-mail" in remedy["customer_not_found"]
    assert "Settings → QuickBooks → Tax" in remedy["tax_code_not_mapped"]
    assert "Pick a QBO code" in remedy["tax_code_not_mapped"]
    assert "Auto-create missing QBO products" in remedy["item_not_found"]
    assert "same name" in remedy["item_not_found"]
    assert "Move closing date forward: talk to your accountant first" in remedy["closed_period"]
    assert "Post to current period: change the invoice date in Run a Call to today" in remedy["closed_period"]
    assert "a day before the invoice date" in remedy["closed_period"]
    assert "active again in QuickBooks" in remedy["account_inactive"]
    assert "update the mapping in Run a Call" in remedy["account_inactive"]
    assert "Run a Call IDs in QBO" in remedy["duplicate_doc_number"]
    assert "Taxes → Set up tax" in remedy["tax_not_enabled"]
    assert "Reconnect" in remedy["token_expired"]
    assert "resync automatically" in remedy["token_expired"]


def test_the_file_of_errors_is_equal_to_the_catalogue() -> None:
    assert DOCS.read_text(encoding="utf-8") == error_docs(), "run manage.py write_error_docs"


def test_the_help_pages_explain_every_failure() -> None:
    page = help_pages()[ERRORS_PAGE]
    sections = {section.anchor: section for section in page.sections}

    assert len(sections) == len(page.sections)
    for code, entry in CATALOGUE.items():
        section = sections[help_section(code).partition("#")[2]]
        assert (section.title, section.page) == (entry.title, entry.where)
        assert entry.meaning in section.paragraphs
        # A step in brackets is about one record, and the page about none.
        assert len(section.steps) == len([step for step in entry.remedy if not re.fullmatch(r"\[[^]]*\]", step)])
        assert all(section.steps)


def test_the_help_pages_have_the_articles_parts() -> None:
    errors, tax = help_pages()[ERRORS_PAGE], help_pages()[TAX_PAGE]

    assert errors.title == "Resolving common QuickBooks errors"
    assert tax.title == "Mapping tax rates to QuickBooks Online"
    assert {
        "where-errors-show-up",
        "reading-the-sync-log",
        "retrying-failed-events",
        "bulk-fixes",
        "escalating",
    } <= {section.anchor for section in errors.sections}
    assert help_section("nobody_knows") == f"{ERRORS_PAGE}#unknown"


def test_no_help_text_shows_a_template() -> None:
    for page in help_pages().values():
        assert not re.search(r"[{}\[\]]", " ".join(strings(page))), page.title


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for part in value for text in strings(part)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [text for field in dataclasses.fields(value) for text in strings(getattr(value, field.name))]
    return []


@pytest.mark.parametrize(
    ("template", "facts", "text"),
    [
        ("Item[ '{name}'] gone", {"name": "A"}, "Item 'A' gone"),
        ("Item[ '{name}'] gone", {}, "Item gone"),
        ("Item[ '{name}'] gone", {"name": ""}, "Item gone"),
        ("{name|it} is gone", {}, "it is gone"),
        ("[{a} and {b}]!", {"a": "1"}, "!"),
        ("[{a} and {b|2}]!", {"a": "1"}, "1 and 2!"),
        ("{name} [x", {"name": "{other}"}, "{other} [x"),
    ],
)
def test_filling_in(template: str, facts: dict[str, str], text: str) -> None:
    assert fill(template, facts) == text
