"""Failures about customers and the names they share with vendors and employees."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="duplicate_name",
        title="Name already exists",
        kind=FailureKind.HEAL,
        message="The name[ '{subject_name}'] already exists in QBO",
        meaning="QuickBooks keeps one list of names for customers, vendors and employees and refuses a second record"
        " with the same name. Products, tax rates and accounts each have their own list with the same rule.",
        remedy=(
            "Retry: if there is one active record with the same name (for a customer, also the same e-mail), it is"
            " linked automatically.",
            "If it happens again, look in QuickBooks for the name[ '{subject_name}'], also among inactive records,"
            " vendors and employees, and rename one of the two.",
            "Retry the failed events.",
        ),
        who=Who.SYSTEM,
        where="customer",
        dispatcher="the name is already in use there. It is usually linked automatically.",
        label="duplicate_name",
        refreshes=("Customer", "Item"),
    ),
    Entry(
        code="customer_inactive",
        title="Customer inactive",
        kind=FailureKind.PERSON,
        message="Customer[ '{subject_name}'] is inactive in QBO",
        meaning="The payment is for an invoice that QuickBooks keeps with the inactive customer, so the customer is not"
        " made again: the payment could not be applied under a new one.",
        remedy=(
            "In QuickBooks, open Sales → Customers, show inactive customers, and make[ '{subject_name}'] the customer"
            " active again.",
            "Retry the failed payments.",
        ),
        who=Who.OFFICE,
        where="quickbooks",
        dispatcher="the customer is inactive there. The office is on it.",
        label="customer_not_found",
        refreshes=("Customer",),
    ),
    Entry(
        code="name_taken",
        title="Name taken",
        kind=FailureKind.PERSON,
        message="The name[ '{subject_name}'] is already used in QBO by {holder|another record}",
        meaning="In QuickBooks the customer's name belongs to a vendor, an employee, or a customer with a different"
        " e-mail, so Run a Call cannot safely decide which one to use.",
        remedy=(
            "Open {holder|the other record} with that name in QuickBooks.",
            "[What you can do: {way_out}.]",
            "Or choose the right customer, or have a new one created, under Settings → QuickBooks → Customers.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="customers",
        dispatcher="another record there has this customer's name. The office decides.",
        label="duplicate_name",
        refreshes=("Customer",),
    ),
    Entry(
        code="name_ambiguous",
        title="Several customers could be meant",
        kind=FailureKind.PERSON,
        message="Which customer in QBO is[ '{subject_name}']?[ Here: {here}.][ In QBO: {there}.]",
        meaning="Several customers here or in QuickBooks have this name, or only one side has an e-mail. Run a Call"
        " links and creates nothing until a person makes clear which is which.",
        remedy=(
            "Open Settings → QuickBooks → Customers and compare e-mail, phone and address.",
            "Press This one next to the right customer, or Create it in QuickBooks if none of them is right.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="customers",
        dispatcher="It is not clear which customer in QuickBooks this is. The office decides.",
        label="duplicate_name",
        refreshes=("Customer",),
    ),
    Entry(
        code="bad_email",
        title="E-mail address refused",
        kind=FailureKind.PERSON,
        message="QBO refuses the e-mail address[ '{subject_name}']",
        meaning="QuickBooks does not accept the e-mail address of a customer or an invoice. A bad address that is"
        " already stored in QuickBooks can even make a list unreadable.",
        remedy=(
            "Correct the e-mail address[ '{subject_name}'] of the customer in Run a Call.",
            "If the address is right here, correct it on the invoice or customer in QuickBooks.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="customer",
        dispatcher="the customer's e-mail address is not accepted there. Please check it.",
        label="validation",
        refreshes=("Customer",),
    ),
    Entry(
        code="currency_differs",
        title="Different currency",
        kind=FailureKind.PERSON,
        message="The currency of {holder|the customer} in QBO is {theirs|a different one}[, the invoice is in {ours}]",
        meaning="An invoice is in the currency of the shop's country. QuickBooks would read the amount in its own"
        " currency, so nothing is sent.",
        remedy=(
            "In QuickBooks, check the currency of {holder|the customer}[: {theirs}].",
            "If the customer's currency is wrong, create a new customer in QuickBooks with the invoice's currency[,"
            " {ours},] and make the old one inactive.",
            "If the whole company uses a different currency, check in Run a Call that the shop's country is right"
            " and that the right company is connected.",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="customer",
        dispatcher="A different currency is used there. The office is on it.",
        label="validation",
        refreshes=("Preferences", "Customer"),
    ),
    Entry(
        code="currency_mismatch",
        title="Currency differs",
        kind=FailureKind.PERSON,
        message="The currency of the customer[ '{subject_name}'] in QBO differs from the invoice's",
        meaning="In QuickBooks a customer's currency can never change, and an invoice has to use the same one.",
        remedy=(
            "In QuickBooks, check the currency of the customer[ '{subject_name}'].",
            "If it is wrong, create a new customer in QuickBooks with the right currency and make the old one"
            " inactive.",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="customer",
        dispatcher="the customer has a different currency there. The office is on it.",
        label="validation",
        refreshes=("Customer",),
    ),
)
