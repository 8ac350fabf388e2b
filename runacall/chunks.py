"""A few hundred at a time, because databases limit the number of values in a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 500


def in_chunks(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """`items` in their order, in lists of at most `size`; none where there are none."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
