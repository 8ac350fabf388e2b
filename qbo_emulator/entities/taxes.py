"""Sales tax of a transaction in the US, with and without automated sales tax; knows no HTTP."""

from __future__ import annotations

from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.money import cents
from qbo_emulator.entities.kind import READ_ONLY, Draft, Kind
from qbo_emulator.entities.references import ACCOUNT, TAX_AGENCY, TAX_CODE, inactive, key_of, missing, resolve

PSEUDO_CODES = ("TAX", "NON", "CustomSalesTax")
US_LINE_CODES = ("TAX", "NON")


def agency_rules(draft: Draft) -> None:
    if draft.company.tables["TaxAgency"].with_text("DisplayName", draft.row["DisplayName"]):
        raise faults.duplicate_name("tax agency")


def pseudo_rows() -> list[Row]:
    """The three codes that are not rows: they have no SyncToken, domain, sparse or Active (recorded)."""
    return [
        {"Id": code, "Name": code, "Description": code, "Taxable": code != "NON", "TaxGroup": False}
        for code in PSEUDO_CODES
    ]


def pseudo_row(company: Company, key: str) -> Row | None:
    """One of them by its id, for clients that read what a query gave them (not recorded)."""
    return next((row for row in pseudo_rows() if row["Id"] == key), None) if is_us(company) else None


TAX_CODE_KIND = Kind("TaxCode", operations=READ_ONLY, is_list=True, name_field="Name", otherwise=pseudo_row)
TAX_RATE_KIND = Kind("TaxRate", operations=READ_ONLY, is_list=True, name_field="Name")
TAX_AGENCY_KIND = Kind(
    "TaxAgency",
    operations=READ_ONLY | {"create"},
    required=("DisplayName",),
    defaults={"TaxTrackedOnSales": True, "TaxTrackedOnPurchases": False},
    rules=agency_rules,
    name_field="DisplayName",
)


def uses_sales_tax(company: Company) -> bool:
    return bool(company.preference("TaxPrefs", "UsingSalesTax"))


def is_automated(company: Company) -> bool:
    return company.preference("TaxPrefs", "PartnerTaxEnabled") is True


def is_us(company: Company) -> bool:
    return bool(company.setting("country", "US") == "US")


def is_taxed(line: Row) -> bool:
    return key_of(line["SalesItemLineDetail"].get("TaxCodeRef")) == "TAX"


def is_taxable(company: Company, line: Row) -> bool:
    """Whether `line` carries sales tax: TAX in the US, any code elsewhere."""
    return is_taxed(line) if is_us(company) else bool(key_of(line["SalesItemLineDetail"].get("TaxCodeRef")))


def line_code(company: Company, sent: object, bad: list[faults.Entry]) -> str:
    """The TaxCodeRef that a line gets in the US. A value that no line may have there is added to `bad`."""
    code = key_of(sent)
    if code and code not in US_LINE_CODES:
        bad.append(faults.us_line_code(code))
    if code == "TAX" and not uses_sales_tax(company):
        return _tax_while_off(company)
    return code or "NON"


def _tax_while_off(company: Company) -> str:
    if company.switch("tax_line_when_off") == "6470":
        raise faults.tax_not_allowed()
    return "NON"


def rates_of(company: Company, code: Row, side: str = "Sales") -> list[Row]:
    """The rates of a code for what is sold (Sales) or bought (Purchase)."""
    details = code.get(f"{side}TaxRateList", {}).get("TaxRateDetail", [])
    rates = (company.get("TaxRate", key_of(detail["TaxRateRef"])) for detail in details)
    return [rate for rate in rates if rate]


def check_agencies(company: Company, code: Row) -> None:
    """A tax code cannot be used if an agency of it is gone, or books to an inactive liability account."""
    for rate in rates_of(company, code):
        if not key_of(rate.get("AgencyRef")):
            continue
        agency = resolve(company, TAX_AGENCY, rate["AgencyRef"])
        account = company.setting("tax_accounts", {}).get(agency.get("Id", ""))
        if account and (row := company.get("Account", account)) and row.get("Active") is False:
            raise inactive(company, ACCOUNT, row)


def summary(draft: Draft, taxable: Decimal) -> Row:
    """TxnTaxDetail of a US transaction whose taxable lines come to `taxable`."""
    sent = draft.row.get("TxnTaxDetail", {})
    company = draft.company
    if not uses_sales_tax(company):
        return {"TotalTax": 0}  # silently dropped (Intuit's API reference, Invoice)
    code = _transaction_code(draft, sent, taxable)
    if code is None:
        return {"TotalTax": 0}
    check_agencies(company, code)
    lines, total = tax_lines(rates_of(company, code), taxable, _override(sent, draft))
    return {"TxnTaxCodeRef": {"value": code["Id"]}, "TotalTax": total, "TaxLine": lines}


def _override(sent: Row, draft: Draft) -> Decimal | None:
    """The total that the client insists on: kept where it came with a code."""
    given = sent.get("TotalTax")
    recalculates = "TxnTaxDetail" not in draft.sent and draft.before is not None
    return None if given is None or recalculates else given


def _transaction_code(draft: Draft, sent: Row, taxable: Decimal) -> Row | None:
    company, key = draft.company, key_of(sent.get("TxnTaxCodeRef"))
    if key == "CustomSalesTax":
        raise faults.custom_sales_tax_used()
    if is_automated(company):
        return _engine_choice(company, key, sent, taxable)
    if key:
        return resolve(company, TAX_CODE, key)
    if taxable and company.switch("tax_without_code") == "customer_default":
        customer = company.get("Customer", key_of(draft.row.get("CustomerRef"))) or {}
        return company.get("TaxCode", key_of(customer.get("DefaultTaxCodeRef")))
    return None


def _engine_choice(company: Company, key: str, sent: Row, taxable: Decimal) -> Row | None:
    """Automated sales tax replaces the client's code with its own, unless it came with a total."""
    known = company.get("TaxCode", key)
    if key and known is None and company.switch("ast_unknown_tax_code") == "refuse":
        raise missing(company, TAX_CODE, key)
    if known and sent.get("TotalTax") is not None:
        return known
    if not taxable:
        return None
    return company.get("TaxCode", key_of(company.preference("TaxPrefs", "TaxGroupCodeRef")))


def tax_lines(rates: list[Row], taxable: Decimal, override: Decimal | None) -> tuple[list[Row], Decimal | int]:
    amounts = [Decimal(cents(taxable * rate["RateValue"] / 100)) for rate in rates]
    total = sum(amounts, Decimal(0))
    if override is not None and amounts:
        amounts[-1] += override - total
    if override is not None:
        total = override
    lines = [_tax_line(rate, amount, taxable) for rate, amount in zip(rates, amounts)]
    return (lines if total or taxable else []), cents(total)


def _tax_line(rate: Row, amount: Decimal, taxable: Decimal) -> Row:
    detail = {
        "TaxRateRef": {"value": rate["Id"]},
        "PercentBased": True,
        "TaxPercent": rate["RateValue"],
        "NetAmountTaxable": cents(taxable),
    }
    return {"Amount": cents(amount), "DetailType": "TaxLineDetail", "TaxLineDetail": detail}
