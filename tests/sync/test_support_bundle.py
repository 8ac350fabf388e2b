"""The support bundle: everything that support asks for, and no secrets or personal data, wherever they were."""

from __future__ import annotations

import html
import io
import json
import os
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qbo.known_texts import letters_of, unescaped
from qbo.models import Connection
from runacall.organizations.models import Membership, Organization, Role
from sync.log.support_bundle import LAST_ATTEMPTS, MOST_EVENTS, Bundle, support_bundle
from sync.models import State, SyncEvent
from sync.pages.exports import support_bundle_of_event, support_bundle_of_log
from tests import builders, log_rows
from tests.sync.queue import AT, REALM, answered, connection_of, event_of, failed_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(db: None) -> Connection:
    return connection_of(builders.organization("lakeside", name="Lakeside Heating"))


def bundle_of(*events: SyncEvent) -> Bundle:
    chosen = SyncEvent.objects.filter(pk__in=[event.pk for event in events])
    return support_bundle(events[0].organization, chosen, at=AT)


def everything(bundle: Bundle) -> str:
    """All texts of the zip."""
    with zipfile.ZipFile(io.BytesIO(bundle.as_zip())) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


class TestContents:
    def test_it_holds_what_support_asks_for(self, connection: Connection) -> None:
        event = failed_event(connection)
        fault = {"Error": [{"code": "6000", "Message": "A business validation error", "Detail": "Make sure"}]}
        answered(event, request={"operation": "create", "Invoice": {"TxnDate": "2026-06-18"}}, answer={"Fault": fault})
        bundle = bundle_of(event)
        (held,) = json.loads(bundle.as_json())["events"]
        assert held["message"] == "Tax code 'Combined 7.25' not mapped"
        assert held["invoice"]["number"] == event.label.removeprefix("Invoice #")
        assert held["intuit_tid"] == "1-65f1b3e2-3e9a5f4c"
        (attempt,) = held["attempts"]
        assert attempt["request"] == {"bId": "0", "operation": "create", "Invoice": {"TxnDate": "2026-06-18"}}
        assert attempt["answer"] == {"bId": "0", "Fault": fault}
        for asked in ("Exact error message: Tax code 'Combined 7.25' not mapped", REALM, event.label, "admin@runacall"):
            assert asked in bundle.summary()

    def test_it_holds_what_helps(self, connection: Connection) -> None:
        held = json.loads(bundle_of(failed_event(connection)).as_json())
        assert held["connection"]["realm_id"] == REALM
        assert held["connection"]["status"] == "Active"
        assert held["schedule"]["RETRY_DELAYS"] == [300, 1800, 3600]
        assert held["queue"]["by_state"] == {"failed": 1}
        assert held["versions"]["Django"].startswith("5.2")
        assert held["connection"]["settings"]["send_numbers"] is True
        assert held["made_at"].startswith("2026-06-18T11:32")

    def test_amounts_are_digit_for_digit(self, connection: Connection) -> None:
        event = failed_event(connection)
        answered(event, request={"Invoice": {"TotalAmt": 0.1, "Line": [{"Amount": 349.70}]}}, answer="")
        text = bundle_of(event).as_json()
        assert '"TotalAmt": 0.1,' in text
        assert '"total": 100.00' in text

    def test_only_the_events_own_item_of_a_batch(self, connection: Connection) -> None:
        event = failed_event(connection)
        attempt = answered(event, request={"operation": "create"}, answer={"Invoice": {"Id": "7"}})
        attempt.submission.body = json.dumps(
            {
                "BatchItemRequest": [
                    {"bId": "0", "Invoice": {"DocNumber": "mine"}},
                    {"bId": "1", "Invoice": {"DocNumber": "theirs"}},
                ]
            }
        )
        attempt.submission.save()
        text = bundle_of(event).as_json()
        assert "mine" in text
        assert "theirs" not in text

    def test_of_many_the_latest_and_it_says_so(self, connection: Connection) -> None:
        first = failed_event(connection)
        columns = {
            name: getattr(first, name) for name in ("organization", "connection", "realm_id", "record_type", "rank")
        }
        columns |= {"state": State.SYNCED, "opened_at": AT, "changed_at": AT, "label": "Invoice"}
        rows = [SyncEvent(**columns, record_id=10**6 + number) for number in range(MOST_EVENTS + 2)]
        SyncEvent.objects.bulk_create(rows)
        log = SyncEvent.objects.for_organization(connection.organization)
        bundle = support_bundle(connection.organization, log, at=AT)
        assert len(bundle.document["events"]) == MOST_EVENTS
        assert bundle.document["events_left_out"] == 3
        assert "3 more events match and are left out." in bundle.summary()

    def test_a_long_history_shows_its_end_and_its_length(self, connection: Connection) -> None:
        event = failed_event(connection)
        for number in range(LAST_ATTEMPTS + 5):
            answered(event, request={"n": number}, answer={})
        (held,) = bundle_of(event).document["events"]
        assert (len(held["attempts"]), held["attempt_count"]) == (LAST_ATTEMPTS, LAST_ATTEMPTS + 5)
        assert held["attempts"][-1]["request"]["n"] == LAST_ATTEMPTS + 4

    def test_without_a_connection_there_is_still_a_bundle(self) -> None:
        shop = builders.organization()
        held = support_bundle(shop, SyncEvent.objects.for_organization(shop), at=AT)
        assert held.document["connection"] is None
        assert json.loads(held.as_json())["events"] == []

    def test_as_many_queries_for_forty_events_as_for_two(self, connection: Connection) -> None:
        def queries(count: int) -> int:
            events = [failed_event(connection) for _ in range(count)]
            for event in events:
                answered(event, request={"a": 1}, answer={"b": 2})
            with CaptureQueriesContext(
                database,
            ) as seen:
                bundle_of(*events).as_zip()
            return len(seen)

        assert queries(2) == queries(40)


# --- nothing personal, nothing secret -----------------------------------------------------------------------

SYLLABLES = st.sampled_from(
    ["ok", "af", "mar", "tha", "sö", "zé", "ño", "łu", "ber", "wyn", "quo", "xan", "vik", "o'd"]
)
WORD = st.lists(SYLLABLES, min_size=3, max_size=5).map(lambda parts: "".join(parts).capitalize())
NAME = st.builds("{} {}".format, WORD, WORD) | st.builds("{}, {} & Co.".format, WORD, WORD) | st.just("王小明 采暖")
EMAIL = st.builds("{}.{}@{}.example".format, *[st.sampled_from(["okaf", "wynber", "quoxan", "marvik"])] * 3)
PHONE = st.builds(
    str.format, st.sampled_from(["(216) 555-{}", "216.555.{}", "+1 216 555 {}", "216555{}"]), st.integers(1000, 9999)
)
STREET = st.builds("{} {} {}".format, st.integers(100, 9999), WORD, st.sampled_from(["Street", "Ave.", "Blvd"]))

DRESSES: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.lower,
    quote,
    html.escape,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps({"DisplayName": text, "x": [text]}),
    lambda text: json.dumps(json.dumps([text])),
    lambda text: text.replace(" ", "  "),
    lambda text: "".join(f"\\u{ord(one):04x}" for one in text),
]
KEYS = st.sampled_from(
    ["Message", "Detail", "element", "DisplayName", "CustomerRef", "name", "PrivateNote", "Line", "Note", "BillAddr",
     "Line1", "PrimaryPhone", "Fault", "Error", "value", "headers", "url", "DocNumber", "Name", "Customer", "Invoice"]
)  # fmt: skip
AROUND = st.sampled_from(
    ["{}", "Supplied value:{}", "Another customer ({}) is using it.", "x{}y", "\n{}\n", "<b>{}</b>"]
)


def planted(texts: list[str]) -> st.SearchStrategy[Any]:
    """JSON in which `texts` lie anywhere: as values, in sentences, as keys, escaped, as JSON inside a text."""
    dressed = st.builds(
        lambda text, dress, around: around.replace("{}", dress(text)),
        st.sampled_from(texts), st.sampled_from(DRESSES), AROUND,
    )  # fmt: skip
    leaf = dressed | st.sampled_from([1842, "1842", None, True, 349.75])
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | dressed, inner, max_size=4),
        max_leaves=12,
    )


BROKEN: list[Callable[[str], str]] = [
    str,
    lambda text: text[:-3],
    lambda text: f"<html><body>Request: {html.escape(text)}</body></html>",
    lambda text: f"<IntuitResponse><Detail>{text}</Detail></IntuitResponse>",
    lambda text: f"could not read {text!r}",
]
SECRETS = {"Authorization": "Bearer s3cr3t-of-the-shop-42", "client_secret": "s3cr3t-of-the-app-42"}


@pytest.fixture
def keys_of_ours(settings: Any) -> None:
    settings.QBO_CLIENT_SECRET, settings.SECRET_KEY = "s3cr3t-of-the-app-42", "signs-every-session"


@settings(max_examples=60 if os.environ.get("RUN_SLOW") else 20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_planted_is_in_any_bundle(keys_of_ours: None, connection: Connection, data: st.DataObject) -> None:
    mine = {"name": data.draw(NAME), "email": data.draw(EMAIL), "phone": data.draw(PHONE)}
    mine |= {"billing_line1": data.draw(STREET), "service_line2": data.draw(STREET)}
    secrets = [connection.access_token, connection.refresh_token, *SECRETS.values()]
    texts = [*mine.values(), *secrets]
    note = f"{mine['name']} called from {mine['phone']} about the furnace"
    customer = builders.customer(connection.organization, at=AT, **mine)
    invoice = builders.invoice(connection.organization, customer=customer, internal_note=note, at=AT)
    event = event_of(connection, invoice, facts={"intuit_words": f"no {mine['name']}", "changed_by": mine["name"]})
    body = data.draw(planted([*texts, note]))
    broken = data.draw(st.sampled_from(BROKEN))
    answered(
        event,
        request={"Invoice": {"PrivateNote": note, "CustomerMemo": {"value": note}, "x": body}, "headers": SECRETS},
        answer=broken(
            json.dumps({"BatchItemResponse": [{"bId": "0", "Fault": body}]}, ensure_ascii=data.draw(st.booleans()))
        ),
        entries=[{"code": "6000", "message": f"Not {mine['email']}", "detail": json.dumps(body), "element": ""}],
    )
    held = everything(bundle_of(event))
    letters = letters_of(unescaped(held))
    for text in texts:
        assert text not in held
        assert letters_of(text.removeprefix("Bearer ")) not in letters, text
    assert REALM in held
    assert event.label in held


def test_our_own_keys_are_in_no_bundle(keys_of_ours: None, connection: Connection) -> None:
    """A body that QuickBooks sent back to us may hold anything; these open every shop's door."""
    event = failed_event(connection)
    ours = [SECRETS["client_secret"], "signs-every-session"]
    answered(event, request={"a": 1}, answer={"Detail": f"could not read {' '.join(ours)}"})
    held = everything(bundle_of(event))
    assert "could not read" in held
    assert not [key for key in ours if key in held]


def test_a_customer_who_was_renamed_is_found_by_the_old_name_too(connection: Connection) -> None:
    customer = builders.customer(connection.organization, "Wilhelmina Brack", at=AT)
    event = event_of(connection, builders.invoice(connection.organization, customer=customer, at=AT))
    answered(event, request={"x": "for Wilhelmina Brack"}, answer={"Detail": "Minnie Olafsdottir"})
    customer.edit(name="Minnie Olafsdottir", at=AT)
    held = everything(bundle_of(event))
    assert "Brack" not in held
    assert "Olafsdottir" not in held
    assert f"customer-{customer.pk}" in held


def test_a_payment_names_neither_its_customer_nor_its_bank_reference(connection: Connection) -> None:
    customer = builders.customer(connection.organization, "Wilhelmina Brack", phone="(216) 555-0147", at=AT)
    invoice = builders.invoice(connection.organization, customer=customer, at=AT)
    memo = "paid by her son at the door"
    payment = builders.payment(invoice, at=AT, reference="CHASE-99817263", memo=memo)
    event = SyncEvent.objects.get(record_type="payment", record_id=payment.pk)
    answered(
        event,
        request={"Payment": {"PaymentRefNum": "CHASE-99817263", "PrivateNote": memo}},
        answer={"Detail": "no (216) 555-0147 of Wilhelmina Brack"},
    )
    held = everything(bundle_of(event))
    for text in ("CHASE-99817263", memo, "555-0147", "Brack"):
        assert text not in held
    assert f"payment-{payment.pk}-reference" in held


def test_those_who_went_in_the_same_batch_are_hidden_too(connection: Connection) -> None:
    other = failed_event(connection, label="Invoice #other")
    other_customer = builders.customer(connection.organization, "Wilhelmina Brack", at=AT)
    neighbour = builders.invoice(connection.organization, customer=other_customer, at=AT)
    attempt = answered(other, request={"a": 1}, answer="<html>Wilhelmina Brack, half an answ")
    attempt.submission.items += [{"event_id": 0, "record_type": "invoice", "record_id": neighbour.pk}]
    attempt.submission.save()
    assert "Brack" not in everything(bundle_of(other))


@pytest.mark.parametrize("realms", [(REALM, "9130000000000001"), ("9130000000000001", REALM)])
def test_it_names_the_id_in_the_company_that_the_event_is_for(connection: Connection, realms: tuple[str, str]) -> None:
    invoice = builders.invoice(connection.organization, at=AT)
    event = event_of(connection, invoice)
    for realm in realms:
        log_rows.link(connection, invoice, realm_id=realm, qbo_id="4711" if realm == REALM else "5822")
    held = everything(bundle_of(event))
    assert '"qbo_id": "4711"' in held
    assert '"5822"' not in held


# --- who may have it ----------------------------------------------------------------------------------------


def ask(path: str, organization: Organization, membership: Membership | None, user: Any) -> Any:
    request = RequestFactory().get(path)
    request.user, request.organization, request.membership = user, organization, membership  # type: ignore[attr-defined]
    return request


def as_member(connection: Connection, role: str, path: str = "/") -> Any:
    user = builders.member(connection.organization, role)
    return ask(path, connection.organization, Membership.objects.get(user=user), user)


class TestWho:
    @pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
    def test_owner_and_admin_download_it(self, connection: Connection, role: str) -> None:
        event = failed_event(connection)
        answer = support_bundle_of_event(as_member(connection, role), event.pk)
        assert "attachment" in answer["Content-Disposition"]
        assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["summary.txt", "bundle.json"]

    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
    def test_nobody_else(self, connection: Connection, role: str) -> None:
        event = failed_event(connection)
        with pytest.raises(PermissionDenied):
            support_bundle_of_event(as_member(connection, role), event.pk)
        with pytest.raises(PermissionDenied):
            support_bundle_of_log(as_member(connection, role))

    def test_another_shops_event_is_not_there(self, connection: Connection) -> None:
        event = failed_event(connection)
        elsewhere = connection_of(builders.organization())
        with pytest.raises(Http404):
            support_bundle_of_event(as_member(elsewhere, Role.OWNER), event.pk)
        held = zipfile.ZipFile(io.BytesIO(support_bundle_of_log(as_member(elsewhere, Role.OWNER)).content))
        assert event.label not in held.read("bundle.json").decode()

    def test_filters_that_make_no_sense_are_refused(self, connection: Connection) -> None:
        answer = support_bundle_of_log(as_member(connection, Role.OWNER, "/?status=nonsense"))
        assert (answer.status_code, b"status" in answer.content) == (400, True)


class TestCommand:
    def test_by_event_and_by_filters(self, connection: Connection, tmp_path: Any) -> None:
        first, second = failed_event(connection), failed_event(connection)
        out = io.StringIO()
        call_command("support_bundle", organization="lakeside", event=first.pk, output="-", stdout=out)
        assert [one["event"] for one in json.loads(out.getvalue())["events"]] == [first.pk]
        path = tmp_path / "bundle.zip"
        call_command("support_bundle", organization="lakeside", output=str(path), stdout=out)
        assert "with 2 events." in out.getvalue()
        assert second.label in zipfile.ZipFile(path).read("summary.txt").decode()

    def test_mistakes_are_said(self, connection: Connection) -> None:
        with pytest.raises(CommandError, match="no sync event 99"):
            call_command("support_bundle", organization="lakeside", event=99)
        with pytest.raises(CommandError, match="Cannot write"):
            call_command("support_bundle", organization="lakeside", output="/nowhere/at/all.zip")
