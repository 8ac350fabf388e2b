"""Invoices and the other sales forms: totals, dates, balances and what voiding them does; knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.clock import pacific_date
from qbo_emulator.books.company import Company, Put, Row
from qbo_emulator.books.money import cents
from qbo_emulator.entities import global_taxes, taxes
from qbo_emulator.entities.currencies import currency_of_transaction, with_home_balance
from qbo_emulator.entities.deposited import check_unmoved
from qbo_emulator.entities.due import due_by_default
from qbo_emulator.entities.estimates import close_estimates
from qbo_emulator.entities.kind import TRANSACTION, Draft, Kind
from qbo_emulator.entities.lines import ZERO, charges, price_discount, sales_lines, stored_lines, with_subtotal
from qbo_emulator.entities.numbers import number_transaction
from qbo_emulator.entities.references import ACCOUNT, CUSTOMER, PAYMENT_METHOD, TERM, key_of, pointing, resolve

ENUMERATIONS = {
    "EmailStatus": ("NotSet", "NeedToSend", "EmailSent"),
    "PrintStatus": ("NotSet", "NeedToPrint", "PrintComplete"),
    "GlobalTaxCalculation": ("TaxExcluded", "TaxInclusive", "NotApplicable"),
}


ADDRESSES = ("BillAddr", "ShipAddr")


def sales_rules(draft: Draft) -> None:
    """Turns `draft.row` into what QuickBooks stores. Raises QboFault if Intuit's rules refuse it."""
    check_enumerations(draft.row)
    date_transaction(draft)
    name_customer(draft)
    check_email(draft.row)
    number_transaction(draft)
    keep_links(draft)
    fill_addresses(draft)
    if draft.kind.name == "Invoice":
        due_by_default(draft)
    else:
        check_terms(draft)
    name_custom_fields(draft)
    total_up(draft)


def name_custom_fields(draft: Draft) -> None:
    """A form has every custom field that the company uses, with or without a value, by the id of its definition."""
    names = custom_field_names(draft.company)
    if not names:
        return
    fields = {field.get("DefinitionId"): field for field in draft.row.get("CustomField") or ()}
    for key, name in names:
        fields[key] = {"DefinitionId": key, "Name": name, "Type": "StringType", **fields.get(key, {})}
    draft.row["CustomField"] = list(fields.values())


def custom_field_names(company: Company) -> list[tuple[str, str]]:
    """Id and name of each custom field of sales forms that Preferences say is in use."""
    told = company.preference("SalesFormsPrefs", "CustomField") or ()
    facts = [field for group in told for field in group.get("CustomField", ())]
    used = [field["Name"][-1] for field in facts if field.get("BooleanValue") is True and USED in field["Name"]]
    return [(key, field["StringValue"]) for key in used for field in facts if field["Name"] == f"{NAMED}{key}"]


USED, NAMED = "SalesFormsPrefs.UseSalesCustom", "SalesFormsPrefs.SalesCustomName"


def check_enumerations(row: Row) -> None:
    for field, choices in ENUMERATIONS.items():
        if field in row and row[field] not in choices:
            raise faults.invalid_enumeration(row[field], field)


def date_transaction(draft: Draft) -> None:
    """TxnDate, today's Pacific date if none was sent; the old and the new date must both be after the closing date."""
    draft.row.setdefault("TxnDate", pacific_date(draft.at).isoformat())
    check_open(draft.company, draft.row["TxnDate"])
    if draft.before:
        check_open(draft.company, draft.before["TxnDate"])


def check_open(company: Company, day: str) -> None:
    closed = company.preference("AccountingInfoPrefs", "BookCloseDate")
    if closed and (day < closed or (day == closed and company.switch("closed_books_boundary") == "<=")):
        raise faults.period_closed(company.switch("closed_books_code"))


def check_terms(draft: Draft) -> None:
    """The terms of a form without a due date, which must exist."""
    if key_of(draft.row.get("SalesTermRef")):
        resolve(draft.company, TERM, draft.row["SalesTermRef"])


def name_customer(draft: Draft) -> None:
    reference = draft.row.get("CustomerRef")
    if not key_of(reference):
        if "CustomerRef" in draft.kind.required:
            raise faults.missing_parameter("CustomerRef")
        return
    customer = resolve(draft.company, CUSTOMER, reference)
    draft.row["CustomerRef"] = pointing(customer, "FullyQualifiedName")  # recorded: "Sporting Goods:55 Twin Lane"


def check_email(row: Row) -> None:
    if row.get("EmailStatus") == "NeedToSend" and not row.get("BillEmail", {}).get("Address"):
        raise faults.missing_parameter("BillEmail")


def keep_links(draft: Draft) -> None:
    """Links to payments are QuickBooks' own; others are the client's, and must lead somewhere."""
    whole = [link for link in draft.sent.get("LinkedTxn", ()) if link.get("TxnType") and link.get("TxnId")]
    sent = [link for link in whole if link["TxnType"] != "Payment"]
    for link in sent:
        if link.get("TxnType") == "Estimate" and draft.company.get("Estimate", str(link.get("TxnId"))) is None:
            raise faults.nothing_to_link("Estimate", link["TxnId"])
    standing = (draft.before or {}).get("LinkedTxn", [])
    own = [link for link in standing if link.get("TxnType") == "Payment"]
    others = sent if "LinkedTxn" in draft.sent else [link for link in standing if link not in own]
    draft.row["LinkedTxn"] = others + own
    close_estimates(draft)


def fill_addresses(draft: Draft) -> None:
    """A new form copies the customer's addresses if it has none; without one, it is billed to the name alone.

    A receipt that loses its customer in a full update loses the addresses too (recorded).
    """
    customer = draft.company.get("Customer", key_of(draft.row.get("CustomerRef"))) or {}
    if draft.before is not None or not customer:
        gone = () if customer or draft.sparse else ADDRESSES
        for field in gone:
            if field not in draft.sent:
                draft.row.pop(field, None)
        return
    for field in ADDRESSES:
        if field not in draft.row and field in customer:
            draft.row[field] = customer[field]
    draft.row.setdefault("BillAddr", {"Line1": customer["DisplayName"]})


def total_up(draft: Draft) -> None:
    """Lines as stored, their subtotal, discount and tax, TotalAmt and Balance."""
    row, company = draft.row, draft.company
    lines = stored_lines(draft)
    subtotal = sum((charge for line in lines for charge in charges(line)), ZERO)
    discount = price_discount(draft, lines, subtotal)
    check_discount(draft, subtotal, discount)
    check_taxable_lines(draft, lines)
    detail, added = tax_of(draft, lines, subtotal, discount)
    if not taxes.is_us(company):
        row.pop("ApplyTaxAfterDiscount", None)  # a choice in the US alone (Intuit's API reference; recorded elsewhere)
    row["Line"] = with_subtotal(lines, subtotal)
    row["TxnTaxDetail"] = detail
    row["TotalAmt"] = cents(subtotal - discount + added)
    if row["TotalAmt"] < 0 and company.switch("negative_total") == "refuse":
        raise faults.business("Transaction amount must be 0 or greater.")
    currency_of_transaction(draft, company.get("Customer", key_of(row.get("CustomerRef"))))
    settle_balance(draft)


def check_discount(draft: Draft, subtotal: Decimal, discount: Decimal) -> None:
    how = draft.company.switch("discount_over_subtotal")
    included = draft.row.get("GlobalTaxCalculation") == "TaxInclusive"
    if discount > max(subtotal, ZERO) and (how == "refuse" or (how != "accept" and included)):
        raise faults.business("The discount can't be more than the subtotal.")


def check_taxable_lines(draft: Draft, lines: list[Row]) -> None:
    most = draft.company.switch("most_taxable_lines")
    sold = [one for line in lines for one in sales_lines(line)]
    if len(sold) > most and sum(taxes.is_taxable(draft.company, one) for one in sold) > most:
        raise faults.business(f"A transaction with sales tax can have {most} lines at most.")


def tax_of(draft: Draft, lines: list[Row], subtotal: Decimal, discount: Decimal) -> tuple[Row, Decimal]:
    if not taxes.is_us(draft.company):
        return global_taxes.of_sale(draft, [one for line in lines for one in sales_lines(line)])
    taxable = sum((one["Amount"] for line in lines for one in sales_lines(line) if taxes.is_taxed(one)), ZERO)
    if draft.row.get("ApplyTaxAfterDiscount") and subtotal:
        taxable -= discount * taxable / subtotal
    detail = taxes.summary(draft, taxable)
    return detail, Decimal(detail["TotalTax"])


def settle_balance(draft: Draft) -> None:
    """What is still owed: the total minus the deposit and what payments have applied."""
    row, company = draft.row, draft.company
    if draft.kind.name == "Invoice":
        open_amount = row["TotalAmt"] - row.get("Deposit", 0) - paid_on(company, row)
        row["Balance"] = cents(max(open_amount, 0))
        draft.also += unapplied_excess(draft, -open_amount) if open_amount < 0 else []
    elif draft.kind.name == "CreditMemo":
        row["Balance"] = row["RemainingCredit"] = cents(row["TotalAmt"] - paid_on(company, row))
    elif draft.kind.name in ("SalesReceipt", "RefundReceipt"):
        row["Balance"] = 0
    if "Balance" in row:
        draft.row = with_home_balance(company, row)


def unapplied_excess(draft: Draft, excess: Decimal) -> list[Put]:
    """The newest payments, with less applied: what they pay beyond the new total of the invoice becomes credit."""
    changed = []
    for link in reversed(draft.row.get("LinkedTxn", [])):
        payment = draft.company.get("Payment", link["TxnId"]) if link["TxnType"] == "Payment" else None
        for line in payment["Line"] if payment else ():
            part = min(excess, applied(line, draft.row["Id"]))
            if part > 0 and payment:
                payment = with_less(payment, line, part)
                changed.append(Put("Payment", payment))
                excess -= part
    return changed


def with_less(payment: Row, line: Row, part: Decimal) -> Row:
    lines = [{**one, "Amount": cents(one["Amount"] - part)} if one is line else one for one in payment["Line"]]
    token = str(int(payment["SyncToken"]) + 1)
    return {**payment, "Line": lines, "UnappliedAmt": cents(payment["UnappliedAmt"] + part), "SyncToken": token}


def paid_on(company: Company, row: Row) -> Decimal:
    """What payments apply to `row`."""
    total = ZERO
    for link in row.get("LinkedTxn", ()):
        payment = company.get("Payment", link["TxnId"]) if link["TxnType"] == "Payment" else None
        total += sum((applied(line, row["Id"]) for line in payment["Line"]), ZERO) if payment else ZERO
    return total


def applied(line: Row, txn_id: str) -> Decimal:
    links = line.get("LinkedTxn", ())
    return Decimal(line["Amount"]) if any(link["TxnId"] == txn_id for link in links) else ZERO


def void_sale(draft: Draft) -> None:
    """All amounts become zero; the form and its number stay (recorded for Invoice and SalesReceipt)."""
    check_open(draft.company, draft.row["TxnDate"])
    check_unmoved(draft)
    free_payments(draft, "void_paid_invoice")
    row = draft.row
    row["Line"] = [void_line(line) for line in row["Line"]]
    row |= {"TxnTaxDetail": {"TotalTax": 0}, "TotalAmt": 0, "Balance": 0, "LinkedTxn": []}
    close_estimates(draft)
    row["PrivateNote"] = void_note(draft.company, row.get("PrivateNote", ""))


def void_line(line: Row) -> Row:
    line = {**line, "Amount": 0} if "Amount" in line else dict(line)
    detail = line.get("SalesItemLineDetail", {})
    if "Qty" in detail:
        line["SalesItemLineDetail"] = {**detail, "Qty": 0}
    if "GroupLineDetail" in line:
        group = line["GroupLineDetail"]
        line["GroupLineDetail"] = {**group, "Line": [void_line(one) for one in group["Line"]]}
    return line


def void_note(company: Company, note: str) -> str:
    how = company.switch("void_note")
    if not note or how == "replace":
        return "Voided"
    return f"Voided - {note}" if how == "prefix" else note


def delete_sale(draft: Draft) -> None:
    check_open(draft.company, draft.row["TxnDate"])
    check_unmoved(draft)
    free_payments(draft, "delete_paid_invoice")
    draft.row["LinkedTxn"] = []
    close_estimates(draft)


def free_payments(draft: Draft, switch: str) -> None:
    """Payments of a deleted form become unapplied credit, or prevent the deletion (by switch)."""
    row, company = draft.row, draft.company
    payments = [link["TxnId"] for link in row.get("LinkedTxn", ()) if link["TxnType"] == "Payment"]
    if payments and company.switch(switch) == "refuse":
        raise faults.business("This transaction has payments applied to it. Remove them first.")
    for key in payments:
        if payment := company.get("Payment", key):
            draft.also.append(Put("Payment", without_link(payment, row["Id"])))


def without_link(payment: Row, txn_id: str) -> Row:
    lines = [line for line in payment["Line"] if not applied(line, txn_id)]
    freed = sum((applied(line, txn_id) for line in payment["Line"]), ZERO)
    unapplied = cents(payment["UnappliedAmt"] + freed)
    return {
        **payment,
        "Line": lines,
        "UnappliedAmt": unapplied,
        "SyncToken": str(int(payment["SyncToken"]) + 1),
    }


ORDER = (
    "AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment", "domain",
    "sparse", "Id", "SyncToken", "MetaData", "CustomField", "DocNumber", "TxnDate", "DepartmentRef",
    "CurrencyRef", "PrivateNote", "LinkedTxn", "Line", "TxnTaxDetail", "CustomerRef", "CustomerMemo",
    "BillAddr", "ShipAddr", "FreeFormAddress", "ShipFromAddr", "SalesTermRef", "DueDate", "GlobalTaxCalculation",
    "TotalAmt", "ApplyTaxAfterDiscount", "PrintStatus", "EmailStatus", "BillEmail", "Balance",
)  # fmt: skip


DEFAULTS = {
    "CustomField": [],
    "LinkedTxn": [],
    "ApplyTaxAfterDiscount": False,
    "PrintStatus": "NeedToPrint",
    "EmailStatus": "NotSet",
}


ONLINE_PAYMENT = {
    "AllowIPNPayment": False,
    "AllowOnlinePayment": False,
    "AllowOnlineCreditCardPayment": False,
    "AllowOnlineACHPayment": False,
}


KEPT = ("LinkedTxn", *ADDRESSES)


def receipt_rules(draft: Draft) -> None:
    """A receipt also says where its money goes: an account of type Bank or Other Current Asset."""
    reference = draft.row.get("DepositToAccountRef")
    if not key_of(reference) and draft.kind.name == "RefundReceipt":
        raise faults.missing_parameter("DepositToAccountRef")
    account = resolve(draft.company, ACCOUNT, key_of(reference) or UNDEPOSITED_FUNDS)
    if account["AccountType"] not in DEPOSIT_ACCOUNT_TYPES:
        raise faults.wrong_account_type("DepositToAccountRef")
    if key_of(draft.row.get("PaymentMethodRef")):
        method = resolve(draft.company, PAYMENT_METHOD, draft.row["PaymentMethodRef"])
        draft.row["PaymentMethodRef"] = pointing(method, "Name")
    sales_rules(draft)
    draft.row["DepositToAccountRef"] = pointing(account, "FullyQualifiedName")
    check_unmoved(draft)


def estimate_rules(draft: Draft) -> None:
    draft.row.setdefault("TxnStatus", "Pending")
    sales_rules(draft)


UNDEPOSITED_FUNDS = "4"
DEPOSIT_ACCOUNT_TYPES = ("Bank", "Other Current Asset")
BOTH = ("Line", "CustomerRef")


def sales_form(
    name: str,
    *,
    required: tuple[str, ...] = ("Line",),
    rules: Callable[[Draft], None] = sales_rules,
    void: Callable[[Draft], None] | None = void_sale,
    defaults: Row = DEFAULTS,
    counts_total: bool = False,
) -> Kind:
    return Kind(
        name,
        operations=TRANSACTION if void else TRANSACTION - {"void"},
        required=required,
        defaults=defaults,
        kept=KEPT,
        rules=rules,
        void=void,
        delete=delete_sale,
        counts_total=counts_total,
        order=ORDER,
    )


INVOICE = sales_form("Invoice", required=BOTH, defaults={**DEFAULTS, **ONLINE_PAYMENT}, counts_total=True)
CREDIT_MEMO = sales_form("CreditMemo", required=BOTH, void=None)
SALES_RECEIPT = sales_form("SalesReceipt", rules=receipt_rules)
REFUND_RECEIPT = sales_form("RefundReceipt", rules=receipt_rules)
ESTIMATE = sales_form("Estimate", required=BOTH, rules=estimate_rules, void=None)
