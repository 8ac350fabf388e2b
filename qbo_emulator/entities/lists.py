"""Items, accounts and terms: unique names, suffix on inactivation, accounts of the right type; knows no HTTP."""

from __future__ import annotations

import re
from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Row
from qbo_emulator.books.money import plain
from qbo_emulator.entities.currencies import has_several, known
from qbo_emulator.entities.descendants import rename_descendants
from qbo_emulator.entities.kind import LIST, Draft, Kind
from qbo_emulator.entities.names import SUFFIX
from qbo_emulator.entities.references import ACCOUNT, ITEM, key_of, pointing, resolve
from qbo_emulator.faults import QboFault

FORBIDDEN_IN_ITEMS = re.compile(r"[:\t\n\r]")
FORBIDDEN_IN_ACCOUNTS = re.compile(r'[":]')
ITEM_TYPES = ("Service", "NonInventory", "Inventory", "Category", "Group")
INCOME_TYPES = ("Income", "Other Income")
NEEDS_INCOME_ACCOUNT = ("Service", "Inventory")
IN_ANY_CURRENCY = ("Bank", "Credit Card", "Accounts Receivable", "Accounts Payable")
ITEM_ACCOUNTS = ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef")

# account type -> (classification, default sub-type)
ACCOUNT_TYPES = {
    "Bank": ("Asset", "CashOnHand"),
    "Accounts Receivable": ("Asset", "AccountsReceivable"),
    "Other Current Asset": ("Asset", "EmployeeCashAdvances"),
    "Fixed Asset": ("Asset", "FurnitureAndFixtures"),
    "Other Asset": ("Asset", "Licenses"),
    "Accounts Payable": ("Liability", "AccountsPayable"),
    "Credit Card": ("Liability", "CreditCard"),
    "Other Current Liability": ("Liability", "OtherCurrentLiabilities"),
    "Long Term Liability": ("Liability", "NotesPayable"),
    "Equity": ("Equity", "OpeningBalanceEquity"),
    "Income": ("Revenue", "ServiceFeeIncome"),
    "Other Income": ("Revenue", "OtherMiscellaneousIncome"),
    "Cost of Goods Sold": ("Expense", "SuppliesMaterialsCogs"),
    "Expense": ("Expense", "Travel"),
    "Other Expense": ("Expense", "Depreciation"),
}


TYPE_OF_SUB_TYPE = {sub_type: kind for kind, (_, sub_type) in ACCOUNT_TYPES.items()} | {
    **dict.fromkeys(("Checking", "Savings", "MoneyMarket", "TrustAccounts"), "Bank"),
    **dict.fromkeys(("Inventory", "UndepositedFunds", "OtherCurrentAssets", "PrepaidExpenses"), "Other Current Asset"),
    **dict.fromkeys(("SalesOfProductIncome", "DiscountsRefundsGiven", "OtherPrimaryIncome"), "Income"),
    **dict.fromkeys(("AdvertisingPromotional", "OfficeGeneralAdministrativeExpenses", "Utilities"), "Expense"),
}


def set_name(draft: Draft, forbidden: re.Pattern[str]) -> None:
    row, before = draft.row, draft.before
    name = row["Name"].strip()
    if forbidden.search(name):
        raise faults.invalid_string(name, "Name")
    active = row.get("Active", True)
    if not active and not name.endswith(SUFFIX):
        name += SUFFIX
    if active and before is not None and before.get("Active") is False:
        name = name.removesuffix(SUFFIX)
    row["Name"] = name


def qualify(draft: Draft, parent: Row | None) -> None:
    """FullyQualifiedName, which must be the only one of its kind."""
    row, name = draft.row, draft.row["Name"]
    row["FullyQualifiedName"] = full = f"{parent['FullyQualifiedName']}:{name}" if parent else name
    rename_descendants(draft)
    for other in draft.company.tables[draft.kind.name].with_text("FullyQualifiedName", full):
        if other["Id"] != row.get("Id") and row.get("Active") is not False:
            raise duplicate(draft, name)


def duplicate(draft: Draft, name: str) -> QboFault:
    words = {"Item": "product or service", "Account": "account", "Term": "term"}
    return faults.duplicate_name(words.get(draft.kind.name, draft.kind.name.lower()))


# items


def item_rules(draft: Draft) -> None:
    row = draft.row
    set_name(draft, FORBIDDEN_IN_ITEMS)
    check_type(draft)
    parent = resolve(draft.company, ITEM, row["ParentRef"]) if key_of(row.get("ParentRef")) else None
    if parent:
        row |= {"SubItem": True, "Level": parent.get("Level", 0) + 1}
    qualify(draft, parent)
    for field in ITEM_ACCOUNTS:
        if key_of(draft.sent.get(field)):
            row[field] = pointing(resolve(draft.company, ACCOUNT, row[field]), "FullyQualifiedName")
    check_accounts(draft)
    if draft.before and "InvStartDate" not in draft.sent:  # then the quantity goes unheard (seen by a public client)
        row.pop("QtyOnHand", None)
        row |= {name: draft.before[name] for name in ("QtyOnHand",) if name in draft.before}
    elif "QtyOnHand" in draft.sent:  # as it is now; kept is what there was on the first day
        row["QtyOnHand"] = Decimal(row["QtyOnHand"]) - draft.company.balances.moved.get(row["Id"], Decimal(0))
    for field in ("UnitPrice", "PurchaseCost", "QtyOnHand"):
        if field in row:
            row[field] = plain(Decimal(row[field]))
    if row["Type"] == "Category":
        for field in ("UnitPrice", "PurchaseCost", "Taxable", "TrackQtyOnHand", "IncomeAccountRef"):
            row.pop(field, None)


def check_type(draft: Draft) -> None:
    row = draft.row
    row.setdefault("Type", "Service")
    if row["Type"] not in ITEM_TYPES:
        raise faults.invalid_enumeration(row["Type"], "Type")
    if row["Type"] == "Group" and draft.before is None:
        raise faults.unsupported("Create of a Group item")
    if row["Type"] == "Category" and row.get("Active") is False:
        raise faults.business("A category cannot be made inactive.")


def check_accounts(draft: Draft) -> None:
    row = draft.row
    if row["Type"] in NEEDS_INCOME_ACCOUNT and "IncomeAccountRef" not in row:
        raise faults.missing_parameter("IncomeAccountRef")
    if row["Type"] == "Inventory":
        for field in ("ExpenseAccountRef", "AssetAccountRef", "InvStartDate", "QtyOnHand"):
            if field not in row:
                raise faults.missing_parameter(field)
        if not row.get("TrackQtyOnHand"):
            words = "When you create an item, if Track quantity on hand is turned off,"
            raise faults.business(f"{words} the item cannot be of type Inventory.")
    if "IncomeAccountRef" in draft.sent:
        check_income_type(draft)


def check_income_type(draft: Draft) -> None:
    account = draft.company.get("Account", key_of(draft.row["IncomeAccountRef"])) or {}
    strict = draft.company.switch("income_account_types") == "strict"
    wrong_kind = account.get("AccountType") not in INCOME_TYPES
    if wrong_kind or (strict and account.get("AccountSubType") != "SalesOfProductIncome"):
        raise faults.wrong_account_type("IncomeAccountRef")


# accounts


def account_rules(draft: Draft) -> None:
    row = draft.row
    set_name(draft, FORBIDDEN_IN_ACCOUNTS)
    row.setdefault("AccountType", TYPE_OF_SUB_TYPE.get(row.get("AccountSubType", "")))
    if row["AccountType"] is None:
        raise faults.missing_parameter("AccountType")
    if row["AccountType"] not in ACCOUNT_TYPES:
        raise faults.invalid_enumeration(row["AccountType"], "AccountType")
    row["Classification"], sub_type = ACCOUNT_TYPES[row["AccountType"]]
    row.setdefault("AccountSubType", sub_type)
    parent = resolve(draft.company, ACCOUNT, row["ParentRef"]) if key_of(row.get("ParentRef")) else None
    row["SubAccount"] = parent is not None
    qualify(draft, parent)
    row["CurrencyRef"] = currency_of_account(draft)
    if row.get("Active") is False:
        row |= {"CurrentBalance": 0, "CurrentBalanceWithSubAccounts": 0}


def currency_of_account(draft: Draft) -> Row:
    """What money in a bank, on a card, owed or receivable is in; all other accounts are in the home currency."""
    company = draft.company
    home: Row = company.setting("currency")
    asked = key_of((draft.before or draft.row).get("CurrencyRef"))
    if not has_several(company) or not asked or draft.row["AccountType"] not in IN_ANY_CURRENCY:
        return home
    return known(company, asked)


# terms


def term_rules(draft: Draft) -> None:
    row = draft.row
    row["Name"] = row["Name"].strip()
    for other in draft.company.tables["Term"].with_text("Name", row["Name"]):
        if other["Id"] != row.get("Id"):
            raise duplicate(draft, row["Name"])
    row["Type"] = "DATE_DRIVEN" if "DayOfMonthDue" in row else "STANDARD"
    if row["Type"] == "STANDARD":
        row.setdefault("DiscountPercent", 0)
        row.setdefault("DueDays", 0)


ITEM_ORDER = (
    "Name", "Sku", "Description", "Active", "SubItem", "ParentRef", "Level", "FullyQualifiedName", "Taxable",
    "UnitPrice", "Type", "IncomeAccountRef", "PurchaseDesc", "PurchaseCost", "ExpenseAccountRef",
    "AssetAccountRef", "TrackQtyOnHand", "QtyOnHand", "InvStartDate", "domain", "sparse", "Id", "SyncToken",
    "MetaData",
)  # fmt: skip
ACCOUNT_ORDER = (
    "Name", "SubAccount", "ParentRef", "Description", "FullyQualifiedName", "Active", "Classification",
    "AccountType", "AccountSubType", "AcctNum", "CurrentBalance", "CurrentBalanceWithSubAccounts",
    "CurrencyRef", "domain", "sparse", "Id", "SyncToken", "MetaData",
)  # fmt: skip

ITEM_KIND = Kind(
    "Item",
    operations=LIST,
    required=("Name",),
    defaults={"Active": True, "Taxable": False, "UnitPrice": 0, "PurchaseCost": 0, "TrackQtyOnHand": False},
    kept=("Type", "IncomeAccountRef", "QtyOnHand", "InvStartDate"),
    rules=item_rules,
    is_list=True,
    name_field="Name",
    order=ITEM_ORDER,
)
ACCOUNT_KIND = Kind(
    "Account",
    operations=LIST,
    required=("Name",),
    defaults={"Active": True, "CurrentBalance": 0, "CurrentBalanceWithSubAccounts": 0},
    kept=("AccountType", "AccountSubType", "Classification", "CurrentBalance", "CurrentBalanceWithSubAccounts"),
    rules=account_rules,
    is_list=True,
    name_field="Name",
    order=ACCOUNT_ORDER,
)
TERM_KIND = Kind(
    "Term",
    operations=LIST,
    required=("Name",),
    defaults={"Active": True},
    kept=("Type",),
    rules=term_rules,
    is_list=True,
    name_field="Name",
)
