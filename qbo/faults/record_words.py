"""How programs say in English that a record is gone, missing, not mapped or not chosen; knows no rule.

Each function makes a regular expression for one noun: the same is said of customers, items, accounts and taxes.
"""

import re

from qbo.faults.evidence import Evidence
from qbo.faults.rule import Rule, rule

GONE = (
    r"(\bis|\bare|\bwas|\bwere|\bbeen|'s|(?<!\bbe )\b(made|marked( as)?)) (now |currently )?"
    r"(merged or )?(inactive|not active|deactivated|deleted)"
)
"""Says that something is gone; that it cannot or must not be deleted is something else."""

MISSING = (
    r"(not found|(not|cannot|n't) be (found|located|matched)|(not|n't) exist|no longer exists?"
    r"|(\bis|\bare|'s) not (yet )?in (your )?(quickbooks|qbo)\b"
    r"|(?<!name )(?<!mail )(?<!address )(?<!number )(?<!phone )(?<!date )"
    r"\b(is|are) (now )?missing (in|from) (your )?(quickbooks|qbo)\b)"
)
"""Says that the record is not there; that its email or number is missing there is something else."""


THERE = r"((quickbooks|qbo)( online)? )?"
"""The name of their program before the noun: "no QuickBooks tax code"."""

MAPPED = r"(mapped|linked|matched|paired)"
MADE_OUT = rf"({MAPPED}|defined|configured|determined|set( up)?)"

DOCUMENT = r"(invoice|bill|estimate|receipt|deposit|payment|transaction)"
OTHER_RECORD = r"(vendor|supplier|class|location|department|term|employee|payment method|tax agency|project)"


def sought(noun: str) -> str:
    """Says that it was not found: "unable to find the customer", "no matching customer"."""
    return (
        rf"(unable to|failed to|could(n't| not)|can(not|'t)) (find|locate|match|look ?up|fetch|load) "
        rf"((an?|the|any|matching|valid|your|quickbooks|qbo|online) )*{noun}"
        rf"|\bno (matching|such|corresponding) {THERE}{noun}"
        rf"|\bno (valid )?{THERE}{noun}( mapping| match| record)?( (with|for|named|called)\b[^.;]{{1,60}})?"
        r" (was |were )?(found|exists?|match\w*)\b"
    )


def unmapped(noun: str) -> str:
    """Says that nothing was chosen for a record of ours: "the company is not mapped to a QuickBooks customer"."""
    return (
        rf"(\bnot|n't|\bnever)( yet| been| currently)* {MAPPED} (to|with) ((an?|any|the|your"
        rf"|its) )?{THERE}(\w+ )?{noun}\b"
        rf"|\bno {THERE}(\w+ )?{noun} (is |was |has been |could be )?(currently |yet )?{MADE_OUT}\b"
        rf"|\bno {THERE}{noun} mapping\b|\bunmapped (\w+ ){{0,3}}{noun}\b"
    )


def without_id(noun: str) -> str:
    """Says that it is not linked to QuickBooks' record: "contact 17 has no QuickBooks customer ID"."""
    return rf"\b{noun}\b[^.;:]{{0,40}} (has|have) no (quickbooks|qbo)( online)? (\w+ )?id\b"


def unsent(noun: str) -> str:
    """Says that it has to go to QuickBooks first: "the contact of line 2 has not been synced to QuickBooks yet"."""
    sent = r"(synced|synchroni[sz]ed|exported|imported|pushed|created)\b"
    return (
        rf"\b{noun}\b[^.;:]{{0,40}}(n't| not) (yet been {sent}|been {sent}[^.;:]{{0,30}}\byet\b)"
        rf"|\b(associated|related|linked|parent) {noun}\b[^.;:]{{0,40}} (cannot|can't|could not|couldn't) be {sent}"
    )


def only_kind(noun: str) -> str:
    """Says that it is the only kind of record that can be meant: "check the fields with accounts." """
    return rf"made inactive(\b[^;]{{0,20}}\bfields? with|:) {noun}(\.|\W*$)"


def of_another(noun: str, owner: str, states: str) -> str:
    """Says that the first of two records is gone: "the income account of this service was deleted"."""
    belongs = r"(for|of|on|in|behind|used (by|for|on|in)|assigned to|chosen for|linked to)"
    return rf"\b{noun} ({belongs} )?((this|the|that|an?|your|its) )?(\w+ )?{owner}\b[^,;]{{0,40}}{states}"


def unlinked(noun: str, owner: str) -> str:
    """Says that the first was not chosen for the second: "income account not linked to the item"."""
    return rf"\b{noun} (is |was |has )?not( yet| been)* {MAPPED} (to|with|on) ((this|the|that|an?|any|its) )?{owner}\b"


CHOSEN = r"(selected|chosen|specified|provided|assigned|mapped|set|given)"


def cannot_without(noun: str) -> str:
    """Says that it is required: "the invoice cannot be synchronized without a customer"."""
    return rf"(can(not| not|'t)|could not|unable to)[^.;]{{0,40}} without (an?|the|any)? ?{noun}"


TAX_NOUN = r"(tax|vat|gst|hst|pst|qst)[ _-]?(codes?|rates?|categor(y|ies)|groups?)"
"""A tax rate or code; the tax itself, or its amount, is something else."""

BAD_REFERENCE = re.compile(
    r"invalid reference|object not found|\belement id\b|\breference (non valide|invalide|introuvable)"
    r"|\breferencia (no (es )?valida|invalida)|ungu(e)?ltige (referenz|verweis)|ongeldige (referentie|verwijzing)"
    r"|無効な参照|参照 ?id"
)


def of_a_reference(evidence: Evidence) -> bool:
    """Whether a record that the request refers to is the problem: by Intuit's code, or by words if there is no code."""
    return evidence.code in ("610", "2500") or (not evidence.code and BAD_REFERENCE.search(evidence.text) is not None)


GONE_NOUN = r"(inactive|not active|deleted|deactivated|archived|disabled)"


def headline(failure: str, noun: str, states: str) -> Rule:
    """A state before or after its noun: "Deleted customer", "Customer deleted"."""
    return rule(
        failure,
        headline=True,
        text=(
            rf"\b{states} (\w+ )?{noun}\b(?! (number|name|type|id)\b)",
            rf"\b{noun} mapping (has |is |was )?(fail\w*|incomplete|invalid)\b",
            rf"\b{noun}( mapping)?( is| was| has been)? {states}\b(?! (a|an|the|its)\b)",
        ),
    )


def unchosen(failure: str, noun: str) -> Rule:
    return rule(
        failure,
        headline=True,
        text=rf"\b(no|without an?) (\w+ )?{noun} (is |was )?{CHOSEN}|\b{noun} (is |was )?(not |un){CHOSEN}",
    )
