"""Payment terms as shops write them, and the due date they give; knows no database."""

import datetime as dt
import re

_NET = re.compile(r"\s*net\s*(\d{1,3})\s*\Z", re.IGNORECASE)
_AT_ONCE = re.compile(r"\s*(due\s+(up)?on\s+receipt|cod|cash\s+on\s+delivery)\s*\Z", re.IGNORECASE)


def due_date(terms: str, invoice_date: dt.date) -> dt.date | None:
    """“Net 30” -> thirty days later, “Due on receipt” -> the same day, anything else -> None."""
    if net := _NET.match(terms):
        return invoice_date + dt.timedelta(days=int(net[1]))
    return invoice_date if _AT_ONCE.match(terms) else None
