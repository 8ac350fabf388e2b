"""Whatever comes back, the reader handles it: never an exception, always a remedy, and quickly."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbo import catalogue
from qbo.failures import Answer
from qbo.faults import read_entries, read_fault, read_item_fault

STATUSES = st.one_of(st.none(), st.integers(-1, 999), st.sampled_from([200, 400, 401, 403, 429, 500, 503]))
TYPES = st.sampled_from(["", "application/json", "application/xml", "text/html", "text/plain", "\x00"])
WORDS = st.sampled_from(
    [
        *("Fault", "fault", "Error", "error", "code", "Message", "Detail", "element", "type", "6240", "610"),
        *("3200", "errorCode=003001", "made inactive", "BatchItemResponse", "<Error code='", "</Error>"),
        *("<Fault>", "&lt;", "{", "[", '"', "'", "\\", "=>", "\x00", "\ud800", "\ufeff", "<!DOCTYPE"),
        *(
            "invalid_grant",
            "ENOTFOUND",
            'Post "https://x": EOF',
            "Deleted customer",
            "taux de TVA",
            "fehlt",
            "no existe",
        ),
        *("\\u00e9", "Ã©", "税率", "見つかりません", "e\u0301"),
    ]
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(WORDS, st.text(max_size=5)), inner, max_size=4)
    ),
    max_leaves=25,
)
FAULT = (
    '{"Fault":{"Error":[{"Message":"Invalid Reference Id","Detail":"Names element id 583 not found",'
    '"code":"2500","element":"Reference Id"}],"type":"ValidationFault"},"time":"2026-06-18T11:32:00-07:00"}'
)
BODIES = st.one_of(
    st.text(max_size=300),
    st.lists(WORDS, max_size=40).map(" ".join),
    VALUES.map(lambda value: json.dumps(value)),
    st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")),
    st.integers(0, len(FAULT)).map(lambda end: FAULT[:end]),
    st.tuples(st.integers(0, len(FAULT)), st.text(max_size=5)).map(
        lambda cut: FAULT[: cut[0]] + cut[1] + FAULT[cut[0] :]
    ),
)


def check(answer: Answer, *, entity: str = "", operation: str = "") -> None:
    failure = read_fault(answer, request_entity=entity, operation=operation)
    if failure is None:
        assert answer.http_status is not None
        assert 200 <= answer.http_status < 300
        return
    assert failure.code in catalogue.CATALOGUE
    assert failure.message
    assert failure.remedy
    assert failure.dispatcher
    for text in (failure.message, failure.intuit_words, *failure.facts.values(), failure.subject.key):
        assert "\x00" not in text
        assert text.encode() is not None
    assert all(isinstance(value, str) and len(value) <= 200 for value in failure.facts.values())


@settings(max_examples=400, deadline=None)
@given(status=STATUSES, content_type=TYPES, body=BODIES, retry_after=st.text(max_size=12), operation=WORDS)
def test_any_answer_is_read(status: int | None, content_type: str, body: str, retry_after: str, operation: str) -> None:
    check(Answer(status, content_type, body, retry_after), entity=operation, operation=operation)


@settings(max_examples=200, deadline=None)
@given(fault=VALUES)
def test_any_item_fault_is_read(fault: object) -> None:
    failure = read_item_fault(fault)

    assert failure.remedy


@settings(max_examples=100, deadline=None)
@given(body=BODIES, content_type=TYPES)
def test_entries_of_anything(body: str, content_type: str) -> None:
    for entry in read_entries(body, content_type):
        assert isinstance(entry.words, str)


HUGE = {
    "a long text": "x" * 3_000_000,
    "a fault at the end": " " * 500_000 + FAULT,
    "a fault at the start": FAULT + " " * 500_000,
    "deep lists": "[" * 200_000,
    "deep objects": '{"a":' * 100_000,
    "deep XML": "<Fault>" * 50_000,
    "many entries": json.dumps({"Fault": {"Error": [{"code": "6000", "Message": "m" * 300}] * 1_000}}),
    "many openings": '{"' * 150_000,
    "many tags": "<html>" + "<script>" * 40_000,
    "many angle brackets": "<html>" + "<" * 400_000,
    "many pairs": "code: '1' " * 40_000,
    "many quotes": "message: '" * 40_000,
    "many XML errors": "<Error code='1'>" * 20_000,
    "long attributes": "<Error " + "a" * 300_000,
    "a huge number": '{"code":' + "9" * 10_000 + "}",
    "many backslashes": 'message: "' + "\\" * 300_000,
    "many customers": "customer " * 40_000,
    "many blanks": "customer" + " " * 400_000 + "was deleted",
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE.keys())
def test_huge_answers_are_read_soon(body: str) -> None:
    for status in (200, 400):
        started = time.thread_time()  # not the wall's: others may be at work on this machine
        check(Answer(status, "", body))
        assert time.thread_time() - started < 3, status


def test_a_fault_is_found_at_either_end_of_a_huge_answer() -> None:
    for body in (HUGE["a fault at the end"], HUGE["a fault at the start"]):
        failure = read_fault(Answer(400, "", body))
        assert failure is not None
        assert failure.code == "customer_not_found"
