"""The eight failures that the help article documents, in its order and its words."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="customer_not_found",
        title="Customer not found",
        kind=FailureKind.HEAL,
        message="Customer[ '{subject_name}'] not found in QBO",
        meaning="The customer was deleted or made inactive in QuickBooks, by hand or by a tool that merges duplicates.",
        remedy=(
            "[In QuickBooks the name is already used by {holder}: {way_out}.]",
            "Retry: Run a Call looks up the customer by name and e-mail, and recreates it in QuickBooks if it is gone.",
            "If it happens again, create the customer[ '{subject_name}'] in QuickBooks by hand with the same name"
            " and e-mail, or make the deleted one active again.",
            "Or choose a different customer under Settings → QuickBooks → Customers.",
            "Retry the failed invoices.",
        ),
        who=Who.SYSTEM,
        where="customers",
        dispatcher="the customer is missing there. It is usually recreated automatically.",
        label="customer_not_found",
        refreshes=("Customer",),
    ),
    Entry(
        code="tax_code_not_mapped",
        title="Tax code not mapped",
        kind=FailureKind.PERSON,
        message="Tax code[ '{subject_name}'] not mapped",
        meaning="A tax rate on the invoice has no QuickBooks tax code, or the code it has is not accepted there.",
        remedy=(
            "Open Settings → QuickBooks → Tax.",
            "Pick a QBO code for the unmapped rate[ '{subject_name}'].",
            "Retry the failed invoices: all that need this rate go through.",
        ),
        who=Who.OFFICE,
        where="tax",
        dispatcher="a tax rate has to be set up. The office is on it.",
        label="tax_code_not_mapped",
        refreshes=("Preferences", "TaxCode"),
    ),
    Entry(
        code="item_not_found",
        title="Item not found",
        kind=FailureKind.PERSON,
        message="Item[ '{subject_name}'] not found in QBO",
        meaning="A pricebook item on the invoice does not exist among the products and services in QuickBooks.",
        remedy=(
            "Turn on Auto-create missing QBO products (Settings → QuickBooks → Items), or create the item["
            " '{subject_name}'] in QuickBooks by hand with the same name,",
            "or choose which product it is under Settings → QuickBooks → Products and services.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="products",
        dispatcher="a pricebook item is missing there. The office is on it.",
        label="item_not_found",
        refreshes=("Item",),
    ),
    Entry(
        code="closed_period",
        title="Closed period",
        kind=FailureKind.PERSON,
        message="Closed period[: {invoice_date} is {relation} the closing date {closing_date}]",
        meaning="The invoice date is in a period that is closed in QuickBooks: nothing can be added or changed on or"
        " before the closing date.",
        remedy=(
            "Either Move closing date forward: talk to your accountant first. In QuickBooks, under Account and"
            " settings → Advanced → Accounting, set the closing date to a day before the invoice date["
            " ({invoice_date})]. Then retry.",
            "or Post to current period: change the invoice date in Run a Call to today. On a paid invoice only the"
            " date used in QuickBooks changes.",
            "If the invoice is already in the closed period in QuickBooks, its update or void has to wait until the"
            " closing date is moved, or be dismissed.",
        ),
        who=Who.ACCOUNTANT,
        where="invoice",
        dispatcher="its date falls in a period the books have closed. The office decides.",
        label="closed_period",
        refreshes=("Preferences",),
        cause_per_subject=False,
    ),
    Entry(
        code="account_inactive",
        title="Account inactive",
        kind=FailureKind.PERSON,
        message="Account[ '{subject_name}'] is inactive[ (item '{item}')][ (tax code '{tax_code}')][ ({discount})]",
        meaning="A line item or a tax code points at an income or expense account that is inactive in QuickBooks.",
        remedy=(
            "Make the account[ '{subject_name}'] active again in QuickBooks (Accounting → Chart of"
            " accounts)[; it holds the tax for {agency}],",
            "or update the mapping in Run a Call (Settings → QuickBooks → Items) to point at an active account.",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="items",
        dispatcher="an account in the books is inactive. The office is on it.",
        label="account_inactive",
        refreshes=("Account", "Item"),
    ),
    Entry(
        code="duplicate_doc_number",
        title="Duplicate Doc Number",
        kind=FailureKind.PERSON,
        message="Duplicate Doc Number[: '{subject_name}' already exists in QBO][ ({txn_type} {txn_id})]",
        meaning="Run a Call gave the invoice a number that another transaction in QuickBooks already has, usually"
        " one that was entered there by hand.",
        remedy=(
            'Turn off "Run a Call IDs in QBO" (Settings → QuickBooks → Invoices):'
            " QuickBooks then uses its own numbering for synced invoices.",
            "Or change the number of the other transaction[ ({txn_type} {txn_id})][: {txn_of}] in QuickBooks.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="invoices",
        dispatcher="its number is already taken there. The office is on it.",
        label="duplicate_doc_number",
        refreshes=("Preferences",),
        cause_per_subject=False,
    ),
    Entry(
        code="tax_not_enabled",
        title="Tax not enabled",
        kind=FailureKind.PERSON,
        message="Tax not enabled: the invoice is taxable, but sales tax is not set up in QBO",
        meaning="The invoice has sales tax, but sales tax has not been set up in QuickBooks. QuickBooks would drop"
        " the tax without saying so.",
        remedy=(
            "In QuickBooks, set up sales tax under Taxes → Set up tax.",
            "Come back and map the tax rates (Settings → QuickBooks → Tax).",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="tax",
        dispatcher="sales tax is not set up there. The office is on it.",
        label="tax_not_enabled",
        refreshes=("Preferences", "TaxCode"),
        cause_per_subject=False,
    ),
    Entry(
        code="token_expired",
        title="Token expired",
        kind=FailureKind.PAUSE,
        message="Token expired[: {reason}]",
        meaning="The connection to QuickBooks has expired: Intuit revokes tokens periodically and after a password"
        " change.",
        remedy=(
            "Open Settings → QuickBooks → Status and press Reconnect.",
            "Sign in to Intuit again as a QuickBooks admin and choose the same company.",
            "The queued events resync automatically; you do not have to retry anything.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: the connection to QuickBooks has to be renewed. After that it is sent automatically.",
        label="token_expired",
    ),
)
