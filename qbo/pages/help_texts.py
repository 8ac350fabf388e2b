"""The two help pages as structured text, made from the catalogue; knows neither HTML nor a request."""

from collections.abc import Iterator
from dataclasses import dataclass

from qbo.catalogue import CATALOGUE, Entry
from qbo.catalogue.entry import KIND_WORDS, PAGE_WORDS, fill

ERRORS_PAGE = "resolving-common-quickbooks-errors"
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
    """Both pages by their slug."""
    return {page.slug: page for page in (errors_page(), tax_page())}


def help_section(code: str) -> str:
    """Where a failure is explained, as slug#anchor; a code that is not known leads to unknown."""
    entry = CATALOGUE.get(code) or CATALOGUE["unknown"]
    return f"{ERRORS_PAGE}#{entry.anchor}"


def errors_page() -> HelpPage:
    return HelpPage(
        slug=ERRORS_PAGE,
        title="Resolving common QuickBooks errors",
        introduction="Now and then an invoice cannot reach QuickBooks. This page shows where you see it,"
        " what each message means, and how to fix it.",
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
                    "How many there are: “3 QBO sync errors need attention.”",
                ),
                (PAGE_WORDS["log"], "All events, with their time, what they are about and why they failed."),
                ("The invoice itself", "A yellow banner with the error and how to fix it."),
            ),
        ),
    )
    yield Section(
        anchor="reading-the-sync-log",
        title="Reading the sync log",
        paragraphs=(
            "One row is one thing that should reach QuickBooks. Open a row to see all that was sent and"
            " answered, each attempt, the next try, and the way to fix it.",
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
        steps=tuple(fill(step, {}) for step in entry.remedy),
        page=entry.where,
    )


def fixing_sections() -> Iterator[Section]:
    yield Section(
        anchor="retrying-failed-events",
        title="Retrying failed events",
        paragraphs=(
            "Troubles that pass, such as a server that does not answer, are tried again by themselves:"
            " three times, after 5, 30 and 60 minutes. What needs a person stops and waits for you.",
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
            "One cause often stops many invoices, for example one tax rate without a mapping."
            " Every failed event that the fix covers goes through.",
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
            f"If an error stays although you have worked through the steps above, write to {SUPPORT_ADDRESS}."
            " Escalate, on the row of the sync log, gathers what support needs:",
        ),
        table=Table(
            ("Information", "Where it stands"),
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
        introduction="Each tax rate that stands on your invoices needs a tax code in QuickBooks."
        " Map them before the first invoices go out: a rate that is not mapped is the most frequent error.",
        sections=(*mapping_sections(), *tax_error_sections()),
    )


def mapping_sections() -> Iterator[Section]:
    yield Section(
        anchor="map-a-rate",
        title="Map a rate",
        steps=(
            "In QuickBooks, set up sales tax under Taxes → Set up tax, if it is not set up yet.",
            f"Open {PAGE_WORDS['tax']}. Your rates, and the combinations in use, stand on the left.",
            "Pick a QBO code for each on the right, and save.",
            "Retry the failed invoices, if there are any.",
        ),
        page="tax",
    )
    yield Section(
        anchor="combined-rates",
        title="Combined rates",
        paragraphs=(
            "If a line carries one combined rate, map that rate to the combined code in QuickBooks.",
            "If a line carries several rates, such as state and county, the combination has a row of its own:"
            " map the combination as a whole to the code in QuickBooks that stands for all of them.",
            "In the United States QuickBooks takes one code for a whole invoice, so all taxed lines of one"
            " invoice need the same rates.",
        ),
        page="tax",
    )
    yield Section(
        anchor="tax-exempt",
        title="Tax-exempt customers",
        paragraphs=(
            "The lines of a customer who is marked as tax exempt go to QuickBooks without tax."
            " Outside the United States they need a code that says so: map one, such as Out of scope.",
        ),
        page="tax",
    )
    yield Section(
        anchor="default-for-unmapped",
        title="Default for unmapped",
        paragraphs=(
            "A code that you pick as Default for unmapped is used for every rate without a code of its own."
            " Leave it empty to be told of a new rate instead of booking it under the wrong code.",
        ),
        page="tax",
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
