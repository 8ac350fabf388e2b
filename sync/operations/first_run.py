"""From Connect to the first invoices in the books: the steps on the Status page, each derived from the current data;
and Go.

No step is checked off by hand. "Sync invoices" is off from the first Connect on, so nothing is sent before Go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from qbo.mapping.names import full_name_key
from qbo.mapping.tax_rows import tax_codes, tax_rows
from qbo.models import CompanyFacts, Connection, ConnectionSettings, Link, SettingChange
from runacall.invoices.document_loading import load_items
from runacall.invoices.models import Customer, PricebookItem
from runacall.organizations.paging import MOST, Counted, count_up_to
from sync.engine.prepare.items import matches_by_name
from sync.forecast import dry_run
from sync.models import ActionRecord, DryRun, State, SyncEvent
from sync.models.events import EntityType
from sync.operations.recording import record_action
from sync.outbox.enqueueing import earlier_invoices, enqueue_earlier
from sync.worker.wake import wake

User = AbstractBaseUser | None
# How many pricebook items are compared with QuickBooks' list for one page, and how many at a time.
MOST_ITEMS, AT_ONCE = 2000, 500


class NotYet(Exception):
    """Go was pressed too early, or twice; the text says what is missing."""


@dataclass(frozen=True)
class Step:
    """One step. `summary` is one line; `problem` says what is wrong, "" if nothing."""

    key: str
    title: str
    summary: str
    done: bool = False
    problem: str = ""
    facts: Sequence[tuple[str, str]] = ()
    more: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Checklist:
    """All steps in order, and which one is next; `is_over` once the first invoice is in the books.

    `is_on`: somebody pressed Go, or the shop was connected by a command, which sends at once.
    """

    connection: Connection
    steps: Sequence[Step]
    is_over: bool
    is_on: bool
    in_books: Counted
    is_hidden: bool

    @property
    def next_key(self) -> str:
        return next((step.key for step in self.steps if not step.done), "")

    @property
    def done_count(self) -> int:
        return sum(step.done for step in self.steps)


def checklist(connection: Connection, *, at: datetime) -> Checklist:
    """The current checklist; once it is over, only its last line, without further queries."""
    settings = ConnectionSettings.objects.get(connection=connection)
    in_books = count_up_to(Link.objects.of(connection, EntityType.INVOICE).filter(active=True), MOST)
    is_over = in_books.number > 0 and settings.sync_invoices
    steps = () if is_over else _steps(connection, settings, at)
    return Checklist(connection, steps, is_over, settings.sync_invoices, in_books, settings.hides_checklist)


def is_open(connection: Connection) -> bool:
    """Whether nobody has pressed Go yet and nothing is in the books."""
    is_off = ConnectionSettings.objects.filter(connection=connection, sync_invoices=False).exists()
    return is_off and not Link.objects.of(connection, EntityType.INVOICE).exists()


def _steps(connection: Connection, settings: ConnectionSettings, at: datetime) -> Sequence[Step]:
    facts = CompanyFacts.objects.filter(connection=connection, realm_id=connection.realm_id).first()
    run = dry_run.latest(connection)
    current = run is not None and run.basis == dry_run.basis(connection)
    company = _company(connection, settings, facts)
    start = _start_date(connection, settings, facts, at)
    ready = company.done and start.done and run is not None and current and run.done_at is not None
    return (
        company,
        _tax(connection, settings, facts),
        _products(connection, settings),
        _customers(connection, settings),
        start,
        _dry_run(connection, run, current=current),
        _go(connection, settings, run if ready else None),
    )


# --- the steps --------------------------------------------------------------------------------------------------


def _company(connection: Connection, settings: ConnectionSettings, facts: CompanyFacts | None) -> Step:
    title = "Check the company"
    if facts is None:
        return Step("company", title, "Not read yet", problem="QuickBooks has not been read yet. Read it now.")
    ours = connection.organization.currency
    problem = ""
    if ours and facts.home_currency != ours:
        problem = f"The company is in {facts.home_currency}, your invoices are in {ours}: connect another company."
    elif facts.custom_numbers and not settings.send_numbers:
        problem = (
            "Nobody would number the invoices: QuickBooks is set to “Custom transaction numbers”, and “Run"
            " a Call IDs in QBO” is off. Change one of the two."
        )
    closing = f"through {facts.book_close_date:%Y-%m-%d}" if facts.book_close_date else "no closing date"
    shown = (
        ("Company", f"{connection}"),
        ("Country", facts.country),
        ("Sales tax", _tax_world(facts)),
        ("Currency", facts.home_currency),
        ("Books closed", closing),
        ("Invoice numbers", "Run a Call’s" if settings.send_numbers else "QuickBooks’"),
    )
    numbers = "your own invoice numbers" if settings.send_numbers else "QuickBooks numbers invoices"
    books = f"books closed {closing}" if facts.book_close_date else closing
    summary = f"{connection}: {facts.country}, {facts.home_currency}, {books}, {numbers}"
    return Step("company", title, summary, done=not problem, problem=problem, facts=shown)


def _tax_world(facts: CompanyFacts) -> str:
    if not facts.using_sales_tax or facts.partner_tax_enabled is False:
        return "not set up in QuickBooks"
    if facts.country != "US":
        return "one tax code for each line"
    return "automated, one tax code for each invoice" if facts.partner_tax_enabled else "one tax code for each invoice"


def _tax(connection: Connection, settings: ConnectionSettings, facts: CompanyFacts | None) -> Step:
    rows = tax_rows(connection, tax_codes(connection))
    rows = [row for row in rows if row.is_used] or rows
    mapped = sum(row.is_mapped for row in rows)
    summary = f"{mapped} of {len(rows)} rates mapped" if rows else "No tax rates here"
    problem = ""
    if rows and facts and (not facts.using_sales_tax or facts.partner_tax_enabled is False):
        problem = "Sales tax is not set up in QuickBooks: set it up there under Taxes, then press Refresh."
    default = bool(settings.default_tax_code_id)
    done = not problem and (default or mapped == len(rows))
    if default and mapped < len(rows):
        summary += ", the others use the default code"
    return Step("tax", "Map the tax rates", summary, done=done, problem=problem)


def _products(connection: Connection, settings: ConnectionSettings) -> Step:
    active = PricebookItem.objects.for_organization(connection.organization).active()
    ids = list(active.order_by("pk").values_list("pk", flat=True)[:MOST_ITEMS])
    undecided = missing = 0
    for start in range(0, len(ids), AT_ONCE):
        for _, match in matches_by_name(connection, load_items(ids[start : start + AT_ONCE])):
            undecided += match.failure is not None
            missing += match.row is None and match.failure is None
    matched = len(ids) - undecided - missing
    parts = [f"{matched} of {len(ids)} found in QuickBooks by name"]
    if missing and settings.auto_create_items:
        parts.append(f"{missing} created when an invoice needs them")
    choices = undecided + (0 if settings.auto_create_items else missing)
    if choices:
        parts.append(f"{choices} need{'s' if choices == 1 else ''} a choice")
    if not ids:
        parts = ["No pricebook items here"]
    return Step("products", "Match the products", ", ".join(parts), done=not choices)


def _customers(connection: Connection, settings: ConnectionSettings) -> Step:
    ours = Customer.objects.for_organization(connection.organization)
    linked = set(
        Link.objects.of(connection, EntityType.CUSTOMER).filter(active=True).values_list("record_id", flat=True)
    )
    names: Counter[str] = Counter()
    total = 0
    for pk, company, name, email in ours.values_list("pk", "company", "name", "email").iterator():
        total += 1
        if pk not in linked and not email.strip():
            names[full_name_key(company or name)] += 1
    alike = sum(count for count in names.values() if count > 1)
    summary = f"{len(linked)} of {total} matched; the others are matched or created with their first invoice"
    if not total:
        summary = "No customers here"
    elif len(linked) >= total:
        summary = f"{total} of {total} matched"
    problem = (
        f"{alike} share a name and have no e-mail: choose which customer in QuickBooks each one is." if alike else ""
    )
    return Step("customers", "Match the customers", summary, done=not alike, problem=problem)


def _start_date(connection: Connection, settings: ConnectionSettings, facts: CompanyFacts | None, at: datetime) -> Step:
    title = "Choose the start date"
    suggested = suggested_start(connection, facts, at)
    chosen = settings.start_date
    counts = start_counts(connection, chosen or suggested)
    more = {"date": chosen or suggested, "counts": counts}
    if chosen is None:
        return Step("start", title, "No start date yet", more=more)
    summary = f"{chosen:%Y-%m-%d}: {counts.go} invoice{'' if counts.go == 1 else 's'}, none older"
    return Step("start", title, summary, done=True, more=more)


def _dry_run(connection: Connection, run: DryRun | None, *, current: bool) -> Step:
    title = "Try it without sending"
    if run is None:
        return Step("dry_run", title, "Not tried yet")
    if run.done_at is None:
        return Step("dry_run", title, f"{run.looked_at} of {run.meant} checked", more={"run": run})
    if not current:
        return Step("dry_run", title, "Something has changed since then: try again", more={"run": run, "is_old": True})
    summary = f"{run.ready} ready" + (f", {run.stopped} would stop" if run.stopped else "")
    return Step("dry_run", title, summary, done=True, more={"run": run})


def _go(connection: Connection, settings: ConnectionSettings, run: DryRun | None) -> Step:
    if settings.sync_invoices:
        rows = SyncEvent.objects.of(connection).filter(record_type=EntityType.INVOICE)
        waiting = rows.exclude(
            state__in=(State.SYNCED, State.SUPERSEDED, State.DISMISSED, State.FAILED, State.HELD)
        ).count()
        failed = rows.failed().count()
        parts = [f"{waiting} on their way" if waiting else "", f"{failed} stopped, see the sync log" if failed else ""]
        summary = ", ".join(filter(None, parts)) or "Sync is on; the first invoice you send goes to QuickBooks"
        return Step("go", "Go", summary, done=True, more={"is_on": True})
    summary = "Nothing is sent until you press Go"
    return Step("go", "Go", summary, more={"run": run, "may_go": run is not None})


# --- the start date ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StartCounts:
    """How many invoices are included, and how many are older and left out."""

    go: int
    stay: int


def start_counts(connection: Connection, start_date: date) -> StartCounts:
    every = earlier_invoices(connection, start_date=date.min)
    go = every.filter(invoice_date__gte=start_date).count()
    return StartCounts(go, every.count() - go)


def suggested_start(connection: Connection, facts: CompanyFacts | None, at: datetime) -> date:
    """The first of this month, or the day after the closing date if that is later."""
    first = connection.organization.today(at).replace(day=1)
    closed = facts.book_close_date if facts else None
    return max(first, closed + timedelta(days=1)) if closed else first


def may_change_start(connection: Connection) -> bool:
    """Until the first invoice was sent: after that, a different date would leave a gap or send what was left out."""
    return not Link.objects.of(connection, EntityType.INVOICE).exists()


def choose_start(connection: Connection, start_date: date, *, by: User, at: datetime) -> bool:
    """Save the start date; nothing dated before it is sent. False if an invoice is already in QuickBooks."""
    if not may_change_start(connection):
        return False
    settings = ConnectionSettings.objects.get(connection=connection)
    was = f"{settings.start_date:%Y-%m-%d}" if settings.start_date else ""
    SettingChange.note(connection, "status", [("Start date", was, f"{start_date:%Y-%m-%d}")], at=at, by=by)
    settings.start_date = start_date
    settings.save(update_fields=["start_date"])
    return True


# --- Go ---------------------------------------------------------------------------------------------------------


def go(connection: Connection, *, by: User, at: datetime) -> int:
    """Turn sync on and queue what was sent from the start date on; returns how many. Raises NotYet."""
    with transaction.atomic():
        settings = ConnectionSettings.objects.select_for_update().get(connection=connection)
        if settings.sync_invoices:
            raise NotYet("Sync is already on.")
        missing = next(
            (step for step in _steps(connection, settings, at) if step.key in NEEDED and not step.done), None
        )
        if missing:
            raise NotYet(f"{missing.title} first. Nothing was sent.")
        settings.sync_invoices = True
        settings.save(update_fields=["sync_invoices"])
        SettingChange.note(connection, "invoices", [("Sync invoices", "Off", "On")], at=at, by=by)
        action = record_action(connection.organization_id, "send_earlier", by=by, at=at, done=0)
        count = enqueue_earlier(connection, at=at, action=action)
        ActionRecord.objects.filter(pk=action.pk).update(done=count, meant=count)
        wake(connection)
    return count


# Go needs these steps; the other open steps stop only single invoices, and the dry run names those.
NEEDED = ("company", "start", "dry_run")


def hide(connection: Connection) -> None:
    ConnectionSettings.objects.filter(connection=connection).update(hides_checklist=True)
