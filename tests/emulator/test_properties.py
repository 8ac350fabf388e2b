"""What must always be true: balances, SyncTokens, totals, and queries compared with a simple evaluation."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qbo_emulator import Emulator, Request
from qbo_emulator.books.encoding import dumps, loads

from .conftest import TOKEN, invoice, line

HEADERS = {"authorization": f"Bearer {TOKEN}", "accept": "application/json"}
AMOUNTS = st.decimals(min_value=0, max_value=9999, places=2)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "pay", "void", "delete", "credit", "note", "amend"]), AMOUNTS, st.integers(0, 9)
    ),
    max_size=12,
)


def new_emulator() -> Emulator:
    return Emulator(access_token=TOKEN, has_limits=False)


def call(emulator: Emulator, method: str, path: str, body: object = None) -> dict:
    data = b"" if body is None else dumps(body).encode()
    target = f"/v3/company/{emulator.realm_id}/{path}"
    answer = emulator.handle(Request.to(method, target, headers=HEADERS, body=data))
    assert answer.status in (200, 400), answer.body
    return loads(answer.body)


def rows(emulator: Emulator, entity: str) -> list[dict]:
    return loads(emulator.handle(Request.to("GET", f"/emulator/entity/{entity}")).body)[entity]


def step(emulator: Emulator, what: str, amount: Decimal, which: int) -> None:
    standing = rows(emulator, "Invoice")
    if what in ("invoice", "credit") or not standing:
        call(emulator, "POST", "creditmemo" if what == "credit" else "invoice", invoice(line(amount)))
        return
    row = standing[which % len(standing)]
    target = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    if what == "pay":
        part = {"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
        body = {"CustomerRef": {"value": "1"}, "TotalAmt": amount + which, "Line": [part]}
        call(emulator, "POST", "payment", body)
    elif what == "amend":
        call(emulator, "POST", "invoice", {**target, "sparse": True, "Line": [line(amount)]})
    elif what == "note":
        call(emulator, "POST", "invoice", {**target, "sparse": True, "PrivateNote": str(which)})
    else:
        call(emulator, "POST", f"invoice?operation={what}", target)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_customer_owes_what_is_open(steps: list[tuple[str, Decimal, int]]) -> None:
    emulator = new_emulator()
    for one in steps:
        step(emulator, *one)
    open_amounts = sum((row["Balance"] for row in rows(emulator, "Invoice")), Decimal(0))
    credit = sum((row["RemainingCredit"] for row in rows(emulator, "CreditMemo")), Decimal(0))
    unapplied = sum((row["UnappliedAmt"] for row in rows(emulator, "Payment")), Decimal(0))
    customer = call(emulator, "GET", "customer/1")["Customer"]
    assert customer["Balance"] == open_amounts - credit - unapplied


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_sync_token_never_goes_back_and_an_open_balance_is_never_below_zero(
    steps: list[tuple[str, Decimal, int]],
) -> None:
    emulator, seen = new_emulator(), {}
    for one in steps:
        step(emulator, *one)
        for row in rows(emulator, "Invoice"):
            assert int(row["SyncToken"]) >= seen.get(row["Id"], 0)
            assert 0 <= row["Balance"] <= row["TotalAmt"]
            seen[row["Id"]] = int(row["SyncToken"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(AMOUNTS, st.booleans()), min_size=1, max_size=8))
def test_totals_add_up(lines: list[tuple[Decimal, bool]]) -> None:
    body = invoice(*(line(amount, code="TAX" if taxed else "NON") for amount, taxed in lines))
    body["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": "2"}}
    row = call(new_emulator(), "POST", "invoice", body)["Invoice"]
    taxable = sum((amount for amount, taxed in lines if taxed), Decimal(0))
    subtotal = sum((amount for amount, _ in lines), Decimal(0))
    assert row["Line"][-1]["Amount"] == subtotal
    assert abs(row["TxnTaxDetail"]["TotalTax"] - taxable * 8 / 100) <= Decimal("0.005")
    assert row["TotalAmt"] == subtotal + row["TxnTaxDetail"]["TotalTax"]


NUMBERS = st.sampled_from(["A-1", "a-2", "B'3", "C\\4", "", "D%5"])
OPERATORS = {"=": lambda a, b: a == b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(NUMBERS, AMOUNTS), max_size=10, unique_by=lambda pair: pair[0]),
    NUMBERS,
    st.sampled_from(sorted(OPERATORS)),
    AMOUNTS,
)
def test_a_query_finds_what_a_plain_evaluation_finds(
    stored: list[tuple[str, Decimal]], number: str, operator: str, limit: Decimal
) -> None:
    emulator = new_emulator()
    for one, amount in stored:
        call(emulator, "POST", "invoice", invoice(line(amount), **({"DocNumber": one} if one else {})))
    quoted = number.replace("\\", "\\\\").replace("'", "\\'")
    by_number = ask(emulator, f"DocNumber = '{quoted}'") if number else []
    assert by_number == sorted(str(i) for i, (one, _) in enumerate(stored, 1) if one == number and number)
    by_total = ask(emulator, f"TotalAmt {operator} '{limit}'")
    expected = [str(i) for i, (_, amount) in enumerate(stored, 1) if OPERATORS[operator](amount, limit)]
    assert by_total == sorted(expected)


def ask(emulator: Emulator, where: str) -> list[str]:
    target = f"/v3/company/{emulator.realm_id}/query"
    body = f"select Id from Invoice where {where}".encode()
    found = loads(emulator.handle(Request.to("POST", target, headers=HEADERS, body=body)).body)
    return sorted(row["Id"] for row in found["QueryResponse"].get("Invoice", []))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_statement_breaks_the_emulator(words: str) -> None:
    emulator = EMULATOR
    target = f"/v3/company/{emulator.realm_id}/query"
    for text in (words, f"select * from Invoice where {words}"):
        answer = emulator.handle(Request.to("POST", target, headers=HEADERS, body=text.encode()))
        assert answer.status in (200, 400)


SOME_FIELDS = ["Line", "CustomerRef", "TxnDate", "TotalAmt", "Id", "Name", "sparse"]
FINITE = st.decimals(allow_nan=False, allow_infinity=False)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Line", "value", "Id", "x"]), inner),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["Line", "CustomerRef", "TxnDate", "TotalAmt", "Id", "Name", "sparse"]), JSON_VALUES
    )
)
def test_no_body_breaks_the_emulator(body: dict) -> None:
    for entity in ("invoice", "payment", "customer", "item", "bill", "preferences", "batch"):
        call(EMULATOR, "POST", entity, body)


EMULATOR = new_emulator()
