"""A recording of another company, without secrets and personal data, and the emulator compared with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from qbo_emulator import Emulator, cli
from qbo_emulator.record.comparing import differences
from qbo_emulator.record.exchange import read
from qbo_emulator.record.replaying import Replay, told
from qbo_emulator.record.upstream import Upstream
from qbo_emulator.server import Server

from .conftest import TOKEN, Client, invoice, line

SECRETS = (TOKEN, "Lovelace", "Ada", "ada@lovelace.example", "12 St James's Square", "+44 20 7946", "a debt of honour")


@pytest.fixture
def upstream() -> Iterator[Emulator]:
    """The company elsewhere."""
    emulator = Emulator(access_token=TOKEN, has_limits=False, realm_id="9130357766054321")
    emulator.server = Server(emulator.handle).start()  # type: ignore[attr-defined]
    yield emulator
    emulator.server.stop()  # type: ignore[attr-defined]


@pytest.fixture
def recorded(upstream: Emulator, tmp_path: Path) -> Iterator[tuple[Client, Path]]:
    """A client of it behind the recorder, and the recording."""
    file = tmp_path / "recording.jsonl"
    server = Server(Upstream(upstream.server.url, file).handle).start()  # type: ignore[attr-defined]
    yield Client(requests.Session(), server.url, upstream.realm_id), file
    server.stop()


def work(books: Client) -> None:
    """A day of calls: a customer with everything that is personal, an invoice, a change, a payment, faults, XML."""
    books.post("Term", {"Name": "Net 7", "DueDays": 7})  # the ids of the companies go apart from here
    customer = books.post(
        "Customer",
        {
            "DisplayName": "Ada Lovelace",
            "GivenName": "Ada",
            "FamilyName": "Lovelace",
            "PrimaryEmailAddr": {"Address": "ada@lovelace.example"},
            "PrimaryPhone": {"FreeFormNumber": "+44 20 7946 0958"},
            "BillAddr": {"Line1": "12 St James's Square", "City": "London"},
        },
    )
    made = books.post("Invoice", invoice(line("40"), customer=customer["Id"], PrivateNote="a debt of honour"))
    change = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "DueDate": "2027-01-01"}
    books.post("Invoice", change)
    paid = {"Amount": 40, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": "Invoice"}]}
    books.post("Payment", {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 40, "Line": [paid]})
    assert books.fault("Invoice", change)["code"] == "5010"
    books.query("select * from Customer where DisplayName = 'Ada Lovelace'")
    books.query_fault("select * from Nothing")
    books.batch({"bId": "1", "operation": "create", "Item": {"Name": "Visit", "IncomeAccountRef": {"value": "1"}}})
    books.session.get(
        f"{books.url}/v3/company/{books.realm}/customer/{customer['Id']}",
        headers={**books.headers, "Accept": "application/xml"},
        timeout=9,
    )


def test_nothing_secret_and_nobody_is_in_a_recording(recorded: tuple[Client, Path]) -> None:
    books, file = recorded
    work(books)
    text = file.read_text()
    assert [secret for secret in (*SECRETS, books.realm) if secret in text] == []
    first = next(read(file))
    assert (first.method, first.status, first.path) == ("POST", 200, "/v3/company/REALM/term")


def test_one_name_is_replaced_alike_everywhere(recorded: tuple[Client, Path]) -> None:
    books, file = recorded
    work(books)
    answers = [one.answer for one in read(file) if isinstance(one.answer, dict) and "Customer" in one.answer]
    named = {answer["Customer"]["DisplayName"] for answer in answers}
    [asked] = [one for one in read(file) if "DisplayName+%3D" in one.query]
    assert named == {asked.answer["QueryResponse"]["Customer"][0]["DisplayName"]}
    [name] = named
    assert name.replace(" ", "+") in asked.query


@pytest.mark.parametrize("name", ["x" * 501, "Rob:Barnett", "tab\there"])
def test_what_is_refused_is_refused_again(recorded: tuple[Client, Path], name: str) -> None:
    """Redaction keeps what QuickBooks looks for: a length, a sign that is not allowed, an address without @."""
    books, file = recorded
    books.fault("Customer", {"DisplayName": name})
    books.fault("Customer", {"DisplayName": "A", "PrimaryEmailAddr": {"Address": "nowhere"}})
    books.post("Employee", {"GivenName": "Ada", "BirthDate": "1815-12-10"})
    fresh = Emulator(access_token="another", has_limits=False)
    assert [outcome.differences for outcome in Replay(fresh).play(read(file))] == [[], [], []]
    assert name not in file.read_text()


def test_who_is_in_intuits_own_sample_company_leads_to_the_same_rows_here(tmp_path: Path) -> None:
    file = tmp_path / "recording.jsonl"
    elsewhere = Emulator(access_token=TOKEN, has_limits=False, sample=True)
    there = Server(elsewhere.handle).start()
    server = Server(Upstream(there.url, file).handle).start()
    books = Client(requests.Session(), server.url, elsewhere.realm_id)
    for name in ("Cool Cars", "Amy\\'s Bird Sanctuary"):
        assert books.query(f"select * from Customer where DisplayName = '{name}'")["Customer"]
    assert books.query("select * from Customer where FullyQualifiedName = 'Shara Barnett:Barnett Design'")["Customer"]
    server.stop()
    there.stop()
    fresh = Emulator(access_token="another", has_limits=False, sample=True)
    assert [outcome.differences for outcome in Replay(fresh).play(read(file))] == [[], [], []]
    assert "Pariente" not in file.read_text()


def test_faults_quote_nobody(recorded: tuple[Client, Path]) -> None:
    books, file = recorded
    row = books.post("Customer", {"DisplayName": "Ada Lovelace"})
    assert "Craig Carlson" in books.fault("Customer", {**row, "SyncToken": "7"})["Detail"]
    books.session.post(
        f"{books.url}/v3/company/{books.realm}/customer",
        json={**row, "SyncToken": "7"},
        headers={**books.headers, "Accept": "application/xml"},
        timeout=9,
    )
    assert "Craig" not in file.read_text()


def test_files_are_left_out(recorded: tuple[Client, Path]) -> None:
    books, file = recorded
    files = {"file_content_0": ("letter.txt", b"a private letter", "text/plain")}
    books.session.post(f"{books.url}/v3/company/{books.realm}/upload", files=files, headers=books.headers, timeout=9)
    assert "private letter" not in file.read_text()
    outcomes = list(Replay(Emulator(has_limits=False)).play(read(file)))
    assert list(told(outcomes))[-1] == "0 of 0 exchanges are alike."


def test_token_calls_are_passed_on_and_not_written(recorded: tuple[Client, Path]) -> None:
    books, file = recorded
    form = {"grant_type": "refresh_token", "refresh_token": "secret"}
    answer = books.session.post(f"{books.url}/oauth2/v1/tokens/bearer", data=form, timeout=9)
    assert answer.status_code == 401
    assert not file.exists()


def test_the_client_sees_what_the_company_answered(recorded: tuple[Client, Path], upstream: Emulator) -> None:
    books, _ = recorded
    made = books.post("Customer", {"DisplayName": "O'Neil & Söhne"})
    assert upstream.company.get("Customer", made["Id"])["DisplayName"] == "O'Neil & Söhne"  # type: ignore[index]
    found = books.query("select * from Customer where DisplayName = 'O\\'Neil & Söhne'")
    assert found["Customer"][0]["Id"] == made["Id"]


def test_a_recording_of_the_emulator_is_what_the_emulator_does(recorded: tuple[Client, Path]) -> None:
    books, file = recorded
    work(books)
    fresh = Emulator(access_token="another", has_limits=False)
    fresh.company.start_ids_at("Invoice", 900)  # ids of its own, which the replay learns
    outcomes = list(Replay(fresh).play(read(file)))
    assert [outcome.differences for outcome in outcomes if outcome.differences] == []
    assert list(told(outcomes))[-1] == f"{len(outcomes)} of {len(outcomes)} exchanges are alike."


def test_what_differs_is_said(
    recorded: tuple[Client, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books, file = recorded
    work(books)
    lines = [json.loads(one) for one in file.read_text().splitlines()]
    lines[1]["answer"]["Customer"] |= {"Hologram": True, "Active": "yes"}
    del lines[1]["answer"]["Customer"]["Taxable"]
    lines[2]["status"] = 400
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert cli.main(["--check", str(file)]) == 1
    said = capsys.readouterr().out
    for words in ("Customer lacks Hologram", "Customer has Taxable", "Customer.Active is a boolean, recorded as text"):
        assert f"        {words}\n" in said
    assert "        HTTP 200, recorded as 400\n" in said


def test_what_is_no_recording_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text("{}\nnot json\n")
    assert cli.main(["--check", str(file)]) == 1
    assert "line 1: not an exchange" in capsys.readouterr().err
    assert cli.main(["--check", str(tmp_path / "none")]) == 1


LINE = {"DetailType": "A", "Amount": 1}


@pytest.mark.parametrize(
    ("recorded_value", "ours", "said"),
    [
        ({"a": 1, "time": "x"}, {"a": 2}, []),
        ({"Line": [LINE, {**LINE, "Id": "1"}]}, {"Line": [LINE]}, []),
        ({"Line": [LINE, {"DetailType": "B"}]}, {"Line": [LINE]}, ["Line has no B"]),
        ({"Line": [LINE]}, {"Line": []}, ["Line is empty"]),
        ({"code": "610"}, {"code": "2500"}, ["code is '2500', recorded as '610'"]),
        ({"a": None}, {"a": "x"}, ["a is text, recorded as null"]),
    ],
)
def test_how_answers_are_compared(recorded_value: Any, ours: Any, said: list[str]) -> None:
    assert list(differences(recorded_value, ours)) == said
