"""Tax outside the US, of what is sold and of what is bought: each line has its code; knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.money import cents
from qbo_emulator.entities.kind import Draft
from qbo_emulator.entities.references import TAX_CODE, key_of, resolve
from qbo_emulator.entities.taxes import check_agencies, is_us, rates_of, tax_lines, uses_sales_tax
from qbo_emulator.faults import QboFault

SOLD, BOUGHT = "Sales", "Purchase"
TAXED_PURCHASES = frozenset(("Bill", "VendorCredit", "Purchase", "PurchaseOrder"))
EXCLUDED, INCLUSIVE, NOT_APPLICABLE = "TaxExcluded", "TaxInclusive", "NotApplicable"
ZERO = Decimal(0)


def line_code(company: Company, sent: object) -> str | None:
    """The TaxCodeRef that a line gets; none where sales tax is off. Raises QboFault if it has none, or a bad one."""
    if not uses_sales_tax(company):
        return None
    code = key_of(sent)
    if not code:
        raise faults.business("Make sure all your transactions have a GST/HST rate before you save.")
    row = resolve(company, TAX_CODE, code)
    check_agencies(company, row)
    return str(row["Id"])


def of_sale(draft: Draft, lines: Iterable[Row]) -> tuple[Row, Decimal]:
    """TxnTaxDetail of a sales form, and what the tax adds to its lines. Raises QboFault where Intuit's rules do."""
    mode = draft.row.get("GlobalTaxCalculation")
    if not uses_sales_tax(draft.company):
        return {"TotalTax": 0}, ZERO
    if mode is None:
        raise faults.missing_parameter("GlobalTaxCalculation")
    if mode == NOT_APPLICABLE:
        if draft.sent.get("TxnTaxDetail"):
            raise _tax_with_not_applicable()
        return {"TotalTax": 0}, ZERO
    return summary(draft, lines, SOLD)


def of_purchase(draft: Draft) -> Decimal:
    """What tax adds to the lines of what is bought; the lines get their codes and the row its TxnTaxDetail.

    A purchase without any code is out of scope of tax, and so is one in the US.
    """
    row, company = draft.row, draft.company
    if draft.kind.name not in TAXED_PURCHASES or is_us(company) or not uses_sales_tax(company):
        return ZERO
    lines = [line for line in row["Line"] if "TaxCodeRef" in detail_of(line) or spends(line)]
    has_codes = any(key_of(detail_of(line).get("TaxCodeRef")) for line in lines)
    mode = row.setdefault("GlobalTaxCalculation", EXCLUDED if has_codes else NOT_APPLICABLE)
    if mode not in (EXCLUDED, INCLUSIVE, NOT_APPLICABLE):
        raise faults.invalid_enumeration(mode, "GlobalTaxCalculation")
    if mode == NOT_APPLICABLE:
        row.pop("TxnTaxDetail", None)
        return ZERO
    for line in lines:
        detail_of(line)["TaxCodeRef"] = {"value": line_code(company, detail_of(line).get("TaxCodeRef"))}
    row["TxnTaxDetail"], added = summary(draft, lines, BOUGHT)
    return added


def detail_of(line: Row) -> Row:
    found = line.get(line.get("DetailType", ""))
    return found if isinstance(found, dict) else {}


def spends(line: Row) -> bool:
    return line.get("DetailType") in ("AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail")


def summary(draft: Draft, lines: Iterable[Row], side: str) -> tuple[Row, Decimal]:
    """TxnTaxDetail of `lines`, and its total.

    The amount of a line is without its tax, also where tax is included (recorded in Australia, and reported of Britain,
    where who sent amounts with tax was taxed twice); then the line says what it comes to with it, whatever was sent.
    """
    nets: dict[str, Decimal] = {}
    included = draft.row.get("GlobalTaxCalculation") == INCLUSIVE
    for line in lines:
        detail = detail_of(line)
        code = key_of(detail.get("TaxCodeRef"))
        amount = Decimal(line.get("Amount", 0))
        nets[code] = nets.get(code, ZERO) + amount
        detail.pop("TaxInclusiveAmt", None)
        if included:
            detail["TaxInclusiveAmt"] = cents(amount * (1 + percent(draft.company, code, side) / 100))
    shown = with_amounts(list(taxes_on(draft.company, nets, side)), sent_taxes(draft))
    total = sum((line["Amount"] for line in shown), ZERO)
    return {"TotalTax": cents(total), "TaxLine": shown}, total


def rates_on(company: Company, code: str, side: str) -> list[Row]:
    row = company.get("TaxCode", code)
    return rates_of(company, row, side) if row else []


def percent(company: Company, code: str, side: str) -> Decimal:
    return sum((rate["RateValue"] for rate in rates_on(company, code, side)), ZERO)


def taxes_on(company: Company, nets: dict[str, Decimal], side: str) -> Iterator[Row]:
    for code, net in nets.items():
        yield from tax_lines(rates_on(company, code, side), net, None)[0]


def sent_taxes(draft: Draft) -> dict[str, Decimal]:
    """The amounts that the client gives for single rates, where the company keeps them (a switch)."""
    if draft.company.switch("tax_lines_outside_us") != "kept":
        return {}
    lines = draft.sent.get("TxnTaxDetail", {}).get("TaxLine", ())
    given = ((key_of(line.get("TaxLineDetail", {}).get("TaxRateRef")), line.get("Amount")) for line in lines)
    return {rate: Decimal(amount) for rate, amount in given if rate and amount is not None}


def with_amounts(lines: list[Row], sent: dict[str, Decimal]) -> list[Row]:
    """`lines` with the amounts that were sent; a rate on several lines gets its amount on the last one."""
    left = dict(sent)
    made = []
    for index, line in enumerate(lines):
        rate = key_of(line["TaxLineDetail"]["TaxRateRef"])
        again = any(key_of(other["TaxLineDetail"]["TaxRateRef"]) == rate for other in lines[index + 1 :])
        if rate not in left:
            made.append(line)
        elif again:
            left[rate] -= line["Amount"]
            made.append(line)
        else:
            made.append({**line, "Amount": cents(left[rate])})
    return made


def _tax_with_not_applicable() -> QboFault:
    entry = faults.Entry(
        "6170", "Invalid Tax Detail", "TxnTaxDetail cannot be given with NotApplicable.", "TxnTaxDetail"
    )
    return QboFault(entry)
