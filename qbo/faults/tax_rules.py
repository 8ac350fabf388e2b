"""Rules for tax codes and rates that are missing or refused, and for sales tax that is not set up."""

from qbo.faults.record_words import CHOSEN, MADE_OUT, TAX_NOUN, THERE, gone, missing, sought
from qbo.faults.rule import rule

TAX = (
    rule("tax_code_not_mapped", codes="6100 6160 6230 2280 6470"),
    rule("tax_not_enabled", codes="6170"),
    rule(
        "tax_not_enabled",
        text=(
            r"\b(tax(es)?|vat|gst|hst|pst|qst)( feature)?(?! (codes?|rates?|groups?)) (\S+ )?"
            r"(not|isn't|hasn't|aren't) (been |yet )*"
            r"(set ?up|enabled|turned on|active|configured)",
            r"(set ?up|turn on|enable|activate) (your )?(sales )?(tax(es)?|vat|gst|hst)\b(?! (code|rate))",
            r"\b(tax(es)?|vat|gst|hst) (is |are )?(disabled|turned off|off)\b",
            r"(not|n't) (turned on|enabled|set ?up|use|activated|configured) (for |to (charge|collect"
            r"|use) )?(sales )?(tax(?!-)(es)?|vat|gst"
            r"|hst)\b(?! (code|rate))",
            r"\b(tax(es)?|vat|gst|hst) (must|has to|have to|needs? to) (first )?be"
            r" (set ?up|enabled|turned on|activated|configured)",
        ),
    ),
    rule(
        "tax_calculation_failed",
        text=(
            r"\b(error|fail\w*|problem|issue|unable|could(n't| not)|cannot|can't) ((in|with|while|when|to) )?"
            r"calculat(e|ing) (the )?(sales )?tax\b",
            r"\b(sales )?tax(es)? (could|can)(n't| ?not) be calculated",
            r"\btax calculation (has |was )?(fail\w*|error|issue|problem|exception)",
        ),
    ),
    rule(
        "tax_code_not_mapped",
        text=(
            rf"invalid (line )?{TAX_NOUN}|valid line taxcodes|not a valid (\w+ )?{TAX_NOUN}",
            r"(have|has|needs?|requires?|select|choose|pick|specify|assign|set|configure) an? (\S+ ){0,2}(gst|hst|vat"
            r"|tax)[^.]{0,12} (rate|code)\b"
            r"(?! (of|that|between|below|above|lower|higher|less|greater))",
            rf"(do not|don't|without|not|n't) (have|provide|include|contain|return) an? (\S+ )?{TAX_NOUN}",
            rf"(\bnot|n't) (yet )?{CHOSEN} (an?|any|the) (\S+ )?{TAX_NOUN}|{TAX_NOUN} ?(ref ?)?error",
            r"\btax ?code ?ref (is )?(missing|required)\b",
            rf"{TAX_NOUN} (associated|(is )?(missing|required|invalid|not valid|not {CHOSEN}))",
            rf"(without|missing|no|unknown|unrecogni[sz]ed|inactive|deleted) (an? )?{THERE}(sales )?{TAX_NOUN}\b",
            r"\bno such (tax |vat |gst |sales tax )?rate\b(?! of)",
            rf"\bno {THERE}tax (\w+ )?rate\b|{TAX_NOUN}\b[^,;]{{0,40}}(could not|cannot|can't|couldn't) be {MADE_OUT}",
            rf"\b(unable to|could(n't| not)|cannot|can't|failed to) (determine|map|resolve) (the |an? )?(sales )?"
            rf"{TAX_NOUN}\b",
            rf"\b(no mapping (found )?for|please map|\bmap) (the |this |your |an? )?(sales )?({TAX_NOUN}|tax(es)?)\b",
            gone(TAX_NOUN),
            rf"{TAX_NOUN} inactive\b",
            missing(TAX_NOUN),
            r"(unmapped|(no|missing|invalid)( \w+)?) (sales )?tax mapping|unmapped (sales )?tax\b(?! agenc)",
            r"\btax(es)? (is |are )?not mapped",
            r"\btax (mapping )?(is )?(not found|missing|unmapped)",
            r"\btax mapping (has |is )?(fail|incomplete|invalid)",
            sought(r"(sales )?tax(?! (amount|return|report|payment|filing|agenc))"),
            # QuickBooks' older interface's words for a reference to nothing.
            r"invalid reference to quickbooks[^.]{0,60}(sales ?tax|tax ?code)",
            rf"\({TAX_NOUN} [^)]{{1,80}}\)[^.]{{0,40}}cannot be found",
        ),
    ),
)
