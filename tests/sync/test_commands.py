"""The commands of sync, run as commands, against an emulator over HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from qbo.models import Connection, ConnectionSettings, ListEntry, TaxMapping
from runacall.invoices.models import TaxRate
from runacall.organizations.models import Organization
from sync.models import ActionRecord, State, SyncEvent
from tests import builders
from tests.books import NO_LIMITS, Books, emulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def quickbooks(settings: Any) -> Iterator[Books]:
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    with emulator() as url:
        yield Books(url)


@pytest.fixture
def shop() -> Organization:
    return builders.organization("lakeside", name="Lakeside Heating")


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def connect(quickbooks: Books, *arguments: str) -> str:
    return run("connect_quickbooks", "--organization", "lakeside", "--emulator", quickbooks.url, *arguments)


def status(*arguments: str) -> dict[str, Any]:
    return json.loads(run("sync_status", "--json", *arguments))


class TestConnectQuickbooks:
    def test_connects_and_queues_what_was_sent_before(self, shop: Organization, quickbooks: Books) -> None:
        for _ in range(2):
            builders.invoice(shop)
        builders.invoice(shop, send=False)
        said = connect(quickbooks)
        connection = Connection.objects.get(organization=shop)
        assert "Sandbox Company_US_1" in said
        assert connection.realm_id in said
        assert "2 earlier invoices queued" in said
        assert connection.is_live
        settings = ConnectionSettings.objects.get(connection=connection)
        assert settings.auto_create_items
        assert settings.default_income_account_id == "1"
        assert SyncEvent.objects.filter(state=State.QUEUED).count() == 2

    def test_leaves_auto_create_off_and_earlier_invoices_alone(self, shop: Organization, quickbooks: Books) -> None:
        builders.invoice(shop)
        said = connect(quickbooks, "--no-auto-create", "--no-earlier")
        assert "0 earlier invoices queued" in said
        assert not ConnectionSettings.objects.get().auto_create_items
        assert not SyncEvent.objects.exists()

    def test_reconnecting_keeps_what_staff_chose(self, shop: Organization, quickbooks: Books) -> None:
        connect(quickbooks, "--no-auto-create")
        version = Connection.objects.get().token_version
        connect(quickbooks)
        assert not ConnectionSettings.objects.get().auto_create_items
        assert Connection.objects.get().token_version > version

    @pytest.mark.parametrize("url", ["http://quickbooks.example.com:80", "https://127.0.0.1:8100", "10.0.0.4"])
    def test_refuses_any_host_but_this_machine(self, shop: Organization, url: str) -> None:
        with pytest.raises(CommandError, match="not an emulator on this machine"):
            run("connect_quickbooks", "--organization", "lakeside", "--emulator", url)
        assert not Connection.objects.exists()

    def test_says_that_nobody_answers(self, shop: Organization) -> None:
        with pytest.raises(CommandError, match="No emulator answers"):
            run("connect_quickbooks", "--organization", "lakeside", "--emulator", "http://127.0.0.1:9")

    def test_names_the_organizations_that_there_are(self, shop: Organization, quickbooks: Books) -> None:
        with pytest.raises(CommandError, match="Known: lakeside"):
            run("connect_quickbooks", "--organization", "seaside", "--emulator", quickbooks.url)


class TestDrain:
    def test_sends_what_is_due(self, shop: Organization, quickbooks: Books) -> None:
        builders.invoice(shop, lines=[builders.line(item=builders.item(shop, "Capacitor 35/5"))])
        connect(quickbooks)
        said = run("drain", "--organization", "lakeside")
        assert "3 Synced" in said
        [row] = quickbooks.rows("Invoice")
        assert Decimal(str(row["TotalAmt"])) == Decimal("100.00")
        assert "nothing was due" in run("drain")

    def test_judges_by_the_time_it_is_given(self, shop: Organization, quickbooks: Books) -> None:
        builders.invoice(shop)
        connect(quickbooks)
        before = (timezone.now() - timedelta(hours=1)).isoformat()
        assert "nothing was due" in run("drain", "--at", before)
        assert SyncEvent.objects.get().state == State.QUEUED
        later = (timezone.now() + timedelta(minutes=5)).replace(tzinfo=None).isoformat()
        assert "Synced" in run("drain", "--at", later)
        assert SyncEvent.objects.get(record_type="invoice").state == State.SYNCED

    def test_refuses_what_is_no_time(self, shop: Organization) -> None:
        for nonsense in ("tomorrow", "2026-13-01T00:00:00"):
            with pytest.raises(CommandError, match="is not a time"):
                run("drain", "--at", nonsense)

    def test_says_that_a_connection_is_paused(self, shop: Organization, quickbooks: Books) -> None:
        builders.invoice(shop)
        connect(quickbooks)
        Connection.objects.get().pause("token_expired", at=timezone.now())
        assert "paused: Token expired" in run("drain")
        assert SyncEvent.objects.get().state == State.QUEUED

    def test_says_that_there_is_no_connection(self, shop: Organization) -> None:
        assert "not connected" in run("drain", "--organization", "lakeside")
        assert run("drain") == ""


class TestRetryFailed:
    @pytest.fixture
    def failed(self, shop: Organization, quickbooks: Books) -> Organization:
        """One invoice fails for its tax, one for its number, one is synced."""
        quickbooks.do("add_invoice", doc_number="7001")
        taxed = builders.line(rates=[builders.rate(shop, "Combined 7.25")])
        builders.invoice(shop, lines=[taxed])
        builders.invoice(shop, number="7001")
        builders.invoice(shop)
        connect(quickbooks)
        run("drain")
        return shop

    def test_counts_without_touching_anything(self, failed: Organization) -> None:
        assert "lakeside: Would retry 2 events." in run("retry_failed", "--dry-run")
        assert SyncEvent.objects.failed().count() == 2
        assert not ActionRecord.objects.exists()

    def test_retries_one_cause_after_its_fix(self, failed: Organization) -> None:
        connection = Connection.objects.get()
        code = ListEntry.objects.of(connection, "TaxCode").get(name="California")
        rate = TaxRate.objects.for_organization(failed).get().pk
        TaxMapping.objects.create(
            connection=connection, realm_id=connection.realm_id, rate_key=str(rate), tax_code_id=code.qbo_id
        )
        said = run("retry_failed", "--organization", "lakeside", "--cause", "tax_code_not_mapped")
        assert said == "lakeside: Retried 1 event.\n"
        run("drain")
        assert status()["failed_by_code"] == {"duplicate_doc_number": 1}
        [record] = ActionRecord.objects.all()
        assert record.filters == {"status": ["failed"], "cause": ["tax_code_not_mapped"]}

    def test_filters_as_the_log_does(self, failed: Organization) -> None:
        assert "retry 1 event." in run("retry_failed", "--dry-run", "--search", "#7001")
        assert "retry 0 events." in run("retry_failed", "--dry-run", "--entity", "Customer")
        assert "retry 0 events." in run("retry_failed", "--dry-run", "--before", "2020-01-01")
        assert "already in QuickBooks" in run("retry_failed", "--dry-run", "--status", "Synced")

    @pytest.mark.parametrize(
        "wrong", [["--status", "broken"], ["--after", "yesterday"], ["--direction", "up"], ["--entity", "car"]]
    )
    def test_refuses_values_that_the_log_does_not_know(self, failed: Organization, wrong: list[str]) -> None:
        with pytest.raises(CommandError, match=wrong[0]):
            run("retry_failed", *wrong)
        assert SyncEvent.objects.failed().count() == 2


class TestSyncStatus:
    def test_says_how_a_queue_stands(self, shop: Organization, quickbooks: Books) -> None:
        builders.invoice(shop, lines=[builders.line(rates=[builders.rate(shop)])])
        builders.invoice(shop)
        connect(quickbooks)
        queued = status()
        assert queued["by_state"] == {"queued": 2}
        assert queued["oldest_due_seconds"] >= 0
        run("drain")
        found = status("--organization", "lakeside")
        [queue] = found["organizations"]
        assert found["failed_by_code"] == queue["failed_by_code"] == {"tax_code_not_mapped": 1}
        assert found["needing_attention"] == queue["needing_attention"] == 1
        assert found["oldest_due_seconds"] is None
        assert queue["connection"]["status"] == "active"
        assert queue["connection"]["calls"]["requests"] > 0
        text = run("sync_status")
        assert "Tax code not mapped  (tax_code_not_mapped)" in text
        assert "1 error needs attention." in text

    def test_names_a_pause(self, shop: Organization, quickbooks: Books) -> None:
        builders.invoice(shop)
        connect(quickbooks)
        Connection.objects.get().pause("token_expired", at=timezone.now())
        [queue] = status()["organizations"]
        assert queue["connection"]["pause_code"] == "token_expired"
        assert status()["oldest_due_seconds"] is None
        assert "paused: Token expired" in run("sync_status")

    def test_costs_the_same_for_many_shops(self, shop: Organization, django_assert_num_queries: Any) -> None:
        for _ in range(5):
            builders.organization()
        # Two of them for each of the states that wait, by the index of each; one for payments that wait for invoices;
        # and one for hosts whose clock is wrong.
        with django_assert_num_queries(11):
            status()
