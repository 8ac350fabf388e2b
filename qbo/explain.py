"""A failure as QuickBooks told it, told again in our own names: which customer, rate, item, account."""

from __future__ import annotations

from dataclasses import replace

from qbo.failures import Failure, Subject
from qbo.models import CompanyFacts, Connection, Link, ListEntry
from qbo.payloads import rate_names
from qbo.preflight import customer_subject, item_subject, rate_subject
from runacall.invoices.document_loading import load_customers, load_invoices, load_items
from runacall.invoices.documents import InvoiceDocument


def explain(failure: Failure, connection: Connection, record_type: str, record_id: int) -> Failure:
    """`failure` with a subject and facts that staff recognise, as far as they can be found."""
    if record_type == "invoice":
        invoice = load_invoices([record_id]).get(record_id)
        return _of_invoice(failure, connection, invoice) if invoice else failure
    if record_type == "customer":
        customer = load_customers([record_id]).get(record_id)
        return replace(failure, subject=customer_subject(customer)) if customer else failure
    if record_type == "item" and failure.code != "account_inactive":
        item = load_items([record_id]).get(record_id)
        return replace(failure, subject=item_subject(item)) if item else failure
    return _account(failure, connection)


def _of_invoice(failure: Failure, connection: Connection, invoice: InvoiceDocument) -> Failure:
    taxed = next((line for line in invoice.lines if line.rates), None)
    if failure.code == "customer_not_found":
        return replace(failure, subject=customer_subject(invoice.customer))
    if failure.code == "tax_code_not_mapped" and taxed:
        return replace(failure, subject=rate_subject(taxed))
    if failure.code == "duplicate_doc_number":
        return replace(failure, subject=Subject("number", invoice.number, invoice.number))
    if failure.code == "closed_period":
        return _closed(failure, connection, invoice)
    if failure.code == "item_not_found":
        return _item(failure, connection)
    if failure.code == "reference_not_found" and taxed:
        return _tax_account(failure, connection, rate_names(taxed))
    if failure.code == "account_inactive":
        behind_tax = {"tax_code": rate_names(taxed)} if taxed else {}
        return _account(failure, connection, **behind_tax)
    return failure


# Sub-types of the accounts that collected tax is owed on (Intuit's API reference, Account).
TAX_ACCOUNTS = ("SalesTaxPayable", "GlobalTaxPayable")


def _tax_account(failure: Failure, connection: Connection, tax_code: str) -> Failure:
    """Where QuickBooks names nothing: the account behind the tax is the one reference that no payload shows."""
    accounts = ListEntry.objects.of(connection, "Account").filter(data__AccountSubType__in=TAX_ACCOUNTS)
    inactive = list(accounts.filter(active=False)[:2])
    if len(inactive) != 1:
        return failure
    subject = Subject("account", inactive[0].qbo_id, "")
    return _account(replace(failure, code="account_inactive", subject=subject), connection, tax_code=tax_code)


def _closed(failure: Failure, connection: Connection, invoice: InvoiceDocument) -> Failure:
    facts = CompanyFacts.objects.filter(connection=connection).first()
    closing = facts.book_close_date.isoformat() if facts and facts.book_close_date else ""
    known = {"invoice_date": invoice.books_date.isoformat(), "closing_date": closing}
    return replace(failure, facts={**failure.facts, **{key: value for key, value in known.items() if value}})


def _item(failure: Failure, connection: Connection) -> Failure:
    link = Link.objects.of(connection, "item").filter(qbo_id=failure.subject.key).first()
    item = load_items([link.record_id]).get(link.record_id) if link else None
    return replace(failure, subject=item_subject(item)) if item else failure


def _account(failure: Failure, connection: Connection, **facts: str) -> Failure:
    found = ListEntry.objects.of(connection, "Account").filter(qbo_id=failure.subject.key).first()
    if found is None:
        return failure
    name = found.name.removesuffix(" (deleted)")
    return replace(failure, subject=Subject("account", found.qbo_id, name), facts={**failure.facts, **facts})
