"""Columns of the list of invoices that an app above this one fills; it knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from runacall.invoices.models import Invoice
from runacall.organizations.middleware import StaffRequest


@dataclass(frozen=True)
class ForeignColumn:
    """How the invoices stand in another system.

    `words`: request and the invoices of a page -> what each one's cell says, by id. `colours`: unfold's label
    colour of each of these words.
    """

    title: str
    is_offered: Callable[[StaffRequest], bool]
    words: Callable[[StaffRequest, Sequence[Invoice]], Mapping[int, str]]
    colours: Mapping[str, str]


_columns: list[ForeignColumn] = []


def show_in_list(column: ForeignColumn) -> None:
    """Put `column` last in the list of invoices; called once, while apps get ready."""
    _columns.append(column)


def foreign_columns(request: StaffRequest) -> list[ForeignColumn]:
    """Those that this person may see."""
    return [column for column in _columns if column.is_offered(request)]
