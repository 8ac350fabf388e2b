"""The states in which programs say in English that things are, and the words around them; knows no rule."""

from qbo.faults.record_words import GONE

CHOSEN = (
    r"(?:mapped|linked|matched|paired|selected|chosen|set(?! ?up (?:properly|correctly)\b)(?: ?up)?"
    r"|configured|assigned|specified|provided|supplied"
    r"|defined"
    r"|determined|resolved|identified|picked)"
)
FOUND = r"(?:found|located|recogni[sz]ed|matched)"
SENT = r"(?:synced|synchroni[sz]ed|exported|imported|pushed|sent|created|added|posted|uploaded|transferred)"
NOT = r"(?<!could )(?<!must )(?:not|never|no longer)(?: yet| been| currently| be| fully| properly)*"
MUST = r"(?:must|needs? to|has to|have to|should)(?: first)? be"
PLEASE = r"(?:^|please |must |needs? to |have to |has to |first,? |should |to |and |or |then )"

ACT = (
    r"(?:access|see|view|read|create|edit|change|add|modify|delete|void|connect|sync|write|manage|use|do|approve|open)"
)
"""What somebody may do in QuickBooks."""

ASKED = r"(?:^|please |must |needs? to |have to |has to |first,? |should )"
SEND_FIRST = (
    rf"{ASKED}(?:sync|synchroni[sz]e|export|push|create|add|import|send|set up)"
    r"(?=.*\b(?:first\b|before (?:you|it|we|its|sync|export|push|send|creat|invoic)))"
    rf"|{ASKED}(?:sync|synchroni[sz]e|export|push|send)(?=.*\bbefore (?:the|this|that|any)\b)"
)

BEHIND: dict[str, str] = {
    "gone": rf"{GONE}|{MUST} active|(?:is|are|was) gone|(?<!be )(?:is|was|been|were) voided"
    rf"|(?<!be )(?<!made )(?:inactive|deactivated|deleted|archived)(?= in\b|\W*$)"
    r"|voided(?= in (?:quickbooks|qbo)\b)",
    "absent": (
        rf"{NOT} {FOUND}|(?:cannot|could not) be {FOUND}|not exist|no longer exists?|(?:not"
        rf"|no longer) (?:yet )?in(?! use)"
        r"|(?:lookup|search|query)? ?(?:returned|gave|found) (?:nothing|no (?:results?|match\w*))"
        r"|(?:must|has to|have to|needs? to) (?:first )?exist|not (?:available(?= in\b)|present)|ha(?:s"
        r"|ve) no (?:counterpart|equivalent|match)|missing(?=\W*$| (?:in"
        r"|from|on|at|for|here|there)\b)|unknown"
        r"|unrecogni[sz]ed"
    ),
    "unmapped": (
        rf"{NOT} {CHOSEN}|(?:cannot|could not) be {CHOSEN}|{MUST} {CHOSEN}|unmapped|unlinked|invalid|(?:not"
        rf"|no longer) (?:an? )?valid|required|unresolved|undetermined|unset|(?:is|are|was|were|cannot be|must not be"
        rf"|left) (?:blank|empty)"
    ),
    "unusable": (
        r"(?:cannot|can only|may only|may not|must not) be used|not (?:available|applicable|allowed|usable)"
        r"|not apply|only (?:available|applicable|valid) (?:for|to|on)"
    ),
    "unsent": rf"{NOT} (?:{SENT}|reached)|{MUST} {SENT}",
    "awaited": rf"{NOT} {SENT}(?=.* yet\b)|(?:not|never) (?:been )?yet (?:been )?{SENT}|is not {SENT}|{MUST} {SENT}",
    "taken": (
        r"(?:entered|used|recorded|taken) already|already (?:exists?|entered|uses?|used|taken|in use|belongs?)|(?:is"
        r"|are|was|been|being) (?:already )?(?:in use"
        r"|used(?! (?:in|on|for|with|as|to)\b)|taken|duplicated?)"
        r"|exists|(?:a|is|as) duplicate|not unique|(?:must|have to|has to|needs to) be unique"
        r"|not free|already (?:in|there)(?! progress)|collision|conflicts?|clash\w*|belongs to (?:an?|another)"
    ),
    "ambiguous": r"(?:multiple|several|more than one) match\w*|ambiguous|(?:is|are) not unique",
    "closed": r"(?<!be )(?<!and )(?:closed|locked|frozen)",
    "ended": (
        r"expired?|expires|lapsed|ended|over|cancell?ed|suspended|inactive|not active|no longer active|past due"
        r"|unpaid|terminated|overdue|deactivated|restricted|on hold|ran out"
    ),
    "lost": (
        r"removed|lost|severed|revoked|withdrawn|reused?|no longer (?:valid|good|accepted|works?|working|usable)"
        r"|stale|\d+ days"
        r" old|too old"
        r"|rejected|denied|refused|failed"
        r"|failure|broken|error|(?:could not|cannot) be (?:decrypted|read|verified|renewed|refreshed|used)"
        rf"|{MUST} (?:re-?\w+|renewed|restored|refreshed|repaired|(?:set up|made) again)|needs? (?:your "
        rf"|some )?(?:attention|renewal)"
        r"|invalid|missing|required|not (?:valid|found|set(?: up)?|configured|stored)"
    ),
    "lacking": (
        r"insufficient|limited|not enough|ha(?:s|ve) (?:limited|no)|not (?:have|included?|requested|sufficient|enough)"
    ),
    "wanted": r"required|needed|missing",
    "reduced": r"(?:was|were|been|have) (?:changed|revoked|removed|withdrawn|reduced|taken away)|changed",
    "refused": (
        rf"not (?:been )?(?:granted|authori[sz]ed|given|approved|allowed|let|permit)|(?:cannot|may not) {ACT}"
        rf"|not (?:able|allowed|permitted) to {ACT}|denied"
    ),
    "disconnected": rf"disconnected|deauthori[sz]ed|{NOT} (?:connected|linked|authori[sz]ed)",
    "different": r"different|wrong|mis-?match\w*|not match|not the (?:one|same)",
    "others": r"(?:belongs?|connected|linked) to (?:an?other|a different|someone|somebody)|used by (?:another|someone)",
    "unpaid": r"not (?:been )?paid(?: for| up)?|past due|unpaid",
    "off": rf"{NOT} (?:set ?up|enabled|turned on|active|activated|configured|(?:switched|turned) on)|disabled"
    rf"|(?:turned|switched) off|is off",
}
"""States that stand behind their thing, in the same clause."""

BEFORE: dict[str, str] = {
    "absent": (
        r"(?:could not|cannot|unable to|failed to) (?:match|map|link|assign) [^.;]{1,40}? (?:to|with)"
        r"|(?:could not|cannot|unable to|failed to) (?:find|locate|match|look up|resolve|determine|identify|map|link)"
        r"(?: or create)?"
        r"|(?:not|cannot) (?:know|sure|tell|clear) (?:which|what)|not (?:have|know) (?:this|that|the|an?|any)"
        r"|not match (?:an?|any)|no longer (?:has|have|knows?|lists?)|find (?:an? |any )?(?:match|mapping"
        r"|counterpart) for"
    ),
    "unmapped": (
        r"no(?! longer)|without|missing|lacks?|lacking|(?:needs?|requires?)(?: an?)?(?! the\b)|unmapped|unlinked"
        r"|unknown"
        r"|unrecogni[sz]ed"
        rf"|(?:{NOT}|{MUST}) (?:mapped|linked|matched|assigned) (?:to|with)"
    ),
    "ambiguous": (
        r"(?:multiple|several|more than one|two)(?= (?:\S+ ){1,4}(?:(?:were|was) )?(?:found|match\w*"
        r"|exist)\b(?! (?:the|this|that|your)"
        r" (?:same )?(?:name|number)\b))"
    ),
    "unchosen": (
        rf"{PLEASE}(?:(?:re-?)?map|link|match|attach|assign) [^.;]{{1,40}}? (?:to|with)(?= (?:an?|the|one|its|any)\b)"
        rf"|{PLEASE}(?:choose|select|pick|(?:re-?)?map|link|attach|assign|connect|specify|re-?activate|restore"
        rf"|configure"
        r"|set(?: up)?)"
        r"|(?:^|please )match"
    ),
    "gone": r"inactive|deleted|archived|deactivated",
    "unsent": SEND_FIRST,
    "doubted": rf"{PLEASE}(?:check|verify|review)",
    "unusable": r"cannot use|invalid|wrong|incorrect|refused|refuses|rejected|rejects|not accept",
    "replaced": r"(?:choose|select|pick|use|assign|map to) (?:another|a different|an)",
    "awaited": SEND_FIRST,
    "blocked": r"(?:could not|cannot|unable to|failed to) (?:create|sync|synchroni[sz]e|export|push|send|save|import"
    r"|add)",
    "taken": r"duplicated?|already (?:has|have|uses?|used|the)",
    "closed": r"closed|locked|frozen",
    "ended": r"renew|has suspended|has cancell?ed|has deactivated|expired|inactive|no active|no valid|no paid",
    "lost": r"no longer accepts?|not accept|removed|withdrew|withdrawn|lost|restore|renew|refresh|re-?establish"
    r"|no(?! longer)|invalid|expired|revoked|missing|stale",
    "disconnected": (
        rf"re-?connect(?:ing)?|re-?authori[sz]e|{NOT} connected(?: to| with)?|{NOT} (?:linked|authori[sz]ed)"
        rf"|{PLEASE}(?:connect|link)"
    ),
    "different": r"different|wrong|another|not the",
    "lacking": r"lost(?: their| its| the)?|no longer ha(?:s|ve)|not have|lacks?|insufficient|needs?|requires?"
    r"|without|missing|no(?! longer)"
    r"|(?:must|has to|have to|should) (?:be|have)|not|(?:connect|log in|sign in|logged in|signed in) (?:with|as)|only"
    r"|ask",
    "refused": r"not (?:been )?(?:granted|authori[sz]ed|given|approved|allowed)",
    "off": r"not got|(?:turn|switch) on|enable|activate|set up",
}
"""States that stand before their thing, with few words between."""

FRAME = (
    r"existing|saved|records?|entr(?:y|ies)|full|initial|nightly|manual|automatic(?:ally)?|an?|the|your|our|this|that"
    r"|its|it|is|was|were|be|been|has|have|had|did|do|does|there|some|something|one|more"
    r"|we|you|they|i|to|in|into|with|from|on|for|of|at|by|while|when|during|trying|tried|attempt(?:ing|ed)?"
    r"|sync(?:s|ed|ing|hroni[sz]\w*)?|export(?:s|ed|ing)?|import(?:s|ed|ing)?|push(?:es|ed|ing)?|creat(?:e|es|ed|ing"
    r"|ion)|sav(?:e|es|ed|ing)|send(?:s|ing)?|sent|post(?:s|ed|ing)?|updat(?:e|es|ed|ing)|upload(?:s|ed|ing)?|writ(?:e"
    r"|ing|ten)|transfer(?:s|red|ring)?|process(?:ed|ing)?|complet(?:e|ed|ing)|add(?:ed|ing)?|record(?:ed|ing)?"
    r"|load(?:s|ed|ing)?|fetch(?:es|ed|ing)?|quer(?:y|ies|ying)|void(?:s|ed|ing)?|chang(?:e|es|ed|ing)|tak(?:e|es|en|ing)|took|needs?|attention|ready"
    r"|manually|ids?"
    r"|fail(?:s|ed|ing|ure)?|errors?|problems?|issues?|unable|could|cannot|can|not|went|wrong|occurred|happened"
    r"|rejected|returned|refused|reported|declined|accept(?:ed)?|unknown|reasons?|quickbooks|online|qbo"
    r"|intuit|api|request"
    r"|response|return|results?|know|said|successfully|data|unsuccessful|please|contact|support|see|logs?|details?"
    r"|and|or|the following"
)
"""Words of a sentence that tells only that something failed, beside the names of records."""
