"""One entry of a fault with its context, in a form that rules can match; knows no rule."""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qbo.failures import FaultEntry
from qbo.faults.statuses import STATUS_IN_WORDS

# Not what Ruby and Python print between such brackets: "#<EOFError: end of file reached>", "<urlopen error timed out>".
TAG = re.compile(
    r"""(?<!\#)<[/!?]?[A-Za-z][\w:.-]{0,40}(?:\s+[\w:.-]{1,40}\s*=\s*(?:"[^"<>]{0,300}"|'[^'<>]{0,300}'"
    r"|[^\s<>]{1,300})){0,12}"""
    r"""\s*[/?]?>|<[!?][^<>]{0,400}>"""
)
WRITTEN_OUT = (
    (re.compile(r"\b(is|are|was|were|has|have|had|does|do|did|could)n't\b"), r"\1 not"),
    (re.compile(r"\bcan(?:'t| not)\b"), "cannot"),
    (re.compile(r"\b(?:was|were|is|are) (?:unable|not able) to\b"), "could not"),
    (re.compile(r"\b(quickbooks|qbo) online\b"), r"\1"),
    # What was put into a sentence: "has no [tax] rate".
    (re.compile(r"\[([a-z]{3,20})\](?= [a-z])"), r"\1"),
    (re.compile(r"\b(is|are|was) currently (?!unavailable|busy|down|offline|un)"), r"\1 "),
)
# What languages print below an exception: where in a program it was, and nothing of what is wrong.
STACK = re.compile(r"(?:\n|\\n)\s+at [^\n\\]{1,300}")
BREAK = re.compile(r"(?:\\[nrt]|\s)+")
QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "\xa0": " "})


@dataclass(frozen=True)
class Evidence:
    """The text and facts that a rule checks."""

    entry: FaultEntry
    http_status: int | None = None
    content_type: str = ""
    request_entity: str = ""
    operation: str = ""
    is_a_part: bool = False

    @cached_property
    def text(self) -> str:
        """Message and detail in one line, without case, accents, markup, typographic quotes and line breaks.

        Names that mean a sentence (MISSING_TAX_CODE, also in the place of Intuit's code) are added as words.
        """
        told = self.told_as_written
        of_code = spelled_out(self.entry.code) or words_of_a_name(self.entry.code)
        return " ".join(filter(None, (tidy(told), of_code, spelled_out(told))))

    @cached_property
    def told_as_written(self) -> str:
        return STACK.sub(" ", f"{self.entry.message} {self.entry.detail}")

    @cached_property
    def told(self) -> str:
        """Message and detail without the words that stand for names."""
        parts = (tidy(STACK.sub(" ", part)) for part in (self.entry.message, self.entry.detail))
        return ". ".join(filter(None, parts))

    @cached_property
    def about(self) -> str:
        """The element and the text, where a reference may be named."""
        return tidy(f"{self.entry.element} ") + " " + self.text

    @cached_property
    def raised(self) -> str:
        """Code and text: a client's exception often has its name in the place of Intuit's code."""
        return f"{self.code} {self.text}"

    @cached_property
    def code(self) -> str:
        return self.entry.code.strip().lower()

    @property
    def is_headline(self) -> bool:
        """A few words without one of Intuit's codes: the name that help pages and other programs give a known fault."""
        coded = self.code.isdecimal() and not self.status_as_code
        return not coded and 0 < len(self.text) <= LONGEST_HEADLINE

    @property
    def is_intuits(self) -> bool:
        """Whether only QuickBooks can have written the entry: by its type, or by a code of Intuit's ranges.

        Other programs use codes below 600 too: HTTP statuses, and error numbers of systems and libcurl.
        """
        number = int(self.code) if self.code.isdecimal() and len(self.code) < 6 else 0
        return bool(self.entry.fault_type) or 600 <= number <= 10_000 or number in SEVERE_CODES

    @cached_property
    def status(self) -> int:
        """The HTTP status, 0 if unknown.

        The status in the message of Intuit's gateway comes first, because it is also in answers that were passed on.
        """
        gateway = STATUS_IN_WORDS[0].search(self.text)
        return int(gateway[1]) if gateway else self.http_status or self.status_in_words or self.status_as_code

    @cached_property
    def status_in_words(self) -> int:
        """The first status that the text names, 0 if none."""
        named = (match for pattern in STATUS_IN_WORDS if (match := pattern.search(self.text)))
        return next((int(match[1]) for match in named), 0)

    @cached_property
    def status_as_code(self) -> int:
        """A status that another program gives as the code, where it is none of Intuit's codes."""
        number = int(self.code) if self.code.isdecimal() and len(self.code) == 3 else 0
        return number if number in STATUS_CODES and not self.is_intuits else 0


LONGEST_HEADLINE = 90
LONGEST_TEXT = 4_000
MOST_ENTRIES = 200

GATEWAY_STATUSES = frozenset((502, 503, 504, *range(520, 530)))
"""Statuses of what stands before a server; no check of QuickBooks has them."""
STATUS_CODES = frozenset((400, 401, 403, 404, 408, 422, 429, 500, 501)) | GATEWAY_STATUSES
SEVERE_CODES = frozenset({10_100, 10_200})
CONSTANT = re.compile(r"\b[A-Z]{2,40}(?:_[A-Z0-9]{1,40}){1,9}\b|^[a-z]{2,40}(?:_[a-z]{2,40}){1,9}(?=\s*$)")
CLASS_NAME = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+){1,9}")
NAMESPACE = re.compile(r"^(?:(?:Uncaught |Fatal )?(?:Error|Exception): )?(?:\w{1,40}(?:::|\.)){0,8}")
NAME = re.compile(
    r"(?:(?:Uncaught |Fatal )?(?:Error|Exception): )?(?:[A-Za-z]\w{0,40}(?:::|[./:\\])){0,6}"
    r"(?P<last>[A-Za-z][A-Za-z0-9]{0,60}(?:[-_][A-Za-z0-9]{1,40}){0,9})"
)
# As Rust, Python and others print an error with what it holds: "ClosedPeriod { end: 2026-06-30 }", "Err(ClosedPeriod)".
WRAPPED = re.compile(r"^(?:Err|Error|Failure)\((.{1,300})\)$")
ARGUMENTS = re.compile(r"(?<=\w) ?(?:\{[^{}]{0,200}\}|\([^()]{0,200}\))$")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
ACCENTS = re.compile("[\u0300-\u036f]")
MISREAD = re.compile("[ÃÂ][\x80-\xbf\u0152-\u02dc\u2013-\u2122]|â€")


def tidy(text: str) -> str:
    text = ESCAPED.sub(lambda match: chr(int(match[1], 16)), text[:LONGEST_TEXT])
    text = html.unescape(TAG.sub(" ", text))
    if not text.isascii():
        text = without_accents(well_decoded(text))
    return written_out(BREAK.sub(" ", text.translate(QUOTES)).strip().casefold())


def written_out(text: str) -> str:
    """English without contractions and words that change nothing, so that the rules need each saying only once.

    "Isn't currently in QuickBooks Online" is "is not in quickbooks".
    """
    for expression, words in WRITTEN_OUT:
        text = expression.sub(words, text)
    return text


def spelled_out(text: str) -> str:
    """The words in constants and class names of other programs: "missing tax code" for MISSING_TAX_CODE."""
    names = CONSTANT.findall(text[:LONGEST_TEXT])
    only = NAMESPACE.sub("", text.strip())
    if CLASS_NAME.fullmatch(only):
        names.extend(HUMP.sub("_", part) for part in re.split(r"::|\.", text.strip())[-2:])
    return " ".join(name.replace("_", " ").casefold() for name in names)


def words_of_a_name(text: str) -> str:
    """The words of a text that is only a name, however it is written: qbo.tax_code_missing, tax-code-missing."""
    name = NAME.fullmatch(ARGUMENTS.sub("", WRAPPED.sub(r"\1", text.strip())))
    words = re.split("[-_]", HUMP.sub("_", name["last"])) if name else []
    return " ".join(words).casefold().replace("quick books", "quickbooks") if len(words) > 1 else ""


def one_word(code: str) -> str:
    """A code that is a word: UNAUTHORIZED. A message of one word is read as it is."""
    return code.strip().casefold() if code.strip().isalpha() else ""


def well_decoded(text: str) -> str:
    """The text with repaired encoding, if UTF-8 was read as Windows-1252: "période", not "pÃ©riode"."""
    if MISREAD.search(text):
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return text


def without_accents(text: str) -> str:
    """Letters without accents, because people and programs leave them out; Japanese stays as it is."""
    return unicodedata.normalize("NFC", ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def gather(
    entries: Sequence[FaultEntry],
    *,
    http_status: int | None,
    content_type: str,
    request_entity: str,
    operation: str,
) -> list[Evidence]:
    """One piece of evidence per entry; an answer without any entry is evidence too."""
    return [
        Evidence(entry, http_status, content_type, request_entity.strip().lower(), operation.strip().lower())
        for entry in entries[:MOST_ENTRIES] or (FaultEntry(),)
    ]
