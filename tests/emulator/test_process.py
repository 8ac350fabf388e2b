"""The emulator as a process: the ready line, real sockets, kill -9, many clients at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from qbo_emulator import cli

from .conftest import TOKEN, Process, invoice

pytestmark = pytest.mark.processes
Start = Callable[..., Process]


def test_a_port_in_use_is_said_with_what_helps(start_process: Start, capsys: pytest.CaptureFixture[str]) -> None:
    port = start_process().ready["url"].rsplit(":", 1)[1]
    assert cli.main(["--port", port]) == 1
    assert "--port 0 takes a free one" in capsys.readouterr().err


def test_the_ready_line_tells_all_that_a_client_needs(start_process: Start) -> None:
    ready = start_process("--realm", "9130350000000017").ready
    assert ready["ready"] is True
    assert ready["realm_id"] == "9130350000000017"
    assert ready["access_token"] == TOKEN
    assert (ready["client_id"], ready["client_secret"]) == ("emulator-client", "emulator-secret")
    assert ready["page"] == f"{ready['url']}/"


@pytest.mark.parametrize("forwarded", [{}, {"X-Forwarded-Proto": "https"}])
def test_addresses_in_answers_have_our_port_though_the_host_header_has_none(
    start_process: Start, forwarded: dict[str, str]
) -> None:
    """Intuit's PHP SDK sends no port; behind a proxy there is none."""
    books = start_process().client()
    headers = {**books.headers, "Host": "127.0.0.1", **forwarded}
    url = f"{books.url}/v3/company/{books.realm}/upload"
    answer = requests.post(url, files={"file_content_0": ("a.txt", b"a")}, headers=headers, timeout=20).json()
    address = answer["AttachableResponse"][0]["Attachable"]["TempDownloadUri"]
    assert address.startswith("https://127.0.0.1/" if forwarded else f"{books.url}/")


def test_who_is_faster_than_intuit_is_told_once(start_process: Start, tmp_path: Path) -> None:
    told = tmp_path / "stderr"
    with told.open("w") as stderr:
        books = start_process(stderr=stderr).client()
        answers = [books.call("GET", "companyinfo/1").status_code for _ in range(20)]

    assert answers.count(429) > 1
    [line] = told.read_text().splitlines()
    assert "429" in line
    assert "--no-limits" in line
    assert "--latency-ms" in line


def test_a_killed_process_loses_nothing_that_it_acknowledged(start_process: Start, tmp_path: Path) -> None:
    options = ("--state", str(tmp_path / "books"), "--no-limits")
    first = start_process(*options)
    books = first.client()
    before = books.call("POST", "invoice", invoice(DocNumber="A"), requestid="r1").text
    books.do("close_books", date="2020-01-01")
    books.do("switch", name="void_note", value="keep")
    first.kill()

    books = start_process(*options).client()
    assert books.call("POST", "invoice", invoice(DocNumber="A"), requestid="r1").text == before
    state = books.state
    assert (state["counts"]["Invoice"], state["closing_date"]) == (1, "2020-01-01")
    assert state["switches"]["void_note"] == "keep"
    assert books.post("Invoice", invoice(DocNumber="B"))["Id"] == "2"
    assert books.read("Customer", "1")["Balance"] == 200


def test_kills_in_the_middle_of_batches_lose_and_double_nothing(start_process: Start, tmp_path: Path) -> None:
    """Clients repeat what was not answered, with the same request id and the same bytes, until it is."""
    state = ("--state", str(tmp_path / "books"), "--no-limits")
    running = [start_process(*state)]
    port = running[0].ready["url"].rsplit(":", 1)[1]

    def write(worker: int) -> None:
        books = running[0].client()
        for number in range(12):
            name = f"{worker}-{number}"
            items = [
                {"bId": str(n), "operation": "create", "Invoice": invoice(DocNumber=f"{name}-{n}")} for n in range(10)
            ]
            until_answered(lambda items=items, name=name: books.batch(*items, requestid=name))

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, worker) for worker in range(3)]
        for _ in range(5):
            time.sleep(0.05)
            running[0].kill()
            running[0] = start_process(*state, "--port", port)
        for writer in writers:
            writer.result()
    rows = requests.get(f"{running[0].ready['url']}/emulator/entity/Invoice", timeout=20).json()["Invoice"]
    assert len(rows) == 360
    assert len({row["DocNumber"] for row in rows}) == 360


def until_answered(attempt: Callable[[], object]) -> None:
    for _ in range(200):
        try:
            attempt()
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("never answered")


def test_a_line_that_was_cut_off_is_left_out(start_process: Start, tmp_path: Path) -> None:
    file = tmp_path / "books"
    first = start_process("--state", str(file), "--no-limits")
    first.client().post("Invoice", invoice())
    first.kill()
    with file.open("a") as out:
        out.write('{"realm":"4620816365010101","changes":[["p","Invoice",{"Id":"9')
    assert start_process("--state", str(file)).client().state["counts"]["Invoice"] == 1


def test_tokens_survive_a_restart(start_process: Start, tmp_path: Path) -> None:
    options = ("--state", str(tmp_path / "books"))
    first = start_process(*options)
    form = {"decision": "allow"}
    asked = {"client_id": "emulator-client", "scope": "x", "redirect_uri": "http://localhost/cb", "state": "s"}
    back = requests.post(
        f"{first.ready['url']}/connect/oauth2", params=asked, data=form, allow_redirects=False, timeout=9
    )
    code = back.headers["Location"].split("code=")[1].split("&")[0]
    keys = ("emulator-client", "emulator-secret")
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost/cb"}
    pair = requests.post(f"{first.ready['url']}/oauth2/v1/tokens/bearer", data=body, auth=keys, timeout=9).json()
    first.kill()
    second = start_process(*options)
    fresh = requests.post(
        f"{second.ready['url']}/oauth2/v1/tokens/bearer",
        data={"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]},
        auth=keys,
        timeout=9,
    )
    assert fresh.status_code == 200


def test_a_reset_is_a_real_one(start_process: Start) -> None:
    books = start_process("--no-limits").client()
    books.do("fault", fault="reset", path="invoice", after_commit=True)
    with pytest.raises(requests.ConnectionError, match=r"reset|Reset"):
        books.call("POST", "invoice", invoice(DocNumber="A"), requestid="r")
    assert books.post("Invoice", invoice(DocNumber="A"), requestid="r")["Id"] == "1"


def test_an_answer_that_is_cut_in_half(start_process: Start) -> None:
    books = start_process("--no-limits").client()
    books.do("fault", fault="cut")
    with pytest.raises(requests.RequestException):
        books.call("POST", "invoice", invoice())


def test_a_time_out(start_process: Start) -> None:
    books = start_process("--no-limits").client()
    books.do("fault", fault="timeout", seconds=3)
    with pytest.raises(requests.ReadTimeout):
        books.session.get(f"{books.url}/v3/company/{books.realm}/companyinfo/1", headers=books.headers, timeout=0.3)


def test_calls_wait_side_by_side(start_process: Start) -> None:
    process = start_process("--no-limits", "--latency-ms", "300")
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: process.client().post("Invoice", invoice()), range(8)))
    assert time.monotonic() - started < 2.0


def test_many_clients_at_once_get_numbers_of_their_own(start_process: Start) -> None:
    process = start_process("--no-limits")

    def write(worker: int) -> list[str]:
        books = process.client()
        return [books.post("Invoice", invoice())["Id"] for _ in range(20)]

    with ThreadPoolExecutor(6) as pool:
        ids = [key for keys in pool.map(write, range(6)) for key in keys]
    assert len(set(ids)) == 120
    assert process.client().read("Customer", "1")["Balance"] == 12000


def test_one_request_id_from_many_clients_makes_one_invoice(start_process: Start) -> None:
    process = start_process("--no-limits")
    with ThreadPoolExecutor(6) as pool:
        rows = list(pool.map(lambda _: process.client().post("Invoice", invoice(), requestid="same"), range(12)))
    assert {row["Id"] for row in rows} == {"1"}


def test_bytes_that_are_no_request_get_an_answer(start_process: Start) -> None:
    import socket

    url = start_process().ready["url"]
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=5) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400")


def test_commands_can_be_given_at_the_start(start_process: Start) -> None:
    state = start_process("--do", '{"do": "sales_tax", "on": false}', "--clock", "2024-02-29").client().state
    assert state["sales_tax"] is False
    assert state["now"].startswith("2024-02-")
