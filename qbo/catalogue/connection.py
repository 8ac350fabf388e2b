"""Failures that pause the whole connection until a person acts."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="subscription_inactive",
        title="QuickBooks subscription ended",
        kind=FailureKind.PAUSE,
        message="The QuickBooks subscription has ended or has a billing problem",
        meaning="QuickBooks takes no new data for this company, because its trial or subscription ended or a bill is"
        " unpaid.",
        remedy=(
            "In QuickBooks, click the gear icon and open the account information: renew the subscription or fix the"
            " billing problem.",
            "Then open Settings → QuickBooks → Status and check the connection; queued events are sent automatically.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: the QuickBooks subscription has to be renewed. After that it is sent automatically.",
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
            "Choose the same company when QuickBooks asks. Queued events are sent automatically.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: a QuickBooks admin has to renew the connection. After that it is sent automatically.",
        label="permission_denied",
    ),
    Entry(
        code="wrong_environment",
        title="Wrong company or environment",
        kind=FailureKind.PAUSE,
        message="The token of this connection is for a different QuickBooks company or server",
        meaning="QuickBooks says that the token is not for this company or server: a sandbox mixed with production, or"
        " another company was chosen when connecting.",
        remedy=(
            "Check that the realm ID under Settings → QuickBooks → Status belongs to the right company.",
            "Press Reconnect and choose the right company.",
            "If it happens again, press Escalate: Run a Call sets the address of the environment.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: the connection to QuickBooks has to be corrected. After that it is sent automatically.",
        label="permission_denied",
    ),
    Entry(
        code="other_company",
        title="A different company was connected",
        kind=FailureKind.PAUSE,
        message="A different QuickBooks company was connected; nothing is sent until you choose",
        meaning="Somebody pressed Connect and chose a different company on QuickBooks' page, not the one that has this"
        " shop's invoices. Nothing has been sent to it.",
        remedy=(
            "Open Settings → QuickBooks → Status and press “Choose the company”.",
            "If it was chosen by mistake, go back: everything continues as before.",
            "If the shop has moved to the new company, use it and enter a start date. What is in the old company"
            " stays there.",
        ),
        who=Who.OFFICE,
        where="status",
        dispatcher="Waiting: the office has to choose the QuickBooks company. After that it is sent automatically.",
        label="permission_denied",
    ),
    Entry(
        code="company_locked",
        title="Company locked",
        kind=FailureKind.PAUSE,
        message="The QuickBooks company is locked",
        meaning="QuickBooks has locked the company, for example while it is being copied, restored or reviewed.",
        remedy=(
            "Sign in to QuickBooks and follow what it says there, or ask its support why the company is locked.",
            "Then open Settings → QuickBooks → Status and check the connection; queued events are sent automatically.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="Waiting: the company is locked in QuickBooks. Once it is unlocked, this is sent automatically.",
        label="permission_denied",
    ),
    Entry(
        code="app_refused",
        title="App refused",
        kind=FailureKind.PAUSE,
        message="QuickBooks does not accept Run a Call's own credentials",
        meaning="QuickBooks refused the app's client id or secret. Reconnecting does not help: Run a Call has to fix"
        " it.",
        remedy=(
            "Press Escalate on the row and send it to Run a Call support (admin@runacall.com).",
            "Nothing is lost: queued events are sent when it is fixed.",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="Waiting: Run a Call's access to QuickBooks is being fixed. After that it is sent automatically.",
        label="permission_denied",
    ),
    Entry(
        code="app_already_connected",
        title="App already connected",
        kind=FailureKind.PAUSE,
        message="Somebody else at the company already has the connection to Run a Call",
        meaning="QuickBooks lets only one person per company connect an app, and somebody else has connected it.",
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
        message="All data of the QuickBooks company was deleted and it was started over",
        meaning="All data of the company was deleted in QuickBooks, so the links and mappings in Run a Call are no"
        " longer valid.",
        remedy=(
            "Press Escalate on the row: Run a Call support clears the old links together with you.",
            "Map tax rates and items again (Settings → QuickBooks → Tax and Items).",
        ),
        who=Who.SUPPORT,
        where="support",
        dispatcher="Waiting: the company's data was deleted in QuickBooks. The office is on it.",
        label="not_found_other",
    ),
    Entry(
        code="sending_interrupted",
        title="Sending is interrupted",
        kind=FailureKind.PERSON,
        message="Sending to QuickBooks is interrupted by an error in Run a Call[: {error}]",
        meaning="Run a Call hits an error each time it starts to send for this shop. Other shops are not affected,"
        " and nothing is lost: queued events wait.",
        remedy=(
            "Nothing to do at first: Run a Call tries again every minute, and this row clears when sending works"
            " again.",
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
        message="Connecting to QuickBooks was canceled or not allowed",
        meaning="The person who was connecting did not agree on QuickBooks' page, or took so long that its code"
        " expired.",
        remedy=(
            "Open Settings → QuickBooks → Status and press Connect again.",
            "Sign in as a QuickBooks admin and accept the connection within a few minutes.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="status",
        dispatcher="QuickBooks is not connected. The office is on it.",
        label="permission_denied",
    ),
)
