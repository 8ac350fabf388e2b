"""Secrets and personal data are removed from payloads and answers; what support needs stays."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbo.known_texts import KnownTexts, letters_of, unescaped
from qbo.redaction import Redactor
from tests.qbo.fault_bodies import body, xml

OKAFOR = {
    "customer-17": {"Martha Okafor", "Okafor & Söhne"},
    "customer-17-email": {"m.okafor@example.com"},
    "customer-17-phone": {"(216) 555-0142", "2165550142"},
    "customer-17-address": {"1209 Elm Street"},
}


@pytest.fixture
def redactor() -> Redactor:
    return Redactor(OKAFOR)


class TestFields:
    def test_a_customer_keeps_its_id_and_the_shape_of_its_fields(self, redactor: Redactor) -> None:
        customer = {
            "Id": "63",
            "SyncToken": "2",
            "DisplayName": "Martha Okafor",
            "GivenName": "Unheard-of",
            "FullyQualifiedName": "Unheard-of",
            "PrimaryEmailAddr": {"Address": "else@example.org"},
            "PrimaryPhone": {"FreeFormNumber": "(216) 555-0142"},
            "BillAddr": {"Id": "9", "Line1": "1 New St", "City": "Parma", "CountrySubDivisionCode": "OH", "Lat": 41.4},
            "Taxable": True,
        }
        assert redactor.value({"Customer": customer})["Customer"] == {
            "Id": "63",
            "SyncToken": "2",
            "DisplayName": "customer-17",
            "GivenName": "[name, 10 characters]",
            "FullyQualifiedName": "[name, 10 characters]",
            "PrimaryEmailAddr": {"Address": "[e-mail, 16 characters]"},
            "PrimaryPhone": {"FreeFormNumber": "customer-17-phone"},
            "BillAddr": {
                "Id": "9",
                "Line1": "[address, 8 characters]",
                "City": "[address, 5 characters]",
                "CountrySubDivisionCode": "OH",
                "Lat": "[address, 4 characters]",
            },
            "Taxable": True,
        }

    def test_an_invoice_keeps_what_support_works_with(self, redactor: Redactor) -> None:
        invoice = {
            "DocNumber": "1842",
            "TxnDate": "2026-06-18",
            "CustomerRef": {"value": "63", "name": "Somebody Else"},
            "PrivateNote": "Run a Call invoice #1842 (ref 1-5)\nThe dog bites",
            "CustomerMemo": {"value": "Thank you, Martha"},
            "Line": [
                {
                    "Amount": 349.75,
                    "Description": "At Martha's, behind the garage",
                    "SalesItemLineDetail": {"ItemRef": {"value": "11", "name": "Capacitor 35/5"}, "Qty": 1},
                }
            ],
            "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": 25.36},
        }
        shown = redactor.value(invoice)
        assert shown["CustomerRef"] == {"value": "63", "name": "[name, 13 characters]"}
        assert shown["PrivateNote"] == "Run a Call invoice #1842 (ref 1-5) [text, 14 characters]"
        assert shown["CustomerMemo"] == {"value": "[text, 17 characters]"}
        assert shown["Line"][0]["Description"] == "[text, 30 characters]"
        assert shown["Line"][0]["SalesItemLineDetail"]["ItemRef"] == {"value": "11", "name": "Capacitor 35/5"}
        for same in ("DocNumber", "TxnDate", "TxnTaxDetail"):
            assert shown[same] == invoice[same]

    @pytest.mark.parametrize(
        "field", ["access_token", "refresh_token", "client_secret", "Authorization", "Cookie", "x_api_key", "password"]
    )
    def test_a_secret_goes_by_its_field(self, redactor: Redactor, field: str) -> None:
        assert redactor.value({"a": [{field: {"deep": "s3"}}]}) == {"a": [{field: "[secret]"}]}

    def test_names_of_products_and_accounts_stay(self, redactor: Redactor) -> None:
        item = {"Name": "Labor", "FullyQualifiedName": "Hours:Labor", "IncomeAccountRef": {"name": "Services"}}
        assert redactor.value({"Item": item}) == {"Item": item}


class TestTexts:
    @pytest.mark.parametrize(
        "dress",
        [
            lambda text: text,
            str.upper,
            lambda text: text.replace(" ", "  ").replace(".", ". "),
            quote,
            html.escape,
            lambda text: json.dumps(text)[1:-1],
            lambda text: json.dumps(json.dumps(text)),
            lambda text: "".join(f"\\u{ord(one):04x}" for one in text),
            lambda text: "".join(f"&#{ord(one)};" for one in text),
        ],
        ids=["plain", "capitals", "spaced", "url", "html", "json", "json twice", "all escaped", "all entities"],
    )
    def test_a_known_text_is_found_in_any_dress(self, redactor: Redactor, dress) -> None:  # type: ignore[no-untyped-def]
        for text in (text for texts in OKAFOR.values() for text in texts):
            shown = redactor.text(f"Supplied value:{dress(text)}, code 2040")
            assert letters_of(text) not in letters_of(unescaped(shown)), text
            assert "code 2040" in shown, text

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Bearer eyJlbmMiOiJBMTI4.abc", "[secret]"),
            ("not Bearer s3cr3t-42 but basic ZW11bGF0b3I6czNjcjN0", "not [secret] but [secret]"),
            ("Invalid: a.b+c@mail.example.org.", "Invalid: [e-mail]."),
            ("call 216-555-0199 or +44 20 7946 0958", "call [phone] or [phone]"),
            ("access_token=abc123; x", "access_token=[secret]; x"),
            (
                "You and Craig Carlson were working on this. Craig Carlson finished",
                "You and [name] were working on this. [name] finished",
            ),
            ("AB11759hjXkaLwkZ0Pq8LmNvT4yRsU2wE6cD9fG", "[secret]"),
            ("ssn 078-05-1120", "ssn [identifier]"),
        ],
    )
    def test_patterns(self, text: str, shown: str) -> None:
        assert Redactor().text(text) == shown

    @pytest.mark.parametrize(
        "text",
        [
            "1-65f1b3e2-3e9a5f4c5d0e1a2b3c4d5e6f",
            "4620816365010101",
            "2026-06-18T11:32:00-07:00",
            "6f1d2a8e-3f5b-4c55-9d7e-0b2f8a6c1d3e",
            "DocNumber=1042 is assigned to TxnType=Invoice with TxnId=145",
            "Object Not Found : Something you're trying to use has been made inactive.",
            "TxnTaxDetail.TxnTaxCodeRef",
            "1,234,567.89",
            "Basic validation of the plan QuickBooks Basic failed",
            "/v3/company/4620816365010101/batch",
        ],
    )
    def test_what_support_works_with_stays(self, redactor: Redactor, text: str) -> None:
        assert redactor.text(text) == text

    def test_short_texts_go_as_whole_words_only(self) -> None:
        redactor = Redactor({"customer-1": {"Li", "7"}})
        assert redactor.text("Line 7: Li is gone, Lisa stays") == "Line 7: customer-1 is gone, Lisa stays"


class TestBodies:
    def test_json_xml_html_and_what_is_cut_off(self, redactor: Redactor) -> None:
        row = json.dumps({"Customer": {"DisplayName": "Unheard Of", "PrimaryEmailAddr": {"Address": "x@y.example"}}})
        for text in (
            row,
            row[: row.index("Of") + 1],
            json.dumps({"Fault": row}),
            xml("6240", "Duplicate", "the name Martha Okafor is taken").replace("Detail", "DisplayName"),
            "<Customer><DisplayName>Unheard Of</DisplayName><CustomerRef name='Unheard Of'>1</CustomerRef>",
            f"<html>Martha Okafor {row}</html>",
        ):
            shown = str(redactor.document(text))
            assert "Unheard" not in shown
            assert "Okafor" not in shown
            assert "y.example" not in shown

    def test_a_fault_keeps_its_words(self, redactor: Redactor) -> None:
        said = redactor.document(body("6240", "Duplicate Name", "You must restore Martha Okafor (deleted)", "Name"))
        (error,) = said["Fault"]["Error"]
        assert error == {"code": "6240", "Message": "Duplicate Name", "element": "Name",
                         "Detail": "You must restore [name] (deleted)"}  # fmt: skip

    @given(
        st.recursive(
            st.text() | st.none() | st.booleans() | st.floats(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        )
    )
    def test_any_value_is_taken(self, value: object) -> None:
        Redactor(OKAFOR).value(value)
        Redactor(OKAFOR).document(json.dumps(value))

    @given(st.text())
    def test_any_text_is_taken_and_stays_the_same_the_second_time(self, text: str) -> None:
        redactor = Redactor(OKAFOR)
        once = redactor.text(text)
        assert redactor.text(once) == once

    def test_a_huge_text_takes_no_long_time(self, redactor: Redactor) -> None:
        for text in (
            "a" * 50_000,
            "a1B" * 20_000,
            '"name":"' * 6_000,
            "<BillAddr>" * 5_000,
            "\\u0041" * 8_000,
            "a@" * 25_000,
        ):
            redactor.text(text)

    def test_deep_nesting_ends(self, redactor: Redactor) -> None:
        redactor.document("[" * 90 + "]" * 90)
        redactor.document("[" * 100_000)


class TestKnownTexts:
    @given(st.text(alphabet="abcdeéßñ -", min_size=8), st.text(), st.text())
    def test_it_is_found_between_anything(self, known: str, before: str, after: str) -> None:
        if len(letters_of(known)) < 6:
            return
        shown = KnownTexts({"[x]": [known]}).hide(f"{before}{known}{after}")
        assert "[x]" in shown
