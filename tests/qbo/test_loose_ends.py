"""What has no link is found without looking at what has one, and never overlooked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection as database
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from qbo.mapping.loose_ends import gather, may_have_no_link, to_gather, without_link
from qbo.models import Connection, Gathered, Link, LooseEnd
from runacall.invoices.models import Invoice
from tests import builders, log_rows

AT = log_rows.AT
DAY = dt.timedelta(days=1)


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def invoice(books: Connection, *, is_there: bool) -> Invoice:
    one = builders.invoice(books.organization, send=True, at=AT)
    if is_there:
        link(books, one)
    return one


def link(books: Connection, one: Invoice) -> Link:
    which = {"connection": books, "realm_id": books.realm_id, "record_type": "invoice", "record_id": one.pk}
    return Link.objects.create(**which, qbo_id=f"Q{one.pk}", synced_at=AT)


def gathered(books: Connection, *, days: int = 1) -> None:
    """As if upkeep had run daily; the last time that many days after the first."""
    for day in range(days + 1):
        gather(books, at=AT + day * DAY, go_on=lambda: True)


def looked_at(books: Connection) -> set[int]:
    found = may_have_no_link(books, "invoice")
    assert found is not None
    return {pk for (pk,) in found.values_list("record_id")}


def missing(books: Connection) -> set[int]:
    rows: QuerySet[Invoice] = without_link(Invoice.objects.for_organization(books.organization), books, "invoice")
    return {one.pk for one in rows}


def test_what_is_there_is_not_looked_at_again(books: Connection) -> None:
    there, loose = invoice(books, is_there=True), invoice(books, is_there=False)
    assert may_have_no_link(books, "invoice") is None
    assert missing(books) == {loose.pk}
    gathered(books)
    assert there.pk not in looked_at(books)
    assert missing(books) == {loose.pk}


def test_what_came_since_is_looked_at(books: Connection) -> None:
    invoice(books, is_there=True)
    gathered(books)
    new = invoice(books, is_there=False)
    assert missing(books) == {new.pk}


def test_what_is_a_day_old_is_left_for_the_next_day(books: Connection) -> None:
    """A transaction that has not ended may have given its invoice a lower id."""
    first = invoice(books, is_there=True)
    gathered(books)
    late = invoice(books, is_there=True)
    gathered(books, days=2)
    assert Gathered.objects.get(record_type="invoice").through == first.pk
    assert looked_at(books) == {late.pk}
    gathered(books, days=3)
    assert looked_at(books) == set()


@pytest.mark.parametrize("way", ["row", "rows"])
def test_a_link_that_is_deleted_leaves_a_loose_end(books: Connection, way: str) -> None:
    one = invoice(books, is_there=True)
    gathered(books)
    (Link.objects.get() if way == "row" else Link.objects.of(books, "invoice")).delete()
    assert not Link.objects.exists()
    assert missing(books) == {one.pk}


def test_what_is_gone_there_is_looked_at(books: Connection) -> None:
    one = invoice(books, is_there=True)
    gathered(books)
    Link.objects.update(active=False)
    assert missing(books) == {one.pk}


def test_a_loose_end_that_has_a_link_by_now_is_dropped(books: Connection) -> None:
    one, other = invoice(books, is_there=False), invoice(books, is_there=False)
    gathered(books)
    link(books, one)
    assert missing(books) == {other.pk}
    assert {one.pk, other.pk} <= set(LooseEnd.objects.values_list("record_id", flat=True))
    gathered(books, days=2)
    assert set(LooseEnd.objects.filter(record_type="invoice").values_list("record_id", flat=True)) == {other.pk}


def test_another_company_has_loose_ends_of_its_own(books: Connection) -> None:
    one = invoice(books, is_there=True)
    gathered(books)
    books.realm_id = "9341000000000777"
    books.save(update_fields=["realm_id"])
    assert may_have_no_link(books, "invoice") is None
    assert missing(books) == {one.pk}


def test_many_loose_ends_are_no_shorter_way(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    some = {invoice(books, is_there=False).pk for _ in range(3)}
    gathered(books)
    monkeypatch.setattr("qbo.mapping.loose_ends.MOST", 2)
    assert may_have_no_link(books, "invoice") is None
    assert missing(books) == some


def test_a_round_without_time_goes_on_where_it_ended(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbo.mapping.loose_ends.AT_ONCE", 1)
    some = {invoice(books, is_there=False).pk for _ in range(3)}
    gather(books, at=AT, go_on=lambda: True)
    for _ in range(8):
        turns = iter([True, False])
        gather(books, at=AT + DAY, go_on=lambda turns=turns: next(turns, False))  # type: ignore[misc]
        assert to_gather(at=AT + DAY).exists()
        assert missing(books) == some
    gather(books, at=AT + DAY, go_on=lambda: True)
    assert set(LooseEnd.objects.filter(record_type="invoice").values_list("record_id", flat=True)) == some
    assert not to_gather(at=AT + DAY).exists()


def test_customers_products_and_payments_are_gathered_too(books: Connection) -> None:
    one = builders.invoice(books.organization, send=True, at=AT)
    payment, item = builders.payment(one, at=AT), builders.item(books.organization, at=AT)
    gathered(books)
    found = set(LooseEnd.objects.values_list("record_type", "record_id"))
    expected = {("invoice", one.pk), ("payment", payment.pk), ("customer", one.customer_id), ("item", item.pk)}
    assert expected <= found


@pytest.mark.parametrize("counted", [None, 2, 3])
def test_of_more_than_a_bound_all_records_are_looked_at(
    books: Connection, monkeypatch: pytest.MonkeyPatch, counted: int | None
) -> None:
    """As many as were left by the last round, or that there are where they were not counted, and what came since."""
    monkeypatch.setattr("qbo.mapping.loose_ends.MOST", 3)
    for _ in range(2):
        invoice(books, is_there=False)
    gathered(books)
    mark = Gathered.objects.filter(record_type="invoice")
    assert mark.get().loose == 2
    mark.update(loose=counted)
    invoice(books, is_there=False)
    assert (may_have_no_link(books, "invoice") is None) is (counted == 3)
    invoice(books, is_there=False)
    assert may_have_no_link(books, "invoice") is None


def test_what_was_left_is_not_counted_for_each_page(books: Connection) -> None:
    invoice(books, is_there=False)
    gathered(books)
    with CaptureQueriesContext(database) as asked:
        assert may_have_no_link(books, "invoice") is not None
    assert [
        one["sql"] for one in asked.captured_queries if "COUNT" in one["sql"] and "qbo_looseend" in one["sql"]
    ] == []
