"""Failures that pause the whole connection until a person acts."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="subscription_inactive",
        title="QuickBooks subscription ended",
        kind=FailureKind.PAUSE,
        message="The QuickBooks subscription has ended or has a billing problem",
        meaning="Intuit takes no new data for this company, because its trial or subscription ended or a"
        " bill is unpaid.",
        remedy=(
            "In QuickBooks, click the gear icon and open the account information: renew the subscription"
            " or mend the billing.",
            "Then open Settings → QuickBooks → Status and check the connection; what is queued goes out by itself.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: the QuickBooks subscription has to be renewed. It follows by itself after that.",
        label="subscription_inactive",
    ),
    Entry(
        code="permission_denied",
        title="Permission denied",
        kind=FailureKind.PAUSE,
        message="QuickBooks denies Run a Call access to this company",
        meaning="The person who connected is no longer an admin in QuickBooks, or the app was disconnected there.",
        remedy=(
            "Ask a QuickBooks admin of the company to open Settings → QuickBooks → Status and press Reconnect.",
            "Choose the same company when Intuit asks. What is queued goes out by itself.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: a QuickBooks admin has to renew the connection. It follows by itself after that.",
        label="permission_denied",
    ),
    Entry(
        code="wrong_environment",
        title="Wrong company or environment",
        kind=FailureKind.PAUSE,
        message="The connection points at another QuickBooks company or server than its token is for",
        meaning="Intuit says that the token is not for this company or server: a sandbox mixed with"
        " production,"
        " or another company was chosen when connecting.",
        remedy=(
            "Compare the realm ID under Settings → QuickBooks → Status with the company you mean.",
            "Press Reconnect and choose the right company.",
            "If it comes back, press Escalate: the address of the environment is set by Run a Call.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: the connection to QuickBooks has to be set right. It follows by itself after that.",
        label="permission_denied",
    ),
    Entry(
        code="other_company",
        title="Another company was connected",
        kind=FailureKind.PAUSE,
        message="Another QuickBooks company was connected than before; nothing is sent until you choose",
        meaning="Somebody pressed Connect and chose another company on Intuit's page than the one that this shop's"
        " invoices are in. Nothing has been sent to it.",
        remedy=(
            "Open Settings → QuickBooks → Status and press “Choose the company”.",
            "Go back, if it was chosen by mistake: everything goes on as it was.",
            "Use the new company, if the shop has moved: say from which day on. What is in the old one stays there.",
        ),
        who=Who.OFFICE,
        where="status",
        dispatcher="Waiting: the office has to choose the QuickBooks company. It follows by itself after that.",
        label="permission_denied",
    ),
    Entry(
        code="company_locked",
        title="Company locked",
        kind=FailureKind.PAUSE,
        message="The QuickBooks company is locked",
        meaning="Intuit has locked the company, for example while it is being copied, restored or reviewed.",
        remedy=(
            "Sign in to QuickBooks and follow what it says there, or ask Intuit's support why the company is locked.",
            "Then open Settings → QuickBooks → Status and check the connection; what is queued goes out by itself.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: the company is locked in QuickBooks. It follows by itself after that.",
        label="permission_denied",
    ),
    Entry(
        code="app_refused",
        title="App refused",
        kind=FailureKind.PAUSE,
        message="Intuit does not accept Run a Call's own credentials",
        meaning="Intuit refused the app's client id or secret. Reconnecting does not help: Run a Call has to mend it.",
        remedy=(
            "Press Escalate on the row and send it to Run a Call support (admin@runacall.com).",
            "Nothing is lost: what is queued goes out when it is mended.",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="Waiting: Run a Call's access to QuickBooks is being mended. It follows by itself after that.",
        label="permission_denied",
    ),
    Entry(
        code="app_already_connected",
        title="App already connected",
        kind=FailureKind.PAUSE,
        message="Another person of the company already holds the connection to Run a Call",
        meaning="Intuit lets one person of a company hold an app's connection, and somebody else does.",
        remedy=(
            "Ask the person who connected before to disconnect the app in QuickBooks (Apps → My apps).",
            "Then open Settings → QuickBooks → Status and press Connect.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: the connection to QuickBooks has to be set up again.",
        label="permission_denied",
    ),
    Entry(
        code="company_reset",
        title="Company was reset",
        kind=FailureKind.PAUSE,
        message="The QuickBooks company was emptied and started afresh",
        meaning="All data of the company was removed in QuickBooks, so none of the links and mappings"
        " here holds any more.",
        remedy=(
            "Press Escalate on the row: Run a Call support clears the old links with you.",
            "Map tax rates and items again (Settings → QuickBooks → Tax and Items).",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="Waiting: the company was emptied in QuickBooks. The office is on it.",
        label="not_found_other",
    ),
    Entry(
        code="sending_interrupted",
        title="Sending is interrupted",
        kind=FailureKind.PERSON,
        message="Sending to QuickBooks is interrupted by a fault in Run a Call[: {error}]",
        meaning="Run a Call stumbles over something each time it begins to send for this shop. Other shops are not"
        " affected, and nothing is lost: what is queued waits.",
        remedy=(
            "Nothing to do at first: it is tried again every minute, and this row clears when sending works again.",
            "If it is still here after an hour, press Escalate on the row and send it to Run a Call support"
            " (admin@runacall.com).",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="On its way: Run a Call has a problem with sending. Support is on it.",
        label="unknown",
    ),
    Entry(
        code="access_refused_by_user",
        title="Connecting was not allowed",
        kind=FailureKind.PERSON,
        message="Connecting to QuickBooks was broken off or not allowed",
        meaning="On Intuit's page the person who was connecting did not agree, or came back with a code"
        " that had lapsed.",
        remedy=(
            "Open Settings → QuickBooks → Status and press Connect again.",
            "Sign in as a QuickBooks admin and agree to the connection within a few minutes.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="QuickBooks is not connected. The office is on it.",
        label="permission_denied",
    ),
)
