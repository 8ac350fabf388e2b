"""How programs say in English that somebody has to connect QuickBooks, again or for the first time; knows no rule."""

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
    r"\brenew (the |your )?((quickbooks|qbo|intuit) )?connection\b",
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
    rf"\b{PROGRAM} (rejected|refused|declined) the (code|token) exchange\b",
    rf"\b{PROGRAM}( online)? connection (is |was )?(not found|missing)\b",
    r"(?<!card )(?<!payment )(?<!client )\b(credentials|realm ?id|tokens?) (is |are |was |were )?"
    r"(missing|not (found|stored|set|configured))\b",
    rf"\b(missing|no) ({PROGRAM} )?(credentials|realm( ?id)?)\b|\bno tokens? (found|stored|saved|available|on file)\b",
    rf"(^\W*|[.!;:] |\bplease |\bmust |\bneed to )(first )?connect (to )?(your |the |an? )?({PROGRAM}|company)\b"
    r"(?![^.]{0,20}\b(fail|error|time|refus))"
    r"(?! (item|product|service|customer|client|vendor|supplier|tax|class|location|employee))",
    rf"\b{PROGRAM}( \w+)? (requires|needs) re-?(auth|connect)",
    rf"\b{PROGRAM} (could not|cannot|was unable to) (complete|finish) the (connection|sign-?in|authori[sz]ation)\b",
    rf"\b(failed to|could(n't| not)|unable to) (complete|finish) (the |your )?{PROGRAM}( online)? "
    r"(authori[sz]ation|authentication|connection|sign-?in|log-?in|set-?up)\b",
)
"""Says that nobody has connected QuickBooks, or that what a connection consists of was not kept."""

WRONG_CREDENTIALS = (
    r"\b(incorrect|invalid|wrong|bad|outdated) (\w+ ){0,2}"
    r"(credentials?|passwords?|log-?ins?|user ?names?)\b"
)
