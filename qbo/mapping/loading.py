"""The mapping book of a batch, loaded in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import or_

from django.db.models import OuterRef, Q, Subquery

from qbo.connection.client import decode
from qbo.json_objects import Row
from qbo.mapping.applied import applied_by, paid_by
from qbo.mapping.base import DELETED, Base, reference
from qbo.mapping.book import Choices, Company, MappingBook, PaymentsOn, Ref, TransactionRef
from qbo.mapping.list_planning import ListRecord
from qbo.mapping.matching import Ruled
from qbo.mapping.names import name_key
from qbo.models import (
    AccountMapping,
    CompanyFacts,
    Connection,
    ConnectionSettings,
    Link,
    ListEntry,
    MatchChoice,
    PaymentMapping,
    TaxMapping,
)
from runacall.invoices.documents import InvoiceDocument, ItemDocument, PaymentDocument
from runacall.invoices.models import Invoice, PaymentApplication


@dataclass(frozen=True)
class Unsaved:
    """What a person has chosen and not saved yet; an empty id takes a mapping away.

    `products` and `customers`: items and customers of ours with the Id in QuickBooks that they would be.
    `created_items`: those that would be created there, whatever is there.
    """

    settings: ConnectionSettings | None = None
    tax_mappings: Mapping[str, str] = field(default_factory=dict)
    account_mappings: Mapping[int | None, str] = field(default_factory=dict)
    item_accounts: Mapping[int, str] = field(default_factory=dict)
    products: Mapping[int, str] = field(default_factory=dict)
    created_items: frozenset[int] = frozenset()
    customers: Mapping[int, str] = field(default_factory=dict)
    payment_mappings: Mapping[str, tuple[str, str]] = field(default_factory=dict)


# Kinds of pricebook items that may have one product for all, and the setting that names it.
CHARGES: Mapping[str, str] = {"tip": "tip_item_id", "card_fee": "card_fee_item_id"}


def load_book(
    connection: Connection,
    invoices: Sequence[InvoiceDocument] = (),
    *,
    items: Sequence[ItemDocument] = (),
    payments: Sequence[PaymentDocument] = (),
    unsaved: Unsaved | None = None,
) -> MappingBook:
    """All that payloads and preflight of these documents look up; `unsaved` goes before what is stored."""
    here = {"connection": connection, "realm_id": connection.realm_id}
    unsaved = unsaved or Unsaved()
    of_shops = ConnectionSettings.objects.select_related("connection__organization", "connection__facts")
    # Nothing is sent from here: the tokens stay where they are.
    stored = of_shops.defer("connection__access_token", "connection__refresh_token").get(connection=connection)
    settings = unsaved.settings or stored
    customer_ids = {one.customer.id for one in invoices} | {one.customer.id for one in payments}
    invoice_ids = [one.id for one in invoices] + [part.invoice_id for one in payments for part in one.applied]
    needed = {line.item.id: line.item for invoice in invoices for line in invoice.lines if line.item}
    needed |= {item.id: item for item in items}
    kinds = Link.RecordType
    payment_ids = [one.id for one in payments]
    links = _links(
        connection,
        {kinds.CUSTOMER: customer_ids, kinds.ITEM: needed, kinds.INVOICE: invoice_ids, kinds.PAYMENT: payment_ids},
    )
    transactions = {link.record_id: transaction_ref(link) for link in links[kinds.INVOICE]}
    sent = {link.record_id: transaction_ref(link) for link in links[kinds.PAYMENT]}
    there_already = [(one, transactions[one.id]) for one in invoices if one.id in transactions]
    with_payments = {one.id: ref for one, ref in there_already if one.is_void or paid_by(ref.now)}
    charges = {kind: qbo_id for kind, name in CHARGES.items() if (qbo_id := str(getattr(settings, name)))}
    ids = {link.qbo_id for link in links[kinds.ITEM]} | {settings.one_off_item_id, *unsaved.products.values()}
    ids |= set(charges.values())
    linked = {link.record_id for link in links[kinds.ITEM]}
    names = _inactive_keys(item.name for pk, item in needed.items() if pk not in linked)
    lists = _lists(connection, ids, names)
    products = {row.qbo_id: ref_of(row) for row in lists["Item"] if row.qbo_id in ids}
    one_off = products.get(settings.one_off_item_id)
    # One that the mirror lost counts as inactive.
    there = {link.record_id: products.get(link.qbo_id, Ref(link.qbo_id, active=False)) for link in links[kinds.ITEM]}
    # What people chose for a product counts until it is there.
    absent = [pk for pk in needed if pk not in there or not there[pk].active]
    ruled = load_ruled(connection, "item", absent) if absent else {}
    methods = dict[str, tuple[str, str]]()
    if payments:
        rows = PaymentMapping.objects.filter(**here).values_list("method", "method_id", "account_id")
        methods = {method: (method_id, account_id) for method, method_id, account_id in rows}
    company = _company(getattr(stored.connection, "facts", None), connection.realm_id)
    mapped = TaxMapping.objects.filter(**here).values_list("rate_key", "tax_code_id")
    chosen = list(AccountMapping.objects.filter(**here).values_list("item_id", "category_id", "account_id"))
    return MappingBook(
        company=company,
        currency=stored.connection.organization.currency,
        choices=_choices(settings, methods, unsaved),
        customers={
            **{link.record_id: _customer(link) for link in links[kinds.CUSTOMER]},
            **{pk: Ref(qbo_id) for pk, qbo_id in unsaved.customers.items()},
        },
        items={
            **there,
            **{pk: products[qbo_id] for pk, qbo_id in unsaved.products.items() if qbo_id in products},
        },
        items_to_create=unsaved.created_items | {key for key, one in ruled.items() if one.creates},
        inactive_items=_inactive(row for row in lists["Item"] if row.name_key in names),
        invoices=transactions,
        payments=sent,
        paid_numbers=_paid_numbers(connection, sent.values(), payments, transactions),
        payments_on=_payments_on(connection, with_payments),
        tax_mappings={**(dict(mapped) if _names_tax_codes(invoices, company) else {}), **unsaved.tax_mappings},
        account_mappings={
            **{category_id: account_id for item_id, category_id, account_id in chosen if item_id is None},
            **unsaved.account_mappings,
        },
        item_accounts={
            **{item_id: account_id for item_id, _, account_id in chosen if item_id is not None},
            **unsaved.item_accounts,
        },
        tax_codes=_refs(lists["TaxCode"]),
        accounts=_refs(lists["Account"]),
        payment_methods=_refs(lists["PaymentMethod"]),
        charge_items={kind: products.get(qbo_id, Ref(qbo_id, active=False)) for kind, qbo_id in charges.items()},
        one_off_item=one_off if one_off and one_off.active else None,
        terms={row.name_key: row.qbo_id for row in lists["Term"]},
    )


def _names_tax_codes(invoices: Sequence[InvoiceDocument], company: Company) -> bool:
    """Whether any of these has a tax code there: outside the US each line has one. Without invoices anybody may ask."""
    taxed = (one.customer.tax_exempt or any(line.rates for line in one.lines) for one in invoices)
    return not invoices or not company.is_us or any(taxed)


def _choices(settings: ConnectionSettings, methods: Mapping[str, tuple[str, str]], unsaved: Unsaved) -> Choices:
    return Choices(
        auto_create_items=settings.auto_create_items,
        default_income_account_id=settings.default_income_account_id,
        one_off_item_id=settings.one_off_item_id,
        discount_account_id=settings.discount_account_id,
        send_numbers=settings.send_numbers,
        default_tax_code_id=settings.default_tax_code_id,
        stop_on_rounding=settings.stop_on_rounding,
        sync_payments=settings.sync_payments,
        deposit_account_id=settings.deposit_account_id,
        methods={**methods, **unsaved.payment_mappings},
    )


def _links(connection: Connection, wanted: Mapping[str, Iterable[int]]) -> Mapping[str, list[Link]]:
    """By kind of record, the links of these records of ours, in one query."""
    found: dict[str, list[Link]] = {kind: [] for kind in wanted}
    these = [Q(record_type=kind, record_id__in=list(ids)) for kind, ids in wanted.items()]
    for link in Link.objects.filter(reduce(or_, these), connection=connection, realm_id=connection.realm_id):
        found[link.record_type].append(link)
    return found


# Lists that are short, and wanted whole.
SHORT = ("TaxCode", "Account", "PaymentMethod")


def _lists(connection: Connection, items: Iterable[str], inactive: Iterable[str]) -> Mapping[str, list[ListEntry]]:
    """Short lists, active terms, and of the products those with these Ids or inactive names, in one query."""
    found: dict[str, list[ListEntry]] = {entity: [] for entity in (*SHORT, "Term", "Item")}
    these = (
        Q(entity__in=SHORT)
        | Q(entity="Term", active=True)
        | Q(entity="Item", qbo_id__in=list(items))
        | Q(entity="Item", active=False, name_key__in=list(inactive))
    )
    for row in ListEntry.objects.filter(these, connection=connection, realm_id=connection.realm_id):
        found[row.entity].append(row)
    return found


def _refs(rows: Iterable[ListEntry]) -> dict[str, Ref]:
    return {row.qbo_id: ref_of(row) for row in rows}


def _payments_on(connection: Connection, invoices: Mapping[int, TransactionRef]) -> dict[int, PaymentsOn]:
    """Our payments that pay these invoices here, or there as far as their rows say."""
    if not invoices:
        return {}
    parts = PaymentApplication.objects.filter(invoice__in=invoices)
    here: dict[int, set[int]] = {pk: set() for pk in invoices}
    for invoice_id, payment_id in parts.values_list("invoice", "payment"):
        here[invoice_id].add(payment_id)
    by_id = {qbo_id for one in invoices.values() for qbo_id in paid_by(one.now)}
    these = Q(record_id__in=set().union(*here.values())) | Q(qbo_id__in=by_id)
    links = list(Link.objects.of(connection, Link.RecordType.PAYMENT).filter(these))
    found = {}
    for pk, there in invoices.items():
        ids = paid_by(there.now)
        sent = {one.record_id: transaction_ref(one) for one in links if one.record_id in here[pk] or one.qbo_id in ids}
        found[pk] = PaymentsOn(sent, here=frozenset(here[pk]))
    return found


def _paid_numbers(
    connection: Connection,
    sent: Iterable[TransactionRef],
    payments: Iterable[PaymentDocument],
    invoices: Mapping[int, TransactionRef],
) -> dict[str, str]:
    """A query only where a payment pays there what none of these pays here."""
    parts = (part for one in payments for part in one.applied)
    known = {invoices[part.invoice_id].qbo_id: part.number for part in parts if part.invoice_id in invoices}
    rows = (row for one in sent for row in (one.base.row if one.base else {}, one.theirs))
    others = {key for row in rows for key in applied_by(row)} - known.keys()
    return {**known, **(numbers_of_ours(connection, others) if others else {})}


def numbers_of_ours(connection: Connection, qbo_ids: Iterable[str]) -> dict[str, str]:
    """The numbers of our invoices among these of QuickBooks, by their Ids there."""
    numbers = Invoice.objects.filter(pk=OuterRef("record_id")).values("number")
    links = Link.objects.of(connection, Link.RecordType.INVOICE).filter(qbo_id__in=list(qbo_ids))
    return dict(links.annotate(number=Subquery(numbers)).exclude(number=None).values_list("qbo_id", "number"))


def load_company(connection: Connection) -> Company:
    """The facts of the connected company; those of a plain US company if none have been read."""
    return _company(CompanyFacts.objects.filter(connection=connection).first(), connection.realm_id)


def _company(facts: CompanyFacts | None, realm_id: str) -> Company:
    if facts is None or facts.realm_id != realm_id:
        return Company()
    return Company(
        country=facts.country,
        closing_date=facts.book_close_date,
        using_sales_tax=facts.using_sales_tax,
        partner_tax_enabled=facts.partner_tax_enabled,
        custom_numbers=facts.custom_numbers,
        allow_discount=facts.allow_discount,
        home_currency=facts.home_currency,
    )


def _customer(link: Link) -> Ref:
    base = Base.from_text(link.base)
    currency = reference(base.row, "CurrencyRef") if base else ""
    return Ref(link.qbo_id, active=link.active, sync_token=link.sync_token, currency=currency)


def transaction_ref(link: Link) -> TransactionRef:
    """What we know of the transaction of a link, and how QuickBooks has it."""
    return TransactionRef(
        qbo_id=link.qbo_id,
        sync_token=link.sync_token,
        txn_date=link.txn_date,
        voided=link.voided,
        gone=not link.active,
        base=Base.from_text(link.base),
        theirs=decode(link.theirs) if link.theirs else {},
    )


def load_list_records(connection: Connection, record_type: str, ids: Iterable[int]) -> dict[int, ListRecord]:
    """Linked, active customers or items with what QuickBooks has of them, by our id."""
    links = Link.objects.of(connection, record_type).for_records(ids).filter(active=True)
    return {
        link.record_id: ListRecord(link.qbo_id, link.sync_token, base, decode(link.theirs) if link.theirs else {})
        for link in links
        if (base := Base.from_text(link.base)) is not None
    }


def load_ruled(connection: Connection, record_type: str, ids: Iterable[int]) -> dict[int, Ruled]:
    """By record of ours, what people's choices that nobody has undone mean for matching it."""
    kinds, found = MatchChoice.Kind, dict[int, Ruled]()
    rows = MatchChoice.objects.of(connection, record_type).standing().filter(record_id__in=list(ids)).order_by("pk")
    for record_id, kind, qbo_id in rows.values_list("record_id", "kind", "qbo_id"):
        before = found.get(record_id, Ruled())
        if kind == kinds.THIS_ONE:
            found[record_id] = Ruled(before.refused - {qbo_id})
        elif kind == kinds.CREATE:
            found[record_id] = Ruled(before.refused, creates=True)
        elif kind in (kinds.NOT_THIS_ONE, kinds.UNLINK):
            # What it no longer is, is not linked to it again by its name.
            found[record_id] = Ruled(before.refused | {qbo_id}, before.creates)
    return found


def product_row(connection: Connection, qbo_id: str) -> Row:
    """The product as our mirror has it, in QuickBooks' words; empty where it has not."""
    entry = ListEntry.objects.of(connection, "Item").filter(qbo_id=qbo_id).first()
    if entry is None:
        return {}
    return {**entry.data, "Id": qbo_id, "Name": entry.name, "SyncToken": entry.sync_token, "Active": entry.active}


def _inactive_keys(names: Iterable[str]) -> set[str]:
    """The keys that inactive products of these names may have."""
    keys = {name_key(name) for name in names}
    return keys | {f"{key}{DELETED}" for key in keys}


def _inactive(rows: Iterable[ListEntry]) -> dict[str, Ref]:
    return {row.name_key.removesuffix(DELETED): ref_of(row) for row in rows if not row.active}


def ref_of(entry: ListEntry) -> Ref:
    """The part of a row that a mapping book needs.

    Of a row stored before rows were checked, only the valid parts are used.
    """
    data = entry.data if isinstance(entry.data, dict) else {}
    account, rates = data.get("IncomeAccountRef"), data.get("Rates")
    return Ref(
        qbo_id=entry.qbo_id,
        name=entry.name,
        active=entry.active,
        sync_token=entry.sync_token,
        type=data.get("Type") or data.get("AccountType") or "",
        account_id=str(account.get("value", "")) if isinstance(account, dict) else "",
        unit_price=price_in(data),
        rates=tuple((str(qbo_id), Decimal(percent)) for qbo_id, percent in rates) if isinstance(rates, list) else (),
    )


def price_in(data: object) -> Decimal | None:
    """The price that a mirrored product has; None where none can be read."""
    kept = data.get("UnitPrice") if isinstance(data, dict) else None
    try:
        price = Decimal(str(kept)) if kept is not None else None
    except InvalidOperation:
        return None
    return price if price is None or price.is_finite() else None
