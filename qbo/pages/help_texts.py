"""The help pages as structured text, made from the catalogue; knows neither HTML nor a request."""

from collections.abc import Iterator
from dataclasses import dataclass

from qbo.catalogue import CATALOGUE, Entry
from qbo.catalogue.entry import KIND_WORDS, PAGE_WORDS, fill

ERRORS_PAGE = "resolving-common-quickbooks-errors"
START_PAGE = "getting-started-with-quickbooks-online"
TAX_PAGE = "mapping-tax-rates-to-quickbooks-online"
SUPPORT_ADDRESS = "admin@runacall.com"


@dataclass(frozen=True)
class Table:
    """Column titles and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """One section of a page: what it says, then its steps in order, then its table."""

    anchor: str
    title: str
    paragraphs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    table: Table | None = None
    page: str = ""  # the name of the page that fixes it, as in the catalogue


@dataclass(frozen=True)
class HelpPage:
    """A help page; its slug is the last part of its address."""

    slug: str
    title: str
    introduction: str
    sections: tuple[Section, ...]


def help_pages() -> dict[str, HelpPage]:
    """All pages by their slug."""
    return {page.slug: page for page in (start_page(), errors_page(), tax_page())}


def help_section(code: str) -> str:
    """Where a failure is explained, as slug#anchor; a code that is not known leads to unknown."""
    entry = CATALOGUE.get(code) or CATALOGUE["unknown"]
    return f"{ERRORS_PAGE}#{entry.anchor}"


def errors_page() -> HelpPage:
    return HelpPage(
        slug=ERRORS_PAGE,
        title="Resolving common QuickBooks errors",
        introduction="Now and then an invoice cannot reach QuickBooks. This page shows where you see it, what each"
        " message means, and how to fix it.",
        sections=(*reading_sections(), *error_sections(), *fixing_sections()),
    )


def reading_sections() -> Iterator[Section]:
    yield Section(
        anchor="where-errors-show-up",
        title="Where errors show up",
        table=Table(
            ("Location", "What you see"),
            (
                (
                    "Banner at the top of every page",
                    "The number of errors: “3 QBO sync errors need attention.”",
                ),
                (PAGE_WORDS["log"], "Every event with its time, the record it is about, and why it failed."),
                ("The invoice itself", "A yellow banner with the error and how to fix it."),
            ),
        ),
    )
    yield Section(
        anchor="reading-the-sync-log",
        title="Reading the sync log",
        paragraphs=(
            "Each row is one change that should reach QuickBooks. Open a row to see what was sent and answered,"
            " every attempt, the next try, and how to fix it.",
        ),
        table=Table(
            ("Timestamp", "Entity", "Direction", "Status", "Message"),
            (
                (
                    "2026-06-18 11:32",
                    "Invoice #1842",
                    "Run a Call → QBO",
                    "Failed",
                    fill(CATALOGUE["tax_code_not_mapped"].message, {"subject_name": "Combined 7.25"}),
                ),
            ),
        ),
    )


def error_sections() -> Iterator[Section]:
    """Every failure of the catalogue, which has the documented ones first."""
    yield from (error_section(entry) for entry in CATALOGUE.values())


def error_section(entry: Entry) -> Section:
    return Section(
        anchor=entry.anchor,
        title=entry.title,
        paragraphs=(entry.meaning, f"Who: {entry.who.words}. {KIND_WORDS[entry.kind]}."),
        steps=tuple(filter(None, (fill(step, {}) for step in entry.remedy))),
        page=entry.where,
    )


def fixing_sections() -> Iterator[Section]:
    yield Section(
        anchor="retrying-failed-events",
        title="Retrying failed events",
        paragraphs=(
            "Temporary problems, such as a server that does not answer, are retried automatically: three times,"
            " after 5, 30 and 60 minutes. An event that needs a person stops and waits for you.",
        ),
        steps=(
            "In the sync log, select the failed events and choose Retry,",
            "or open one event and choose Retry single event,",
            "or choose Retry sync on the invoice.",
        ),
    )
    yield Section(
        anchor="bulk-fixes",
        title="Bulk fixes",
        paragraphs=(
            "One cause often stops many invoices, for example one tax rate without a mapping. Every failed event"
            " that the fix covers goes through.",
        ),
        steps=(
            "Fix the cause once: the mapping, the setting or the record.",
            "In the sync log, filter to Failed, select all, and choose Retry all.",
        ),
    )
    yield Section(
        anchor="escalating",
        title="Escalating",
        paragraphs=(
            f"If you have done the steps above and the error is still there, write to {SUPPORT_ADDRESS}."
            " Escalate, on the row of the sync log, collects what support needs:",
        ),
        table=Table(
            ("Information", "Where to find it"),
            (
                ("The exact error message", "On the row of the sync log"),
                ("The number of the invoice", "On the failing invoice"),
                ("The QBO realm ID", PAGE_WORDS["status"]),
            ),
        ),
    )


def tax_page() -> HelpPage:
    return HelpPage(
        slug=TAX_PAGE,
        title="Mapping tax rates to QuickBooks Online",
        introduction="Each tax rate on your invoices needs a tax code in QuickBooks. Map the rates before you send"
        " the first invoices: an unmapped rate is the most common error.",
        sections=(*mapping_sections(), *tax_error_sections()),
    )


def mapping_sections() -> Iterator[Section]:
    yield Section(
        anchor="map-a-rate",
        title="Map a rate",
        steps=(
            "In QuickBooks, set up sales tax under Taxes → Set up tax, if it is not set up yet.",
            f"Open {PAGE_WORDS['tax']}. Your rates, and the combinations of rates in use, are on the left.",
            "Pick a QBO code for each one on the right, and save.",
            "Retry the failed invoices, if there are any.",
        ),
        page="tax",
    )
    yield Section(
        anchor="combined-rates",
        title="Combined rates",
        paragraphs=(
            "If a line has one combined rate, map that rate to the combined code in QuickBooks.",
            "If a line has several rates, such as state and county, the combination has its own row: map it to the"
            " code in QuickBooks that covers all of them.",
            "In the United States QuickBooks takes one code for a whole invoice, so all taxed lines of an invoice"
            " need the same rates.",
        ),
        page="tax",
    )
    yield Section(
        anchor="tax-exempt",
        title="Tax-exempt customers",
        paragraphs=(
            "Invoices of a customer who is marked as tax exempt go to QuickBooks without tax. Outside the United"
            " States their lines still need a tax code: map one, such as Out of scope.",
        ),
        page="tax",
    )
    yield Section(
        anchor="default-for-unmapped",
        title="Default for unmapped",
        paragraphs=(
            "The code you pick as Default for unmapped is used for every rate that has no code of its own. Leave it"
            " empty if you would rather be told about a new rate than have it booked under the wrong code.",
        ),
        page="tax",
    )


def start_page() -> HelpPage:
    return HelpPage(
        slug=START_PAGE,
        title="Getting started with QuickBooks Online",
        introduction="From Connect to the first invoices in the books, and what each setting does. Nothing is sent"
        " before you press Go.",
        sections=(*step_sections(), *setting_sections()),
    )


def step_sections() -> Iterator[Section]:
    """The steps of the checklist on the Status page, in their order."""
    yield Section(
        anchor="connect",
        title="Connect",
        steps=(
            f"Open {PAGE_WORDS['status']} and press Connect QuickBooks Online.",
            "Sign in to Intuit as a QuickBooks admin, and choose the shop's company.",
        ),
        page="status",
    )
    yield Section(
        anchor="check-the-company",
        title="Check the company",
        paragraphs=(
            "The checklist shows what QuickBooks says: name, country, how it does sales tax, currency, through which"
            " day the books are closed, and who numbers invoices. The currency has to be the one of your invoices.",
        ),
    )
    yield Section(
        anchor="tax-products-customers",
        title="Tax rates, products and customers",
        paragraphs=(
            "Each tax rate on your invoices needs a QuickBooks tax code.",
            "A product is found in QuickBooks by its name. For those that are not there, either turn on Auto-create"
            " missing QBO products, or add them in QuickBooks under the same name.",
            "A customer is found by name and e-mail, and created if there is none. Customers who share a name need"
            " an e-mail each.",
        ),
    )
    yield Section(
        anchor="start-date",
        title="Start date",
        paragraphs=(
            "An invoice that is dated before the start date is never sent. Choose the day after the last invoice"
            " that is in QuickBooks already. You can change the start date until the first invoice is sent.",
        ),
    )
    yield Section(
        anchor="dry-run",
        title="Try it without sending",
        paragraphs=(
            "Every invoice that would go is checked with what is known of the company. The result says how many are"
            " ready, and how many would stop for which reason; each count opens those invoices and the way to fix"
            " them. Nothing is sent.",
            "Whether a customer's name or an invoice number is taken in QuickBooks is found when the invoice is sent.",
        ),
    )
    yield Section(
        anchor="go",
        title="Go",
        paragraphs=(
            "Go sends what is ready, and from then on every invoice as you send it. What would stop waits in the"
            " sync log until it is fixed.",
        ),
    )


def setting_sections() -> Iterator[Section]:
    yield Section(
        anchor="settings-of-invoices",
        title="Settings of invoices",
        table=Table(
            ("Setting", "What it does"),
            (
                ("Sync invoices", "Off: no more invoices go to QuickBooks, and changes of those that are there wait."),
                ("Sync customer updates", "On: changes of a customer here go to QuickBooks."),
                ("When to sync", "On send, or only when an invoice is paid. Queued invoices go in any case."),
                ("Run a Call IDs in QBO", "On: the same number there as here. Off: QuickBooks numbers invoices."),
                (
                    "Stop on a cent of rounding",
                    "Outside the US: whether a cent of rounding stops an invoice.",
                ),
            ),
        ),
        page="invoices",
    )
    yield Section(
        anchor="settings-of-items",
        title="Settings of items",
        table=Table(
            ("Setting", "What it does"),
            (
                ("Auto-create missing QBO products", "On: a missing product is created before its invoice goes."),
                ("Default income account", "Where a new product earns, unless its category has an account."),
                ("Product for one-off lines", "Used for invoice lines that are not in the pricebook."),
                ("Discount account", "Where the discount of an invoice posts, in the United States."),
                ("Income account by category", "Where the products of one category earn."),
            ),
        ),
        page="items",
    )
    yield Section(
        anchor="before-and-after-saving",
        title="Before and after you save",
        paragraphs=(
            "As soon as you change a setting, the page says what saving would change for the invoices that wait or"
            " have failed. After saving, the history on the page says who changed what, when, and what it was"
            " before.",
        ),
    )


TAX_ERRORS = (
    "tax_code_not_mapped",
    "tax_not_enabled",
    "mixed_tax_rates",
    "tax_calculation_failed",
    "total_differs",
)


def tax_error_sections() -> Iterator[Section]:
    yield from (error_section(CATALOGUE[code]) for code in TAX_ERRORS)
