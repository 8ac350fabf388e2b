"""manage.py read_fault: JSON lines in, meanings out."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from qbo.faults.report import read_line

ROOT = Path(__file__).parents[2]
THROTTLED = {
    "id": "a",
    "http_status": 429,
    "content_type": "",
    "body": "",
    "request_entity": None,
    "operation": None,
}


def run(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> tuple[list[dict[str, Any]], str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out, err = io.StringIO(), io.StringIO()
    call_command("read_fault", stdout=out, stderr=err)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_each_line_gets_its_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    number = "DocNumber=7 is assigned to TxnType=Invoice with TxnId=9"
    taken = {
        "id": 2,
        "http_status": 400,
        "body": json.dumps({"code": "6140", "Message": "Duplicate", "Detail": number}),
    }
    raw = "\n".join(json.dumps(line) for line in (THROTTLED, taken)).encode()

    results, errors = run(monkeypatch, raw)

    assert results == [
        {
            "id": "a",
            "code": "rate_limited",
            "label": "rate_limited",
            "kind": "wait",
            "retryable": True,
            "subject": {"kind": "", "key": "", "name": ""},
        },
        {
            "id": 2,
            "code": "duplicate_doc_number",
            "label": "duplicate_doc_number",
            "kind": "person",
            "retryable": False,
            "subject": {"kind": "number", "key": "", "name": "7"},
        },
    ]
    assert errors == ""


def test_a_line_that_is_not_understood_loses_nothing_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    good = json.dumps(THROTTLED).encode()
    raw = b"\n".join([good, b"{nonsense", b"", b"[1]", b'{"id": 5, "http_status": "4xx"}', b"\xff\xfe", good])

    results, errors = run(monkeypatch, raw)

    assert [result.get("code") for result in results] == [
        "rate_limited",
        None,
        None,
        None,
        None,
        "rate_limited",
    ]
    assert [bool(result.get("error")) for result in results] == [False, True, True, True, True, False]
    assert results[3]["id"] == 5
    assert "4 line(s)" in errors


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"id": 1, "http_status": "429", "body": None}, "rate_limited"),
        ({"id": 1, "http_status": None, "body": "Connection reset by peer"}, "network"),
        (
            {"id": 1, "http_status": 400, "body": {"Fault": {"Error": [{"code": 6240, "Message": "x"}]}}},
            "duplicate_name",
        ),
        ({"id": 1, "http_status": 200, "body": '{"Invoice": {"Id": "1"}}'}, None),
        ({}, "network"),
    ],
)
def test_missing_and_loose_fields_are_taken(line: dict[str, Any], code: str | None) -> None:
    assert read_line(json.dumps(line))["code"] == code


def test_bytes_that_are_no_utf_8_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    results, _ = run(monkeypatch, b'{"id": 1, "http_status": 400, "body": "6240: Duplicate Name caf\xe9"}')

    assert results[0]["code"] == "duplicate_name"


@pytest.mark.django_db(databases=[])
def test_it_needs_no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As a process of its own, with a database that does not exist."""
    done = subprocess.run(
        [sys.executable, "manage.py", "read_fault"],
        cwd=ROOT,
        input=json.dumps(THROTTLED),
        capture_output=True,
        text=True,
        timeout=60,
        env={
            "PATH": "",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        },
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["code"] == "rate_limited"
