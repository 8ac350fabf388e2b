"""Reading a company's lists and preferences into our mirrors; it does not know who needs them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.db import transaction

from qbo.connection.client import Client
from qbo.connection.queries import ANY_ACTIVE, ReadFailed, read_rows, read_where_in
from qbo.json_objects import JsonObject, Row
from qbo.lists.checking import (
    LONGEST_COMPANY_NAME,
    Unreadable,
    check_texts,
    checked,
    day_in,
    flag_in,
    identity,
    number_in,
    object_in,
    shown,
    text_in,
)
from qbo.mapping.names import name_key
from qbo.mapping.prices import compare_prices
from qbo.models import CompanyFacts, Connection, Lease, Link, ListEntry, ListState
from qbo.signals import list_read
from runacall.isolation import DATABASE_AWAY

logger = logging.getLogger(__name__)

Pace = Callable[[], None]


@dataclass(frozen=True)
class Reader:
    """How one list is read. `fetch` calls QuickBooks and stores nothing; `keep` checks the answer and stores all of
    it or nothing.

    `keep` raises Unreadable if it cannot be such a list.
    """

    fetch: Callable[[Client, Pace], Any]
    keep: Callable[[Connection, Any, datetime], None]


def refresh_lists(
    connection: Connection,
    client: Client,
    names: Iterable[str],
    *,
    lease: Lease | None,
    at: datetime,
    pace: Pace = lambda: None,
) -> dict[str, str]:
    """Read each of `names` (see ListState.LISTS) again, completely; returns those that could not be read, and why.

    An answer that cannot be a list does not keep the others from being read: what was read before stays, and the
    list is read again later. `list_read` is sent for each. `lease`: without one nobody else may be reading. Raises
    ReadFailed if QuickBooks gave no answer at all, LeaseLost if another process has the lease by the time of the
    answer, which then is not kept.
    """
    problems = {}
    for name in names:
        as_of = ListState.begin_reading(connection, name, at=at)
        before = _content(connection, name)
        fetched, problem = _fetched(client, READERS[name], pace)
        with transaction.atomic():
            problem = problem or _keep(connection, READERS[name], fetched, as_of)
            state = ListState.have_read(connection, name, as_of=as_of, problem=problem, at=at)
            if lease is not None:
                # Last, since whoever asks for a drain waits for the row of the lease, and a long list takes seconds.
                lease.assert_held()
        changed = not problem and _content(connection, name) != before
        list_read.send(sender=ListState, connection=connection, state=state, changed=changed, at=at)
        if problem:
            problems[name] = problem
    return problems


def _content(connection: Connection, name: str) -> str:
    """What the mirror says, as one short text; changed content may release what it stopped."""
    if name == "Preferences":
        facts = CompanyFacts.objects.filter(connection=connection, realm_id=connection.realm_id)
        return repr([{key: value for key, value in one.items() if key != "refreshed_at"} for one in facts.values()])
    rows = ListEntry.objects.of(connection, name).order_by("qbo_id").values_list("qbo_id", "name", "active", "data")
    digest = hashlib.sha256()
    for row in rows.iterator():
        digest.update(repr(row).encode())
    return digest.hexdigest()


def _fetched(client: Client, reader: Reader, pace: Pace) -> tuple[Any, str]:
    """The answer, and what is wrong with it; "" if nothing is."""
    try:
        return reader.fetch(client, pace), ""
    except ReadFailed as error:
        if error.reply.cut and not client.time_is_up:
            return None, error.reply.cut
        if not error.is_own_answer:
            raise
        return None, error.failure.intuit_words or "it is not a list"


def _keep(connection: Connection, reader: Reader, fetched: Any, at: datetime) -> str:
    """What is wrong with the list; "" if it was stored."""
    try:
        with transaction.atomic():
            reader.keep(connection, fetched, at)
    except Unreadable as error:
        return str(error)
    except DATABASE_AWAY:
        raise
    except Exception as mistake:
        # No answer of QuickBooks may stop a queue, not even one that we did not expect.
        logger.exception("Keeping a list of connection %s failed", connection.pk)
        return f"Run a Call had an error reading it ({type(mistake).__name__})"
    return ""


def _list_of(entity: str) -> Reader:
    def fetch(client: Client, pace: Pace) -> tuple[Sequence[Row], bool]:
        skipped: list[ReadFailed] = []
        rows = read_rows(client, entity, ANY_ACTIVE.removeprefix(" AND "), pace=pace, skipped=skipped)
        return rows, not skipped

    def keep(connection: Connection, fetched: tuple[Sequence[Row], bool], at: datetime) -> None:
        rows, whole = fetched
        store_entries(connection, entity, rows, at=at)
        if whole:
            # Otherwise the missing row may be the one that QuickBooks cannot read, rather than a deleted one.
            ListEntry.objects.of(connection, entity).filter(refreshed_at__lt=at).delete()

    return Reader(fetch, keep)


def store_entries(connection: Connection, entity: str, rows: Sequence[Row], *, at: datetime) -> None:
    """Store rows from QuickBooks in the mirror. Raises Unreadable, and then stores none."""
    entries = [_entry(connection, entity, row, at) for row in checked(rows)]
    with transaction.atomic():
        _store(connection, entity, entries)


def _store(connection: Connection, entity: str, entries: Sequence[ListEntry]) -> None:
    ListEntry.objects.bulk_create(
        entries,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["connection", "realm_id", "entity", "qbo_id"],
        update_fields=["name", "name_key", "active", "sync_token", "data", "refreshed_at"],
    )
    if entity == "Item":
        # A product that was found inactive, and was made active again there, gets its changes again.
        away = Link.objects.of(connection, Link.RecordType.ITEM).filter(active=False)
        away.filter(qbo_id__in=[entry.qbo_id for entry in entries if entry.active]).update(active=True)
        compare_prices(connection, entries)


def _entry(connection: Connection, entity: str, row: Row, at: datetime) -> ListEntry:
    name = str(row.get("Name") or row.get("DisplayName") or row["Id"])
    return ListEntry(
        connection=connection,
        realm_id=connection.realm_id,
        entity=entity,
        qbo_id=str(row["Id"]),
        name=name,
        name_key=name_key(name)[:500],
        # The pseudo tax codes TAX and NON have no `Active`.
        active=bool(row.get("Active", True)),
        sync_token=str(row.get("SyncToken", "")),
        data={key: _plain(row[key]) for key in KEPT.get(entity, ()) if key in row},
        refreshed_at=at,
    )


KEPT = {
    "Account": ("AccountType", "AccountSubType"),
    "Item": ("Type", "IncomeAccountRef", "UnitPrice", "FullyQualifiedName"),
    "TaxCode": ("Description", "Taxable", "TaxGroup", "SalesTaxRateList", "Percent", "Rates", "Agencies"),
    "Term": ("DueDays",),
}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value


TaxLists = tuple[Sequence[Row], Sequence[Row], Sequence[Row], Sequence[Row] | None]


def _fetch_tax_codes(client: Client, pace: Pace) -> TaxLists:
    """Rates, codes, inactive codes and agencies; any filter on Active hides the pseudo codes."""
    return (
        read_rows(client, "TaxRate", pace=pace),
        read_rows(client, "TaxCode", pace=pace),
        read_rows(client, "TaxCode", "Active = false", pace=pace),
        _agencies(client, pace),
    )


def _agencies(client: Client, pace: Pace) -> Sequence[Row] | None:
    """The tax agencies, of which only messages need the names: the codes are good without them.

    None if QuickBooks refuses to list them.
    """
    try:
        return read_rows(client, "TaxAgency", pace=pace)
    except ReadFailed as error:
        if error.is_own_answer or error.reply.status == HTTPStatus.BAD_REQUEST:
            return None
        raise


def _keep_tax_codes(connection: Connection, fetched: TaxLists, at: datetime) -> None:
    """Codes with the sum of their sales rates and the agencies of these; agencies that are gone keep their names."""
    given_rates, active, inactive, agencies = fetched
    rates = {
        identity(row): number_in(row, "RateValue", f"the rate with Id {identity(row)}") for row in checked(given_rates)
    }
    collected_by = {identity(row): str(object_in(row, "AgencyRef").get("value") or "") for row in given_rates}
    rows = {identity(row): row for row in checked(active)} | {identity(row): row for row in checked(inactive)}
    codes = [{**row, **_percents(row, rates)} for row in rows.values()]
    for code in codes:
        code["Agencies"] = sorted({agency for qbo_id, _ in code["Rates"] if (agency := collected_by[qbo_id])})
    store_entries(connection, "TaxCode", codes, at=at)
    ListEntry.objects.of(connection, "TaxCode").filter(refreshed_at__lt=at).delete()
    if agencies is not None:
        store_entries(connection, "TaxAgency", agencies, at=at)
        ListEntry.objects.of(connection, "TaxAgency").filter(refreshed_at__lt=at).update(active=False)


def _percents(code: Row, rates: dict[str, Decimal]) -> JsonObject:
    """Percent: the sum of the sales rates; Rates: [Id, percentage] of each. None if one is unknown."""
    details = object_in(code, "SalesTaxRateList").get("TaxRateDetail") or []
    if not isinstance(details, list) or not all(isinstance(detail, Mapping) for detail in details):
        raise Unreadable(f"the row with Id {identity(code)} has {shown(details)} for its rates")
    ids = [str(object_in(detail, "TaxRateRef").get("value")) for detail in details]
    if not ids or any(rates.get(qbo_id) is None for qbo_id in ids):
        return {"Percent": None, "Rates": []}
    percent = sum((rates[qbo_id] for qbo_id in ids), Decimal(0))
    return {"Percent": str(percent), "Rates": [[qbo_id, str(rates[qbo_id])] for qbo_id in ids]}


def _fetch_preferences(client: Client, pace: Pace) -> tuple[Sequence[Row], Sequence[Row]]:
    return read_rows(client, "Preferences", pace=pace), read_rows(client, "CompanyInfo", pace=pace)


def _keep_preferences(connection: Connection, fetched: tuple[Sequence[Row], Sequence[Row]], at: datetime) -> None:
    preferences, company = (_only(rows) for rows in fetched)
    facts = _facts(preferences, company) | _stamp(connection, at)
    name = text_in(company, "CompanyName", longest=LONGEST_COMPANY_NAME)
    CompanyFacts.objects.update_or_create(connection=connection, defaults=facts)
    if name and name != connection.company_name:
        # Only if it still leads to that company.
        Connection.objects.filter(pk=connection.pk, realm_id=connection.realm_id).update(company_name=name)
        connection.company_name = name


def _only(rows: Sequence[object]) -> Row:
    """The single row of something that a company has once; empty if QuickBooks returns none."""
    row = rows[0] if rows else {}
    if not isinstance(row, Mapping):
        raise Unreadable(f"it has {shown(row)} where a row should be")
    check_texts(row, "it")
    return row


def _stamp(connection: Connection, at: datetime) -> dict[str, object]:
    return {"realm_id": connection.realm_id, "refreshed_at": at}


def _facts(preferences: Row, company: Row) -> dict[str, object]:
    accounting = object_in(preferences, "AccountingInfoPrefs")
    sales = object_in(preferences, "SalesFormsPrefs")
    tax = object_in(preferences, "TaxPrefs")
    currency = object_in(preferences, "CurrencyPrefs")
    return {
        # Some companies have the country's name there, others its code.
        "country": text_in(company, "Country", longest=100, otherwise="US")[:2].upper(),
        "home_currency": text_in(object_in(currency, "HomeCurrency"), "value", longest=3, otherwise="USD"),
        "multicurrency": flag_in(currency, "MultiCurrencyEnabled", otherwise=False),
        "book_close_date": day_in(accounting, "BookCloseDate"),
        "using_sales_tax": flag_in(tax, "UsingSalesTax", otherwise=False),
        "partner_tax_enabled": flag_in(tax, "PartnerTaxEnabled", otherwise=None),
        "custom_numbers": flag_in(sales, "CustomTxnNumbers", otherwise=False),
        "allow_discount": flag_in(sales, "AllowDiscount", otherwise=True),
    }


def _fetch_deleted_customers(client: Client, pace: Pace) -> tuple[Sequence[Row], bool]:
    skipped: list[ReadFailed] = []
    rows = read_rows(client, "Customer", "Active = false", pace=pace, skipped=skipped)
    return rows, not skipped


def _keep_customers(connection: Connection, fetched: tuple[Sequence[Row], bool], at: datetime) -> None:
    """Not a mirror: only finds which of our linked customers have been deleted or restored."""
    rows, whole = fetched
    gone = {identity(row) for row in checked(rows)}
    links = Link.objects.of(connection, Link.RecordType.CUSTOMER)
    links.filter(qbo_id__in=gone).update(active=False)
    if whole:
        links.filter(active=False).exclude(qbo_id__in=gone).update(active=True)


def probe_references(
    connection: Connection,
    client: Client,
    referenced: dict[str, set[str]],
    *,
    at: datetime,
    pace: Pace = lambda: None,
) -> None:
    """Read only the rows that some payloads refer to (entity -> ids), to find out which are gone.

    Raises ReadFailed, and Unreadable for rows that cannot be such rows.
    """
    for entity, ids in referenced.items():
        if not ids:
            continue
        unread: dict[str, ReadFailed] = {}
        rows = checked(read_where_in(client, entity, "Id", ids, extra=ANY_ACTIVE, pace=pace, unread=unread))
        # A row that QuickBooks cannot read still exists.
        ids = ids - unread.keys()
        gone = ids - {identity(row) for row in rows if row.get("Active", True)}
        if entity == "Customer":
            Link.objects.of(connection, Link.RecordType.CUSTOMER).filter(qbo_id__in=gone).update(active=False)
        else:
            store_entries(connection, entity, rows, at=at)
            missing = ids - {identity(row) for row in rows}
            ListEntry.objects.of(connection, entity).filter(qbo_id__in=missing).update(active=False)


READERS: Mapping[str, Reader] = {
    "Preferences": Reader(_fetch_preferences, _keep_preferences),
    "Account": _list_of("Account"),
    "Item": _list_of("Item"),
    "Term": _list_of("Term"),
    "PaymentMethod": _list_of("PaymentMethod"),
    "TaxCode": Reader(_fetch_tax_codes, _keep_tax_codes),
    "Customer": Reader(_fetch_deleted_customers, _keep_customers),
}
