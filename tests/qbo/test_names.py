"""Names sent to QuickBooks: acceptable, and two different names never become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbo.mapping.names import OF_CUSTOMER, OF_ITEM, is_acceptable, name_for_quickbooks, name_key

NAMES = st.text(min_size=1, max_size=600)
LONGEST = st.sampled_from((OF_CUSTOMER, OF_ITEM))


@given(NAMES, LONGEST, st.integers(1, 10**9), st.booleans())
def test_every_name_becomes_acceptable(name: str, longest: int, record_id: int, taken: bool) -> None:
    sent = name_for_quickbooks(name, longest, record_id=record_id, taken=taken)
    assert is_acceptable(sent, longest)
    assert len(sent) <= longest


@given(NAMES, NAMES, LONGEST, st.integers(1, 10**9))
def test_two_changed_names_never_become_one(one: str, other: str, longest: int, record_id: int) -> None:
    first = name_for_quickbooks(one, longest, record_id=record_id, taken=True)
    second = name_for_quickbooks(other, longest, record_id=record_id + 1, taken=True)
    assert name_key(first) != name_key(second)


@pytest.mark.parametrize("name", ["Capacitor 35/5", "O'Brien & Söhne", "  spaced  "])
def test_a_good_name_goes_out_as_it_is(name: str) -> None:
    assert name_for_quickbooks(name, OF_ITEM, record_id=7) == name.strip()


def test_a_colon_goes_and_the_records_id_comes() -> None:
    assert name_for_quickbooks("Rob:Barnett", OF_CUSTOMER, record_id=7) == "Rob - Barnett (7)"
