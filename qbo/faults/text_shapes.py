"""Finds fault entries in text that is neither JSON nor XML, as libraries and people quote it."""

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from qbo.failures import FaultEntry
from qbo.faults.json_shapes import plain_code

PAIR = re.compile(
    r"""
    (?<![A-Za-z]) \W? (?:error_?|fault_)?
    (?P<key>code|message|detail|element) ['"\]]{0,2}
    \s* (?:=>|:|=) \s* (?:string\(\d+\)\s*)? [ub]?
    (?: "(?P<double>(?:[^"\\]|\\.)*)(?:"|\Z)
      | '(?P<single>(?:[^'\\]|\\.)*)(?:'|\Z)
      | (?P<digits>\d{3,6})\b
      | (?:nil|null|None)\b
      | (?P<bare>(?<=\]\ =>\ )[^\n]+) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
MOST_PAIRS = 400

# What is numbered by the shop, not by Intuit: "tax code 5010", "accounting code: 4000".
SHOPS_OWN = "".join(
    f"(?<!{noun} )"
    for noun in ("account", "accounting", "gl", "item", "ledger", "postal", "product", "service", "tax", "zip")
)
CODE_IN_WORDS = (
    re.compile(r"errorCode[=:\s]+0*(\d{1,5})", re.IGNORECASE),
    re.compile(SHOPS_OWN + r"\bcode(?: is)?\W{0,6}(?<![=(]-)0*(\d{3,5})\b(?<!-\d{3})", re.IGNORECASE),
    re.compile(r"(?:\b(?:error|exception)|(?<!de)fault)\W{0,4}(?!\d{4}-\d\d)(\d{3,5})\b", re.IGNORECASE),
    re.compile(r"^\W*(?!\d{4}-\d\d)(\d{3,5})\s*[:\-–]"),
    # Three digits and a hyphen in brackets may be a telephone number.
    re.compile(r"[\"(\[]\s*(?!\d{4}-\d\d)(\d{3}(?=\s*:)|\d{4,5})\s*[:\-–]"),
    re.compile(r"\|\s*(\d{3,5})\s*(?=\|)"),  # a row of a table
)
LOWEST_CODE_IN_WORDS = 600
"""Below this, a number in running text is more often an HTTP status than one of Intuit's codes."""

SEVERE_CODES = {10_000, 10_100, 10_200}

TAG = re.compile(r"<(?:script|style)\b[^<>]*>[^<]*</|<[^<>]*>", re.IGNORECASE)
# A sentence that was made part of an address: "?error=Tax+code+not+mapped".
OF_AN_ADDRESS = re.compile(
    r"[?&=](?:[\w'.,:-]|%(?!20)[0-9A-F]{2}){1,40}(?:(?:\+|%20)(?:[\w'.,:-]|%(?!20)[0-9A-F]{2}){1,40}){2}", re.IGNORECASE
)
LOOKS_LIKE_HTML = re.compile(r"<\s*(?:!doctype\s+html|html|head|body|title|h1)\b", re.IGNORECASE)
LONGEST_WORDS = 4_000
# Where Node prints what was asked behind an error: its time-outs and references say nothing of the answer.
REQUEST_DUMP = re.compile(r"\n\s*(?:config|request|options): (?:<ref \*\d+> |\[[^\]]{1,60}\] |\w+ ){0,3}\{")


def quoted_entries(text: str) -> tuple[FaultEntry, ...]:
    """Entries from `key: 'value'` pairs as languages print them, and from JSON that was cut off."""
    return tuple(
        FaultEntry(
            code=plain_code(fields.get("code", "")),
            message=fields.get("message", ""),
            detail=fields.get("detail", ""),
            element=fields.get("element", ""),
        )
        for fields in groups(text)
        if is_entry(fields)
    )


def is_entry(fields: dict[str, str]) -> bool:
    """Has two of the three keys that every entry has, which cannot be a coincidence."""
    return sum(bool(fields.get(key)) for key in ("code", "message", "detail")) > 1


def groups(text: str) -> Iterator[dict[str, str]]:
    """Neighboring pairs belong to one entry until a key is repeated."""
    fields: dict[str, str] = {}
    for number, match in enumerate(PAIR.finditer(text)):
        if number > MOST_PAIRS:
            break
        key = match["key"].lower()
        if key in fields:
            yield fields
            fields = {}
        fields[key] = match["double"] or match["single"] or match["digits"] or match["bare"] or ""
    yield fields


def entries(text: str) -> tuple[FaultEntry, ...]:
    """The text itself as one entry, with the code it names; none for an empty text."""
    words = shown(text)
    return (FaultEntry(code=code_in(words), message=words),) if words else ()


def shown(text: str) -> str:
    """What a person would read: HTML without its tags, cut to a length that rules can search."""
    if LOOKS_LIKE_HTML.search(text[:2_000]):
        text = html.unescape(TAG.sub(" ", text[: 5 * LONGEST_WORDS]))
    if OF_AN_ADDRESS.search(text[:LONGEST_WORDS]):
        text = unquote_plus(text[:LONGEST_WORDS])
    return REQUEST_DUMP.split(text, maxsplit=1)[0][:LONGEST_WORDS].strip()


def code_in(words: str) -> str:
    """Intuit's code if running text names one."""
    for number, pattern in enumerate(CODE_IN_WORDS):
        for match in pattern.finditer(words):
            if number == 0 or plausible(int(match[1])):
                return plain_code(match[1])
    return ""


def plausible(code: int) -> bool:
    """Whether a number in running text can be one of Intuit's codes."""
    return LOWEST_CODE_IN_WORDS <= code < 10_000 or code in SEVERE_CODES
