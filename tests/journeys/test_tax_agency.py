"""Tax agency not found: what the tax code belongs to is gone in QuickBooks, and is called by its name."""

from __future__ import annotations

import pytest

from qbo_emulator import faults
from qbo_emulator.books.company import Company
from qbo_emulator.query import answering
from sync.models import State
from tests.books import Shop
from tests.journeys.office import Office

NAME = "California Department of Tax and Fee Administration"
SAID = f"Tax agency '{NAME}' is missing or inactive in QBO (tax code 'California 8')"
CODE = "tax_agency_gone"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("words", ["610-generic", "2500-generic", "specific"])
def test_the_agency_is_named_whatever_quickbooks_says(shop: Shop, office: Office, words: str) -> None:
    shop.settled_invoice()
    shop.books.do("switch", name="inactive_reference", value=words)
    shop.books.do("deactivate", entity="TaxAgency", id="1")
    invoice = shop.invoice()
    shop.drain()
    office.assert_failed(invoice, SAID, code=CODE)
    page = office.event_page(invoice)
    assert f"make the tax agency '{NAME}' active again" in page.text
    assert f"#id_rate-{shop.rate.pk}" in page.link("Map the rate")


def test_it_goes_once_the_agency_is_back(shop: Shop, office: Office) -> None:
    shop.settled_invoice()
    shop.books.do("deactivate", entity="TaxAgency", id="1")
    invoice = shop.invoice()
    shop.drain()
    assert shop.event(invoice).state == State.FAILED
    shop.books.do("reactivate", entity="TaxAgency", id="1")
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


def test_an_inactive_account_for_the_tax_names_the_agency(shop: Shop, office: Office) -> None:
    shop.settled_invoice()
    shop.books.do("deactivate", entity="Account", id="90")
    invoice = shop.invoice()
    shop.drain()
    assert shop.event(invoice).failure_code == "account_inactive"
    assert f"it holds the tax for {NAME}" in office.event_page(invoice).text


def test_tax_codes_are_read_in_a_company_that_refuses_to_list_agencies(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = answering.read

    def refuse(company: Company, text: str) -> object:
        if "TaxAgency" in text:
            raise faults.business("There are no agencies here.")
        return read(company, text)

    monkeypatch.setattr(answering, "read", refuse)
    shop.read_lists("TaxCode")
    assert not shop.connection.list_entries.filter(entity="TaxAgency", active=False).exists()
    assert shop.connection.list_states.get(name="TaxCode").problem == ""
    assert shop.connection.list_entries.filter(entity="TaxCode", name="California").exists()
