"""Failures that name no single part of an invoice, and the honest one for what nobody has seen yet."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ESCALATE = "If you cannot see why, press Escalate on the row: it gathers what support needs."

ENTRIES = (
    Entry(
        code="reference_not_found",
        title="Something on it is inactive",
        kind=FailureKind.PERSON,
        message="Something on it was deleted or made inactive in QBO",
        meaning="QuickBooks says that something the invoice uses is inactive, and not what: the customer,"
        " an item,"
        " the account behind an item, a tax code or the terms.",
        remedy=(
            "In QuickBooks, look whether the customer, the items, their accounts and the terms of the"
            " invoice are active.",
            "Make the inactive one active again, or choose another here.",
            "Retry the failed invoice.",
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="something it uses is switched off there. The office is on it.",
        label="not_found_other",
        refreshes=("Customer", "Item", "Account", "TaxCode", "Term"),
    ),
    Entry(
        code="not_found_other",
        title="Not found in QuickBooks",
        kind=FailureKind.PERSON,
        message="{subject_name|A record} not found in QBO",
        meaning="A record that is named in what was sent does not exist in QuickBooks, or not any more.",
        remedy=(
            "In QuickBooks, look for {subject_name|the record} and make it active again, or choose another here.",
            "Retry the failed event.",
            ESCALATE,
        ),
        who=Who.OFFICE,
        where="log",
        dispatcher="something it uses is missing there. The office is on it.",
        label="not_found_other",
        refreshes=("Customer", "Item", "Account", "TaxCode", "Term"),
    ),
    Entry(
        code="field_refused",
        title="Field refused",
        kind=FailureKind.PERSON,
        message="QBO refuses a field[: {subject_name}][ ({intuit_words})]",
        meaning="QuickBooks does not accept what one field holds: too long, a character it does not take, or missing.",
        remedy=(
            "Correct the field[ '{subject_name}'] here; the row shows what QuickBooks says of it.",
            "Retry the failed event.",
            ESCALATE,
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="a field is not accepted there. The office is on it.",
        label="validation",
    ),
    Entry(
        code="validation",
        title="QuickBooks refuses it",
        kind=FailureKind.PERSON,
        message="QBO refuses it[: {intuit_words}]",
        meaning="QuickBooks checked what was sent and refused it for the reason it gives. Sending it"
        " again unchanged cannot succeed.",
        remedy=(
            "Read what QuickBooks says[: {intuit_words}].",
            "Correct it here or in QuickBooks, then retry the failed event.",
            ESCALATE,
        ),
        who=Who.OFFICE,
        where="log",
        dispatcher="QuickBooks does not accept it as it is. The office is on it.",
        label="validation",
    ),
    Entry(
        code="request_refused",
        title="Request refused",
        kind=FailureKind.PERSON,
        message="QBO does not understand the request[: {intuit_words}]",
        meaning="What Run a Call sent is not in a form that QuickBooks takes. That is a fault of the"
        " program and not of your data.",
        remedy=(
            "Press Escalate on the row and send it to Run a Call support (admin@runacall.com).",
            "Retry when support says that it is mended.",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="Run a Call has a fault there. The office is on it.",
        label="validation",
        cause_per_subject=False,
    ),
    Entry(
        code="edition_lacks_feature",
        title="Not in this QuickBooks plan",
        kind=FailureKind.PERSON,
        message="The QuickBooks plan of this company lacks a feature that this needs",
        meaning="The company's edition of QuickBooks, or its country, does not have the feature that is used here.",
        remedy=(
            "Read in the row which feature is meant.",
            "Upgrade the plan in QuickBooks, turn the feature on there, or leave it out here.",
            "Retry the failed event.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="quickbooks",
        dispatcher="the shop's QuickBooks plan lacks something. The office is on it.",
        label="validation",
        refreshes=("Preferences",),
    ),
    Entry(
        code="duplicate_request",
        title="Sent twice",
        kind=FailureKind.HEAL,
        message="QBO has seen this request before",
        meaning="QuickBooks says that a request of the same id has been handled already, so what was sent"
        " may be in the books.",
        remedy=(
            "Nothing to do: it is looked for in QuickBooks before anything is sent again.",
            "If it comes back, press Escalate on the row.",
        ),
        who=Who.SYSTEM,
        where="log",
        dispatcher="it is being looked for in QuickBooks.",
        label="unknown",
    ),
    Entry(
        code="list_unreadable",
        title="List unreadable",
        kind=FailureKind.PERSON,
        message="{subject_name|A list} of QuickBooks could not be read[: {reason}]",
        meaning="QuickBooks answered with a list that cannot be right. What was read of it before still holds, and"
        " everything else goes on.",
        remedy=(
            "Nothing to do at first: the list is read again by itself every 15 minutes, and this row clears then.",
            "If the row names an entry of the list, open that entry in QuickBooks and correct it."
            " Settings → QuickBooks → Status → Refresh reads the list at once.",
            ESCALATE,
        ),
        who=Who.OFFICE,
        where="status",
        dispatcher="On its way: a list of QuickBooks cannot be read just now. The office is on it.",
        label="unknown",
    ),
    Entry(
        code="internal_error",
        title="Error in Run a Call",
        kind=FailureKind.PERSON,
        message="Run a Call failed while it prepared this[: {error}]",
        meaning="Something went wrong in Run a Call itself, before or after QuickBooks was asked.",
        remedy=(
            "Retry once.",
            "If it comes back, press Escalate on the row and send it to Run a Call support (admin@runacall.com).",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="Run a Call has a fault there. The office is on it.",
        label="unknown",
    ),
    Entry(
        code="unknown",
        title="Unknown answer",
        kind=FailureKind.PERSON,
        message="QBO gave an answer that we do not know[: {intuit_words}]",
        meaning="QuickBooks did not accept this and gave a reason that nobody here has seen yet, so"
        " nothing is guessed"
        " and nothing is sent again by itself.",
        remedy=(
            "Read what QuickBooks says in the row[: {intuit_words}].",
            "Retry once: some troubles pass.",
            "If it comes back, press Escalate on the row and send it to Run a Call support (admin@runacall.com).",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="the reason is not clear. The office is on it.",
        label="unknown",
    ),
)
