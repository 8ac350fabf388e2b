"""Failures that name no single part of an invoice, and the one for answers that we do not know yet."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ESCALATE = "If you cannot see why, press Escalate on the row: it collects what support needs."

ENTRIES = (
    Entry(
        code="reference_not_found",
        title="Something on it is inactive",
        kind=FailureKind.PERSON,
        message="Something on it was deleted or made inactive in QBO",
        meaning="QuickBooks says that something the invoice uses is inactive, but not what. It can be the customer,"
        " an item, an item's account, a tax code or the terms.",
        remedy=(
            "In QuickBooks, check that the customer, the items, their accounts and the terms of the invoice are"
            " active.",
            "Make the inactive one active again, or choose a different one here.",
            "Retry the failed invoice.",
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="something it uses is inactive there. The office is on it.",
        label="not_found_other",
        refreshes=("Customer", "Item", "Account", "TaxCode", "Term"),
    ),
    Entry(
        code="not_found_other",
        title="Not found in QuickBooks",
        kind=FailureKind.PERSON,
        message="{subject_name|A record} not found in QBO",
        meaning="What was sent refers to a record that does not exist in QuickBooks, or no longer exists.",
        remedy=(
            "In QuickBooks, look for {subject_name|the record} and make it active again, or choose a different one"
            " here.",
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
        meaning="QuickBooks does not accept the content of a field: it is too long, has a character that QuickBooks"
        " does not allow, or is missing.",
        remedy=(
            "Correct the field[ '{subject_name}'] here; the row shows what QuickBooks says about it.",
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
        meaning="QuickBooks checked what was sent and refused it for the reason it gives. Sending it again unchanged"
        " cannot succeed.",
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
        meaning="What Run a Call sent does not have the form that QuickBooks expects. This is an error in Run a"
        " Call, not in your data.",
        remedy=(
            "Press Escalate on the row and send it to Run a Call support (admin@runacall.com).",
            "Retry when support says that it is fixed.",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="Run a Call has an error there. Support is on it.",
        label="validation",
        cause_per_subject=False,
    ),
    Entry(
        code="edition_lacks_feature",
        title="Not in this QuickBooks plan",
        kind=FailureKind.PERSON,
        message="The QuickBooks plan of this company does not include a feature that this needs",
        meaning="QuickBooks does not offer this feature in the company's plan or country.",
        remedy=(
            "Open the row to see which feature it is.",
            "Upgrade the plan in QuickBooks, turn on the feature there, or do without it here.",
            "Retry the failed event.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="quickbooks",
        dispatcher="the shop's QuickBooks plan does not include something it needs. The office is on it.",
        label="validation",
        refreshes=("Preferences",),
    ),
    Entry(
        code="duplicate_request",
        title="Sent twice",
        kind=FailureKind.HEAL,
        message="QBO has seen this request before",
        meaning="QuickBooks says that it has already handled a request with the same ID, so what was sent may be in"
        " the books.",
        remedy=(
            "Nothing to do: Run a Call checks QuickBooks before it sends anything again.",
            "If it happens again, press Escalate on the row.",
        ),
        who=Who.SYSTEM,
        where="log",
        dispatcher="Run a Call is checking whether it is in QuickBooks.",
        label="unknown",
    ),
    Entry(
        code="list_unreadable",
        title="List unreadable",
        kind=FailureKind.PERSON,
        message="{subject_name|A list} of QuickBooks could not be read[: {reason}]",
        meaning="QuickBooks answered with a list that cannot be right. Run a Call keeps using what it read before,"
        " and everything else continues.",
        remedy=(
            "Nothing to do at first: Run a Call reads the list again every 15 minutes, and this row clears when that"
            " works.",
            "If the row names an entry of the list, open that entry in QuickBooks and correct it. Settings →"
            " QuickBooks → Status → Refresh reads the list right away.",
            ESCALATE,
        ),
        who=Who.OFFICE,
        where="status",
        dispatcher="On its way: a list in QuickBooks cannot be read right now. The office is on it.",
        label="unknown",
    ),
    Entry(
        code="internal_error",
        title="Error in Run a Call",
        kind=FailureKind.PERSON,
        message="Run a Call failed while preparing this[: {error}]",
        meaning="Something went wrong in Run a Call itself, before or after QuickBooks was asked.",
        remedy=(
            "Retry once.",
            "If it happens again, press Escalate on the row and send it to Run a Call support (admin@runacall.com).",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="Run a Call has an error there. Support is on it.",
        label="unknown",
    ),
    Entry(
        code="unknown",
        title="Unknown answer",
        kind=FailureKind.PERSON,
        message="QBO gave an answer that Run a Call does not know[: {intuit_words}]",
        meaning="QuickBooks did not accept this and gave a reason that Run a Call does not know, so it does not"
        " guess and does not send it again on its own.",
        remedy=(
            "Read what QuickBooks says in the row[: {intuit_words}].",
            "Retry once: some problems go away.",
            "If it happens again, press Escalate on the row and send it to Run a Call support (admin@runacall.com).",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="the reason is not clear. The office is on it.",
        label="unknown",
    ),
)
