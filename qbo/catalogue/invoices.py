"""Failures about the invoice itself: its number, discount, totals, and what happened to it in QuickBooks."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="stale_object",
        title="Changed in QuickBooks meanwhile",
        kind=FailureKind.HEAL,
        message="Changed in QBO[ by {changed_by}] while it was being sent",
        meaning="Somebody changed the record in QuickBooks after Run a Call had last read it, so the"
        " update was not accepted.",
        remedy=(
            "Nothing to do: the record is read again and the change is sent once more.",
            "If it comes back, close the record in QuickBooks wherever it is being edited, then retry.",
        ),
        who=Who.SYSTEM,
        where="log",
        dispatcher="somebody was working on it in QuickBooks at the same time.",
        label="stale_object",
        waiting_helps=True,
        cause_per_subject=False,
    ),
    Entry(
        code="record_deleted_there",
        title="Deleted in QuickBooks",
        kind=FailureKind.PERSON,
        message="The record[ '{subject_name}'] was deleted in QBO",
        meaning="The invoice or payment that should be changed was deleted in QuickBooks by somebody else.",
        remedy=(
            "Ask whoever keeps the books whether it was deleted on purpose.",
            "If it was, dismiss this event with that reason, or void the invoice here.",
            "If it was not, retry: it is created again.",
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="it was deleted there. The office decides whether it goes there again.",
        label="not_found_other",
    ),
    Entry(
        code="changed_in_quickbooks",
        title="Changed here and in QuickBooks",
        kind=FailureKind.PERSON,
        message="Changed on both sides: {fields|the record}[ is {ours} here and {theirs} in QBO]",
        meaning="The same part of the record was changed here and in QuickBooks. Nothing was sent, so that neither"
        " change is lost.",
        remedy=(
            "Compare the three values below: what it was, what it is here, what it is in QuickBooks.",
            "Keep QuickBooks': the books stay as they are, and the difference is on record.",
            "Or Send ours: what is here replaces what is in QuickBooks, in these fields only.",
        ),
        who=Who.OFFICE,
        where="log",
        dispatcher="In QuickBooks, but somebody changed it there as well. The office decides which change counts.",
        label="stale_object",
        cause_per_subject=False,
    ),
    Entry(
        code="voided_in_quickbooks",
        title="Voided in QuickBooks",
        kind=FailureKind.PERSON,
        message="Invoice[ #{subject_name}] was voided in QBO; your change was not sent",
        meaning="Somebody voided the invoice in QuickBooks. Sending the change would bring its amount back into the"
        " books.",
        remedy=(
            "Ask whoever keeps the books why it was voided.",
            "Void it here too: the invoice is void on both sides.",
            "Or Send it again as a new invoice: it needs a number of its own, since the void one keeps this number.",
        ),
        who=Who.OFFICE,
        where="log",
        dispatcher="It was voided in QuickBooks. The office decides what happens to it.",
        label="stale_object",
        cause_per_subject=False,
    ),
    Entry(
        code="paid_in_quickbooks",
        title="Paid in QuickBooks",
        kind=FailureKind.PERSON,
        message="Invoice[ #{subject_name}] has a payment in QBO; a change of its amount or customer was not sent",
        meaning="A payment or credit is applied to the invoice in QuickBooks. Changing its amount or its customer now"
        " would leave part of that payment without an invoice.",
        remedy=(
            "Keep QuickBooks': the books stay as they are, and the difference is on record.",
            "Or void the invoice here and issue a new one, once the payment was taken off it in QuickBooks.",
            "Or, in QuickBooks, take the payment off the invoice, then retry here: the change is sent.",
        ),
        who=Who.OFFICE,
        where="log",
        dispatcher="It is paid in QuickBooks already, so the last change did not go there. The office is on it.",
        label="validation",
        cause_per_subject=False,
    ),
    Entry(
        code="total_differs",
        title="Total differs",
        kind=FailureKind.PERSON,
        message="In QBO the invoice differs in its {fields|total}"
        "[; total {our_total} here, {their_total} there][; tax {our_tax} here, {their_tax} there]"
        "[; date {our_date} here, {their_date} there]"
        "[; number {our_number} here, {their_number} there]",
        meaning="The invoice is in QuickBooks, but what was stored there is not to the cent, day and"
        " number what was sent.",
        remedy=(
            "Compare the invoice here and in QuickBooks; most differences come from tax that QuickBooks"
            " calculates by itself.",
            "Mend the cause and retry: the invoice in QuickBooks is updated, never created twice.",
            "Or press Accept: an Owner or Admin takes the difference as it is.",
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="the amount, date or number is not the same in both. The office is on it.",
        label="validation",
        refreshes=("Preferences", "TaxCode"),
    ),
    Entry(
        code="void_has_payments",
        title="Void with payments",
        kind=FailureKind.PERSON,
        message="Cannot be voided in QBO: a payment is applied to it there",
        meaning="The invoice was voided here, but in QuickBooks a payment is still applied to it.",
        remedy=(
            "In QuickBooks, open the payment and take this invoice off it, or delete the payment.",
            "Retry: the void is sent again.",
        ),
        who=Who.OFFICE,
        where="quickbooks",
        dispatcher="a payment in QuickBooks stands in the way of the void. The office is on it.",
        label="validation",
    ),
    Entry(
        code="number_too_long",
        title="Number too long",
        kind=FailureKind.PERSON,
        message="Invoice number[ '{subject_name}'] is longer than the 21 characters that QBO takes",
        meaning="QuickBooks takes invoice numbers of at most 21 characters, and a number is never cut off.",
        remedy=(
            "Give the invoice a number of at most 21 characters,",
            'or turn off "Run a Call IDs in QBO" (Settings → QuickBooks → Invoices).',
            "Retry the failed invoice.",
        ),
        who=Who.OFFICE,
        where="invoices",
        dispatcher="its number is too long for QuickBooks. The office is on it.",
        label="validation",
        cause_per_subject=False,
    ),
    Entry(
        code="numbering_by_hand",
        title="Numbers by hand",
        kind=FailureKind.PERSON,
        message="No number for the invoice: QBO expects numbers by hand, and Run a Call sends none",
        meaning='"Run a Call IDs in QBO" is off, and the QuickBooks company has Custom transaction numbers turned on:'
        " the invoice would stand in the books without a number.",
        remedy=(
            "In QuickBooks, open Account and settings → Sales → Sales form content and turn off Custom transaction"
            " numbers: QuickBooks then numbers by itself.",
            'Or turn on "Run a Call IDs in QBO" (Settings → QuickBooks → Invoices).',
            "Retry the failed invoices.",
        ),
        who=Who.OFFICE,
        where="invoices",
        dispatcher="neither side gives it a number. The office is on it.",
        label="validation",
        refreshes=("Preferences",),
        cause_per_subject=False,
    ),
    Entry(
        code="discount_not_enabled",
        title="Discounts not enabled",
        kind=FailureKind.PERSON,
        message="The invoice has a discount, but discounts are turned off in QBO",
        meaning="QuickBooks has discounts on sales forms turned off, or no account to book them to.",
        remedy=(
            "In QuickBooks, open Account and settings → Sales → Sales form content, turn on Discount and"
            " choose its account.",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="quickbooks",
        dispatcher="discounts are turned off there. The office is on it.",
        label="validation",
        refreshes=("Preferences", "Account"),
        cause_per_subject=False,
    ),
    Entry(
        code="link_refused",
        title="Cannot be linked",
        kind=FailureKind.PERSON,
        message="QBO does not link it to the other transaction[ '{subject_name}']",
        meaning="Two transactions, such as a payment and its invoice, can be linked only if both exist,"
        " are active"
        " and belong to the same customer.",
        remedy=(
            "In QuickBooks, compare the customer of the invoice and of the payment, and look whether both still exist.",
            "Give both the same customer, or dismiss the event if the books are right as they stand.",
            "Retry the failed event.",
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="it does not match the other transaction there. The office is on it.",
        label="validation",
        refreshes=("Customer",),
    ),
    Entry(
        code="transaction_locked",
        title="Locked in QuickBooks",
        kind=FailureKind.PERSON,
        message="QBO does not let this transaction be changed: it is deposited, settled, matched, reconciled or linked",
        meaning="In QuickBooks the transaction is already part of a deposit, a settlement, a bank match"
        " or another transaction.",
        remedy=(
            "In QuickBooks, open the transaction and undo the deposit, match or link that holds it.",
            "Retry, or dismiss the event if the books are right as they stand.",
        ),
        who=Who.ACCOUNTANT,
        where="quickbooks",
        dispatcher="the books have locked it. The office decides.",
        label="validation",
    ),
)
