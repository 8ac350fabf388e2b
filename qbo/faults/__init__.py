"""Turns what QuickBooks, its token endpoint or the network answered into a Failure; knows no database."""

from qbo.faults.entries import read_entries
from qbo.faults.reading import is_refusal, read_fault, read_item_fault

__all__ = ["is_refusal", "read_entries", "read_fault", "read_item_fault"]
