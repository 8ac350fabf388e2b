"""Refusals in the form of QuickBooks, and what each one means: data for `test_every_code`.

The codes and shapes are Intuit's; the texts are our own. `{customer}`, `{item}` and `{account}` are the Ids that
the company gave to what the invoice refers to.
"""

from __future__ import annotations

from dataclasses import dataclass

BUSINESS = "A business validation error has occurred while processing your request"
INVALID = "Invalid Reference Id"


@dataclass(frozen=True)
class Refusal:
    """One item of a batch is refused with `intuit`, `message` and `detail`; `says` is the line of the log."""

    code: str
    says: str
    intuit: str
    message: str
    detail: str
    entity: str = "Invoice"

    def __str__(self) -> str:
        return f"{self.code}-{self.intuit}-{self.entity}"


def business(code: str, says: str, words: str) -> Refusal:
    """A refusal under 6000, where only the words tell."""
    return Refusal(code, says, "6000", BUSINESS, f"Business Validation Error: {words}")


def unknown_element(code: str, says: str, words: str) -> Refusal:
    return Refusal(code, says, "2500", INVALID, f"Invalid Reference Id : {words} not found")


AGENCY = "'California Department of Tax and Fee Administration'"
OKAFOR = "Customer 'M. Okafor' not found in QBO"
UNMAPPED = "Tax code 'California 8' not mapped"
ENDED = "The QuickBooks subscription has ended or has a billing problem"
DENIED = "QuickBooks denies Run a Call access to this company"
ELSEWHERE = "The token of this connection is for a different QuickBooks company or server"
LOCKED = "The QuickBooks company is locked"

ITEMS: tuple[Refusal, ...] = (
    # The eight of the help article, from the wire; their journeys are told in files of their own.
    unknown_element("customer_not_found", OKAFOR, "Names element id {customer}"),
    Refusal("customer_not_found", OKAFOR, "6250", "Invalid customer", "The customer of the invoice is not valid."),
    unknown_element("tax_code_not_mapped", UNMAPPED, "TaxCode element id 9"),
    Refusal("tax_code_not_mapped", UNMAPPED, "6100", "Invalid Line TaxCode", "Lines take TAX or NON. Supplied value:9"),
    unknown_element("item_not_found", "Item 'Labor' not found in QBO", "Item element id {item}"),
    Refusal("closed_period", "Closed period", "6210", "Account Period Closed", "The books are closed for that day."),
    business("closed_period", "Closed period", "the period has closed for the date of this transaction."),
    unknown_element(
        "account_inactive", "Account 'Services' is inactive (item 'Labor')", "Account element id {account}"
    ),
    Refusal(
        "duplicate_doc_number", "Duplicate Doc Number: '{number}' already exists in QBO (Invoice 145)",
        "6140", "Duplicate Document Number Error", "DocNumber={number} is assigned to TxnType=Invoice with TxnId=145",
    ),
    Refusal(
        "tax_not_enabled", "Tax not enabled: the invoice is taxable, but sales tax is not set up in QBO",
        "6170", "Sales tax", "Sales tax is not set up for this company.",
    ),
    Refusal("token_expired", "Token expired", "3200", "AuthenticationFailed", "The token has expired."),
    # customers
    Refusal(
        "duplicate_name", "The name 'M. Okafor' already exists in QBO",
        "6240", "Duplicate Name Exists Error", "The name supplied already exists.", entity="Customer",
    ),
    Refusal(
        "bad_email", "QBO refuses the e-mail address 'okafor@example.com'",
        "2210", "Invalid Email Address", "Invalid Email Address format",
    ),
    Refusal(
        "bad_email", "QBO refuses the e-mail address 'okafor@example.com'",
        "2210", "Invalid Email Address", "Invalid Email Address format", entity="Customer",
    ),
    business(
        "currency_mismatch", "The currency of the customer 'M. Okafor' in QBO differs from the invoice's",
        "the invoice and the customer must use the same currency.",
    ),
    # items
    business(
        "item_is_category", "Item 'Labor' is a category in QBO",
        "a line names a category instead of a product or service.",
    ),
    business(
        "income_account_missing", "No income account for item 'Labor'", "the item does not have an income account."
    ),
    Refusal(
        "account_wrong_type", "Account 'Services' is of the wrong type for this in QBO (item 'Labor')",
        "6430", "Invalid account type", "The account type is not allowed in this place.", entity="Item",
    ),
    # tax
    business(
        "tax_calculation_failed", "QBO could not calculate the tax with code 'California 8'",
        "error while calculating tax. Check the codes.",
    ),
    # the invoice itself
    Refusal(
        "stale_object", "Changed in QBO by Dana Whitfield while it was being sent",
        "5010", "Stale Object Error", "You and Dana Whitfield were working on this at the same time.",
    ),
    business(
        "record_deleted_there", "Invoice #{number} was deleted in QBO", "another user has deleted this transaction."
    ),
    Refusal(
        "number_too_long", "Invoice number '{number}' is longer than the 21 characters that QBO takes",
        "2050", "Invalid String Length", "DocNumber is longer than supported. Max:21. Supplied length:25",
    ),
    Refusal(
        "link_refused", "QBO does not link it to the other transaction",
        "620", "Transaction cannot be linked", "The transaction with this txn id cannot be linked.",
    ),
    Refusal(
        "transaction_locked",
        "QBO does not let this transaction be changed: it is deposited, settled, matched, reconciled or linked",
        "6480", "Transaction is settled", "It was settled and stays as it is.",
    ),
    # what passes by itself
    Refusal(
        "server_error", "QuickBooks had an internal error",
        "10000", "An application error has occurred", "System Failure Error: something broke",
    ),
    # the connection
    Refusal("subscription_inactive", ENDED, "6190", "Invalid Company Status", "The trial of this company has ended."),
    Refusal("permission_denied", DENIED, "5020", "Permission Denied Error", "You do not have permission to do this."),
    Refusal("wrong_environment", ELSEWHERE, "130", "WrongCluster", "The company lives on another server."),
    Refusal("company_locked", LOCKED, "140", "Company locked", "QuickBooks has locked the company."),
    Refusal(
        "company_reset", "All data of the QuickBooks company was deleted and it was started over",
        "10200", "Company reset", "The data of this company was removed.",
    ),
    business(
        "app_already_connected", "Somebody else at the company already has the connection to Run a Call",
        "app already purchased by another user.",
    ),
    # everything else
    Refusal(
        "reference_not_found", "Something on it was deleted or made inactive in QBO",
        "610", "Object Not Found", "One of the things on this was made inactive.",
    ),
    Refusal(
        "reference_not_found", "Something on it was deleted or made inactive in QBO",
        "2500", INVALID, "One of the things on this was made inactive.",
    ),
    unknown_element(
        "tax_agency_gone", f"Tax agency {AGENCY} is missing or inactive in QBO (tax code 'California 8')",
        "TaxAgency element id 1",
    ),
    unknown_element("not_found_other", "Id 3 not found in QBO", "Class element id 3"),
    Refusal(
        "field_refused", "QBO refuses a field (Invalid String / Element contains invalid characters.)",
        "2040", "Invalid String", "Element contains invalid characters.",
    ),
    Refusal(
        "validation", "QBO refuses it: Amount is off / Amount is not Qty times UnitPrice.",
        "6070", "Amount is off", "Amount is not Qty times UnitPrice.",
    ),
    business(
        "validation", f"QBO refuses it: {BUSINESS} / Business Validation Error: the amount must be positive.",
        "the amount must be positive.",
    ),
    Refusal(
        "request_refused", "QBO does not understand the request: Unsupported property / There is no field Colour.",
        "2010", "Unsupported property", "There is no field Colour.",
    ),
    Refusal(
        "edition_lacks_feature", "The QuickBooks plan of this company does not include a feature that this needs",
        "5030", "Feature Not Supported Error", "Not in this plan.",
    ),
    Refusal(
        "duplicate_request", "QBO has seen this request before",
        "600", "Duplicate Request ID", "This request id came before.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """A whole call is answered otherwise: by an order of the emulator's `fault`."""

    code: str
    says: str
    order: dict[str, object]

    def __str__(self) -> str:
        return "-".join([self.code, *(str(value) for value in self.order.values())])[:60]


OWN_ERROR = "QuickBooks had an internal error (HTTP {})"
UNREADABLE = "QuickBooks' answer could not be read (HTTP 200)"
SLOW_DOWN = "QuickBooks asks us to slow down"
UNREACHED = "QuickBooks could not be reached"


def refused(code: str, says: str, *, intuit: str, status: int, message: str, detail: str = "") -> Answered:
    return Answered(
        code,
        says,
        {"fault": "fault", "code": intuit, "status": status, "message": message, "detail": detail or message},
    )


CALLS: tuple[Answered, ...] = (
    *(Answered("server_error", OWN_ERROR.format(status), {"fault": "status", "status": status})
      for status in (500, 502, 503, 504)),
    refused("server_error", OWN_ERROR.format(500), intuit="10000", status=500, message="System Failure Error"),
    Answered("network", UNREACHED, {"fault": "reset"}),
    Answered("network", UNREACHED, {"fault": "cut"}),
    Answered("network", UNREACHED, {"fault": "timeout", "seconds": 2}),
    Answered("server_error", OWN_ERROR.format(200), {"fault": "html"}),
    Answered("answer_unreadable", UNREADABLE, {"fault": "empty"}),
    *(Answered("rate_limited", SLOW_DOWN, {"fault": "throttle", "format": shape})
      for shape in ("xml", "json", "json_lower")),
    Answered("subscription_inactive", ENDED, {"fault": "subscription"}),
    Answered("subscription_inactive", ENDED, {"fault": "fault_in_200"}),
    refused("permission_denied", DENIED, intuit="120", status=403, message="Authorization Failure"),
    refused("permission_denied", DENIED, intuit="3100", status=403, message="ApplicationAuthorizationFailed"),
    refused("wrong_environment", ELSEWHERE, intuit="130", status=403, message="WrongCluster"),
    refused("company_locked", LOCKED, intuit="140", status=403, message="Company locked"),
    refused(
        "request_refused", "QBO does not understand the request: Unsupported property / There is no field Colour.",
        intuit="2010", status=400, message="Unsupported property", detail="There is no field Colour.",
    ),
)  # fmt: skip
