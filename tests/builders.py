"""Objects for tests, made by the business's own operations; every argument has a sensible default."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils import timezone

from runacall.accounts import invitations
from runacall.accounts.models import Invitation
from runacall.invoices.invoice_entry import InvoiceInput, enter_invoice
from runacall.invoices.models import (
    Customer,
    Invoice,
    LineInput,
    Payment,
    PricebookCategory,
    PricebookItem,
    TaxRate,
)
from runacall.organizations.models import Membership, Organization, Role

# A Wednesday noon in Ohio; tests that need another time hand one in.
NOW = dt.datetime(2026, 6, 17, 16, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 17)
TIME_ZONE = "America/New_York"
PASSWORD = "correct horse battery"

_serial = itertools.count(1)


def today(at: dt.datetime | None = None) -> dt.date:
    """The day now, or at `at`, in the shops of these tests: for hours of each day another one than in UTC."""
    return (at or timezone.now()).astimezone(ZoneInfo(TIME_ZONE)).date()


def organization(slug: str = "", *, name: str = "", time_zone: str = TIME_ZONE, **fields: Any) -> Organization:
    slug = slug or f"shop-{next(_serial)}"
    return Organization.objects.create(slug=slug, name=name or slug.title(), time_zone=time_zone, **fields)


def user(email: str = "", **fields: Any) -> User:
    email = email or f"person-{next(_serial)}@example.com"
    return User.objects.create_user(
        **{"username": email, "email": email, "password": PASSWORD, "is_staff": True, **fields}
    )


def superuser(email: str = "") -> User:
    return user(email, is_superuser=True)


def member(organization: Organization, role: str = Role.OWNER, *, user: User | None = None) -> User:
    """A person of that role, who can log in with PASSWORD."""
    person = user or globals()["user"](f"{role}-{next(_serial)}@example.com")
    Membership.objects.create(organization=organization, user=person, role=role)
    return person


def invitation(
    organization: Organization,
    email: str = "ann@example.com",
    role: str = Role.DISPATCHER,
    *,
    by: User | None = None,
    at: dt.datetime | None = None,
) -> Invitation:
    """As an Owner would make it, now unless told otherwise, since its link expires by the clock."""
    inviter = Membership.objects.get(user=by, organization=organization) if by else None
    return invitations.invite(organization, email=email, role=role, by=inviter, at=at or timezone.now())


def customer(organization: Organization, name: str = "M. Okafor", *, at: dt.datetime = NOW, **fields: Any) -> Customer:
    return Customer.objects.add(at=at, organization=organization, name=name, **fields)


def category(organization: Organization, name: str = "Repairs", *, at: dt.datetime = NOW) -> PricebookCategory:
    return PricebookCategory.objects.add(at=at, organization=organization, name=name)


def item(
    organization: Organization,
    name: str = "",
    *,
    unit_price: str | Decimal = "100.00",
    at: dt.datetime = NOW,
    **fields: Any,
) -> PricebookItem:
    name = name or f"Item {next(_serial)}"
    price = Decimal(unit_price)
    return PricebookItem.objects.add(at=at, organization=organization, name=name, unit_price=price, **fields)


def rate(
    organization: Organization,
    name: str = "Combined 7.25",
    percent: str | Decimal = "7.25",
    *,
    at: dt.datetime = NOW,
    **fields: Any,
) -> TaxRate:
    return TaxRate.objects.add(at=at, organization=organization, name=name, percent=Decimal(percent), **fields)


def line(
    description: str = "Labor",
    unit_price: str | Decimal | None = "100.00",
    *,
    quantity: str | Decimal = "1",
    item: PricebookItem | None = None,
    rates: Sequence[TaxRate] | None = (),
) -> LineInput:
    """A line; untaxed unless `rates` are given (None leaves them to the tax precedence)."""
    price = None if unit_price is None else Decimal(unit_price)
    return LineInput(description=description, unit_price=price, quantity=Decimal(quantity), item=item, rates=rates)


def invoice(
    organization: Organization,
    *,
    lines: Sequence[LineInput] | None = None,
    send: bool = True,
    customer: Customer | None = None,
    at: dt.datetime = NOW,
    invoice_date: dt.date = TODAY,
    **fields: Any,
) -> Invoice:
    """An invoice over $100.00, sent unless told otherwise."""
    new = InvoiceInput(
        customer=customer or globals()["customer"](organization, at=at),
        invoice_date=invoice_date,
        lines=[line()] if lines is None else lines,
        **fields,
    )
    return enter_invoice(new, at=at, send=send)


def payment(
    invoice: Invoice,
    amount: str | Decimal | None = None,
    *,
    method: str = "check",
    at: dt.datetime = NOW,
    **fields: Any,
) -> Payment:
    """A payment of the whole balance unless an amount is given."""
    due = invoice.balance if amount is None else Decimal(amount)
    received = fields.pop("received_date", TODAY)
    return invoice.record_payment(amount=due, method=method, received_date=received, at=at, **fields)
