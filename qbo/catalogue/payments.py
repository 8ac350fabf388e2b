"""Failures about payments: what they pay, how they were made, and where the money goes."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="payment_invoice_gone",
        title="Invoice not open in QuickBooks",
        kind=FailureKind.PERSON,
        message="The payment cannot be applied: invoice[ {subject_name}] is {state|not there} in QBO",
        meaning="The invoice that the payment pays was deleted or voided in QuickBooks, so there is nothing there to"
        " apply it to.",
        remedy=(
            "Ask your bookkeeper why invoice[ {subject_name}] is {state|gone} in QuickBooks.",
            "If it belongs in the books, open the invoice's own row in the sync log and send it again; the payment"
            " follows.",
            "If it does not, void the invoice here too: then the payment goes as the customer's credit.",
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="its invoice is not open in QuickBooks. The office is on it.",
        label="not_found_other",
    ),
    Entry(
        code="payment_over_applied",
        title="Already paid in QuickBooks",
        kind=FailureKind.PERSON,
        message="The payment is more than what is still open in QBO[ on invoice {subject_name}]",
        meaning="Somebody entered a payment or credit for the invoice in QuickBooks, so less is open there than this"
        " payment pays.",
        remedy=(
            "Open the invoice in QuickBooks and look at its payments: probably the bookkeeper has entered this one.",
            "If so, dismiss this event with that reason.",
            "If not, take the other payment off the invoice in QuickBooks, then retry.",
        ),
        who=Who.OFFICE,
        where="quickbooks",
        dispatcher="its invoice is already paid in QuickBooks. The office is on it.",
        label="validation",
    ),
    Entry(
        code="payment_customer_differs",
        title="Another customer's invoice",
        kind=FailureKind.PERSON,
        message="In QBO invoice[ {subject_name}] is {theirs|another customer}'s[, and the payment is {ours}'s]",
        meaning="QuickBooks applies a payment only to invoices of the same customer, and somebody moved the invoice to"
        " another one there.",
        remedy=(
            "In QuickBooks, give the invoice back to[ {ours}] its customer, or merge the two customers there.",
            "Retry the failed payment.",
        ),
        who=Who.OFFICE,
        where="quickbooks",
        dispatcher="its invoice is another customer's in QuickBooks. The office is on it.",
        label="validation",
        refreshes=("Customer",),
    ),
    Entry(
        code="payment_method_missing",
        title="Payment method not in QuickBooks",
        kind=FailureKind.PERSON,
        message="Payment method[ '{subject_name}'] is not in QBO",
        meaning="QuickBooks has no active payment method of this name, and none was chosen for it.",
        remedy=(
            "Open Settings → QuickBooks → Payments and choose the method that[ '{subject_name}'] is in QuickBooks, or"
            " No method,",
            "or create a payment method of the same name in QuickBooks.",
            "Retry the failed payments.",
        ),
        who=Who.OFFICE,
        where="payments",
        dispatcher="its payment method is not in QuickBooks. The office is on it.",
        label="not_found_other",
        refreshes=("PaymentMethod",),
    ),
    Entry(
        code="deposit_account_inactive",
        title="Deposit account inactive",
        kind=FailureKind.PERSON,
        message="The account[ '{subject_name}'] for[ {method}] payments is inactive or missing in QBO",
        meaning="Payments are put into the account that is chosen for their method, and this one was made inactive in"
        " QuickBooks.",
        remedy=(
            "Open Settings → QuickBooks → Payments and choose an active account,",
            "or make the account[ '{subject_name}'] active again in QuickBooks (Accounting → Chart of accounts).",
            "Retry the failed payments.",
        ),
        who=Who.OFFICE,
        where="payments",
        dispatcher="the account for its money is inactive there. The office is on it.",
        label="account_inactive",
        refreshes=("Account",),
    ),
    Entry(
        code="deposit_account_wrong_type",
        title="Not an account for money",
        kind=FailureKind.PERSON,
        message="The account[ '{subject_name}'] for[ {method}] payments takes no deposits in QBO",
        meaning="QuickBooks puts payments only into a bank account or into Undeposited Funds (type Other Current"
        " Asset).",
        remedy=(
            "Open Settings → QuickBooks → Payments and choose a bank account or Undeposited Funds.",
            "Retry the failed payments.",
        ),
        who=Who.OFFICE,
        where="payments",
        dispatcher="the account for its money is of the wrong kind. The office is on it.",
        label="account_inactive",
        refreshes=("Account",),
    ),
    Entry(
        code="payment_in_closed_period",
        title="Payment in a closed period",
        kind=FailureKind.PERSON,
        message="Closed period[: the payment of {received_date} is not after the closing date {closing_date}]",
        meaning="The date of the payment is in a period that is closed in QuickBooks: nothing can be added or changed"
        " on or before the closing date.",
        remedy=(
            "Talk to your accountant: in QuickBooks, under Account and settings → Advanced → Accounting, the closing"
            " date has to be set to a day before the payment[ ({received_date})]. Then retry.",
            "Or open the payment here and change the date on which it was received.",
        ),
        who=Who.ACCOUNTANT,
        where="payment",
        dispatcher="its date falls in a period the books have closed. The office decides.",
        label="closed_period",
        refreshes=("Preferences",),
        cause_per_subject=False,
    ),
    Entry(
        code="payment_not_taken_over",
        title="Payment in QuickBooks, not here",
        kind=FailureKind.PERSON,
        message="A payment of {amount|money} in QBO[ on invoice #{subject_name}] is not recorded here[: {reason}]",
        meaning="Somebody recorded or changed a payment in QuickBooks, and the invoice here cannot take it. The same"
        " money may be recorded on both sides.",
        remedy=(
            "Compare the payments of the invoice here with those in QuickBooks.",
            "If the same money is recorded twice, void one of the two payments.",
            "Then dismiss this event with that reason.",
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="In QuickBooks it has a payment that is not recorded here. The office is on it.",
        label="validation",
        cause_per_subject=False,
    ),
    Entry(
        code="payment_twin",
        title="Payment recorded on both sides?",
        kind=FailureKind.PERSON,
        message="QBO has a payment of {amount|money}[ of {received_date}][ on {subject_name}] as well. Is it the same?",
        meaning="The office recorded a payment here, and somebody entered one of the same amount on the same invoice in"
        " QuickBooks, at about the same time or with the same reference. If it is one payment, it has to count once.",
        remedy=(
            "Compare the two: amount, date and reference are on the row, and the other payment opens in QuickBooks.",
            "If it is one payment, choose It is the same: QuickBooks' payment stays and is recorded here, and ours is"
            " voided.",
            "If the customer paid twice, choose Record both.",
        ),
        who=Who.OFFICE,
        where="payment",
        dispatcher="QuickBooks may have its payment already. The office decides.",
        label="validation",
        cause_per_subject=False,
    ),
    Entry(
        code="same_payment_gone",
        title="Neither of two payments is left",
        kind=FailureKind.PERSON,
        message="Ours[ on {subject_name}] was voided as the same as a payment in QBO, which was deleted or voided there"
        " meanwhile: the money counts nowhere",
        meaning="A person said that a payment recorded here and one in QuickBooks are the same, so ours was voided."
        " Before that was read, somebody deleted or voided the other one. Now neither counts, and the invoice is open"
        " on both sides.",
        remedy=(
            "Ask your bookkeeper why the payment was removed in QuickBooks.",
            "If the money was received, record it again on the invoice here; it is sent to QuickBooks.",
            "Then dismiss this event with that reason.",
        ),
        who=Who.OFFICE,
        where="payment",
        dispatcher="It was voided as the same as one in QuickBooks, which is gone there. The office is on it.",
        label="validation",
        cause_per_subject=False,
    ),
    Entry(
        code="payment_voided_there",
        title="Payment voided in QuickBooks",
        kind=FailureKind.PERSON,
        message="The payment[ of {subject_name}] was voided in QBO; {here|your change was not sent}",
        meaning="Somebody voided the payment in QuickBooks. Sending it again would put its amount back in the books.",
        remedy=(
            "Ask your bookkeeper why it was voided.",
            "If that is right, void the payment here too; nothing more is sent.",
            "If it is not, delete the void payment in QuickBooks and retry: it is sent again.",
        ),
        who=Who.OFFICE,
        where="payment",
        dispatcher="It was voided in QuickBooks. The office decides what happens to it.",
        label="stale_object",
        cause_per_subject=False,
    ),
)
