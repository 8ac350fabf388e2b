"""Documents and a mapping book -> what to send to QuickBooks (Intuit's API reference); pure.

A gap in the book becomes a value that says what is missing, so that the payload can still be shown;
preflight makes sure that none with a gap is ever sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from qbo.json_objects import JsonObject
from qbo.mapping.book import Company, MappingBook, Ref
from qbo.mapping.marks import section
from qbo.mapping.names import OF_CUSTOMER, OF_ITEM, name_for_quickbooks
from runacall.invoices import money
from runacall.invoices.documents import Address, CustomerDocument, InvoiceDocument, ItemDocument, LineDocument
from runacall.invoices.money import round_cents

Payload = JsonObject

DESCRIPTION_MAX = 4000
CUSTOMER_MEMO_MAX = 1000


# Takes a number that is there already, although the company checks them (Intuit's API reference, Invoice.DocNumber).
ALLOW_DUPLICATE = "allowduplicatedocnum"


@dataclass(frozen=True)
class Write:
    """One write of one object: `operation` is create, update or delete; `options` is "", "void" or ALLOW_DUPLICATE."""

    entity: str
    operation: str
    payload: Payload
    options: str = ""

    def batch_item(self, position: int) -> Payload:
        """The write as one item of a batch; bId is the position."""
        item: Payload = {"bId": str(position), "operation": self.operation, self.entity: self.payload}
        return item | ({"optionsData": self.options} if self.options else {})


def invoice_payload(invoice: InvoiceDocument, book: MappingBook) -> Payload:
    """The invoice as QuickBooks expects it; amounts in the company's home currency."""
    term_id = book.term_id(invoice.terms)
    # Our lines as they are sent: outside the US with a negative line for each part of a discount.
    lines = [*invoice.lines, *discount_lines(invoice, book.company)]
    payload: Payload = {
        "DocNumber": invoice.number if book.sends_number_of(invoice) else None,
        "TxnDate": invoice.books_date.isoformat(),
        "DueDate": invoice.due_date.isoformat() if invoice.due_date else None,
        "CustomerRef": _ref(book.customers.get(invoice.customer.id), "customer", invoice.customer.display_name),
        "SalesTermRef": {"value": term_id} if term_id else None,
        "BillEmail": {"Address": invoice.customer.email} if invoice.customer.email else None,
        "BillAddr": address(invoice.billing),
        "ShipAddr": address(invoice.service),
        "CustomerMemo": {"value": invoice.customer_note[:CUSTOMER_MEMO_MAX]} if invoice.customer_note else None,
        "PrivateNote": section(invoice),
        "Line": [_line(line, book) for line in lines] + _discount(invoice, book),
    }
    return {key: value for key, value in (payload | _tax(invoice, book)).items() if value is not None}


def discount_lines(invoice: InvoiceDocument, company: Company) -> list[LineDocument]:
    """Outside the US the discount, as one line for each set of rates; nothing in the US or without a discount.

    The company's settings decide whether QuickBooks applies a discount line before or after tax, and
    outside the US no document can say which. A negative line with the same tax code avoids the question. It is booked
    under the item of the first line that it reduces.
    """
    if not invoice.discount or company.is_us:
        return []
    first = {line.rate_key: line for line in reversed(invoice.lines)}
    parts = money.totals(invoice.lines, invoice.discount).rate_sets
    name = invoice.discount_name or "Discount"
    return [
        replace(
            first[part.key],
            position=len(invoice.lines) + place,
            description=name,
            quantity=Decimal(1),
            unit_price=-part.discount,
            amount=-part.discount,
        )
        for place, part in enumerate(parts, start=1)
        if part.discount
    ]


def rounding_allowed(invoice: InvoiceDocument, company: Company) -> Decimal:
    """By how much QuickBooks' tax may differ because it rounds each rate separately: a cent for each; 0 in the US."""
    if company.is_us:
        return money.ZERO
    sets = {line.rate_key: line.rates for line in invoice.lines}
    return money.CENT * sum(len({rate.id for rate in rates}) for rates in sets.values())


def _line(line: LineDocument, book: MappingBook) -> Payload:
    if line.item is None:
        item = _ref(book.one_off_item, "product for one-off lines", "")
    else:
        item = _ref(book.product_of(line.item), "product", line.item.name)
    detail: Payload = {"ItemRef": item}
    # QuickBooks refuses an amount that is not the product (6070), so a different amount is sent alone.
    if round_cents(line.quantity * line.unit_price) == line.amount:
        detail |= {"Qty": line.quantity, "UnitPrice": line.unit_price}
    # US: whether the line is taxed at all; elsewhere the code itself (Intuit's API reference, Invoice).
    if book.company.is_us:
        detail["TaxCodeRef"] = {"value": "TAX" if line.rates else "NON"}
    else:
        detail["TaxCodeRef"] = _ref(book.tax_code(line.rate_key), "code", rate_names(line))
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": line.amount,
        "Description": line.description[:DESCRIPTION_MAX],
        "SalesItemLineDetail": detail,
    }


def _discount(invoice: InvoiceDocument, book: MappingBook) -> list[Payload]:
    if not invoice.discount or not book.company.is_us:
        return []
    detail: Payload = {"PercentBased": False}
    if book.choices.discount_account_id:
        detail["DiscountAccountRef"] = {"value": book.choices.discount_account_id}
    line: Payload = {"DetailType": "DiscountLineDetail", "Amount": invoice.discount}
    if invoice.discount_name:
        line["Description"] = invoice.discount_name
    return [line | {"DiscountLineDetail": detail}]


def _tax(invoice: InvoiceDocument, book: MappingBook) -> Payload:
    """The tax that is on the customer's invoice, sent as such so that QuickBooks does not calculate its own."""
    taxed = next((line for line in invoice.lines if line.rates), None)
    if not book.company.is_us:
        if not taxed:
            return {"GlobalTaxCalculation": "NotApplicable"}
        lines = _tax_lines(invoice, book)
        detail = {"TxnTaxDetail": {"TotalTax": invoice.tax_total, "TaxLine": lines}} if lines else {}
        return {"GlobalTaxCalculation": "TaxExcluded", **detail}
    tax: Payload = {"ApplyTaxAfterDiscount": True} if invoice.discount else {}
    if taxed:
        code = _ref(book.tax_code(taxed.rate_key), "code", rate_names(taxed))
        return tax | {"TxnTaxDetail": {"TxnTaxCodeRef": code, "TotalTax": invoice.tax_total}}
    exempt = book.tax_codes.get(book.tax_mappings.get("", ""))
    if invoice.customer.tax_exempt and exempt:
        tax["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": exempt.qbo_id}, "TotalTax": Decimal(0)}
    return tax


def _tax_lines(invoice: InvoiceDocument, book: MappingBook) -> list[Payload]:
    """Our tax as an amount for each of QuickBooks' rates; none if a code's rates are not known."""
    totals = money.totals(invoice.lines, invoice.discount)
    if totals.tax != invoice.tax_total:
        # A rate was changed after the invoice was sent, so we no longer know how its tax was made up.
        return []
    amounts: dict[str, Decimal] = {}
    nets: dict[str, Decimal] = {}
    percents: dict[str, Decimal] = {}
    for part in totals.rate_sets:
        code = book.tax_code(part.key)
        rates = [(qbo_id, percent) for qbo_id, percent in code.rates if percent] if code else []
        if not rates and part.tax:
            return []
        parts = money.spread(part.tax, [percent for _, percent in rates])
        for (qbo_id, percent), amount in zip(rates, parts, strict=True):
            amounts[qbo_id] = amounts.get(qbo_id, money.ZERO) + amount
            nets[qbo_id] = nets.get(qbo_id, money.ZERO) + part.taxable
            percents[qbo_id] = percent
    return [
        {
            "Amount": amounts[qbo_id],
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": {"value": qbo_id},
                "PercentBased": True,
                "TaxPercent": percents[qbo_id],
                "NetAmountTaxable": nets[qbo_id],
            },
        }
        for qbo_id in amounts
    ]


def rate_names(line: LineDocument) -> str:
    """The rates of a line as staff call them, e.g. "State 6.75 + County 0.5"."""
    return " + ".join(rate.name for rate in line.rates) or "not taxed"


def customer_payload(customer: CustomerDocument, *, name_taken: bool = False) -> Payload:
    """A new customer; a name that QuickBooks would refuse is changed."""
    payload: Payload = {
        "DisplayName": name_for_quickbooks(customer.display_name, OF_CUSTOMER, record_id=customer.id, taken=name_taken),
        "CompanyName": customer.company[:100] or None,
        "PrimaryEmailAddr": {"Address": customer.email} if customer.email else None,
        "PrimaryPhone": {"FreeFormNumber": customer.phone[:30]} if customer.phone else None,
        "BillAddr": address(customer.billing),
        "ShipAddr": address(customer.service),
        "Taxable": not customer.tax_exempt,
    }
    return {key: value for key, value in payload.items() if value is not None}


def item_payload(item: ItemDocument, book: MappingBook, *, name_taken: bool = False) -> Payload:
    """A new product of type Service, with the income account that staff chose."""
    account = book.accounts.get(book.new_item_account(item))
    return {
        "Name": name_for_quickbooks(item.name, OF_ITEM, record_id=item.id, taken=name_taken),
        "Type": "Service",
        "Description": item.description[:DESCRIPTION_MAX],
        "UnitPrice": item.unit_price,
        "Taxable": item.taxable,
        "IncomeAccountRef": _ref(account, "income account", item.name),
    }


def item_account_payload(there: Ref, account_id: str) -> Payload:
    """Only a different income account for a product that is already in QuickBooks."""
    return {
        "Id": there.qbo_id,
        "SyncToken": there.sync_token,
        "sparse": True,
        "Name": there.name,
        "Type": there.type,
        "IncomeAccountRef": {"value": account_id},
    }


def address(place: Address) -> Payload | None:
    parts = {
        "Line1": place.line1,
        "Line2": place.line2,
        "City": place.city,
        "CountrySubDivisionCode": place.state,
        "PostalCode": place.postal_code[:30],
        "Country": place.country,
    }
    return {key: value for key, value in parts.items() if value} or None


def _ref(found: Ref | None, what: str, name: str) -> Payload:
    return {"value": found.qbo_id} if found else {"value": f"no {what} for '{name}'" if name else f"no {what}"}
