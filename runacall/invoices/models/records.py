"""What records of the business share: operations that announce each change, and the columns of two addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, ClassVar, NamedTuple, Self

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction

from runacall.invoices.documents import Address
from runacall.invoices.signals import record_changed
from runacall.organizations.scope import ScopedModel, ScopedQuerySet


class Dates(NamedTuple):
    """The dates of an invoice or a payment; `posting_date`: the one in the books, if it differs from its own."""

    invoice_date: dt.date
    posting_date: dt.date | None
    due_date: dt.date | None


class RecordQuerySet(ScopedQuerySet):
    def add(self, *, at: dt.datetime, by: AbstractBaseUser | None = None, **fields: Any) -> Any:
        """Create a record. Raises ValidationError and writes nothing if the fields are not valid."""
        record: Any = self.model(**fields)
        return record.enter(at=at, by=by)

    @transaction.atomic
    def enter_all(self, records: Sequence[Any], *, at: dt.datetime, by: AbstractBaseUser | None = None) -> None:
        """Save new records that were checked elsewhere, thousands at a time, and announce each."""
        self.bulk_create(records, batch_size=500)
        for record in records:
            record.announce(at=at, by=by)


class Record(ScopedModel):
    # What `edit` may change.
    editable_fields: ClassVar[frozenset[str]] = frozenset()

    objects = RecordQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        abstract = True

    def announce(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> None:
        """Tell the listeners that this record changed; call it inside the transaction that changed it."""
        record_changed.send(sender=type(self), record=self, at=at, by=by)

    def enter(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        """Save a new record. Raises ValidationError and writes nothing if it is not valid."""
        with transaction.atomic():
            self.full_clean()
            self.save(force_insert=True)
            self.announce(at=at, by=by)
        return self

    def edit(self, *, at: dt.datetime, by: AbstractBaseUser | None = None, **fields: Any) -> Self:
        """Change these fields and no others. Raises ValidationError and changes nothing if they are not valid."""
        with self.changing(at=at, by=by):
            self.assign(fields)
            self.full_clean()
        return self

    def assign(self, fields: dict[str, object]) -> None:
        if strangers := set(fields) - self.editable_fields:
            raise TypeError(f"{type(self).__name__} has no editable {', '.join(sorted(strangers))}")
        for name, value in fields.items():
            setattr(self, name, value)

    @contextmanager
    def changing(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Iterator[None]:
        """One change of this record: lock and re-read the row, then save and announce it, all or nothing."""
        with transaction.atomic():
            self.refresh_from_db(from_queryset=type(self)._base_manager.select_for_update())
            yield
            self.touch(at)
            self.save()
            self.announce(at=at, by=by)

    def touch(self, at: dt.datetime) -> None:
        """Record the time of a change, on the models that have one."""


def text(max_length: int, **options: Any) -> models.CharField[str, str]:
    """An optional line of text: empty rather than null."""
    return models.CharField(max_length=max_length, blank=True, default="", **options)


PARTS = tuple(part.name for part in fields(Address))
ADDRESS_FIELDS = tuple(f"{kind}_{part}" for kind in ("billing", "service") for part in PARTS)


class Addressed(models.Model):
    """A record with a billing and a service address."""

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
