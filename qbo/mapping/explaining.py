"""Rewords a failure of QuickBooks with our own names: which customer, rate, item, account."""

from __future__ import annotations

from dataclasses import replace

from qbo.failures import Failure, Subject
from qbo.mapping.base import DELETED
from qbo.mapping.loading import load_book
from qbo.mapping.payloads import rate_names
from qbo.mapping.preflight import customer_subject, item_subject, rate_subject
from qbo.models import CompanyFacts, Connection, ConnectionSettings, Link, ListEntry
from runacall.invoices.document_loading import load_customers, load_invoices, load_items, load_payments
from runacall.invoices.documents import CustomerDocument, InvoiceDocument, ItemDocument, LineDocument, PaymentDocument

# These are about one item of the invoice, or about one account.
ABOUT_ITEMS = frozenset({"item_not_found", "item_inactive", "item_is_category", "income_account_missing"})
ABOUT_ACCOUNTS = frozenset({"account_inactive", "account_wrong_type"})


def explain(failure: Failure, connection: Connection, record_type: str, record_id: int) -> Failure:
    """`failure` with a subject and facts that staff recognize, as far as they can be found."""
    if record_type == "invoice":
        invoice = load_invoices([record_id]).get(record_id)
        return _of_invoice(failure, connection, invoice) if invoice else failure
    if record_type == "payment":
        payment = load_payments([record_id]).get(record_id)
        return _of_payment(failure, connection, payment) if payment else failure
    if record_type == "customer":
        customer = load_customers([record_id]).get(record_id)
        return replace(failure, subject=_of_customer(failure.code, customer)) if customer else failure
    if record_type == "item":
        item = load_items([record_id]).get(record_id)
        return _of_item(failure, connection, item) if item else failure
    return failure


def _of_customer(code: str, customer: CustomerDocument) -> Subject:
    """The customer, so that what waits for them is found; named by the e-mail address if that is refused."""
    if code == "bad_email" and customer.email:
        return Subject("customer", str(customer.id), customer.email)
    return customer_subject(customer)


# What a code is about on a payment.
OF_PAYMENTS = {
    "closed_period": "payment_in_closed_period",
    "account_inactive": "deposit_account_inactive",
    "account_wrong_type": "deposit_account_wrong_type",
}


def _of_payment(failure: Failure, connection: Connection, payment: PaymentDocument) -> Failure:
    failure = replace(failure, code=OF_PAYMENTS.get(failure.code, failure.code))
    if failure.code in ("customer_not_found", "currency_mismatch"):
        return replace(failure, subject=customer_subject(payment.customer))
    if failure.code == "payment_in_closed_period":
        facts = CompanyFacts.objects.filter(connection=connection).first()
        closing = facts.book_close_date.isoformat() if facts and facts.book_close_date else ""
        known = {"received_date": payment.books_date.isoformat(), "closing_date": closing}
        return replace(failure, facts={**failure.facts, **{key: value for key, value in known.items() if value}})
    if failure.code.startswith("deposit_account"):
        book = load_book(connection, payments=[payment])
        subject = Subject("account", failure.subject.key or book.deposit_account_id(payment), "")
        row = f"account-{payment.method}"
        return _account(replace(failure, subject=subject), connection, method=payment.method_name, row=row)
    if failure.code in ("payment_over_applied", "link_refused") and len(payment.applied) == 1:
        [part] = payment.applied
        link = Link.objects.of(connection, "invoice").filter(record_id=part.invoice_id).first()
        there = {"there_entity": "Invoice", "there_id": link.qbo_id} if link else {}
        subject = Subject("invoice", str(part.invoice_id), f"#{part.number}")
        return replace(failure, subject=subject, facts={**failure.facts, **there})
    if failure.code == "record_deleted_there":
        return replace(failure, subject=Subject("payment", str(payment.id), f"{payment.amount:,}"))
    return failure


def _of_item(failure: Failure, connection: Connection, item: ItemDocument) -> Failure:
    if failure.code not in ABOUT_ACCOUNTS:
        return replace(failure, subject=item_subject(item))
    # QuickBooks names no account, but it is the one that staff chose and that was sent.
    account_id = failure.subject.key or load_book(connection, items=[item]).new_item_account(item)
    subject = Subject("account", account_id, "")
    row = f"category-{item.category_id or 'none'}"
    return _account(replace(failure, subject=subject), connection, item=item.name, row=row)


def _of_invoice(failure: Failure, connection: Connection, invoice: InvoiceDocument) -> Failure:
    taxed = next((line for line in invoice.lines if line.rates), None)
    subject = _part_of_invoice(failure.code, invoice, taxed)
    if subject:
        return replace(failure, subject=subject, facts={**failure.facts, **_holder(failure)})
    if failure.code == "closed_period":
        return _closed(failure, connection, invoice)
    if failure.code in ABOUT_ITEMS:
        return _item(failure, connection, invoice)
    if failure.code == "not_found_other" and failure.facts.get("list", "").lower() == "taxagency":
        return _agency(failure, connection, failure.subject.key, taxed)
    if failure.code == "reference_not_found":
        return _inactive(failure, connection, invoice) or (
            _behind_tax(failure, connection, taxed) if taxed else failure
        )
    if failure.code in ABOUT_ACCOUNTS:
        return _account(failure, connection, **_behind(failure.subject.key, connection, invoice, taxed))
    return failure


def _holder(failure: Failure) -> dict[str, str]:
    """The transaction that QuickBooks says has the number."""
    if failure.facts.get("txn_type") != "Invoice" or not failure.facts.get("txn_id"):
        return {}
    return {"there_entity": "Invoice", "there_id": failure.facts["txn_id"]}


def _part_of_invoice(code: str, invoice: InvoiceDocument, taxed: LineDocument | None) -> Subject | None:
    """What a code is about, if the code alone shows which part of the invoice it is."""
    if code in ("customer_not_found", "currency_mismatch", "bad_email"):
        return _of_customer(code, invoice.customer)
    if code in ("tax_code_not_mapped", "tax_calculation_failed") and taxed:
        return rate_subject(taxed)
    if code in ("duplicate_doc_number", "number_too_long"):
        return Subject("number", invoice.number, invoice.number)
    if code == "record_deleted_there":
        return Subject("invoice", str(invoice.id), invoice.number)
    return None


def _behind(
    account_id: str, connection: Connection, invoice: InvoiceDocument, taxed: LineDocument | None
) -> dict[str, str]:
    """What on the invoice posts to this account, and the row of the settings page where it is chosen."""
    earning = _items_that_earn_into(account_id, connection, invoice)
    if earning:
        row = f"category-{earning[0].category_id or 'none'}"
        return {"item": ", ".join(sorted(item.name for item in earning)), "row": row}
    if ConnectionSettings.objects.filter(connection=connection, discount_account_id=account_id or "none").exists():
        return {"discount": "the discount", "row": "discount_account_id"}
    return _tax_facts(taxed, connection) if taxed else {}


def _tax_facts(taxed: LineDocument, connection: Connection) -> dict[str, str]:
    """The rates of a line, the agencies that collect for their tax code, and the row where the code is chosen."""
    names = {"agency": ", ".join(sorted(agency.name for agency in _agencies(taxed, connection) if agency.name))}
    row = {"tax_code": rate_names(taxed), "page": "tax", "row": f"rate-{taxed.rate_key}"}
    return row | {name: value for name, value in names.items() if value}


def _agencies(taxed: LineDocument, connection: Connection) -> list[ListEntry]:
    """The agencies behind the line's tax code, gone ones too; one that was never read has no name."""
    code = load_book(connection).tax_code(taxed.rate_key)
    entry = ListEntry.objects.of(connection, "TaxCode").filter(qbo_id=code.qbo_id if code else "").first()
    ids = entry.data.get("Agencies", []) if entry else []
    known = {one.qbo_id: one for one in ListEntry.objects.of(connection, "TaxAgency").filter(qbo_id__in=ids)}
    return [known.get(qbo_id) or ListEntry(qbo_id=qbo_id, active=False) for qbo_id in ids]


def _items_that_earn_into(account_id: str, connection: Connection, invoice: InvoiceDocument) -> list[ItemDocument]:
    """The items of the invoice whose product in QuickBooks has this income account."""
    items = {line.item.id: line.item for line in invoice.lines if line.item}
    links = {link.qbo_id: link.record_id for link in Link.objects.of(connection, "item").for_records(items)}
    rows = ListEntry.objects.of(connection, "Item").filter(qbo_id__in=links)
    earning = rows.filter(data__IncomeAccountRef__value=account_id).values_list("qbo_id", flat=True)
    return [items[links[qbo_id]] for qbo_id in earning]


# Subtypes of the accounts for collected tax (Intuit's API reference, Account).
TAX_ACCOUNTS = ("SalesTaxPayable", "GlobalTaxPayable")


def _behind_tax(failure: Failure, connection: Connection, taxed: LineDocument) -> Failure:
    """If QuickBooks names nothing, it is what the tax refers to, which is not in the payload: agency or account."""
    gone = [agency for agency in _agencies(taxed, connection) if not agency.active]
    if gone:
        return _agency(failure, connection, gone[0].qbo_id, taxed)
    accounts = ListEntry.objects.of(connection, "Account").filter(data__AccountSubType__in=TAX_ACCOUNTS)
    inactive = list(accounts.filter(active=False)[:2])
    if len(inactive) != 1:
        return failure
    subject = Subject("account", inactive[0].qbo_id, "")
    return _account(
        replace(failure, code="account_inactive", subject=subject), connection, **_tax_facts(taxed, connection)
    )


def _agency(failure: Failure, connection: Connection, qbo_id: str, taxed: LineDocument | None) -> Failure:
    """A tax agency that is missing or inactive, by its name where it was ever read."""
    known = ListEntry.objects.of(connection, "TaxAgency").filter(qbo_id=qbo_id).first()
    subject = Subject("tax_agency", qbo_id, known.name if known else f"Id {qbo_id}")
    facts = _tax_facts(taxed, connection) if taxed else {}
    return replace(failure, code="tax_agency_gone", subject=subject, facts={**failure.facts, **facts})


def _closed(failure: Failure, connection: Connection, invoice: InvoiceDocument) -> Failure:
    facts = CompanyFacts.objects.filter(connection=connection).first()
    closing = facts.book_close_date.isoformat() if facts and facts.book_close_date else ""
    known = {"invoice_date": invoice.books_date.isoformat(), "closing_date": closing}
    return replace(failure, facts={**failure.facts, **{key: value for key, value in known.items() if value}})


def _item(failure: Failure, connection: Connection, invoice: InvoiceDocument) -> Failure:
    """The item that QuickBooks names by its Id; if it names none, the only item of the invoice."""
    link = Link.objects.of(connection, "item").filter(qbo_id=failure.subject.key).first()
    items = {line.item.id: line.item for line in invoice.lines if line.item}
    if link:
        items = load_items([link.record_id])
    only = next(iter(items.values())) if len(items) == 1 and (link or not failure.subject.key) else None
    there = {"there_entity": "Item", "there_id": link.qbo_id} if link else {}
    return replace(failure, subject=item_subject(only), facts={**failure.facts, **there}) if only else failure


def _inactive(failure: Failure, connection: Connection, invoice: InvoiceDocument) -> Failure | None:
    """The first item of the invoice that is inactive there; None if all are active."""
    items = {line.item.id: line.item for line in invoice.lines if line.item}
    links = {link.record_id: link.qbo_id for link in Link.objects.of(connection, "item").for_records(items)}
    products = ListEntry.objects.of(connection, "Item").filter(qbo_id__in=links.values(), active=False)
    gone = set(products.values_list("qbo_id", flat=True))
    found = next((items[pk] for pk in sorted(links) if links[pk] in gone), None)
    if found is None:
        return None
    there = {"there_entity": "Item", "there_id": links[found.id]}
    return replace(failure, code="item_inactive", subject=item_subject(found), facts={**failure.facts, **there})


def _account(failure: Failure, connection: Connection, **facts: str) -> Failure:
    found = ListEntry.objects.of(connection, "Account").filter(qbo_id=failure.subject.key).first()
    if found is None:
        return failure
    name = found.name.removesuffix(DELETED)
    there = {"there_entity": "Account", "there_id": found.qbo_id}
    return replace(failure, subject=Subject("account", found.qbo_id, name), facts={**failure.facts, **there, **facts})
