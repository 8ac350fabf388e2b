"""Finds what an answer says besides its frame: the words of a name, or the reason behind "Sync failed:"; knows no rule.

What it finds is read once more on its own, because some rules read only a few words: "Stale record" says what is
wrong, and so does "Could not send invoice 17: stale record", or the code qbo.stale_record.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from qbo.faults.evidence import LONGEST_HEADLINE, Evidence, one_word, words_of_a_name
from qbo.faults.sentences import tells_no_reason

FRAMED = re.compile(r"^(?:qbo?|quickbooks|intuit) | (?:error|exception|fault)$")
"""What stands around the words of a name."""
TAGGED = re.compile(r"^(?:qbo?|quickbooks|intuit) ")
PARTS = re.compile(
    r"(?<=[^\W_])(?:[:;!] |\. | [-–] | because )|\s*\[[^\[\]]{1,24}\]\s*"
    r"|\s*\((?:ref|code|id|tid|request)\b[^()]{0,40}\)"
    r"|\s*\b(?:intuit_)?tid\b.*$|\sin (?:/\S+|[A-Z]:\\\S+)$"
)
ADVICE = re.compile(
    r"(?:please )?(?:(?:contact|ask|email|call|see|visit)\b.*|(?:fix|correct) (?:this|it|that)\b.*|try(?: it)? again)"
    r"|if (?:this|the (?:problem|error|issue))\b.*|reason|cause|details?|message|warning"
    r"|\d[\d\s:,.tz-]*(?:error|warning|fatal|critical)?(?: [\w.]+)?"
    r"|[\w.:\\]*(?:exception|error|fault)"
)
"""Parts that say nothing of what is wrong: whom to ask, and when it was."""
MOST_PARTS = 8


def with_headlines(evidences: Iterable[Evidence]) -> list[Evidence]:
    """The evidence, and behind it what is read once more."""
    given = list(evidences)
    return given + [headline for evidence in given for headline in headlines(evidence)]


def headlines(evidence: Evidence) -> Iterator[Evidence]:
    entry = evidence.entry
    texts = [
        headline
        for words in (words_of_a_name(entry.message), words_of_a_name(entry.code) or one_word(entry.code))
        for headline in (words, FRAMED.sub("", words))
    ]
    if not evidence.is_intuits:
        left = reason(evidence.told)
        texts += [left, evidence.told, TAGGED.sub("", left or evidence.told)]
    for text in dict.fromkeys(texts):
        if text and text != evidence.text and not tells_no_reason(text.replace("_", " ")):
            part = replace(entry, code="", message=text, detail="")
            yield replace(evidence, entry=part, http_status=evidence.status or evidence.http_status, is_a_part=True)


def reason(text: str) -> str:
    """What is left without the parts that say only that something failed; "" where that is all of it, or nothing."""
    if len(text) > 4 * LONGEST_HEADLINE:
        return ""
    parts = [part for piece in PARTS.split(text) if (part := piece.strip(" \"'."))]
    left = [part for part in parts if not ADVICE.fullmatch(part) and not tells_no_reason(part)]
    rest = ". ".join(left)
    return rest if len(parts) <= MOST_PARTS and rest != text.strip(" \"'.") else ""
