"""The demo's shops: created by the business's own operations, and suitable for the demo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from demo import seeding
from demo.shop_data import BUYERS, HEATING, ITEMS, SHOPS
from qbo.models import Connection, Link
from runacall.invoices.models import Invoice
from runacall.organizations.models import Membership
from sync.models import ActionRecord, SyncEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stocks(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, seeding.Stock]]:
    """Seeded once for all tests of this module, which only look; taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seeding.seed()
        transaction.set_rollback(True)


def test_writes_no_row_of_sync(stocks: dict[str, seeding.Stock]) -> None:
    for model in (SyncEvent, ActionRecord, Connection, Link):
        assert not model.objects.exists(), model


def test_a_few_hundred_invoices_and_people_of_every_role(stocks: dict[str, seeding.Stock]) -> None:
    heating = stocks[HEATING.slug].organization
    assert Invoice.objects.for_organization(heating).sent().count() == seeding.INVOICES
    roles = Membership.objects.filter(organization=heating).values_list("role", flat=True)
    assert sorted(roles) == ["dispatcher", "field_tech", "owner"]
    assert len(stocks) == len(SHOPS)


def test_dozens_wait_for_the_rate_of_the_article(stocks: dict[str, seeding.Stock]) -> None:
    heating = stocks[HEATING.slug]
    lake = Invoice.objects.for_organization(heating.organization).filter(lines__tax_rates=heating.combined)
    assert lake.distinct().count() > 48
    assert lake.filter(number="1842").exists(), "the help article's own example"


def test_no_invoice_mixes_rates(stocks: dict[str, seeding.Stock]) -> None:
    """That is an error of its own, which the demo does not show."""
    for invoice in Invoice.objects.prefetch_related("lines__tax_rates"):
        keys = {frozenset(rate.pk for rate in line.tax_rates.all()) for line in invoice.lines.all()}
        assert len(keys - {frozenset()}) <= 1, invoice


def test_the_closed_period_holds_a_paid_and_an_unpaid_one(stocks: dict[str, seeding.Stock]) -> None:
    heating = stocks[HEATING.slug].organization
    closing = heating.today(timezone.now()) - timedelta(days=seeding.CLOSED_DAYS)
    closed = Invoice.objects.for_organization(heating).filter(invoice_date__lte=closing)
    assert Counter(invoice.status for invoice in closed).keys() == {"paid", "sent"}
    assert closed.count() == len(seeding.CLOSED)


def test_troubles_do_not_overlap() -> None:
    """Every invoice of the story has one thing wrong with it, so that its fix clears it."""
    lake = {position for position in range(seeding.INVOICES) if position % 4 == 3}
    groups = [lake, set(seeding.CLOSED), set(seeding.MISSING_ITEMS), set(seeding.CLUB), set(seeding.TAKEN_NUMBERS)]
    counted = Counter(position for group in groups for position in group)
    shared = {position for position, count in counted.items() if count > 1}
    assert shared <= lake & set(seeding.CLOSED), "those in the closed period are the home county's"


def test_names_are_each_their_own() -> None:
    for names in ([buyer.name for buyer in BUYERS], [item.name for item in ITEMS]):
        assert len({name.casefold() for name in names}) == len(names)
