"""Documents and mapping books for tests of pure code."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from qbo.mapping.book import Choices, Company, MappingBook, Ref
from runacall.invoices.documents import (
    Address,
    CustomerDocument,
    InvoiceDocument,
    ItemDocument,
    LineDocument,
    RateDocument,
)

STATE = RateDocument(3, "State 6.75", Decimal("6.75"))
COUNTY = RateDocument(7, "County 0.5", Decimal("0.5"))
CUSTOMER = CustomerDocument(5, 1, "M. Okafor", "", "m@example.com", "", False, "Net 30", Address(), Address())
ITEM = ItemDocument(11, 1, "Capacitor 35/5", "", "part", Decimal("126.11"), True, 2)
BOOK = MappingBook(
    company=Company(closing_date=dt.date(2026, 5, 31)),
    choices=Choices(auto_create_items=False, default_income_account_id="1", one_off_item_id="1"),
    customers={5: Ref("58")},
    items={11: Ref("4", "Capacitor 35/5", type="Service", account_id="1")},
    tax_mappings={"3": "2"},
    tax_codes={"2": Ref("2", "State sales tax 6.75")},
    accounts={"1": Ref("1", "Services", type="Income")},
    one_off_item=Ref("1", "Services", type="Service"),
    terms={"net 30": "3"},
)


def line(**fields: Any) -> LineDocument:
    known = {
        "position": 1,
        "item": ITEM,
        "description": "Capacitor, replaced",
        "quantity": Decimal("2"),
        "unit_price": Decimal("50.00"),
        "amount": Decimal("100.00"),
        "rates": (STATE,),
    }
    return LineDocument(**(known | fields))


def invoice(**fields: Any) -> InvoiceDocument:
    day = fields.pop("day", dt.date(2026, 6, 17))
    known = {
        "id": 9,
        "organization_id": 1,
        "number": "1842",
        "status": "sent",
        "customer": CUSTOMER,
        "invoice_date": day,
        "posting_date": None,
        "books_date": day,
        "due_date": None,
        "terms": "Net 30",
        "lines": (line(),),
        "discount": Decimal("0"),
        "discount_name": "",
        "subtotal": Decimal("100.00"),
        "tax_total": Decimal("6.75"),
        "total": Decimal("106.75"),
        "amount_paid": Decimal("0"),
        "customer_note": "",
        "internal_note": "",
        "billing": Address(),
        "service": Address(),
        "is_void": False,
        "is_deleted": False,
        "is_draft": False,
        "updated_at": dt.datetime(2026, 6, 17, 16, tzinfo=dt.UTC),
    }
    return InvoiceDocument(**(known | fields))


def book(**fields: Any) -> MappingBook:
    return replace(BOOK, **fields)
