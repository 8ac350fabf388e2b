"""The differences between the page of customers and that of products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from qbo.models import Connection
from runacall.invoices.models import Customer, PricebookItem
from runacall.invoices.models.customers import BY_SHOWN_NAME
from sync.models.events import EntityType


@dataclass(frozen=True)
class MatchKind:
    """`codes`: failures that a choice may fix; `searched`: the columns that a search uses."""

    record_type: EntityType
    title: str
    noun: str
    nouns: str
    there: str
    lists: tuple[str, ...]
    codes: tuple[str, ...]
    searched: tuple[str, ...]
    list_url: str
    record_url: str
    ours_url: str

    @property
    def is_customers(self) -> bool:
        return self.record_type == EntityType.CUSTOMER

    def records(self, connection: Connection) -> QuerySet[Any]:
        """All our records that may be in QuickBooks, by name."""
        if self.is_customers:
            return Customer.objects.for_organization(connection.organization).order_by(BY_SHOWN_NAME, "pk")
        rows = PricebookItem.objects.for_organization(connection.organization).active()
        return rows.select_related("category").order_by(Lower("name"), "pk")

    def every(self, connection: Connection) -> QuerySet[Any]:
        """As `records`, inactive ones too."""
        model: Any = Customer if self.is_customers else PricebookItem
        rows: QuerySet[Any] = model.objects.for_organization(connection.organization)
        return rows.order_by("pk")

    def matching(self, search: str) -> Q:
        found = Q()
        for column in self.searched:
            found |= Q(**{f"{column}__icontains": search})
        return found


CUSTOMERS = MatchKind(
    record_type=EntityType.CUSTOMER,
    title="Customers",
    noun="customer",
    nouns="customers",
    there="customer in QuickBooks",
    lists=(),
    codes=("name_ambiguous", "name_taken", "customer_not_found", "duplicate_name"),
    searched=("name", "company", "email", "phone"),
    list_url="sync:customers",
    record_url="sync:customer",
    ours_url="admin:invoices_customer_change",
)
PRODUCTS = MatchKind(
    record_type=EntityType.ITEM,
    title="Products and services",
    noun="item",
    nouns="items",
    there="product or service in QuickBooks",
    lists=("Item", "Account"),
    codes=("item_ambiguous", "item_not_found", "item_inactive", "item_is_category", "duplicate_name"),
    searched=("name", "description"),
    list_url="sync:products",
    record_url="sync:product",
    ours_url="admin:invoices_pricebookitem_change",
)
