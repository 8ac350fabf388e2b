"""The only way to create tax codes through the API: TaxService; knows no HTTP."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.clock import stamp
from qbo_emulator.books.company import Company, Put, Row
from qbo_emulator.founding import seed

SIDES = ("Sales", "Purchase")


def create_code(company: Company, body: object, *, at: datetime) -> Row:
    """Makes a tax code with its rates and returns Intuit's answer, which has no envelope. Raises QboFault."""
    if not isinstance(body, dict):
        raise faults.unreadable_body()
    name, details = body.get("TaxCode"), body.get("TaxRateDetails")
    if not name or not isinstance(name, str):
        raise faults.missing_parameter("TaxCode")
    if not isinstance(details, list) or not details or not all(isinstance(one, dict) for one in details):
        raise faults.missing_parameter("TaxRateDetails")
    if company.tables["TaxCode"].with_text("Name", name):
        raise faults.duplicate_name("tax code")
    made = stamp(at)
    sides = [side_of(one) for one in details]
    rates = [rate_for(company, one, made) for one in details]
    key = company.next_id("TaxCode")
    sold, bought = ([rate["Id"] for rate, of in zip(rates, sides) if of == side] for side in SIDES)
    company.commit([Put("TaxCode", seed.stored(seed.tax_code(key, name, sold, bought), made))])
    return {"TaxCode": name, "TaxCodeId": key, "TaxRateDetails": [shown(*one) for one in zip(rates, sides)]}


def side_of(detail: Row) -> str:
    """Whether the rate is for what is sold or for what is bought; a client may leave it out."""
    side = str(detail.get("TaxApplicableOn") or SIDES[0])
    if side not in SIDES:
        raise faults.invalid_enumeration(side, "TaxRateDetails.TaxApplicableOn")
    return side


def rate_for(company: Company, detail: Row, made: str) -> Row:
    """The rate that `detail` names by id, or a new one."""
    if detail.get("TaxRateId"):
        known = company.get("TaxRate", str(detail["TaxRateId"]))
        if known is None:
            raise faults.invalid_reference("TaxRateDetails.TaxRateId", "TaxRateId")
        return known
    name, agency = detail.get("TaxRateName"), str(detail.get("TaxAgencyId") or "")
    if not name:
        raise faults.missing_parameter("TaxRateDetails.TaxRateName")
    if company.tables["TaxRate"].with_text("Name", str(name)):
        raise faults.duplicate_name("tax rate")
    if company.get("TaxAgency", agency) is None:
        raise faults.invalid_reference(f"TaxAgency element id {agency} not found", "Reference Id")
    rate = seed.tax_rate(company.next_id("TaxRate"), str(name), percent_of(detail), agency)
    company.commit([Put("TaxRate", seed.stored(rate, made))])
    return rate


def percent_of(detail: Row) -> Decimal:
    try:
        percent = Decimal(str(detail.get("RateValue")))
    except ArithmeticError:
        raise faults.invalid_number(detail.get("RateValue"), "RateValue") from None
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise faults.invalid_number(detail.get("RateValue"), "RateValue")
    return percent


def shown(rate: Row, side: str) -> Row:
    return {
        "TaxRateName": rate["Name"],
        "TaxRateId": rate["Id"],
        "RateValue": rate["RateValue"],
        "TaxAgencyId": rate["AgencyRef"]["value"],
        "TaxApplicableOn": side,
    }
