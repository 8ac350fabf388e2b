"""Failures that clear by waiting: Intuit's troubles, the network, and what has to come first."""

from qbo.catalogue.entry import Entry, FailureKind, Who

BY_ITSELF = "Nothing to do: Run a Call tries again automatically after 5, 30 and 60 minutes."
AT_LAST = "If it still fails after that, check status.developer.intuit.com, then retry or press Escalate."
ALONE = (
    "If only this one fails and others go through, compare its customer, items, tax and amounts with QuickBooks:"
    " QuickBooks also calls some mistakes in a record an internal error."
)

ENTRIES = (
    Entry(
        code="server_error",
        title="QuickBooks had an error",
        kind=FailureKind.TRANSIENT,
        message="QuickBooks had an internal error[ (HTTP {http_status})]",
        meaning="QuickBooks' servers failed, were down for maintenance or asked to try again later.",
        remedy=(BY_ITSELF, AT_LAST, ALONE),
        who=Who.SYSTEM,
        where="log",
        dispatcher="QuickBooks has a problem right now. Run a Call tries again automatically.",
        label="server_error",
        waiting_helps=True,
    ),
    Entry(
        code="network",
        title="QuickBooks not reached",
        kind=FailureKind.TRANSIENT,
        message="QuickBooks could not be reached",
        meaning="The network between Run a Call and QuickBooks failed or took too long. What was sent may have arrived:"
        " Run a Call checks QuickBooks before it sends it again.",
        remedy=(BY_ITSELF, AT_LAST),
        who=Who.SYSTEM,
        where="log",
        dispatcher="QuickBooks could not be reached. Run a Call tries again automatically.",
        label="network",
        waiting_helps=True,
    ),
    Entry(
        code="certificate_not_trusted",
        title="QuickBooks' certificate not trusted",
        kind=FailureKind.TRANSIENT,
        message="What answered for QuickBooks showed a certificate that Run a Call does not trust",
        meaning="Something between Run a Call and QuickBooks answers in its place, or Run a Call's list of certificate"
        " authorities or its clock is wrong. Nothing was sent.",
        remedy=(
            BY_ITSELF,
            "If it still fails after that, press Escalate on the row and send it to Run a Call support"
            " (admin@runacall.com): retrying alone does not help. Once it is mended, retry the failed events.",
        ),
        who=Who.SUPPORT,
        where="log",
        dispatcher="QuickBooks could not be reached safely. Run a Call tries again, and its support may have to help.",
        label="network",
        waiting_helps=True,
    ),
    Entry(
        code="answer_unreadable",
        title="Answer unreadable",
        kind=FailureKind.TRANSIENT,
        message="QuickBooks' answer could not be read[ (HTTP {http_status})]",
        meaning="An answer came, but it was empty, cut off or not from QuickBooks. What was sent may have arrived:"
        " Run a Call checks QuickBooks before it sends it again.",
        remedy=(BY_ITSELF, AT_LAST),
        who=Who.SYSTEM,
        where="log",
        dispatcher="QuickBooks gave no clear answer. Run a Call tries again automatically.",
        label="server_error",
        waiting_helps=True,
    ),
    Entry(
        code="rate_limited",
        title="QuickBooks asks to slow down",
        kind=FailureKind.WAIT,
        message="QuickBooks asks us to slow down",
        meaning="QuickBooks limits how many requests it accepts for a company per minute. Waiting uses up no retry.",
        remedy=("Nothing to do: sending continues automatically in a minute or so.",),
        who=Who.SYSTEM,
        where="log",
        dispatcher="QuickBooks takes them one after another.",
        label="rate_limited",
        waiting_helps=True,
    ),
    Entry(
        code="waits_for_customer",
        title="Waits for its customer",
        kind=FailureKind.WAIT,
        message="Waits for the customer[ '{subject_name}']",
        meaning="The customer has to be in QuickBooks first, and is not there yet.",
        remedy=("Fix the problem with the customer[ '{subject_name}']; after that this is sent automatically.",),
        who=Who.SYSTEM,
        where="log",
        dispatcher="its customer has to be sent first.",
        label="customer_not_found",
        waiting_helps=True,
    ),
    Entry(
        code="waits_for_item",
        title="Waits for an item",
        kind=FailureKind.WAIT,
        message="Waits for the item[ '{subject_name}']",
        meaning="A pricebook item has to be in QuickBooks first, and is not there yet.",
        remedy=("Fix the problem with the item[ '{subject_name}']; after that this is sent automatically.",),
        who=Who.SYSTEM,
        where="log",
        dispatcher="one of its items has to be sent first.",
        label="item_not_found",
        waiting_helps=True,
    ),
    Entry(
        code="waits_for_invoice",
        title="Waits for its invoice",
        kind=FailureKind.WAIT,
        message="Waits for the invoice[ '{subject_name}']",
        meaning="The invoice, as it is here, has to be in QuickBooks first, and is not there yet.",
        remedy=("Fix the problem with the invoice[ '{subject_name}']; after that this is sent automatically.",),
        who=Who.SYSTEM,
        where="log",
        dispatcher="its invoice has to be sent first.",
        label="not_found_other",
        waiting_helps=True,
    ),
    Entry(
        code="waits_for_payment",
        title="Waits for a payment",
        kind=FailureKind.WAIT,
        message="Waits for {subject_name|its payments} to be taken off the invoice first",
        meaning="QuickBooks voids no invoice that a payment pays, and takes no payment of more than what is open; and a"
        " payment of one customer cannot stay on an invoice of another. So what pays it in QuickBooks, and does not pay"
        " it here any more, is taken off it first. What paid a void invoice stays in QuickBooks as the customer's"
        " credit.",
        remedy=("Fix the problem with the payment; after that this is sent automatically.",),
        who=Who.SYSTEM,
        where="log",
        dispatcher="a payment has to be taken off the invoice first.",
        label="validation",
        waiting_helps=True,
    ),
    Entry(
        code="connection_paused",
        title="Connection paused",
        kind=FailureKind.WAIT,
        message="Waiting: {reason|the connection to QuickBooks is paused}",
        meaning="Nothing is sent while the connection to QuickBooks is not active. The wait uses up no retry.",
        remedy=("Open Settings → QuickBooks → Status and do what it says; after that this is sent automatically.",),
        who=Who.OFFICE,
        where="status",
        dispatcher="Waiting for the connection to QuickBooks. After that it is sent automatically.",
        label="token_expired",
        waiting_helps=True,
    ),
)
