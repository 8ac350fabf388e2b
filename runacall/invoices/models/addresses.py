"""The billing and service addresses that customers and invoices have as columns."""

from __future__ import annotations

from dataclasses import fields

from django.db import models

from runacall.invoices.documents import Address
from runacall.invoices.models.records import text

PARTS = tuple(part.name for part in fields(Address))
ADDRESS_FIELDS = tuple(f"{kind}_{part}" for kind in ("billing", "service") for part in PARTS)


class Addressed(models.Model):
    billing_line1 = text(500, verbose_name="billing address")
    billing_line2 = text(500, verbose_name="line 2")
    billing_city = text(255, verbose_name="city")
    billing_state = text(255, verbose_name="state")
    billing_postal_code = text(30, verbose_name="postal code")
    billing_country = text(255, verbose_name="country")
    service_line1 = text(500, verbose_name="service address")
    service_line2 = text(500, verbose_name="line 2")
    service_city = text(255, verbose_name="city")
    service_state = text(255, verbose_name="state")
    service_postal_code = text(30, verbose_name="postal code")
    service_country = text(255, verbose_name="country")

    class Meta:
        abstract = True

    @property
    def billing(self) -> Address:
        return self._address("billing")

    @property
    def service(self) -> Address:
        return self._address("service")

    def _address(self, kind: str) -> Address:
        return Address(**{part: getattr(self, f"{kind}_{part}") for part in PARTS})


def address_columns(*, billing: Address, service: Address) -> dict[str, str]:
    """The columns of these two addresses."""
    both = {"billing": billing, "service": service}
    return {f"{kind}_{part}": getattr(address, part) for kind, address in both.items() for part in PARTS}
