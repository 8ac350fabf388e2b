"""The reader of faults: sentences of other programs, beside close ones that mean something else."""

import json

import pytest

from tests.qbo.fault_bodies import JSON, TEXT, business, read

SAID: list[tuple[str, str]] = [
    # the app, the code of connecting, and credentials are three things
    ("app_refused", "Our app is no longer approved by Intuit."),
    ("app_refused", "This QuickBooks app was suspended. Ask its developer."),
    ("app_refused", "Wrong client secret"),
    ("access_refused_by_user", "The authorization code has expired"),
    ("access_refused_by_user", "Invalid authorization code"),
    ("token_expired", "Could not connect to QuickBooks because of wrong credentials"),
    ("token_expired", "Could not connect to QuickBooks. Check your credentials."),
    ("network", "Could not connect to QuickBooks"),
    ("token_expired", "There is an authentication problem"),
    ("token_expired", "The client could not set its access token"),
    ("permission_denied", "You are not registered as an admin of this company"),
    ("permission_denied", "The person who connects isn't an admin"),
    # a record and what it belongs to
    ("account_inactive", "The expense account for this item no longer exists"),
    ("account_inactive", "The account of the service could not be found"),
    ("item_not_found", "The expense item no longer exists"),
    ("item_inactive", "The item on this customer's invoice was deleted"),
    ("item_not_found", "The service for this customer could not be found"),
    ("customer_not_found", "The customer of this invoice was deleted"),
    ("duplicate_name", "A person called Dr. Smith already exists in QuickBooks, rename one of them"),
    # a check that failed has found nothing
    ("server_error", "Subscription check failed with HTTP 500"),
    ("server_error", "The subscription check failed (status code 503)"),
    ("server_error", "Could not verify your QuickBooks subscription"),
    ("server_error", "Unable to determine the subscription status"),
    ("subscription_inactive", "Subscription check failed: your subscription has expired"),
    # tax, queries, servers, parsers
    ("tax_code_not_mapped", "You haven't chosen a tax rate"),
    ("tax_calculation_failed", "Tax calculation failed"),
    ("tax_calculation_failed", "QuickBooks was unable to calculate sales tax"),
    ("request_refused", "HTTP 400 Bad Request: QueryValidationError, property Color of customer not found"),
    ("server_error", "QuickBooks server problem"),
    ("unknown", "QuickBooks returned an error"),
    ("answer_unreadable", "System.Text.Json.JsonException: the input does not contain any JSON tokens"),
    ("validation", "Duplicate entry"),
    # what has the name or the number may stand between; a number elsewhere is no duplicate
    ("duplicate_name", "The name 'Gutters' of this list entry is already in use"),
    ("duplicate_name", "There is already a customer in your QuickBooks account with this name"),
    ("duplicate_doc_number", "There is already another invoice in QuickBooks with the same Invoice Number"),
    ("duplicate_doc_number", "This number is being used on another estimate"),
    ("validation", "There is already a payment of this amount"),
    ("validation", "The name must not have a number that is too long"),
    # an account that an item needs, and one that has to be told of a bill
    ("income_account_missing", "Choose an income account for this service"),
    ("validation", "Choose the account from which this bill was paid"),
    ("income_account_missing", "The sales account is not linked to this product"),
    ("income_account_missing", "Product not linked to an account"),
    ("item_not_found", "The line is not linked to an item"),
    ("item_not_found", "That SKU cannot be found in QuickBooks"),
    # what a record needs could not go there before it
    ("item_not_found", "Invoice not exported: the related service Gutters could not be exported"),
    ("customer_not_found", "The payment waits, its associated customer can't be created"),
    ("validation", "The invoice could not be exported for a plan of that kind"),
    # a record that is missing there, and what is missing of it
    ("account_inactive", "The clearing account is missing in QuickBooks"),
    ("customer_not_found", "This customer is now missing from your QuickBooks"),
    ("validation", "The customer's phone is missing in QuickBooks"),
    ("validation", "Customer phone missing in QuickBooks"),
    ("validation", "Could not sync invoice 5: customer email missing from your QuickBooks"),
    # a connection that is at an end, and one that only broke
    ("token_expired", "The QuickBooks Online connection is currently inactive"),
    ("token_expired", "Our connection to QuickBooks is no longer valid"),
    ("network", "The connection to QuickBooks was reset"),
    ("network", "Our connection with api.example.com has been closed"),
    # the company that a connection is for
    ("wrong_environment", "QuickBooks did not recognise the given realm"),
    # Intuit's page for connecting: a person has to try it again
    (
        "access_refused_by_user",
        "Something is the matter. Sorry, but Run a Call didn't connect. Please try again later.",
    ),
    ("request_refused", "Sorry, but our app didn't connect. The redirect_uri is not in the list."),
    # the parser of Ruby puts a number first, which is no code of QuickBooks
    ("answer_unreadable", "765: unexpected token at '<!doctype html>'"),
    ("validation", "765: unexpected amount"),
    # nobody has connected QuickBooks, or something of QuickBooks is not set up
    ("token_expired", "No QuickBooks company is linked"),
    ("token_expired", "The QuickBooks integration was never set up"),
    ("tax_not_enabled", "QuickBooks is not set up for sales tax"),
    ("validation", "QuickBooks is not configured for multiple currencies, choose dollars"),
    ("token_expired", "QuickBooks credentials are not stored"),
    ("token_expired", "No tokens on file"),
    ("token_expired", "First connect QuickBooks"),
    ("network", "Error: connect to QuickBooks failed, connection lost"),
    ("token_expired", "QuickBooks needs reauthorization"),
    ("token_expired", "It was not authorized. Please try again."),
    ("access_refused_by_user", "No authorization code came back"),
    ("access_refused_by_user", "The sign-in was cancelled"),
    ("access_refused_by_user", "The user declined"),
    ("app_refused", "The client secret is not set"),
    ("app_refused", "Intuit refused our app credentials"),
    ("wrong_environment", "You selected another QuickBooks company"),
    # what was left out of a record, and of which field
    ("customer_not_found", "The receipt is missing its customer"),
    ("validation", "The receipt is missing its customer message"),
    ("customer_not_found", "CustomerRef required"),
    ("item_not_found", "ItemRef required"),
    ("tax_code_not_mapped", "TaxCodeRef missing"),
    ("tax_code_not_mapped", "Each line needs a VAT code"),
    ("item_not_found", "A line has no product"),
    ("validation", "A line has no product description"),
    ("income_account_missing", "Two lines are missing accounts"),
    ("validation", "The bill has no account number"),
    ("item_not_found", "Default service not configured"),
    # what did not go there, and why
    ("customer_not_found", "Customer not pushed to QuickBooks"),
    ("not_found_other", "The estimate was not exported to QuickBooks yet"),
    ("validation", "Customer not pushed to QuickBooks because its phone is too long"),
    # a reference and the name of a host are resolved
    ("customer_not_found", "We could not resolve the customer"),
    ("network", "We could not resolve books.example.com"),
    ("validation", "Edits made now will not reach the books, correct the date"),
    ("duplicate_name", "DisplayName must be unique"),
    ("duplicate_name", "Somebody is using this name"),
    ("stale_object", "The payment was edited in QuickBooks"),
    ("subscription_inactive", "Your QuickBooks bill is past due"),
    ("subscription_inactive", "The company is read-only now"),
    ("server_error", "There is a problem on Intuit's side"),
    # what was not chosen, and what was deleted, in more words
    ("item_not_found", "The fee could not be mapped to a QuickBooks service"),
    ("item_not_found", "Labor must be mapped to a QuickBooks item"),
    ("customer_not_found", "The customer is no longer matched in QuickBooks"),
    ("item_not_found", "No QuickBooks product is picked for trips"),
    ("not_found_other", "The bill was removed inside QuickBooks, so we stop"),
    ("not_found_other", "QuickBooks shows this estimate as deleted"),
    ("not_found_other", "The pay rule does not exist in QuickBooks"),
    ("not_found_other", "The wage type doesn't exist in your QuickBooks"),
    ("validation", "The field Shade does not exist in QuickBooks"),
    ("validation", "Error 400: Bad Request, syntax"),
    ("customer_not_found", "Our company has no QuickBooks client"),
    ("item_not_found", "No QuickBooks product for trips"),
    ("not_found_other", "The crew has no QuickBooks employee"),
    ("validation", "No QuickBooks customer name is longer than that"),
    ("validation", "The shop has no QuickBooks Payments"),
    ("customer_not_found", "QuickBooks refused it: invalid CustomerRef"),
    ("item_not_found", "ItemRef 12 is invalid"),
    ("not_found_other", "Unknown TermId"),
    ("token_expired", "Could not finish the QuickBooks sign-in"),
    ("validation", "Could not finish the invoice's QuickBooks entry"),
    # how access ends, and who may do what
    ("token_expired", "The token can't be renewed. Reconnect and try again"),
    ("token_expired", "The bookkeeper's access to QuickBooks was revoked"),
    ("token_expired", "The owner disconnected our app"),
    ("token_expired", "You have to link QuickBooks again"),
    ("network", "We will connect to QuickBooks again when the connection failed"),
    ("token_expired", "The sign-in to QuickBooks has run out"),
    ("validation", "The supply of bolts has run out"),
    ("token_expired", "qbo_reauthorization_required"),
    ("permission_denied", "The clerk lacks the rights for bills"),
    ("permission_denied", "The user of QuickBooks is not allowed to void bills"),
    ("validation", "A discount is not allowed to be negative"),
    ("app_refused", "The app keys are not configured"),
    ("app_refused", "QBO_CLIENT_SECRET is missing"),
    # what has to be chosen or sent first
    ("income_account_missing", "Pick a fee account before you export"),
    ("income_account_missing", "Choose the QuickBooks fee account"),
    ("item_not_found", "Select a QuickBooks service for trips"),
    ("customer_not_found", "Link this site to a QuickBooks customer"),
    ("customer_not_found", "Export the client first"),
    ("validation", "Choose a customer name before you export"),
    ("item_not_found", "The service is no longer in QuickBooks"),
    ("not_found_other", "The bill was voided or deleted there"),
    ("duplicate_doc_number", "It already has an invoice numbered 7"),
    ("duplicate_name", "QuickBooks already has a vendor called Roe"),
    ("duplicate_name", "Another record in QuickBooks has that name"),
    ("stale_object", "The payment changed in QuickBooks meanwhile"),
    ("validation", "Have the customer changed in QuickBooks by the owner"),
    ("network", "QuickBooks was not reachable"),
    ("server_error", "QuickBooks is having some trouble"),
    ("server_error", "The servers are very busy"),
    ("server_error", "QuickBooks reported a server error"),
    ("rate_limited", "Our calls come too often"),
    ("rate_limited", "qbo_rate_limited"),
    ("token_expired", "The token exchange failed"),
    ("token_expired", "The QuickBooks connection is missing"),
    ("stale_object", "The SyncToken is in conflict"),
    ("rate_limited", "QuickBooks is currently limiting our calls"),
    ("server_error", "An odd response came from QuickBooks. Please retry"),
    ("validation", "The memo is missing. Please retry"),
    ("token_expired", "Intuit authorization needed"),
    ("validation", "The card needs an authorization; authorization required"),
    # a record that somebody else has changed
    ("stale_object", "The payment was changed elsewhere"),
    ("stale_object", "The item has been modified outside our app"),
    ("stale_object", "Someone else has saved this bill"),
    ("validation", "Someone else has saved an older card, enter a new one"),
    ("stale_object", "QuickBooks has a newer version than ours"),
    ("stale_object", "Version token does not match"),
    ("duplicate_name", "An employee is already called Roe"),
    # what gives access was taken back
    ("token_expired", "The authorization was withdrawn"),
    ("token_expired", "The QuickBooks grant no longer works"),
    ("token_expired", "Token reused"),
    ("token_expired", "The books were disconnected"),
    ("permission_denied", "You must be a company's main admin"),
    ("permission_denied", "You have to be the admin"),
    ("subscription_inactive", "QuickBooks is not paid up"),
    ("unknown", "The export failed for unknown reasons"),
    # what passes, and what only sounds like it
    ("server_error", "Could not fetch the customer history, try again later"),
    ("server_error", "QuickBooks cannot give this report right now"),
    ("validation", "Choose who is in charge right now"),
    ("server_error", "A sync of this invoice is already running"),
    ("server_error", "Busy, retry shortly"),
    ("validation", "Shorten the name, then retry after that"),
]


@pytest.mark.parametrize(("failure", "words"), SAID, ids=[words[:50] for _, words in SAID])
def test_what_other_programs_say(failure: str, words: str) -> None:
    assert read(words, None, TEXT).code == failure


@pytest.mark.parametrize("status", [401, 403])
def test_a_program_that_could_look_into_quickbooks_had_access(status: int) -> None:
    """Its status is its own: the connection is not paused because a vendor is missing."""
    assert read('{"errors":"That vendor does not exist in QuickBooks"}', status, JSON).code == "not_found_other"
    assert read('{"errors":"That vendor does not exist"}', status, JSON).code in ("token_expired", "permission_denied")


def test_quickbooks_checks_have_passwords_and_codes_of_their_own() -> None:
    """Words that pause a connection do so only if they need not be QuickBooks' own."""
    assert read(business("Wrong password"), 400, JSON).code == "validation"
    assert read(business("The authorization code is invalid"), 400, JSON).code == "validation"
    assert read(business("That app is not available"), 400, JSON).code == "validation"
    assert read("Wrong closing password", None, TEXT).code == "validation"
    assert read("The authorization code is invalid", None, TEXT, entity="payment").code == "validation"


@pytest.mark.parametrize("key", ["code", "errorCode", "error_code", "integrationCode", "provider_error_code"])
def test_a_code_that_was_passed_on_has_many_names(key: str) -> None:
    """Whatever status the program that passes it on gives: with QuickBooks' own code, QuickBooks has answered."""
    passed_on = {"httpStatusCode": 502, "message": "The request failed", "detail": "No details", key: "6190"}

    assert read(json.dumps(passed_on), 502, JSON).code == "subscription_inactive"
    assert read(json.dumps({"error": passed_on}), 502, JSON).code == "subscription_inactive"


@pytest.mark.parametrize("key", ["error_description", "message", "detail", "details", "description"])
def test_a_program_puts_what_quickbooks_said_beside_its_own_words(key: str) -> None:
    told = {"error": "QuickBooks refused the update", key: "Duplicate Document Number Error"}

    assert read(json.dumps(told), 422, JSON).code == "duplicate_doc_number"


def test_a_code_that_was_passed_on_comes_before_the_programs_own() -> None:
    passed_on = {"code": "UPSTREAM_ERROR", "message": "The request failed", "integrationCode": 6140}

    assert read(json.dumps(passed_on), None, JSON).code == "duplicate_doc_number"
