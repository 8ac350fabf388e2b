"""Finds the customers, items and tax rates that a file names, or builds new ones; saves nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from runacall.invoices.documents import Address
from runacall.invoices.invoice_import.rows import CsvInvoice, CsvLine
from runacall.invoices.models import Customer, PricebookItem, TaxRate
from runacall.invoices.models.records import address_columns
from runacall.invoices.names import addresses_in, full_name_key, name_key
from runacall.organizations.models import Organization

_PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]+)?|[.,][0-9]+)\s*(%?)\Z")
_FOUR_PLACES = Decimal("0.0001")
AT_ONCE = 400


def _in_parts(ids: list[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


class CustomerFinder:
    """Finds customers by name, as names are compared everywhere (`full_name_key`), and by e-mail if both have one."""

    def __init__(self, organization: Organization, names: set[str]) -> None:
        self.organization = organization
        self.new: list[Customer] = []
        # A customer without an e-mail address takes the first address that the file gives for it.
        self.emails: dict[int, frozenset[str]] = {}
        self.known: dict[str, list[Customer]] = defaultdict(list)
        customers, keys = Customer.objects.for_organization(organization).order_by("pk"), set(map(full_name_key, names))
        named = customers.values_list("pk", "company", "name").iterator()
        fitting = [pk for pk, company, name in named if full_name_key(company or name) in keys]
        for part in _in_parts(fitting):
            for customer in customers.filter(pk__in=part):
                self._keep(customer.display_name, customer)

    def find(self, invoice: CsvInvoice) -> Customer:
        """The customer that the invoice names. Raises ValueError if it could be several."""
        known = self.known[full_name_key(invoice.customer)]
        if invoice.email:
            return self._of(known, invoice.email) or self._claim(known, invoice.email) or self._make(invoice)
        if len(known) > 1:
            raise ValueError(f"{len(known)} customers are named “{invoice.customer}”. Enter the Email too.")
        return known[0] if known else self._make(invoice)

    def _of(self, known: list[Customer], email: str) -> Customer | None:
        """The customer with any of these addresses; without an `email`, one that has none."""
        wanted = addresses_in(email)
        found = [one for one in known if self.emails[id(one)] & wanted or self.emails[id(one)] == wanted]
        return found[0] if found else None

    def _claim(self, known: list[Customer], email: str) -> Customer | None:
        unaddressed = self._of(known, "")
        if unaddressed is not None:
            self.emails[id(unaddressed)] = addresses_in(email)
            if unaddressed.pk is None:
                unaddressed.email = email
        return unaddressed

    def _make(self, invoice: CsvInvoice) -> Customer:
        customer = Customer(
            organization=self.organization,
            name=invoice.customer,
            email=invoice.email,
            **address_columns(billing=invoice.billing, service=Address()),
        )
        self.new.append(customer)
        self._keep(invoice.customer, customer)
        return customer

    def _keep(self, name: str, customer: Customer) -> None:
        self.known[full_name_key(name)].append(customer)
        self.emails[id(customer)] = addresses_in(customer.email)


class ItemFinder:
    """Finds items by name, as names are compared everywhere; if several match, the one with exactly that name first."""

    def __init__(self, organization: Organization, names: set[str]) -> None:
        self.organization = organization
        self.new: list[PricebookItem] = []
        self.by_key: dict[str, PricebookItem] = {}
        self.known: dict[str, PricebookItem] = {}
        items, keys = PricebookItem.objects.for_organization(organization), set(map(full_name_key, names))
        named = items.order_by("pk").values_list("pk", "name").iterator()
        for part in _in_parts([pk for pk, name in named if full_name_key(name) in keys]):
            for item in items.filter(pk__in=part).order_by("pk"):
                self.known[item.name] = item
                self.by_key.setdefault(full_name_key(item.name), item)

    def find(self, line: CsvLine) -> PricebookItem | None:
        if not full_name_key(line.item):
            return None
        known = self.known.get(line.item) or self.by_key.get(full_name_key(line.item))
        return known or self.by_key.setdefault(full_name_key(line.item), self._make(line))

    def _make(self, line: CsvLine) -> PricebookItem:
        item = PricebookItem(
            organization=self.organization,
            name=line.item,
            description=line.description,
            unit_price=max(line.unit_price, Decimal(0)),
            taxable=line.taxable is not False,
        )
        self.new.append(item)
        return item


class RateFinder:
    """Finds rates by name or by percentage; several are joined with "+"."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.new: list[TaxRate] = []
        self.by_name: dict[str, TaxRate] = {}
        self.by_key: dict[str, list[TaxRate]] = defaultdict(list)
        self.by_percent: dict[Decimal, list[TaxRate]] = defaultdict(list)
        for rate in TaxRate.objects.for_organization(organization):
            self._keep(rate)
        self.default = next((rate for rate in self.by_name.values() if rate.is_default and rate.is_active), None)

    def find(self, line: CsvLine) -> list[TaxRate]:
        """The rates of a line. Raises ValueError for a rate that is unknown or could be several.

        A line that says nothing about tax has none, since the import repeats the invoice that the customer has.
        """
        if line.taxable is False or not (line.tax or line.taxable):
            return []
        if not line.tax:
            return [self._default()]
        if named := self._named(line.tax):
            return [named]
        found = [rate for part in line.tax.split("+") for rate in self._part(part.strip())]
        if len({id(rate) for rate in found}) < len(found):
            raise ValueError(f"TaxRate “{line.tax}” names a rate twice.")
        return found

    def _default(self) -> TaxRate:
        if self.default is None:
            raise ValueError("Taxable says yes, but there is no TaxRate and no default rate.")
        return self.default

    def _named(self, name: str) -> TaxRate | None:
        """The rate of this name, or the only one whose name means the same."""
        alike = self.by_key[name_key(name)]
        return self.by_name.get(name) or (alike[0] if len(alike) == 1 else None)

    def _part(self, part: str) -> list[TaxRate]:
        if named := self._named(part):
            return [named]
        written = _PERCENT.match(part)
        # No rate has thousands, so a comma in it is a decimal comma in every country.
        percent = Decimal(written[1].replace(",", ".")) if written else Decimal(-1)
        if written and 0 < percent < 1 and not written[2] and not self.by_percent[percent]:
            meant = f"{(percent * 100).normalize():f}"
            raise ValueError(
                f"TaxRate “{part}” looks like a fraction. If you mean {meant} %, write {meant}%;"
                f" if not, write {percent:f}%."
            )
        if not 0 <= percent <= 100 or percent != percent.quantize(_FOUR_PLACES):
            raise ValueError(f"TaxRate “{part}” is neither a percentage nor the name of a tax rate.")
        return self._of_percent(percent)

    def _of_percent(self, percent: Decimal) -> list[TaxRate]:
        fitting = self.by_percent[percent]
        if len(fitting) > 1 and self.default in fitting:
            return [self.default]
        if len(fitting) > 1:
            names = ", ".join(f"“{rate.name}”" for rate in fitting)
            raise ValueError(f"TaxRate {percent} could be {names}. Write the name instead.")
        if not fitting and not percent:
            return []
        return fitting or [self._make(percent)]

    def _make(self, percent: Decimal) -> TaxRate:
        name = f"Tax {percent.normalize():f}%"
        if name in self.by_name:
            raise ValueError(f"TaxRate {percent} is new, but “{name}” is the name of another rate.")
        rate = TaxRate(organization=self.organization, name=name, percent=percent)
        self.new.append(rate)
        self._keep(rate)
        return rate

    def _keep(self, rate: Any) -> None:
        self.by_name[rate.name] = rate
        self.by_key[name_key(rate.name)].append(rate)
        if rate.is_active:
            self.by_percent[rate.percent].append(rate)
