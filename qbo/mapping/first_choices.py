"""Sensible default choices for a company that was just connected, if staff have made none."""

from qbo.mapping.names import name_key
from qbo.models import Connection, ConnectionSettings, ListEntry

SALES_ITEM_TYPES = ("Service", "NonInventory")


def choose_defaults(connection: Connection, *, auto_create_items: bool | None = None) -> ConnectionSettings:
    """Fill in what is not chosen yet from the mirrored lists; `auto_create_items` is set if given."""
    settings = ConnectionSettings.objects.get(connection=connection)
    settings.default_income_account_id = settings.default_income_account_id or _account(connection, "Income")
    settings.discount_account_id = settings.discount_account_id or _named_account(connection, "Discounts given")
    settings.one_off_item_id = settings.one_off_item_id or _one_off_item(connection)
    if auto_create_items is not None:
        settings.auto_create_items = auto_create_items
    settings.save()
    return settings


def _account(connection: Connection, account_type: str) -> str:
    accounts = ListEntry.objects.of(connection, "Account").active().filter(data__AccountType=account_type)
    by_age = sorted(accounts.values_list("qbo_id", flat=True), key=lambda qbo_id: (len(qbo_id), qbo_id))
    return next(iter(by_age), "")


def _named_account(connection: Connection, name: str) -> str:
    found = ListEntry.objects.of(connection, "Account").active().filter(name_key=name_key(name)).first()
    return found.qbo_id if found else ""


def _one_off_item(connection: Connection) -> str:
    items = ListEntry.objects.of(connection, "Item").active().filter(data__Type__in=SALES_ITEM_TYPES)
    found = items.filter(name_key="services").first() or items.order_by("refreshed_at", "id").first()
    return found.qbo_id if found else ""
