"""Columns and filters in the list of invoices that other apps fill; this module knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from runacall.invoices.models import Invoice
from runacall.invoices.models.invoices import InvoiceQuerySet
from runacall.organizations.middleware import StaffRequest


@dataclass(frozen=True)
class ForeignState:
    """A state in the other system, as a filter of the list.

    `rows`: takes the request and some of its organization's invoices; returns those of them in this state.
    `is_counted`: few invoices are in it, and finding them costs little however many others there are. A counted state
    that no invoice is in is left out, unless it `is_kept`.
    """

    name: str
    label: str
    rows: Callable[[StaffRequest, InvoiceQuerySet], InvoiceQuerySet]
    is_counted: bool = False
    is_kept: bool = False


@dataclass(frozen=True)
class ForeignColumn:
    """How the invoices stand in another system.

    `words`: takes the request and the invoices of a page; returns the text of each one's cell, by id. `colours`: the
    unfold label color of each of these texts. `states`: what the list can be filtered by, under the query parameter
    `parameter`.
    """

    title: str
    is_offered: Callable[[StaffRequest], bool]
    words: Callable[[StaffRequest, Sequence[Invoice]], Mapping[int, str]]
    colours: Mapping[str, str]
    parameter: str = ""
    states: Sequence[ForeignState] = ()


_columns: list[ForeignColumn] = []


def show_in_list(column: ForeignColumn) -> None:
    """Add `column` as the last one in the list of invoices; called once, while apps start."""
    _columns.append(column)


def foreign_columns(request: StaffRequest) -> list[ForeignColumn]:
    """The columns that this person may see: the same for all of a page."""
    found: list[ForeignColumn] | None = getattr(request, "_foreign_columns", None)
    if found is None:
        found = request._foreign_columns = [column for column in _columns if column.is_offered(request)]  # type: ignore[attr-defined]
    return found
