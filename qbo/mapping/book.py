"""All mappings, links and company facts that a batch of documents needs, as one frozen value; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from qbo.failures import Failure
from qbo.json_objects import Row
from qbo.mapping.base import Base
from qbo.mapping.names import name_key
from runacall.invoices.documents import InvoiceDocument, ItemDocument, PaymentDocument


@dataclass(frozen=True)
class Ref:
    """The parts of a QuickBooks list row that a payload or a check needs."""

    qbo_id: str
    name: str = ""
    active: bool = True
    sync_token: str = ""
    # Item.Type, or Account.AccountType.
    type: str = ""
    # Of an item: its IncomeAccountRef.
    account_id: str = ""
    unit_price: Decimal | None = None
    # Of a tax code: Id and percentage of each of its sales rates, if known.
    rates: tuple[tuple[str, Decimal], ...] = ()
    # Of a customer: its currency, which never changes there, if known.
    currency: str = ""

    @property
    def is_category(self) -> bool:
        return self.type == "Category"


@dataclass(frozen=True)
class TransactionRef:
    """What we know QuickBooks has of one of our invoices or payments."""

    qbo_id: str
    sync_token: str
    txn_date: date | None = None
    # We voided it.
    voided: bool = False
    # Somebody deleted it there.
    gone: bool = False
    base: Base | None = None
    # The row there now, if it was read after the base; empty if no change is known.
    theirs: Row = field(default_factory=dict)
    # One of our updates may have arrived without our knowing.
    in_doubt: bool = False

    @property
    def now(self) -> Row:
        """What QuickBooks has, as far as we know."""
        return self.theirs or (self.base.row if self.base else {})

    @property
    def current_token(self) -> str:
        return str(self.theirs.get("SyncToken") or self.sync_token)

    def gets_day(self, day: date) -> bool:
        """Whether our next write gives it `day`, because that is not what we said last."""
        said = self.base.said.get("date") if self.base and not self.gone else None
        return said != day.isoformat() or (self.base is not None and "date" in self.base.ours_wins)


@dataclass(frozen=True)
class Company:
    """The facts of the company that decide whether an invoice can post."""

    country: str = "US"
    closing_date: date | None = None
    using_sales_tax: bool = True
    partner_tax_enabled: bool | None = None
    custom_numbers: bool = True
    allow_discount: bool = True
    home_currency: str = "USD"

    @cached_property
    def is_us(self) -> bool:
        return self.country == "US"

    @property
    def sales_tax_ready(self) -> bool:
        return self.using_sales_tax and self.partner_tax_enabled is not False

    def is_closed_on(self, day: date) -> bool:
        """Whether the books are closed on `day`; the closing date itself is closed too."""
        return self.closing_date is not None and day <= self.closing_date


@dataclass(frozen=True)
class Choices:
    """What staff chose under Settings → QuickBooks; an empty id means: not chosen."""

    auto_create_items: bool = False
    default_income_account_id: str = ""
    one_off_item_id: str = ""
    discount_account_id: str = ""
    send_numbers: bool = True
    default_tax_code_id: str = ""
    # Outside the US: even a one-cent rounding by QuickBooks stops the invoice.
    stop_on_rounding: bool = False
    sync_payments: bool = True
    # Where payments go whose method has no account of its own; "": QuickBooks' Undeposited Funds.
    deposit_account_id: str = ""
    # By our payment method: the method and the account in QuickBooks that staff chose; "": not chosen.
    methods: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def method_of(self, method: str) -> str:
        return self.methods.get(method, ("", ""))[0]


@dataclass(frozen=True)
class PaymentsOn:
    """Our payments on one invoice, by our id.

    `sent`: what QuickBooks has of each, as far as we know; `lost`: what each pays of it there, in its currency, if what
    nobody has seen the answer of has arrived; `here`: those that pay it here.
    """

    sent: Mapping[int, TransactionRef] = field(default_factory=dict)
    lost: Mapping[int, Decimal] = field(default_factory=dict)
    here: frozenset[int] = frozenset()


@dataclass(frozen=True)
class MappingBook:
    """Everything that payloads and preflight may look up; keys are our ids unless stated otherwise."""

    company: Company = Company()
    # The currency of our invoices; "" if not known.
    currency: str = "USD"
    choices: Choices = Choices()
    customers: Mapping[int, Ref] = field(default_factory=dict)
    items: Mapping[int, Ref] = field(default_factory=dict)
    invoices: Mapping[int, TransactionRef] = field(default_factory=dict)
    payments: Mapping[int, TransactionRef] = field(default_factory=dict)
    # The numbers of all our invoices that these payments pay there, by their Ids there.
    paid_numbers: Mapping[str, str] = field(default_factory=dict)
    # By invoice that is void here or paid there.
    payments_on: Mapping[int, PaymentsOn] = field(default_factory=dict)
    # By rate key: only what staff mapped.
    tax_mappings: Mapping[str, str] = field(default_factory=dict)
    # By category id; None for items without one.
    account_mappings: Mapping[int | None, str] = field(default_factory=dict)
    # By item id: what goes before its category's.
    item_accounts: Mapping[int, str] = field(default_factory=dict)
    # By QuickBooks id.
    tax_codes: Mapping[str, Ref] = field(default_factory=dict)
    accounts: Mapping[str, Ref] = field(default_factory=dict)
    payment_methods: Mapping[str, Ref] = field(default_factory=dict)
    # The product that staff chose for lines without a pricebook item, where it is there and active.
    one_off_item: Ref | None = None
    # By kind of pricebook item, tips and card fees: the product that staff chose for all of that kind.
    charge_items: Mapping[str, Ref] = field(default_factory=dict)
    # Items of ours that a person wants created, whatever is there; and those that may be several of what is there.
    items_to_create: frozenset[int] = frozenset()
    unclear_items: Mapping[int, Failure] = field(default_factory=dict)
    # By our item's name key: products with that name that were made inactive.
    inactive_items: Mapping[str, Ref] = field(default_factory=dict)
    # By name key.
    terms: Mapping[str, str] = field(default_factory=dict)
    # Invoice numbers that already exist in QuickBooks -> the Id of their transaction.
    taken_numbers: Mapping[str, str] = field(default_factory=dict)
    # The same numbers -> their transaction in words: "Dana Whitfield, 75.00 of 2026-06-01".
    number_holders: Mapping[str, str] = field(default_factory=dict)

    # Numbers that only void invoices hold there which were these very ones of ours.
    spent_numbers: frozenset[str] = frozenset()

    def gives_closed_day(self, there: TransactionRef | None, day: date) -> bool:
        """Whether our next write gives a record a `day` on which the books are closed; `there`: what it is now there.

        A change of something else leaves the day there, which the bookkeeper may have moved out of the closed period.
        """
        return (there is None or there.gets_day(day)) and self.company.is_closed_on(day)

    def product_of(self, item: ItemDocument) -> Ref | None:
        """The product that a line of this item is booked under; None is a gap."""
        return self.charge_items.get(item.kind) or self.items.get(item.id)

    def tax_code(self, rate_key: str) -> Ref | None:
        """The active QuickBooks code of a set of rates, by mapping or default; None is a gap."""
        code_id = self.tax_mappings.get(rate_key) or self.choices.default_tax_code_id
        code = self.tax_codes.get(code_id)
        return code if code and code.active else None

    def chosen_account(self, item: ItemDocument) -> str:
        """The income account that staff chose for the item, or for its category; "" if none."""
        return self.item_accounts.get(item.id) or self.account_mappings.get(item.category_id, "")

    def new_item_account(self, item: ItemDocument) -> str:
        """The income account that a new product gets; "" is a gap."""
        return self.chosen_account(item) or self.choices.default_income_account_id

    def creates(self, item_id: int) -> bool:
        """Whether the item is created in QuickBooks where it is missing there."""
        return self.choices.auto_create_items or item_id in self.items_to_create

    def payment_method(self, payment: PaymentDocument) -> Ref | None:
        """The active method in QuickBooks that staff chose for the payment's method, else the one of its name."""
        chosen = self.choices.method_of(payment.method)
        if chosen:
            method = self.payment_methods.get(chosen)
            return method if method and method.active else None
        key = name_key(payment.method_name)
        return next((one for one in self.payment_methods.values() if one.active and name_key(one.name) == key), None)

    def deposit_account_id(self, payment: PaymentDocument) -> str:
        """The account that the payment is deposited to; "": QuickBooks' Undeposited Funds."""
        return self.choices.methods.get(payment.method, ("", ""))[1] or self.choices.deposit_account_id

    def term_id(self, name: str) -> str:
        return self.terms.get(name_key(name), "") if name else ""

    def sends_number_of(self, invoice: InvoiceDocument) -> bool:
        return self.choices.send_numbers and bool(invoice.number)
