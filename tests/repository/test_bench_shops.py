"""The shops of `make bench` can be built at any size; the benchmarks themselves run for minutes, so nobody notices."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from sync.models import SyncEvent
from tests.benchmarks.big_shop import beside, build, sizes

TODAY = dt.date(2026, 11, 2)


@pytest.mark.parametrize("size", [sizes(12_000), beside(1000, today=TODAY)], ids=["alone", "beside a big one"])
def test_a_shop_is_built_whole(db: None, size: object) -> None:
    build(1, size)
    assert SyncEvent.objects.failed().count() >= size.failures
    # Rows are written past the models: what they refer to has to be there.
    connection.check_constraints()
