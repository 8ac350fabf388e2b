"""Finds Intuit's error entries in a body of any form; knows forms, not what an entry means.

Seen: JSON with `Fault` or `fault`, inside batch items or bare; XML with and without an envelope; the token
endpoint's OAuth errors; and quotes of all these in the words of client libraries (Python, Ruby, PHP, Node,
.NET), cut off or not.
"""

import html
import re
from dataclasses import fields, replace
from urllib.parse import unquote

from qbo.failures import FaultEntry
from qbo.faults import json_sayings, json_shapes, text_shapes, xml_shapes

LONGEST_BODY = 400_000
"""How many characters are searched: a fault is in the first few thousand."""

ESCAPED_QUOTE = re.compile(r"[{\[,]\s*&(?:quot|#0*34|#x0*22);", re.IGNORECASE)
IN_AN_ADDRESS = re.compile(r"%7B(%0A|%20|\+)*%22", re.IGNORECASE)
"""JSON that was made part of an address, as where a page is told what went wrong."""
HEAD = LONGEST_BODY * 3 // 4
COLOR = re.compile(r"(?:[\x1b\u241b\ufffd]|\\(?:x1b|u001b|033|e))\[[0-9;]{0,12}[A-Za-z]", re.IGNORECASE)
"""What a terminal is told between the words of a log, as it was written or as a program escaped it."""


def read_entries(body: str, content_type: str = "") -> tuple[FaultEntry, ...]:
    """The entries of every fault in the body, otherwise the body's text as one entry; none for an empty body.

    The content type is not trusted, because Intuit answers XML to clients that asked for JSON.
    """
    text = bounded(body)
    return structured_entries(body) or coded(json_sayings.told(text)) or text_shapes.entries(text)


def coded(entries: tuple[FaultEntry, ...]) -> tuple[FaultEntry, ...]:
    """The entries with the codes that their words name: "2500 - Invalid Reference Id"."""
    return tuple(
        entry if entry.code else replace(entry, code=text_shapes.code_in(f"{entry.message} {entry.detail}".strip()))
        for entry in entries
    )


def structured_entries(body: str) -> tuple[FaultEntry, ...]:
    """Only the entries of a recognizable fault: a success has none, whatever its texts say."""
    text = bounded(body)
    found = (
        json_shapes.entries(text)
        or xml_shapes.entries(text)
        or coded(json_sayings.told_as_error(text))
        or text_shapes.quoted_entries(text)
    )
    if not found and ESCAPED_QUOTE.search(text):
        # JSON that was escaped to be shown on a page.
        return json_shapes.entries(html.unescape(text))
    if not found and IN_AN_ADDRESS.search(text):
        return json_shapes.entries(unquote(text))
    return found


def bounded(body: str) -> str:
    """The body without irrelevant parts; of a huge one, only its beginning and end."""
    if len(body) > LONGEST_BODY:
        body = body[:HEAD] + " " + body[HEAD - LONGEST_BODY :]
    if "[" in body:
        body = COLOR.sub("", body)
    return body.replace("\x00", "").lstrip("\ufeff").strip()


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LONGEST_WORDS = 4_000


def storable(entry: FaultEntry) -> FaultEntry:
    """The entry with texts that any database accepts: no NUL, no half characters, not too long."""
    texts = {field.name: getattr(entry, field.name)[:LONGEST_WORDS] for field in fields(entry)}
    return FaultEntry(**{name: UNSTORABLE.sub("\ufffd", text) for name, text in texts.items()})
