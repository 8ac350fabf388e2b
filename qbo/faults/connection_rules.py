"""Rules for what lies between us and the books: limits, tokens, access, the subscription, the network.

Sources: Intuit's OAuth pages and error codes, its SDKs' messages, and answers that developers have published.
"""

from qbo.faults.rule import broken, no_answer, rule

THROTTLED = (
    rule("rate_limited", codes="3001"),
    rule(
        "rate_limited",
        text=(
            r"throttle ?(limits? )?exceeded|\bthrottl(ed|ing)\b",
            r"request limit|api (call )?limit|rate (limit|exceeded)",
            r"too ?many ?(requests|concurrent)",
        ),
    ),
    rule("rate_limited", status=lambda status: status == 429),
)

GRANTS = (
    rule("app_refused", codes="invalid_client unauthorized_client"),
    rule("app_refused", text=r"\binvalid_client\b|\bunauthorized_client\b"),
    rule("access_refused_by_user", codes="access_denied"),
    rule("access_refused_by_user", codes="invalid_grant", operations="authorization_code"),
    rule("token_expired", codes="invalid_grant invalid_token token_expired"),
    rule("token_expired", text=r"\binvalid[_ ]grant\b|\binvalid_token\b"),
    # What the Ruby client calls every 401; Intuit's own "Authorization Failure" means rights.
    rule("token_expired", text=r"quickbooks::authorizationfailure"),
    rule("token_expired", text=r"re-?authenticate|re-?authorize|authorize again|please re-?connect"),
    rule("request_refused", codes="invalid_request unsupported_grant_type invalid_scope invalid_redirect_uri"),
    rule("request_refused", text=r"\bunsupported_grant_type\b|\binvalid_scope\b|redirect_?uri"),
)

SUBSCRIPTION = (
    # Routing inside Intuit, under the code of a lapsed subscription; passes by itself.
    rule("server_error", text=r"no destination found for (the )?given partition key"),
    rule("subscription_inactive", codes="6190 7001"),
    rule(
        "subscription_inactive",
        text=(
            r"subscription (period )?(has|is|was) (been )?"
            r"(ended|lapsed|expired|cancell?ed|inactive|suspended|terminated)",
            r"subscription for company has lapsed",
            r"trial or subscription period",
            r"(trial|subscription) (has )?(ended|expired|lapsed)",
            r"invalid company status",
        ),
    ),
)

UNREACHED = (
    rule("server_error", text=r"gateway time-?out"),
    rule(
        "network",
        where=lambda evidence: not evidence.code and no_answer(evidence.status),
        text=(
            r"timed[ -]?out|time-?out\b|(read|connect|connection|open)timeout|timeout(error|exception)",
            r"could(n't| not) (resolve|connect)|cannot connect to|resolv(e|ing) (host|timed)",
            r"name resolution",
            r"unknown ?host|no such host|name could not be resolved|name or service not known",
            r"getaddrinfo|eai_again|enotfound|econn(reset|refused|aborted)|etimedout|epipe",
            r"e(host|net)unreach",
            r"socket hang ?up|broken pipe|unexpected eof|\beof occurred|incompleteread|chunkedencoding",
            r"connection(error|reset)",
            r"connection (was |has been )?(reset|refused|aborted|closed|broken|error)",
            r"connection was (forcibly )?closed|forcibly closed|remote ?(end closed|disconnected)",
            r"failed to (connect|open tcp)|unable to connect to (the )?remote|connection attempt failed",
            r"max retries exceeded|network (is unreachable|error)|no route to host|connectexception",
            r"sockettimeout|fetch failed|curl error|certificate verify failed",
            r"(ssl|tls)[^.]{0,30}(error|handshake|failed|alert|certificate|connect|routines)",
        ),
    ),
    rule("network", text=r"(response|status) code\W{0,3}0\b"),
    rule("network", where=lambda evidence: evidence.http_status == 0),
)

ACCESS = (
    # With a 5xx these codes come from a gateway that failed, not from a check of rights.
    rule("server_error", codes="100 110 120 130 140 3100 3200", status=broken),
    rule("server_error", codes="150"),
    rule("wrong_environment", codes="130"),
    rule("wrong_environment", text=r"wrong ?cluster|accessed the wrong server"),
    rule("company_locked", codes="140"),
    rule("company_locked", text=r"company (is )?locked"),
    rule("app_already_connected", text=r"app already purchased"),
    rule("app_refused", text=r"oauth2/v1/tokens", status=lambda status: status == 401),
    rule("token_expired", codes="3200 3202 100 110 270"),
    rule(
        "permission_denied",
        text=(
            r"authorization ?fail(ed|ure)",
            r"permission denied",
            r"(do not|don't) have (the )?(access|permission)",
            r"insufficient (scope|permission|privilege)",
            r"(need to|must|should) be an? (\w+ )?admin|not an? (\w+ )?admin",
        ),
    ),
    rule(
        "token_expired",
        text=(
            r"authenticat(ion|e)[ -]?(failed|failure|exception|fault|error)|authenticating oauth",
            r"invalidtoken|malformed bearer token|oauth_problem",
            r"(connection|authori[sz]ation|access) (has |is |was )?(been )?(expired|revoked|disconnected)",
            r"(could not|failed to|unable to|cannot) refresh",
            r"token ?(is |has |was )?(been )?(expired|revoked|rejected|invalid)",
            r"(expired|revoked|invalid) (access |refresh |bearer |oauth )?token",
            r"refresh token (failed|is missing)|refresh oauth ?2 access token",
        ),
    ),
    rule("token_expired", operations="token refresh refresh_token", text=r"status code 400"),
    rule("permission_denied", codes="120 3100 5020"),
    rule("token_expired", status=lambda status: status == 401),
    rule("token_expired", where=lambda evidence: evidence.entry.fault_type.upper().startswith("AUTHENTICATION")),
    rule("permission_denied", text=r"not authorized to|access (is |was )?denied|\bforbidden\b"),
    rule("token_expired", text=r"\bunauthori[sz]ed\b|requires authorization"),
    rule("permission_denied", status=lambda status: status == 403),
    rule("edition_lacks_feature", codes="5030"),
    rule(
        "edition_lacks_feature",
        text=r"feature (is )?not (supported|available|included)|upgrade your (plan|subscription)",
    ),
)
