"""Rules for the subscription, for what never reached QuickBooks, and for a connection that somebody has to make.

Sources: Intuit's OAuth pages and error codes, its SDKs' messages, and answers that developers have published.
"""

from qbo.faults import transport_words
from qbo.faults.connection_words import DISCONNECTED, NEVER_CONNECTED, WRONG_CREDENTIALS
from qbo.faults.evidence import Evidence
from qbo.faults.expressions import is_in
from qbo.faults.grant_rules import is_another_programs
from qbo.faults.rule import no_answer, rule

SUBSCRIPTION = (
    # A routing error inside Intuit, with the code of an expired subscription; it goes away automatically.
    rule("server_error", text=r"no destination found for (the )?given partition key"),
    rule("subscription_inactive", codes="6190 7001"),
    # Whoever could not find out whether there is a subscription has not found that there is none.
    rule(
        "server_error",
        text=r"\b(check|query|lookup|look-up|request|verification|validation) (has )?failed\b[^.;]{0,30}"
        r"\b(http|status|error)( status| code| error)*[ :(]*5\d\d\b"
        r"|\b(could not|couldn't|cannot|can't|unable to|failed to) (check|verify|determine|look up|read|fetch|get)"
        r" (the |your |this )?(\w+ )?(subscription|(plan|billing) (status|state))\b",
    ),
    rule(
        "subscription_inactive",
        text=(
            r"subscription (period )?(has|is|was) (been )?"
            r"(ended|lapsed|expired|cancell?ed|inactive|suspended|terminated)",
            r"subscription (appears|seems) to (be|have been) (ended|expired|cancell?ed|inactive|suspended|restricted)",
            r"subscription for company has lapsed",
            r"trial or subscription period",
            r"\b(company|quickbooks|qbo)\b[^.;]{0,30}\bread[- ]only (mode|state|access)",
            r"\bcompany is (now )?read[- ]only\b",
            r"\b(quickbooks|qbo|intuit)( \w+)? (is |was )?(past due|overdue|unpaid)\b",
            r"\brenew (the|your) (\w+ )?(plan|subscription)|\bre-?subscribe\b",
            r"(trial|subscription|plan)( period)? (has |is )?(ended|expired|lapsed|over|past due|overdue|unpaid)\b",
            r"\bno (active|valid|current|paid) (\w+ )?(subscription|plan)\b",
            r"\b(company|(your|quickbooks|qbo|intuit|online) account) (is |was )?no longer (active|subscribed)",
            r"invalid company status|\bcompany (file )?(is |has |was |been )*(inactive|not active|suspended|expired"
            r"|deactivated)\b",
            r"(billing|payment) (problem|issue)|(problem|issue) with (your|the) (\w+ )?(subscription|billing)",
            r"\bsubscription (is|was|has been)(n't| not| no longer) (currently )?(active|current|valid|paid)"
            r"|\bbilling lapsed",
            r"subscription (was |is |has been )?(cancell?ed|inactive|suspended|ended|required)",
            r"(quickbooks|qbo|intuit)( online)? (account|company)( file)? (is |was |has been )?(suspended|cancell?ed"
            r"|closed)",
        ),
    ),
)


def distrusts_a_certificate(evidence: Evidence) -> bool:
    """Whether an entry that is not QuickBooks' own says that a certificate was not accepted."""
    if evidence.is_intuits:
        return False
    numbered = evidence.code in transport_words.CURL_CERTIFICATE_CODES and no_answer(evidence.status)
    return numbered or is_in(transport_words.CERTIFICATE, evidence.raised)


def never_left_the_client(evidence: Evidence) -> bool:
    """Whether an entry that is not QuickBooks' own has the words or error numbers of a network stack."""
    if evidence.is_intuits:
        return False
    numbered = evidence.code in transport_words.WINSOCK_CODES or (
        evidence.code in transport_words.CURL_CODES and no_answer(evidence.status)
    )
    return numbered or is_in(transport_words.SURE, evidence.raised)


# A status with its phrase is an answer, whatever class of error a client makes of it.
ANSWERED = r"system failure error|upstream connect error|\b4\d\d (bad request|unauthorized|forbidden|not found)\b"

# Before every code, because a client's exceptions have codes of their own.
RAISED = (
    rule("certificate_not_trusted", where=distrusts_a_certificate, not_text=ANSWERED),
    rule("network", where=never_left_the_client, not_text=ANSWERED),
)


UNREACHED = (
    rule(
        "server_error",
        text=r"gateway ?time-?out|upstream (connect error|request time-?out|server is timing out)",
        not_text=transport_words.IS_GONE,
    ),
    # There was an answer, or there will be one soon.
    rule(
        "server_error",
        text=r"\b(not|n't) (answer|respond)\w* (properly|correctly|as expected|right now|at (this|the) (time"
        r"|moment))\b",
        where=lambda evidence: not evidence.is_intuits,
    ),
    # Before the network: "could not connect because of wrong credentials" was an answer.
    rule("token_expired", text=WRONG_CREDENTIALS, not_text=r"\bclos(ed|ing)\b", where=is_another_programs),
    # A connection that somebody has to renew; one that is only lost for a moment comes below.
    rule("token_expired", text=DISCONNECTED, not_text=r"permission denied"),
    rule("token_expired", text=NEVER_CONNECTED, where=lambda evidence: not evidence.is_intuits),
    rule(
        "network",
        where=lambda evidence: not evidence.is_intuits and no_answer(evidence.status),
        text=transport_words.PLAIN,
        not_text=(
            r"system failure error|\bunsupported operation\b|\btoken (has |is |was )?timed out|\badmin(istrator)?\b"
            r"|\bpermissions?\b",
            r"\bcredentials?\b",
            transport_words.CHECKED,
            transport_words.IS_GONE,
        ),
    ),
    rule("network", text=r"(response|status) code\W{0,3}0\b|^\W*(\w+\W+)?http 599\b"),
    rule("network", where=lambda evidence: evidence.http_status == 0),
)
