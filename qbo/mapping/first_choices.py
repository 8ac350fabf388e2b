"""Sensible default choices for a company that was just connected, if staff have made none."""

from functools import partial

from qbo.mapping.names import name_key
from qbo.models import Connection, ConnectionSettings, ListEntry

SALES_ITEM_TYPES = ("Service", "NonInventory")


def choose_defaults(connection: Connection, *, auto_create_items: bool | None = None) -> None:
    """Fill in what is not chosen yet from the mirrored lists; `auto_create_items` is set if given.

    Each by a statement of its own, and only while it is empty: what a person saves at the same moment stays.
    """
    settings = ConnectionSettings.objects.get(connection=connection)
    stored = ConnectionSettings.objects.filter(pk=settings.pk)
    for name, find in (
        ("default_income_account_id", partial(_account, connection, "Income")),
        ("discount_account_id", partial(_named_account, connection, "Discounts given")),
        ("one_off_item_id", partial(_one_off_item, connection)),
    ):
        if not getattr(settings, name) and (found := find()):
            stored.filter(**{name: ""}).update(**{name: found})
    if auto_create_items is not None:
        stored.update(auto_create_items=auto_create_items)


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
