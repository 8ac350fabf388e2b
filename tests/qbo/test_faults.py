"""The reader of faults: which answer means what."""

import json
from typing import Any

import pytest

from qbo.failures import Answer, FailureKind
from qbo.faults import is_refusal, read_fault, read_item_fault
from tests.qbo.fault_bodies import GENERIC, HTML, JSON, TEXT, XML, body, business, fault, gateway, read, xml

ONE_KIND = "What you're trying to use has been made inactive. Check the fields with {}."
ANSWERS: list[tuple[str, int | None, str, str, str]] = [
    # the transport
    ("network", None, "", "", "ReadTimeout: no answer after 125 s"),
    ("network", None, "", "", "some words that no rule knows"),
    ("network", None, "", TEXT, "getaddrinfo failed for quickbooks.api.intuit.com"),
    ("certificate_not_trusted", None, "", TEXT, "SSLError: certificate verify failed"),
    ("network", 0, "", "", ""),
    # statuses alone
    ("server_error", 500, "", "", ""),
    (
        "server_error",
        503,
        "",
        HTML,
        "<html><head><title>Busy</title></head><body><h1>Come back</h1></body></html>",
    ),
    ("server_error", 504, "", HTML, "<html><body><h1>504 Gateway Time-out</h1></body></html>"),
    ("rate_limited", 429, "", "", ""),
    ("token_expired", 401, "", "", ""),
    ("permission_denied", 403, "", "", ""),
    ("request_refused", 404, "", HTML, "<html><body>Not Found</body></html>"),
    ("request_refused", 413, "", HTML, "<html><body>Too large</body></html>"),
    ("unknown", 400, "", "", ""),
    ("answer_unreadable", 200, "", HTML, "<html><body>Sign in</body></html>"),
    ("answer_unreadable", 200, "", JSON, ""),
    ("answer_unreadable", 200, "", JSON, '{"Invoice":{"Id":"300","SyncTo'),
    ("server_error", 200, "", HTML, "<!doctype html><title>We'll be back soon</title>"),
    # limits, whatever the status
    ("rate_limited", 429, "", JSON, gateway("3001", "ThrottleExceeded", 429)),
    ("rate_limited", 403, "", JSON, gateway("3001", "ThrottleExceeded", 403)),
    ("rate_limited", 200, "", JSON, body("003001", "ThrottleExceeded")),
    ("rate_limited", 400, "", TEXT, "ThrottleExceeded, slow down"),
    # tokens and access
    (
        "token_expired",
        401,
        "",
        JSON,
        gateway("3200", "AuthenticationFailed", 401, "Token expired: XY", "AUTHENTICATION"),
    ),
    (
        "token_expired",
        401,
        "",
        XML,
        xml("100", "General Authentication Error", "SRV-110-Authentication Failure"),
    ),
    ("token_expired", 400, "token", JSON, '{"error":"invalid_grant"}'),
    (
        "token_expired",
        400,
        "token",
        JSON,
        '{"error_description":"Token no longer good","error":"invalid_grant"}',
    ),
    ("token_expired", 200, "token", JSON, '{"error":"invalid_grant"}'),
    (
        "permission_denied",
        400,
        "token",
        JSON,
        '{"error":"invalid_grant","error_description":"User is not a member of the specified Realm"}',
    ),
    ("permission_denied", None, "token", "", "invalid_grant (user_not_in_realm)"),
    ("access_refused_by_user", 400, "authorization_code", JSON, '{"error":"invalid_grant"}'),
    ("access_refused_by_user", 400, "connect", JSON, '{"error":"access_denied"}'),
    ("app_refused", 401, "token", JSON, '{"error":"invalid_client"}'),
    ("request_refused", 400, "token", JSON, '{"error":"unsupported_grant_type"}'),
    ("permission_denied", 403, "", JSON, gateway("3100", "ApplicationAuthorizationFailed", 403)),
    (
        "permission_denied",
        401,
        "",
        JSON,
        body("120", "Authorization Failure", "You do not have access to this company"),
    ),
    ("permission_denied", 400, "", JSON, body("5020", "Permission Denied Error", "No access rights")),
    ("server_error", 500, "", JSON, gateway("3100", "InternalServerError", 500)),
    ("server_error", 500, "", JSON, body("120", "Authorization Failure", "statusCode: 500")),
    (
        "wrong_environment",
        401,
        "",
        XML,
        xml("130", "Accessing Wrong Cluster", "You have accessed the wrong server"),
    ),
    ("company_locked", 401, "", JSON, body("140", "Company Locked Out")),
    ("server_error", 503, "", JSON, body("150", "Company Under Maintenance")),
    ("app_already_connected", None, "connect", TEXT, "App Already Purchased"),
    # the subscription
    (
        "subscription_inactive",
        200,
        "",
        JSON,
        body("6190", "Invalid Company Status", "Subscription period has ended"),
    ),
    ("subscription_inactive", 400, "", JSON, gateway("7001", "Subscription for company has lapsed", 400)),
    ("server_error", 400, "", TEXT, "message=No destination found for given partition key; errorCode=007001"),
    # closed books, under every code that they borrow
    ("closed_period", 400, "", JSON, body("6210", "Account Period Closed", "The account period has closed.")),
    ("closed_period", 400, "", JSON, body("6200", "Période fermée")),
    (
        "closed_period",
        400,
        "",
        JSON,
        body("5010", "Account Period Closed", "The account period has closed. {1}"),
    ),
    ("closed_period", 400, "", JSON, business("This date is on or before the closing date of your books.")),
    (
        "duplicate_doc_number",
        400,
        "",
        JSON,
        body("6210", "Duplicate Document Number Error", "Specify another one."),
    ),
    # numbers and names
    ("duplicate_doc_number", 400, "", JSON, body("6140", "Duplicate Document Number Error")),
    ("duplicate_doc_number", 400, "", JSON, body("6240", "Duplicate Document Number Error")),
    (
        "duplicate_name",
        400,
        "",
        JSON,
        body("6240", "Duplicate Name Exists Error", "The name supplied already exists. : null"),
    ),
    ("duplicate_name", 400, "", JSON, body(6240, "Nom en double")),
    ("number_too_long", 400, "", JSON, body("2050", "Invalid String Length", "Max:21", "DocNumber")),
    (
        "field_refused",
        400,
        "",
        JSON,
        body("2050", "Invalid String Length", "Max:1,000 Supplied length:1,001", "PrivateNote"),
    ),
    # what changed meanwhile
    (
        "stale_object",
        400,
        "",
        JSON,
        body("5010", "Stale Object Error", "You and Ana were working on this at the same time."),
    ),
    (
        "record_deleted_there",
        400,
        "update",
        JSON,
        body("610", "Object Not Found", "Another user has deleted this transaction."),
    ),
    ("record_deleted_there", 400, "void", JSON, body("610", "Object Not Found", GENERIC)),
    ("company_reset", 400, "", JSON, body("10200", "Company was reset")),
    ("duplicate_request", 400, "", JSON, body("600", "Duplicate Request ID")),
    # tax
    (
        "tax_code_not_mapped",
        400,
        "",
        JSON,
        body("6100", "Invalid Line TaxCode", "should be TAX or NON. Supplied value:8"),
    ),
    ("tax_code_not_mapped", 400, "", JSON, body("6160", "Invalid TaxCodeRef")),
    (
        "tax_code_not_mapped",
        400,
        "",
        JSON,
        business("Every transaction must have a VAT rate before you save."),
    ),
    (
        "tax_code_not_mapped",
        400,
        "",
        JSON,
        body("2500", "Invalid Reference Id", "TaxCodeRef", "TxnTaxDetail.TxnTaxCodeRef"),
    ),
    (
        "tax_calculation_failed",
        400,
        "",
        JSON,
        business("QuickBooks encountered an error while calculating tax."),
    ),
    ("tax_not_enabled", 400, "", JSON, business("Sales tax is not set up for this company.")),
    # references
    (
        "customer_not_found",
        400,
        "",
        JSON,
        body("2500", "Invalid Reference Id", "Names element id 583 not found", "Reference Id"),
    ),
    (
        "customer_not_found",
        400,
        "",
        JSON,
        body("610", "Object Not Found", "Customer assigned to this transaction has been deleted."),
    ),
    (
        "customer_not_found",
        400,
        "",
        JSON,
        body("2020", "Required param missing", "CustomerRef is missing", "CustomerRef"),
    ),
    ("customer_not_found", 400, "", JSON, body("6250", "Invalid Customer")),
    (
        "item_not_found",
        400,
        "",
        JSON,
        body("2500", "Invalid Reference Id", "x", "Line.SalesItemLineDetail.ItemRef"),
    ),
    ("item_inactive", 400, "", JSON, business("Product/Service assigned to this has been deleted.")),
    ("item_inactive", 400, "", JSON, business("Please activate this item first.")),
    (
        "item_is_category",
        400,
        "",
        JSON,
        body("2500", "Invalid Reference Id", "Categories cannot be used in transactions."),
    ),
    (
        "account_inactive",
        400,
        "",
        JSON,
        body("2500", "Invalid Reference Id", "Accounts element id 437 not found"),
    ),
    ("account_inactive", 400, "", JSON, body("2500", "Invalid Reference Id", "x", "IncomeAccountRef")),
    (
        "not_found_other",
        400,
        "",
        JSON,
        body("2500", "Invalid Reference Id", "Klasses element id 9 not found"),
    ),
    # the noun decides, with Intuit's code and without
    ("tax_code_not_mapped", 400, "", JSON, body("2500", "Invalid Reference Id", "TaxRates element id 9 not found")),
    ("tax_code_not_mapped", 400, "", JSON, body("2500", "Invalid Reference Id", "Invalid Reference Id : TaxCode")),
    ("tax_code_not_mapped", 400, "", TEXT, "Invalid Reference Id : TxnTaxDetail.TaxLine.TaxRateRef"),
    ("tax_code_not_mapped", None, "", TEXT, "SalesTaxCode element id 9 not found"),
    ("not_found_other", 400, "", JSON, body("2500", "Invalid Reference Id", "TaxAgency element id 9 not found")),
    ("account_inactive", 400, "", TEXT, "Invalid Reference Id : Line.AccountBasedExpenseLineDetail.AccountRef"),
    ("item_not_found", 400, "", TEXT, "Invalid Reference Id : Line.ItemBasedExpenseLineDetail.ItemRef"),
    ("not_found_other", 400, "", TEXT, "Invalid Reference Id : Line.SalesItemLineDetail.ClassRef"),
    # QuickBooks lists every kind that it may be, and a list of one leaves no doubt
    ("account_inactive", 400, "", JSON, body("2500", "Invalid Reference Id", ONE_KIND.format("accounts"))),
    ("customer_not_found", 400, "", JSON, body("610", "Object Not Found", ONE_KIND.format("customers"))),
    ("item_not_found", 400, "", JSON, body("2500", "Invalid Reference Id", ONE_KIND.format("items"))),
    ("reference_not_found", 400, "", JSON, body("2500", "Invalid Reference Id", ONE_KIND.format("accounts, terms"))),
    ("not_found_other", 400, "read", JSON, body("610", "Object Not Found", GENERIC)),
    ("reference_not_found", 400, "create", JSON, body("2500", "Invalid Reference Id", GENERIC)),
    ("reference_not_found", 400, "create", JSON, body("610", "Objet introuvable")),
    ("reference_not_found", 500, "create", JSON, body("10000", "An application error", GENERIC)),
    ("link_refused", 400, "", JSON, body("620", "Txn ID Cannot Be Linked", GENERIC)),
    # troubles that pass, though the code says otherwise
    ("server_error", 400, "", JSON, business("Something went wrong on our end. Try again later. (-10600)")),
    (
        "server_error",
        400,
        "",
        JSON,
        business("You can only add or edit one name at a time. Please try again."),
    ),
    ("server_error", 400, "", JSON, business("Unexpected Internal Error. (-30003)")),
    (
        "server_error",
        500,
        "",
        JSON,
        body("10000", "An application error has occurred", "System Failure", type="SystemFault"),
    ),
    ("validation", 400, "", JSON, business("Enter a valid amount. Please try again.")),
    (
        "validation",
        200,
        "",
        JSON,
        body("10000", "An application error", "java.lang.UnsupportedOperationException"),
    ),
    # refusals
    ("duplicate_name", 400, "", JSON, body("6210", "Duplicate Name Exists Error")),
    ("rate_limited", 500, "", JSON, '{"fault":{"faultstring":"Spike arrest violation","detail":{"errorcode":"x"}}}'),
    ("request_refused", 400, "", JSON, body("500", "Unsupported Operation", "Operation x is not supported.")),
    ("request_refused", 400, "query", JSON, body("4001", "Invalid query", "Custmoer")),
    ("request_refused", 400, "", JSON, body("2010", "Request has invalid or unsupported property")),
    (
        "bad_email",
        400,
        "query",
        JSON,
        body("4002", "Error processing query", "To email address entered is invalid"),
    ),
    ("bad_email", 400, "", JSON, body("2210", "Malformed", "x")),
    ("currency_mismatch", 400, "", JSON, business("You can only use one foreign currency per transaction.")),
    ("account_wrong_type", 400, "", JSON, body("6430", "Invalid account type used")),
    ("transaction_locked", 400, "", JSON, body("6540", "Deposited Transaction cannot be changed")),
    ("edition_lacks_feature", 400, "", JSON, body("5030", "Feature Not Supported")),
    ("validation", 400, "", JSON, business("The discount is larger than the subtotal.")),
    ("validation", 400, "", JSON, body("6070", "Amount calculation incorrect")),
    ("validation", 400, "", JSON, body("7777", "A code of next year")),
    ("unknown", 400, "", JSON, body("77777", "?", type="")),
]


@pytest.mark.parametrize(("code", "status", "operation", "content_type", "text"), ANSWERS)
def test_an_answer_is_read(code: str, status: int | None, operation: str, content_type: str, text: str) -> None:
    assert read(text, status, content_type, operation=operation).code == code


# As Node prints it: what was asked is no part of the answer.
AXIOS = """AxiosError: Request failed with status code 400
    at settle (axios.cjs:2671:12) {
  code: 'ERR_BAD_REQUEST',
  config: [Object: null prototype] {
    transitional: { clarifyTimeoutError: false },
    timeout: 5000,
    data: '{"Line":[{"SalesItemLineDetail":{"ItemRef":{"value":"1"}}}]}'"""
QUOTES: list[tuple[str, str]] = [
    ("tax_not_enabled", "VAT has not been set up in this company"),
    ("stale_object", "The customer was changed in QuickBooks by another person"),
    ("server_error", "error code: 523"),
    ("token_expired", "The token that came with the call is expired"),
    ("customer_not_found", "The customer has been merged or deleted there"),
    ("validation", "The description 'Connection lost, reset modem' is too long"),
    ("item_not_found", "What is used here has been made inactive: Item"),
    ("tax_not_enabled", "Sales tax has to be turned on before that"),
    ("duplicate_doc_number", "The invoice number 17 is in use by a credit memo"),
    ("permission_denied", "Who connected it does not have admin rights there"),
    ("network", "We have trouble reaching QuickBooks"),
    ("validation", "The quantity does not have a unit"),
    ("closed_period", "The date is in a period that's been closed"),
    ("closed_period", "The date is in a period which is already locked"),
    ("not_found_other", 'There is no payment method called "Wire" found in QuickBooks'),
    ("not_found_other", "No term with 45 days was found, create one there"),
    ("duplicate_doc_number", "More than one invoice has the number 17"),
    ("duplicate_name", "QuickBooks has several customers with the same name"),
    ("duplicate_name", "Another vendor already goes by that name"),
    ("tax_code_not_mapped", "The tax rate 8.25% doesn't exist there, map another one"),
    ("subscription_inactive", "The company is in read-only mode"),
    ("subscription_inactive", "Renew your QuickBooks plan to go on"),
    ("stale_object", "Someone else has changed this invoice since it was read"),
    ("stale_object", "The customer was edited by somebody else"),
    ("rate_limited", "Intuit's limit of 500 requests per minute is hit"),
    ("permission_denied", "Who connected the app is no longer an administrator of the company"),
    ("app_already_connected", "This company is already connected by bea@shop.example"),
    ("app_already_connected", "The QuickBooks company is already linked to a different workspace"),
    ("validation", "QuickBooks: the deposit is already linked to another invoice"),
    ("validation", "The AccountRef is a read-only field and must not be sent"),
    ("validation", "The payment method 'Timeout tab' must be at most 31 characters"),
    ("validation", "A limit of 25 calls in one estimate was exceeded"),
    # What people and other programs make of QuickBooks' answers: no status, no code, other words.
    ("permission_denied", "NetworkError: 403 Forbidden - https://appcenter.intuit.com/"),
    ("token_expired", "The token refresh failed"),
    ("token_expired", "The connection is missing its refresh token"),
    ("token_expired", "Authentication OAuth Error"),
    ("customer_not_found", "The contact of line 2 has not been synced to QuickBooks yet"),
    ("item_not_found", "This product has not yet been exported"),
    ("tax_code_not_mapped", "You have not specified a tax rate"),
    ("tax_code_not_mapped", "TaxRateError"),
    ("company_reset", "Company Reset"),
    ("validation", "Result Set Big"),
    ("validation", "Sub Level Limit"),
    ("unknown", "One or more errors have occurred"),
    ("currency_mismatch", "Invalid reference to QuickBooks Customer 'Black'. The currency of the account must be EUR"),
    ("server_error", "Unexpected critical error (-20990)"),
    ("server_error", "IdsException: GatewayTimeout"),
    ("server_error", "Books unavailable (503)"),
    ("rate_limited", "Spike arrest violation"),
    ("server_error", "The servers are currently down"),
    ("server_error", "Error 524: nothing more"),
    ("server_error", "QuickBooks API error 503: <html><head><title>503</title></head><h1>503</h1></html>"),
    ("server_error", "Failed to run request: <title>502</title><h1>502</h1>\n    at ApiClient.run (api.js:9)"),
    ("server_error", "desc=busy method=POST status=503"),
    ("server_error", "<!DOCTYPE html><html><body>We'll be right back.</body></html>"),
    ("server_error", '{"name":"OAuthError","message":"HTTP Error","code":"503"}'),
    ("token_expired", '{"name":"OAuthError","message":"HTTP Error","code":"401"}'),
    ("token_expired", "Authorization failure: token timed out?"),
    ("tax_code_not_mapped", '{"message":"Invalid Reference Id","code":"2500","description":"TaxCode element id 9"}'),
    ("unknown", AXIOS),
    ("answer_unreadable", "Error: Invalid Response"),
    ("rate_limited", "The service was invoked too many times"),
    ("duplicate_name", "Vendor 'Black' already exists in QuickBooks"),
    (
        "income_account_missing",
        "No export account selected in the settings, create one or choose another way to export",
    ),
    ("answer_unreadable", "Expecting value: line 1 column 1 (char 0)"),
    ("answer_unreadable", "SyntaxError: Unexpected end of JSON input"),
    ("answer_unreadable", "invalid character '<' looking for beginning of value"),
    ("network", "Connection to QuickBooks lost"),
    ("token_expired", "failed getting access token"),
    ("token_expired", "Authentication expired"),
    ("token_expired", "Your QuickBooks keys have expired"),
    ("token_expired", "RECONNECT_REQUIRED"),
    ("permission_denied", "Permission Denied Error : To access this, sign in again or contact an admin"),
    ("permission_denied", "Only the primary admin or company admin can connect apps"),
    ("access_refused_by_user", "error=access_denied"),
    ("app_already_connected", "Apps Already Connected To another file"),
    ("subscription_inactive", "The subscription appears to be restricted"),
    ("stale_object", "The SyncToken is out of date"),
    ("customer_not_found", "The invoice cannot be saved without a customer"),
    ("customer_not_found", "The customer Okafor is not in QuickBooks"),
    ("customer_not_found", "You must choose a customer for this sale"),
    ("item_not_found", "It can not be synchronized without Product or Service"),
    ("item_inactive", "One of the items of this sale is inactive"),
    ("tax_code_not_mapped", "Unable to fetch tax of this sale"),
    ("tax_code_not_mapped", "The tax mapping failed"),
    ("account_inactive", "Account mapping missing"),
    ("not_found_other", "The appointment is not in QuickBooks"),
    ("not_found_other", "Invoice Not Synced"),
    ("duplicate_name", "An employee already has this name"),
    ("rate_limited", "The remote server returned an error: (429) Too Many Requests."),
    ("rate_limited", "Requests of this company are being throttled."),
    ("server_error", "Request failed with status code 503"),
    ("server_error", "The remote server returned an error: (504) Gateway Timeout."),
    ("server_error", "QuickBooks is down for maintenance"),
    ("token_expired", "The connection to QuickBooks has expired, please reconnect"),
    ("token_expired", "The remote server returned an error: (401) Unauthorized."),
    ("token_expired", "Unable to refresh the token"),
    ("permission_denied", "Error 403: Forbidden"),
    ("permission_denied", "You must be an admin of the company to do this"),
    ("subscription_inactive", "The trial has expired"),
    ("network", "stream timeout after 30000 ms"),
    ("network", "connection attempt failed, error 10060"),
    ("closed_period", "Enter the closing date password first"),
    ("duplicate_doc_number", "The invoice number 1842 is already in use"),
    ("duplicate_name", "This name is already used"),
    ("tax_not_enabled", "Please set up sales tax before you send taxable invoices"),
    ("tax_code_not_mapped", "The tax code on line 2 could be not found, or was not mapped"),
    ("customer_not_found", "The customer M. Okafor could not be found"),
    ("customer_not_found", "The customer on this invoice is inactive"),
    ("item_inactive", "The product 'Capacitor 35/5' was made inactive"),
    ("item_not_found", "The product 'Capacitor 35/5' was not found"),
    ("account_inactive", "This income account is inactive"),
    ("account_inactive", "A line points at an inactive account"),
    ("stale_object", "The invoice was changed by another user"),
    ("link_refused", "TxnID Cannot Be Linked"),
    ("not_found_other", "The payment was not found"),
    # Words that look like another failure, and are not.
    ("validation", "This customer cannot be deleted, because it has a balance"),
    ("validation", "A customer with a balance can't be made inactive"),
    ("customer_not_found", "The customer of this sale has been made inactive"),
    ("duplicate_doc_number", "DocNumber must be unique"),
    ("validation", "An item with stock on hand must not be made to be inactive"),
    ("field_refused", "Required parameter TaxCode.TaxRateDetails is missing in the request"),
    ("number_too_long", "You cannot enter more than 21 characters in the doc_num field"),
    ("currency_mismatch", "Customer and A/R account need the same currency"),
    ("unknown", "An unknown error occurred"),
    ("unknown", "Bad Request"),
]


HEADLINES: list[tuple[str, str]] = [
    ("not_found_other", "Deleted bill: 12"),
    ("account_inactive", "Account mapping failed"),
    ("tax_code_not_mapped", "Missing tax mapping"),
    ("duplicate_name", "The names given already exist"),
    ("rate_limited", "API quota is used up"),
    # How help pages and other programs call a fault: a noun and its state, without a sentence and without a code.
    ("customer_not_found", "Deleted customer"),
    ("not_found_other", "Missing invoice acctid: 00x17"),
    ("validation", "Missing invoice number"),
    ("customer_not_found", "Customer missing"),
    ("customer_not_found", "No customer selected"),
    ("item_inactive", "Inactive product"),
    ("item_inactive", "Service deleted"),
    ("item_not_found", "Missing item"),
    ("item_not_found", "SKU not found"),
    ("account_inactive", "Account deleted"),
    ("income_account_missing", "Unmapped income account"),
    ("income_account_missing", "No income account selected"),
    ("income_account_missing", "An expense account is required"),
    ("income_account_missing", "Missing income account"),
    ("income_account_missing", "No account selected"),
    ("account_inactive", "Account number not active"),
    ("item_not_found", "Item not mapped"),
    ("not_found_other", "Inactive vendor"),
    ("tax_code_not_mapped", "Missing VAT code"),
    ("tax_code_not_mapped", "Unknown tax rate"),
    ("tax_code_not_mapped", "'Zone 4' is not a valid tax code"),
    ("closed_period", "Books closed"),
    ("closed_period", "The period is locked"),
    ("duplicate_doc_number", "Duplicate invoice number"),
    ("duplicate_name", "A vendor with this name exists"),
    ("duplicate_name", "The display name is a duplicate"),
    ("customer_not_found", "An invoice must have a customer"),
    ("customer_not_found", "A customer is required"),
    ("customer_not_found", "Unable to find the customer"),
    ("customer_not_found", "No matching customer"),
    ("item_not_found", "No item found"),
    ("item_not_found", "Could not match the product"),
    ("account_inactive", "Can't find the account"),
    ("tax_code_not_mapped", "No matching tax code"),
    ("tax_code_not_mapped", "Tax not found"),
    ("not_found_other", "The document was not found"),
    ("duplicate_doc_number", "Invoice already exists"),
    ("duplicate_doc_number", "DUPLICATE_INVOICE"),
    ("duplicate_name", "Duplicate customer"),
    ("duplicate_name", "A vendor exists, use a different name"),
    ("closed_period", "The fiscal year is already closed"),
    ("closed_period", "Books are frozen"),
    ("token_expired", "The token that was sent is no longer valid"),
    ("token_expired", "QuickBooks rejected the access token"),
    ("token_expired", "Authorization failed, go to the settings to reconnect"),
    ("network", "Connection lost, trying to reconnect"),
    ("stale_object", "The invoice was changed in QuickBooks since"),
    ("rate_limited", "Quota exceeded"),
    ("subscription_inactive", "Your plan expired"),
    ("subscription_inactive", "This company is no longer active"),
    ("permission_denied", "Only admins can do this"),
    ("permission_denied", "The user no longer has access"),
    ("wrong_environment", "Realm ID mismatch"),
    ("wrong_environment", "Wrong company"),
    ("server_error", "A temporary problem"),
    ("server_error", "Intuit outage"),
    ("closed_period", "No open accounting period"),
    ("closed_period", "The date is not within the open fiscal year"),
    ("not_found_other", "The linked invoice was not imported"),
    ("token_expired", "Missing access token"),
    ("token_expired", "Could not obtain a token"),
    ("token_expired", "Authentication with QuickBooks failed"),
    ("token_expired", "[3100] message=DispatcherError; errorCode=003100; statusCode=401"),
    ("permission_denied", "The grant lacks the accounting scope"),
    ("stale_object", "SyncToken mismatch"),
    ("reference_not_found", "Invalid reference"),
    ("token_expired", "QuickBooks disconnected"),
    ("token_expired", "Session expired, sign in again"),
    ("token_expired", "Not authenticated"),
    ("permission_denied", "User does not have permission"),
    ("permission_denied", "Needs admin access"),
    ("subscription_inactive", "QuickBooks account suspended"),
    ("subscription_inactive", "There is a billing problem with this company"),
    ("server_error", "QuickBooks is down"),
    ("server_error", "BadGateway"),
    ("server_error", "502"),
    ("server_error", "Acme's API error: 503"),
    ("not_found_other", "The document doesn't exist"),
    ("token_expired", "The app could not authenticate."),
    ("customer_not_found", "Contact 17 has no QuickBooks customer ID"),
    ("item_not_found", "The product has no QBO ID"),
    ("item_not_found", "No matching QBOItem, accounting code: 4000"),
    ("tax_code_not_mapped", "Tax code 5010 not mapped"),
    ("network", "Unable to reach QuickBooks"),
    ("network", "No response from Intuit"),
    (
        "app_already_connected",
        "Another admin of your company has already connected the app, another user must go first",
    ),
    ("app_already_connected", "The app was installed by a different user"),
    ("app_already_connected", "Already connected by someone else"),
    ("app_already_connected", "Another user of this company is already subscribed to the app; ask them"),
    ("app_already_connected", "The app was subscribed to by another user, who can change the subscription"),
    ("app_already_connected", "App_Already_Purchased"),
    ("wrong_environment", "This company does not match the one chosen before"),
    ("server_error", "We failed to acquire the lock for this record"),
    # Near to these, and something else.
    ("validation", "The deposit is already linked to another payment"),
    ("validation", "Select another customer"),
    ("request_refused", "Error 500: Unsupported Operation"),
    ("validation", "The account number could not be matched to the bank's format"),
    ("bad_email", "The e-mail address is no longer valid, enter another one"),
    ("validation", "An account manager must be chosen, we cannot find the account manager"),
    ("validation", "The company must match the payment's customer"),
    ("validation", "Choose whether the year is a leap year"),
    ("validation", "The invoice must have a customer memo of at most 1000 characters"),
    ("validation", "The transaction date must lie within one accounting period of the budget"),
    ("validation", "The payment was not large enough"),
    ("validation", "Enter a name that is not longer than 100 characters"),
    ("validation", "Missing account number"),
    ("validation", "The customer has no tax ID"),
    ("validation", "Enter a customer number of at least 3 digits"),
    ("validation", "The exemption certificate of this customer is missing a date"),
    ("validation", "The tax amount must not be greater than the subtotal"),
    ("validation", "Another user is required to approve this"),
    ("unknown", "Inactive"),
    # What another program did not find in its own table of pairs: the noun behind it decides.
    ("customer_not_found", "This household is not mapped to a QuickBooks customer"),
    ("customer_not_found", "No QuickBooks Online customer was linked"),
    ("item_not_found", "Labor is not yet linked to a QBO item"),
    ("item_not_found", "Unable to find the QuickBooks product"),
    ("income_account_missing", "The till isn't matched with a QuickBooks Online account"),
    ("income_account_missing", "UNMAPPED_ACCOUNTS"),
    ("tax_code_not_mapped", "7.5% has no QuickBooks tax rate"),
    ("tax_code_not_mapped", "No QBO tax code mapping found for County"),
    ("tax_code_not_mapped", "The rate was never mapped to a QuickBooks Online tax code"),
    ("not_found_other", "The branch is not mapped to a QuickBooks location"),
    ("not_found_other", "The technician has not been linked to a QuickBooks employee"),
    ("validation", "A deposit cannot be mapped to two customers, choose one"),
    # Limits in time; a shop's own calls and requests have none.
    ("rate_limited", "You used up your daily API calls"),
    ("rate_limited", "The allowed number of requests was 500"),
    ("rate_limited", "Requests per minute: limit exceeded"),
    ("rate_limited", "QuickBooks is rate-limiting us (429)."),
    ("validation", "You reached the limit of 25 service calls in one estimate, choose fewer"),
    ("validation", "The maximum number of service calls must be positive"),
    # Access and environment.
    ("token_expired", "QuickBooks refused us (401)."),
    ("validation", "QuickBooks needs the account Repairs (401) to have a number"),
    ("token_expired", "The shop is not connected to a QuickBooks company"),
    ("permission_denied", "Permission refused"),
    ("permission_denied", "You have to be a QuickBooks Online company administrator"),
    ("wrong_environment", "Production/sandbox mismatch"),
    ("wrong_environment", "A sandbox token was used with production"),
    ("wrong_environment", "The production company was called on the sandbox"),
    ("subscription_inactive", "The subscription isn't active"),
    ("token_expired", "Intuit declined our authorization"),
    ("token_expired", "The saved credentials are no longer valid"),
    ("token_expired", "Something is off, try reconnecting"),
    ("token_expired", "RELINK_REQUIRED"),
    ("permission_denied", "The app has no access to this company"),
    ("token_expired", "The office was signed out of QuickBooks"),
    ("token_expired", "token_revoked"),
    ("permission_denied", "Connection error: you need to have company administrator rights"),
    ("subscription_inactive", "The QuickBooks company file was suspended"),
    ("tax_code_not_mapped", "Configure a fallback sales tax rate"),
    ("validation", "Set a sales tax rate between 0 and 100"),
    ("account_inactive", "“Fuel” is inactive, use another active account"),
    ("token_expired", "The shop's books need to be reauthorized"),
    ("token_expired", "Auth was revoked"),
    ("permission_denied", "Access has been refused"),
    (
        "permission_denied",
        "The person with this login is removed from the company: the admin was removed from your books",
    ),
    ("validation", "The employee was removed from payroll, choose another one"),
    ("income_account_missing", "No account mapping for the till"),
    ("income_account_missing", "No QBO account is configured yet"),
    ("item_not_found", "No QuickBooks product could be determined"),
    ("item_not_found", "ITEM_MAPPING_MISSING"),
    ("customer_not_found", "No customer is currently set up for this household"),
    ("server_error", "Intuit is too busy"),
    ("token_expired", "Intuit refused the saved token"),
    ("access_refused_by_user", "Intuit said access_denied"),
    ("tax_code_not_mapped", "The books don't include any tax code: they did not return a sales tax code"),
    ("validation", "Bundle type mismatch"),
    ("server_error", "503 Proxy Error"),
    # The rest.
    ("network", "Connection unexpectedly closed"),
    ("closed_period", "The books cannot be changed for that day"),
    ("customer_not_found", "Could not find any valid QuickBooks customer"),
    ("network", "Cannot connect to Intuit"),
    ("network", "Please check your internet connection"),
    ("network", "Intuit could not be reached"),
    ("stale_object", "The invoice changed in QuickBooks while it was being edited"),
    ("validation", "Character limit exceeded"),
]


@pytest.mark.parametrize(("code", "text"), HEADLINES)
def test_a_headline_is_read(code: str, text: str) -> None:
    assert read(text, None, TEXT).code == code


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("tax_code_not_mapped", "MISSING_TAX_CODE"),
        ("tax_code_not_mapped", "TaxRateNotFound"),
        ("closed_period", "FISCAL_YEAR_CLOSED"),
        ("closed_period", "AccountPeriodClosed"),
        ("account_inactive", "ACCOUNT_NOT_ACTIVE"),
        ("duplicate_doc_number", "invoice_number_already_used"),
        ("customer_not_found", "CustomerNotFound"),
        ("item_inactive", "PRODUCT_INACTIVE"),
        ("server_error", "INTERNAL_SERVER_ERROR"),
        ("rate_limited", "RATE_LIMIT_EXCEEDED"),
        ("token_expired", "TOKEN_EXPIRED"),
        ("permission_denied", "PERMISSION_DENIED"),
        ("network", "CONNECTION_TIMEOUT"),
        # One that says nothing, and one of OAuth's, which has a meaning of its own.
        ("unknown", "UNKNOWN_ERROR"),
        ("app_refused", "unauthorized_client"),
    ],
)
def test_a_name_that_stands_for_a_sentence_is_read(code: str, name: str) -> None:
    assert read(name, None, TEXT).code == code
    assert read(json.dumps({"error": name}), None).code == code
    assert read(json.dumps({"code": name, "message": "It did not work"}), None).code == code


def test_a_headline_needs_to_be_short_and_without_a_code() -> None:
    assert read(business("Deleted customer balances differ by 3.00, choose the day."), 400).code == "validation"


@pytest.mark.parametrize(
    ("entity", "operation", "code"),
    [
        ("Purchase", "create", "account_inactive"),
        ("JournalEntry", "", "account_inactive"),
        ("JournalEntry", "delete", "record_deleted_there"),
        ("Invoice", "create", "reference_not_found"),
        ("Bill", "create", "reference_not_found"),
    ],
)
def test_what_was_sent_decides_where_the_words_are_general(entity: str, operation: str, code: str) -> None:
    words = body("610", "Object Not Found", GENERIC)
    assert read(words, 400, entity=entity, operation=operation).code == code


@pytest.mark.parametrize(
    ("entity", "code"),
    [("Invoice", "customer_not_found"), ("", "customer_not_found"), ("Bill", "reference_not_found")],
)
def test_a_name_is_a_customers_but_where_vendors_are_named(entity: str, code: str) -> None:
    assert read(body("2500", "Invalid Reference Id", "Names element id 9 not found"), 400, entity=entity).code == code


@pytest.mark.parametrize(
    ("entity", "operation", "code"),
    [
        ("Customer", "update", "customer_not_found"),
        ("Item", "sparse_update", "item_not_found"),
        ("Vendor", "update", "reference_not_found"),
        ("Customer", "create", "reference_not_found"),
    ],
)
def test_a_deleted_list_element_is_what_was_to_be_changed(entity: str, operation: str, code: str) -> None:
    words = business("The list element is deleted, it cannot be modified.")
    assert read(words, 400, entity=entity, operation=operation).code == code


def test_an_account_that_cannot_be_made_inactive_is_not_inactive() -> None:
    assert read("An account in use cannot be made inactive", 400, TEXT, entity="Purchase").code == "validation"
    assert read("An account in use has been made inactive", 400, TEXT, entity="Purchase").code == "account_inactive"


def test_an_error_that_a_gateway_passes_on_decides() -> None:
    outer = {"code": 502, "message": "BadGateway"}
    inner = {"status": 400, "message": "Duplicate Document Number Error"}
    for key in ("innerError", "cause", "providerResponse"):
        assert read(json.dumps({"error": {**outer, key: inner}}), 502).code == "duplicate_doc_number"
    # What was asked is no error.
    assert read(json.dumps({"error": {**outer, "request": inner}}), 502).code == "server_error"


@pytest.mark.parametrize(("code", "text"), QUOTES)
def test_a_quote_in_other_words_is_read(code: str, text: str) -> None:
    assert read(text, None, TEXT).code == code


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        ("server_error", 500, '{"code":500,"message":"Internal Server Error"}'),
        ("server_error", 503, '{"code":503,"message":"Service Unavailable"}'),
        ("rate_limited", 429, '{"code":429,"message":"Too Many Requests"}'),
        ("field_refused", 400, body("2040", "Invalid String", "Invalid characters. Rate limit: Unauthorized Ltd")),
    ],
)
def test_a_status_as_a_code_and_a_name_in_a_text_mislead_nobody(code: str, status: int, text: str) -> None:
    assert read(text, status).code == code


@pytest.mark.parametrize(
    ("status", "content_type", "operation", "text"),
    [
        (200, JSON, "create", '{"Invoice":{"Id":"300","SyncToken":"0"},"time":"x"}'),
        (
            200,
            JSON,
            "create",
            '{"Invoice":{"CustomerMemo":{"value":"Stale Object Error; throttleexceeded"}}}',
        ),
        (200, JSON, "query", '{"QueryResponse":{},"time":"x"}'),
        (200, JSON, "batch", '{"BatchItemResponse":[{"Invoice":{"Id":"3"},"bId":"0"}]}'),
        (200, JSON, "read", '{"fault":null,"intuitObject":{"Id":"3"}}'),
        (200, XML, "read", "<IntuitResponse><Customer><Id>3</Id></Customer></IntuitResponse>"),
        (200, "", "revoke", ""),
    ],
)
def test_a_success_is_no_failure(status: int, content_type: str, operation: str, text: str) -> None:
    assert read_fault(Answer(status, content_type, text), operation=operation) is None


def test_all_entries_are_kept_and_the_most_specific_decides() -> None:
    general = fault("6000", "A business validation error", "Fill out the form.")["Error"]
    specific = fault("2500", "Invalid Reference Id", "Names element id 12 not found")["Error"]
    failure = read(json.dumps({"Fault": {"Error": general + specific}}))

    assert failure.code == "customer_not_found"
    assert [entry.code for entry in failure.entries] == ["6000", "2500"]
    assert "Fill out the form." in failure.intuit_words


def test_an_item_of_a_batch_is_read_by_itself() -> None:
    answer = {
        "BatchItemResponse": [
            {"bId": "0", "Fault": fault("6140", "Duplicate Document Number Error")},
            {"bId": "1", "Fault": fault("5010", "Stale Object Error")},
        ]
    }
    codes = [
        read_item_fault(item["Fault"], request_entity="Invoice", operation="create").code
        for item in answer["BatchItemResponse"]
        if isinstance(item["Fault"], dict)
    ]

    assert codes == ["duplicate_doc_number", "stale_object"]
    assert read_item_fault(answer["BatchItemResponse"][1]).code == "stale_object"


@pytest.mark.parametrize("nonsense", [None, "", [], {}, "Fault", 3, {"Error": None}, {"Error": ["x"]}])
def test_an_item_fault_that_says_nothing_waits_for_a_person(nonsense: Any) -> None:
    assert read_item_fault(nonsense).code == "unknown"


def test_throttling_of_one_item_waits() -> None:
    assert read_item_fault(fault("3001", "ThrottleExceeded")).kind is FailureKind.WAIT


@pytest.mark.parametrize(
    ("refused", "status", "content_type", "text"),
    [
        (True, 400, TEXT, ""),
        (True, 302, HTML, "moved"),
        (True, 200, JSON, body("6000", "A business validation error")),
        (True, 500, JSON, body("10000", "An application error")),
        (True, 500, XML, xml("10000", "An application error")),
        # Too late, a gateway's own page, cut off, or no answer at all: the write may have happened.
        (False, 408, TEXT, ""),
        (False, 502, HTML, "<html><h1>502 Bad Gateway</h1></html>"),
        (False, 500, JSON, body("10000", "An application error")[:-9]),
        (False, 500, XML, xml("10000", "An application error")[:-9]),
        (False, 200, JSON, json.dumps({"Customer": {"Notes": "Fault"}})),
        (False, None, "", body("6000", "A business validation error")),
    ],
)
def test_only_a_whole_fault_of_quickbooks_own_is_a_refusal(
    refused: bool, status: int | None, content_type: str, text: str
) -> None:
    assert is_refusal(Answer(status, content_type, text)) is refused
