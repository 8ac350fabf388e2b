"""Rules for what QuickBooks says about the records themselves: dates, numbers, names, tax, references, fields.

Sources: Intuit's reference of error codes, its page on common errors, and answers that developers published.
"""

import re

from qbo.faults.evidence import Evidence
from qbo.faults.rule import Rule, broken, rule

GONE = (
    r"(\bis|\bare|\bwas|\bwere|\bbeen|'s|(?<!\bbe )\b(made|marked( as)?)) (now |currently )?"
    r"(inactive|not active|deactivated|deleted)"
)
"""Says that something is gone; that it cannot or must not be deleted is something else."""

MISSING = (
    r"(not found|(not|cannot|n't) be (found|located|matched)|(not|n't) exist|no longer exists?"
    r"|(\bis|\bare|'s) not (yet )?in (your )?(quickbooks|qbo)\b)"
)


THERE = r"((quickbooks|qbo)( online)? )?"
"""The name of their program before the noun: "no QuickBooks tax code"."""

MAPPED = r"(mapped|linked|matched|paired)"
MADE_OUT = rf"({MAPPED}|defined|configured|determined|set( up)?)"

OTHER_RECORD = r"(vendor|supplier|class|location|department|term|employee|payment method|tax agency|project)"


def sought(noun: str) -> str:
    """Says that it was not found: "unable to find the customer", "no matching customer"."""
    return (
        rf"(unable to|failed to|could(n't| not)|can(not|'t)) (find|locate|match|look ?up|fetch|load) "
        rf"((an?|the|any|matching|valid|your|quickbooks|qbo|online) )*{noun}"
        rf"|\bno (matching|such|corresponding) {THERE}{noun}"
        rf"|\bno (valid )?{THERE}{noun}( mapping| match| record)? (was |were )?(found|exists?|match\w*)\b"
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
    return rf"\b{noun}\b[^.;:]{{0,40}}(n't| not) (yet been {sent}|been {sent}[^.;:]{{0,30}}\byet\b)"


def only_kind(noun: str) -> str:
    """Says that it is the only kind of record that can be meant: "check the fields with accounts." """
    return rf"made inactive\b[^;]{{0,20}}\bfields? with {noun}(\.|\W*$)"


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


CLOSED_BOOKS = (
    rule("duplicate_doc_number", text=r"duplicate (document number|doc ?num)"),
    # The words come first: closed books are also reported as 5010 and 6000.
    rule(
        "closed_period",
        text=(
            r"(account(ing)?|books?) period (has |is |was )?(been )?closed",
            r"period (has|is|was) (been )?closed",
            r"closed (accounting |financial |fiscal )?(period|books|year)",
            r"\b(book ?|(fiscal|financial|accounting) )year (is |has been |was )?(already |now )?"
            r"(closed|locked|frozen)",
            r"\b(accounting|books) (is |are |has been |have been )?(already |now )?frozen",
            r"\bno open (accounting |fiscal |financial |posting )?(period|year)|period (is )?not open",
            r"(not (with)?in|outside)( of)? (the |an |your )?((date )?range of )?(the |your )?(open |current )*"
            r"(accounting|fiscal|financial|posting) (period|year)",
            r"books (are |have been |were )?(closed|locked)",
            r"\bperiod (is |has been |was )?(already |now )?(closed|locked|frozen)",
            r"locked (accounting )?(period|books)|\bdate (is )?locked",
            r"\bclos(ing|ed?) date\b|close the books|\bbooks (cannot|can't|can not) be (updated|changed)",
        ),
    ),
    rule("closed_period", codes="6200 6210"),
)

CONCURRENT = (
    rule("stale_object", codes="5010"),
    rule(
        "stale_object",
        text=(
            r"stale ?object|working on this at the same time|finished before you did",
            r"\bchanged( in (quickbooks|qbo))?( online)? while\b[^.;]{0,40}\b(updated|edited|changed|saved|sent)\b",
            r"(edited|changed|modified|updated) (by another user|(in \w+( \w+)? )?since)",
            r"\bsync ?token\b[^.]{0,40}(mismatch|stale|outdated|out of date|does(n't| not) match|invalid|old\b)",
        ),
    ),
    rule("record_deleted_there", text=r"another user has deleted this"),
    rule("company_reset", codes="10200"),
    rule("company_reset", text=r"\bcompany (was |is |has been )?reset\b"),
    rule("duplicate_request", codes="600"),
)

# Codes whose meaning does not depend on the text. They come first, because their texts quote names that people chose.
DECIDED = (
    # Intuit's own page lists a used number with the code of closed books; others have seen it with that of a used name.
    rule("duplicate_doc_number", codes="6140 6210 6240", text=r"duplicate (document number|doc ?num)"),
    rule("duplicate_name", codes="6140 6210", text=r"duplicate (\w+ )?name exists|name supplied already exists"),
    rule("duplicate_doc_number", codes="6140"),
    rule("duplicate_name", codes="6240"),
    rule("field_refused", codes="2020", about=r"linedetail( |$)"),
    rule("customer_not_found", codes="2020 6560", about=r"customer ?ref"),
    rule("item_not_found", codes="2020", about=r"item ?ref\b"),
    rule("number_too_long", codes="2050", about=r"doc_?num"),
    rule("bad_email", codes="2210"),
    # Intuit's code 500 is an unsupported operation; with a 5xx it only repeats the status.
    rule("request_refused", codes="400 500 501", status=lambda status: not broken(status)),
    rule("request_refused", codes="1040 2000 2010 2130 2310 4000 4001 5000 10100"),
    rule(
        "field_refused",
        codes="2020 2030 2040 2050 2060 2070 2080 2090 2100 2110 2140 2150 2160 2170 2180 2190 2200 2220 2230"
        " 2240 2250 2600 3000",
    ),
)

DUPLICATES = (
    rule(
        "duplicate_doc_number",
        text=(
            r"docnumber=\S+ is assigned to",
            r"\b(number|docnum\w*|doc_no|invoice_number|invoice id)\b[^.]{0,60}\balready\b",
            r"\b(invoice|bill|document|transaction)\b[^.,;]{0,30}\balready exists\b|\bnumber (is )?(exists|taken)\b",
            r"\b(doc(ument)?_?)?(numbers?|num) [^.]{0,40}must be unique",
            r"duplicate (invoice |transaction |reference )?(number|no\b)",
            r"duplicate (invoice|bill|transaction|document)\b|\b(invoice|document) (is a )?duplicate\b",
        ),
    ),
    rule(
        "duplicate_name",
        text=(
            r"duplicate (\w+ )?name|\bname (is |has )?(a )?duplicated?\b|\bname must be unique",
            r"name supplied already exists",
            r"already using this name|\buse a different name\b|duplicate (customer|vendor|supplier|item|employee)\b",
            r"\b(customer|client|vendor|supplier|employee|item|product|service|account)\b[^.,;]{0,60}"
            r"\balready exists\b",
            r"\balready (has|have|uses?) (this|that|the same) name\b",
            r"name (is )?(already )?(exists|in use|used\b|taken)|with (this|that|the same) name (already )?exists",
        ),
    ),
)

FIELDS = (
    rule("customer_not_found", codes="6250 6560"),
    rule("customer_not_found", text=r"customer ?ref is missing|invalid customer\b"),
    rule(
        "customer_not_found",
        text=(
            r"(must|should|needs? to|has to) (have|be assigned|be linked to|be associated with) an? (\w+ )?customer\b"
            r"(?! (memo|message|name|number|note|e-?mail|address|type|ref))",
            r"\bcustomer (is )?(required|mandatory|missing)\W*$",
            r"(must|need to|have to|please) (enter|select|choose|specify|add|provide) an? customer( name)?\b"
            r"(?! (memo|message|number|note|e-?mail|address|type|ref|in the name field))",
        ),
    ),
    rule("item_not_found", text=r"item ?ref is missing"),
    rule("request_refused", text=r"unsupported operation|operation .{0,300} is not supported"),
    rule("field_refused", text=r"\brequired param(eter)?\b|is missing in the request"),
    rule("bad_email", codes="4002", text="e-?mail"),
    rule(
        "bad_email",
        text=r"e-?mail (address )?(entered )?(is|was|format|does not)|invalid e-?mail|malformed e-?mail",
    ),
    rule("number_too_long", text=r"more than 21 characters[^.]*doc"),
)

TAX = (
    rule("tax_code_not_mapped", codes="6100 6160 6230 2280 6470"),
    rule("tax_not_enabled", codes="6170"),
    rule(
        "tax_not_enabled",
        text=(
            r"\btax(es)?( feature)? (\S+ )?(not|isn't|hasn't|aren't) (been |yet )*"
            r"(set ?up|enabled|turned on|active|configured)",
            r"(set ?up|turn on|enable|activate) (your )?(sales )?tax(es)?\b(?! (code|rate))",
            r"\btax(es)? (is |are )?(disabled|turned off)",
        ),
    ),
    rule("tax_calculation_failed", text=r"error while calculating (the )?(sales )?tax"),
    rule(
        "tax_code_not_mapped",
        text=(
            rf"invalid (line )?{TAX_NOUN}|valid line taxcodes|not a valid (\w+ )?{TAX_NOUN}",
            r"(have|select|choose|pick|specify|assign|set|configure) an? (\S+ ){0,2}(gst|hst|vat"
            r"|tax)[^.]{0,12} (rate|code)\b"
            r"(?! (of|that|between|below|above|lower|higher|less|greater))",
            rf"(do not|don't|without|not|n't) (have|provide|include|contain|return) an? (\S+ )?{TAX_NOUN}",
            rf"\b(not|n't) (yet )?{CHOSEN} (an?|any|the) (\S+ )?{TAX_NOUN}|{TAX_NOUN} ?(ref ?)?error",
            rf"{TAX_NOUN} (associated|(is )?(missing|required|invalid|inactive|not valid))",
            rf"{TAX_NOUN}\b[^,;]{{0,40}}(not found|not (be )?found|not (be )?mapped|not exist|inactive|deleted)",
            rf"(without|missing|no|unknown|inactive|deleted) (an? )?{THERE}(sales )?{TAX_NOUN}\b",
            unmapped(TAX_NOUN),
            r"unmapped (sales )?tax|\btax (mapping )?(is )?(not found|missing|unmapped)|no tax mapping",
            r"\btax mapping (has |is )?(fail|incomplete|invalid)",
            sought(rf"(sales )?(tax\b(?! (amount|return|report|payment|filing))|{TAX_NOUN})"),
            cannot_without(TAX_NOUN),
            # QuickBooks' older interface's words for a reference to nothing.
            r"invalid reference to quickbooks[^.]{0,60}(sales ?tax|tax ?code)",
            rf"\({TAX_NOUN} [^)]{{1,80}}\)[^.]{{0,40}}cannot be found",
        ),
    ),
)

REFERENCES = (
    # Before the references, because QuickBooks calls the customer or account of another currency an invalid one.
    rule(
        "currency_mismatch",
        text=r"(one|foreign) currency (per|at a time)|same currency|different currenc(y|ies)"
        r"|\bcurrency (of|must|does(n't| not) match|mismatch)",
    ),
    rule(
        "customer_not_found",
        about=(
            r"names element id",
            r"customer (that is )?(assigned to|you have specified|specified)[^.]{0,60}deleted",
            rf"\bcustomers?\b[^,;]{{0,40}}({GONE}|{MISSING})",
            r"restore (the|this) customer",
            sought("customer"),
            without_id("(customer|contact|client)"),
            unsent("(customer|contact|client)"),
            cannot_without("customer"),
            r"\binactive (\w+ )?customer\b",
            unmapped("customer"),
        ),
    ),
    # QuickBooks lists every kind that it looked at; where it lists one, that is the one.
    rule("customer_not_found", text=only_kind("customers?")),
    rule("item_not_found", text=only_kind("(items?|products?( ?/ ?services?)?)")),
    rule("account_inactive", text=only_kind("accounts?")),
    rule("customer_not_found", where=of_a_reference, about=r"customer_?ref|entity_?ref\b"),
    rule("tax_code_not_mapped", where=of_a_reference, about=rf"{TAX_NOUN}|\bsales tax\b|tax(code|rate)ref\b"),
    rule(
        "account_inactive",
        text=(
            r"\binactive (\w+ )?account\b|income account [^,;]{0,40}" + GONE,
            r"\b(choose|select|use|pick) an(other)? active (\w+ )?account\b",
        ),
    ),
    rule(
        "item_is_category",
        about=r"category instead of a product|categories cannot be used|item is a category",
    ),
    # QuickBooks deletes an item by making it inactive, so "deleted" has the same remedy.
    rule(
        "item_inactive",
        about=(
            r"activate this item|product/service[^.]{0,60}(deleted|inactive)",
            rf"\b(item|product|service)s?\b[^,;]{{0,40}}{GONE}",
            r"\b(inactive|deleted) (\w+ )?(item|product|service)s?\b",
        ),
    ),
    rule(
        "item_not_found",
        about=(
            r"items? element id",
            rf"\b(item|product|service)s?\b[^,;]{{0,40}}{MISSING}",
            sought("((qbo|quickbooks) ?)?(item|product|service|sku)"),
            without_id("(item|product|service)"),
            unsent("(item|product|service|sku)"),
            cannot_without("(item|product|service|sku)"),
            unmapped("(item|product|service)"),
        ),
    ),
    # Only where a reference is the trouble: a dump of the request holds the word too.
    rule("item_not_found", where=of_a_reference, about=r"item_?ref\b"),
    rule("item_not_found", codes="6440"),
    rule("account_inactive", about=r"accounts? element id"),
    rule("account_inactive", where=of_a_reference, about=r"account_?ref\b|account ?based ?expense"),
    rule("income_account_missing", text=(unmapped("accounts?"), r"\bno income account\b")),
    rule("income_account_missing", text=rf"\bno (\w+ ){{0,2}}account (is |was )?{CHOSEN}\b"),
    rule("income_account_missing", text=r"\b(income|expense|ledger|gl) account (is )?(required|missing)"),
    rule(
        "account_inactive",
        text=(
            rf"\baccounts?\b(?! (number|name|type|manager|owner))[^,;]{{0,40}}({GONE}|{MISSING})",
            sought(r"(\w+ )?account(?! (number|name|type|manager|owner))"),
        ),
    ),
    rule("tax_code_not_mapped", codes="6000", about=TAX_NOUN),
    rule("not_found_other", text=unmapped(OTHER_RECORD)),
    rule("not_found_other", about=r"\b\w+ element id"),
    rule("not_found_other", where=of_a_reference, about=r"\w+ref\b"),
)

GONE_NOUN = r"(inactive|not active|deleted|deactivated|archived|disabled)"


def headline(failure: str, noun: str, states: str) -> Rule:
    """A state before or after its noun: "Deleted customer", "Customer deleted"."""
    return rule(
        failure,
        headline=True,
        text=(
            rf"\b{states} (\w+ )?{noun}\b(?! (number|name|type|id)\b)",
            rf"\b{noun}( mapping)?( is| was| has been)? {states}\b(?! (a|an|the|its)\b)",
        ),
    )


def unchosen(failure: str, noun: str) -> Rule:
    return rule(
        failure,
        headline=True,
        text=rf"\b(no|without an?) (\w+ )?{noun} (is |was )?{CHOSEN}|\b{noun} (is |was )?(not |un){CHOSEN}",
    )


# In the same order as the references above: tax, customer, item, account, the rest.
HEADLINES = (
    headline("customer_not_found", "customer", rf"({GONE_NOUN}|missing|unknown|invalid)"),
    unchosen("customer_not_found", "customer"),
    headline("item_inactive", "(item|product|service|sku)", GONE_NOUN),
    headline("item_not_found", "(item|product|service|sku)", "(missing|unknown|invalid|not found)"),
    unchosen("item_not_found", "(item|product|service)"),
    headline("income_account_missing", "income account", "(missing|unmapped)"),
    unchosen("income_account_missing", "(income )?account"),
    rule("account_inactive", headline=True, text=rf"\baccount number (is )?{GONE_NOUN}"),
    headline("account_inactive", "account", rf"({GONE_NOUN}|missing|unknown)"),
    headline("not_found_other", OTHER_RECORD, GONE_NOUN),
    rule("not_found_other", headline=True, text=r"\bmissing (invoice|bill|transaction)(\W*$| \w*id\b)"),
    rule(
        "server_error",
        headline=True,
        text=r"^(quickbooks |intuit |qbo )?(online )?(is down|(system|internal|server) error)\W*$",
    ),
)

ITSELF = "read update delete void sparse_update sparse"
ITSELF_GONE = r"\blist element\b[^.;]{0,30}" + GONE

PAYMENTS = (
    # Intuit's own words are not documented: any that say that more is applied than is open.
    rule(
        "payment_over_applied",
        entities="payment",
        text=(
            r"amount(s)? (being )?applied[^.]{0,40}(more|greater|larger|exceeds?)",
            r"(more|greater|larger) than (the |its )?(open |outstanding |remaining )?(balance|amount due)",
            r"already (been )?(fully )?paid",
        ),
    ),
    rule(
        "link_refused",
        entities="payment",
        text=(
            r"trying to link (does not exist|belongs to)|you are trying to link",
            r"apply[^.]{0,60}(different|another) customer",
        ),
    ),
)

INACTIVE = (
    rule("link_refused", codes="620"),
    rule("link_refused", text=r"txn ?id cannot be linked|cannot validate linked"),
    rule("customer_not_found", codes="610", operations=ITSELF, entities="customer"),
    rule("item_not_found", codes="610", operations=ITSELF, entities="item"),
    # What the request itself wants to change, where QuickBooks calls it a list element.
    rule("customer_not_found", operations=ITSELF, entities="customer", text=ITSELF_GONE),
    rule("item_not_found", operations=ITSELF, entities="item", text=ITSELF_GONE),
    rule(
        "not_found_other",
        text=r"\b(invoice|document|bill|estimate|receipt|deposit|payment|transaction|record|vendor|supplier|employee"
        r"|class|location|department|term)\b[^,;]{0,40}" + MISSING,
    ),
    rule(
        "not_found_other",
        text=(
            r"\b(related|linked|associated|parent) (invoice|bill|payment|transaction|record)\b[^.;]{0,40}"
            r"\b(was|is|were|has|have)( not|n't) (been )?(imported|exported|synced|synchroni[sz]ed|sent|found)"
        ),
    ),
    rule(
        "not_found_other",
        headline=True,
        text=r"\b(invoice|bill|transaction|record) not (yet )?(imported|exported|synced|synchroni[sz]ed|sent)\b",
    ),
    rule("not_found_other", text=r"\b(is|are|was|were) not (yet )?in (your )?(quickbooks|qbo)\b"),
    rule("not_found_other", codes="610", operations="read query cdc"),
    rule("record_deleted_there", codes="610", operations="delete void"),
    # These refer to accounts in every line, and to little else that can be made inactive.
    rule(
        "account_inactive",
        entities="purchase expense journalentry transfer deposit",
        text=r"(?<!\bbe )made inactive",
        where=lambda evidence: evidence.operation in ("", "create", "batch"),
    ),
    # Only reading what was sent can show which of the references is meant.
    rule("reference_not_found", codes="610 2500"),
    rule(
        "reference_not_found",
        text=(
            r"(?<!\bbe )made inactive",
            r"object not found",
            r"invalid reference\b",
            r"(has been|have been|is|are|was) (deleted|inactive)",
            r"specified in the request cannot be found",
        ),
    ),
)
