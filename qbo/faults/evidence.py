"""One entry of a fault with what surrounds it, in a form that rules can match; knows no rule."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qbo.failures import FaultEntry

STATUS_IN_WORDS = (
    re.compile(r"statuscode\W{0,3}(\d{3})\b"),
    re.compile(r"response code\W{0,3}(\d{1,3})\b"),
    re.compile(r"status code(?: is)?\W{0,4}(\d{1,3})\b"),
    re.compile(r"\bhttp(?:/[\d.]+)?(?: status| error)?\W{0,3}(\d{3})\b"),
    re.compile(
        r"\b(\d{3})\W{1,3}(?:client error|server error|bad request|unauthorized|forbidden|not found|too many"
        r"|internal server|bad gateway|service (?:temporarily )?unavailable|gateway)\b"
    ),
    re.compile(r"\b(?:unauthorized|forbidden)\W{0,3}(\d{3})\b"),
    re.compile(r"\b(?:responded with|returned) (?:a |an )?(?:status |http |error )*(\d{3})\b"),
)
BREAK = re.compile(r"(?:\\[nrt]|\s)+")
QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "\xa0": " "})


@dataclass(frozen=True)
class Evidence:
    """What a rule looks at."""

    entry: FaultEntry
    http_status: int | None = None
    content_type: str = ""
    request_entity: str = ""
    operation: str = ""

    @cached_property
    def text(self) -> str:
        """Message and detail in one line, without case, mark-up, typographic quotes and line breaks."""
        return tidy(f"{self.entry.message} {self.entry.detail}")

    @cached_property
    def about(self) -> str:
        """The element and the text: where a reference is named."""
        return tidy(f"{self.entry.element} ") + " " + self.text

    @cached_property
    def code(self) -> str:
        return self.entry.code.strip().lower()

    @cached_property
    def status(self) -> int:
        """The HTTP status, 0 where nobody said it.

        What Intuit's gateway writes into its message wins, as it also stands in answers that were passed on.
        """
        named = (match for pattern in STATUS_IN_WORDS if (match := pattern.search(self.text)))
        in_words = next((int(match[1]) for match in named), 0)
        gateway = STATUS_IN_WORDS[0].search(self.text)
        return int(gateway[1]) if gateway else self.http_status or in_words


LONGEST_TEXT = 4_000
MOST_ENTRIES = 200


def tidy(text: str) -> str:
    text = text[:LONGEST_TEXT]
    text = html.unescape(re.sub(r"<[^<>]{0,400}>", " ", text)).translate(QUOTES)
    return BREAK.sub(" ", text).strip().casefold()


def gather(
    entries: Sequence[FaultEntry],
    *,
    http_status: int | None,
    content_type: str,
    request_entity: str,
    operation: str,
) -> list[Evidence]:
    """One piece of evidence an entry; an answer without any entry is evidence too."""
    return [
        Evidence(entry, http_status, content_type, request_entity.strip().lower(), operation.strip().lower())
        for entry in entries[:MOST_ENTRIES] or (FaultEntry(),)
    ]
