"""Failures about customers and the names they share with vendors and employees."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="duplicate_name",
        title="Name already exists",
        kind=FailureKind.HEAL,
        message="The name[ '{subject_name}'] already exists in QBO",
        meaning="QuickBooks keeps one list of names for customers, vendors and employees and refuses a"
        " second record of"
        " the same name. Products, tax rates and accounts have such a rule of their own.",
        remedy=(
            "Retry: one active record of the same name (a customer: also the same e-mail) is linked by itself.",
            "If it comes back, look in QuickBooks for the name[ '{subject_name}'], also among inactive"
            " records,"
            " vendors and employees, and rename one of the two.",
            "Retry the failed events.",
        ),
        who=Who.SYSTEM,
        where="customer",
        dispatcher="the name is already in use there. It is usually linked by itself.",
        label="duplicate_name",
        refreshes=("Customer", "Item"),
    ),
    Entry(
        code="name_taken",
        title="Name taken",
        kind=FailureKind.PERSON,
        message="The name[ '{subject_name}'] is held in QBO by {holder|another record}",
        meaning="The customer's name belongs in QuickBooks to a vendor, an employee, or a customer with"
        " another e-mail,"
        " so it is not safe to decide which of them is meant.",
        remedy=(
            "Open {holder|the other record} of that name in QuickBooks.",
            "[What works: {way_out}.]",
            "Or change the name of the customer here, for example by adding the town.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="customer",
        dispatcher="another record there has this customer's name. The office decides.",
        label="duplicate_name",
        refreshes=("Customer",),
    ),
    Entry(
        code="name_ambiguous",
        title="Several customers could be meant",
        kind=FailureKind.PERSON,
        message="Which customer in QBO is[ '{subject_name}']?[ Here: {here}.][ In QBO: {there}.]",
        meaning="Several customers of one name, here or in QuickBooks, fit each other, or only one side has an e-mail."
        " Nothing is linked and nobody is created until a person has said which is which.",
        remedy=(
            "Compare e-mail, phone and, where you open them, address[: here {here}][; in QuickBooks {there}].",
            "If they are the same customer, give both the same e-mail, here and in QuickBooks.",
            "If not, change the name of one of them, for example by adding the town.",
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="customer",
        dispatcher="It is not clear which customer there is meant. The office decides.",
        label="duplicate_name",
        refreshes=("Customer",),
    ),
    Entry(
        code="bad_email",
        title="E-mail address refused",
        kind=FailureKind.PERSON,
        message="QBO refuses the e-mail address[ '{subject_name}']",
        meaning="QuickBooks does not accept the e-mail address of a customer or an invoice; one that is"
        " stored badly"
        " in QuickBooks can even make a list unreadable.",
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
        title="Another currency",
        kind=FailureKind.PERSON,
        message="The currency of {holder|the customer} in QBO is {theirs|another}[, the invoice is in {ours}]",
        meaning="An invoice is in the currency of the shop's country. QuickBooks would take its amount for one in its"
        " own currency, so nothing is sent.",
        remedy=(
            "In QuickBooks, look up the currency of {holder|the customer}[: {theirs}].",
            "If a customer has the wrong one, create the customer anew in QuickBooks in[ {ours},] the invoice's"
            " currency and make the old one inactive.",
            "If it is the company that has another, check in Run a Call that the shop's country is right and that"
            " the right company is connected.",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="customer",
        dispatcher="Another currency is used there. The office is on it.",
        label="validation",
        refreshes=("Preferences", "Customer"),
    ),
    Entry(
        code="currency_mismatch",
        title="Currency differs",
        kind=FailureKind.PERSON,
        message="The currency of the customer[ '{subject_name}'] in QBO is another than the invoice's",
        meaning="In QuickBooks a customer keeps one currency for life, and an invoice may not mix it with another.",
        remedy=(
            "In QuickBooks, look up the currency of the customer[ '{subject_name}'].",
            "If it is wrong, create the customer anew in QuickBooks with the right currency and make the"
            " old one inactive.",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="customer",
        dispatcher="the customer has another currency there. The office is on it.",
        label="validation",
        refreshes=("Customer",),
    ),
)
