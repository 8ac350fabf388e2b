"""What a fault names: ids, numbers, dates, fields; knows nothing about our own records."""

import re

from qbo.failures import FaultEntry, Subject, shorten
from qbo.faults.evidence import Evidence

SUBJECT_KINDS = {
    "customer_not_found": "customer",
    "item_not_found": "item",
    "item_inactive": "item",
    "item_is_category": "item",
    "account_inactive": "account",
    "account_wrong_type": "account",
    "tax_code_not_mapped": "tax_rate",
    "duplicate_doc_number": "number",
    "closed_period": "date",
    "field_refused": "field",
    "bad_email": "field",
    "number_too_long": "field",
}

ELEMENT_ID = re.compile(r"\b(\w+?)s? element id (\S+?) not found", re.IGNORECASE)
ASSIGNED = re.compile(
    r"DocNumber=(?P<doc_number>.*?) is assigned to TxnType=(?P<txn_type>.*?) with TxnId=(?P<txn_id>[\w-]+)",
    re.IGNORECASE | re.S,
)
RESTORE = re.compile(r"you must restore (.+?)(?: \(deleted\))?\.?\s*$", re.IGNORECASE)
SUPPLIED = re.compile(r"Supplied (?:value|length)\s*:\s*(\S+)", re.IGNORECASE)
PARAMETER = re.compile(r"(?:Required param(?:eter)?|Property Name:Unrecognized field)\s+\"?([\w.]+)", re.IGNORECASE)
DATE = re.compile(r"clos\w+ date\D{0,20}(\d{4}-\d{2}-\d{2})", re.IGNORECASE)
CHANGED_BY = re.compile(r"You and (.+?) ?were working on this", re.IGNORECASE | re.S)
INNER_CODE = re.compile(r"\(-(\d{3,6})\)")
ENTITY_OF_LIST = {
    "name": "customer",
    "item": "item",
    "account": "account",
    "taxcode": "tax_rate",
    "term": "term",
}


def facts_of(entry: FaultEntry) -> dict[str, str]:
    """What the entry says besides its code, by name: doc_number, txn_type, txn_id, closing_date, element."""
    words = f"{entry.message} {entry.detail}"
    facts = {"element": entry.element}
    assigned = ASSIGNED.search(words)
    if assigned:
        facts |= assigned.groupdict()
    for name, expression in (
        ("restore", RESTORE),
        ("supplied", SUPPLIED),
        ("parameter", PARAMETER),
        ("closing_date", DATE),
        ("changed_by", CHANGED_BY),
        ("inner_code", INNER_CODE),
    ):
        match = expression.search(words)
        if match:
            facts[name] = match[1].strip()
    element_id = ELEMENT_ID.search(words)
    if element_id:
        facts |= {"list": element_id[1], "reference_id": element_id[2]}
    return {name: shorten(value) for name, value in facts.items() if value}


def subject_of(failure: str, evidence: Evidence, facts: dict[str, str]) -> Subject:
    """What the fault names, if anything."""
    kind = SUBJECT_KINDS.get(failure, "")
    if "reference_id" in facts:
        kind = kind or ENTITY_OF_LIST.get(facts["list"].lower(), "")
        return Subject(kind, facts["reference_id"], "")
    if kind == "number":
        return Subject(kind, "", facts.get("doc_number", ""))
    if kind == "date":
        return Subject(kind, facts.get("closing_date", ""), "")
    if kind == "field":
        return Subject(kind, evidence.entry.element or facts.get("parameter", ""), "")
    if kind == "customer" and "restore" in facts:
        return Subject(kind, "", facts["restore"])
    if kind == "tax_rate" and "supplied" in facts:
        return Subject(kind, facts["supplied"], "")
    return Subject(kind, "", "")
