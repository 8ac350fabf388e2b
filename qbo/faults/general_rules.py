"""Rules for the rest: temporary problems, QuickBooks' checks without a code of their own, statuses.

Sources: texts under code 6000 and 10000 as developers have published them, and the meaning of HTTP statuses.
"""

import re

from qbo.faults.evidence import Evidence
from qbo.faults.rule import REQUEST_TIMEOUT, broken, rule
from qbo.faults.sentences import tells_no_reason
from qbo.faults.transport_words import CHECKED

ANY_ERROR = 500
"""The status that many programs give whatever went wrong."""


def not_refused(status: int) -> bool:
    """Neither a refusal nor a redirect: no status, a success, or a server error."""
    return not 300 <= status < 500


TROUBLES = (
    # A client that could not parse the answer, in the words of its parser.
    rule(
        "answer_unreadable",
        status=not_refused,
        where=lambda evidence: not evidence.is_intuits,
        text=(
            r"^\W*(error\W+)?invalid (json )?response\b|invalid json response",
            r"unexpected (token|character|end of (json|data|input))|\bnot valid json|looking for beginning of value",
            r"\bexpecting value: line \d|\bjson(decode|::parser|parse|syntax)(error|exception)",
            r"malformedjsonexception|text\.json\.jsonexception|\bjsonreaderexception",
            r"\b(fail\w* to|could not|cannot|unable to) (parse|decode|read) (the )?(\w+ ){0,2}(json|xml) (response"
            r"|answer|reply)\b",
            r"\b(response|answer|reply) (is|was|did|does) not (be |contain |return )?(valid )?json\b|\bnon-json\b",
            r"(reading|parsing|decoding) (the )?(json|xml)( (response|answer))?\b|unmarshal|\bxml (parse|syntax) error",
        ),
    ),
    # Ruby's parser puts the line of its own grammar before the words: "784: unexpected token at '<html>'".
    rule(
        "answer_unreadable",
        status=not_refused,
        where=lambda evidence: not evidence.entry.fault_type,
        text=r"^(\W|\d{3}:)*unexpected token( at\b|\W*$)",
    ),
    rule(
        "validation",
        text=(
            r"unsupportedoperationexception|bad arguments passed|could not find resource",
            r"(numberformat|illegalargument|classcast|jsonparse|unrecognizedproperty)exception",
        ),
    ),
    rule(
        "server_error",
        text=(
            r"(try(ing)?|retry(ing)?) ((it|this|that) )?again (later|shortly|soon|in (a|an|some|\d+)|after)"
            r"|\bkeep trying\b"
            r"|\btry later\b|\bcheck back (later|soon|shortly|in (a|an|some|\d+))\b",
            # Not what an electrician sells.
            r"\bcircuit ?breaker (is )?(now )?open( for (quickbooks|qbo|intuit))?\W*$|\bcircuitbreakeropen",
            r"\bdeadlock (found|detected|victim)|\bdeadlocked\b|\block wait timeout\b|\bdatabase (is |lock )(locked"
            r"|timeout)",
            r"\bretry (later|shortly|soon|in (a|an|some|\d+)|after (a|some|\d+))\b",
            # Not a job of the shop, which is still in progress until somebody finishes it.
            r"\b(sync|synchroni[sz]ation|push|export|import|request)\b[^.;]{0,40}"
            r"\bstill (in (flight|progress)|running)\b",
            r"\b(sync|synchroni[sz]ation|request|update|operation|job|export|import|run)\b[^.;]{0,40}"
            r"\balready (in progress|running|processing|under ?way)\b|\banother (sync|export|import"
            r"|job) is (in progress"
            r"|running)\b",
            r"\b(quickbooks|qbo|intuit|server|service|report)\b[^.;]{0,60}\bright now\W*$",
            r"wait (a|some|\d+)[^.]{0,20} (moment|minute|second|while)|\bplease wait (while|until)\b|\boverloaded\b",
            r"\bretr(y|ies) (exceeded|exhausted|exhaustion)",
            r"\bat (this|the) (time|moment)\W*$|(\bnot|n't) (available|possible) (right now|at (this|the) (time"
            r"|moment))",
            r"\b(quickbooks|qbo|intuit)( online)?( api| service)? (is )?(currently |temporarily )?unavailable\b",
            r"\b(quickbooks|qbo|intuit)( online)? (had|has|met|encountered|returned|reported) an? (internal|unexpected"
            r"|temporary|server) (error|problem)",
            r"\b(problem|error|issue|trouble) at (quickbooks|qbo|intuit)\b|\b(quickbooks|qbo|intuit) (had"
            r"|has) an? (error|problem) of its own"
            r"|(wrong|(not|n't) (quite )?right|error|problem|issue|trouble) (on|in|at) (our|their|its|intuit's"
            r"|quickbooks'?s?) (end|side)"
            r"|unexpected ((internal|critical|system"
            r"|server) )*error|\(-30\d{3}\)",
            r"one name at a time|at (exactly )?the same time|failed to acquire the lock"
            r"|\b(locked|used|held|(being )?(synced|sent|exported|pushed|updated))"
            r" by another (process|request|operation|session"
            r"|job|sync|worker)\b|\banother process is\b"
            r"|^\W*(error\W+)?lock (is |was )?(not|already) (acquired|held|taken)\b",
            r"temporarily (unavailable|not available|down|offline|out of service)|currently (unavailable|busy)"
            r"|\b(server|service|quickbooks|api|system) too busy\b"
            r"|\b(service|server|endpoint|api) (is )?unavailable|\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bhiccup",
            r"\bwill (automatically )?(be retried|be tried again|retry|try again)\b"
            r"|(?<!before )(?<!or )(?<!and )(?<!by )(?<!for )(?<!when )\bretrying\b"
            r"|\bretr[iy]able(response|error|exception)",
            r"\b(quickbooks|qbo|intuit|servers?|services?|api|system|queue) (is|are) ((too |very )?busy|restarting"
            r"|struggling"
            r"|overwhelmed)\b",
            r"\bwill be (sent to (quickbooks|qbo)|re-?sent|synced|exported|pushed) (again )?(later|soon|shortly"
            r"|automatically)\b",
            r"\b(quickbooks|qbo|intuit|servers?|services?|api|system) (is|are) having (\w+ )?"
            r"(problems|issues|trouble|difficulties)\b",
            r"\b(temporary|transient|intermittent) ((quickbooks|qbo|intuit|server|service|network) )?(error"
            r"|issue|problem|failure)|\boutage\b|\bservice (disruption|degradation)"
            r"|\bdegraded (service|performance)\b|\b(quickbooks|qbo|intuit|server|http) 5xx\b",
            r"experiencing (technical|some|an?|issues|problems|difficulties|high)\b",
        ),
    ),
    rule("server_error", text=r"timed[ -]out|time-?out\b", not_text=CHECKED),
)

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
