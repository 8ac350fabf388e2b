"""Which products have another price there is noted as lists are read; no note outlives what it was made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from qbo.lists.mirrors import store_entries
from qbo.mapping import prices
from qbo.models import Connection, FormerCompany, Link
from runacall.invoices.models import PricebookItem
from sync.matching.listing import differing_ids
from tests import builders, log_rows
from tests.on_postgres import only_from_outside, run_on_postgres


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def item(books: Connection) -> PricebookItem:
    """At 95, here and there, as it was noted when the list was read."""
    found = builders.item(books.organization, unit_price="95")
    link_to(books, found, "7")
    read(books, "7", Decimal("95.0"))
    assert noted(found) is True
    return found


def link_to(books: Connection, item: PricebookItem, qbo_id: str, **columns: Any) -> Link:
    which = {"connection": books, "realm_id": books.realm_id, "record_type": "item", "record_id": item.pk}
    return Link.objects.create(**which | columns, qbo_id=qbo_id, synced_at=timezone.now())


def read(books: Connection, qbo_id: str, price: Any, **more: Any) -> None:
    store_entries(books, "Item", [{"Id": qbo_id, "Name": f"Part {qbo_id}", "UnitPrice": price, **more}], at=log_rows.AT)


def noted(item: PricebookItem) -> bool | None:
    return Link.objects.values_list("same_price", flat=True).get(record_id=item.pk)


@pytest.mark.parametrize(
    ("theirs", "agree"), [(95, True), (Decimal("95.00"), True), (None, True), (96, False), (0, False)]
)
def test_reading_a_product_notes_whether_its_price_is_ours(
    books: Connection, item: PricebookItem, theirs: Any, agree: bool
) -> None:
    read(books, "7", theirs)
    assert noted(item) is agree
    assert differing_ids(books) == ([] if agree else [item.pk])


def test_what_is_inactive_there_is_compared_too(books: Connection, item: PricebookItem) -> None:
    read(books, "7", 96, Active=False)
    assert noted(item) is False


def test_our_own_change_takes_the_note_back(books: Connection, item: PricebookItem) -> None:
    item.edit(unit_price=Decimal("120"), at=timezone.now())
    assert noted(item) is None
    assert differing_ids(books) == [item.pk]
    read(books, "7", 120)
    assert noted(item) is True


def test_our_own_change_takes_the_note_of_an_earlier_company_back(books: Connection, item: PricebookItem) -> None:
    FormerCompany.objects.create(connection=books, realm_id="934", left_at=timezone.now())
    earlier = link_to(books, item, "7", realm_id="934")
    Link.objects.filter(pk=earlier.pk).update(same_price=True)
    item.edit(unit_price=Decimal("120"), at=timezone.now())
    earlier.refresh_from_db()
    assert earlier.same_price is None


def test_another_product_there_takes_the_note_back(books: Connection, item: PricebookItem) -> None:
    """By each way in which a link is written."""
    link = Link.objects.get(record_id=item.pk)

    def all_at_once() -> None:
        columns = {"connection": books, "realm_id": books.realm_id, "record_type": "item", "record_id": item.pk}
        Link.objects.bulk_create(
            [Link(**columns, qbo_id="8", synced_at=log_rows.AT)],
            update_conflicts=True,
            unique_fields=["connection", "realm_id", "record_type", "record_id"],
            update_fields=["qbo_id", "active"],
        )

    link.qbo_id = "8"
    for write in (
        lambda: Link.objects.filter(pk=link.pk).update(qbo_id="8"),
        all_at_once,
        lambda: Link.objects.update_or_create(pk=link.pk, defaults={"qbo_id": "8"}),
        lambda: link.save(update_fields=["qbo_id"]),
        link.save,
    ):
        Link.objects.filter(pk=link.pk).update(same_price=True)
        write()
        assert (noted(item), Link.objects.get(pk=link.pk).qbo_id) == (None, "8")


def test_other_writes_of_a_link_leave_the_note(books: Connection, item: PricebookItem) -> None:
    link = Link.objects.get(record_id=item.pk)
    link.save(update_fields=["theirs", "there_at"])
    Link.objects.filter(pk=link.pk).update(active=False)
    assert noted(item) is True


def test_a_product_that_is_matched_later_is_compared_where_somebody_asks(books: Connection) -> None:
    read(books, "8", 96)
    item = builders.item(books.organization, unit_price="95")
    link_to(books, item, "8")
    assert noted(item) is None
    assert differing_ids(books) == [item.pk]


def test_a_price_that_is_changed_while_a_list_is_compared_is_seen(
    books: Connection, item: PricebookItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process changes it after the first look; what is noted is what it says under the lock."""
    PricebookItem.objects.filter(pk=item.pk).update(unit_price="120")
    look = prices._comparisons

    def looked(*given: Any) -> Any:
        found = look(*given)
        PricebookItem.objects.filter(pk=item.pk).update(unit_price="95")
        return found

    Link.objects.update(same_price=None)
    monkeypatch.setattr(prices, "_comparisons", looked)
    read(books, "7", 120)
    assert noted(item) is False


def test_what_is_noted_to_agree_is_not_compared(books: Connection, item: PricebookItem) -> None:
    """Its note is all that is looked at; 50,000 prices would be a tenth of a second."""
    PricebookItem.objects.filter(pk=item.pk).update(unit_price="120")
    assert differing_ids(books) == []


@only_from_outside
@pytest.mark.postgresql
def test_the_same_on_postgresql() -> None:
    run_on_postgres(__file__)
