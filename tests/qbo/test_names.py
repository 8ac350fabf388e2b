"""Names sent to QuickBooks: acceptable, and two different names never become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbo.mapping.names import LONGEST_NAME, is_acceptable, name_for_quickbooks, name_key

NAMES = st.text(min_size=1, max_size=300)


@given(NAMES, st.integers(1, 10**9), st.booleans())
def test_every_name_becomes_acceptable(name: str, record_id: int, taken: bool) -> None:
    sent = name_for_quickbooks(name, record_id=record_id, taken=taken)
    assert is_acceptable(sent)
    assert len(sent) <= LONGEST_NAME


@given(NAMES, NAMES, st.integers(1, 10**9))
def test_two_changed_names_never_become_one(one: str, other: str, record_id: int) -> None:
    first = name_for_quickbooks(one, record_id=record_id, taken=True)
    second = name_for_quickbooks(other, record_id=record_id + 1, taken=True)
    assert name_key(first) != name_key(second)


@pytest.mark.parametrize("name", ["Capacitor 35/5", "O'Brien & Söhne", "  spaced  "])
def test_a_good_name_goes_out_as_it_is(name: str) -> None:
    assert name_for_quickbooks(name, record_id=7) == name.strip()


def test_a_colon_goes_and_the_records_id_comes() -> None:
    assert name_for_quickbooks("Rob:Barnett", record_id=7) == "Rob - Barnett (7)"
