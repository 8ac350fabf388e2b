"""One record, and what the bookkeeper changes in it; knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.encoding import dumps
from qbo_emulator.entities.references import key_of
from qbo_emulator.entities.registry import KINDS
from qbo_emulator.pages.html import document, facts, note, tag, text
from qbo_emulator.pages.log import pretty
from qbo_emulator.pages.tools import REALM, Field, Form, choice_lists, form, has_choices

HINT = "If an app changes the same record, it meets a conflict."


def address(company: Company, entity: str, key: object) -> str:
    """Where the page of a record is."""
    if entity == "Invoice":
        return "/app/invoice?" + urlencode({"txnId": str(key), "realm": company.realm_id})
    return "/record?" + urlencode({"realm": company.realm_id, "entity": entity, "id": str(key)})


def name_of(entity: str, row: Row) -> str:
    return str(row.get(KINDS[entity].name_field or "Name") or f"{entity} {row['Id']}")


def page(company: Company, entity: str, row: Row, *, said: str = "", is_problem: bool = False) -> str:
    content = (
        f"{note(said, is_problem)}{back(company)}<section>{facts(shown(entity, row))}</section>"
        f"{forms(company, entity, row)}{as_returned(row)}"
    )
    return document(f"{entity} {name_of(entity, row)}", content, subtitle=company_name(company))


def back(company: Company) -> str:
    return f'<p><a href="/?{urlencode({"realm": company.realm_id})}">← The company</a></p>'


def company_name(company: Company) -> str:
    return str((company.get("CompanyInfo", "1") or {}).get("CompanyName", ""))


def as_returned(row: Row) -> str:
    raw = f"<summary>As the API returns it</summary><pre>{text(pretty(dumps(row)))}</pre>"
    return f"<section><details>{raw}</details></section>"


def shown(entity: str, row: Row) -> dict[str, str]:
    given = {
        "E-mail": row.get("PrimaryEmailAddr", {}).get("Address"),
        "Customer": row.get("CustomerRef", {}).get("name"),
        "Date": row.get("TxnDate"),
        "Amount": row.get("TotalAmt"),
        "Unapplied": row.get("UnappliedAmt"),
        "Price": row.get("UnitPrice"),
        "Income account": row.get("IncomeAccountRef", {}).get("name"),
        "Type": row.get("AccountType") or row.get("Type"),
        "Description": row.get("Description"),
        "Memo": row.get("PrivateNote"),
    }
    state = (
        {"State": tag("inactive", "bad") if row["Active"] is False else tag("active", "ok")} if "Active" in row else {}
    )
    said = {name: text(value) for name, value in given.items() if value not in (None, "")}
    return {**said, **state, "Id": text(f"{row['Id']}, version {row.get('SyncToken', '0')}")}


def forms(company: Company, entity: str, row: Row) -> str:
    """What the bookkeeper can do with it; "" if that is nothing."""
    lists = {**choice_lists(company), REALM: [(company.realm_id, "")]}
    fixed = (("entity", entity), ("id", str(row["Id"])), ("page", "record"))
    offered = [
        Form(one.command, one.button, one.fields, (*fixed, *one.fixed), one.style) for one in offers(entity, row)
    ]
    usable = [one for one in offered if has_choices(one, lists)]
    # What needs nothing but a press stands together.
    single = "".join(form(one, lists) for one in usable if not one.fields)
    made = [form(one, lists) for one in usable if one.fields] + ([single] if single else [])
    cards = "".join(f"<div class=card>{one}</div>" for one in made)
    return f"<h2>What the bookkeeper does</h2><p class=soft>{HINT}</p><div class=grid>{cards}</div>" if cards else ""


def offers(entity: str, row: Row) -> tuple[Form, ...]:
    own = OFFERS[entity](row) if entity in OFFERS else ()
    if "Active" not in row:
        return own
    if row["Active"] is False:
        return (*own, Form("reactivate", "Make active", style="go"))
    return (*own, Form("deactivate", "Make inactive", style="stop"))


def of_customer(row: Row) -> tuple[Form, ...]:
    email = row.get("PrimaryEmailAddr", {}).get("Address", "")
    fields = Field("name", "Name", value=row["DisplayName"]), Field("email", "E-mail", value=email, required=False)
    return (Form("change_customer", "Change", fields, style="go"),)


def of_item(row: Row) -> tuple[Form, ...]:
    account = key_of(row.get("IncomeAccountRef"))
    fields = (
        Field("name", "Name", value=row["Name"]),
        Field("price", "Price", value=str(row.get("UnitPrice", "")), required=False),
        *([Field("income_account", "Income account", choices="income accounts", value=account)] if account else []),
    )
    return (Form("change_item", "Change", fields, style="go"),)


def of_invoice(row: Row) -> tuple[Form, ...]:
    head = (
        Field("doc_number", "Number", value=row.get("DocNumber", ""), required=False),
        Field("date", "Date", "date", value=row["TxnDate"]),
        Field("due_date", "Due", "date", value=row.get("DueDate", ""), required=False),
        Field("message", "Message to the customer", value=row.get("CustomerMemo", {}).get("value", ""), required=False),
    )
    sold = [line for line in row["Line"] if line["DetailType"] == "SalesItemLineDetail"]
    lines = [of_line(number, line) for number, line in enumerate(sold, start=1)]
    balance = Field("amount", "Amount", value=str(row["Balance"]))
    paid = [Form("receive_payment", "Receive payment", (balance,), style="go")] if row["Balance"] else []
    return (Form("change_invoice", "Change", head, style="go"), *lines, *paid, *of_transaction(row))


def of_line(number: int, line: Row) -> Form:
    detail = line["SalesItemLineDetail"]
    fields = (
        Field("description", f"Description of line {number}", value=line.get("Description", ""), required=False),
        Field("quantity", "Quantity", value=str(detail.get("Qty", 1))),
        Field("rate", "Rate", value=str(detail.get("UnitPrice", line["Amount"]))),
    )
    return Form("change_invoice", f"Change line {number}", fields, (("line", str(number)),), "go")


def of_transaction(row: Row) -> tuple[Form, ...]:
    return Form("void", "Void", style="stop"), Form("delete", "Delete", style="stop")


OFFERS: dict[str, Callable[[Row], tuple[Form, ...]]] = {
    "Customer": of_customer,
    "Item": of_item,
    "Invoice": of_invoice,
    "Payment": of_transaction,
}
# Those that the lists lead to.
WITH_PAGE = (*OFFERS, "Account", "TaxCode", "Vendor")


def missing(company: Company, entity: str, key: str, said: str = "") -> str:
    words = f"There is no {text(entity)} with id {text(key)} here. It may have been deleted."
    return document("Not here", f"{note(said, False)}{back(company)}<section>{words}</section>")
