"""The things that programs name in English; knows no rule.

Where several kinds of things begin at one place, the first in the table counts, so that a field of a record
("customer email", "account's type") is never the record itself.
"""

from qbo.faults.record_words import PART

PROGRAM = r"(?:quickbooks(?: online)?|qbo|intuit)"

DOCUMENT = (
    r"(?:invoices?|bills?|estimates?|quotes?|(?:sales |refund )?receipts?|deposits?|(?:bill )?payments?|purchases?"
    r"|(?:purchase |sales |work )?orders?|credit ?(?:memo|note)s?|vendor credits?|journal ?entr(?:y|ies)|transfers?"
    r"|transactions?|expenses?|refunds?|time ?(?:sheet|activit)\w*)"
)

RECORD = (
    r"(?:vendors?|suppliers?|payees?|class(?:es)?|locations?|departments?|(?:payment )?terms?|employees?"
    r"|payment ?(?:methods?|types?)|tax agenc(?:y|ies)|projects?|jobs?)"
)

OWNER = (
    rf"(?:customer|client|contact|vendor|supplier|employee|item|product|service|account|company|{DOCUMENT}|line|job"
    r"|project|billing|shipping|mailing|display|primary|due|posting|unit|sales|user|tax|bank|routing|card)"
)

FIELD = (
    r"(?:e-?mails?(?: address(?:es)?)?|address(?:es)?(?: line)?s?|phones?|cit(?:y|ies)|zip(?: code)?|postal codes?"
    r"|descriptions?|memos?|messages?|notes?|quantit(?:y|ies)|qty|amounts?|totals?|balances?|prices?|costs?|rates?"
    r"|dates?|currenc(?:y|ies)|types?|status(?:es)?|titles?|websites?|formats?|lengths?|fields?|values?|files?"
    r"|attachments?|passwords?|keys?|settings?|templates?|details?|limits?|lists?|reports?|statements?|histor(?:y|ies)"
    r"|countr(?:y|ies)|discounts?(?! items?)|percentages?|signatures?|groups?|portals?|managers?|owners?|tags?"
    r"|hours?|columns?"
    r"|features?|tracking|levels?|counts?)"
)

THINGS: dict[str, str] = {
    "tax_code": (
        r"(?:(?:zero|standard|reduced|exempt|taxable|default|shipping|sales)[ -](?:rated? )?)*"
        r"(?:tax|vat|gst|hst|pst|qst)[ _-]?(?:codes?|rates?|categor(?:y|ies)|groups?|items?|agency rates?|types?"
        rf"|class(?:es)?|jurisdictions?|mappings?)(?: mappings?)?{PART}"
        r"|(?:exempt|(?:non-?)?taxable) codes?|(?:txn)?tax(?:code|rate) ?refs?|(?:zero|standard"
        r"|reduced)[ -]rated? codes?"
    ),
    "scope": r"(?:oauth |accounting |required |requested )*scopes?(?! of (?:work|the|this|our))",
    "role": r"(?:user )?roles?",
    "user": rf"(?:{PROGRAM}(?:'s)? |connected |current |authori[sz]ing )*users?{PART}",
    "permission": (
        r"(?:admin(?:istrator)? |user |access |the )*(?:rights|permissions?|privileges)(?! slips?)"
        r"|(?:company |primary |master )?admin(?:istrator)?s?(?: access| log-?in| user| account| role)?"
    ),
    "numbered": rf"{DOCUMENT} #? ?\d[\w-]*",
    "number": (
        rf"(?:{DOCUMENT}|document|doc|reference|ref|check|cheque)s? ?(?:numbers?|num|no\.|#)|docnum(?:ber)?s?"
        r"|(?:this|that|same) number|numbers? #?\d[\w-]*|(?:reference|ref|check|cheque) #?\d[\w-]*"
    ),
    "record": rf"{RECORD}(?: mappings?)?{PART}(?! tracking)",
    "field": (
        rf"(?!company file\b)(?:{OWNER}(?:(?:'s|s')(?: \w+)?)? ){{0,2}}(?:{FIELD}|(?:phone|account|card|routing|tax"
        rf"|id|fax|serial)"
        r" (?:numbers?|id))|multi-?currency"
    ),
    "name": rf"(?:{OWNER}(?:'s)? )?(?:(?:full|company|display) )?names?|displayname|(?:someone|somebody"
    rf"|one) (?:called|named)",
    "period": (
        r"(?:accounting |fiscal |financial |reporting |posting )?(?:periods?|books|quarter|month)"
        r"|(?:fiscal|accounting|financial) years?|(?:january|february|march|april|june|july|august|september|october"
        r"|november|december|may(?= (?:is|was|has)))(?: \d{4})?"
    ),
    "subscription": rf"subscriptions?|(?:your|the|{PROGRAM}|company) plan|(?:free )?trials?",
    "account_there": rf"{PROGRAM}(?:'s)? accounts?",
    "login": rf"your account{PART}",
    "access": (
        r"(?:realm|company) ?ids?|app authori[sz]ation|(?:access |refresh |bearer |oauth2? )*tokens?|connections?"
        rf"|connected accounts?|jwts?|(?:oauth|{PROGRAM}) grants?"
        r"|authentication"
        r"|credentials?"
        rf"|sessions?|integrations?|(?:sign|log)-?ins?|oauth2?|auth|{PROGRAM} (?:access|link|authori[sz]ation)"
        rf"|our access|(?:access|authori[sz]ation) (?:to|with|for|from) (?:\w+ )?{PROGRAM}(?: company)?"
        rf"|link between [^.;]{{1,30}} {PROGRAM}"
    ),
    "account": (
        r"charts? of accounts(?: mappings?)?|(?:depositto|income|expense|asset|bank)accountrefs?|(?:gl |bank |income "
        r"|expense |default |deposit |clearing )*accounts?"
        rf"(?: mappings?)?{PART}(?! (?:from|to|in) which\b)|(?:expense |income |spending )?categor(?:y"
        rf"|ies)(?: mappings?)?|(?:gl|ledger|account) codes?"
    ),
    "customer": (
        rf"(?:bill-to(?: (?:party|customer|contact))?|homeowners?|(?:sub-?)?customers?|clients?(?! (?:id|secret"
        rf"|credential|key|app)s?\b)|contacts?(?! (?:support|us|our"
        rf"|your|the|an?|intuit|quickbooks|help)\b))(?: mappings?)?{PART}"
    ),
    "line": r"(?:invoice )?line ?items?|lines?",
    "item": rf"(?:bundles?|parts?(?= [\w-]*\d)|products? ?/ ?services?|items?|products?|services?"
    rf"|skus?)(?: mappings?)?{PART}",
    "company": r"compan(?:y|ies)(?: file)?|realms?(?: id)?",
    "document": rf"{DOCUMENT}{PART}",
    "entry": r"(?:records?|objects?|entit(?:y|ies)|elements?|attachment target)",
    "tax": r"(?:(?:automated )?(?:sales )?tax(?:es)?|vat|gst|hst)(?! (?:exempt|id\b|form|return|reason|certificat"
    r"|region))",
    "program": rf"{PROGRAM}(?: payments| payroll)?",
}
"""Each kind of thing, the longer words for what could be another one first."""
