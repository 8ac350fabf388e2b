"""The lists that fixes choose from, each read once however many causes there are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from django.db.models import Q

from qbo.failures import Failure
from qbo.json_objects import Row
from qbo.mapping.book import Company
from qbo.mapping.guessing import Known
from qbo.mapping.loading import load_company, load_ruled
from qbo.mapping.matching import Ruled
from qbo.mapping.tax_rows import Code, Suggesting, tax_codes
from qbo.models import AccountMapping, Connection, ConnectionSettings, Link, ListEntry, TaxMapping
from runacall.invoices.models import PricebookItem, TaxRate
from sync.matching.kinds import PRODUCTS
from sync.matching.listing import known_here, products_there
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet

# How many options a card shows at first.
SHORT = 12
# How many products a select can hold.
MOST = 2_000
SELLABLE = ("Service", "NonInventory", "Inventory")


class Lists:
    """Of one connection; `failures`: those that fixes are offered for."""

    def __init__(self, connection: Connection, failures: Sequence[Failure]) -> None:
        self.connection, self.failures = connection, failures
        # Customers as QuickBooks was asked for them; there is no mirror of those. None: it was not asked.
        self.looked: Sequence[Row] | None = None

    def ids(self, kind: str) -> list[int]:
        """The ids of our records of one kind that the failures are about, each alone or in a set of rates."""
        keys = {one.subject.key for one in self.failures if one.subject.kind == kind}
        found = {part for key in keys for part in key.split("+")}
        return sorted(int(key) for key in found if key.isdecimal() and len(key) < 19)

    @cached_property
    def tax_codes(self) -> dict[str, Code]:
        """The active codes, by Id, in the order of their names."""
        return {code.qbo_id: code for code in tax_codes(self.connection) if code.active}

    @cached_property
    def suggesting(self) -> Suggesting:
        return Suggesting(self.tax_codes.values())

    @cached_property
    def failed(self) -> SyncEventQuerySet:
        """All that failed of the connection: not read, but asked further for each cause."""
        return SyncEvent.objects.failed_of(self.connection)

    @cached_property
    def rates(self) -> dict[int, TaxRate]:
        return TaxRate.objects.for_organization(self.connection.organization).in_bulk(self.ids("tax_rate"))

    @cached_property
    def tax_mappings(self) -> dict[str, str]:
        rows = TaxMapping.objects.filter(connection=self.connection, realm_id=self.connection.realm_id)
        return dict(rows.values_list("rate_key", "tax_code_id"))

    @cached_property
    def settings(self) -> ConnectionSettings:
        return ConnectionSettings.objects.get(connection=self.connection)

    @cached_property
    def company(self) -> Company:
        return load_company(self.connection)

    @cached_property
    def _accounts(self) -> list[ListEntry]:
        return list(ListEntry.objects.of(self.connection, "Account").active().order_by("name_key"))

    @cached_property
    def income_accounts(self) -> dict[str, str]:
        """The names of the active income accounts, by Id."""
        return {one.qbo_id: one.name for one in self._accounts if one.data.get("AccountType") == "Income"}

    @cached_property
    def discount_accounts(self) -> dict[str, str]:
        """Those that a discount can post to."""
        kinds = ("Income", "Other Income", "Expense", "Other Expense")
        return {one.qbo_id: one.name for one in self._accounts if one.data.get("AccountType") in kinds}

    @cached_property
    def _chosen_accounts(self) -> list[tuple[int | None, int | None, str]]:
        rows = AccountMapping.objects.filter(connection=self.connection, realm_id=self.connection.realm_id)
        return list(rows.values_list("item_id", "category_id", "account_id"))

    @cached_property
    def item_accounts(self) -> dict[int, str]:
        return {item: account for item, _, account in self._chosen_accounts if item is not None}

    @cached_property
    def category_accounts(self) -> dict[int | None, str]:
        return {category: account for item, category, account in self._chosen_accounts if item is None}

    @cached_property
    def _items(self) -> list[PricebookItem]:
        """Those that the failures are about: by id, or by the name that a failure of an account tells."""
        names = {str(one.facts.get("item", "")) for one in self.failures}
        names |= {part for name in names for part in name.split(", ")}
        rows = PricebookItem.objects.for_organization(self.connection.organization).select_related("category")
        return list(rows.filter(Q(pk__in=self.ids("item")) | Q(name__in=names - {""})).order_by("pk"))

    @cached_property
    def items(self) -> dict[int, PricebookItem]:
        return {item.pk: item for item in self._items}

    @cached_property
    def items_by_name(self) -> dict[str, PricebookItem]:
        return {item.name: item for item in self._items}

    @cached_property
    def links(self) -> dict[int, Link]:
        rows = Link.objects.of(self.connection, Link.RecordType.ITEM).for_records(self.ids("item"))
        return {link.record_id: link for link in rows}

    @cached_property
    def ruled(self) -> dict[int, Ruled]:
        return load_ruled(self.connection, "item", self.ids("item"))

    @cached_property
    def customer_links(self) -> dict[int, str]:
        """The Id in QuickBooks of each of our customers that has one, and whether it is active."""
        rows = Link.objects.of(self.connection, Link.RecordType.CUSTOMER).for_records(self.ids("customer"))
        return {link.record_id: f"{link.qbo_id} {link.active}" for link in rows}

    @cached_property
    def ruled_customers(self) -> dict[int, Ruled]:
        return load_ruled(self.connection, "customer", self.ids("customer"))

    @cached_property
    def known_items(self) -> dict[int, Known]:
        """Our items as they are compared with products."""
        return known_here(PRODUCTS, self.connection, [self.items[pk] for pk in self.ids("item") if pk in self.items])

    @cached_property
    def products(self) -> list[Known]:
        """Active products that these items may be."""
        ours = [self.items[pk] for pk in self.ids("item") if pk in self.items]
        found = products_there(self.connection, ours, {})
        return [one for one in found.values() if one.type in SELLABLE]

    @cached_property
    def every_product(self) -> dict[str, str]:
        """The names of all active products that a line can use, by Id."""
        rows = ListEntry.objects.of(self.connection, "Item").active().filter(data__Type__in=SELLABLE)
        return dict(rows.order_by("name_key").values_list("qbo_id", "name")[:MOST])

    @cached_property
    def product_count(self) -> int:
        """How many active products could be chosen."""
        rows = ListEntry.objects.of(self.connection, "Item").active().filter(data__Type__in=SELLABLE)
        return rows.count() - len(self.taken_products)

    @cached_property
    def taken_products(self) -> set[str]:
        """The Ids of products that are matched to one of ours."""
        rows = Link.objects.of(self.connection, Link.RecordType.ITEM).filter(active=True)
        return set(rows.values_list("qbo_id", flat=True))

    @property
    def account_of_new(self) -> dict[int, str]:
        """The income account that each of our items would get if it were created; "" for none."""
        accounts = self.income_accounts
        found = {}
        for pk, item in self.items.items():
            default = self.settings.default_income_account_id
            chosen = self.item_accounts.get(pk) or self.category_accounts.get(item.category_id) or default
            found[pk] = chosen if chosen in accounts else ""
        return found
