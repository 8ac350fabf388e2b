"""Payments and the invoices that they settle; knows no HTTP."""

from __future__ import annotations

from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Put, Row
from qbo_emulator.books.money import cents
from qbo_emulator.entities.currencies import currency_of_transaction, with_home_balance
from qbo_emulator.entities.deposited import check_unmoved
from qbo_emulator.entities.kind import TRANSACTION, Draft, Kind
from qbo_emulator.entities.references import ACCOUNT, PAYMENT_METHOD, key_of, resolve
from qbo_emulator.entities.sales import check_open, date_transaction, name_customer, void_note

UNDEPOSITED_FUNDS = "4"
TAKES_DEPOSITS = ("Bank", "Other Current Asset")
SETTLED_BY_PAYMENT = ("Invoice", "CreditMemo")
ZERO = Decimal(0)


def payment_rules(draft: Draft) -> None:
    """Lines, the unapplied rest and the balances of what is paid. Raises QboFault if Intuit's rules refuse it."""
    row, company = draft.row, draft.company
    if "TotalAmt" not in row:
        raise faults.missing_parameter("TotalAmt")
    date_transaction(draft)
    name_customer(draft)
    row["Line"] = [stored_line(line) for line in row.get("Line", ())]
    used = sum((line["Amount"] if pays(line) else -line["Amount"] for line in row["Line"]), ZERO)
    if used > row["TotalAmt"]:
        raise faults.business("The amount applied is more than the amount of the payment.")
    row["TotalAmt"], row["UnappliedAmt"] = cents(row["TotalAmt"]), cents(row["TotalAmt"] - max(used, ZERO))
    row["DepositToAccountRef"] = deposit_account(draft)
    if key_of(row.get("PaymentMethodRef")):
        resolve(company, PAYMENT_METHOD, row["PaymentMethodRef"])
    currency_of_transaction(draft, company.get("Customer", key_of(row["CustomerRef"])))
    check_unmoved(draft)
    draft.also += settled(draft, amounts(draft.before), amounts(row))


def deposit_account(draft: Draft) -> Row:
    reference = draft.row.get("DepositToAccountRef")
    account = resolve(draft.company, ACCOUNT, key_of(reference) or UNDEPOSITED_FUNDS)
    if account["AccountType"] not in TAKES_DEPOSITS:
        raise faults.business("Select a bank account or an Other Current Asset account to deposit to.")
    return {"value": account["Id"]}


def stored_line(line: Row) -> Row:
    if "Amount" not in line:
        raise faults.missing_parameter("Line.Amount")
    links = line.get("LinkedTxn", [])
    if not links:
        raise faults.missing_parameter("Line.LinkedTxn")
    return {"Amount": cents(line["Amount"]), "LinkedTxn": links}


def pays(line: Row) -> bool:
    return any(link.get("TxnType") != "CreditMemo" for link in line["LinkedTxn"])


def amounts(payment: Row | None) -> dict[tuple[str, str], Decimal]:
    """What `payment` applies, by (type, id) of the transaction."""
    found: dict[tuple[str, str], Decimal] = {}
    for line in payment["Line"] if payment else ():
        for link in line["LinkedTxn"]:
            key = link.get("TxnType", ""), str(link.get("TxnId", ""))
            found[key] = found.get(key, ZERO) + line["Amount"]
    return found


def settled(draft: Draft, before: dict[tuple[str, str], Decimal], after: dict[tuple[str, str], Decimal]) -> list[Put]:
    """The paid transactions with their new balances and links."""
    changed = []
    for entity, key in {**before, **after}:
        difference = after.get((entity, key), ZERO) - before.get((entity, key), ZERO)
        linked = (entity, key) in after
        # What it no longer pays may be another customer's than it is now.
        row = linkable(draft, entity, key) if linked else _settled_there(draft, entity, key)
        if linked and (entity, key) in before and not difference:
            continue  # what was paid stays as it was
        changed.append(Put(entity, settle(draft, row, difference, linked=linked)))
    return changed


def _settled_there(draft: Draft, entity: str, key: str) -> Row:
    row = draft.company.get(entity, key) if entity in SETTLED_BY_PAYMENT else None
    if row is None:
        raise faults.nothing_to_link(entity, key)
    return row


def linkable(draft: Draft, entity: str, key: str) -> Row:
    row = _settled_there(draft, entity, key)
    if key_of(row["CustomerRef"]) != key_of(draft.row["CustomerRef"]):
        raise faults.business("The transaction that you are trying to link belongs to another customer.")
    return row


def settle(draft: Draft, row: Row, difference: Decimal, *, linked: bool) -> Row:
    if difference > row["Balance"]:
        raise faults.business("The amount applied is more than the open balance of the transaction.")
    link = {"TxnId": draft.row["Id"], "TxnType": "Payment"}
    links = [one for one in row.get("LinkedTxn", []) if one != link] + ([link] if linked else [])
    settled_row = {**row, "LinkedTxn": links, "Balance": cents(row["Balance"] - difference)}
    if "RemainingCredit" in row:
        settled_row["RemainingCredit"] = settled_row["Balance"]
    if draft.company.switch("payment_moves_sync_token"):
        settled_row["SyncToken"] = str(int(row["SyncToken"]) + 1)
    return with_home_balance(draft.company, settled_row)


def release(draft: Draft) -> None:
    """What the payment paid is open again."""
    check_open(draft.company, draft.row["TxnDate"])
    check_unmoved(draft)
    draft.also += settled(draft, amounts(draft.before), {})


def void_payment(draft: Draft) -> None:
    release(draft)
    note = void_note(draft.company, draft.row.get("PrivateNote", ""))
    draft.row |= {"TotalAmt": 0, "UnappliedAmt": 0, "Line": [], "PrivateNote": note}


ORDER = (
    "CustomerRef", "DepositToAccountRef", "PaymentMethodRef", "PaymentRefNum", "TotalAmt", "UnappliedAmt",
    "ProcessPayment", "domain", "sparse", "Id", "SyncToken", "MetaData", "TxnDate", "CurrencyRef",
    "PrivateNote", "Line",
)  # fmt: skip

PAYMENT = Kind(
    "Payment",
    operations=TRANSACTION,
    required=("CustomerRef", "TotalAmt"),
    defaults={"ProcessPayment": False},
    rules=payment_rules,
    void=void_payment,
    delete=release,
    order=ORDER,
)
