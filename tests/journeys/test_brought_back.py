"""Void here and brought back in QuickBooks: a row says so, with a choice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from qbo.mapping.invoice_rows import is_void
from qbo.models import Link
from runacall.invoices.models import Invoice, Payment
from sync.models import State
from sync.operations import deciding, dismissing
from tests import builders
from tests.books import Record, Shop
from tests.journeys.office import Office


def row_of(shop: Shop, record: Record) -> dict[str, Any]:
    entity = "Invoice" if isinstance(record, Invoice) else "Payment"
    return shop.books.row(entity, shop.qbo_id(record))


@pytest.fixture
def invoice(shop: Shop) -> Invoice:
    return shop.settled_invoice()


def voided(
    shop: Shop, invoice: Invoice, kind: str, *, hers_first: bool = False, is_heard: bool = False
) -> tuple[Record, dict[str, Any]]:
    """Void on both sides, and how it was there before. `hers_first`: she voided it before ours went; `is_heard`: which
    Run a Call read before it sent anything.
    """
    record: Record = invoice
    if kind != "invoice":
        record = builders.payment(invoice, "40", at=timezone.now())
        shop.drain()
        if kind == "payment of hers":
            # As she received it.
            link_of(shop, record).update(created_here=False)
    before = row_of(shop, record)
    shop.hear()
    if hers_first:
        she_voids(shop, record)
    record.void(at=timezone.now(), **({"reason": "mistake"} if kind == "invoice" else {}))  # type: ignore[union-attr]
    if is_heard:
        shop.hear()
    shop.drain()
    shop.hear()
    assert is_void(row_of(shop, record))
    return record, before


def link_of(shop: Shop, record: Record) -> Any:
    return Link.objects.of(shop.connection, shop.kind(record)).filter(record_id=record.pk)


def brought_back(shop: Shop, record: Record, before: dict[str, Any]) -> None:
    """She gives it its amounts again."""
    now = row_of(shop, record)
    fields = {key: before[key] for key in ("Line", "TotalAmt", "CustomerRef", "TxnTaxDetail") if key in before}
    shop.books.post(shop.kind(record), {"Id": now["Id"], "SyncToken": now["SyncToken"], "sparse": True, **fields})
    assert not is_void(row_of(shop, record))


def she_ships(shop: Shop, invoice: Record) -> None:
    now = row_of(shop, invoice)
    target = {"Id": now["Id"], "SyncToken": now["SyncToken"], "sparse": True}
    shop.books.post("invoice", {**target, "ShipDate": "2026-01-01"})


KINDS = ("invoice", "payment", "payment of hers")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_told_and_can_be_voided_there_again(shop: Shop, invoice: Invoice, office: Office, kind: str) -> None:
    record, before = voided(shop, invoice, kind)
    brought_back(shop, record, before)
    shop.hear()
    assert shop.failed().get().failure_code == "edited_in_quickbooks"
    (row,) = office.log(status="failed")
    opened = office.opened(row).text
    assert f"Status void void not void, {Decimal(before['TotalAmt']):,.2f}" in opened
    assert deciding.send_ours(shop.failed(), by=None, at=timezone.now()).done == 1
    shop.drain()
    assert is_void(row_of(shop, record))
    shop.hear()
    assert (shop.failed().count(), shop.reconciles()) == (0, True)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("is_hers", [False, True])
@pytest.mark.parametrize("kind", ["invoice", "payment"])
def test_it_is_still_told_when_something_else_of_it_changes_here(
    shop: Shop, invoice: Invoice, kind: str, is_hers: bool
) -> None:
    """The office takes back what had paid the invoice, or voids the invoice of the payment: neither decides for it."""
    paid = builders.payment(invoice, "40", at=timezone.now())
    shop.drain()
    record: Record = invoice if kind == "invoice" else paid
    before = row_of(shop, record)
    other = paid if kind == "invoice" else invoice
    how = {"reason": "mistake"}
    record.void(at=timezone.now(), **(how if kind == "invoice" else {}))  # type: ignore[union-attr]
    shop.drain()
    shop.hear()
    brought_back(shop, record, before)
    shop.hear()
    assert shop.failed().get(record_type=kind).failure_code == "edited_in_quickbooks"
    other.void(at=timezone.now(), **(how if kind == "payment" else {}))
    for _ in range(2):
        shop.drain()
        shop.hear()
    assert not is_void(row_of(shop, record))
    assert shop.failed().get(record_type=kind).failure_code == "edited_in_quickbooks"
    if is_hers:
        she_voids(shop, record)
    else:
        deciding.send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert is_void(row_of(shop, record))
    shop.hear()
    shop.retry()
    shop.drain()
    assert (shop.failed().count(), shop.reconciles()) == (0, True)


def she_voids(shop: Shop, record: Record) -> None:
    now = row_of(shop, record)
    target = {"Id": now["Id"], "SyncToken": now["SyncToken"], "sparse": True}
    how = {"operation": "void"} if isinstance(record, Invoice) else {"operation": "update", "include": "void"}
    shop.books.post(shop.kind(record), target, **how)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("is_heard", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_told_where_both_had_voided_it(
    shop: Shop, invoice: Invoice, office: Office, kind: str, is_heard: bool
) -> None:
    """She voided it as well, before ours went; then she brings it back just as it was."""
    record, before = voided(shop, invoice, kind, hers_first=True, is_heard=is_heard)
    brought_back(shop, record, before)
    shop.hear()
    assert shop.failed().get().failure_code == "edited_in_quickbooks"
    (row,) = office.log(status="failed")
    assert f"Status void void not void, {Decimal(before['TotalAmt']):,.2f}" in office.opened(row).text
    assert deciding.send_ours(shop.failed(), by=None, at=timezone.now()).done == 1
    shop.drain()
    assert is_void(row_of(shop, record))
    shop.hear()
    assert (shop.failed().count(), shop.reconciles()) == (0, True)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_settled_where_she_voids_it_again(shop: Shop, invoice: Invoice, kind: str) -> None:
    record, before = voided(shop, invoice, kind)
    brought_back(shop, record, before)
    shop.hear()
    she_voids(shop, record)
    shop.hear()
    assert shop.failed().count() == 0


def test_an_invoice_that_stays_hers_is_an_accepted_difference(shop: Shop, invoice: Invoice) -> None:
    record, before = voided(shop, invoice, "invoice")
    brought_back(shop, record, before)
    shop.hear()
    assert deciding.keep_quickbooks(shop.failed(), by=None, at=timezone.now()).done == 1
    shop.drain()
    assert not is_void(row_of(shop, record))
    compared = shop.compared()
    assert [one.invoice.id for one in compared.accepted] == [record.pk]
    # Nothing else about it is asked.
    now = row_of(shop, record)
    shop.books.post(
        "invoice", {"Id": now["Id"], "SyncToken": now["SyncToken"], "sparse": True, "ShipDate": "2026-01-01"}
    )
    shop.hear()
    assert shop.failed().count() == 0


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_payment_that_stays_hers_is_recorded_here_again(shop: Shop, invoice: Invoice, kind: str) -> None:
    record, before = voided(shop, invoice, kind)
    brought_back(shop, record, before)
    shop.hear()
    assert deciding.keep_quickbooks(shop.failed(), by=None, at=timezone.now()).done == 1
    shop.hear()
    standing = Payment.objects.filter(organization=shop.organization, voided_at=None)
    assert [one.amount for one in standing] == [Decimal(40)]
    invoice.refresh_from_db()
    assert invoice.amount_paid == Decimal(40)
    shop.drain()
    assert [one["TotalAmt"] for one in shop.books.rows("Payment")] == [40]
    assert (shop.failed().count(), shop.reconciles()) == (0, True)
    assert shop.event(standing.get()).state == State.SYNCED


def test_a_void_that_did_not_have_to_go_there_is_not_told(shop: Shop, invoice: Invoice) -> None:
    """Somebody dismissed it: then the invoice stands there, as it always did."""
    shop.choose(sync_payments=False)
    shop.pay_there(invoice, amount=10)
    invoice.void(reason="mistake", at=timezone.now())
    shop.drain()
    assert shop.failed().get().failure_code == "void_has_payments"
    dismissing.dismiss(shop.failed(), by=None, at=timezone.now(), reason="she knows")
    now = row_of(shop, invoice)
    shop.books.post(
        "invoice", {"Id": now["Id"], "SyncToken": now["SyncToken"], "sparse": True, "ShipDate": "2026-01-01"}
    )
    shop.hear()
    assert shop.failed().count() == 0
