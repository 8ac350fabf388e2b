"""An invalid list from QuickBooks does not stop the queue: it is named in the log and read again, on any database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from qbo.lists.on_request import NotRead, read_again
from qbo.models import CompanyFacts, Connection, ConnectionSettings, ListEntry, ListState
from sync import tasks
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.operations import dismissing, retrying
from tests.books import NO_LIMITS, Shop, connected_shop
from tests.on_postgres import only_from_outside, run_on_postgres
from tests.tampering import Rows, Tampering, tampered_emulator


@pytest.fixture
def there(settings: Any) -> Iterator[Tampering]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    with tampered_emulator() as tampering:
        yield tampering


@pytest.fixture
def shop(transactional_db: None, there: Tampering) -> Shop:
    return connected_shop(there.url)


def first(**values: Any) -> Callable[[Rows], Rows]:
    """The first row with other values."""
    return lambda rows: [{**rows[0], **values}, *rows[1:]]


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


POISONS = [
    ("Account", "Account", first(Name="x" * 501), "501 characters"),
    ("Account", "Account", first(Name="Sales\x00"), "an invalid character"),
    ("Account", "Account", first(Name="Sales \ud83d"), "an invalid character"),
    ("Account", "Account", first(Name=7), "‘7’ as its Name"),
    ("Account", "Account", first(Id="9" * 33), "an Id of 33 characters"),
    ("Account", "Account", first(Id=None), "no Id"),
    ("Account", "Account", first(Id=True), "the Id ‘True’"),
    ("Account", "Account", first(Id="1\x00"), "an Id with an invalid character"),
    ("Account", "Account", lambda rows: [rows[0], *rows], "twice"),
    ("Account", "Account", lambda rows: ["a row", *rows], "‘a row’ where a row should be"),
    ("Account", "Account", lambda rows: 12, "it is not a list"),
    ("Account", "Account", first(Active="yes"), "‘yes’ as Active"),
    ("Account", "Account", first(SyncToken=["0"]), "as its SyncToken"),
    ("Account", "Account", first(AccountSubType="\x00"), "an invalid character"),
    ("Item", "Item", first(UnitPrice="free"), "‘free’ as its UnitPrice"),
    ("Item", "Item", first(IncomeAccountRef="Sales"), "‘Sales’ as IncomeAccountRef"),
    ("Item", "Item", first(PurchaseDesc=nested(100)), "nested too deeply"),
    ("Account", "Account", first(AccountType=7), "‘7’ as AccountType"),
    ("Item", "Item", first(Name=["Labor"]), "as its Name"),
    ("Term", "Term", first(Name="Net 30 \ud800"), "an invalid character"),
    ("Term", "Term", first(DueDays="soon"), "‘soon’ as its DueDays"),
    ("TaxCode", "TaxRate", first(RateValue="eight"), "‘eight’ as its RateValue"),
    ("TaxCode", "TaxRate", first(RateValue=10**400), "as its RateValue"),
    ("TaxCode", "TaxCode", first(SalesTaxRateList="none"), "‘none’ as SalesTaxRateList"),
    ("TaxCode", "TaxCode", first(SalesTaxRateList={"TaxRateDetail": [7]}), "for its rates"),
    ("Preferences", "Preferences", first(AccountingInfoPrefs={"BookCloseDate": "31.12.2025"}), "which is not a date"),
    ("Preferences", "Preferences", first(AccountingInfoPrefs=["x"]), "AccountingInfoPrefs is"),
    ("Preferences", "Preferences", first(CurrencyPrefs={"HomeCurrency": {"value": "DOLLARS"}}), "‘DOLLARS’"),
    ("Preferences", "Preferences", first(TaxPrefs={"PartnerTaxEnabled": "yes"}), "neither true nor false"),
    ("Preferences", "CompanyInfo", first(CompanyName="x" * 300), "CompanyName is"),
    ("Preferences", "CompanyInfo", first(CompanyName="Books\x00"), "an invalid character"),
    ("Customer", "Customer", lambda rows: [{"Id": "7"}, {"Id": "7"}], "twice"),
]


@pytest.mark.sampled(7)
@pytest.mark.parametrize(("name", "entity", "poison", "said"), POISONS)
def test_the_rest_goes_on(
    shop: Shop, there: Tampering, name: str, entity: str, poison: Callable[[Rows], Any], said: str
) -> None:
    before = set(ListEntry.objects.filter(entity=name).values_list("qbo_id", "name"))
    now = timezone.now()
    there.rows[entity] = poison
    ListState.want(shop.connection, ListState.LISTS, at=now)
    invoice = shop.invoice(at=now)
    shop.drain(now)
    if name != "Customer":  # what is looked up there is a customer too
        assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    row = list_row(shop)
    assert (row.state, row.failure_code, row.label) == (
        State.FAILED,
        "list_unreadable",
        f"List: {ListState.TITLES[name]}",
    )
    assert said in row.message
    assert [one.name for one in ListState.objects.exclude(problem="")] == [name], "the others were read"
    assert before <= set(ListEntry.objects.filter(entity=name).values_list("qbo_id", "name")), "as read before"
    there.clear()
    shop.drain(now + timedelta(minutes=14))
    assert list_row(shop).state == State.FAILED, "not at once again"
    shop.drain(now + timedelta(minutes=16))
    assert list_row(shop).state == State.SYNCED
    assert not shop.failed().exists()


def list_row(shop: Shop) -> SyncEvent:
    return shop.log().get(record_type=EntityType.LIST)


def test_a_company_that_is_just_connected(transactional_db: None, there: Tampering) -> None:
    """Nothing was read before: what fails for want of the list is judged once more when the list is there."""
    there.rows["TaxCode"] = lambda rows: [*rows, *rows]
    shop = connected_shop(there.url)
    now = timezone.now()
    invoice = shop.invoice(at=now)
    shop.drain(now)
    assert shop.event(invoice).state in (State.FAILED, State.QUEUED)
    assert list_row(shop).state == State.FAILED
    there.clear()
    shop.drain(now + timedelta(minutes=16))
    shop.drain(now + timedelta(minutes=17))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert not shop.failed().exists()


def test_defaults_are_chosen_once_the_list_is_there(transactional_db: None, there: Tampering) -> None:
    there.rows["Account"] = lambda rows: [*rows, *rows]
    shop = connected_shop(there.url)
    assert ConnectionSettings.objects.get().default_income_account_id == ""
    there.clear()
    shop.drain(timezone.now() + timedelta(minutes=16))
    assert ConnectionSettings.objects.get().default_income_account_id


def test_a_persons_retry_reads_it_at_once(shop: Shop, there: Tampering) -> None:
    now = timezone.now()
    there.rows["Term"] = lambda rows: [*rows, {}]
    ListState.want(shop.connection, ["Term"], at=now)
    shop.drain(now)
    there.clear()
    report = retrying.retry(shop.failed(), by=None, at=now)
    assert report.done == 1
    assert list_row(shop).state == State.FAILED, "it clears when the list was read, not before"
    shop.drain(now + timedelta(seconds=1))
    assert list_row(shop).state == State.SYNCED


def test_said_once_however_often_it_is_read(shop: Shop, there: Tampering) -> None:
    now = timezone.now()
    there.rows["Term"] = lambda rows: [*rows, {}]
    ListState.want(shop.connection, ["Term"], at=now)
    for minutes in (0, 16, 32):
        shop.drain(now + timedelta(minutes=minutes))
    assert shop.log().filter(record_type=EntityType.LIST).count() == 1
    dismissing.dismiss(shop.failed(), by=None, at=now, reason="We know")
    shop.drain(now + timedelta(minutes=48))
    assert list_row(shop).state == State.DISMISSED


def test_a_page_that_reads_says_which(shop: Shop, there: Tampering) -> None:
    there.rows["Account"] = lambda rows: [*rows, *rows]
    with pytest.raises(NotRead, match=r"Accounts: it has the Id .* twice"):
        read_again(shop.connection, ListState.LISTS, at=timezone.now())
    assert ListState.objects.exclude(problem="").count() == 1
    assert list_row(shop).state == State.FAILED


def test_a_mistake_that_nobody_has_thought_of(shop: Shop, monkeypatch: Any) -> None:
    def fail(rows: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("qbo.lists.mirrors.checked", fail)
    now = timezone.now()
    ListState.want(shop.connection, ["Term", "Preferences"], at=now)
    shop.drain(now)
    assert "ZeroDivisionError" in list_row(shop).message
    assert CompanyFacts.objects.get().refreshed_at >= now


def test_nobody_is_woken_every_second_for_it(shop: Shop, there: Tampering) -> None:
    from sync.worker.wake import connections_with_work

    there.rows["Term"] = lambda rows: [*rows, {}]
    ListState.want(shop.connection, ["Term"], at=timezone.now())
    tasks.drain_connection(shop.connection.pk)
    assert list(connections_with_work(at=timezone.now())) == []
    assert list(connections_with_work(at=timezone.now() + timedelta(minutes=16))) == [Connection.objects.get()]


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(300)
@only_from_outside
def test_the_same_on_postgresql() -> None:
    """Again on the stricter database: about lengths, characters, and duplicate rows."""
    run_on_postgres(__file__, only="(characters or none or twice) and rest_goes_on")
