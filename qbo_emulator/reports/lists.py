"""Lists of transactions, of accounts and of stock; knows no request."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qbo_emulator.books.company import TRANSACTIONS, Company, Row
from qbo_emulator.books.ledger import Ledger
from qbo_emulator.books.postings import postings
from qbo_emulator.reports.choosing import grouped, is_chosen, ordered
from qbo_emulator.reports.details import (
    AMOUNTS,
    WITHOUT_MAIN,
    Books,
    Cell,
    Part,
    account_cell,
    chosen,
    headed,
    money,
    of_row,
    opposite,
    person,
    summed,
)
from qbo_emulator.reports.frame import cell, data, section
from qbo_emulator.reports.whose import ids

ZERO = Decimal(0)
LESS = frozenset(("CreditMemo", "RefundReceipt"))  # amounts that the list shows as negative


def transactions(
    company: Company, days: tuple[str, str], keys: list[str], asked: dict[str, str], today: date
) -> list[Row]:
    """Every transaction of the period, oldest first, or as the request narrows, sorts and groups them."""
    ledger, listed = company.ledger(), found(company, days, asked, today)
    told = ordered([facts(company, ledger, entity, row) for entity, row in listed], asked)
    groups = grouped(told, asked)
    if groups is None:
        return [chosen(cells, keys) for cells in told]
    return [under(heading, rows, keys) for heading, rows in groups]


def under(heading: Cell, rows: list[dict[str, Cell]], keys: list[str]) -> Row:
    total = sum((Decimal(cells[AMOUNTS[0]]["value"] or 0) for cells in rows), ZERO)
    sums = summed(f"Total for {heading['value']}", keys, dict.fromkeys(AMOUNTS, total))
    return headed(heading, keys, [chosen(cells, keys) for cells in rows], sums)


def found(company: Company, days: tuple[str, str], asked: dict[str, str], today: date) -> list[tuple[str, Row]]:
    accounts = ids(asked, "account")
    sources = {one.lower() for one in ids(asked, "source_account_type")}
    rows = [
        (row["TxnDate"], int(row["Id"]), entity, row)
        for entity in sorted(TRANSACTIONS)
        for row in company.rows_as_called(entity)
        if days[0] <= row.get("TxnDate", "") <= days[1] and is_chosen(entity, row, asked, today)
    ]
    listed = [(entity, row) for _, _, entity, row in sorted(rows, key=lambda one: one[:2])]
    if sources:
        listed = [(entity, row) for entity, row in listed if source_of(company, entity, row) in sources]
    return [
        (entity, row) for entity, row in listed if not accounts or accounts & {one[0] for one in postings(entity, row)}
    ]


def main_account(entity: str, row: Row) -> str:
    """The id of the account that a transaction was paid by or is owed on; empty for a journal entry (recorded)."""
    return "" if entity in WITHOUT_MAIN else next((key for key, _, _ in postings(entity, row)), "")


def source_of(company: Company, entity: str, row: Row) -> str:
    """The type of its account, as `source_account_type` writes it, in lower case."""
    account = company.get("Account", main_account(entity, row)) or {}
    return "".join(str(account.get("AccountType", "nonposting")).lower().split())


def facts(company: Company, ledger: Ledger, entity: str, row: Row) -> dict[str, Cell]:
    """What each column says of a transaction."""
    main = main_account(entity, row)
    others = {entry.account for entry in ledger.of(entity, row["Id"])} - {main}
    amount = money(amount_of(entity, row)) if main or entity not in WITHOUT_MAIN else cell("")
    return {
        **of_row(entity, row),
        "account_name": account_cell(company, main),
        "other_account": opposite(company, others),
        **dict.fromkeys(AMOUNTS, amount),
    }


def amount_of(entity: str, row: Row) -> Decimal:
    amount = Decimal(row.get("TotalAmt", 0) or row.get("Amount", 0))
    return -amount if entity in LESS else amount


def by_person(
    company: Company, days: tuple[str, str], keys: list[str], asked: dict[str, str], today: date, of: str
) -> list[Row]:
    """The transactions of each customer or vendor under their name."""
    whose: dict[tuple[str, str], list[tuple[str, Row]]] = {}
    for entity, row in found(company, days, asked, today):
        if f"{of}Ref" in row or (of == "Vendor" and row.get("EntityRef", {}).get("type") == "Vendor"):
            whose.setdefault(person(row), []).append((entity, row))
    ledger = company.ledger()
    return [
        under(cell(name, key), [facts(company, ledger, entity, row) for entity, row in theirs], keys)
        for (name, key), theirs in sorted(whose.items())
    ]


def journal(company: Company, days: tuple[str, str], keys: list[str], asked: dict[str, str]) -> list[Row]:
    """Every side of every transaction, its sums and an empty row; only the first names the transaction (documented)."""
    books = Books(company, days[1], asked)
    rows, whole = [], {"debt_amt": ZERO, "credit_amt": ZERO}
    wanted = {(entry.entity, entry.row["Id"]) for entry in books.entries}
    for (entity, key), entries in books.together.items():
        if entries[0].day < days[0] or (entity, key) not in wanted:
            continue
        for number, entry in enumerate(entries):
            cells = books.of_part(Part(entry, entry.amount, ZERO))
            rows.append(chosen({**cells, **FOLLOWING, "txn_type": cell("", key)} if number else cells, keys))
        debit = sum((entry.amount for entry in entries if entry.amount > 0), ZERO)
        sums = {"debt_amt": debit, "credit_amt": debit}
        whole = {name: whole[name] + sums[name] for name in whole}
        rows.append({"Summary": summed("", keys, sums), "type": "Section"})
        rows.append(data(*(cell("") for _ in keys)))
    return [*rows, {"Summary": summed("TOTAL", keys, whole), "type": "Section"}] if rows else []


FOLLOWING = {"tx_date": cell("0-00-00"), "doc_num": cell(""), "name": {"value": "", "id": ""}}


def accounts(company: Company) -> list[Row]:
    rows = sorted(company.rows("Account"), key=lambda row: str(row["FullyQualifiedName"]).lower())
    return [
        data(
            cell(row["FullyQualifiedName"], row["Id"]),
            cell(row["AccountType"]),
            cell(row.get("AccountSubType", "")),
            cell(row.get("Description", "")),
            cell(Decimal(company.with_balance("Account", row)["CurrentBalance"])),
        )
        for row in rows
        if row.get("Active") is not False
    ]


def stock(company: Company) -> list[Row]:
    """What is in stock and what it cost, first in, first out."""
    layers = company.ledger().layers
    rows, whole = [], ZERO
    for item in company.rows("Item"):
        if item.get("Type") != "Inventory":
            continue
        quantity = Decimal(company.with_balance("Item", item)["QtyOnHand"])
        worth = sum((part * cost for part, cost in layers.get(item["Id"], ())), ZERO)
        average = cell(worth / quantity) if quantity else cell("")
        cells = (cell(item.get("Sku", "")), cell(f"{quantity:.2f}"), cell(worth), average)
        rows.append(data(cell(item["FullyQualifiedName"], item["Id"]), *cells))
        whole += worth
    total: Row = section("GrandTotal", "", [], ("TOTAL", [whole]))
    total["Summary"]["ColData"] = [cell("TOTAL"), cell(""), cell(""), cell(whole), cell("")]
    return [*rows, total] if rows else []
