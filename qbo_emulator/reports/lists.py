"""Lists of transactions, of accounts and of stock; knows no request."""

from __future__ import annotations

from decimal import Decimal

from qbo_emulator.books.company import TRANSACTIONS, Company, Row
from qbo_emulator.books.postings import postings
from qbo_emulator.reports.details import AMOUNTS, Books, Part, chosen, headed, ids, money, of_row, person, summed, wants
from qbo_emulator.reports.frame import cell, data, section

ZERO = Decimal(0)
LESS = frozenset(("CreditMemo", "RefundReceipt"))  # amounts that the list shows as negative


def transactions(company: Company, days: tuple[str, str], keys: list[str], asked: dict[str, str]) -> list[Row]:
    """Every transaction of the period, oldest first; `customer`, `vendor` and `transaction_type` narrow it."""
    return [chosen(facts(company, entity, row), keys) for entity, row in found(company, days, asked)]


def found(company: Company, days: tuple[str, str], asked: dict[str, str]) -> list[tuple[str, Row]]:
    rows = [
        (row["TxnDate"], int(row["Id"]), entity, row)
        for entity in sorted(TRANSACTIONS)
        for row in company.rows(entity)
        if days[0] <= row.get("TxnDate", "") <= days[1] and wants(entity, row, asked)
    ]
    accounts = ids(asked, "account")
    listed = [(entity, row) for _, _, entity, row in sorted(rows, key=lambda one: one[:2])]
    return [
        (entity, row) for entity, row in listed if not accounts or accounts & {one[0] for one in postings(entity, row)}
    ]


def facts(company: Company, entity: str, row: Row) -> dict[str, dict[str, str]]:
    """What each column says of a transaction."""
    booked = [key for key, amount, _ in postings(entity, row) if amount]
    names = [(company.get("Account", key) or {}).get("Name", "") for key in booked]
    account, *split = names or [""]
    shown = amount_of(entity, row)
    return {
        **of_row(entity, row),
        "account_name": cell(account),
        "other_account": cell(split[0] if len(split) == 1 else "-Split-" if split else ""),
        **dict.fromkeys(AMOUNTS, money(shown)),
    }


def amount_of(entity: str, row: Row) -> Decimal:
    amount = Decimal(row.get("TotalAmt", 0) or row.get("Amount", 0))
    return -amount if entity in LESS else amount


def by_person(company: Company, days: tuple[str, str], keys: list[str], asked: dict[str, str], of: str) -> list[Row]:
    """The transactions of each customer or vendor under their name."""
    whose: dict[tuple[str, str], list[tuple[str, Row]]] = {}
    for entity, row in found(company, days, asked):
        if f"{of}Ref" in row or (of == "Vendor" and row.get("EntityRef", {}).get("type") == "Vendor"):
            whose.setdefault(person(row), []).append((entity, row))
    made = []
    for (name, key), theirs in sorted(whose.items()):
        total = sum((amount_of(entity, row) for entity, row in theirs), ZERO)
        rows = [chosen(facts(company, entity, row), keys) for entity, row in theirs]
        made.append(headed(cell(name, key), keys, rows, summed(f"Total for {name}", keys, {"subt_nat_amount": total})))
    return made


def journal(company: Company, days: tuple[str, str], keys: list[str], asked: dict[str, str]) -> list[Row]:
    """Every side of every transaction, its sums and an empty row; only the first names the transaction (documented)."""
    books = Books(company, days[1], asked)
    rows, whole = [], {"debt_amt": ZERO, "credit_amt": ZERO}
    for (_, key), entries in books.together.items():
        if entries[0].day < days[0]:
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
