"""Rules for who may do what: tokens, rights, the company that a connection is for, and the plan."""

from qbo.faults.rule import broken, rule

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
        text=r"feature (is )?not (supported|available|included)|upgrade your (plan|subscription)"
        r"|\bnot (available|included|supported) (in|on|with|for|by) (your|this|the) ((current|quickbooks|qbo) )?"
        r"(plan|subscription|edition)\b",
    ),
)
