"""Rules for what passes by itself, and for clients that could not read an answer."""

from qbo.faults.evidence import Evidence
from qbo.faults.expressions import is_in
from qbo.faults.rule import rule
from qbo.faults.transport_words import CHECKED


def not_refused(status: int) -> bool:
    """Neither a refusal nor a redirect: no status, a success, or a server error."""
    return not 300 <= status < 500


NEVER_AGAIN = (
    r"\b(do not|don't|never) (retry|re-?send|send (it|this|that) again|try (it |this |that )?again)\b"
    r"(?! (before|until|for|within|earlier|now|yet|immediately|right away))"
)
PASSES = frozenset(("server_error", "network", "answer_unreadable"))


def forbids_a_retry(evidence: Evidence) -> bool:
    """Whether a program says not to send it again, whatever passes besides: QuickBooks may have it."""
    return not evidence.is_intuits and is_in(NEVER_AGAIN, evidence.text)


CORRECTED_FIRST = (
    r"\b(correct|fix|change|choose|select|enter|shorten|map|assign|add|remove) "
    r"(the|this|that|these|its|your|an?|it|them)\b"
)
"""Where somebody has to correct it first, what a program does by itself afterwards does not help."""

TROUBLES = (
    rule(
        "server_error",
        text=(
            r"\bwill (automatically )?(be retried|be tried again|retry|try again)\b",
            r"\bwill be (sent to (quickbooks|qbo)|re-?sent|synced|exported|pushed) (again )?(later|soon|shortly"
            r"|automatically)\b",
        ),
        not_text=CORRECTED_FIRST,
    ),
    # What QuickBooks has done already, or what somebody has to look at first.
    rule(
        "unknown",
        where=forbids_a_retry,
    ),
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
            r"(?<!before )(?<!or )(?<!and )(?<!by )(?<!for )(?<!when )\bretrying\b"
            r"|\bretr[iy]able(response|error|exception)",
            r"\b(quickbooks|qbo|intuit|servers?|services?|api|system|queue) (is|are) ((too |very )?busy|restarting"
            r"|struggling"
            r"|overwhelmed)\b",
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
