"""Failures about pricebook items and the accounts behind them."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="item_inactive",
        title="Item inactive",
        kind=FailureKind.PERSON,
        message="Item[ '{subject_name}'] is inactive in QBO",
        meaning="The product or service was made inactive in QuickBooks, which is how QuickBooks deletes it.",
        remedy=(
            "Make the item[ '{subject_name}'] active again in QuickBooks (Sales → Products and services, include"
            " inactive),",
            "or match the pricebook item to a different one (Settings → QuickBooks → Products and services).",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="products",
        dispatcher="a product was made inactive there. The office is on it.",
        label="item_not_found",
        refreshes=("Item",),
    ),
    Entry(
        code="item_ambiguous",
        title="Several products could be meant",
        kind=FailureKind.PERSON,
        message="Which product in QBO is[ '{subject_name}']?[ Here: {here}.][ In QBO: {there}.]",
        meaning="Several pricebook items match one product in QuickBooks, or one item matches several products"
        " there. Run a Call links and creates nothing until a person makes clear which is which.",
        remedy=(
            "Open Settings → QuickBooks → Products and services and compare the prices.",
            "Press This one next to the right product, or Create it in QuickBooks if none of them is right.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="products",
        dispatcher="It is not clear which product in QuickBooks this is. The office decides.",
        label="duplicate_name",
        refreshes=("Item",),
    ),
    Entry(
        code="item_is_category",
        title="Item is a category",
        kind=FailureKind.PERSON,
        message="Item[ '{subject_name}'] is a category in QBO",
        meaning="In QuickBooks this name belongs to a category, and a category cannot be used on an invoice.",
        remedy=(
            "In QuickBooks, rename the category[ '{subject_name}'], then create a product or service with this name,",
            "or match the pricebook item to a product or service (Settings → QuickBooks → Products and services).",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="products",
        dispatcher="a pricebook item is set up as a category there. The office is on it.",
        label="item_not_found",
        refreshes=("Item",),
    ),
    Entry(
        code="item_mismatch",
        title="Item differs",
        kind=FailureKind.PERSON,
        message="Item[ '{subject_name}'] differs in QBO[: {ours} here, {theirs} there]",
        meaning="QuickBooks has an item with the same name and a different price; Run a Call never overwrites it on"
        " its own.",
        remedy=(
            "Compare the item[ '{subject_name}'] here and in QuickBooks[: {ours} here, {theirs} there].",
            "Send our price, or keep both (Settings → QuickBooks → Products and services).",
        ),
        who=Who.OFFICE,
        where="products",
        dispatcher="a pricebook item is different there. The office is on it.",
        label="validation",
        refreshes=("Item",),
    ),
    Entry(
        code="one_off_item_missing",
        title="No item for one-off lines",
        kind=FailureKind.PERSON,
        message="A line without a pricebook item needs an item to book it under in QBO",
        meaning="QuickBooks reads a line without an item as a comment and drops its amount, so lines that are not"
        " from the pricebook need an item to be booked under.",
        remedy=(
            "Open Settings → QuickBooks → Items and choose the item for one-off lines, or turn on Auto-create"
            " missing QBO products.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="items",
        dispatcher="a one-off line has no item to be booked under. The office is on it.",
        label="item_not_found",
        refreshes=("Item",),
    ),
    Entry(
        code="charge_item_missing",
        title="Item for tips or card fees not usable",
        kind=FailureKind.PERSON,
        message="The item[ '{subject_name}'] for {what|tips and card fees} is inactive, missing or a category in QBO",
        meaning="All tips, and all card fees, are booked under the item that is chosen for them, and QuickBooks takes"
        " no line under this one any more.",
        remedy=(
            "Open Settings → QuickBooks → Payments and choose another item for {what|tips and card fees},",
            "or make the item[ '{subject_name}'] active again in QuickBooks (Sales → Products & services).",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="payments",
        dispatcher="the item for tips or card fees cannot be used there. The office is on it.",
        label="item_not_found",
        refreshes=("Item",),
    ),
    Entry(
        code="income_account_missing",
        title="Income account missing",
        kind=FailureKind.PERSON,
        message="No income account for item[ '{subject_name}']",
        meaning="QuickBooks books each item you sell to an income account; none is chosen for this item.",
        remedy=(
            "Open Settings → QuickBooks → Items and pick an income account: one for all, or one for the item's"
            " category.",
            "If the item is already in QuickBooks, give it an income account there.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="items",
        dispatcher="an item has no account in the books. The office is on it.",
        label="account_inactive",
        refreshes=("Account", "Item"),
    ),
    Entry(
        code="account_wrong_type",
        title="Wrong type of account",
        kind=FailureKind.PERSON,
        message="Account[ '{subject_name}'] is of the wrong type for this in QBO[ (item '{item}')]",
        meaning="The account exists and is active, but QuickBooks wants another type here, for example an Income"
        " account behind an item that is sold.",
        remedy=(
            "Open Settings → QuickBooks → Items and pick an account of type Income.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="items",
        dispatcher="an item points at the wrong account. The office is on it.",
        label="validation",
        refreshes=("Account", "Item"),
    ),
)
