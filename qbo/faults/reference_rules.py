"""Rules for the records that one refers to: customers, items, accounts and the rest, missing or inactive.

Sources: Intuit's reference of error codes, its page on common errors, and answers that developers published.
"""

from qbo.faults.record_words import (
    ACCOUNT,
    CHOSEN,
    CUSTOMER,
    DOCUMENT,
    GONE,
    GONE_NOUN,
    ITEM,
    MISSING,
    OTHER_RECORD,
    PART,
    TAX_NOUN,
    gone,
    headline,
    lacking,
    missing,
    mistaken,
    of_a_reference,
    of_another,
    only_kind,
    sought,
    unchosen,
    unlinked,
    unmapped,
    unsent,
    without_id,
)
from qbo.faults.rule import rule

KIND = (
    r"((tax ?codes?|tax rates?|customers?|clients?|vendors?|suppliers?|(products? ?/ ?)?services?|products?|items?"
    r"|accounts?|projects?"
    r"|classe?s?|locations?|employees?)(?! ?/))"
)
SEVERAL_KINDS = rf"{KIND}(, ((an?|the|its) )?{KIND}){{0,6}},? or ((an?|the|its) )?{KIND}"
"""An enumeration: "customer, item or account"."""

OF_AN_ACCOUNT = rf"({DOCUMENT}|{ITEM}|line ?items?\(?s?\)?|lines?|expenses?|categor(y|ies)|entr(y|ies)|company)"
"""What posts to an account, or has to have one."""


REFERENCES = (
    # Before the references, because QuickBooks calls the customer or account of another currency an invalid one.
    rule(
        "currency_mismatch",
        text=r"(one|foreign) currency (per|at a time)|same currency|different currenc(y|ies)"
        r"|\bcurrency (of|must|does(n't| not) match|mismatch)",
    ),
    rule("account_wrong_type", text=r"\b(is|are|was) not an? ([\w-]+ ){1,3}account\b"),
    # Which of several kinds it is, the program does not know either.
    rule("reference_not_found", text=rf"\b{SEVERAL_KINDS}\b[^.;]{{0,40}}({GONE}|{MISSING})"),
    # What is gone may be named with the record that it belongs to: "the account for this item no longer exists".
    rule("account_inactive", text=of_another("accounts?", "(item|product|service)", rf"({GONE}|{MISSING})")),
    rule("income_account_missing", text=unlinked("accounts?", "(item|product|service)s?")),
    rule("item_inactive", text=of_another("(item|product|service)s?", "(customer|client)", f"({GONE})")),
    rule("item_not_found", text=of_another("(item|product|service)s?", "(customer|client)", MISSING)),
    # QuickBooks calls customers and vendors names.
    rule(
        "reference_not_found",
        about=r"names element id",
        entities="bill billpayment vendorcredit purchase purchaseorder",
    ),
    rule(
        "customer_not_found",
        about=(
            r"names element id",
            r"\b(customer|client) (is|was) unavailable\b",
            r"customer (that is )?(assigned to|you have specified|specified)[^.]{0,60}deleted",
            gone(CUSTOMER),
            missing(CUSTOMER),
            without_id("contact"),
            unsent("contact"),
            lacking(DOCUMENT, "customer"),
        ),
    ),
    # QuickBooks lists every kind that it looked at; where it lists one, that is the one.
    rule("customer_not_found", text=only_kind("customers?")),
    rule("item_not_found", text=only_kind("(items?|products?( ?/ ?services?)?)")),
    rule("account_inactive", text=only_kind("accounts?")),
    rule("customer_not_found", where=of_a_reference, about=r"customer_?ref|entity_?ref\b"),
    rule("tax_code_not_mapped", where=of_a_reference, about=rf"{TAX_NOUN}|\bsales tax\b|tax(code|rate)ref\b"),
    rule(
        "account_inactive",
        text=(
            r"\binactive (\w+ )?account\b|income account [^,;]{0,40}(" + GONE + ")",
            r"\b(choose|select|use|pick) an(other)? active (\w+ )?account\b",
        ),
    ),
    rule(
        "item_is_category",
        about=r"category instead of a product|categories cannot be used|item is a category",
    ),
    # QuickBooks deletes an item by making it inactive, so "deleted" has the same remedy.
    rule("item_inactive", about=(r"product/service[^.]{0,60}(deleted|inactive)", gone(ITEM))),
    rule(
        "item_not_found",
        about=(
            r"items? element id",
            missing(f"((qbo|quickbooks) ?)?{ITEM}"),
            unsent("plan"),
            r"\b(item|product) (is|was) unavailable\b",
        ),
    ),
    rule("item_not_found", text=lacking(r"(line items?|lines?)", "(item|product|service)")),
    # Only where a reference is the trouble: a dump of the request holds the word too.
    rule("item_not_found", where=of_a_reference, about=r"item_?ref\b"),
    rule("item_not_found", codes="6440"),
    rule("account_inactive", about=r"accounts? element id"),
    rule("account_inactive", where=of_a_reference, about=r"account_?ref\b|account ?based ?expense"),
    rule("income_account_missing", text=(unmapped(ACCOUNT), r"\bno income account\b", lacking(OF_AN_ACCOUNT, ACCOUNT))),
    rule("income_account_missing", text=rf"\bno (\w+ ){{0,2}}account (is |was )?{CHOSEN}\b"),
    rule(
        "income_account_missing",
        text=(
            r"\b(income|expense|ledger|gl) account (is )?(required|missing)",
            r"\b(specify|select|choose|set|enter|add|assign) (the|an) (\w+ )?account (on|for|of|to)"
            r" (this|the|that|each|an) (item|product|service)\b",
        ),
    ),
    rule(
        "account_inactive",
        text=(
            rf"\baccounts?\b(?! (number|name|type|manager|owner))[^,;]{{0,40}}({GONE}|{MISSING})",
            sought(rf"(\w+ )?accounts?\b{PART}"),
            mistaken(rf"(\w+ )?{ACCOUNT}"),
            r"\b(re-?activate|restore) (the|this|that|an?) (\w+ )?account\b",
            r"\baccount mapping (has |is |was )?(fail\w*|incomplete|invalid|missing)\b",
        ),
    ),
    rule("tax_code_not_mapped", codes="6000", about=TAX_NOUN),
    rule("not_found_other", text=missing(OTHER_RECORD)),
    rule("not_found_other", about=r"\b\w+ element id"),
    rule("not_found_other", where=of_a_reference, about=r"\w+ref\b"),
)

# In the same order as the references above: tax, customer, item, account, the rest.
HEADLINES = (
    headline("customer_not_found", CUSTOMER, rf"({GONE_NOUN}|missing|unknown|invalid)"),
    unchosen("customer_not_found", CUSTOMER),
    headline("item_inactive", ITEM, GONE_NOUN),
    headline("item_not_found", ITEM, "(missing|unknown|invalid|not found)"),
    unchosen("item_not_found", "(item|product|service)"),
    headline("income_account_missing", "income account", "(missing|unmapped)"),
    unchosen("income_account_missing", "(income )?account"),
    rule("account_inactive", headline=True, text=rf"\baccount number (is )?{GONE_NOUN}"),
    headline("account_inactive", "account", rf"({GONE_NOUN}|missing|unknown)"),
    headline("not_found_other", f"({OTHER_RECORD}|{DOCUMENT}|records?)", f"({GONE_NOUN}|unknown)"),
    rule("not_found_other", headline=True, text=r"\bmissing (invoice|bill|transaction)(\W*$| \w*id\b)"),
    rule(
        "server_error",
        headline=True,
        text=r"^(\w+_\w+ )?(quickbooks |intuit |qbo )?(online )?"
        r"(is down|(system|internal|server|provider|upstream|backend|gateway) (is )?(down|error|issue|problem|failure"
        r"|unavailable))\b"
        r"(?! (log|page|message|text|report|field|list|code|email)s?\b)",
    ),
)

ANY_OTHER = f"({OTHER_RECORD}|{DOCUMENT}|records?|documents?)"
ITSELF = "read update delete void sparse_update sparse"
ITSELF_GONE = rf"\blist element\b[^.;]{{0,30}}({GONE})"

LINKS = (
    rule("link_refused", codes="620"),
    rule("link_refused", text=r"txn ?id cannot be linked|cannot validate linked"),
)

INACTIVE = (
    rule("customer_not_found", codes="610", operations=ITSELF, entities="customer"),
    rule("item_not_found", codes="610", operations=ITSELF, entities="item"),
    # What the request itself wants to change, where QuickBooks calls it a list element.
    rule("customer_not_found", operations=ITSELF, entities="customer", text=ITSELF_GONE),
    rule("item_not_found", operations=ITSELF, entities="item", text=ITSELF_GONE),
    rule("not_found_other", text=(missing(ANY_OTHER), gone(ANY_OTHER))),
    rule(
        "not_found_other",
        text=(
            r"\b(related|linked|associated|parent) (invoice|bill|payment|transaction|record)\b[^.;]{0,40}"
            r"\b(was|is|were|has|have)( not|n't) (been )?(imported|exported|synced|synchroni[sz]ed|sent|found)",
            rf"\b{DOCUMENT} (for|of|behind|belonging to) (this|the|that|its) {DOCUMENT} (was|is|has)( not"
            rf"|n't) (yet )?(been )?"
            r"(imported|exported|synced|synchroni[sz]ed|sent)",
            r"\b(must|needs? to|has to|have to) (first )?be (imported|exported|synced|synchroni[sz]ed|sent|pushed) "
            rf"(to (quickbooks|qbo) )?before (this|the|its|that|your) {DOCUMENT}\b",
            rf"\bno (such )?{DOCUMENT} with ((this|that|the) )?(id|number|reference)\b",
        ),
    ),
    rule(
        "not_found_other",
        headline=True,
        text=(
            r"\b(invoice|bill|transaction|record) not (yet )?(imported|exported|synced|synchroni[sz]ed|sent)\b",
            unsent(ANY_OTHER),
        ),
    ),
    rule(
        "not_found_other",
        text=(
            r"(\bis|\bare|\bwas|\bwere|'s) (not|no longer) (yet )?in (your )?(quickbooks|qbo)\b",
            r"\bnot exist in (your )?(quickbooks|qbo)\b",
            r"\banother user (may|might|could) have deleted (it|this|that|them)\b",
        ),
        not_text=r"\b(fields?|propert(y|ies)|parameters?|columns?|features?|reports?|settings?|options?|methods?) "
        r"(\w+ )?(does|do) not exist\b",
    ),
    rule("not_found_other", codes="610", operations="read query cdc"),
    rule("record_deleted_there", codes="610", operations="delete void"),
    # These refer to accounts in every line, and to little else that can be made inactive.
    rule(
        "account_inactive",
        entities="purchase expense journalentry transfer deposit",
        text=r"(?<!\bbe )made inactive",
        where=lambda evidence: evidence.operation in ("", "create", "batch"),
    ),
)

UNNAMED = (
    # Only reading what was sent can show which of the references is meant.
    rule("reference_not_found", codes="610 2500"),
    rule(
        "reference_not_found",
        text=(
            r"(?<!\bbe )made inactive",
            r"object not found",
            r"invalid reference\b",
            rf"({GONE})",
            r"specified in the request cannot be found",
        ),
    ),
)
