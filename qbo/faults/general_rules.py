"""Rules for the rest: QuickBooks' checks without a code of their own, statuses, and what nothing is known of.

Sources: texts under code 6000 and 10000 as developers have published them, and the meaning of HTTP statuses.
"""

import re

from qbo.faults.evidence import Evidence
from qbo.faults.rule import REQUEST_TIMEOUT, broken, rule
from qbo.faults.sentences import tells_no_reason

ANY_ERROR = 500
"""The status that many programs give whatever went wrong."""


ASKED_TO_TRY_AGAIN = (
    # After an instruction it asks for a correction, not for waiting: "Shorten the name and try again."
    rule(
        "server_error",
        text=r"please (try again|retry)\W*$|(^|[.!?] )try again\W*$",
        not_text=(
            r"correct|enter|select|choose|check|change|fix|remove|\bvalid\b|invalid|specify|different|another (?!user)",
            r"\b(must|needs?|too|already|missing|required|review|verify|ensure|make sure|update|edit|adjust|add|map"
            r"|assign|provide|set|save|pick|complete|delete|restore|activate|reopen|reduce|shorten|sign in|turn on)\b",
        ),
    ),
)

BUSINESS = (
    rule("account_wrong_type", codes="6430"),
    rule(
        "account_wrong_type",
        text=(
            r"invalid account type|account type (is )?(incorrect|invalid|wrong)",
            r"different type of account|accounts? of one of the following",
        ),
    ),
    rule("income_account_missing", text=r"(doesn't|does not) have an income account"),
    rule("transaction_locked", codes="6450 6480 6540"),
    rule(
        "transaction_locked",
        text=r"deposited transaction cannot|has been (deposited|reconciled|settled)",
    ),
)

BROKEN = (
    # A program passes on with a status of its own what QuickBooks checked.
    rule(
        "validation",
        status=broken,
        text=r"\bbusiness validation error\b",
        where=lambda evidence: not evidence.is_intuits,
        not_text=r"business validation error\W*$",
    ),
    rule("server_error", codes="10000 6002 150"),
    rule("server_error", status=lambda status: status > ANY_ERROR or status == REQUEST_TIMEOUT),
    rule("server_error", status=broken, where=lambda evidence: evidence.is_intuits),
    rule(
        "server_error",
        text=(
            r"internal ?server ?error|bad ?gateway|service ?unavailable|gateway ?time-?out",
            r"upstream (connect|request|server)|healthy upstream",
            r"system failure|application error has occurred",
            r"be (right )?back (soon|shortly|later)|\bbe right back\b",
            # Not what a shop sells: "Annual maintenance has no price".
            r"\b((down|offline|unavailable|closed) for|in|under|undergoing|during|performing) "
            r"((the|some|our|a|scheduled|planned|routine|system|urgent|emergency|nightly|regular) )*maintenance\b"
            r"(?! (plan|agreement|contract|fee|item|service|visit|call|package|invoice|job|work order)s?\b)",
            r"\b(scheduled|planned|system|server|site|routine|emergency) maintenance (is |has |window|mode|in |until"
            r"|from|work\b)"
            r"|\bmaintenance (mode|window|page|break|is (in progress|under ?way))\b",
            r"^\W*((site|system|server|website|quickbooks|qbo|intuit|online|is|under|down|for|in|scheduled|planned) )*"
            r"maintenance\W*$",
            r"\b(servers?|services?|systems?|api|quickbooks|qbo|intuit|online) (is|are) (currently |temporarily )*"
            r"(down|offline)\b",
        ),
    ),
)

MISDIRECTED = (
    rule("server_error", status=broken),
    rule(
        "request_refused",
        status=lambda status: status in (301, 302, 303, 307, 308, 404, 405, 406, 411, 413, 414, 415),
    ),
)
"""After the sentences: many programs give 404 for a customer that they did not find there, and 500 for any error."""

NO_REASON = (
    r"bad request|response has an error|status code|^<|unexpected response|unknown error",
    r"erreur inconnue|error desconocido|errore sconosciuto|unbekannter? fehler",
    r"erro desconhecido|onbekende fout|不明なエラー",
    r"errors? (has |have )?occurred|went wrong|internal_error|request failed|\breturned an error\b",
)
"""Whether the words only repeat that something failed."""


CUT_OFF = re.compile(r"^\s*[\[{]|\":")


def in_whole_json(evidence: Evidence) -> bool:
    """Whether the words stood in a document of JSON that was not cut off; what was cut off tells nothing."""
    return "json" in evidence.content_type and not evidence.is_a_part and CUT_OFF.search(evidence.entry.message) is None


def tells_an_error_in_json(evidence: Evidence) -> bool:
    return in_whole_json(evidence) and bool(evidence.text)


def of_a_validation_code(evidence: Evidence) -> bool:
    """Intuit: 500-599 unsupported, 600-1999 general, 2000-4999 validation, 5000-9999 specific."""
    return evidence.code.isdecimal() and 500 <= int(evidence.code[:6]) < 10_000


NAMED = (
    rule("validation", codes="4002"),
    rule("validation", where=of_a_validation_code),
    rule("validation", where=lambda evidence: evidence.entry.fault_type.lower().startswith("validation")),
    rule("validation", text=r"validation (error|fault|exception|failed|failure)|validationfault"),
    rule("network", where=lambda evidence: evidence.http_status is None and not evidence.content_type),
    rule("network", where=lambda evidence: evidence.http_status is None and not evidence.text),
    rule("field_refused", text=r"\bis missing in the request|string length|supplied (value|length)"),
    rule("unknown", where=lambda evidence: not evidence.is_a_part and tells_no_reason(evidence.text)),
    # How a program says in English that it refuses something.
    rule(
        "validation",
        text=(
            r"\b(must|needs? to|cannot|can't|can not|required|at least|out of bounds|outside the)\b",
            r"\b(missing|invalid|incorrect|wrong|malformed|unsupported|conform|mis-?match(es)?|syntax)\b",
            r"\b(select|choose|enter|specify|fill out|exceeds?|greater than|less than)\b",
            r"\bno \w+ (was |were )?(provided|supplied|specified|given)\b",
            r"\btoo (long|short|large|small|many)\b|\bnot (valid|allowed|supported|permitted)\b",
            r"\bduplicate \w+|\bunknown (field|property|parameter|attribute|column|key)\b|\bnothing to \w+"
            r"|^\W*no (\w+ )?lines?\W*$|\bresult set (is )?(too )?(big|large)\b",
            r"\b(character|length|size|level) limit\b|\b(is|are) (off|negative|zero|empty|blank|disabled)\W*$",
            r"\balready (been )?(invoiced|billed|voided|synced|sent)\b",
            r"\blimit (was |is |has been )?(crossed|exceeded|reached|surpassed)\b",
        ),
    ),
    rule(
        "validation",
        text=r"\w+\W+\w+\W+\w+\W+\w+|[\u3040-\u30ff\u4e00-\u9fff]{6}",  # a sentence; Japanese has no blanks
        not_text=NO_REASON,
        status=lambda status: status in (0, 400, 409, 422),
        where=lambda evidence: not evidence.is_a_part,
    ),
    # A program that tells in JSON what is wrong, with the status of a success; a page with that status tells nothing.
    rule(
        "validation",
        text=r"\w+\W+\w+\W+\w+\W+\w+",
        not_text=NO_REASON,
        status=lambda status: status == 200,
        where=in_whole_json,
    ),
    rule("unknown", status=lambda status: status == 200, where=tells_an_error_in_json),
    rule("answer_unreadable", status=lambda status: 200 <= status < 300),
)
