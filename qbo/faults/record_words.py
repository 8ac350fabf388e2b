"""How programs say in English that a record is gone, missing, not mapped or not chosen; knows no rule.

Each function makes a regular expression for one noun: the same is said of customers, items, accounts and taxes. What is
said of one noun and not of another is a term that is missing here, not a rule of its own.
"""

import re

from qbo.faults.evidence import Evidence
from qbo.faults.rule import Rule, rule

# Nouns

# The other side of a connection is a client too, and an app has a client ID.
CUSTOMER = (
    r"(customers?|(?<!http )(?<!api )(?<!oauth )clients?"
    r"(?![ _-]?(error|exception|id\b|secret|credential|auth|app|librar)))"
)
ITEM = r"(product ?/ ?services?|(?<!line )items?|products?|services?|skus?)"
ACCOUNT = r"accounts?"
TAX_NOUN = r"((tax|vat|gst|hst|pst|qst)[ _-]?(codes?|(agency )?rates?|categor(y|ies)|groups?)|sales tax items?)"
"""A tax rate or code; the tax itself, or its amount, is something else."""
DOCUMENT = (
    r"(invoices?|bills?|estimates?|quotes?|(sales |refund )?receipts?|deposits?|(bill ?)?payments?|transactions?"
    r"|purchases?|((purchase|sales|work) ?)?orders?|pos\b|(credit|debit) ?(memo|note)s?|(vendor )?credits?"
    r"|journal ?entr(y"
    r"|ies)"
    r"|transfers?)"
)
OTHER_RECORD = (
    r"(vendors?|suppliers?|class(es)?|locations?|departments?|terms?|employees?|payment ?methods?|tax ?agenc(y|ies)"
    r"|projects?|job ?sites?)"
)

PART = (
    r"(?!(s|'s)?[ _-]?(names?|numbers?|nos?\b|(sub-?)?types?|kinds?|e-?mails?|address|phones?|notes?|memos?|messages?"
    r"|amounts?| and (\w+ )?types?"
    r"|quantit|prices?|descriptions?|dates?|balances?|currenc|owners?|managers?|status|format|limit|errors?"
    r"|in the name))"
)
"""After a noun: what is wrong is not the record, but a field of it."""

# States

GONE = (
    r"(\bis|\bare|\bwas|\bwere|\bbeen|'s|\b(may|might)( already| now)? (be|have been)|(?<!\bbe )\b(made"
    r"|marked( as)?)) (now |currently |already )?"
    r"(merged or |deleted or |voided or |inactive or )?(inactive|not active|no longer active|deactivated|deleted"
    r"|archived|disabled|merged"
    r"|removed((?= (from|in|inside|within) (the |your )?(quickbooks|qbo|list|books|chart))|(?=\W*$|[.;,])))"
    r"|(\bis|\bare)n't active\b"
)
"""Says that something is gone; that it cannot or must not be deleted is something else."""

NO_PREPOSITION = r"(?!(because|by|from|in|on|for|when|while|and|or|if|as)\b)"
GONE_NOUN = r"(inactive|not active|deleted|deactivated|archived|disabled)"
"""The same before a noun, or after it in a headline."""

THERE = r"((quickbooks|qbo)( online)? )?"
"""The name of their program before the noun: "no QuickBooks tax code"."""

NOT_OF_A_FIELD = "".join(f"(?<!{part} )" for part in ("name", "mail", "address", "number", "phone", "date"))
MISSING = (
    r"(not found|(not|cannot|n't) be (found|located|matched)|(not|n't) exist|no longer exists?|no longer available"
    r"|(\bis|\bare|'s)( not|n't| no longer) (yet )?in (your )?(quickbooks|qbo)\b"
    r"|(not|n't) (available|present) in (your )?(quickbooks|qbo)\b"
    rf"|{NOT_OF_A_FIELD}(?<!is )(?<!are )(?<!now )\b((is|are) (now )?)?missing (in|from) (your )?(quickbooks|qbo)\b)"
)
"""Says that the record is not there; that its email or number is missing there is something else."""

MAPPED = r"(mapped|linked|matched|paired)"
MADE_OUT = rf"({MAPPED}|defined|configured|determined|set( up)?|resolved|chosen|selected|assigned|picked)"
CHOSEN = r"(selected|chosen|specified|provided|assigned|mapped|set|given|configured|defined)"


NO_OWNER = r"(?!'s? \w)"
"""After a noun: what comes next is what belongs to it."""

BETWEEN = r"(?:[^.,;]|(?<=\d)[.,](?=\d))"
"""A letter between a noun and its state; the point in a rate ends nothing: "tax rate 8.25% not found"."""


def gone(noun: str) -> str:
    """Says that it was there: "the customer was deleted", "an inactive item", "restore the customer"."""
    return (
        rf"\b{noun}\b{NO_OWNER}[^,;]{{0,40}}({GONE})"
        rf"|(?<!\bbe )\b(inactive|deleted) ({NO_PREPOSITION}\w+ )?{noun}\b{PART}"
        rf"|\b(re-?activate|un-?archive|restore|activate) (the|this|that|an?) (\w+ )?{noun}\b{PART}"
        rf"|\b(reports?|shows?|lists?|flags?) (the|this|that) {noun}\b[^.,;]{{0,20}} as {GONE_NOUN}\b"
    )


def missing(noun: str) -> str:
    """Says in any way that it is not there, or that none was chosen."""
    return "|".join(
        (
            rf"\b{noun}\b{NO_OWNER}[^,;]{{0,60}}{MISSING}",
            sought(noun),
            without_id(noun),
            unsent(noun),
            cannot_without(noun),
            unmapped(noun),
            mistaken(noun),
            rf"\b{noun} mapping (has |is |was )?(fail\w*|incomplete|invalid|missing)\b",
        )
    )


def sought(noun: str) -> str:
    """Says that it was not found: "unable to find the customer", "no matching customer"."""
    named = r"( (with|for|named|called|in)\b[^.;]{1,60})?"
    return (
        rf"(unable to|failed to|could(n't| not)|can(not|'t)) (find|locate|match|look ?up|fetch|load|resolve) "
        rf"((an?|the|any|matching|valid|your|quickbooks|qbo|online) )*{noun}\b"
        r"(?! (statements?|reports?|histor(y|ies)|lists?|amounts?|totals?|balances?|dates?|e-?mails?|phones?)\b)"
        rf"|\bno (matching|such|corresponding|resolved) {THERE}{noun}\b"
        rf"|\bno (valid |active )?{THERE}{noun}( mapping| match| record)?{named}"
        r" (was |were )?(found|exists?|match\w*)\b"
        rf"|\b(there is|there are|there's|has|have) no {THERE}{noun} (with|for|named|called|in)\b"
        rf"|\bno (quickbooks|qbo)( online)? (?!payments\b){noun}\b{PART}"
    )


def mistaken(noun: str) -> str:
    """Says that a reference to it leads nowhere: "invalid reference to QuickBooks customer", "unknown customer ID"."""
    return (
        rf"\binvalid reference to {THERE}((an?|the) )?{noun}\b{PART}"
        rf"|\b(invalid|unknown|unrecogni[sz]ed|bad) {noun} ?(reference|ref|id)\b"
        rf"|\b{noun} ?(reference|ref|id)(\.value)?( \S{{1,20}})? (is |was |does )?"
        r"(invalid|not valid|unknown|not recogni[sz]ed|not found|not exist)\b"
    )


def unmapped(noun: str) -> str:
    """Says that nothing was chosen for a record of ours: "the company is not mapped to a QuickBooks customer"."""
    return (
        rf"(\bnot|n't|\bnever|\bno longer)( yet| been| currently)* {MAPPED} (to|with) ((an?|any|the|your"
        rf"|its) )?{THERE}(\w+ )?{noun}\b"
        rf"|\b(could not|cannot|must|has to|have to|needs? to) be {MAPPED}"
        rf" (to|with) ((an?|any|the|its) )?{THERE}{noun}\b"
        rf"|\bno {THERE}(\w+ )?{noun} (is |was |has been |could be )?(currently |yet )?{MADE_OUT}\b"
        rf"|\b(no|missing|unmapped|invalid) {THERE}(\w+ )?{noun} mapping\b"
        rf"|\bunmapped (\w+ ){{0,3}}{noun}\b"
        rf"|\b{noun}\b{BETWEEN}{{0,40}}( is| are| was|'s)?( not|n't)( yet| been| currently)* (un)?mapped\b"
        rf"|\b{noun} (is |are |was )?(not|no longer) {MAPPED} (in|to|with) (quickbooks|qbo)\b"
        rf"|\b(choose|select|pick|assign|(map|link|match)( [\w.-]+){{1,4}} to) (an?|the) (quickbooks|qbo)( online)?"
        rf" (\w+ )?{noun}\b{PART}"
        rf"|\b(choose|select|pick) an? (\w+ )?{noun} (first|before)\b"
    )


def without_id(noun: str) -> str:
    """Says that it is not linked to QuickBooks' record: "contact 17 has no QuickBooks customer ID"."""
    return (
        rf"\b{noun}\b[^.;:]{{0,40}} ((has|have) no|(does|do) not have an?) (quickbooks|qbo)( online)? (\w+ )?id\b"
        rf"|(?<!your )(?<!quickbooks )(?<!this )\b{noun} (is|was) not {MAPPED} to (quickbooks|qbo)\b"
    )


def unsent(noun: str) -> str:
    """Says that it has to go to QuickBooks first: "the contact of line 2 has not been synced to QuickBooks yet"."""
    sent = r"(synced|synchroni[sz]ed|exported|imported|pushed|created)\b"
    return (
        rf"\b{noun} (is |was |has )?not( yet| been)* {sent} to (quickbooks|qbo)( yet)?\W*$"
        rf"|\b(sync|synchroni[sz]e|export|push|send) (the|this|its) {noun} (to (quickbooks|qbo) )?first\b"
        rf"|\b{noun}\b[^.;:]{{0,40}}(n't| not) (yet been {sent}|been {sent}[^.;:]{{0,30}}\byet\b)"
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


def lacking(owner: str, noun: str) -> str:
    """Says that it was left out of a record of ours: "the invoice has no customer", "lines are missing accounts"."""
    return (
        rf"\b{owner}\b[^.;:]{{0,30}} ((has|have) no|(is |are )?(missing|lacks?|without))"
        rf" ((an?|its|the) )?{THERE}(\w+ )?{noun}\b{PART}"
    )


def cannot_without(noun: str) -> str:
    """Says that it is required: "the invoice cannot be synchronized without a customer"."""
    return rf"(can(not| not|'t)|could not|unable to)[^.;]{{0,40}} without (an?|the|any)? ?{noun}"


BAD_REFERENCE = re.compile(
    r"invalid reference|object not found|\belement id\b|\breference (non valide|invalide|introuvable)"
    r"|\breferencia (no (es )?valida|invalida)|\briferimento (non valido|errato)"
    r"|ungu(e)?ltige (referenz|verweis)|ongeldige (referentie|verwijzing)"
    r"|無効な参照|参照 ?id"
)


def of_a_reference(evidence: Evidence) -> bool:
    """Whether a record that the request refers to is the problem: by Intuit's code, or by words if there is no code."""
    return evidence.code in ("610", "2500") or (not evidence.code and BAD_REFERENCE.search(evidence.text) is not None)


def headline(failure: str, noun: str, states: str) -> Rule:
    """A state before or after its noun: "Deleted customer", "Customer deleted"."""
    return rule(
        failure,
        headline=True,
        text=(
            rf"\b{states} ({NO_PREPOSITION}\w+ )?{noun}\b{PART}(?! id\b)",
            rf"(?<!of )(?<!of the )(?<!of this )\b{noun}( mapping)?( is| was| has been)? {states}\b(?! (a|an|the"
            rf"|its)\b)",
        ),
    )


def unchosen(failure: str, noun: str) -> Rule:
    return rule(
        failure,
        headline=True,
        text=rf"\b(no|without an?) (\w+ )?{noun} (is |was )?{CHOSEN}"
        rf"|(?<!quickbooks )\b{noun} (is |was )?(not |un){CHOSEN}(?! up (properly|correctly|right))",
    )
