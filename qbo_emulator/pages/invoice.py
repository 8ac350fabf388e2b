"""One invoice, as "Open in QuickBooks" shows it; knows no HTTP."""

from __future__ import annotations

from qbo_emulator.books.company import Company, Row
from qbo_emulator.pages.html import document, facts, note, table, text
from qbo_emulator.pages.lists import paid
from qbo_emulator.pages.record import address, as_returned, back, company_name, forms


def page(company: Company, row: Row, *, said: str = "", is_problem: bool = False) -> str:
    number = row.get("DocNumber") or "(no number)"
    title = f"Invoice {number} · {row['TotalAmt']:,.2f}"
    address = row.get("BillAddr", {})
    parts = [address.get(name) for name in ("Line1", "Line2", "City", "CountrySubDivisionCode", "PostalCode")]
    shown = {
        "Customer": customer_link(company, row),
        "Bill to": text(", ".join(part for part in parts if part)),
        "Date": text(row["TxnDate"]),
        "Due": text(row.get("DueDate", "")),
        "State": paid(row),
        "Message": text(row.get("CustomerMemo", {}).get("value", "")),
        "Memo": text(row.get("PrivateNote", "")),
        "Id": text(f"{row['Id']}, version {row['SyncToken']}"),
    }
    given = {name: value for name, value in shown.items() if value}
    content = (
        f"{note(said, is_problem)}{back(company)}<section>{facts(given)}</section><section>{lines(row)}{totals(row)}"
        f"</section>{payments(company, row)}{forms(company, 'Invoice', row)}{as_returned(row)}"
    )
    return document(title, content, subtitle=company_name(company))


def lines(row: Row) -> str:
    shown = [line for line in row["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    return table(
        ["#", "Product or service", "Description", "Quantity", "Rate", "Tax", "Amount"],
        [("", cells(line)) for line in shown],
        numbers=(3, 4, 6),
    )


def cells(line: Row) -> list[str]:
    detail = line.get("SalesItemLineDetail", {})
    what = detail.get("ItemRef", {}).get("name") or ("Discount" if "DiscountLineDetail" in line else "")
    values = [
        line.get("LineNum", ""),
        what,
        line.get("Description", ""),
        detail.get("Qty", ""),
        detail.get("UnitPrice", ""),
    ]
    return [text(one) for one in (*values, detail.get("TaxCodeRef", {}).get("value", ""), line.get("Amount", ""))]


def totals(row: Row) -> str:
    subtotal = next((line["Amount"] for line in row["Line"] if line["DetailType"] == "SubTotalLineDetail"), 0)
    tax = row["TxnTaxDetail"]
    code = tax.get("TxnTaxCodeRef", {}).get("value")
    sums = {
        "Subtotal": f"{subtotal:,.2f}",
        f"Sales tax{f' (code {code})' if code else ''}": f"{tax['TotalTax']:,.2f}",
        "Total": f"<b>{row['TotalAmt']:,.2f}</b>",
        "Balance due": f"<b>{row['Balance']:,.2f}</b>",
    }
    return f'<div style="max-width:20rem;margin:1rem 0 0 auto">{facts(sums)}</div>'


def customer_link(company: Company, row: Row) -> str:
    customer = row["CustomerRef"]
    return f'<a href="{text(address(company, "Customer", customer["value"]))}">{text(customer["name"])}</a>'


def payment_link(company: Company, payment: Row) -> str:
    return f'<a href="{text(address(company, "Payment", payment["Id"]))}">{text(payment["Id"])}</a>'


def payments(company: Company, row: Row) -> str:
    found = [company.get("Payment", link["TxnId"]) for link in row["LinkedTxn"] if link["TxnType"] == "Payment"]
    rows = [("", [payment_link(company, one), text(one["TxnDate"]), text(one["TotalAmt"])]) for one in found if one]
    return f"<section><h2>Payments</h2>{table(['Id', 'Date', 'Amount'], rows, numbers=(2,))}</section>" if rows else ""
