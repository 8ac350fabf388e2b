"""The reader of faults: a fault means the same in whatever form a client, a log or a page passes it on."""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote, quote_plus

import pytest

from qbo.failures import Answer
from qbo.faults import read_fault, read_item_fault
from tests.qbo.fault_bodies import JSON, TEXT, XML


@dataclass(frozen=True)
class Told:
    """One entry of a fault, the status it comes with, and what it means."""

    failure: str
    code: str
    message: str
    detail: str
    element: str = ""
    kind: str = "ValidationFault"
    status: int = 400
    words_are_enough: bool = True  # so that it is read without the code too

    @property
    def entry(self) -> dict[str, str]:
        return {"Message": self.message, "Detail": self.detail, "code": self.code, "element": self.element}

    @property
    def fault(self) -> dict[str, object]:
        return {"Fault": {"Error": [self.entry], "type": self.kind}}

    @property
    def gateway(self) -> dict[str, object]:
        """In lower case and between empty fields, as Intuit's gateway answers."""
        entry = {name.lower(): value or None for name, value in self.entry.items()}
        return {"warnings": None, "fault": {"error": [entry], "type": self.kind}, "report": None, "time": 1601391072830}

    @property
    def xml(self) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="2026-06-18T11:32:00-07:00">'
            f'<Fault type="{self.kind}"><Error code="{self.code}" element="{self.element}">'
            f"<Message>{html.escape(self.message)}</Message><Detail>{html.escape(self.detail)}</Detail>"
            "</Error></Fault></IntuitResponse>"
        )


BUSINESS = "A business validation error has occurred"


def rule_broken(failure: str, words: str) -> Told:
    return Told(failure, "6000", BUSINESS, f"Business Validation Error: {words}")


def bad_reference(failure: str, words: str, element: str = "", code: str = "2500") -> Told:
    return Told(failure, code, "Invalid Reference Id", f"Invalid Reference Id : {words}", element)


FAULTS = (
    Told("duplicate_name", "6240", "Duplicate Name Exists Error", "The name supplied already exists. : null"),
    Told("duplicate_doc_number", "6140", "Duplicate Document Number Error", "DocNumber=7 is assigned to TxnType=Bill"),
    Told("stale_object", "5010", "Stale Object Error", "You and Ann were working on this at the same time."),
    Told("closed_period", "6210", "Account Period Closed", "The account period has closed."),
    Told("closed_period", "5010", "Account Period Closed", "The account period has closed. {1}"),
    Told("subscription_inactive", "6190", "Invalid Company Status", "Subscription period has ended."),
    Told("transaction_locked", "6540", "Deposited Transaction cannot be changed", "It has been deposited."),
    Told("customer_not_found", "6560", "CustomerRef is required", "CustomerRef is missing in the request"),
    Told(
        "tax_code_not_mapped", "6100", "Invalid Line TaxCode", "Only valid Line TaxCodes can be used. Supplied value:9"
    ),
    Told(
        "field_refused",
        "2050",
        "Wrong length",
        "String length is 5,000. Max:4,000",
        "PrivateNote",
        words_are_enough=False,
    ),
    Told(
        "field_refused", "2020", "Required param missing", "Required parameter Line is missing in the request", "Line"
    ),
    Told("request_refused", "500", "Unsupported Operation", "Operation Void is not supported.", "Operation"),
    Told("validation", "6070", "Amount calculation incorrect", "Amount must be UnitPrice * Qty.", "Line.Amount"),
    Told(
        "record_deleted_there",
        "610",
        "Object Not Found",
        "Object Not Found : Another user has deleted this transaction.",
    ),
    Told("item_inactive", "6000", BUSINESS, "Business Validation Error: You need to activate this item first."),
    Told("permission_denied", "5020", "Permission Denied Error", "Permission denied for this operation"),
    Told(
        "permission_denied",
        "120",
        "Authorization Failure",
        "AuthorizationFailure: -11014-No access",
        kind="AuthorizationFault",
        status=401,
    ),
    Told(
        "permission_denied",
        "3100",
        "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
        "",
        kind="SERVICE",
        status=403,
    ),
    Told(
        "token_expired",
        "3200",
        "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        "Token expired",
        kind="AUTHENTICATION",
        status=401,
    ),
    Told(
        "token_expired",
        "100",
        "General Authentication Error",
        "SRV-110-Authentication Failure, statusCode: 401",
        kind="AuthenticationFault",
        status=401,
    ),
    Told(
        "rate_limited",
        "3001",
        "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "",
        kind="SERVICE",
        status=429,
    ),
    Told(
        "rate_limited",
        "3001",
        "message=ThrottleExceeded; errorCode=003001; statusCode=403",
        "The request limit was reached",
        kind="SERVICE",
        status=403,
    ),
    Told(
        "server_error",
        "3100",
        "message=InternalServerError; errorCode=003100; statusCode=500",
        "",
        kind="SERVICE",
        status=500,
    ),
    Told(
        "server_error",
        "6002",
        "message=Timeout while proxying; errorCode=006002; statusCode=504",
        "",
        kind="SERVICE",
        status=504,
    ),
    Told(
        "server_error",
        "10000",
        "An application error has occurred",
        "System Failure Error: null",
        kind="SystemFault",
        status=500,
    ),
    rule_broken("server_error", "An unexpected error occurred. Please wait a few minutes and try again."),
    rule_broken("server_error", "Unexpected Internal Error. (-30034)"),
    rule_broken("server_error", "Unexpected critical error. (-20990)"),
    rule_broken("server_error", "You can only edit one name at a time. Please try again."),
    rule_broken("tax_code_not_mapped", "Every transaction needs a GST/HST rate. Select a tax code for each line."),
    rule_broken("closed_period", "This date is before the closing date of your books."),
    rule_broken("currency_mismatch", "You can use only one foreign currency per transaction."),
    rule_broken("validation", "The discount cannot be greater than the subtotal."),
    bad_reference("item_not_found", "Line.SalesItemLineDetail.ItemRef", "Line.SalesItemLineDetail.ItemRef"),
    bad_reference("item_not_found", "Items element id 12 not found"),
    bad_reference("customer_not_found", "Names element id 12 not found"),
    bad_reference("account_inactive", "Accounts element id 12 not found"),
    bad_reference("tax_code_not_mapped", "TaxCodes element id 12 not found"),
    bad_reference("not_found_other", "Terms element id 12 not found"),
    bad_reference("customer_not_found", "Customer assigned to this transaction has been deleted."),
    bad_reference("item_inactive", "Product/Service assigned to this transaction has been deleted."),
    bad_reference(
        "reference_not_found", "Something has been made inactive. Check the fields with accounts, customers, items."
    ),
    bad_reference("account_inactive", "Something has been made inactive. Check the fields with accounts."),
)

Form = Callable[[Told], str]

WITH_THE_CODE: dict[str, Form] = {
    "JSON": lambda told: json.dumps(told.fault),
    "indented JSON": lambda told: json.dumps(told.fault, indent=2),
    "JSON of the gateway": lambda told: json.dumps(told.gateway),
    "JSON cut off": lambda told: json.dumps(told.fault)[: -len(told.kind) - 20],
    "JSON in a string of JSON": lambda told: json.dumps({"status": told.status, "body": json.dumps(told.fault)}),
    "JSON in strings of JSON": lambda told: json.dumps({"error": json.dumps({"body": json.dumps(told.fault)})}),
    "JSON escaped for HTML": lambda told: html.escape(json.dumps(told.fault)),
    "JSON in a page": lambda told: f"<html><body><pre>{html.escape(json.dumps(told.fault))}</pre></body></html>",
    "JSON in a batch": lambda told: json.dumps({"BatchItemResponse": [{**told.fault, "bId": "b1"}], "time": "2026"}),
    "XML": lambda told: told.xml,
    "XML cut off": lambda told: told.xml[: -len("</Error></Fault></IntuitResponse>") - 4],
    "XML escaped": lambda told: html.escape(told.xml),
    "XML in a batch": lambda told: told.xml.replace("<Fault", '<BatchItemResponse bId="1"><Fault').replace(
        "</Fault>", "</Fault></BatchItemResponse>"
    ),
    "XML in a string of JSON": lambda told: json.dumps({"status": told.status, "body": told.xml}),
    "a line of a log": lambda told: f"2026-06-18 11:32:00,123 ERROR [worker-2] qbo: POST gave {json.dumps(told.fault)}",
    "PHP's exception": lambda told: (
        f"ServiceException: Http Status Code [{told.status}]: Request is not made successful. Response Code:"
        f"[{told.status}] with body: [{told.xml}]. in /srv/SyncRestHandler.php:217"
    ),
    "PHP's getters": lambda told: (
        f"The Status code is: {told.status}\nThe Intuit Error Type is: {told.kind}\n"
        f"The Intuit Error Code is: {told.code}\nThe Intuit Error Message is: {told.message}\n"
        f"The Intuit Error Detail is: {told.detail}"
    ),
    "PHP's array": lambda told: "Array\n(\n" + "".join(f"    [{k}] => {v}\n" for k, v in told.entry.items()) + ")",
    "Python's exception": lambda told: f"QB Exception {told.code}: {told.message}\n{told.detail}",
    "Python's dictionary": lambda told: repr(told.fault),
    "Java's message": lambda told: (
        f"ERROR CODE:{told.code}, ERROR MESSAGE:{told.message}, ERROR DETAIL:{told.detail}, MORE ERROR DETAIL:null"
    ),
    "Ruby's hashes": lambda told: (
        f'QboApi::Error: [{{:fault_type=>"{told.kind}", :error_code=>"{told.code}", :error_message=>"{told.message}",'
        f' :error_detail=>"{told.detail}"}}]'
    ),
    "Ruby's new hashes": lambda told: (
        f'{{"Error" => [{{"Message" => "{told.message}", "Detail" => "{told.detail}", "code" => "{told.code}"}}]}}'
    ),
    "Node's print": lambda told: (
        f"{{ Fault: {{ Error: [ {{ Message: '{told.message}',\n Detail: '{told.detail}',\n code: '{told.code}',\n"
        f" element: '{told.element}' }} ],\n type: '{told.kind}' }} }}"
    ),
    "Node's print in color": lambda told: (
        f"{{ Message: \x1b[32m'{told.message}'\x1b[39m,\n Detail: \x1b[32m'{told.detail}'\x1b[39m,\n"
        f" code: \x1b[32m'{told.code}'\x1b[39m }}"
    ),
    "a line of a log in color": lambda told: (
        f"\ufffd[1;31mERROR\ufffd[0m qbo: \ufffd[33m{json.dumps(told.fault)}\ufffd[0m"
    ),
    "escaped XML in JSON in a line of a log": lambda told: (
        f"10:00 WARN sync - {json.dumps({'status': told.status, 'body': html.escape(told.xml)})}"
    ),
    "UTF-16 that was read as Latin-1": lambda told: json.dumps(told.fault).encode("utf-16").decode("latin-1"),
    "JSON in an address": lambda told: f"/settings?error={quote(json.dumps(told.fault))}",
    "JSON with an error's keys": lambda told: json.dumps(
        {"error_code": told.code, "error_message": told.message, "error_detail": told.detail, "fault_type": told.kind}
    ),
    "JSON of a client's error": lambda told: json.dumps(
        {"message": f"Request failed with status code {told.status}", "response": {"data": told.fault}}
    ),
    "YAML": lambda told: (
        f"Fault:\n  Error:\n  - Message: {told.message}\n    Detail: {told.detail}\n    code: '{told.code}'\n"
    ),
    "Go's error": lambda told: f"create invoice: unexpected answer: {json.dumps(told.fault)}",
    "Go's struct": lambda told: f"Type: {told.kind} Code: {told.code} Message: {told.message} Detail: {told.detail}",
    "a row of a table": lambda told: f"| {told.code} | {told.message} | {told.detail} |",
    "a short form": lambda told: f"{told.code}: {told.message}. {told.detail}",
    "a list in brackets": lambda told: f'Failed :: "{told.code}: [{told.message}, {told.detail}]"',
    "a code in brackets": lambda told: f"QBO {told.kind} ({told.code}): {told.message} {told.detail}",
}

WITHOUT_THE_CODE: dict[str, Form] = {
    ".NET's message": lambda told: f"{told.kind} was thrown.Details:{told.detail or told.message}.",
    "Ruby's message": lambda told: f"Quickbooks::IntuitRequestException: {told.message}:\n\t{told.detail}",
    "words alone": lambda told: f"{told.message}: {told.detail}",
    "words in brackets": lambda told: f"[QuickBooks] {told.message} - {told.detail}",
    "words in color": lambda told: " ".join(
        f"\\u001b[1m{word}\\u001b[0m" for word in f"{told.message}: {told.detail}".split(" ")
    ),
    "words in capitals": lambda told: f"{told.message}: {told.detail}".upper(),
    "words on a page": lambda told: f"<html><body><h1>{told.message}</h1><p>{told.detail}</p></body></html>",
    "words in an address": lambda told: f"/settings?qbo_error={quote_plus(f'{told.message}: {told.detail}')}",
    "words in an e-mail": lambda told: (
        f"Hello,\n\nYour invoice 1042 was not sent. QuickBooks says: {told.message}: {told.detail}"
    ),
}

CONTENT_TYPES = (JSON, XML, TEXT)


def told_by(told: Told, text: str, status: int | None, content_type: str = TEXT) -> str | None:
    failure = read_fault(Answer(status, content_type, text), request_entity="Invoice", operation="update")
    return failure and failure.code


@pytest.mark.sampled(5)
@pytest.mark.parametrize("told", FAULTS, ids=lambda told: f"{told.code}-{told.failure}-{told.detail[:30]}")
def test_a_fault_means_the_same_in_every_form(told: Told) -> None:
    """With its status and without one, which is how most people pass it on, and under any content type."""
    forms = WITH_THE_CODE | (WITHOUT_THE_CODE if told.words_are_enough else {})

    read = {
        (form, status): told_by(told, text(told), status)
        for (form, text), status in product(forms.items(), (told.status, None))
    }

    assert {where: code for where, code in read.items() if code != told.failure} == {}
    assert {told_by(told, told.xml, told.status, content_type) for content_type in CONTENT_TYPES} == {told.failure}
    assert {told_by(told, json.dumps(told.fault), 200, content_type) for content_type in CONTENT_TYPES} <= {
        told.failure
    }
    assert read_item_fault(told.fault, request_entity="Invoice", operation="update").code == told.failure


DOCUMENTED = (
    "600 610 620 630 700 800 900 1000 1010 1020 1040 1050 2000 2010 2020 2030 2040 2050 2060 2070 2080 2090 2100 2110"
    " 2120 2130 2140 2150 2160 2170 2180 2190 2200 2210 2220 2230 2240 2250 2260 2270 2280 2290 2300 2500 2600 3000"
    " 3001 3100 3200 3202 4000 4001 4002 5000 5010 5020 5030 6000 6002 6010 6020 6030 6040 6041 6050 6060 6070 6080"
    " 6090 6100 6110 6120 6130 6140 6150 6160 6170 6180 6190 6200 6210 6220 6230 6240 6250 6270 6280 6290 6300 6310"
    " 6320 6330 6340 6350 6360 6370 6380 6390 6400 6420 6430 6440 6450 6460 6470 6480 6490 6500 6510 6520 6530 6540"
    " 6560 7001 10000 10100 10200"
)
"""Intuit's codes from 600 up: below that, a number in running text is more often a status."""


@pytest.mark.sampled(7)
@pytest.mark.parametrize("code", DOCUMENTED.split())
def test_the_code_alone_means_the_same_in_every_form(code: str) -> None:
    told = Told("", code, "La la la", "Tra la la")
    bare = told_by(told, json.dumps(told.fault), told.status)

    read = {form: told_by(told, text(told), told.status) for form, text in WITH_THE_CODE.items()}

    assert {form: failure for form, failure in read.items() if failure != bare} == {}
