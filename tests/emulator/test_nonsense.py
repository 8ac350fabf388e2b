"""Every request gets an answer in Intuit's form: a fault for nonsense, never an error of the emulator."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbo_emulator import Emulator, Request
from qbo_emulator.books.encoding import dumps, loads
from qbo_emulator.entities.registry import BY_PATH, KINDS
from qbo_emulator.reports.frame import CHOICE, MACROS, NAMES

from .conftest import TOKEN, invoice, line

HEADERS = {"authorization": f"Bearer {TOKEN}", "accept": "application/json"}
PATHS = sorted({*BY_PATH, "batch", "query", "upload", "taxservice/taxcode", "cdc", "reports/BalanceSheet"})
FIELDS = [
    *("Id", "SyncToken", "sparse", "Line", "Amount", "TotalAmt", "CustomerRef", "VendorRef", "TxnDate", "DocNumber"),
    *("DisplayName", "Name", "LinkedTxn", "TxnTaxDetail", "Active", "ParentRef", "SalesItemLineDetail", "DetailType"),
    *("RecurringInfo", "Invoice", "BatchItemRequest", "Note", "AttachableRef", "PayType", "CheckPayment", "value"),
]
NASTY = [None, "", 0, -1, 10**23, True, "1", "NaN", "2026-02-30", "9999-12-31", "\x00", "\ud800", "x" * 5000, "TAX"]
VALUES = st.recursive(
    st.sampled_from(NASTY),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
WORDS = [
    *("select", "*", "count(*)", "from", "where", "and", "in", "like", "(", ")", ",", "=", "<=", "!=", "orderby"),
    *("startposition", "maxresults", "asc", "'a'", "'1'", "'NaN'", "'sNaN'", "'9999-99-99'", "'\\''", "'", "-1", "1"),
    *("99999999999", "true", "Id", "TxnDate", "MetaData.LastUpdatedTime", "Balance", "CurrentBalance", "\x00"),
    *KINDS,
]
ODD_BODIES = [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"<a", b"<a/>", b"[" * 9999, b"<a>" * 999 + b"</a>" * 999]
ODD_PATHS = ["", "/", "invoice/1/2/3", "%ff", "invoice/%00", "invoice/\u0661", "reports", "download/x", "upload/1"]


def emulator() -> Emulator:
    return Emulator(access_token=TOKEN, has_limits=False)


def answer(peer: Emulator, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
    """The answer, which is a success or one of Intuit's faults."""
    request = Request.to(method, f"/v3/company/{peer.realm_id}/{path}", headers=HEADERS, body=body)
    found = peer.handle(request)
    assert found.status in (200, 400), (path, body, found.body)
    shown = loads(found.data.decode())
    assert found.status == 200 or shown["Fault"]["Error"][0]["code"]
    assert peer.log.calls.get("mistakes", 0) == 0
    return shown


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(PATHS), body=VALUES, operation=st.sampled_from(["", "update", "delete", "void", "x"]))
def test_any_body_to_any_path(path: str, body: Any, operation: str) -> None:
    answer(emulator(), "POST", f"{path}?operation={operation}", dumps(body).encode("utf-8", "replace"))


@settings(max_examples=100, deadline=None)
@given(field=st.sampled_from(FIELDS), value=VALUES, inside=st.booleans())
def test_an_invoice_with_one_field_of_nonsense(field: str, value: Any, inside: bool) -> None:
    body = invoice(line())
    (body["Line"][0] if inside else body)[field] = value
    answer(emulator(), "POST", "invoice", dumps(body).encode("utf-8", "replace"))


def test_a_thousand_statements_of_any_words() -> None:
    peer = emulator()

    @settings(max_examples=1000, deadline=None)
    @given(words=st.lists(st.sampled_from(WORDS), max_size=14), starts=st.booleans())
    def run(words: list[str], starts: bool) -> None:
        statement = " ".join(["select * from Invoice where", *words] if starts else words)
        answer(peer, "GET", f"query?query={quote(statement)}")

    run()


@pytest.mark.parametrize("path", ["invoice", "batch", "upload", "recurringtransaction", "taxservice/taxcode"])
def test_bodies_that_are_none(path: str) -> None:
    for body in ODD_BODIES:
        assert "Fault" in answer(emulator(), "POST", path, body), body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_paths_and_methods_that_are_none(method: str) -> None:
    for path in ODD_PATHS:
        assert "Fault" in answer(emulator(), method, path), path


# reports, with every option that they know and values that are none

DATES = ("", "0001-01-01", "1900-01-01", "2026-02-29", "2026-11-29", "9999-01-01", "9999-12-31", "10000-01-01", "x")
ASKED = {
    **dict.fromkeys(("start_date", "end_date", "report_date", "start_duedate", "end_duedate", "start_moddate"), DATES),
    **dict.fromkeys(("date_macro", "duedate_macro", "createdate_macro"), (*MACROS, "Moon")),
    "summarize_column_by": ("Total", "Days", "Week", "Month", "Quarter", "Year", "Classes", "Customers", "Moon"),
    "group_by": ("Account", "Day", "Week", "Month", "Quarter", "Year", "Name", "None", "Moon"),
    "accounting_method": ("Cash", "Accrual", "Moon"),
    **dict.fromkeys(("columns", "sort_by"), (*CHOICE, ",".join(CHOICE), "moon")),
    **dict.fromkeys(("aging_period", "num_periods", "past_due"), ("0", "-1", "15", "9" * 20, "1e9", "x")),
    "bothamount": ("10", "NaN", "Infinity", "1e999999", "x"),
    **dict.fromkeys(("customer", "vendor", "class", "department", "item", "account", "term"), ("1", "1,2", ",", "x")),
    **dict.fromkeys(
        ("arpaid", "appaid", "cleared", "printed", "source_account_type"), ("Paid", "Cleared", "Bank", "x")
    ),
}


SIDES = [{"PostingType": kind, "AccountRef": {"value": key}} for kind, key in (("Debit", "7"), ("Credit", "35"))]
OPTION = st.sampled_from([(name, value) for name, values in sorted(ASKED.items()) for value in values])


def with_ends_of_the_calendar() -> Emulator:
    """A company with a journal entry as early and as late as dates go."""
    peer = emulator()
    lines = [{"DetailType": "JournalEntryLineDetail", "Amount": 1, "JournalEntryLineDetail": one} for one in SIDES]
    for day in ("0002-01-01", "9999-12-31"):
        assert "JournalEntry" in answer(peer, "POST", "journalentry", dumps({"TxnDate": day, "Line": lines}).encode())
    return peer


def test_a_thousand_reports_of_any_options() -> None:
    peer = with_ends_of_the_calendar()

    @settings(max_examples=1000, deadline=None)
    @given(name=st.sampled_from(sorted(set(NAMES.values()))), asked=st.lists(OPTION, max_size=6))
    def run(name: str, asked: list[tuple[str, str]]) -> None:
        answer(peer, "GET", f"reports/{name}?{urlencode(asked)}")

    run()


@pytest.mark.parametrize("days", [("0002-01-01", "0002-02-01"), ("9999-01-01", "9999-12-31")])
@pytest.mark.parametrize("by", ["Days", "Week", "Month", "Quarter", "Year"])
def test_reports_at_the_ends_of_the_calendar(days: tuple[str, str], by: str) -> None:
    peer = with_ends_of_the_calendar()
    asked = {"start_date": days[0], "end_date": days[1], "summarize_column_by": by, "group_by": by.replace("ys", "y")}
    for name in ("ProfitAndLoss", "BalanceSheet", "CashFlow", "TransactionList"):
        assert answer(peer, "GET", f"reports/{name}?{urlencode(asked)}")["Rows"]
