"""Rules for everything between us and the books: limits, tokens, access, the subscription, the network.

Sources: Intuit's OAuth pages and error codes, its SDKs' messages, and answers that developers have published.
"""

import re

from qbo.faults import transport_words
from qbo.faults.evidence import GATEWAY_STATUSES, Evidence
from qbo.faults.expressions import is_in
from qbo.faults.rule import broken, no_answer, rule

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


def is_another_programs(evidence: Evidence) -> bool:
    """Whether the words need not be QuickBooks' own, whose checks have passwords and codes of payments too."""
    return not evidence.is_intuits and evidence.request_entity != "payment"


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

GRANTS = (
    rule("app_refused", codes="invalid_client unauthorized_client"),
    rule("app_refused", text=r"\binvalid_client\b|\bunauthorized_client\b"),
    # The older way of connecting, of which some programs still quote answers.
    rule("app_refused", text=r"\binvalid app token\b|\boauth_problem\W{1,3}(signature|consumer)_"),
    rule(
        "app_refused",
        where=is_another_programs,
        text=(
            r"\b(incorrect|invalid|wrong|unknown|missing|no) ((quickbooks|qbo|intuit|app) )?client (id|secret"
            r"|credentials?)\b"
            r"|^\W*invalid client\W*$",
            r"\bintuit (has )?(disabled|suspended|blocked|rejected|deactivated) (our|the|this|your) app\b",
            r"((\b|_)client[ _](id|secret)|\b(app|client|api)(?:'s)? (credentials|keys?))\b[^.;]{0,30}"
            r"\b((is |are |was |were )?(not (set|configured|provided|valid)|missing|wrong|incorrect|invalid|rotated"
            r"|expired"
            r"|regenerated)|unset"
            r"|undefined)\b",
            r"\bnot (recogni[sz]e|accept|know) (the |our |your |this )?(app|client)( id)?\b",
            r"\b(sign|log) ?in with intuit is not (configured|set ?up|enabled)\b",
            r"\bcredentials\b[^;]{0,60}(\b|_)client[ _](id|secret)\b",
            r"\b(rejected|refused|declined) (the |our |your |this )?(app|client)('s)? (credentials|id|secret)\b",
            r"\bclient authentication failed",
            # Intuit has taken the app itself out of use; what is called an application error is something else.
            r"\b(this|the|that|your|our) (\w+ )?app(lication)? (is |was |has been |may |might |does |must )?"
            r"(not (in|have) production\b|no longer (\w+ ){0,2}(available|approved|allowed|supported|meets)"
            r"|not (yet )?(approved|published|available)|suspended|blocked|unpublished|deactivated)\b",
        ),
    ),
    rule("access_refused_by_user", codes="access_denied"),
    rule("access_refused_by_user", text=r"\baccess_denied\b"),
    rule("access_refused_by_user", codes="invalid_grant", operations="authorization_code"),
    # The code that Intuit gives for minutes while somebody connects, not the token that it is exchanged for.
    rule(
        "access_refused_by_user",
        where=is_another_programs,
        text=(
            r"\bauthori[sz]ation code\b[^.;]{0,30}\b(expired|invalid|used|not valid)\b",
            r"\b(expired|invalid|used|no|missing) authori[sz]ation code\b",
            r"\b(authori[sz]ation|consent|sign-?in|log-?in|oauth flow|(quickbooks|qbo|intuit) connection)"
            r" (is |was |has been )?cancell?ed\b",
            r"\bconnect(ion|ing) (to|with) (your |the )?(quickbooks|qbo|intuit) (is |was |has been )?cancell?ed\b",
            r"\bnot (return|send|give|contain|include) (an? |the |any )?authori[sz]ation code\b",
            r"\b(user|owner|admin\w*|person|you|they) (pressed|clicked|hit|chose) cancel\b[^.;]{0,30}"
            r"\b(quickbooks|intuit|consent|authori[sz]ation)\b",
            r"\bnot (say|tell|return|send) (us )?(which|the|an?|any) (company|realm)\b",
            r"\b(connect|connection|authori[sz]ation|sign-?in) (attempt|request)\b[^.;]{0,30}\b(stale|tampered"
            r"|expired)\b",
            r"\b(connect|connection|authori[sz]ation|sign-?in) link (has |is )?expired\b",
            # Of the address to which Intuit sends somebody back; elsewhere a state is part of a postal address.
            r"\b(oauth|csrf|callback)\b[^.;]{0,60}\b(invalid|expired|missing|wrong)\b[^.;]{0,12} (state|code|realm)",
            r"\b(invalid|missing|wrong|bad) (oauth state|csrf (state|token))\b|\binvalid state (parameter|token)\b",
            r"\b(oauth|redirect|callback) state\b[^.;]{0,20}\b(failed|failure|invalid|wrong)\b"
            r"|\binvalid redirect state\b",
            r"\bstate (token|parameter) (has |is |was )?(expired|invalid|missing|wrong)\b",
            r"\b(missing|no) (code|realm ?id)\b[^.;]{0,30}\b(callback|redirect)\b",
            r"\b(oauth state|csrf (state|token))( parameter)? ((is|was|has|did) )?(invalid|mis-?match\w*|expired"
            r"|missing"
            r"|not match)|^\W*(error\W+)?(state|state parameter) (mis-?match|does not match)",
            r"\buser (has )?(declined|denied|refused|rejected|cancell?ed)\b(?! access\b)"
            r"|^\W*(error\W+)?you (cancell?ed|declined|denied|refused) (the |your )?((quickbooks|qbo|intuit) )?"
            r"(connection|authori[sz]ation|sign-?in|consent)\b",
            r"^\W*(error\W+)?consent (was )?(denied|declined|refused)\b",
            r"\b(quickbooks|qbo|intuit) ((authori[sz]ation|consent)( request)? (was |has been )?(denied|declined)"
            r"|(authori[sz]ation|consent|permission) (was |has been )?not granted)\b",
            r"\b(authori[sz]ation|consent|connection|access) (was |has been )?(denied|declined|refused|rejected"
            r"|cancell?ed) by (the |a )?user\b",
        ),
    ),
    rule("token_expired", codes="invalid_grant invalid_token token_expired"),
    rule("token_expired", text=r"\binvalid[_ ]grant\b|\binvalid_token\b|\btoken (has |is |was )?timed out"),
    # The Ruby client's name for every 401; Intuit's own "Authorization Failure" means missing rights.
    rule("token_expired", text=r"quickbooks::authorizationfailure"),
    rule("token_expired", text=r"re-?authenticate|re-?authorize|authorize again|please re-?connect"),
    rule("request_refused", codes="invalid_request unsupported_grant_type invalid_scope invalid_redirect_uri"),
    rule("request_refused", text=r"\bunsupported_grant_type\b|\binvalid_scope\b|redirect_?uri"),
    # The page on which somebody connects; "try again later" is said to that person.
    rule(
        "access_refused_by_user",
        where=is_another_programs,
        text=r"\bsorry, but [^.;]{1,80}\b(didn't|did not) connect\b",
    ),
)

SUBSCRIPTION = (
    # A routing error inside Intuit, with the code of an expired subscription; it goes away automatically.
    rule("server_error", text=r"no destination found for (the )?given partition key"),
    rule("subscription_inactive", codes="6190 7001"),
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

ACCESS_THING = (
    r"((?<!unexpected )\btokens?|\b(quickbooks|qbo|intuit)( online)? (connection|access|session|log-?in|integration)"
    r"|\bconnection (to|with) (your |the )?(quickbooks|qbo|intuit)( online)?|\bauthori[sz]ation|\bauthentication"
    r"|\bcredentials?|\bsession|\b(log|sign)-?in( (to|with) (quickbooks|qbo|intuit)( online)?)?|\bconsent"
    r"|\baccess to (your |the )?(quickbooks|qbo|intuit)( online)?)"
)
LAPSED = (
    r"((is|are|was|were|has|have|been|now|already) )*(expired|revoked|lapsed|rejected|invalid|not valid"
    r"|no longer valid|ran out|run out)\b"
    r"|\b(needs?|has|have|must|should|requires?)( to)?( be)? re-?(new|authori[sz]|connect|authenticat|link|fresh)"
)
"""What gives access, and that somebody has to renew it; one that is only lost for a moment is the network's."""

DISCONNECTED = (
    r"(quickbooks|qbo|intuit)( online)?( account| company| connection| integration)? "
    r"((is |was |has been )?(disconnected|not connected)|(is|was)n't connected)",
    r"\b((quickbooks|qbo|intuit)( online)? connection"
    r"|connection (to|with) (your |the )?(quickbooks|qbo|intuit)( online)?)"
    r" (is |was |has become )(now |currently )?(inactive|not active|no longer (active|valid)|not valid)",
    r"\b(quickbooks|qbo|intuit)( online)? (connection|integration|link) (is|was|has been) (now )?(removed|deleted"
    r"|severed)\b",
    r"(disconnected from|not connected to|no (active )?connection to) (an?y? |the |your )?(quickbooks|qbo|intuit)",
    r"(?<!try )(?<!trying )\bto re-?connect\b|\b(must|should|please) re-?connect\b",
    r"\bneeds? to be re-?(connected|authori[sz]ed|authenticated|linked)",
    r"\b(signed|logged) out\b|\b(please|must|need to|have to|needs to|has to) (authori[sz]e|connect) (the|this"
    r"|our) app\b",
    r"\b(user|company|person|owner|admin\w*|bookkeeper|accountant|you|they) (has |have )?(disconnected"
    r"|unlinked) (the |our |this |your )?"
    r"(app|application|quickbooks|qbo|intuit)\b",
    r"(^\W*|\b(please|must|should|(needs?|have|has) to) )(authori[sz]e|authenticate|connect|link) (to |with )?"
    r"(your |the )?(quickbooks|qbo|intuit)( online)? again\b",
    r"\b(needs?|must) (to )?(be )?connected (again|once more)\b"
    r"|\bneeds? (an? )?(fresh|new|renewed|valid) (authori[sz]ation|consent|sign-?in|log-?in|grant)\b",
    r"\b(needs?|asks?|wants?|requires) (you|someone|somebody|an? \w+|the \w+) to (re-?)?(connect|sign in|log in"
    r"|authori[sz]e)\b",
    r"\b(please|must|need to|have to|needs to|has to) (sign in|log in|connect|authori[sz]e) again\b",
    r"(^|[.!;:] )(please )?(connect|sign in|log in|authori[sz]e) again\b"
    r"|\bwe (no longer have|do not have|have lost|lost) access\b",
    r"\btry re-?connecting\b|\bre-?link(ing)? (is )?(needed|required)|\b(must|should|needs? to|please) re-?link\b",
    rf"{ACCESS_THING}( has timed out and)? ({LAPSED})",
    r"\bconnection (status )?is (now )?(inactive|not active)\b",
    r"(sign|log) ?(back )?in (to (quickbooks|qbo|intuit)|again|once more)"
    r"|\b(please|must|should|have to|need to) (link|connect) (it|them|(your |the )?(company|account)) (again"
    r"|once more)\b"
    r"|^\W*(expired|invalid|bad) bearer\W*$|\bneeds? re-?auth|^\W*(not_connected )?not connected\b"
    r"|re-?auth\w*[ _](is )?(required|needed)"
    r"|\bre-?connect(ion)? (is )?(required|needed)|re-?connect (to |your |the |quickbooks|qbo)",
)

PROGRAM = r"(quickbooks|qbo|intuit)"
NEVER_CONNECTED = (
    # Of a record in the company it says nothing of the company.
    rf"(?<!\bin )(?<!\bin your )(?<!\bin the )(?<!\bin our )"
    rf"\b{PROGRAM}( (account|company|connection|integration|organi[sz]ation|service|api|client|sync))? (is |was |has )?"
    r"(not|never)"
    r"( yet| been| fully| properly)* (connected|linked|configured|set ?up|authori[sz]ed|authenticated)\b"
    # Not what of theirs is not set up, nor a record that is not linked to one of theirs.
    r"(?! (to|for|with) ((this|the|that|an?|any|sales|use|collect|your) )*"
    r"(accounts?|items?|products?|services?|customers?|tax|vat|gst|lines?|currenc|multi|class|location|discount))",
    rf"\bno (active |valid )?{PROGRAM} (company|organi[sz]ation|connection|integration|credentials?|tokens?|realm)\b",
    rf"\bno {PROGRAM} account (is |was |has been )?connected\b",
    rf"\b(not|never) (yet )?(linked|connected|mapped) (to|with) (an?|any|the|your) {PROGRAM} (company|organi[sz]ation"
    rf"|realm)\b",
    rf"\b(failed|failure|error|unable|could not|problem)( to| while| in| with)? (complet(e|ing)|perform(ing)?"
    rf"|finish(ing)?|in)?"
    rf" ?(the )?({PROGRAM} )?token exchange\b",
    rf"\b{PROGRAM}( online)? connection (is |was )?(not found|missing)\b",
    r"(?<!card )(?<!payment )(?<!client )\b(credentials|realm ?id|tokens?) (is |are |was |were )?"
    r"(missing|not (found|stored|set|configured))\b",
    rf"\b(missing|no) ({PROGRAM} )?(credentials|realm( ?id)?)\b|\bno tokens? (found|stored|saved|available|on file)\b",
    rf"(^\W*|[.!;:] |\bplease |\bmust |\bneed to )(first )?connect (to )?(your |the |an? )?({PROGRAM}|company)\b"
    r"(?![^.]{0,20}\b(fail|error|time|refus))"
    r"(?! (item|product|service|customer|client|vendor|supplier|tax|class|location|employee))",
    rf"\b{PROGRAM}( \w+)? (requires|needs) re-?(auth|connect)",
    rf"\b(failed to|could(n't| not)|unable to) (complete|finish) (the |your )?{PROGRAM}( online)? "
    r"(authori[sz]ation|authentication|connection|sign-?in|log-?in|set-?up)\b",
)
"""Says that nobody has connected QuickBooks, or that what a connection consists of was not kept."""

WRONG_CREDENTIALS = (
    r"\b(incorrect|invalid|wrong|bad|outdated) (\w+ ){0,2}"
    r"(credentials?|passwords?|log-?ins?|user ?names?)\b"
)

UNREACHED = (
    rule("server_error", text=r"gateway ?time-?out|upstream (connect error|request time-?out|server is timing out)"),
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
            r"system failure error|\btoken (has |is |was )?timed out|\badmin(istrator)?\b|\bpermissions?\b",
            r"\bcredentials?\b",
            transport_words.CHECKED,
        ),
    ),
    rule("network", text=r"(response|status) code\W{0,3}0\b|^\W*(\w+\W+)?http 599\b"),
    rule("network", where=lambda evidence: evidence.http_status == 0),
)

CONNECTED = r"(purchased|connected|installed|subscribed to)"
ANOTHER = (
    r"(some ?(one|body) else|(another|a different|other) (\w+ ){0,2}"
    r"(workspace|organi[sz]ation|account|user|person|admin\w*|team|tenant|business|company|entity|log-?in))\b"
)
SOMEBODY_ELSE = (
    r"(some ?(body|one) else|(another|a different|other) ((quickbooks|intuit|company|admin|primary) ){0,2}"
    r"(user|admin|administrator|person|login|account|organi[sz]ation|workspace))"
)

MISSING_THERE = r"\b(not exist|not found|no longer exists?) in (quickbooks|qbo)\b"
"""Was said by a program that could look there: its status is its own, and says nothing of access."""

ACCESS = (
    # With a 5xx these codes come from a failing gateway, not from a check of rights.
    rule("server_error", codes="100 110 120 130 140 3100 3200", status=broken),
    rule("server_error", codes="150"),
    rule("wrong_environment", codes="130"),
    rule("wrong_environment", text=r"wrong ?cluster|accessed the wrong server"),
    rule(
        "wrong_environment",
        text=(
            r"company[^.]{0,60} (does not|doesn't) match the (\w+ )?(one|company)",
            r"\b(company|realm) ?id (mismatch|does(n't| not) match|is invalid)",
            r"\b(linked|connected) to an?(other| different) (quickbooks |qbo )?(company|realm)\b|\brealm mismatch",
            r"\bconnected company does(n't| not) match",
            r"\binvalid realm|\bwrong (realm|company)\b|\brealm ?(id )?(has |was )?(been )?changed\b",
            r"\b(connected|chose|selected|authori[sz]ed) (a different|another|the wrong) (quickbooks |qbo )?"
            r"(company|realm)\b",
            r"(\bnot|n't) (recogni[sz]e|know|find) (the|this|your) (\w+ )?realm\b|\bunknown realm\b",
        ),
    ),
    rule(
        "wrong_environment",
        text=(
            r"\b(sandbox|development|production)\W{1,3}(sandbox|development|production) (mis-?match|conflict)",
            r"\b(sandbox|development|production) (keys?|credentials|company) (is |are )?(required|needed)\b",
            r"\b(environment|sandbox) mis-?match|\bwrong (intuit |quickbooks )?environment\b",
            r"\b(sandbox|development) (\w+ )?(company|token|account|credentials|keys?)\b[^.;]{0,40}"
            r"\b(with|using|against|on|for|in) (the |your |a )?production\b",
            r"\b(sandbox|development|test|production) (compan(y|ies)|accounts?|tokens?|keys?)\b[^.;]{0,20}"
            r"\b((cannot|can't|must not|may not|can only|may only) be (used|connected)|only (work|connect)"
            r"|(is|are) not (supported|allowed))\b",
            r"\b(realm|company) ?id\b[^.;]{0,20}\bnot (belong to|match|the one)\b",
            r"\b(realm|company)\b[^.;]{0,20}\bnot belong to (this|the|that|your) (token|log-?in|connection)\b",
            r"\bproduction (\w+ )?(company|token|account|credentials|keys?)\b[^.;]{0,40}"
            r"\b(with|using|against|on|for|in) (the |your |a )?(sandbox|development)\b",
        ),
    ),
    rule("company_locked", codes="140"),
    rule(
        "company_locked", text=r"company (is )?locked", not_text=r"\blocked by another (process|request|session|sync)\b"
    ),
    rule(
        "app_already_connected",
        text=(
            r"apps?[ _](is |was )?already[ _](purchased|connected|installed)|switch admin",
            rf"already (been )?{CONNECTED}[^.]{{0,60}}\b{SOMEBODY_ELSE}|{SOMEBODY_ELSE}[^.]{{0,60}}already {CONNECTED}",
            rf"{SOMEBODY_ELSE}[^.]{{0,40}}\bhas (already )?{CONNECTED}|\b{CONNECTED} by {SOMEBODY_ELSE}",
            rf"\balready (been )?{CONNECTED} by\b",
            r"\b(company|realm|(quickbooks|qbo|intuit) account)\b[^.;]{0,40}\balready (been )?(linked|connected"
            r"|bound)\b",
            rf"\b(company|quickbooks|qbo|intuit|realm)\b[^.;]{{0,40}}\balready (been )?(linked|connected) to {ANOTHER}",
        ),
    ),
    rule("app_refused", text=r"oauth2/v1/tokens", status=lambda status: status == 401),
    rule("token_expired", codes="3200 3202 100 110 270"),
    # An automation's words for a 401; QuickBooks' own "Authorization Failure" means missing rights.
    rule(
        "token_expired",
        text=r"\bcheck (the |your )(\w+ )?credentials",
        not_text=r"\bforbidden\b",
        status=lambda status: status in (0, 401),
    ),
    rule(
        "permission_denied",
        text=(
            r"authorization ?fail(ed|ure)",
            r"\bpermissions? (is |are |was |were )?(denied|declined|refused|missing|insufficient|required)",
            r"\baccess( to [^.;]{1,40})? (was |is |has )?not (been )?(granted|given)\b",
            r"\b(do|does)( not|n't) have (the |an? )?(\w+ )?(access|permissions?|rights|privileges)\b",
            r"\blost (their |its |the |all |his |her |our )?access to (the|this|that|your) (\w+ )?company\b",
            r"\b(company access|access to (the|this|that|your) company)\b[^.;]{0,20}\b(removed|revoked|lost|ended)\b",
            r"\badministrator (for|to (get|give|grant|have|request)) (\w+ )?(access|permissions?|rights)\b",
            r"\b(this |the |your |our )?app(lication)? (is |was )?not (allowed|permitted) to (access|use|open|read)\b",
            r"\b(this|the|your|our) app(lication)? (is |was |has )?not (yet )?(been )?authori[sz]ed\b"
            r"|^\W*(error\W+)?app(lication)? (is )?not authori[sz]ed\b",
            r"\bscopes? (is |was |were |has |have )?(been )?not (been )?(authori[sz]ed|granted)\b",
            r"lacks? (the )?(\w+ )?(scope|permission|rights?\b)|insufficient (scope|permission|privilege|access|right)",
            r"\b(user|you|person|log-?in)\b[^.;]{0,40}\b(not|no longer) (an? )?(\w+ )?(part|member) of\b",
            r"\b(user|person|log-?in)\b[^.;]{0,30}\bnot belong to (the|this|that|your) (\w+ )?company\b",
            r"\bnot (been )?granted (this |the |our |us )?(app\w* )?(access|permission)\b",
            r"\buser\b[^.;]{0,30}\bnot (allowed|permitted|entitled) to\b|\b(user|log-?in) cannot access\b",
            r"(does|do) not have (the )?(\w+ )?permission|\bmissing (the )?(\w+ )?scope\b|\brole does(n't| not) allow",
            r"\badmin(istrator)? (access |rights |role |permissions? )?(is |are )?(required|needed)\b",
            r"only (\w+ ){0,6}(admin(istrator)?|owner)s? (\w+ )?(can|may)|^\W*(error\W+)?admins? only\W*$"
            r"|required role|no longer has access|\b(has|have"
            r"|with)? ?no access to\b",
            r"\b(user|person|admin|employee)\b[^.;]{0,50}\b(was|is|has been) (removed|deleted) (from|in) (the|your"
            r"|this|quickbooks)",
            r"\bno longer an? (\w+ )?(user|member|admin\w*)\b",
            r"\buser (was|has been) (removed|deleted) from|(quickbooks|intuit|qbo) user (was|has been) removed",
            r"(need|require)s? (to have )?(\w+ ){0,3}admin(istrator)? (access|rights|permissions?|privileges)",
            r"(need to|must|should|has to|have to) be (an?|the) ([\w']+ ){0,3}admin"
            r"|(\bnot|n't) (\w+ as )?an? (\w+ )?admin",
        ),
    ),
    rule(
        "token_expired",
        text=(
            r"authenticat(ion|e)[ -]?(oauth ?)?(failed|failure|exception|fault|error|issue|problem)",
            r"authenticating oauth",
            r"\b(could(n't| not)|can(not|'t)|unable to|failed to) set (an? |the )?(\w+ ){0,3}token\b"
            r"|\btoken (could|can)(n't| ?not) be (set|refreshed|renewed)\b",
            r"\bauthentication (with|to|against|for) [\w ]{1,30} (has )?failed|ensure you are authenticated",
            r"(missing|no|without)( an?| the| its)? (valid )?(access |refresh |bearer |oauth )?token\b",
            r"\btoken (is )?missing",
            r"(obtain|gett?|retriev|retrieve|acquir|acquire)(ing)? (an? |the )?(new )?((quickbooks|qbo|intuit) )?"
            r"(access |refresh )?token\b",
            r"invalidtoken|malformed bearer token|oauth_problem",
            r"(connection|authori[sz]ation|authentication|\bauth|access|credentials?|log-?ins?|(api |qbo? "
            r"|quickbooks )keys?) "
            r"(has |have |are |is |was |hasn't |has not )?(been )?"
            r"(expired|revoked|withdrawn|disconnected)|\b(your|our|the) books (are|were) disconnected\b",
            r"(could not|failed to|unable to|cannot) (refresh|authenticate\b)",
            r"(?<!unexpected )token[ _]?(is |has |was )?(been )?(expired|revoked|rejected|invalid)",
            r"\btoken\b[^.;]{0,40} (is|has|was) (been )?(expired|revoked|rejected)\b",
            r"(expired|revoked|invalid|bad|rejected) (access |refresh |bearer |oauth )?token",
            r"\bauthentication (is )?required|\brevoked (the |your |its )?(access|authori[sz]ation|connection"
            r"|consent)\b",
            r"\b(quickbooks|qbo|intuit)( online)? authori[sz]ation (is )?(required|needed)\b",
            r"\b(error|fail\w*|unable|problem)( while| in| to)* refresh(ing)? (the |an? |your )?(\w+ ){0,2}tokens?\b",
            r"\brefreshing (the |an? |your )?(\w+ ){0,2}token (has )?failed",
            r"^\W*(error\W+)?refresh (has )?failed\W*$|refresh token (failed|is missing)|\btoken (refresh"
            r"|exchange) (has )?failed|refresh oauth ?2 access token",
            r"(rejected|refused|declined|not accept(ed)?) (the |your |our |this )?((stored|saved|app) )?(session"
            r"|(access |refresh "
            r"|bearer )?token|authori[sz]ation"
            r"|sign-?in)\b",
            r"\b(token|credentials|authori[sz]ation|consent)\b[^.;]{0,60}\b(not|no longer|isn't|aren't) (\w+ )?valid\b",
            r"\bsession (has |is )?(expired|timed out|ended)|(sign-?in|log-?in) (is )?required|not authenticated",
        ),
    ),
    rule("token_expired", operations="token refresh refresh_token", text=r"status code 400"),
    # The gateway's code for missing rights; with a 401 from its dispatcher it means the token.
    rule("token_expired", codes="3100", text=r"dispatcher ?error", status=lambda status: status == 401),
    rule("permission_denied", codes="120 3100 5020"),
    rule("token_expired", status=lambda status: status == 401, not_text=MISSING_THERE),
    rule("token_expired", where=lambda evidence: evidence.entry.fault_type.upper().startswith("AUTHENTICATION")),
    rule(
        "permission_denied",
        text=(
            r"not authorized (to|for)\b|access( to [^.;]{1,40})? (is |was |has been )?(denied|declined|refused)",
            r"denied access|\bforbidden\b",
        ),
    ),
    rule(
        "token_expired",
        text=r"\bunauthori[sz]ed\b(?! (discount|change|edit|amount|refund|charge"
        r"|expense|purchase)s?\b)|requires authorization|\bnot authori[sz]ed\b",
    ),
    rule("permission_denied", status=lambda status: status == 403, not_text=MISSING_THERE),
    rule("edition_lacks_feature", codes="5030"),
    rule(
        "edition_lacks_feature",
        text=r"feature (is )?not (supported|available|included)|upgrade your (plan|subscription)",
    ),
)
