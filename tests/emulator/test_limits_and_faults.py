"""Limits, and faults on order."""

from collections.abc import Callable

import pytest
import requests

from qbo_emulator import Emulator

from .conftest import TOKEN, Client, invoice


@pytest.fixture
def limited(client_of: Callable[[Emulator], Client]) -> Client:
    return client_of(Emulator(access_token=TOKEN))


def statuses(books: Client, count: int, path: str = "companyinfo/1") -> list[int]:
    body = {"BatchItemRequest": []} if path == "batch" else None
    return [books.call("POST" if body else "GET", path, body).status_code for _ in range(count)]


def test_ten_calls_a_second(limited: Client) -> None:
    assert statuses(limited, 12) == [200] * 10 + [429] * 2
    limited.do("advance_clock", seconds=1)
    assert statuses(limited, 1) == [200]


def test_the_throttled_answer_is_xml_as_recorded(limited: Client) -> None:
    statuses(limited, 10)
    answer = limited.call("GET", "companyinfo/1")
    assert '<Fault type="SERVICE"><Error code="3001">' in answer.text
    assert "message=ThrottleExceeded; errorCode=003001; statusCode=429" in answer.text
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(("form", "key"), [("json", "Fault"), ("json_lower", "fault")])
def test_the_throttled_answer_by_switch(limited: Client, form: str, key: str) -> None:
    limited.do("switch", name="throttle_format", value=form)
    limited.do("switch", name="throttle_retry_after", value=60)
    statuses(limited, 10)
    answer = limited.call("GET", "companyinfo/1")
    assert key in answer.json()
    assert answer.headers["Retry-After"] == "60"


def test_five_hundred_calls_and_forty_batches_a_minute(limited: Client) -> None:
    limited.do("switch", name="requests_per_second", value=10000)
    assert statuses(limited, 41, "batch") == [200] * 40 + [429]
    assert statuses(limited, 461) == [200] * 460 + [429]
    assert limited.state["throttled"] == 2


def test_a_status_by_count(books: Client) -> None:
    books.do("fault", fault="status", status=503, times=2)
    assert statuses(books, 3) == [503, 503, 200]


def test_a_status_until_it_is_cleared(books: Client) -> None:
    books.do("fault", fault="status", status=504, times=None)
    assert statuses(books, 4) == [504] * 4
    books.do("clear_faults")
    assert statuses(books, 1) == [200]


def test_a_rate_with_a_seed_is_the_same_each_time(books: Client) -> None:
    runs = []
    for _ in range(2):
        books.do("fault", fault="status", status=500, rate=0.3, seed=7)
        runs.append(statuses(books, 40))
        books.do("clear_faults")
    assert runs[0] == runs[1]
    assert 2 < runs[0].count(500) < 25


def test_only_on_a_path_or_an_entity(books: Client) -> None:
    books.do("fault", fault="status", path="batch", times=None)
    assert statuses(books, 1) == [200]
    assert statuses(books, 1, "batch") == [503]
    books.do("clear_faults")
    books.do("fault", fault="status", entity="Invoice", times=None)
    assert books.call("POST", "invoice", invoice()).status_code == 503
    assert books.call("GET", "query", query="select * from Invoice").status_code == 503
    assert books.call("GET", "query", query="select * from Customer").status_code == 200


@pytest.mark.parametrize("fault", ["reset", "timeout", "cut"])
@pytest.mark.parametrize(("after", "written"), [(False, 0), (True, 1)])
def test_a_broken_connection_before_and_after_the_work(books: Client, fault: str, after: bool, written: int) -> None:
    books.do("fault", fault=fault, path="invoice", after_commit=after)
    with pytest.raises(requests.RequestException):
        books.call("POST", "invoice", invoice(DocNumber="A"), requestid="r1")
    assert books.state["counts"]["Invoice"] == written
    assert books.post("Invoice", invoice(DocNumber="A"), requestid="r1")["DocNumber"] == "A"
    assert books.state["counts"]["Invoice"] == 1


def test_a_gateway_error_after_the_work(books: Client) -> None:
    books.do("fault", fault="status", status=504, after_commit=True)
    assert books.call("POST", "invoice", invoice()).status_code == 504
    assert books.state["counts"]["Invoice"] == 1


def test_half_an_answer_that_looks_whole_to_the_transport(books: Client) -> None:
    books.do("fault", fault="half", path="invoice", after_commit=True)
    answer = books.call("POST", "invoice", invoice())
    assert answer.status_code == 200
    assert answer.text.startswith('{"Invoice"')
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(ValueError):
        answer.json()
    assert books.state["counts"]["Invoice"] == 1


def test_a_gateways_page_may_say_anything(books: Client) -> None:
    books.do("fault", fault="status", status=502, message="Access is denied")
    answer = books.call("POST", "invoice", invoice())
    assert answer.status_code == 502
    assert "Access is denied" in answer.text


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("throttle", 429, "ThrottleExceeded"),
        ("auth", 401, "003200"),
        ("html", 200, "<!DOCTYPE html>"),
        ("empty", 200, ""),
        ("fault_in_200", 200, "6190"),
        ("stale", 400, "5010"),
        ("subscription", 400, "6190"),
    ],
)
def test_faults_by_name(books: Client, fault: str, status: int, words: str) -> None:
    books.do("fault", fault=fault)
    answer = books.call("POST", "invoice", invoice())
    assert answer.status_code == status
    assert words in answer.text
    assert bool(answer.text) == bool(words)


def test_a_single_item_of_a_batch(books: Client) -> None:
    books.do("fault", fault="item_fault", code="6000", message="m", detail="d", times=1)
    items = [{"bId": str(n), "operation": "create", "Invoice": invoice(DocNumber=str(n))} for n in range(3)]
    first, second, _ = books.batch(*items)
    assert first["Fault"]["Error"][0] == {"Message": "m", "Detail": "d", "code": "6000", "element": ""}
    assert second["Invoice"]["DocNumber"] == "1"


def test_throttling_inside_a_batch(books: Client) -> None:
    books.do("fault", fault="throttle", item=True, entity="Invoice")
    answer = books.batch({"bId": "1", "operation": "create", "Invoice": invoice()})
    assert answer[0]["Fault"]["Error"][0]["code"] == "3001"


def test_a_token_endpoint_that_refuses(books: Client) -> None:
    books.do("fault", fault="auth", path="token")
    answer = books.session.post(f"{books.url}/oauth2/v1/tokens/bearer", data={"grant_type": "refresh_token"}, timeout=9)
    assert answer.json() == {"error": "invalid_grant"}


def test_faults_need_json_or_get_xml(books: Client) -> None:
    books.headers["Accept"] = "*/*"
    answer = books.call("GET", "customer/99")
    assert answer.text.startswith("<?xml")
    assert '<Error code="610" element="">' in answer.text


def test_an_unknown_command_or_switch_says_what_there_is(books: Client) -> None:
    for body in ({"do": "nonsense"}, {"do": "switch", "name": "nonsense"}, {"do": "fault", "fault": "nonsense"}):
        answer = books.session.post(f"{books.url}/emulator/control", json=body, timeout=9)
        assert answer.status_code == 400
        assert answer.json()["ok"] is False
        assert len(answer.json()["error"]) > 40
