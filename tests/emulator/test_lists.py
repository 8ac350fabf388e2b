"""Customers, items, accounts: names, suffixes, merges and balances."""

from decimal import Decimal

import pytest

from .conftest import Client, invoice, ref


def test_a_customer_has_the_recorded_shape(books: Client) -> None:
    row = books.post("Customer", {"DisplayName": "Doe, Jane", "GivenName": "Jane", "FamilyName": "Doe"})
    assert row["PrintOnCheckName"] == "Jane Doe"
    assert (row["Taxable"], row["Job"], row["PreferredDeliveryMethod"]) == (True, False, "Print")
    assert row["DefaultTaxCodeRef"] == {"value": "2"}
    assert (row["Balance"], row["FullyQualifiedName"]) == (0, "Doe, Jane")


def test_inactivating_renames_and_frees_the_name(books: Client) -> None:
    gone = books.post("Customer", {"Id": "1", "SyncToken": "0", "sparse": True, "Active": False})
    assert gone["DisplayName"] == gone["FullyQualifiedName"] == "Amy's Bird Sanctuary (deleted)"
    assert gone["PrintOnCheckName"] == "Amy's Bird Sanctuary"
    twin = books.post("Customer", {"DisplayName": "Amy's Bird Sanctuary"})
    assert twin["Id"] != "1"


def test_reactivating_needs_the_name_to_be_free(books: Client) -> None:
    books.do("delete_customer", id="1")
    books.post("Customer", {"DisplayName": "Amy's Bird Sanctuary"})
    body = {"Id": "1", "SyncToken": "1", "sparse": True, "Active": True, "DisplayName": "Amy's Bird Sanctuary"}
    assert books.fault("Customer", body)["code"] == "6240"
    assert books.post("Customer", {**body, "DisplayName": "Amy"})["DisplayName"] == "Amy"


def test_the_same_name_can_be_deleted_twice(books: Client) -> None:
    books.do("delete_customer", id="1")
    twin = books.post("Customer", {"DisplayName": "Amy's Bird Sanctuary"})
    assert books.do("delete_customer", id=twin["Id"])["row"]["Active"] is False


def test_queries_hide_inactive_rows_unless_asked(books: Client) -> None:
    books.do("delete_customer", id="1")
    assert books.query("select * from Customer") == {}
    found = books.query("select * from Customer where Active in (true, false)")
    assert found["Customer"][0]["Active"] is False


def test_an_account_is_renamed_too(books: Client) -> None:
    books.do("deactivate", entity="Account", name="Services")
    row = books.read("Account", "1")
    assert (row["Name"], row["Active"]) == ("Services (deleted)", False)


def test_a_new_bank_account_gets_the_recorded_sub_type(books: Client) -> None:
    row = books.post("Account", {"Name": "Petty cash", "AccountType": "Bank"})
    assert (row["AccountSubType"], row["Classification"]) == ("CashOnHand", "Asset")


def test_a_merge_moves_the_documents(books: Client) -> None:
    other = books.do("add_customer", name="Amy")["row"]["Id"]
    row = books.post("Invoice", invoice(customer=other))
    assert books.do("merge_customers", loser=other, survivor="1")["moved"] == 1
    assert books.read("Invoice", row["Id"])["CustomerRef"]["value"] == "1"
    assert books.call("GET", f"customer/{other}").status_code == 400


def test_a_customer_owes_what_invoices_and_payments_say(books: Client) -> None:
    row = books.post("Invoice", invoice())
    paid = {"Amount": 30, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
    books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 50, "Line": [paid]})
    assert books.read("Customer", "1")["Balance"] == 50  # 100 - 30 paid - 20 not applied yet
    assert books.read("Invoice", row["Id"])["Balance"] == 70


def test_a_sub_customer_is_found_under_its_parent(books: Client) -> None:
    row = books.post("Customer", {"DisplayName": "Cage 2", "ParentRef": {"value": "1"}, "Job": True})
    assert row["FullyQualifiedName"] == "Amy's Bird Sanctuary:Cage 2"
    books.post("Invoice", invoice(customer=row["Id"]))
    parent = books.read("Customer", "1")
    assert (parent["Balance"], parent["BalanceWithJobs"]) == (0, 100)


def test_preferences_are_one_object_whose_tax_cannot_be_switched(books: Client) -> None:
    row = books.call("GET", "preferences").json()["Preferences"]
    body = {
        "SyncToken": row["SyncToken"],
        "sparse": True,
        "TaxPrefs": {"UsingSalesTax": False},
        "SalesFormsPrefs": {"AllowShipping": True},
    }
    changed = books.post("Preferences", body)
    assert changed["TaxPrefs"]["UsingSalesTax"] is True
    assert changed["SalesFormsPrefs"]["AllowShipping"] is True
    assert changed["SalesFormsPrefs"]["CustomTxnNumbers"] is True


def test_a_payment_without_lines_is_unapplied(books: Client) -> None:
    row = books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 12.5})
    assert (row["Line"], row["UnappliedAmt"]) == ([], Decimal("12.5"))
    assert row["DepositToAccountRef"] == {"value": "4"}


def test_a_payment_links_the_invoice_and_lets_go_of_it(books: Client) -> None:
    row = books.post("Invoice", invoice())
    paid = {"Amount": 100, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
    payment = books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 100, "Line": [paid]})
    linked = books.read("Invoice", row["Id"])
    assert linked["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert (linked["Balance"], linked["SyncToken"]) == (0, "1")
    books.post("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    assert books.read("Invoice", row["Id"])["Balance"] == 100


def test_a_payment_may_be_given_to_another_customer_and_pay_what_is_that_ones(books: Client) -> None:
    ben = books.post("Customer", {"DisplayName": "Ben Ode"})["Id"]
    one, other = (books.post("Invoice", invoice(customer=customer)) for customer in ("1", ben))
    parts = [{"Amount": 100, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]} for row in (one, other)]
    payment = books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 100, "Line": parts[:1]})
    now = {**payment, "CustomerRef": {"value": ben}}
    assert "belongs to another customer" in books.fault("Payment", {**now, "Line": parts[:1]})["Detail"]
    books.post("Payment", {**now, "Line": parts[1:]})
    assert [books.read("Invoice", row["Id"])["Balance"] for row in (one, other)] == [100, 0]


def test_a_changed_note_of_a_payment_leaves_the_invoice_alone(books: Client) -> None:
    row = books.post("Invoice", invoice())
    paid = {"Amount": 100, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
    payment = books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 100, "Line": [paid]})
    books.post("Payment", {"Id": payment["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    assert books.read("Invoice", row["Id"])["SyncToken"] == "1"


def test_a_void_of_a_paid_invoice_frees_its_payment(books: Client) -> None:
    books.do("switch", name="void_paid_invoice", value="unlink")
    row = books.post("Invoice", invoice())
    paid = {"Amount": 100, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
    payment = books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 100, "Line": [paid]})
    books.post("Invoice", {"Id": row["Id"], "SyncToken": "1"}, operation="void")
    freed = books.read("Payment", payment["Id"])
    assert (freed["UnappliedAmt"], freed["Line"]) == (100, [])


def test_a_payment_cannot_pay_what_is_not_there(books: Client) -> None:
    paid = {"Amount": 5, "LinkedTxn": [{"TxnId": "75", "TxnType": "Estimate"}]}
    fault = books.fault("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 5, "Line": [paid]})
    assert "The entity Estimate 75 that you are trying to link does not exist." in fault["Detail"]


@pytest.mark.parametrize("inactive", ["loser", "survivor"])
@pytest.mark.parametrize(("command", "entity"), [("merge_customers", "Customer"), ("merge_items", "Item")])
def test_only_what_is_active_is_merged(books: Client, command: str, entity: str, inactive: str) -> None:
    """Two are merged by giving one of them the name of the other, which an inactive one does not have."""
    made = {
        "Customer": {"DisplayName": "Amy"},
        "Item": {"Name": "Tile", "Type": "Service", "IncomeAccountRef": ref("1")},
    }
    both = {"loser": books.post(entity, made[entity])["Id"], "survivor": "1"}
    books.do("deactivate", entity=entity, id=both[inactive])
    answer = books.session.post(f"{books.url}/emulator/control", json={"do": command, **both}, timeout=20)
    assert "is inactive" in answer.text
    assert answer.status_code == 400
