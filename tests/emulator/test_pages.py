"""What the bookkeeper sees and does."""

import requests

from .conftest import Client, invoice, line


def page(books: Client, path: str = "/") -> requests.Response:
    return books.session.get(books.url + path, timeout=9)


def press(books: Client, **form: str) -> requests.Response:
    return books.session.post(f"{books.url}/do", data=form, timeout=9)


def test_the_page_shows_the_company(books: Client) -> None:
    text = page(books).text
    assert books.realm in text
    assert "none: all periods are open" in text


def test_a_form_does_what_the_command_does_and_says_so(books: Client) -> None:
    answer = press(books, do="close_books", date="2025-12-31")
    assert answer.status_code == 200
    assert "Done: close books." in answer.text
    assert books.state["closing_date"] == "2025-12-31"


def test_a_form_that_is_refused_says_why(books: Client) -> None:
    answer = press(books, do="add_customer", name="Amy's Bird Sanctuary")
    assert "Duplicate Name Exists Error: The name supplied already exists." in answer.text


def test_every_switch_can_be_set_on_the_page(books: Client) -> None:
    press(books, do="switch", name="payment_moves_sync_token", value="false")
    assert books.state["switches"]["payment_moves_sync_token"] is False


def test_a_fault_can_be_ordered_on_the_page(books: Client) -> None:
    press(books, do="fault", fault="status", times="1", status="502", path="")
    assert books.call("GET", "companyinfo/1").status_code == 502


def test_an_invoice_has_a_page(books: Client) -> None:
    row = books.post("Invoice", invoice({**line(), "Description": "Boiler <service>"}, DocNumber="FS-1"))
    text = page(books, f"/app/invoice?txnId={row['Id']}").text
    assert "Invoice FS-1" in text
    assert "Boiler &lt;service&gt;" in text


def test_an_invoice_that_is_not_there(books: Client) -> None:
    assert page(books, "/app/invoice?txnId=99").status_code == 404


def test_the_last_calls_are_shown_with_their_bodies(books: Client) -> None:
    tid = books.call("POST", "invoice", invoice(PrivateNote="look here")).headers["intuit_tid"]
    text = page(books).text
    assert "look here" in text
    assert tid in text


def test_a_form_of_another_site_is_refused(books: Client) -> None:
    answer = books.session.post(
        f"{books.url}/do", data={"do": "close_books"}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=9
    )
    assert answer.status_code == 403
