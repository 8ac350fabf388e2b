"""Rules for what QuickBooks says about the records themselves: dates, numbers, names, fields, amounts.

Sources: Intuit's reference of error codes, its page on common errors, and answers that developers published.
"""

from qbo.faults.rule import broken, rule

KIND = (
    r"(invoice|document|doc|bill|check|cheque|reference|ref|transaction|estimate|quote|(credit|debit) (memo|note)"
    r"|receipt|order)"
)
NOT_OF_A_DOCUMENT = "".join(
    f"(?<!{owner} )" for owner in ("phone", "account", "fax", "mobile", "card", "tax", "serial", "routing", "id")
)
NUMBER = (
    rf"({KIND} ?(numbers?|num|no(?! longer)|#)|ref ?#|(journal|je) ?(numbers?|no\b)|docnum\w*|doc_no|invoice_number"
    rf"|invoice id"
    rf"|{NOT_OF_A_DOCUMENT}\bnumbers?\b)"
)
TAKEN = (
    r"(already|((is|was|are|been) )?(being )?(in use|taken)|(is|was|are|been) (being )?used(?! (to|as)\b)"
    r"|(is )?an? duplicate|not unique|must be unique"
    r"|(was|has been) (already |previously )?(used|entered|recorded) (before|previously)|(was|been) previously used"
    r"|already (entered|recorded)"
    r"|(cannot|must not|may not) be (re-?used|repeated|used (twice|again))"
    r"|(is |was |been )?assigned to (another|an existing|a different|an other))\b"
)
NONE_EXISTS = r"\bno (\w+ ){1,6}exists?\b|\bno longer exists?\b"
INSTEAD = r"\b(use|specify|choose|enter|pick|select|give) an?(other|( \w+)? (different|unique|new))"
PERIOD = r"(period|month|quarter|(fiscal|financial|accounting|book) ?year)"

SEVERAL = r"(more than one|multiple|several)"
ALREADY_ONE = r"\balready (has |have )?(an?|another|one) (\w+ ){0,2}"
NAME_SUPPLIED = r"names? (supplied|given|entered|provided) already exists?\b"

CLOSED_BOOKS = (
    rule("duplicate_doc_number", text=r"duplicate (document number|doc ?num)"),
    # The words come first: closed books are also reported as 5010 and 6000.
    rule(
        "closed_period",
        text=(
            rf"\b{PERIOD}( that| which)?( has| is| was|'s)?( been| already| now)* (closed|locked|frozen)\b",
            rf"closed ((accounting|financial|fiscal|reporting|posting) )?({PERIOD}|books|year)",
            r"\b(accounting|books) (is |are |has been |have been )?(already |now )?frozen",
            r"\bno open (accounting |fiscal |financial |posting )?(period|year)|period (is )?not open",
            r"(not (with)?in|outside)( of)? (the |an |your )?((date )?range of )?(the |your )?(open |current )*"
            r"(accounting|fiscal|financial|posting) (period|year)",
            r"books (are |have been |were )?(closed|locked)",
            r"locked (accounting )?(period|books)|\bdate (is |was |has been )?(locked|closed (by|in))\b"
            r"|\bperiod lock\b",
            r"\block(ing)? date\b|\bclos(ing|ed?) date\b|close the books|\bbooks (cannot|can't|can not) be (updated"
            r"|changed)",
        ),
    ),
    rule("closed_period", codes="6200 6210"),
)


# Codes whose meaning does not depend on the text. They come first, because their texts quote names that people chose.
DECIDED = (
    # Intuit's own page lists a used number with the code of closed books; others have seen it with that of a used name.
    rule("duplicate_doc_number", codes="6140 6210 6240", text=r"duplicate (document number|doc ?num)"),
    rule("duplicate_name", codes="6140 6210", text=rf"duplicate (\w+ )?name exists|{NAME_SUPPLIED}"),
    rule("duplicate_doc_number", codes="6140"),
    rule("duplicate_name", codes="6240"),
    rule("field_refused", codes="2020", about=r"linedetail( |$)"),
    rule("customer_not_found", codes="2020 6560", about=r"customer ?ref"),
    rule("item_not_found", codes="2020", about=r"item ?ref\b"),
    rule("number_too_long", codes="2050", about=r"doc_?num"),
    rule("bad_email", codes="2210"),
    # Intuit's code 500 is an unsupported operation; with a 5xx, or from another program, it only repeats the status.
    rule(
        "request_refused",
        codes="400 500 501",
        status=lambda status: not broken(status),
        where=lambda evidence: evidence.is_intuits,
    ),
    rule("request_refused", codes="1040 2000 2010 2130 2310 4000 4001 5000 10100"),
    rule(
        "field_refused",
        codes="2020 2030 2040 2050 2060 2070 2080 2090 2100 2110 2140 2150 2160 2170 2180 2190 2200 2220 2230"
        " 2240 2250 2600 3000",
    ),
)

DUPLICATES = (
    rule(
        "duplicate_doc_number",
        not_text=NONE_EXISTS,
        text=(
            r"docnumber=\S+ is assigned to",
            rf"\banother {KIND}\b[^.;]{{0,40}}\b(uses|has) (the |this |that )?(same )?number\b",
            rf"\b{NUMBER}((?:[^.;]|\.(?= ?[\w-]*\d)){{0,60}}?\b{TAKEN}| exists\b)|\b{KIND} number conflict",
            rf"\b(duplicate|repeated) ({KIND} ?)?(numbers?|no|ref)\b|\b{KIND} number (is |was )?repeated\b"
            rf"|\b{NUMBER} (collision|clash)|{INSTEAD} ({KIND} )?number\b",
            r"\b(another|already|an?) (?!account|customer|client|vendor|supplier|employee)(\w+ ){1,4}(this|that"
            r"|the same)"
            r" number\b",
            r"\b(invoice|bill|document|transaction)\b((?!\bname\b)[^.,;:]){0,30}\balready exists\b",
            rf"\b({SEVERAL}|two|another|existing) (invoices?|bills?|transactions?|documents?|estimates?|receipts?)\b"
            r"[^.;]{0,40}\b(same |the |that )(doc ?number|number)\b",
            rf"\b{SEVERAL} (invoices?|bills?|transactions?|documents?)\b[^.;]{{0,40}}\b(doc ?)?number\b",
            rf"\b(has|have|with|uses) the same number as another {KIND}\b",
            rf"{ALREADY_ONE}(invoice|bill|transaction|document)\b[^.;]{{0,40}}\b(number(ed)?|num|no)\b",
            r"duplicate (invoice|bill|transaction|document)\b|\b(invoice|document) (is a )?duplicate\b",
        ),
    ),
    rule(
        "duplicate_name",
        not_text=NONE_EXISTS,
        text=(
            r"duplicate (\w+ )?name|\bname (is |has )?(a )?duplicated?\b",
            NAME_SUPPLIED,
            # What has the name may stand between: "the name 'Travel' of the list element is already in use".
            rf"(\bnames?|\bdisplayname)\b([^;]{{1,80}}?\b{TAKEN}| exists\b)|{INSTEAD} (\w+ )?name\b|\bname conflict",
            r"\bis already an? (\w+ )?(customer|client|vendor|supplier|item|product|service|account) (named|called)\b",
            r"\b(customer|client|vendor|supplier|employee|item|product|service|account) is already (named|called)\b",
            r"\banother ((quickbooks|qbo) )?(customer|client|contact|vendor|supplier|employee|item|product|service"
            r"|account"
            r"|record)"
            r"( in (quickbooks|qbo)( online)?)? (uses|has|with)\b[^.;]{0,20}\bname\b",
            r"\b(uses?|shares?|has|have) (this|that|the) same (display )?name\b|\bshares? (this|that|the|a) name\b",
            r"\brequires? unique (\w+ )?names\b|\bname\b[^.;]{0,40} belongs to an?(other)? (customer|client|vendor"
            r"|supplier"
            r"|employee|item|account)\b",
            r"\b(customer|client|vendor|supplier|employee|item|product|service|account)\b[^.;]{0,20} (already )?(uses"
            r"|has|goes by)"
            r" (this|that|the same) (display )?name\b",
            r"\bname (is |was )?(not available|unavailable)\b|\bsome ?(one|body) (else )?(in (quickbooks|qbo) )?(has"
            r"|uses)"
            r" (this|that|the same) (\w+ )?name\b",
            r"\btwo (customers|clients|vendors|suppliers|items|products|services|accounts) (called|named)\b",
            r"\b(existing|another|already an?|there is an?) (\w+ ){1,4}with (this|that|the same) (display )?name\b",
            r"\busing (this|that|the same) name\b|duplicate (customer|vendor|supplier|item|employee)\b",
            r"\b(customer|client|vendor|supplier|employee|item|product|service|account)\b[^.,;]{0,60}"
            r"\balready exists\b",
            r"\b(named|called) [^;]{1,80} already exists\b",
            r"\balready (used|taken|in use)( in (quickbooks|qbo))? by an(other|y)? "
            r"(customer|client|vendor|supplier|employee|item|product|service)\b"
            r"|\balready (used|taken|in use)( in (quickbooks|qbo))? by a (customer|client|vendor|supplier|product"
            r"|service)\b",
            r"\balready (has|have|uses?|goes by) (this|that|the same) name\b",
            rf"\b{SEVERAL} (\w+ )?(customers?|vendors?|items?|products?|services?|accounts?)\b[^.;]{{0,40}}\bname\b",
            rf"{ALREADY_ONE}(customer|client|vendor|supplier|employee|item|product|service"
            rf"|account)\b[^.;]{{0,60}}\b(named?|called)\b",
            r"with (this|that|the same) name (already )?exists",
        ),
    ),
)

FIELDS = (
    rule("customer_not_found", codes="6250 6560"),
    rule(
        "customer_not_found",
        text=r"customer ?ref (is )?(missing|required)|\bmissing customer ?ref\b|invalid customer\b",
    ),
    rule(
        "customer_not_found",
        text=(
            r"(must|should|needs? to|has to) (have|be assigned|be linked to|be associated with) an? (\w+ )?customer\b"
            r"(?! (memo|message|name|number|note|e-?mail|address|type|ref))",
            r"(?<!of the )(?<!of this )(?<!of a )\bcustomer (is )?(required|mandatory|missing)\W*$",
            r"(must|need to|have to|please) (enter|select|choose|specify|add|provide) an? customer( name)?\b"
            r"(?! (memo|message|number|note|e-?mail|address|type|ref|in the name field))",
        ),
    ),
    rule("item_not_found", text=r"item ?ref (is )?(missing|required)|\bmissing item ?ref\b"),
    rule("request_refused", text=r"unsupported operation|operation .{0,300} is not supported"),
    rule("field_refused", text=r"\brequired param(eter)?\b|is missing in the request"),
    rule("bad_email", codes="4002", text="e-?mail"),
    rule(
        "bad_email",
        text=r"e-?mail (address )?(entered )?(is|was|format|does not)|(invalid|malformed|bad|incorrect|wrong) e-?mail",
    ),
    rule("number_too_long", text=r"more than 21 characters[^.]*doc"),
    # QuickBooks' words for a query that it does not understand; they name what was asked for.
    rule("request_refused", text=r"\bquery(validation|parser)error\b"),
)

PAYMENTS = (
    # Intuit's own words are not documented: any that say that more is applied than is open.
    rule(
        "payment_over_applied",
        entities="payment",
        text=(
            r"amount(s)? (being )?applied[^.]{0,40}(more|greater|larger|exceeds?)",
            r"(more|greater|larger) than (the |its )?(open |outstanding |remaining )?(balance|amount due)",
            r"already (been )?(fully )?paid",
        ),
    ),
    rule(
        "link_refused",
        entities="payment",
        text=(
            r"trying to link (does not exist|belongs to)|you are trying to link",
            r"apply[^.]{0,60}(different|another) customer",
        ),
    ),
)
