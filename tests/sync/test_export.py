"""Exports of the log: CSV and JSON have what the log shows, in the same words, and no formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from qbo.failures import Failure
from qbo.models import Connection, Link
from runacall.organizations.models import Membership, Organization, Role
from sync.log import export
from sync.log.export import Export
from sync.log.export_formats import COLUMNS, csv_pieces, harmless, json_pieces
from sync.log.rows import log_rows
from sync.models import State, SyncEvent
from sync.pages.exports import export_log
from tests import builders
from tests.sync.queue import AT, answered, connection_of, event_of, failed_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(db: None) -> Connection:
    return connection_of(builders.organization("lakeside", name="Lakeside Heating"))


def log_of(organization: Organization, file_format: str = "csv", *, at: dt.datetime = AT, **more: Any) -> str:
    events = SyncEvent.objects.for_organization(organization)
    return "".join(Export(organization, events, at).pieces(file_format, **more))


def cells_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


class TestWords:
    def test_a_row_reads_as_in_the_log(self, connection: Connection) -> None:
        event = failed_event(connection)
        answered(event, request={}, answer={}, tid="1-old")
        answered(event, request={}, answer={}, tid="1-new", at=AT + dt.timedelta(minutes=5))
        (row,) = cells_of(log_of(connection.organization))
        (shown,) = log_rows([event], connection.organization, at=AT)
        assert row == {
            "Timestamp": "2026-06-18 11:32",
            "Entity": event.label,
            "Direction": "Run a Call → QBO",
            "Status": "Failed",
            "Message": "Tax code 'Combined 7.25' not mapped",
            "What follows": "Not in QuickBooks · Needs you · not retried automatically",
            "Also in the way": "",
            "Customer": "M. Okafor",
            "Amount": "100.00",
            "Next try": "",
            "Retries used": "0",
            "Code": "tax_code_not_mapped",
            "Cause": "Tax code not mapped",
            "Cause key": "tax_code_not_mapped:tax_rate:1",
            "Who can fix it": "The office (Owner or Admin)",
            "intuit_tid": "1-new",
            "In QuickBooks": "",
            "Opened": "2026-06-18 11:32",
            "Sync event": str(event.pk),
        }
        assert (row["Timestamp"], row["Message"], row["What follows"]) == (
            shown.timestamp, shown.text.message, shown.text.second,
        )  # fmt: skip

    def test_the_first_five_columns_are_the_logs_own(self) -> None:
        assert list(COLUMNS.values())[:5] == ["Timestamp", "Entity", "Direction", "Status", "Message"]

    def test_a_retry_that_waits_says_when(self, connection: Connection) -> None:
        due = AT + dt.timedelta(minutes=18)
        failed_event(
            connection, state=State.QUEUED, failure=Failure("server_error", http_status=503), due_at=due, retries=2
        )
        (row,) = cells_of(log_of(connection.organization))
        assert row["What follows"] == "Retry 2 of 3 at 11:50, in 18 min"
        assert row["Next try"] == "2026-06-18 11:50"
        assert row["Who can fix it"] == "Run a Call, automatically"
        (event,) = json.loads(log_of(connection.organization, "json"))["events"]
        assert event["next_try"] == "2026-06-18T11:50:00-04:00"

    def test_what_is_in_the_books_says_so(self, connection: Connection) -> None:
        event = failed_event(connection, state=State.SYNCED, failure=None)
        Link.objects.create(
            connection=connection, realm_id=connection.realm_id, record_type="invoice", record_id=event.record_id,
            qbo_id="145", doc_number="1042", total=Decimal("100.00"), synced_at=AT,
        )  # fmt: skip
        (row,) = cells_of(log_of(connection.organization))
        assert row["Message"] == "In QuickBooks as 1042 · $100.00 matches"
        assert "145" in row["In QuickBooks"]

    def test_json_says_what_it_is(self, connection: Connection) -> None:
        failed_event(connection)
        events = SyncEvent.objects.for_organization(connection.organization)
        made = Export(connection.organization, events, AT, {"status": ["failed"]})
        document = json.loads("".join(made.pieces("json")))
        assert document | {"events": []} == {
            "organization": "lakeside",
            "exported_at": "2026-06-18T11:32:00-04:00",
            "time_zone": "America/New_York",
            "filters": {"status": ["failed"]},
            "events": [],
        }
        assert document["events"][0]["amount"] == "100.00"
        assert list(document["events"][0]) == list(COLUMNS)
        assert made.file_name("json") == "quickbooks-sync-log-lakeside-2026-06-18.json"

    def test_the_newest_first_and_an_empty_log_is_a_valid_file(self, connection: Connection) -> None:
        assert cells_of(log_of(connection.organization)) == []
        assert json.loads(log_of(connection.organization, "json"))["events"] == []
        first, second = failed_event(connection), failed_event(connection, at=AT + dt.timedelta(hours=1))
        rows = cells_of(log_of(connection.organization))
        assert [row["Entity"] for row in rows] == [second.label, first.label]


class TestHarm:
    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "\0=1", "=cmd|' /C calc'!A0", "－1"],
    )
    def test_no_cell_is_a_formula(self, text: str) -> None:
        assert harmless(text).startswith("'")

    @pytest.mark.parametrize("text", ["", "Invoice #1842", "a=b", "1-65f1b3e2", "'quoted'"])
    def test_other_texts_stay(self, text: str) -> None:
        assert harmless(text) == text

    def test_from_customer_to_file(self, connection: Connection) -> None:
        customer = builders.customer(connection.organization, '=HYPERLINK("http://x")', at=AT)
        event_of(connection, builders.invoice(connection.organization, customer=customer, at=AT))
        (row,) = cells_of(log_of(connection.organization))
        assert row["Customer"] == '\'=HYPERLINK("http://x")'
        (event,) = json.loads(log_of(connection.organization, "json"))["events"]
        assert event["customer"] == '=HYPERLINK("http://x")'

    @given(st.dictionaries(st.sampled_from(list(COLUMNS)), st.text() | st.none()))
    def test_any_text_comes_back_from_the_file(self, values: dict[str, str | None]) -> None:
        (row,) = cells_of("".join(csv_pieces([values])))
        for key, heading in COLUMNS.items():
            assert row[heading] == harmless(values.get(key) or "")
            assert not row[heading].lstrip().startswith(("=", "+", "-", "@"))
        document = json.loads("".join(json_pieces([values, values], head={})))
        assert [event[key] for event in document["events"] for key in values] == [*values.values(), *values.values()]

    def test_excels_mark_comes_first_and_only_if_wanted(self, connection: Connection) -> None:
        assert log_of(connection.organization, byte_order_mark=True).encode().startswith(b'\xef\xbb\xbf"Timestamp"')
        assert log_of(connection.organization).startswith('"Timestamp"')


class TestScale:
    def test_chunks_leave_nothing_out(self, connection: Connection, monkeypatch: Any) -> None:
        monkeypatch.setattr(export, "CHUNK", 3)
        events = [failed_event(connection) for _ in range(8)]
        counted: list[int] = []
        rows = cells_of(log_of(connection.organization, progress=counted.append))
        assert sorted(int(row["Sync event"]) for row in rows) == [event.pk for event in events]
        assert counted == [3, 3, 2]

    def test_as_many_queries_for_many_rows_as_for_few(self, connection: Connection) -> None:
        def queries(count: int) -> int:
            for _ in range(count):
                answered(failed_event(connection), request={}, answer={})
            with CaptureQueriesContext(database) as seen:
                log_of(connection.organization)
            return len(seen)

        assert queries(2) == queries(100)


# --- who may have it ----------------------------------------------------------------------------------------


def ask(path: str, connection: Connection, role: str) -> Any:
    request = RequestFactory().get(path)
    user = builders.member(connection.organization, role)
    request.user, request.organization = user, connection.organization  # type: ignore[attr-defined]
    request.membership = Membership.objects.get(user=user)  # type: ignore[attr-defined]
    return request


def text_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


class TestPage:
    def test_what_the_filters_show_is_what_is_downloaded(self, connection: Connection) -> None:
        failed, synced = failed_event(connection), failed_event(connection, state=State.SYNCED, failure=None)
        answer = export_log(ask("/?status=failed", connection, Role.OWNER), "csv")
        text = text_of(answer)
        assert text.startswith("\ufeff")
        assert failed.label in text
        assert synced.label not in text
        assert ".csv" in answer["Content-Disposition"]
        plain = text_of(export_log(ask("/?bom=0&cause=tax_code_not_mapped", connection, Role.ADMIN), "csv"))
        assert plain.startswith('"Timestamp"')
        assert failed.label in plain

    def test_json_names_the_filters(self, connection: Connection) -> None:
        answer = export_log(ask("/?status=failed&status=queued&search=", connection, Role.OWNER), "json")
        assert json.loads(text_of(answer))["filters"]["status"] == ["failed", "queued"]

    def test_filters_that_make_no_sense_are_refused(self, connection: Connection) -> None:
        assert export_log(ask("/?after=yesterday", connection, Role.OWNER), "csv").status_code == 400

    def test_there_is_no_other_format(self, connection: Connection) -> None:
        with pytest.raises(Http404):
            export_log(ask("/", connection, Role.OWNER), "xlsx")

    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
    def test_not_for_dispatchers_and_techs(self, connection: Connection, role: str) -> None:
        with pytest.raises(PermissionDenied):
            export_log(ask("/", connection, role), "csv")

    def test_strangers_are_asked_to_log_in(self, connection: Connection) -> None:
        request = ask("/", connection, Role.OWNER)
        request.user = AnonymousUser()
        assert export_log(request, "csv").status_code == 302

    def test_another_shops_rows_are_not_in_it(self, connection: Connection) -> None:
        event = failed_event(connection)
        elsewhere = connection_of(builders.organization())
        assert event.party not in text_of(export_log(ask("/", elsewhere, Role.OWNER), "csv"))


class TestCommand:
    def test_to_standard_output_and_to_a_file(self, connection: Connection, tmp_path: Any) -> None:
        failed, synced = failed_event(connection), failed_event(connection, state=State.SYNCED, failure=None)
        out, path = io.StringIO(), tmp_path / "log.csv"
        call_command("export_log", organization="lakeside", status=["failed"], stdout=out)
        assert [row["Sync event"] for row in cells_of(out.getvalue())] == [str(failed.pk)]
        call_command("export_log", organization="lakeside", output=str(path), bom=True, stderr=io.StringIO())
        rows = cells_of(path.read_bytes().decode("utf-8-sig"))
        assert {row["Sync event"] for row in rows} == {str(failed.pk), str(synced.pk)}
        assert path.read_bytes().count(b"\r\r") == 0

    def test_json(self, connection: Connection) -> None:
        failed_event(connection)
        out = io.StringIO()
        call_command("export_log", organization="lakeside", format="json", cause="tax_code_not_mapped", stdout=out)
        assert len(json.loads(out.getvalue())["events"]) == 1

    def test_an_empty_option_means_any(self, connection: Connection) -> None:
        failed_event(connection)
        out = io.StringIO()
        call_command(
            "export_log", organization="lakeside", status=[""], entity=[""], cause="", after="", search=" ", stdout=out
        )
        assert "Invoice #" in out.getvalue()

    def test_mistakes_are_said(self, connection: Connection) -> None:
        with pytest.raises(CommandError, match="--after"):
            call_command("export_log", organization="lakeside", after="yesterday")
        with pytest.raises(CommandError, match="There is no organization"):
            call_command("export_log", organization="nobody")
        with pytest.raises(CommandError, match="Cannot write"):
            call_command("export_log", organization="lakeside", output="/nowhere/at/all.csv")
