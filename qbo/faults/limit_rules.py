"""Rules for what limits us and for what stands before QuickBooks: throttling, and gateways whose server is down."""

import re

from qbo.faults.evidence import GATEWAY_STATUSES, Evidence
from qbo.faults.rule import broken, rule

THROTTLED = (
    rule("rate_limited", codes="3001"),
    rule(
        "rate_limited",
        text=(
            r"throttle ?(limits? )?(exceeded|reached)|\bslow down\b|\brequest rate (is )?too high|\bthrottl(ed|ing)\b",
            r"\b(quickbooks|qbo|intuit)( online)? (is )?(temporarily |currently )?limit(ing|s|ed) ((the |our |your )?"
            r"(requests|calls)\b|how (fast|often)\b)",
            r"\blimits? (how many|the (number|amount) of) (\w+ )?(requests|calls)\b",
            r"\b(requests|calls)\b[^.;]{0,30}\btoo (quickly|fast|often|frequently)\b",
            r"request limit|(api|call) (call |usage |rate )?(limit|quota)|number of (\w+ )?(requests|api calls)\b"
            r"|rate (limit|exceeded)",
            r"\bfewer (requests|calls)\b|\b(request|api call|api) (cap|ceiling|allowance)\b"
            r"|^\W*(quickbooks|qbo|intuit|api) throttle\W*$",
            r"\bquota (has been |was |is )?(exceeded|reached|used up|exhausted)",
            r"\blimit of \d[\d,.]* ((api|http|concurrent) (requests|calls)\b"
            r"|(requests|calls) (per|an?|every|each) (second|minute|hour|day)\b)",
            r"too ?many ?(requests|concurrent|(api )?calls)|\bspike ?arrest|\btoo many times\b|\brate[ _-]limit",
            # A shop's own calls and requests are something else: only those of an interface have a limit in time.
            r"\b(maximum|max\.?|allowed|exceeded the) number of (api |http |concurrent )?(requests|calls)\b",
            r"\b(reached|exceeded|hit|used up) (your|the|its|our) (\w+ ){0,4}(api|http) (requests?|calls?)\b",
            r"\b(requests?|api calls?) per (second|minute|hour|day|month)\b[^.;]{0,40}\b(reached|exceeded)",
        ),
    ),
    rule("rate_limited", headline=True, text=r"(^\W*|message\W+)limit exceeded\W*$"),
    rule("rate_limited", status=lambda status: status == 429),
)

OF_ACCESS = re.compile(r"\b(tokens?|unauthori[sz]ed|forbidden|authentication|access denied)\b|\boauth")


def names_a_broken_server(evidence: Evidence) -> bool:
    """Whether the words tell a gateway's status, or that what gives access failed with a server's error.

    As a code, a gateway's status stands before what the gateway passes on, so only words about access give way to it:
    the check did not take place. A code of 500 is what many programs give for every error; there the words decide.
    """
    status = evidence.status_in_words
    if evidence.is_intuits:
        return False
    if status in GATEWAY_STATUSES:
        return True
    failed = broken(status) or evidence.status_as_code in GATEWAY_STATUSES
    return failed and OF_ACCESS.search(evidence.text) is not None


GATEWAYS = (
    rule("server_error", codes="server_error temporarily_unavailable"),
    rule("server_error", where=names_a_broken_server),
)
