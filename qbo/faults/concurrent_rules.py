"""Rules for records that somebody else has changed or deleted, and for requests that came twice."""

from qbo.faults.rule import rule

OF_A_RECORD = (
    r"(?:(?:invoice|payment|customer|client|item|product|vendor|supplier|bill|estimate|receipt|account|transaction"
    r"|record"
    r"|object|entity|entry|row|document|copy|data)(?:'s)?)"
)

OURS_IS_OLD = (
    r"(?:not match|stale|outdated|out of date|out of sync|(?:not|no longer) (?:the )?(?:latest|current|newest"
    r"|most recent)"
    r"|newer|has changed|mis-?match\w*|behind)"
)
"""Says of the version that was read that QuickBooks has a later one."""

EDITED = r"(?:edited|editing|changed|changing|modified|modifying|updated|updating|saved changes to)"

CONCURRENT = (
    rule("stale_object", codes="5010"),
    rule(
        "stale_object",
        where=lambda evidence: not evidence.is_intuits,
        text=(
            # Not of a program's or an interface's version.
            rf"\b((sync|version) ?token|version of (the|this|that|your) {OF_A_RECORD}|{OF_A_RECORD} version|etag"
            rf"|edit ?sequence"
            rf"|the version (that )?you"
            rf" (sent|have|are (editing|updating)))\b[^.;,]{{0,20}}\b{OURS_IS_OLD}\b",
            rf"^\W*(error\W+)?(version (mis-?match|conflict)|{OURS_IS_OLD} (version|{OF_A_RECORD}))\W*$",
            r"\b(newer|more recent|later) sync ?token\b",
            rf"\b(your|our|this|the|that|an?) ({OF_A_RECORD} |\w+ )?(copy|{OF_A_RECORD}) (of (this|the|that"
            rf"|your) {OF_A_RECORD} )?"
            r"(is|was) (now )?(stale(?![ -]dated)|outdated|out of date|older than)\b",
            rf"\b(newer|more recent|later|latest) (version|copy|changes?)( of (this|the|that|your) {OF_A_RECORD})?"
            r"( exists?\b| (is |was |are )?(found |made |available )?in (quickbooks|qbo))",
            rf"\b(has|have|holds) a (newer|more recent|later) (version|copy) (of (this|the|that|your) {OF_A_RECORD}"
            r"|than\b)",
            rf"\b(outdated|stale|old) (copy|version) of (this|the|that|your|an?) {OF_A_RECORD}",
            r"\b(an?|the) (outdated|stale) (copy|record|object|entity)\b",
            rf"\bnot the (latest|current|newest) version of (this|the|that|your) {OF_A_RECORD}",
            rf"\b(another|a different|other|two) (users?|persons?|people|sessions?|transactions?|process(es)?|programs?"
            rf"|app\w*)( (has|have|is|are|had))?( (just|already))? {EDITED} (this|the|that|it|your)\b",
            rf"\b{OF_A_RECORD} (has been |was |has )?{EDITED} (by (another|a different)|in the (meantime|meanwhile))",
            rf"\b{OF_A_RECORD} (has been |was |has )?{EDITED} (elsewhere|outside( of)? (the|this|our|your) app\w*)\b",
            rf"\b{OF_A_RECORD} (was |has )?changed (under|underneath|beneath) (us|you)\b",
            rf"\bsome ?(one|body) else has (saved|{EDITED}) (this|the|that|it)\b",
            # Not after something that happened in our app, such as its approval.
            rf"\b(({OF_A_RECORD}|it|this) (has been |was |has )?|(quickbooks|qbo|intuit|some ?(one"
            rf"|body)( else)?) (has )?){EDITED}"
            rf"( (this|the|that|your) {OF_A_RECORD})?( by [\w ]{{1,24}})?( in (quickbooks|qbo)( online)?)? (after"
            rf"|since) (we|you|(your"
            rf"|our|the) copy"
            r"|it was (last )?(read|loaded|fetched|pulled|pushed|sent|synced|exported|opened))\b",
            rf"\b{OF_A_RECORD} (is|was) out of sync\b[^;]{{0,60}}\b(re-?)?(fetch|load|read|fresh)\b"
            rf"|\brejected as stale\b",
            r"\b(update|edit|write|version|concurrency|concurrent) conflict\b|\bconcurrency ?(error|exception|failure)",
            r"\betag\b[^.;]{0,20}\b(mis-?match|not match)|\bprecondition failed\b[^.]{0,20}\bversion\b",
        ),
    ),
    rule(
        "stale_object",
        text=(
            r"stale ?object|working on this at the same time|finished before you did",
            r"\bchanged( in (quickbooks|qbo))?( online)? while\b[^.;]{0,40}\b(updated|edited|changed|saved|sent)\b",
            r"\b(some ?(one|body) else|another (user|person)) (has |have |had )?(already |just )?"
            r"(edited|changed|modified|updated)\b",
            r"(edited|changed|modified|updated)( in (quickbooks|qbo)( online)?)?"
            r" (by (another (user|person|process|program|application)|some ?(one|body) else)|(in \w+( \w+)? )?since)",
            r"\b(invalid|stale|outdated|old|wrong) sync ?token|\b(version|edit) conflict\b|\bconcurrent (modification"
            r"|update)",
            r"\bconcurrencyexception|\boptimistic ?lock|\bversion\b[^.;]{0,40}\b(outdated|out of date|old)\b",
            r"\b(changed|modified|edited|updated) in (quickbooks|qbo) (meanwhile|in the meantime|since (then|we|you"
            r"|it|the last))\b",
            r"^\W*((it|this|that) )?(has |was )?(been )?(changed|modified|edited|updated) in (quickbooks|qbo)\b",
            r"\b(copy|version|record|object|invoice|payment|customer|item|transaction)\b[^.;]{0,30} is newer\b"
            r"|\bnewer (version|copy) of (this|that|the|your) (invoice|payment|customer|item|record|transaction"
            r"|bill)\b",
            r"\bsome ?(one|body) (has )?(edited|changed|modified|updated) (this|the|that|it)\b[^.;]{0,30}"
            r"\bin (quickbooks|qbo)\b",
            r"\b(outdated|old(er)?) version of (this|the)\b|^\W*outdated version\W*$",
            r"\b(invoice|payment|customer|item|record|object|transaction) (changed|modified|edited|updated) in"
            r" (quickbooks|qbo)( online)? (during|while|since|meanwhile|in the meantime)\b",
            r"\b(invoice|payment|customer|item|record|object|transaction) (has |was )(been )?"
            r"(changed|modified|edited|updated) in (quickbooks"
            r"|qbo)",
            r"\bsync ?token\b[^.]{0,40}(mismatch|conflict|stale|outdated|out of date|does(n't| not) match|invalid"
            r"|old(er)?\b)",
        ),
    ),
    rule("record_deleted_there", text=r"another user has deleted this"),
    rule("company_reset", codes="10200"),
    rule("company_reset", text=r"\bcompany (was |is |has been )?reset\b"),
    rule("duplicate_request", codes="600"),
)
