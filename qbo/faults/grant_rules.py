"""Rules for connecting: the app's own credentials, and the code that Intuit gives while somebody connects."""

from qbo.faults.evidence import Evidence
from qbo.faults.rule import rule


def is_another_programs(evidence: Evidence) -> bool:
    """Whether the words need not be QuickBooks' own, whose checks have passwords and codes of payments too."""
    return not evidence.is_intuits and evidence.request_entity != "payment"


GRANTS = (
    # The token service refuses every token of a person who is no longer a user of the company.
    rule("permission_denied", text=r"\buser_not_in_realm\b|\buser is not (an? )?(member of|in) the specified realm\b"),
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
            r"\b(invalid|missing|wrong|bad) ((quickbooks|qbo|intuit) )?(oauth state|csrf (state|token))\b"
            r"|\binvalid (quickbooks|qbo|intuit|oauth) callback\b|\binvalid state (parameter|token)\b",
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
