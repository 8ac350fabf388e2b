"""The lines of a sales form: items, bundles, discounts, comments and the subtotal; knows no total and no HTTP."""

from __future__ import annotations

from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.money import cents, plain
from qbo_emulator.entities import global_taxes, taxes
from qbo_emulator.entities.kind import Draft
from qbo_emulator.entities.line_numbers import LineNumbers
from qbo_emulator.entities.references import ACCOUNT, ITEM, check_start_of_stock, inactive, key_of, pointing, resolve
from qbo_emulator.faults import QboFault

BUILT_IN_ITEMS = {"SHIPPING_ITEM_ID": "AllowShipping", "GRATUITY_ITEM_ID": "AllowGratuity"}


DETAIL_TYPES = (
    "SalesItemLineDetail",
    "GroupLineDetail",
    "DescriptionOnly",
    "DiscountLineDetail",
    "SubTotalLineDetail",
)


ZERO, HALF_A_CENT = Decimal(0), Decimal("0.005")


def stored_lines(draft: Draft) -> list[Row]:
    sent = [line for line in draft.row.get("Line", []) if line and line.get("DetailType") != "SubTotalLineDetail"]
    if not sent:
        raise faults.missing_parameter("Line")
    bad: list[faults.Entry] = []
    numbers = LineNumbers.after(draft.before)
    lines = [numbered(stored_line(draft, line, bad), line, numbers, index) for index, line in enumerate(sent, 1)]
    if bad:
        raise QboFault(*bad)
    return lines


def numbered(line: Row, sent: Row, numbers: LineNumbers, position: int) -> Row:
    if line["DetailType"] == "DiscountLineDetail":
        return line  # it has neither id nor number (recorded)
    return {"Id": numbers.id_for(sent.get("Id")), "LineNum": position, **line}


def stored_line(draft: Draft, line: Row, bad: list[faults.Entry]) -> Row:
    kind = line.get("DetailType")
    if kind is None:
        raise faults.missing_parameter("Line.DetailType")
    if kind not in DETAIL_TYPES:
        raise faults.invalid_enumeration(kind, "Line.DetailType")
    if kind == "SalesItemLineDetail":
        return sales_line(draft, line, bad)
    if kind == "GroupLineDetail":
        return group_line(draft, line, bad)
    if kind == "DiscountLineDetail":
        return discount_line(draft, line)
    return comment_line(line)


def comment_line(line: Row) -> Row:
    text = {"Description": line["Description"]} if "Description" in line else {}
    return {**text, "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}


def sales_line(draft: Draft, line: Row, bad: list[faults.Entry]) -> Row:
    detail = line.get("SalesItemLineDetail")
    if detail is None:
        raise faults.missing_parameter("Line.SalesItemLineDetail")
    if not key_of(detail.get("ItemRef")):
        return comment_line(line)  # a line without an item is a comment, and its amount is ignored
    if "Amount" not in line:
        raise faults.missing_parameter("Line.Amount")
    if is_off(line["Amount"], detail):
        bad.append(faults.amount_mismatch(line["Amount"]))
    text = {"Description": line["Description"]} if "Description" in line else {}
    stored = {"ItemRef": item_reference(draft, detail["ItemRef"]), **priced(detail)}
    code = tax_code(draft.company, detail.get("TaxCodeRef"), bad)
    if code is not None:
        stored["TaxCodeRef"] = {"value": code}
    return {
        **text,
        "Amount": cents(line["Amount"]),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": stored,
    }


def tax_code(company: Company, sent: object, bad: list[faults.Entry]) -> str | None:
    return taxes.line_code(company, sent, bad) if taxes.is_us(company) else global_taxes.line_code(company, sent)


def priced(detail: Row) -> Row:
    kept = {name: plain(detail[name]) for name in ("UnitPrice", "Qty") if detail.get(name)}
    return kept | {name: detail[name] for name in ("ServiceDate", "ClassRef") if name in detail}


def is_off(amount: Decimal, detail: Row) -> bool:
    """Whether Amount is not Qty x UnitPrice, if both are given; Intuit accepts a client's 0 for what is not set."""
    product = detail.get("Qty", ZERO) * detail.get("UnitPrice", ZERO)
    return bool(product) and abs(product - amount) > HALF_A_CENT


def item_reference(draft: Draft, reference: object) -> Row:
    company, key = draft.company, key_of(reference)
    if key in BUILT_IN_ITEMS:
        return {"value": key}
    item = resolve(company, ITEM, reference)
    if item["Type"] == "Category":
        raise faults.business("An item in this transaction is set up as a category instead of a product or service.")
    check_income_account(company, item)
    if draft.kind.name != "Estimate":
        check_start_of_stock(company, item, draft.row.get("TxnDate"))
    return pointing(item, "FullyQualifiedName")


def check_income_account(company: Company, item: Row) -> None:
    account = company.get("Account", key_of(item.get("IncomeAccountRef")))
    if account and account.get("Active") is False:
        raise inactive(company, ACCOUNT, account)


def group_line(draft: Draft, line: Row, bad: list[faults.Entry]) -> Row:
    """A bundle: its own Amount is 0 and its inner lines have the money (recorded)."""
    detail = line.get("GroupLineDetail")
    if detail is None:
        raise faults.missing_parameter("Line.GroupLineDetail")
    item = resolve(draft.company, ITEM, detail.get("GroupItemRef"))
    inner = [sales_line(draft, one, bad) for one in detail.get("Line", [])]
    quantity = plain(detail.get("Quantity", Decimal(1)))
    stored = {"GroupItemRef": pointing(item, "Name"), "Quantity": quantity, "Line": inner}
    text = {"Description": line["Description"]} if "Description" in line else {}
    return {**text, "Amount": 0, "DetailType": "GroupLineDetail", "GroupLineDetail": stored}


def sales_lines(line: Row) -> list[Row]:
    """The lines with an item in `line`: itself, or those of a bundle."""
    if "SalesItemLineDetail" in line:
        return [line]
    inner = line.get("GroupLineDetail", {}).get("Line", [])
    return [one for one in inner if "SalesItemLineDetail" in one]


def charges(line: Row) -> list[Decimal]:
    return [Decimal(one["Amount"]) for one in sales_lines(line)]


def discount_line(draft: Draft, line: Row) -> Row:
    company, detail = draft.company, line.get("DiscountLineDetail", {})
    if not company.preference("SalesFormsPrefs", "AllowDiscount"):
        if company.switch("discount_when_off") == "refuse":
            raise faults.feature_off("Discounts are turned off in the company's sales settings.")
        return comment_line(line)
    stored: Row = {"PercentBased": bool(detail.get("PercentBased"))}
    if stored["PercentBased"]:
        stored["DiscountPercent"] = detail.get("DiscountPercent", ZERO)
    account = key_of(detail.get("DiscountAccountRef"))
    default = key_of(company.preference("SalesFormsPrefs", "DefaultDiscountAccount")) or "86"
    chosen = resolve(company, ACCOUNT, account or default)
    stored["DiscountAccountRef"] = pointing(chosen, "FullyQualifiedName")
    return {
        "Amount": line.get("Amount", ZERO),
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": stored,
    }


def price_discount(draft: Draft, lines: list[Row], subtotal: Decimal) -> Decimal:
    total = ZERO
    for line in lines:
        detail = line.get("DiscountLineDetail")
        if detail is None:
            continue
        amount = subtotal * detail["DiscountPercent"] / 100 if detail["PercentBased"] else abs(line["Amount"])
        line["Amount"] = cents(amount)
        total += line["Amount"]
    return total


def with_subtotal(lines: list[Row], subtotal: Decimal) -> list[Row]:
    """`lines` with the subtotal line that QuickBooks adds, before any discount."""
    added: Row = {"Amount": cents(subtotal), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    discounts = [line for line in lines if "DiscountLineDetail" in line]
    return [line for line in lines if "DiscountLineDetail" not in line] + [added] + discounts
