"""Erases one person from a shop's records, log and payloads."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from runacall import clock
from runacall.invoices.models import Customer
from sync.management.organization_option import add_organization_option, organization_named
from sync.upkeep.erasing import StillInUse, erase_customer


class Command(BaseCommand):
    help = (
        "Erase a customer's name, addresses and free text from the shop's records, log, payloads and history."
        " Invoices stay, with their numbers and amounts; item lines keep their texts. Nothing changes in QuickBooks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser, required=True)
        parser.add_argument(
            "customer", type=int, metavar="id", help="the customer's number, as in the address of its page"
        )
        parser.add_argument("--confirm", action="store_true", help="erase; without this, only say who would be erased")

    def handle(self, *args: object, organization: str, customer: int, confirm: bool, **options: object) -> None:
        shop = organization_named(organization)
        found = Customer.objects.for_organization(shop).filter(pk=customer).first()
        if found is None:
            raise CommandError(f"{shop.name} has no customer {customer}.")
        if not confirm:
            raise CommandError(f"Nothing was erased. To erase {found}: --confirm")
        try:
            erased = erase_customer(found, at=clock.now())
        except StillInUse as problem:
            raise CommandError(f"Nothing was erased. {problem}") from problem
        self.stdout.write(json.dumps({"erased": customer, "rows": dict(sorted(erased.items()))}, indent=2))
