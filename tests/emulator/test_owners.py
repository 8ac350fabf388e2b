"""Whose the lines of journal entries and deposits are; their numbers; small pictures of attached files."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Client, invoice, ref

Row = dict[str, Any]


def side(posting: str, account: str, **detail: Any) -> Row:
    inside = {"PostingType": posting, "AccountRef": ref(account), **detail}
    return {"Amount": 9, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": inside}


def entry(**entity: Any) -> Row:
    return {"Line": [side("Debit", "7", Entity=entity), side("Credit", "39")]}


def deposit(**entity: Any) -> Row:
    detail = {"AccountRef": ref("7"), "Entity": entity}
    line = {"Amount": 9, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}
    return {"DepositToAccountRef": ref("35"), "Line": [line]}


def owner_in(row: Row) -> Row:
    line = row["Line"][0]
    owner: Row = line[line["DetailType"]]["Entity"]
    return owner


@pytest.mark.parametrize("entity", [{}, {"Type": "Employee"}])
def test_the_line_of_an_entry_names_its_owner_and_the_list(sample: Client, entity: Row) -> None:
    made = sample.post("JournalEntry", entry(EntityRef=ref("55"), **entity))
    assert owner_in(made) == {"Type": "Employee", "EntityRef": {"value": "55", "name": "Emily Platt"}}
    sample.post("Employee", {"Id": "55", "SyncToken": "0", "sparse": True, "DisplayName": "Emily Plate"})
    assert owner_in(sample.read("JournalEntry", made["Id"]))["EntityRef"]["name"] == "Emily Plate"


def test_the_line_of_a_deposit_names_its_owner(sample: Client) -> None:
    made = sample.post("Deposit", deposit(value="1", type="CUSTOMER"))
    assert owner_in(made) == {"value": "1", "type": "CUSTOMER", "name": "Amy's Bird Sanctuary"}
    sample.post("Customer", {"Id": "1", "SyncToken": "0", "sparse": True, "DisplayName": "Amy's Birds"})
    assert owner_in(sample.read("Deposit", made["Id"]))["name"] == "Amy's Birds"
    assert owner_in(sample.post("Deposit", deposit(value="1", type="OTHER"))) == {"value": "1", "type": "OTHER"}


@pytest.mark.parametrize("body", [entry(EntityRef=ref("9999")), entry(EntityRef=ref("55"), Type="Vendor")])
def test_an_owner_that_does_not_exist_is_refused(sample: Client, body: Row) -> None:
    assert sample.fault("JournalEntry", body)["code"] == "2500"


def test_an_entry_gets_the_next_number_for_who_asks_for_it(sample: Client) -> None:
    assert "DocNumber" not in sample.post("JournalEntry", entry())
    sample.post("JournalEntry", {**entry(), "DocNumber": "308"})
    assert sample.post("JournalEntry", entry(), include="allowautodocnum")["DocNumber"] == "309"
    assert sample.post("JournalEntry", {**entry(), "DocNumber": "7"}, include="allowautodocnum")["DocNumber"] == "7"


def test_the_wish_for_a_number_is_not_shown(sample: Client) -> None:
    made = sample.post("Invoice", {**invoice(), "AutoDocNumber": True})
    assert "AutoDocNumber" not in made
    assert made["DocNumber"]


def test_a_picture_has_a_small_one(sample: Client) -> None:
    url = f"{sample.url}/v3/company/{sample.realm}"
    files = {"file_content_0": ("a.png", b"picture", "image/png"), "file_content_1": ("a.txt", b"text", "text/plain")}
    headers = {name: value for name, value in sample.headers.items() if name.lower() != "content-type"}
    answer = sample.session.post(f"{url}/upload", files=files, headers=headers, timeout=9).json()
    picture, text = (one["Attachable"] for one in answer["AttachableResponse"])
    assert picture["ThumbnailFileAccessUri"].endswith(f"/attachable-thumbnail/{picture['Id']}")
    assert "ThumbnailTempDownloadUri" not in picture
    later = sample.read("Attachable", picture["Id"])
    told = sample.call("GET", f"attachable-thumbnail/{picture['Id']}").text
    assert later["ThumbnailTempDownloadUri"] == told
    assert sample.session.get(told, timeout=9).content == b"picture"
    assert not [name for name in sample.read("Attachable", text["Id"]) if name.startswith("Thumbnail")]
    assert sample.call("GET", "attachable-thumbnail/99").json()["Fault"]["Error"][0]["code"] == "610"
