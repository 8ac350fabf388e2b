"""Columns in the list of invoices that other apps fill; this module knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from runacall.invoices.models import Invoice
from runacall.organizations.middleware import StaffRequest


@dataclass(frozen=True)
class ForeignColumn:
    """How the invoices stand in another system.

    `words`: takes the request and the invoices of a page; returns the text of each one's cell, by id. `colours`: the
    unfold label color of each of these texts.
    """

    title: str
    is_offered: Callable[[StaffRequest], bool]
    words: Callable[[StaffRequest, Sequence[Invoice]], Mapping[int, str]]
    colours: Mapping[str, str]


_columns: list[ForeignColumn] = []


def show_in_list(column: ForeignColumn) -> None:
    """Add `column` as the last one in the list of invoices; called once, while apps start."""
    _columns.append(column)


def foreign_columns(request: StaffRequest) -> list[ForeignColumn]:
    """The columns that this person may see."""
    return [column for column in _columns if column.is_offered(request)]
