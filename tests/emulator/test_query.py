"""The whole query language."""

import pytest

from .conftest import Client, invoice, line


@pytest.fixture
def ten(books: Client) -> Client:
    for number in range(10):
        books.post(
            "Invoice", invoice(line(str(10 + number)), DocNumber=f"N-{number}", TxnDate=f"2026-03-{number + 1:02}")
        )
    return books


def numbers(found: dict) -> list[str]:
    return [row["DocNumber"] for row in found.get("Invoice", [])]


def test_nothing_found_is_an_empty_object(books: Client) -> None:
    assert books.query("select * from Invoice") == {}


def test_rows_come_with_their_place_and_number(ten: Client) -> None:
    found = ten.query("select * from Invoice maxresults 2startposition 3")  # as a client in use writes it
    assert (found["startPosition"], found["maxResults"]) == (3, 2)
    found = ten.query("select * from Invoice startposition 3 maxresults 2")
    assert (found["startPosition"], found["maxResults"], found["totalCount"]) == (3, 2, 10)


def test_place_and_number_in_either_order(ten: Client) -> None:
    found = ten.query("SELECT * FROM Invoice MAXRESULTS 4 STARTPOSITION 9")
    assert found["maxResults"] == 2


def test_transactions_come_newest_first(ten: Client) -> None:
    assert numbers(ten.query("select * from Invoice maxresults 2")) == ["N-9", "N-8"]
    oldest = ten.query("select * from Invoice where DocNumber = 'N-0'")["Invoice"][0]
    ten.post("Invoice", {"Id": oldest["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    assert numbers(ten.query("select * from Invoice maxresults 1")) == ["N-0"]


def test_lists_come_by_name_and_carry_no_total(books: Client) -> None:
    found = books.query("select * from Account")
    names = [row["Name"] for row in found["Account"]]
    assert names == sorted(names)
    assert "totalCount" not in found


def test_lists_tell_capitals_before_small_letters(books: Client) -> None:
    # Recorded of a sandbox's vendors.
    for name in ("Pam Seitz", "PG&E", "Norton Lumber"):
        books.post("Vendor", {"DisplayName": name})
    told = [row["DisplayName"] for row in books.query("select * from Vendor")["Vendor"]]
    assert [name for name in told if name in ("Pam Seitz", "PG&E", "Norton Lumber")] == [
        "Norton Lumber",
        "PG&E",
        "Pam Seitz",
    ]


def test_count(ten: Client) -> None:
    assert ten.query("select count(*) from Invoice where TotalAmt > '15'") == {"totalCount": 4}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("DocNumber = 'N-3'", ["N-3"]),
        ("DocNumber = 'n-3'", ["N-3"]),
        ("DocNumber in ('N-3', 'N-5', 'none')", ["N-5", "N-3"]),
        ("DocNumber like 'N-%' and TotalAmt >= '18'", ["N-9", "N-8"]),
        ("DocNumber like '%3'", ["N-3"]),
        ("TxnDate > '2026-03-08'", ["N-9", "N-8"]),
        ("TxnDate < '2026-03-02'", ["N-0"]),
        ("TxnDate <= '2026-03-02' and TxnDate >= '2026-03-02'", ["N-1"]),
        ("TotalAmt = '12.00'", ["N-2"]),
        ("TotalAmt = 12", ["N-2"]),
        ("CustomerRef = '1' and TotalAmt < '11'", ["N-0"]),
        ("CustomerRef = '2'", []),
        ("MetaData.LastUpdatedTime > '2099-01-01T00:00:00-08:00'", []),
    ],
)
def test_conditions(ten: Client, where: str, expected: list[str]) -> None:
    assert numbers(ten.query(f"select * from Invoice where {where}")) == expected


def test_order(ten: Client) -> None:
    assert numbers(ten.query("select * from Invoice orderby TotalAmt maxresults 2")) == ["N-0", "N-1"]
    assert numbers(ten.query("select * from Invoice ORDERBY TotalAmt DESC maxresults 1")) == ["N-9"]
    assert numbers(ten.query("select * from Invoice order by Id maxresults 1")) == ["N-0"]


def test_the_order_in_two_words_by_switch(ten: Client) -> None:
    ten.do("switch", name="order_by_two_words", value=False)
    assert ten.query_fault("select * from Invoice order by Id")["code"] == "4000"


def test_an_apostrophe_is_escaped_by_a_backslash(books: Client) -> None:
    found = books.query(r"select * from Customer where DisplayName = 'Amy\'s Bird Sanctuary'")
    assert found["Customer"][0]["Id"] == "1"


def test_a_backslash_is_escaped_by_itself(books: Client) -> None:
    books.post("Customer", {"DisplayName": "a\\b"})
    assert books.query(r"select * from Customer where DisplayName = 'a\\b'")["maxResults"] == 1


def test_a_statement_may_come_as_a_body(books: Client) -> None:
    headers = {**books.headers, "Content-Type": "application/text"}
    url = f"{books.url}/v3/company/{books.realm}/query"
    answer = books.session.post(url, data="select * from Customer", headers=headers, timeout=9)
    assert answer.json()["QueryResponse"]["maxResults"] == 1


def test_columns(ten: Client) -> None:
    row = ten.query("select Id, DocNumber from Invoice maxresults 1")["Invoice"][0]
    assert set(row) == {"Id", "DocNumber", "domain", "sparse"}


def test_a_star_with_a_column(books: Client) -> None:
    assert books.query("select *, Sku from Item")["Item"]


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        ("*, Line.*", {"Line", "DocNumber", "CustomerRef"}),
        ("*,Line.*,TxnTaxDetail.*", {"Line", "DocNumber", "CustomerRef"}),
        ("Line.*", {"Line"}),
        ("Id, line.SalesItemLineDetail.*, DocNumber", {"Line", "DocNumber"}),
        ("MetaData.*", {"MetaData"}),
    ],
)
def test_all_of_a_column(ten: Client, columns: str, fields: set[str]) -> None:
    """As Intuit's SDKs for Java, .NET and PHP and their samples ask for lines."""
    [row] = ten.query(f"select {columns} from Invoice maxresults 1")["Invoice"]
    assert fields <= row.keys()
    assert columns.startswith("*,") or row.keys() == fields | {"Id", "domain", "sparse"}


@pytest.mark.parametrize("columns", ["Nothing.*", "Line.*.*", ".*"])
def test_all_of_what_is_no_column(ten: Client, columns: str) -> None:
    assert ten.query_fault(f"select {columns} from Invoice")["code"] in ("4000", "4001")


def test_what_customers_owe_can_be_asked(ten: Client) -> None:
    assert ten.query("select * from Customer where Balance > '0'")["maxResults"] == 1
    assert ten.query("select * from Customer where Balance > '100000'") == {}


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("select * from Custmoer", "4001", "QueryValidationError: invalid context declaration: Custmoer"),
        ("select * from TaxService", "4001", "QueryValidationError: Metadata not found for Entity: TaxService"),
        (
            "select * from Invoice startposition 0",
            "4001",
            "QueryValidationError: value 0 is too small. Min allowed value is 1",
        ),
        (
            "select * from Invoice where PrivateNote = 'x'",
            "4001",
            "QueryValidationError: property 'PrivateNote' is not queryable",
        ),
        (
            "select * from Invoice where Nonsense = 'x'",
            "4001",
            "QueryValidationError: Property Nonsense not found for Entity Invoice",
        ),
        ("selct * from Invoice", "4000", 'QueryParserError: Encountered " <IDENTIFIER> "selct "" at line 1, column 1.'),
        ("select * from Invoice where Id = '1' or Id = '2'", "4000", "QueryParserError: Encountered"),
        ("select * from Invoice where DocNumber = 'it's'", "4000", "QueryParserError: Encountered"),
        (
            "select * from Invoice where",
            "4000",
            'QueryParserError: Encountered "<EOF>" at line 1, column 27.',
        ),
        (
            'select * from Customer where DisplayName = "Amy"',
            "4000",
            "QueryParserError: Invalid content. Lexical error at line 1, column 44.  "
            r'Encountered: "\"" (34), after : ""',
        ),
        (
            r"select * from Customer where DisplayName = \'Amy\'",
            "4000",
            "QueryParserError: Invalid content. Lexical error at line 1, column 44.  "
            r'Encountered: "\\" (92), after : ""',
        ),
        (
            r"select * from Customer where DisplayName = 'Amy\'s Bird Sanctuary\'",
            "4000",
            "QueryParserError: Invalid content. Lexical error at line 1, column 68.  Encountered: <EOF> after : "
            r'''"\'Amy\\\'s Bird Sanctuary\\\'"''',
        ),
        (
            "select * from Customer where DisplayName = Amy's Bird Sanctuary'Amys",
            "4000",
            'QueryParserError: Encountered " <IDENTIFIER> "Amy "" at line 1, column 44.\nWas expecting one of:\n'
            '    "false" ...\n    "true" ...\n    ',
        ),
        (
            "select * from Customer where DisplayName = 'Amy's Bird Sanctuary'",
            "4000",
            'QueryParserError: Encountered " <IDENTIFIER> "s "" at line 1, column 49.\nWas expecting one of:\n'
            '    <EOF> \n    <AND> ...\n    "iterator" ...\n    "maxresults" ...\n    <OR> ...\n    "order" ...\n'
            '    "orderby" ...\n    "startposition" ...\n    ',
        ),
        (
            "select * from Invoice where DocNumber = %271037%27",
            "4000",
            'QueryParserError: Invalid content. Lexical error at line 1, column 41.  Encountered: "%" (37), after : ""',
        ),
        (
            "SELECT * FROM NULL",
            "4000",
            'QueryParserError: Encountered " "null" "NULL "" at line 1, column 15.\n'
            "Was expecting:\n    <IDENTIFIER> ...\n    ",
        ),
        (" ", "4000", "QueryParserError: The query provided was empty"),
    ],
)
def test_statements_that_are_refused(books: Client, statement: str, code: str, words: str) -> None:
    fault = books.query_fault(statement)
    assert fault["code"] == code
    assert fault["Detail"].startswith(words)
    assert "element" not in fault


def test_preferences_come_inside_or_on_top_by_switch(books: Client) -> None:
    assert books.query("select * from Preferences")["Preferences"][0]["Id"] == "1"
    books.do("switch", name="preferences_query", value="top")
    assert books.call("GET", "query", query="select * from Preferences").json()["Preferences"]["Id"] == "1"


def test_names_of_entities_in_any_case_by_switch(ten: Client) -> None:
    assert ten.query("select * from invoice")["maxResults"] == 10
    ten.do("switch", name="entity_names_ignore_case", value=False)
    fault = ten.query_fault("select * from invoice")
    assert fault["Detail"] == "QueryValidationError: invalid context declaration: invoice"


def test_not_equal_by_switch(ten: Client) -> None:
    assert ten.query("select count(*) from Invoice where DocNumber != 'N-1'") == {"totalCount": 9}
    ten.do("switch", name="not_equal", value=False)
    assert ten.query_fault("select * from Invoice where DocNumber != 'N-1'")["code"] == "4000"
