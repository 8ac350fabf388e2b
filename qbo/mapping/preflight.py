"""Document and mapping book -> what would keep it out of the books, before any call is spent; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from qbo.failures import Failure, Subject
from qbo.mapping.applied import is_paid_more_than, paying
from qbo.mapping.base import DELETED
from qbo.mapping.book import MappingBook, PaymentsOn, Ref
from qbo.mapping.names import name_key
from qbo.mapping.payloads import ALLOW_DUPLICATE, Write, rate_names
from qbo.mapping.plans import Plan
from runacall.invoices.documents import CustomerDocument, InvoiceDocument, ItemDocument, LineDocument

NUMBER_MAX = 21


def check_invoice(invoice: InvoiceDocument, plan: Plan, book: MappingBook) -> tuple[Failure, ...]:
    """Everything we know that would make the planned write fail, worst first; empty if nothing."""
    write = plan.write
    if write is None:
        return plan.failures
    if write.options == "void" or write.operation == "delete":
        return (*_closed_there(invoice, book), *plan.failures, *_payments_on(invoice, book))
    return (
        *plan.failures,
        *_money(invoice, book),
        *_lines(invoice, book),
        *_customer(invoice, book),
        *_settings_of_the_company(write, invoice, book),
        *(() if plan.failures else _payments_off_first(write, invoice, book)),
    )


def _money(invoice: InvoiceDocument, book: MappingBook) -> Iterator[Failure]:
    theirs = book.company.home_currency
    # Our invoices are in one currency; QuickBooks would read the amount in its own.
    if theirs and book.currency and theirs != book.currency:
        facts = {"ours": book.currency, "theirs": theirs, "holder": "the company"}
        yield Failure("currency_differs", Subject("company", "currency", theirs), facts=facts)
    taxed = [line for line in invoice.lines if line.rates]
    if taxed and not book.company.sales_tax_ready:
        yield Failure("tax_not_enabled", Subject("company", "sales_tax", "sales tax"))
        return
    needed = taxed if book.company.is_us else list(invoice.lines)
    for line in {line.rate_key: line for line in needed}.values():
        if book.tax_code(line.rate_key) is None:
            yield Failure("tax_code_not_mapped", rate_subject(line))
    if book.company.is_us and len({line.rate_key for line in taxed}) > 1:
        names = ", ".join(sorted({rate_names(line) for line in taxed}))
        yield Failure("mixed_tax_rates", Subject("tax_rate", "", names), facts={"rates": names})


def rate_subject(line: LineDocument) -> Subject:
    return Subject("tax_rate", line.rate_key or "none", rate_names(line))


def _lines(invoice: InvoiceDocument, book: MappingBook) -> Iterator[Failure]:
    if any(line.item is None for line in invoice.lines) and book.one_off_item is None:
        yield Failure("one_off_item_missing", Subject("item", "one_off", "one-off lines"))
    items = {line.item.id: line.item for line in invoice.lines if line.item}
    for item in items.values():
        if item.kind in book.charge_items:
            yield from _charge(item, book)
            continue
        there, inactive = book.items.get(item.id), inactive_product(item, book)
        if item.id in book.unclear_items:
            yield book.unclear_items[item.id]
        elif inactive:
            yield item_inactive(item, inactive)
        elif there is None or not there.active:
            yield Failure("item_not_found", item_subject(item))
        elif there.is_category:
            yield Failure("item_is_category", item_subject(item))
        else:
            yield from check_account(there.account_id, item, book)


def _charge(item: ItemDocument, book: MappingBook) -> Iterator[Failure]:
    """The product that all tips, or all card fees, are booked under."""
    product = book.charge_items[item.kind]
    if product.active and not product.is_category:
        yield from check_account(product.account_id, item, book)
        return
    subject = Subject("item", item.kind, product.name.removesuffix(DELETED))
    what = {"what": CHARGE_WORDS.get(item.kind, item.kind), "row": f"{item.kind}_item_id"}
    yield Failure("charge_item_missing", subject, facts=what | {"there_entity": "Item", "there_id": product.qbo_id})


CHARGE_WORDS = {"tip": "tips", "card_fee": "card fees"}


def inactive_product(item: ItemDocument, book: MappingBook) -> Ref | None:
    """The product of this item, if somebody made it inactive: a second one must not be created."""
    there = book.items.get(item.id)
    if item.id in book.items_to_create:
        return None
    if there is None:
        return book.inactive_items.get(name_key(item.name))
    # A link to a product that is no longer in the list has no name.
    return there if not there.active and there.name else None


def item_inactive(item: ItemDocument, product: Ref) -> Failure:
    return Failure("item_inactive", item_subject(item), facts={"there_entity": "Item", "there_id": product.qbo_id})


def check_account(account_id: str, item: ItemDocument, book: MappingBook) -> Iterator[Failure]:
    """Check the income account of an item; one that is not in the mirror is not refused."""
    account = book.accounts.get(account_id)
    if account and not account.active:
        facts = {"item": item.name, "row": f"category-{item.category_id or 'none'}"}
        yield Failure("account_inactive", account_subject(account), facts=facts | account_there(account))


def item_subject(item: ItemDocument) -> Subject:
    return Subject("item", str(item.id), item.name)


def account_subject(account: Ref) -> Subject:
    return Subject("account", account.qbo_id, account.name.removesuffix(DELETED))


def account_there(account: Ref) -> dict[str, str]:
    return {"there_entity": "Account", "there_id": account.qbo_id}


def customer_subject(customer: CustomerDocument) -> Subject:
    return Subject("customer", str(customer.id), customer.display_name)


def _customer(invoice: InvoiceDocument, book: MappingBook) -> Iterator[Failure]:
    there = book.customers.get(invoice.customer.id)
    if there is None or not there.active:
        yield Failure("customer_not_found", customer_subject(invoice.customer))
    elif there.currency and book.currency and there.currency != book.currency:
        facts = {"ours": book.currency, "theirs": there.currency}
        facts["holder"] = f"the customer '{invoice.customer.display_name}'"
        yield Failure("currency_differs", customer_subject(invoice.customer), facts=facts)


def _settings_of_the_company(write: Write, invoice: InvoiceDocument, book: MappingBook) -> Iterator[Failure]:
    """What it has turned off or closed: discounts, days, numbers."""
    company = book.company
    # Outside the US a discount goes as lines of less than nothing, which need no such setting.
    if invoice.discount and company.is_us and not company.allow_discount:
        yield Failure("discount_not_enabled", Subject("company", "discount", "discounts"))
    yield from _closed_there(invoice, book)
    if book.gives_closed_day(book.invoices.get(invoice.id), invoice.books_date):
        yield closed_period(invoice, book)
    if len(str(write.payload.get("DocNumber") or "")) > NUMBER_MAX:
        yield Failure("number_too_long", _number_subject(invoice))
    nobody_numbers = company.custom_numbers and not book.sends_number_of(invoice)
    if write.operation == "create" and nobody_numbers:
        yield Failure("numbering_by_hand", Subject("company", "numbers", "invoice numbers"))


def _closed_there(invoice: InvoiceDocument, book: MappingBook) -> Iterator[Failure]:
    """What is already in a closed period cannot be changed, voided or deleted."""
    there = book.invoices.get(invoice.id)
    if there and there.txn_date and book.company.is_closed_on(there.txn_date):
        yield closed_period(invoice, book)


def falls_in_closed_period(invoice: InvoiceDocument, book: MappingBook) -> bool:
    """Whether the closing date keeps this invoice out, whatever else does."""
    if any(_closed_there(invoice, book)):
        return True
    return not invoice.is_void and book.gives_closed_day(book.invoices.get(invoice.id), invoice.books_date)


def _payments_on(
    invoice: InvoiceDocument, book: MappingBook, *, but: Collection[int] = frozenset()
) -> Iterator[Failure]:
    """Our payments that are on it there, `but` these: they have to be taken off it first."""
    there = book.invoices.get(invoice.id)
    # While payments are not sent, they stay as they are, and QuickBooks refuses the void.
    payments = book.payments_on.get(invoice.id) if book.choices.sync_payments else None
    if there is None or payments is None:
        return
    # One of those whose answer nobody has seen is there, and until it is known, any of them.
    for payment_id in paying(there, payments):
        if payment_id not in but:
            yield Failure("waits_for_payment", Subject("payment", str(payment_id), ""))


def _payments_off_first(write: Write, invoice: InvoiceDocument, book: MappingBook) -> Iterator[Failure]:
    """The payments that do not pay it here any more, where it becomes another customer's, or less than they are."""
    there = book.invoices.get(invoice.id)
    if there is None:
        return
    if "CustomerRef" in write.payload or ("Line" in write.payload and is_paid_more_than(invoice.total, there)):
        yield from _payments_on(invoice, book, but=book.payments_on.get(invoice.id, PaymentsOn()).here)


def closed_period(invoice: InvoiceDocument, book: MappingBook) -> Failure:
    closing = book.company.closing_date.isoformat() if book.company.closing_date else ""
    facts = {"invoice_date": invoice.books_date.isoformat(), "closing_date": closing}
    return Failure("closed_period", Subject("date", closing, closing), facts=facts)


def number_taken(invoice: InvoiceDocument, plan: Plan, book: MappingBook) -> Failure | None:
    """Another invoice there already has the number that the write would set."""
    number = str(plan.write.payload.get("DocNumber") or "") if plan.write else ""
    holder, there = book.taken_numbers.get(number), book.invoices.get(invoice.id)
    if not number or not holder or (there and there.qbo_id == holder):
        return None
    facts = {"number": number, "txn_type": "Invoice", "txn_id": holder}
    facts |= {"there_entity": "Invoice", "there_id": holder, "txn_of": book.number_holders.get(number, "")}
    return Failure("duplicate_doc_number", _number_subject(invoice), facts=facts)


def with_spent_number(plan: Plan, book: MappingBook) -> Plan:
    """Where only void invoices of ours hold the number there, QuickBooks has to be told that it may be used again."""
    if plan.write is None or str(plan.write.payload.get("DocNumber") or "") not in book.spent_numbers:
        return plan
    return replace(plan, write=replace(plan.write, options=ALLOW_DUPLICATE))


def _number_subject(invoice: InvoiceDocument) -> Subject:
    return Subject("number", invoice.number, invoice.number)


def check_new_item(item: ItemDocument, book: MappingBook) -> tuple[Failure, ...]:
    """What would keep a pricebook item from becoming a QuickBooks product."""
    account_id = book.new_item_account(item)
    account = book.accounts.get(account_id)
    if not account_id or account is None:
        return (Failure("income_account_missing", item_subject(item)),)
    return tuple(check_account(account_id, item, book))
