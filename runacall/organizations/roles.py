"""The four roles of an organization and what each may do, as one table; knows no page and no database."""

from collections.abc import Mapping
from enum import StrEnum, auto

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    DISPATCHER = "dispatcher", "Dispatcher"
    FIELD_TECH = "field_tech", "Field tech"


class Ability(StrEnum):
    EDIT_INVOICES = auto()
    EDIT_CUSTOMERS = auto()
    READ_PRICEBOOK = auto()
    TAKE_PAYMENTS = auto()
    SEE_INVOICE_SYNC = auto()
    VOID_INVOICES = auto()
    DELETE_DRAFTS = auto()
    EDIT_PRICEBOOK = auto()
    SEE_COSTS = auto()
    MANAGE_TEAM = auto()
    MANAGE_ORGANIZATION = auto()
    MANAGE_QUICKBOOKS = auto()


_FIELD_TECH = frozenset({Ability.EDIT_INVOICES, Ability.EDIT_CUSTOMERS, Ability.READ_PRICEBOOK})
_DISPATCHER = _FIELD_TECH | {Ability.TAKE_PAYMENTS, Ability.SEE_INVOICE_SYNC}
_OFFICE = frozenset(Ability)

# Each role may do what the next one may, and more. What only an Owner may do (billing, transferring
# the shop) has no page here, but an Admin cannot add or remove an Owner: see the Team page.
ABILITIES: Mapping[str, frozenset[Ability]] = {
    Role.OWNER: _OFFICE,
    Role.ADMIN: _OFFICE,
    Role.DISPATCHER: _DISPATCHER,
    Role.FIELD_TECH: _FIELD_TECH,
}
