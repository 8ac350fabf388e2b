"""Intuit's faults as values, with Intuit's words; knows neither the rules that raise them nor HTTP."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

VALIDATION = "ValidationFault"
MADE_INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


@dataclass(frozen=True)
class Entry:
    code: str
    message: str
    detail: str
    element: str | None = None


class QboFault(Exception):
    """A call that QuickBooks refuses: one or more entries, and the HTTP status they come with."""

    def __init__(self, *entries: Entry, fault_type: str = VALIDATION, status: int = 400) -> None:
        super().__init__(entries[0].detail)
        self.entries, self.fault_type, self.status = entries, fault_type, status

    @property
    def has_time(self) -> bool:
        """An answer to an invalid id has no time (recorded)."""
        return self.entries[0].code != "2030"

    def as_json(self) -> dict[str, object]:
        return {"Error": self.entries_as_json(), "type": self.fault_type}

    def entries_as_json(self) -> list[dict[str, str]]:
        return [_entry_json(entry) for entry in self.entries]


def _entry_json(entry: Entry) -> dict[str, str]:
    shown = {"Message": entry.message, "Detail": entry.detail, "code": entry.code}
    return shown if entry.element is None else {**shown, "element": entry.element}


def _one(code: str, message: str, detail: str, element: str | None = "", *, status: int = 400) -> QboFault:
    return QboFault(Entry(code, message, detail, element), status=status)


def unsupported(operation: str, element: str | None = "Operation") -> QboFault:
    return _one("500", "Unsupported Operation", f"Operation {operation} is not supported.", element)


def object_not_found(words: str = MADE_INACTIVE) -> QboFault:
    return _one("610", "Object Not Found", f"Object Not Found : {words}")


def invalid_reference(words: str = MADE_INACTIVE, element: str = "") -> QboFault:
    return _one("2500", "Invalid Reference Id", f"Invalid Reference Id : {words}", element)


def batch_too_large(size: int, limit: int) -> QboFault:
    return _one(
        "1040",
        "Too many batch items",
        f"The batch holds {size} payloads; at most {limit} are allowed.",
        "BatchItemRequest",
    )


LONGEST_LIST = 1000


def unknown_property(field: str, kind: str, known: Collection[str] = ()) -> QboFault:
    """As Intuit's JSON parser says it: with the properties that it knows, as many as it has room for."""
    listed, room = [], LONGEST_LIST
    for name in known:
        room -= len(name) + 4
        if room < 0:
            break
        listed.append(f'"{name}"')
    rest = " [truncated]" if len(listed) < len(known) else ""
    properties = f" ({len(known)} known properties: {', '.join(listed)}{rest}])\n specified" if known else ""
    detail = (
        f'Property Name:Unrecognized field "{field}" (class com.intuit.schema.finance.v3.{kind}), '
        f"not marked as ignorable{properties} is unsupported or invalid"
    )
    return _one("2010", "Request has invalid or unsupported property", detail, None)


def unknown_element(name: str, expected: Collection[str]) -> QboFault:
    detail = f'Property Name:unexpected element "{name}", expected elements are {", ".join(sorted(expected))}'
    return _one("2010", "Request has invalid or unsupported property", detail, None)


def unreadable_body(kind: str = "json") -> QboFault:
    what = "xml document" if kind == "xml" else "json object"
    detail = f"Property Name:failed to parse {what}; a property specified is unsupported or invalid"
    return _one("2010", "Request has invalid or unsupported property", detail, None)


def missing_parameter(name: str, element: str | None = None) -> QboFault:
    message = "Required param missing, need to supply the required value for the API"
    return _one("2020", message, f"Required parameter {name} is missing in the request", element or name)


def invalid_id(value: object, element: str = "Id") -> QboFault:
    return _one("2030", "Invalid ID", f"Id should be a valid number. Supplied value:{value}", element)


def invalid_string(value: str, element: str) -> QboFault:
    return _one("2040", "Invalid String", f"Element contains invalid characters. {value}", element)


def invalid_length(length: int, limit: int, element: str) -> QboFault:
    detail = (
        "String length specified does not match the supported length. "
        f"Min:0 Max:{limit:,} supported. Supplied length:{length:,}"
    )
    return _one("2050", "Invalid String Length", detail, element)


def invalid_number(value: object, element: str) -> QboFault:
    return _one("2090", "Invalid Number", f"Invalid Number : {value}", element)


def invalid_enumeration(value: object, element: str) -> QboFault:
    return _one("2170", "Invalid Enumeration", f"Invalid Enumeration : {value}", element)


def invalid_email(value: str, element: str) -> QboFault:
    return _one("2210", "Invalid Email Address", f"Invalid Email Address format : {value}", element)


def invalid_currency(code: str) -> QboFault:
    return _one("2220", "Invalid Currency", f"Invalid Currency : {code}", "CurrencyRef")


def invalid_request_id() -> QboFault:
    return _one("2130", "Invalid Request Id Format", "The request id is longer than supported.", "requestid")


def duplicate_request_id() -> QboFault:
    return _one("600", "Duplicate Request ID", "This request id came before with another body.", "requestid")


def query_parse(words: str) -> QboFault:
    return _one("4000", "Error parsing query", f"QueryParserError: {words}", None)


def query_invalid(words: str) -> QboFault:
    return _one("4001", "Invalid query", f"QueryValidationError: {words}", None)


def query_processing(words: str) -> QboFault:
    return _one("4002", "Error processing query", f"QueryProcessingError: {words}", None)


def stale_object() -> QboFault:
    words = (
        "Stale Object Error : You and Craig Carlson were working on this at the same time. "
        "Craig Carlson finished before you did, so your work was not saved."
    )
    return _one("5010", "Stale Object Error", words)


def feature_off(words: str) -> QboFault:
    return _one("5030", "Feature Not Supported Error", f"Feature Not Supported : {words}")


def business(words: str) -> QboFault:
    message = "A business validation error has occurred while processing your request"
    return _one("6000", message, f"Business Validation Error: {words}")


def nothing_to_link(entity: str, key: object) -> QboFault:
    return business(f"The entity {entity} {key} that you are trying to link does not exist.")


def amount_mismatch(amount: object) -> Entry:
    """Of one line; each that is wrong has an entry of its own (reported with this body)."""
    detail = f"Amount is not equal to UnitPrice * Qty. Supplied value:{amount}"
    return Entry("6070", "Amount calculation incorrect in the request.", detail, "Line.Amount")


def us_line_code(value: str) -> Entry:
    detail = f"Valid line TaxCodes for US should be TAX or NON. Supplied value: {value}"
    return Entry("6100", "Invalid Line TaxCode in the request", detail, "Line.SalesItemLineDetail.TaxCodeRef")


def duplicate_number(number: str, txn_type: str, txn_id: str, *, code: str = "6140") -> QboFault:
    detail = (
        "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
        f"DocNumber={number} is assigned to TxnType={txn_type} with TxnId={txn_id}"
    )
    return _one(code, "Duplicate Document Number Error", detail)


def custom_sales_tax_used() -> QboFault:
    return _one(
        "6160",
        "Invalid TaxCodeRef",
        "CustomSalesTax cannot be used on a transaction.",
        "TxnTaxDetail.TxnTaxCodeRef",
    )


def subscription_ended(status: int) -> QboFault:
    detail = (
        "Subscription period has ended or canceled or there was a billing problem : You can't add data to QuickBooks "
        "Online Plus because your trial or subscription period ended."
    )
    return _one("6190", "Invalid Company Status", detail, status=status)


def period_closed(code: str) -> QboFault:
    words = (
        "The account period has closed and the account books cannot be updated through the QBO Services API. "
        "Please use the QBO website to make these changes."
    )
    if code == "6000":
        return business("The period has closed: the transaction is dated on or before the closing date.")
    return _one(code, "Account Period Closed, Cannot Update Through Services API", words)


def duplicate_name(owner: str = "customer, vendor or employee") -> QboFault:
    words = f"Another {owner} is already using this name. Please use a different name."
    return _one("6240", "Duplicate Name Exists Error", f"The name supplied already exists. : {words}")


def duplicate_person() -> QboFault:
    """As recorded since 2020 for a customer; older answers say which lists share a name, as duplicate_name does."""
    return _one("6240", "Duplicate Name Exists Error", "The name supplied already exists. : null", None)


def before_start_of_inventory(item: str) -> QboFault:
    message = "Transaction date is prior to start date for inventory item"
    return _one("6270", message, f"{message} : {item}")


def wrong_account_type(element: str) -> QboFault:
    return _one("6430", "Invalid account type used", "The account type is not allowed in this place.", element)


def different_account_type() -> QboFault:
    """As the Ruby client's users saw it for a purchase (quickbooks-ruby 532)."""
    words = "You need to select a different type of account for this transaction."
    return _one("6430", "Invalid account type", words)


def malformed_web_address(value: str, element: str) -> QboFault:
    detail = f"Web Site URL does not have correct format. Supplied value:{value}"
    return _one("2200", "Malformed Web Site Address format", detail, element)


def cannot_consume() -> QboFault:
    """An upload that is no multipart form (reported for quickbooks-node-promise)."""
    return _one("500", "Unsupported Operation", "Operation Cannot consume content type is not supported.", "Operation")


def deposited() -> QboFault:
    words = (
        "This transaction has been deposited. If you want to change or delete it, "
        "you must edit the deposit it appears on and remove it first."
    )
    message = "Deposited Transaction cannot be changed"
    return _one("6540", message, f"{message} : {words}")


def tax_not_allowed() -> QboFault:
    return _one("6470", "TaxLiabilityAccount or TaxRateError", "Sales tax is not set up for this company.")
