"""What QuickBooks adds to every row of a kind, whatever was sent (recorded answers); knows no rule and no request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal

from qbo_emulator.books.company import ADDRESS_FIELDS, NAMES, Company, Row

LAST_MODIFIED_BY = {"value": "9341450000000001"}  # the user who connected
EXTRA = {
    "declaredType": "com.intuit.schema.finance.v3.NameValue",
    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
    "nil": False,
    "globalScope": True,
    "typeSubstituted": False,
}
WITH_MODIFIER = frozenset(("Invoice", "Bill", "PurchaseOrder"))
WITH_ITEM_ACCOUNT = frozenset(("Invoice", "CreditMemo", "Estimate"))
WITH_FREE_FORM_ADDRESS = frozenset(("Invoice", "CreditMemo", "Estimate"))
LINES_WITH_NUMBERS = frozenset(("Bill", "PurchaseOrder", "Deposit"))
RECEIPTS = frozenset(("SalesReceipt", "RefundReceipt"))
TXN_TYPE_OF_PURCHASE = {"Check": "3", "CreditCard": "11", "Cash": "54"}
NO_COORDINATE = "INVALID"  # what Intuit sends if it could not find the place


def dressed(company: Company, entity: str, row: Row, before: Row | None = None) -> Row:
    """`row` with what its kind always has."""
    row = with_address_ids(company, entity, row, before)
    if entity in WITH_MODIFIER:
        row["MetaData"] = {**row.get("MetaData", {}), "LastModifiedByRef": LAST_MODIFIED_BY}
    if entity == "Payment":
        row["Line"] = [payment_line(company, line, before) for line in row.get("Line", ())]
    if entity in RECEIPTS:
        leave_out_tax(row, before)
    of_kind = DRESSES.get(entity)
    if of_kind:
        of_kind(company, row)
    return row


def with_address_ids(company: Company, entity: str, row: Row, before: Row | None) -> Row:
    """Addresses are rows with ids of their own; one that is changed keeps its id.

    That of a name is not looked up on the map any more: new ones of 2026 have no coordinates, old ones keep them.
    """
    row = dict(row)
    for field in ADDRESS_FIELDS:
        address = row.get(field)
        if not isinstance(address, dict):
            continue
        if not address.get("Id"):
            known = ((before or {}).get(field) or {}).get("Id")
            address = {"Id": known or company.new_address_id(), **address}
        row[field] = address if entity in NAMES or field == "ShipFromAddr" else located(company, address)
    return row


def located(company: Company, address: Row) -> Row:
    if "Line1" not in address or "Lat" in address or not company.switch("address_coordinates"):
        return address
    return {**address, "Lat": NO_COORDINATE, "Long": NO_COORDINATE}


def on_the_map(company: Company, row: Row) -> Row:
    """A name from the days when its addresses were still looked up."""
    places = {field: located(company, row[field]) for field in ADDRESS_FIELDS if isinstance(row.get(field), dict)}
    return {**row, **places}


def pseudonym(company: Company, row: Row) -> str:
    """As long as recorded ones: the same six digits for a company, and 32 for the row."""
    place = hashlib.blake2b(company.realm_id.encode(), digest_size=1).hexdigest()
    digest = hashlib.blake2b(f"{company.realm_id}/{row['Id']}".encode(), digest_size=16).hexdigest()
    return f"0020{place}{digest}"


def customer(company: Company, row: Row) -> None:
    row.setdefault("IsProject", False)
    row.setdefault("ClientEntityId", "0")
    row["V4IDPseudonym"] = pseudonym(company, row)


def vendor(company: Company, row: Row) -> None:
    row["V4IDPseudonym"] = pseudonym(company, row)


# sales forms


def sale(company: Company, row: Row) -> None:
    row["FreeFormAddress"] = True
    row["Line"] = [sales_line(company, line) for line in row.get("Line", ())]
    fill_ship_from(company, row)


def fill_ship_from(company: Company, row: Row) -> None:
    """Where goods leave from: the company's own address, in two lines."""
    if "ShipFromAddr" in row:
        return
    address = (company.get("CompanyInfo", "1") or {}).get("CompanyAddr", {})
    place = f"{address.get('City', '')}, {address.get('CountrySubDivisionCode', '')}  {address.get('PostalCode', '')}"
    row["ShipFromAddr"] = {"Id": company.new_address_id(), "Line1": address.get("Line1", ""), "Line2": place}


def sales_line(company: Company, line: Row) -> Row:
    if "GroupLineDetail" in line:
        group = line["GroupLineDetail"]
        inner = [sales_line(company, one) for one in group.get("Line", ())]
        return {**line, "GroupLineDetail": {**group, "Line": inner}}
    detail = line.get("SalesItemLineDetail")
    if detail is None:
        return line
    item = company.get("Item", detail.get("ItemRef", {}).get("value")) or {}
    account = {"ItemAccountRef": item["IncomeAccountRef"]} if "IncomeAccountRef" in item else {}
    return {**line, "SalesItemLineDetail": {**detail, **account}, "CustomExtensions": line.get("CustomExtensions", [])}


def credit_memo(company: Company, row: Row) -> None:
    without_empty_links(company, row)
    sale(company, row)
    ship_to_bill_address(company, row)


def estimate(company: Company, row: Row) -> None:
    sale(company, row)
    ship_to_bill_address(company, row)


def ship_to_bill_address(company: Company, row: Row) -> None:
    if "ShipAddr" not in row and "BillAddr" in row:
        row["ShipAddr"] = {**row["BillAddr"], "Id": company.new_address_id()}


def without_empty_links(company: Company, row: Row) -> None:
    if not row.get("LinkedTxn"):
        row.pop("LinkedTxn", None)


def leave_out_tax(receipt: Row, before: Row | None) -> None:
    """A receipt without tax has no TxnTaxDetail if it was made without a customer (recorded: the others have one)."""
    if receipt.get("TxnTaxDetail") != {"TotalTax": 0} or "CustomerRef" in receipt:
        return
    if before is None or "TxnTaxDetail" not in before:
        del receipt["TxnTaxDetail"]


# payments


def payment_line(company: Company, line: Row, before: Row | None) -> Row:
    """LineEx describes what is paid: its id, its open amount, and its number."""
    for standing in (before or {}).get("Line", ()):
        if (standing["Amount"], standing["LinkedTxn"]) == (line["Amount"], line["LinkedTxn"]):
            return {**line, "LineEx": standing["LineEx"]} if "LineEx" in standing else line
    link: Row = next(iter(line.get("LinkedTxn", ())), {})
    paid = company.get(link.get("TxnType", ""), link.get("TxnId")) or {}
    facts = [("txnId", link.get("TxnId", "")), ("txnOpenBalance", f"{Decimal(paid.get('Balance', 0)):.2f}")]
    if paid.get("DocNumber"):
        facts.append(("txnReferenceNumber", paid["DocNumber"]))
    return {**line, "LineEx": {"any": [extra(name, str(value)) for name, value in facts]}}


def extra(name: str, value: str) -> Row:
    element = "{http://schema.intuit.com/finance/v3}NameValue"
    return {"name": element, **EXTRA, "value": {"Name": name, "Value": value}}


# what is bought


def bill(company: Company, row: Row) -> None:
    row["Line"] = [bought_line(company, line, index) for index, line in enumerate(row.get("Line", ()), 1)]
    for line in row["Line"]:
        line.setdefault("LinkedTxn", [])
    fill_vendor_address(company, row)


def fill_vendor_address(company: Company, row: Row) -> None:
    seller = company.get("Vendor", row.get("VendorRef", {}).get("value")) or {}
    if "VendorAddr" not in row and "BillAddr" in seller:
        row["VendorAddr"] = located(company, seller["BillAddr"])


def bought_line(company: Company, line: Row, number: int | None = None) -> Row:
    line = dict(line)
    if number is not None:
        line["LineNum"] = number
    line.setdefault("CustomExtensions", [])
    name = line.get("DetailType", "")
    if name in ("AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail") and isinstance(line.get(name), dict):
        line[name] = bought_detail(company, name, line)
    return line


def bought_detail(company: Company, name: str, line: Row) -> Row:
    detail = {"BillableStatus": "NotBillable", **line[name]}
    if company.setting("country", "US") == "US":
        detail.setdefault("TaxCodeRef", {"value": "NON"})
    if name == "ItemBasedExpenseLineDetail":
        detail.setdefault("Qty", 1)
        detail.setdefault("UnitPrice", line.get("Amount", 0))
    return detail


def purchase(company: Company, row: Row) -> None:
    row.pop("LinkedTxn", None)  # taken and dropped, as is Credit of what no card paid (seen live by a public client)
    if row.get("PaymentType") == "CreditCard":
        row.setdefault("Credit", False)
    else:
        row.pop("Credit", None)
    if row.get("PaymentType") == "Check":
        row.setdefault("PrintStatus", "NotSet")
    lines = [{name: line[name] for name in line if name != "LinkedTxn"} for line in row.get("Line", ())]
    row["Line"] = [bought_line(company, line) for line in lines]
    row["PurchaseEx"] = {"any": [extra("TxnType", TXN_TYPE_OF_PURCHASE.get(str(row.get("PaymentType")), "54"))]}


def purchase_order(company: Company, row: Row) -> None:
    bill_like = [bought_line(company, line, index) for index, line in enumerate(row.get("Line", ()), 1)]
    row["Line"] = [{"Received": 0, **line} if "ItemBasedExpenseLineDetail" in line else line for line in bill_like]
    row.setdefault("POStatus", "Open")
    row.setdefault("EmailStatus", "NotSet")
    row.setdefault("CustomField", [])
    row.setdefault("LinkedTxn", [])


def bill_payment(company: Company, row: Row) -> None:
    row["Line"] = [{name: line[name] for name in line if name != "Id"} for line in row.get("Line", ())]
    if isinstance(row.get("CheckPayment"), dict):
        row["CheckPayment"] = {"PrintStatus": "NotSet", **row["CheckPayment"]}
    row.setdefault("DocNumber", company.next_number("BillPayment"))


def deposit(company: Company, row: Row) -> None:
    row["Line"] = [deposit_line(line, index) for index, line in enumerate(row.get("Line", ()), 1)]
    row.setdefault("TxnTaxDetail", {})


def deposit_line(line: Row, number: int) -> Row:
    """A line that takes a payment along has no id and no number of its own."""
    if line.get("LinkedTxn"):
        links = [{"TxnLineId": "0", **link} for link in line["LinkedTxn"]]
        return {**{name: line[name] for name in line if name not in ("Id", "DetailType")}, "LinkedTxn": links}
    return {**line, "LineNum": number, "CustomExtensions": line.get("CustomExtensions", [])}


def journal_entry(company: Company, row: Row) -> None:
    row["Line"] = [{**line, "CustomExtensions": line.get("CustomExtensions", [])} for line in row.get("Line", ())]
    row["TotalAmt"] = 0  # recorded of each, whatever its lines come to
    row.setdefault("Adjustment", False)
    row.setdefault("TxnTaxDetail", {})


DRESSES: dict[str, Callable[[Company, Row], None]] = {
    "Customer": customer,
    "Vendor": vendor,
    "Invoice": sale,
    "CreditMemo": credit_memo,
    "Estimate": estimate,
    "SalesReceipt": without_empty_links,
    "RefundReceipt": without_empty_links,
    "Bill": bill,
    "VendorCredit": bill,
    "Purchase": purchase,
    "PurchaseOrder": purchase_order,
    "BillPayment": bill_payment,
    "Deposit": deposit,
    "JournalEntry": journal_entry,
}
