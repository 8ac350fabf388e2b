"""Names as QuickBooks accepts and compares them (Intuit's API reference, Customer and Item); pure."""

import re

from runacall.invoices.names import full_name_key, name_key

__all__ = ["OF_CUSTOMER", "OF_ITEM", "full_name_key", "is_acceptable", "name_for_quickbooks", "name_key", "own_part"]

# The most characters of Customer.DisplayName and of Item.Name.
OF_CUSTOMER, OF_ITEM = 500, 100
_FORBIDDEN = re.compile(r"\s*:+\s*")
# Blanks that QuickBooks refuses: a plain one is the same to everybody.
_BLANKS = re.compile(r"\s*[\t\r\n]+\s*")


def own_part(name: str, full_name: str) -> str:
    """`name` without its parents, if it is spelled with them and its record stands under a parent in QuickBooks.

    `full_name`: what QuickBooks calls the record with its parents; "" where it is not there.
    """
    own = name.rpartition(":")[2].strip()
    return own if own and ":" in name and ":" in full_name else name


def is_acceptable(name: str, longest: int) -> bool:
    """Whether QuickBooks accepts `name` as it is."""
    return bool(name.strip()) and len(name.strip()) <= longest and not re.search(r"[:\t\r\n]", name)


def name_for_quickbooks(name: str, longest: int, *, record_id: int, taken: bool = False) -> str:
    """`name` itself if QuickBooks accepts it, otherwise a cleaned name made unique by our record's id.

    `longest`: OF_CUSTOMER or OF_ITEM; `taken`: another of our records has the name in QuickBooks. Two different names
    never become one, because every changed name has its record's id.
    """
    name = _BLANKS.sub(" ", name.strip())
    if is_acceptable(name, longest) and not taken:
        return name
    suffix = f" ({record_id})"
    cleaned = _FORBIDDEN.sub(" - ", name) or "No name"
    return cleaned[: longest - len(suffix)].rstrip() + suffix
