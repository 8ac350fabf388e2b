"""The limiter never lets more through than Intuit allows in any window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbo.connection.limiter import Limiter, Limits, size_of_call

LIMITS = Limits(requests_a_minute=50, requests_a_second=10, batches_a_minute=12)


@given(st.lists(st.tuples(st.floats(0, 4), st.booleans()), max_size=200))
def test_no_window_holds_more_than_is_allowed(steps: list[tuple[float, bool]]) -> None:
    limiter, now, made = Limiter(LIMITS), 1_000_000.0, []
    for wait, batch in steps:
        now += wait
        while (delay := limiter.delay(now, batch=batch)) > 0:
            now += delay + 1e-6
        limiter.note(now, batch=batch)
        made.append((now, batch))
    for moment, _ in made:
        minute = [batch for at, batch in made if moment - 60 < at <= moment]
        second = [at for at, _ in made if moment - 1 < at <= moment]
        assert len(minute) <= LIMITS.requests_a_minute
        assert sum(minute) <= LIMITS.batches_a_minute
        assert len(second) <= LIMITS.requests_a_second


@pytest.mark.parametrize(
    ("limits", "batch", "wait"),
    [
        (Limits(requests_a_minute=3, requests_a_second=99, batches_a_minute=99), False, 50),
        (Limits(requests_a_minute=99, requests_a_second=3, batches_a_minute=99), False, 0.5),
        (Limits(requests_a_minute=99, requests_a_second=99, batches_a_minute=3), True, 50),
    ],
    ids=["minute", "second", "batches"],
)
def test_each_limit_holds_alone(limits: Limits, batch: bool, wait: float) -> None:
    limiter = Limiter(limits)
    for _ in range(3):
        limiter.note(1000.0, batch=batch)
    assert limiter.delay(1000.5, batch=batch) >= wait


def test_a_clock_that_is_ahead_holds_nobody_up_for_long() -> None:
    """Another host noted its batches with a clock that is an hour ahead: they were made by now all the same."""
    limiter = Limiter(LIMITS, [[4600.0, 1] for _ in range(12)])
    assert 50 < limiter.delay(1000.0, batch=True) <= 61
    assert limiter.delay(1061.0, batch=True) == 0


def test_the_next_holder_goes_on_counting() -> None:
    first = Limiter(LIMITS)
    for _ in range(12):
        first.note(1000.0, batch=True)
    second = Limiter(LIMITS, list(first.calls))
    assert second.delay(1001.0, batch=True) > 50


def test_the_turn_of_a_second_makes_no_room() -> None:
    limiter = Limiter(LIMITS)
    for _ in range(10):
        limiter.note(1000.9, batch=False)
    assert limiter.delay(1001.0, batch=False) > 0.9
    assert Limiter(LIMITS, list(limiter.calls)).delay(1001.5, batch=False) > 0.4


def test_room_comes_back_after_a_minute() -> None:
    limiter = Limiter(LIMITS)
    for _ in range(12):
        limiter.note(1000.0, batch=True)
    assert limiter.delay(1060.5, batch=True) == 0


@pytest.mark.parametrize(
    ("waiting", "batch_in", "alone_in", "size"),
    [
        (1, 0, 0, 1),  # a few leave the batches to who has many
        (5, 0, 0, 1),
        (6, 0, 0, 6),
        (100, 0, 0, 30),
        (100, 1.0, 0, 30),  # so short a wait is waited out
        (100, 40, 0, 1),  # beside the batches, while none is allowed
        (100, 40, 0.1, 1),
        (100, 40, 50, 30),  # neither is: wait for the one that comes first
        (3, 0, 40, 3),  # no single call is allowed
        (3, 50, 40, 1),
    ],
)
def test_what_the_next_call_takes(waiting: int, batch_in: float, alone_in: float, size: int) -> None:
    took = size_of_call(waiting, batch_size=30, alone_at_most=5, batch_in=batch_in, alone_in=alone_in)
    assert took == size


def test_both_roads_together_keep_every_limit_and_take_less_time() -> None:
    """3,000 records by Intuit's own limits: batches alone take two minutes."""
    limiter, now, left, limits = Limiter(Limits()), 0.0, 3000, Limits()
    made: list[tuple[float, bool]] = []
    while left:
        batch_in, alone_in = limiter.delay(now, batch=True), limiter.delay(now, batch=False)
        size = size_of_call(left, batch_size=30, alone_at_most=5, batch_in=batch_in, alone_in=alone_in)
        now += limiter.delay(now, batch=size > 1)
        limiter.note(now, batch=size > 1)
        made.append((now, size > 1))
        left -= size
    for moment, _ in made:
        minute = [is_batch for at, is_batch in made if moment - 60 < at <= moment]
        assert len(minute) <= limits.requests_a_minute
        assert sum(minute) <= limits.batches_a_minute
        assert sum(moment - 1 < at <= moment for at, _ in made) <= limits.requests_a_second
    assert now < 0.72 * 120.25


def test_a_call_counts_from_when_it_leaves() -> None:
    """What is written down before it takes time: ten calls that leave late keep the eleventh waiting for a second."""
    limiter = Limiter(LIMITS)
    for _ in range(10):
        limiter.note(1000.0, batch=False)
        limiter.leaves(1000.9)
    assert limiter.delay(1001.2, batch=False) > 0.7
