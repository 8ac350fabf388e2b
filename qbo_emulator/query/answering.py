"""The query language, answered from a company; knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from qbo_emulator import faults
from qbo_emulator.books.balances import BALANCED
from qbo_emulator.books.company import Company, Row
from qbo_emulator.entities.currencies import rate_on
from qbo_emulator.entities.fields import TABLE, spelled
from qbo_emulator.entities.kind import Kind
from qbo_emulator.entities.operations import BAD_ROW, gone_by_merge
from qbo_emulator.entities.registry import BY_PATH, KINDS
from qbo_emulator.entities.taxes import pseudo_rows
from qbo_emulator.query.comparison import matches, sort_key, value_at
from qbo_emulator.query.statement import Parser, Statement, check_letters

MAX_RESULTS, DEFAULT_RESULTS = 1000, 100


WITH_NAMES_FOR_IDS = frozenset(("TaxCode",))  # TAX, NON and CustomSalesTax
# what no field table says here: properties of the lines alone (seen)
NOT_THERE = frozenset(("AccountRef", name) for name in ("JournalEntry", "Deposit", "Bill", "VendorCredit"))
NOT_QUERYABLE = frozenset(
    (
        "PrivateNote",
        "Line",
        "CustomField",
        "LinkedTxn",
        "TxnTaxDetail",
        "CustomerMemo",
        "BillAddr",
        "ShipAddr",
        "DepartmentRef",  # seen on invoices, receipts, expenses and journal entries
    )
)


# Types of Intuit's schema that no query knows; a name outside of the schema is refused in other words.
WITHOUT_QUERY = frozenset(
    (
        "BooleanTypeCustomFieldDefinition", "ChargeCredit", "ConvenienceFeeDetail", "Currency", "CustomerMsg",
        "CustomFieldDefinition", "DateTypeCustomFieldDefinition", "EmailDeliveryInfo", "FixedAsset", "InventorySite",
        "ItemReceipt", "JobType", "MasterAccount", "NumberTypeCustomFieldDefinition", "OtherName", "PriceLevel",
        "PriceLevelPerItem", "QbdtEntityIdMapping", "SalesOrder", "SalesRep", "ShipMethod", "StatementCharge", "Status",
        "StringTypeCustomFieldDefinition", "SyncActivity", "Tag", "Task", "TaxClassification", "TaxPayment",
        "TaxReturn", "TaxService", "TDSMetadata", "TemplateName", "UOM", "User", "UserAlert", "VendorType",
    )
)  # fmt: skip


def answer(company: Company, text: str) -> tuple[Kind, Statement, list[Row], int]:
    """Kind, statement, the page of rows, and how many rows match in all. Raises QboFault 4000 or 4001."""
    statement = read(company, text)
    kind = KINDS[statement.entity]
    asks_active = any(one.property == "Active" for one in statement.where)
    found = ordered(company, kind, matching(company, kind, statement, asks_active=asks_active), statement)
    extra = pseudo_codes(company, kind, statement, asks_active=asks_active)
    total = len(found) + len(extra)
    if statement.counts:
        return kind, statement, [], total
    limit = DEFAULT_RESULTS if statement.limit is None else min(statement.limit, MAX_RESULTS)
    page = found[statement.start - 1 :][:limit]
    check_readable(company, kind, page)
    return kind, statement, extra + page if statement.start == 1 else page, total


def check_readable(company: Company, kind: Kind, rows: list[Row]) -> None:
    """Raises QboFault 4002 if a row breaks the query that would return it (reported for bad e-mail addresses)."""
    broken = company.setting("broken", {}).get(kind.name)
    if broken and any(row["Id"] in broken for row in rows):
        raise faults.query_processing(BAD_ROW)


def read(company: Company, text: str) -> Statement:
    if not text.strip():
        raise faults.query_parse("The query provided was empty")
    if company.switch("letters_beyond_latin1") == "refuse":
        check_letters(text)
    statement = Parser(
        text, two_words=company.switch("order_by_two_words"), unequal=company.switch("not_equal")
    ).statement()
    kind = KINDS.get(statement.entity)
    if kind is None and company.switch("entity_names_ignore_case"):
        kind = BY_PATH.get(statement.entity.lower())
    if statement.entity in WITHOUT_QUERY:
        raise faults.query_invalid(f"Metadata not found for Entity: {statement.entity}")
    if kind is None or "query" not in kind.operations:
        raise faults.query_invalid(f"invalid context declaration: {statement.entity}")
    statement.entity = kind.name
    check_page(statement)
    spell(kind, statement)
    for name in [one.property for one in statement.where] + [name for name, _ in statement.order]:
        check_property(kind, name)
    for name in statement.columns:
        check_column(kind, name)
    if company.switch("text_as_id") == "refuse":
        check_ids(kind, statement)
    return statement


def check_ids(kind: Kind, statement: Statement) -> None:
    """Raises QboFault 4001 for an id that is no number (a public client's live tests), where ids are numbers."""
    if kind.key_field or kind.name in WITH_NAMES_FOR_IDS:
        return
    for one in statement.where:
        wrong = [value for value in one.values if one.property == "Id" and not str(value).lstrip("-").isdigit()]
        if wrong and one.operator != "like":
            raise faults.query_invalid(f"value {wrong[0]} is not valid for property Id")


def spell(kind: Kind, statement: Statement) -> None:
    """Properties as QuickBooks writes them: queries take them in any case (a public client's live tests)."""
    for one in statement.where:
        one.property = spelled(kind.member, one.property)
    statement.order = [(spelled(kind.member, name), descending) for name, descending in statement.order]
    statement.columns = [spelled(kind.member, name) for name in statement.columns]


def check_page(statement: Statement) -> None:
    if statement.start < 1:
        raise faults.query_invalid(f"value {statement.start} is too small. Min allowed value is 1")
    if statement.limit is not None and statement.limit < 0:
        raise faults.query_invalid(f"value {statement.limit} is too small. Min allowed value is 0")


def check_property(kind: Kind, name: str) -> None:
    first = name.split(".")[0]
    if first in NOT_QUERYABLE:
        raise faults.query_invalid(f"property '{name}' is not queryable")
    if (kind.member in TABLE and first not in TABLE[kind.member]) or (first, kind.name) in NOT_THERE:
        raise faults.query_invalid(f"Property {name} not found for Entity {kind.name}")


def check_column(kind: Kind, name: str) -> None:
    if name != "*" and kind.member in TABLE and name.split(".")[0] not in TABLE[kind.member]:
        raise faults.query_invalid(f"Property {name} not found for Entity {kind.name}")


def matching(company: Company, kind: Kind, statement: Statement, *, asks_active: bool) -> list[Row]:
    rows = with_balances(company, statement, candidates(company, kind, statement))
    if kind.name == "Customer" and company.setting("merged"):
        rows = (row for row in rows if not gone_by_merge(company, kind, row))
    if kind.name == "ExchangeRate":
        rows = rates(rows, statement)
    if kind.is_list and not asks_active:
        rows = (row for row in rows if row.get("Active") is not False)
    return [row for row in rows if all(matches(row, one) for one in statement.where)]


def rates(rows: Iterable[Row], statement: Statement) -> Iterable[Row]:
    """Exchange rates as of the day that the statement asks for (a query of an official SDK's tests)."""
    days = [str(one.values[0]) for one in statement.where if one.property == "AsOfDate" and one.operator == "="]
    return [rate_on(row, days[0]) for row in rows] if days else rows


def candidates(company: Company, kind: Kind, statement: Statement) -> Iterable[Row]:
    """The rows to check: those of an index if a condition names one, otherwise all."""
    table = company.tables[kind.name]
    for one in statement.where:
        if one.operator in ("=", "in") and one.property == "Id":
            keys = dict.fromkeys(str(value) for value in one.values)
            return [table.rows[key] for key in keys if key in table.rows]
        if one.operator in ("=", "in") and one.property in table.INDEXED:
            found = {row["Id"]: row for value in one.values for row in table.with_text(one.property, str(value))}
            return list(found.values())
    return table.rows.values()


def with_balances(company: Company, statement: Statement, rows: Iterable[Row]) -> Iterable[Row]:
    """Balances are calculated only if the statement asks for them."""
    asked = [one.property for one in statement.where] + [name for name, _ in statement.order]
    field = BALANCED.get(statement.entity)
    if field is None or not any(name.startswith(field) for name in asked):
        return rows
    return [company.with_balance(statement.entity, row) for row in rows]


def pseudo_codes(company: Company, kind: Kind, statement: Statement, *, asks_active: bool) -> list[Row]:
    """TAX, NON and CustomSalesTax come first, and over and above what MAXRESULTS asks for (a public client's tests)."""
    if kind.name != "TaxCode" or company.setting("country", "US") != "US":
        return []
    if asks_active and not company.switch("pseudo_tax_codes_with_filter"):
        return []
    conditions = [one for one in statement.where if one.property != "Active"]
    return [row for row in pseudo_rows() if all(matches(row, one) for one in conditions)]


def ordered(company: Company, kind: Kind, rows: list[Row], statement: Statement) -> list[Row]:
    """Rows as asked, else lists by their full name, capitals before small letters, and transactions newest first.

    All recorded: a sandbox tells PG&E before Pam Seitz.
    """
    if statement.order:
        for name, descending in reversed(statement.order):
            rows = sorted(rows, key=partial(order_key, name), reverse=descending)
        return rows
    if kind.is_list:
        name_field = "FullyQualifiedName" if kind.name in ("Customer", "Item", "Account") else kind.name_field
        return sorted(rows, key=lambda row: str(row.get(name_field, row.get("Name", ""))))
    turns = company.tables[kind.name].turns
    return sorted(rows, key=lambda row: turns[row["Id"]], reverse=True)


def order_key(name: str, row: Row) -> tuple[int, object]:
    return sort_key(value_at(row, name), name)


def projected(kind: Kind, row: Row, columns: list[str]) -> Row:
    """The columns that were asked for, with the fields that every row brings."""
    if "*" in columns:
        return row
    wanted = {name.split(".")[0] for name in columns} | {"Id", "domain", "sparse"}
    return {name: value for name, value in row.items() if name in wanted}
