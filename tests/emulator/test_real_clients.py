"""Client libraries in wide use, driven over HTTP against the emulator. Left out where they are not installed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from .conftest import Process

pytestmark = pytest.mark.processes
intuitlib = pytest.importorskip("intuitlib.client", reason="intuit-oauth is not installed")
quickbooks = pytest.importorskip("quickbooks", reason="python-quickbooks is not installed")


@pytest.fixture
def auth(start_process: Callable[..., Process], monkeypatch: pytest.MonkeyPatch) -> Any:
    """intuit-oauth after a consent."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    ready = start_process("--no-limits", "--seed", "sandbox").ready
    discovery = f"{ready['url']}/.well-known/openid_configuration"
    client = intuitlib.AuthClient("emulator-client", "emulator-secret", "http://localhost:8000/cb", discovery)
    from intuitlib.enums import Scopes

    asked = client.get_authorization_url([Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL])
    back = requests.post(asked, data={"decision": "allow"}, allow_redirects=False, timeout=9).headers["Location"]
    found = parse_qs(urlsplit(back).query)
    client.get_bearer_token(found["code"][0], realm_id=found["realmId"][0])
    monkeypatch.setattr(quickbooks.QuickBooks, "sandbox_api_url_v3", f"{ready['url']}/v3")
    return client


@pytest.fixture
def qb(auth: Any) -> Any:
    client = quickbooks.QuickBooks(auth_client=auth, refresh_token=auth.refresh_token, company_id=auth.realm_id)
    client.sandbox = True
    return client


def new_invoice(qb: Any, **saved: Any) -> Any:
    from quickbooks.objects.customer import Customer
    from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
    from quickbooks.objects.invoice import Invoice
    from quickbooks.objects.item import Item

    line = SalesItemLine()
    line.Amount, line.SalesItemLineDetail = 100, SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = Item.all(max_results=1, qb=qb)[0].to_ref()
    invoice = Invoice()
    invoice.Line.append(line)
    invoice.CustomerRef = Customer.all(max_results=1, qb=qb)[0].to_ref()
    invoice.save(qb=qb, **saved)
    return invoice


def test_intuit_oauth_takes_the_identity_for_valid(auth: Any) -> None:
    assert auth.id_token  # this client keeps only one whose signature, issuer and reader are right
    assert auth.get_user_info().json()["emailVerified"] is True


def test_the_whole_flow_of_intuit_oauth(auth: Any) -> None:
    first = auth.refresh_token
    auth.refresh()
    assert auth.refresh_token != first
    assert auth.revoke(token=auth.refresh_token)
    with pytest.raises(Exception, match=r"invalid_grant|400"):
        auth.refresh()


def test_an_invoice_lives_its_life(qb: Any) -> None:
    from quickbooks.objects.invoice import Invoice

    invoice = new_invoice(qb)
    again = Invoice.get(invoice.Id, qb=qb)
    again.PrivateNote = "changed"
    again.save(qb=qb)
    changed = Invoice.get(invoice.Id, qb=qb)
    assert changed.PrivateNote == "changed"
    changed.void(qb=qb)
    gone = Invoice.get(invoice.Id, qb=qb)
    assert gone.TotalAmt == 0
    gone.delete(qb=qb)
    assert Invoice.filter(Id=invoice.Id, qb=qb) == []


def test_a_request_id_makes_one(qb: Any) -> None:
    key = str(uuid.uuid4())
    assert new_invoice(qb, request_id=key).Id == new_invoice(qb, request_id=key).Id


def test_a_batch_of_more_than_thirty_is_split_by_the_library(qb: Any) -> None:
    from quickbooks.batch import batch_create
    from quickbooks.objects.customer import Customer

    customers = []
    for number in range(35):
        customer = Customer()
        customer.DisplayName = f"Batch {number}" if number else "Cool Cars"  # a name that is taken
        customers.append(customer)
    made = batch_create(customers, qb=qb)
    assert len(made.successes) == 34
    assert made.faults[0].Error[0].code == "6240"


def test_changes(qb: Any) -> None:
    from quickbooks.cdc import change_data_capture
    from quickbooks.objects.invoice import Invoice

    invoice = new_invoice(qb)
    found = change_data_capture([Invoice], datetime.now() - timedelta(hours=30), qb=qb)  # noqa: DTZ005  its own way
    assert [one.Id for one in found.Invoice] == [invoice.Id]


def test_a_missing_object_is_the_librarys_own_exception(qb: Any) -> None:
    from quickbooks.exceptions import ObjectNotFoundException
    from quickbooks.objects.invoice import Invoice

    with pytest.raises(ObjectNotFoundException):
        Invoice.get(999999, qb=qb)
