"""The number of a transaction, by the company's rule; knows no HTTP."""

from __future__ import annotations

from qbo_emulator import faults
from qbo_emulator.entities.kind import Draft

ALLOW_DUPLICATE = "allowduplicatedocnum"
ALLOW_AUTOMATIC = "allowautodocnum"


def number_transaction(draft: Draft) -> None:
    """DocNumber by the company's rule (Intuit's API reference, Invoice, CustomTxnNumbers)."""
    company, row, name = draft.company, draft.row, draft.kind.name
    row.pop("AutoDocNumber", None)  # a wish, no answer shows it
    custom = company.preference("SalesFormsPrefs", "CustomTxnNumbers")
    if not custom and (ignores_number(draft) or not row.get("DocNumber")):
        row.pop("DocNumber", None)
        row["DocNumber"] = (draft.before or {}).get("DocNumber") or company.next_number(name)
    elif custom and row.get("DocNumber"):
        check_number_free(draft)


def number_if_asked(draft: Draft) -> None:
    """A journal entry has no number of its own, but the next one for who asks for it with `include`."""
    if draft.before is None and ALLOW_AUTOMATIC in draft.options and not draft.row.get("DocNumber"):
        draft.row["DocNumber"] = draft.company.next_number(draft.kind.name)


def ignores_number(draft: Draft) -> bool:
    return draft.before is None and draft.company.switch("doc_number_when_automatic") == "ignored"


def check_number_free(draft: Draft) -> None:
    company, number = draft.company, draft.row["DocNumber"]
    unchanged = draft.before is not None and draft.before.get("DocNumber") == number
    if unchanged or ALLOW_DUPLICATE in draft.options or not company.setting("duplicate_number_check", True):
        return
    for other in company.tables[draft.kind.name].with_text("DocNumber", number):
        if other["Id"] != draft.row.get("Id"):
            code = company.switch("duplicate_number_code")
            raise faults.duplicate_number(number, draft.kind.name, other["Id"], code=code)
