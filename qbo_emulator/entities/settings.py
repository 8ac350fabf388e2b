"""Preferences and CompanyInfo: one object each, only updated; knows no HTTP."""

from __future__ import annotations

from typing import Any

from qbo_emulator.books.company import Row
from qbo_emulator.entities.kind import Draft, Kind

SINGLE = frozenset(("read", "query", "update"))
READ_ONLY_GROUPS = ("TaxPrefs", "CurrencyPrefs")  # sales tax cannot be switched on through the API


def preference_rules(draft: Draft) -> None:
    """Few fields are writable: groups merge field by field, and tax and currency stay as they are."""
    before = draft.before or {}
    row = dict(before)
    for group, fields in draft.sent.items():
        if isinstance(fields, dict) and group not in READ_ONLY_GROUPS:
            row[group] = merged(before.get(group, {}), fields)
    draft.row = row


def merged(old: Row, new: Any) -> Row:
    return {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new


def company_rules(draft: Draft) -> None:
    draft.row = {**(draft.before or {}), **draft.row}


PREFERENCES = Kind("Preferences", operations=SINGLE, rules=preference_rules, is_single=True)
COMPANY_INFO = Kind("CompanyInfo", operations=SINGLE, rules=company_rules, is_single=True)
