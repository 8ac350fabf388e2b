"""Bills, vendor credits and the bill payments that settle them; knows no HTTP."""

from __future__ import annotations

from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Put, Row
from qbo_emulator.books.money import cents
from qbo_emulator.entities import orders, payable_links
from qbo_emulator.entities.currencies import with_home_balance
from qbo_emulator.entities.due import set_due_date
from qbo_emulator.entities.kind import TRANSACTION, Draft, Kind
from qbo_emulator.entities.others import delete_transaction, name_accounts, transaction_rules, void_transaction
from qbo_emulator.entities.references import key_of, pointing

PAYABLE = ("Bill", "VendorCredit")
PAY_TYPES = {"Check": "CheckPayment", "CreditCard": "CreditCardPayment"}
LINKED_AS = {"Check": "BillPaymentCheck", "CreditCard": "BillPaymentCreditCard"}  # what paid a bill, by PayType
ACCOUNTS_PAYABLE = "33"
ZERO = Decimal(0)
Applied = dict[tuple[str, str], Decimal]  # (type, id) -> what a payment applies to it


def payable_rules(draft: Draft) -> None:
    """A vendor, lines with money, and what of it is still open."""
    row, company = draft.row, draft.company
    if not row["Line"]:
        raise faults.missing_parameter("Line")
    transaction_rules(draft)
    account = company.get("Account", key_of(row.get("APAccountRef")) or ACCOUNTS_PAYABLE)
    if account:
        row["APAccountRef"] = pointing(account, "FullyQualifiedName")
    row["LinkedTxn"] = links_of(draft)
    row["Balance"] = cents(max(row["TotalAmt"] - paid_on(company, row), ZERO))
    if draft.kind.name == "Bill":
        set_due_date(draft)
    draft.row = with_home_balance(company, row)


def links_of(draft: Draft) -> list[Row]:
    """Links to payments are QuickBooks' own, those to orders follow from the lines, and others are the client's."""
    standing: list[Row] = (draft.before or {}).get("LinkedTxn", [])
    others: list[Row] = draft.sent.get("LinkedTxn", standing)
    kept = [link for link in others if not is_payment(link) and link.get("TxnType") != orders.ORDER]
    taken = orders.take(draft) if draft.kind.name == "Bill" else []
    return [*taken, *kept, *(link for link in standing if is_payment(link))]


def paid_on(company: Company, row: Row) -> Decimal:
    keys = [link["TxnId"] for link in row["LinkedTxn"] if is_payment(link)]
    paying = (company.get("BillPayment", key) for key in keys)
    return sum((applied(one).get((kind, row["Id"]), ZERO) for one in paying if one for kind in PAYABLE), ZERO)


def is_payment(link: Row) -> bool:
    return link.get("TxnType") in LINKED_AS.values()


def delete_payable(draft: Draft) -> None:
    delete_transaction(draft)
    if any(is_payment(link) for link in draft.row.get("LinkedTxn", ())):
        raise faults.business("You can't delete a transaction that payments are linked to. Delete the payments first.")
    if draft.kind.name == "Bill":
        draft.row["Line"] = []
        orders.take(draft)


def bill_payment_rules(draft: Draft) -> None:
    """What is paid by check or card, to which bills, and their new balances."""
    row = draft.row
    if row.get("PayType") is not None and row["PayType"] not in PAY_TYPES:
        raise faults.invalid_enumeration(row["PayType"], "PayType")
    payable_links.check_lines(draft)
    row.pop("APAccountRef", None)  # taken, never shown: it follows from the bills (seen)
    row.setdefault("Line", [])
    payable_links.drop_expenses(draft)
    total = row["TotalAmt"]
    transaction_rules(draft)
    used = sum((side * amount for side, amount in payable_links.sides(draft)), ZERO)
    if used > total:
        raise faults.business("The amount applied is more than the amount of the payment.")
    row["TotalAmt"] = cents(total)
    for field in PAY_TYPES.values():
        if isinstance(row.get(field), dict):
            row[field] = dict(row[field])
            name_accounts(draft.company, row[field])
    draft.also += settled(draft, applied(draft.before), applied(row))


def applied(payment: Row | None) -> Applied:
    found: Applied = {}
    for key, amount in payable_links.linked(payment or {}):
        found[key] = found.get(key, ZERO) + amount
    return found


def settled(draft: Draft, before: Applied, after: Applied) -> list[Put]:
    """The bills with their new balances and links."""
    changed = []
    for kind, key in {**before, **after}:
        difference = after.get((kind, key), ZERO) - before.get((kind, key), ZERO)
        if kind in payable_links.POSTED:
            if difference > 0:
                payable_links.check_left(draft, kind, key, after[kind, key])
            continue
        row = draft.company.get(kind, key) if kind in PAYABLE else None
        if row is None:
            raise faults.nothing_to_link(kind, key)
        if difference > row["Balance"]:
            raise faults.business("The amount applied is more than the open balance of the transaction.")
        changed.append(Put(kind, settle(draft, row, difference, linked=(kind, key) in after)))
    return changed


def settle(draft: Draft, row: Row, difference: Decimal, *, linked: bool) -> Row:
    link = {"TxnId": draft.row["Id"], "TxnType": LINKED_AS.get(str(draft.row.get("PayType")), "BillPaymentCheck")}
    links = [one for one in row["LinkedTxn"] if one != link] + ([link] if linked else [])
    token = str(int(row["SyncToken"]) + bool(draft.company.switch("payment_moves_sync_token")))
    paid = {**row, "LinkedTxn": links, "Balance": cents(row["Balance"] - difference), "SyncToken": token}
    return with_home_balance(draft.company, paid)


def void_bill_payment(draft: Draft) -> None:
    draft.also += settled(draft, applied(draft.before), {})
    void_transaction(draft)
    draft.row["Line"] = []


def delete_bill_payment(draft: Draft) -> None:
    delete_transaction(draft)
    draft.also += settled(draft, applied(draft.before), {})


def a_payable(name: str, *, counts_total: bool = False) -> Kind:
    return Kind(
        name,
        operations=TRANSACTION - {"void"},
        required=("VendorRef", "Line"),
        rules=payable_rules,
        delete=delete_payable,
        counts_total=counts_total,
    )


BILL = a_payable("Bill", counts_total=True)
VENDOR_CREDIT = a_payable("VendorCredit")
BILL_PAYMENT = Kind(
    "BillPayment",
    operations=TRANSACTION,
    required=("VendorRef", "TotalAmt"),
    rules=bill_payment_rules,
    void=void_bill_payment,
    delete=delete_bill_payment,
)
