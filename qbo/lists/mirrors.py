"""Reading a company's lists and preferences into our mirrors; it does not know why they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from qbo.connection.client import Client
from qbo.connection.queries import ANY_ACTIVE, Row, read_rows, read_where_in
from qbo.mapping.names import name_key
from qbo.models import CompanyFacts, Connection, Link, ListEntry, ListState

Pace = Callable[[], None]


def refresh_lists(
    connection: Connection, client: Client, names: Iterable[str], *, at: datetime, pace: Pace = lambda: None
) -> None:
    """Read each of `names` (see ListState.LISTS) again, whole. Raises ReadFailed; what was read before stays."""
    for name in names:
        as_of = ListState.begin_reading(connection, name, at=at)
        READERS[name](connection, client, as_of, pace)
        ListState.objects.update_or_create(connection=connection, name=name, defaults={"refreshed_at": as_of})


def _read_list(entity: str) -> Callable[[Connection, Client, datetime, Pace], None]:
    def read(connection: Connection, client: Client, at: datetime, pace: Pace) -> None:
        rows = read_rows(client, entity, ANY_ACTIVE.removeprefix(" AND "), pace=pace)
        with transaction.atomic():
            store_entries(connection, entity, rows, at=at)
            ListEntry.objects.of(connection, entity).filter(refreshed_at__lt=at).delete()

    return read


def store_entries(connection: Connection, entity: str, rows: Sequence[Row], *, at: datetime) -> None:
    """Put rows as QuickBooks gives them into the mirror."""
    entries = [_entry(connection, entity, row, at) for row in rows]
    ListEntry.objects.bulk_create(
        entries,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["connection", "realm_id", "entity", "qbo_id"],
        update_fields=["name", "name_key", "active", "sync_token", "data", "refreshed_at"],
    )


def _entry(connection: Connection, entity: str, row: Row, at: datetime) -> ListEntry:
    name = str(row.get("Name") or row.get("DisplayName") or row["Id"])
    return ListEntry(
        connection=connection,
        realm_id=connection.realm_id,
        entity=entity,
        qbo_id=str(row["Id"]),
        name=name[:500],
        name_key=name_key(name)[:500],
        # The pseudo tax codes TAX and NON come without `Active`.
        active=bool(row.get("Active", True)),
        sync_token=str(row.get("SyncToken", "")),
        data={key: _plain(row[key]) for key in KEPT.get(entity, ()) if key in row},
        refreshed_at=at,
    )


KEPT = {
    "Account": ("AccountType", "AccountSubType"),
    "Item": ("Type", "IncomeAccountRef", "UnitPrice", "FullyQualifiedName"),
    "TaxCode": ("Description", "Taxable", "TaxGroup", "SalesTaxRateList", "Percent"),
    "TaxRate": ("RateValue", "AgencyRef"),
    "Term": ("DueDays",),
}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _read_tax_codes(connection: Connection, client: Client, at: datetime, pace: Pace) -> None:
    """Codes with the percentage that their sales rates add up to; the pseudo codes hide behind any Active filter."""
    rates = {str(row["Id"]): Decimal(str(row.get("RateValue", 0))) for row in read_rows(client, "TaxRate", pace=pace)}
    rows = {str(row["Id"]): row for row in read_rows(client, "TaxCode", pace=pace)}
    inactive = read_rows(client, "TaxCode", "Active = false", pace=pace)
    rows |= {str(row["Id"]): row for row in inactive}
    with transaction.atomic():
        codes = [{**row, "Percent": _percent(row, rates)} for row in rows.values()]
        store_entries(connection, "TaxCode", codes, at=at)
        ListEntry.objects.of(connection, "TaxCode").filter(refreshed_at__lt=at).delete()


def _percent(code: Row, rates: dict[str, Decimal]) -> str | None:
    details = (code.get("SalesTaxRateList") or {}).get("TaxRateDetail") or []
    parts = [rates.get(str(detail["TaxRateRef"]["value"])) for detail in details]
    return str(sum(part for part in parts if part is not None)) if parts and None not in parts else None


def _read_preferences(connection: Connection, client: Client, at: datetime, pace: Pace) -> None:
    rows = read_rows(client, "Preferences", pace=pace)
    preferences = rows[0] if rows else {}
    company = next(iter(read_rows(client, "CompanyInfo", pace=pace)), {})
    with transaction.atomic():
        CompanyFacts.objects.update_or_create(
            connection=connection, defaults=_facts(preferences, company) | _stamp(connection, at)
        )
        name = str(company.get("CompanyName", ""))
        if name and name != connection.company_name:
            Connection.objects.filter(pk=connection.pk).update(company_name=name)
            connection.company_name = name


def _stamp(connection: Connection, at: datetime) -> dict[str, object]:
    return {"realm_id": connection.realm_id, "refreshed_at": at}


def _facts(preferences: Row, company: Row) -> dict[str, object]:
    accounting = preferences.get("AccountingInfoPrefs") or {}
    sales = preferences.get("SalesFormsPrefs") or {}
    tax = preferences.get("TaxPrefs") or {}
    currency = preferences.get("CurrencyPrefs") or {}
    closing = accounting.get("BookCloseDate")
    return {
        "country": str(company.get("Country") or "US")[:2].upper(),
        "home_currency": str((currency.get("HomeCurrency") or {}).get("value") or "USD"),
        "multicurrency": bool(currency.get("MultiCurrencyEnabled")),
        "book_close_date": date.fromisoformat(str(closing)[:10]) if closing else None,
        "using_sales_tax": bool(tax.get("UsingSalesTax")),
        "partner_tax_enabled": tax.get("PartnerTaxEnabled"),
        "custom_numbers": bool(sales.get("CustomTxnNumbers")),
        "allow_discount": bool(sales.get("AllowDiscount", True)),
    }


def _read_customers(connection: Connection, client: Client, at: datetime, pace: Pace) -> None:
    """Not a mirror: only which of the customers that we are linked to have been deleted or restored."""
    gone = {str(row["Id"]) for row in read_rows(client, "Customer", "Active = false", pace=pace)}
    links = Link.objects.of(connection, Link.RecordType.CUSTOMER)
    with transaction.atomic():
        links.filter(qbo_id__in=gone).update(active=False)
        links.filter(active=False).exclude(qbo_id__in=gone).update(active=True)


def probe_references(
    connection: Connection,
    client: Client,
    referenced: dict[str, set[str]],
    *,
    at: datetime,
    pace: Pace = lambda: None,
) -> None:
    """Read just the rows that some payloads point at (entity -> ids), to learn which are gone. Raises ReadFailed."""
    for entity, ids in referenced.items():
        if not ids:
            continue
        rows = read_where_in(client, entity, "Id", ids, extra=ANY_ACTIVE, pace=pace)
        gone = ids - {str(row["Id"]) for row in rows if row.get("Active", True)}
        if entity == "Customer":
            Link.objects.of(connection, Link.RecordType.CUSTOMER).filter(qbo_id__in=gone).update(active=False)
        else:
            store_entries(connection, entity, rows, at=at)
            missing = ids - {str(row["Id"]) for row in rows}
            ListEntry.objects.of(connection, entity).filter(qbo_id__in=missing).update(active=False)


READERS: dict[str, Callable[[Connection, Client, datetime, Pace], None]] = {
    "Preferences": _read_preferences,
    "Account": _read_list("Account"),
    "Item": _read_list("Item"),
    "Term": _read_list("Term"),
    "TaxCode": _read_tax_codes,
    "Customer": _read_customers,
}
