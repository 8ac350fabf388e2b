"""The personal data in the records of a bundle, so that all of it can be removed from every text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings

from qbo.mapping.names import OF_CUSTOMER, name_for_quickbooks
from qbo.models import Connection
from runacall.invoices.models import Customer, Invoice, Payment
from runacall.organizations.models import Organization
from sync.models import SyncEvent
from sync.models.events import EntityType

Known = Mapping[str, set[str]]

ADDRESS_LINES = ("billing_line1", "billing_line2", "service_line1", "service_line2")
# The places where Intuit's answer names a person who works in the books.
PEOPLE_IN_FACTS = ("changed_by", "restore")
# A shorter note may be a common phrase; it is removed anyway if it is a field of a payload.
LONG_NOTE = 24
# A bank's reference leads to an account; the number of a check is as short as any other number.
LONG_REFERENCE = 8


def known_personal_data(
    organization: Organization,
    events: Iterable[SyncEvent],
    *,
    invoice_ids: set[int],
    customer_ids: set[int],
    payment_ids: set[int],
) -> Known:
    """Placeholder -> texts, for the customers, invoices and payments with these ids and for the events themselves."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    invoices = {row.pk: row for row in Invoice.objects.for_organization(organization).filter(pk__in=invoice_ids)}
    payments = {row.pk: row for row in Payment.objects.for_organization(organization).filter(pk__in=payment_ids)}
    wanted = customer_ids | {invoice.customer_id for invoice in invoices.values()}
    wanted |= {payment.customer_id for payment in payments.values()}
    for customer in Customer.objects.for_organization(organization).filter(pk__in=wanted):
        _add(known, _of_customer(customer))
    for invoice in invoices.values():
        _add(known, _of_invoice(invoice))
    for payment in payments.values():
        _add(known, _of_payment(payment))
    for event in events:
        _add(known, _of_event(event, invoices, payments))
    return {holder: texts for holder, texts in known.items() if texts}


def known_secrets(connection: Connection | None) -> Known:
    """The secrets: this connection's tokens and our own keys."""
    ours = {settings.SECRET_KEY, settings.QBO_CLIENT_SECRET, *settings.TOKEN_KEYS}
    is_readable = connection is not None and connection.has_readable_tokens
    theirs = {connection.access_token, connection.refresh_token} if connection and is_readable else set()
    return {"[secret]": {text for text in ours | theirs if len(text) >= 8}}


def _add(known: defaultdict[str, set[str]], pairs: Iterable[tuple[str, str]]) -> None:
    for holder, text in pairs:
        if text.strip():
            known[holder].add(text)


def _of_customer(customer: Customer) -> Iterator[tuple[str, str]]:
    holder = f"customer-{customer.pk}"
    for name in (customer.name, customer.company):
        yield holder, name
        if name:
            yield (
                holder,
                name_for_quickbooks(name, OF_CUSTOMER, record_id=customer.pk).removesuffix(f" ({customer.pk})"),
            )
    yield f"{holder}-email", customer.email
    yield from ((f"{holder}-email", address.strip()) for address in customer.email.split(",") if address.strip())
    yield from ((f"{holder}-phone", spelling) for spelling in spellings_of_phone(customer.phone))
    yield from _address_lines(holder, customer)


def _of_invoice(invoice: Invoice) -> Iterator[tuple[str, str]]:
    yield from _address_lines(f"customer-{invoice.customer_id}", invoice)
    for note in (invoice.customer_note, invoice.internal_note):
        yield from _lines(f"invoice-{invoice.pk}-note", note)


def _of_payment(payment: Payment) -> Iterator[tuple[str, str]]:
    yield f"payment-{payment.pk}-reference", payment.reference if len(payment.reference) >= LONG_REFERENCE else ""
    yield from _lines(f"payment-{payment.pk}-memo", payment.memo)


def _lines(holder: str, note: str) -> Iterator[tuple[str, str]]:
    yield from ((holder, line) for line in [note, *note.splitlines()] if len(line) >= LONG_NOTE)


def _address_lines(holder: str, row: Customer | Invoice) -> Iterator[tuple[str, str]]:
    yield from ((f"{holder}-address", getattr(row, column)) for column in ADDRESS_LINES)


def spellings_of_phone(phone: str) -> set[str]:
    """The number as written, and its ten digits without country code and extension."""
    digits = re.sub(r"\D", "", phone)
    local = digits[1:11] if digits.startswith("1") else digits[:10]
    return {phone, digits, digits[-10:], local} if len(local) >= 7 else {phone}


def _of_event(
    event: SyncEvent, invoices: Mapping[int, Invoice], payments: Mapping[int, Payment]
) -> Iterator[tuple[str, str]]:
    """What a row of the log says about people; it is the only trace of a deleted or renamed customer."""
    if event.record_type in (EntityType.INVOICE, EntityType.PAYMENT):
        records: Mapping[int, Invoice | Payment] = invoices if event.record_type == EntityType.INVOICE else payments
        record = records.get(event.record_id)
        yield (f"customer-{record.customer_id}" if record else f"customer-of-event-{event.pk}"), event.party
    if event.record_type == EntityType.CUSTOMER:
        yield f"customer-{event.record_id}", event.label.removeprefix("Customer ")
    if event.subject_kind == "customer":
        key = event.subject_key
        yield (f"customer-{key}" if key.isdecimal() else f"customer-of-event-{event.pk}"), event.subject_name
    for fact in PEOPLE_IN_FACTS:
        yield "quickbooks-user", str(event.facts.get(fact, "")) if isinstance(event.facts, dict) else ""
