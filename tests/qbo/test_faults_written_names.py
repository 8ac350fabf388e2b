"""The reader of faults: a name that stands for a sentence means the same however a program writes it."""

import json

import pytest

from qbo import catalogue
from qbo.failures import FaultEntry
from qbo.faults.evidence import gather
from qbo.faults.headlines import with_headlines
from tests.qbo.fault_bodies import JSON, TEXT, body, read

NAMES: dict[str, tuple[str, ...]] = {
    "tax_code_not_mapped": ("tax code not mapped", "missing tax rate", "tax code inactive", "unmapped tax code"),
    "customer_not_found": ("customer not found", "customer deleted", "unmapped customer"),
    "item_not_found": ("item inactive", "product not mapped", "item mapping missing"),
    "account_inactive": ("account not mapped", "income account missing"),
    "not_found_other": ("vendor not found", "class inactive"),
    "duplicate_doc_number": ("invoice number taken", "duplicate doc number"),
    "duplicate_name": ("name already exists", "duplicate name"),
    "closed_period": ("period closed", "books locked"),
    "token_expired": ("token revoked", "reconnect required", "not connected", "connection expired", "refresh failed"),
    "permission_denied": ("insufficient scope", "admin required", "company mismatch", "app not authorized"),
    "rate_limited": ("rate limited", "too many requests"),
    "server_error": ("service unavailable", "backend error", "scheduled maintenance"),
    "stale_object": ("version conflict", "stale record", "sync token mismatch"),
    "subscription_inactive": ("subscription lapsed", "trial expired"),
    "validation": ("invalid amount", "total mismatch", "payload too large"),
}


def written(words: str) -> tuple[str, ...]:
    """The name in the styles of programs."""
    parts = words.split()
    joined = "".join(part.title() for part in parts)
    return (
        *("_".join(parts).upper(), "_".join(parts), "-".join(parts), f"QBO_{'_'.join(parts).upper()}"),
        *(f"qbo.{'_'.join(parts)}", f"books/{'-'.join(parts)}", joined, f"{joined}Error"),
        *(parts[0] + joined[len(parts[0]) :], f"QBO{joined}", f"Error: {joined}"),
        *(f"{joined}(id=17)", f"{joined} {{ id: 17 }}", f"Err({joined})", f"{joined}('Acme', 17)"),
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("label", "words"), [(label, words) for label, names in NAMES.items() for words in names])
def test_a_name_is_read_in_every_style_and_place(label: str, words: str) -> None:
    texts = [
        text
        for name in written(words)
        for text in (
            name,
            json.dumps({"error": name}),
            json.dumps({"code": name, "message": "Sync failed"}),
            json.dumps({"error": {"code": name, "message": "The request failed"}}),
        )
    ]
    wrong = [(text, found) for text in texts if (found := label_of(text)) != label]
    assert wrong == []


@pytest.mark.parametrize("code", ["UNAUTHORIZED", "Unauthorized"])
def test_a_code_may_be_one_word(code: str) -> None:
    assert label_of(json.dumps({"code": code, "message": "Sync failed"})) == "token_expired"
    assert label_of(json.dumps({"code": "FAILED", "message": "Sync failed"})) == "unknown"


@pytest.mark.parametrize(
    "name",
    [
        *("NotConnectedError", "ReconnectRequiredException", "ConnectionExpiredError", "ConnectionRevokedException"),
        *("NoConnectionFoundError", "QboDisconnectedError", "QuickBooksDisconnected"),
    ],
)
def test_who_has_to_connect_a_company_does_not_wait_for_the_network(name: str) -> None:
    assert read(name, None, TEXT).code == "token_expired"
    assert read(f"{name}: company 17", None, TEXT).code != "network"


@pytest.mark.parametrize(
    "name",
    [
        *("ConnectionClosedError", "RemoteDisconnected", "NotYetConnectedException", "connection_refused"),
        *("dns_error", "ServerDisconnectedError", "ConnectionResetError"),
    ],
)
def test_what_a_network_raises_is_waited_for(name: str) -> None:
    assert read(name, None, TEXT).code == "network"


def test_the_name_of_a_host_is_no_sentence() -> None:
    assert read("closed-books.example.com", None, TEXT).code == "network"


def test_only_what_is_a_name_is_read_twice() -> None:
    entries = [
        FaultEntry(code="6000", message="Tax code missing"),
        FaultEntry(code="qbo.taxCodeMissing", message="odd"),
    ]
    told = with_headlines(gather(entries, http_status=None, content_type="", request_entity="", operation=""))

    assert [evidence.text for evidence in told] == [
        "tax code missing",
        *("odd tax code missing", "tax code missing", "odd"),
    ]
    assert read(body("6000", "taxCodeMissing", "", type="ValidationFault"), 400, JSON).code == "tax_code_not_mapped"


def label_of(text: str) -> str:
    status = 400 if text.startswith("{") else None
    failure = read(text, status, JSON if status else TEXT, entity="", operation="")
    return catalogue.entry(failure.code).label
