"""Removes secrets and personal data from what is sent to QuickBooks and comes back; pure, knows fields and patterns.

What support needs stays: ids, numbers, amounts, dates, codes, states, names of products, accounts and tax
codes. Field names are Intuit's (API reference, Customer and Invoice). The length of a removed value stays,
because many refusals are about lengths.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from qbo.known_texts import SHORTEST_NUMBER, KnownTexts, unescaped

SECRET = "[secret]"  # noqa: S105  what replaces it
DEEPEST = 60

SECRET_FIELDS = re.compile(
    r"token|secret|password|passwd|authorization|api_?key|cookie|credential|card|bank_?acc|routing|nameonacct",
    re.IGNORECASE,
)
# SyncToken is the version of a row; the other is a setting about cards.
NO_SECRETS = frozenset({"synctoken", "sync_token", "token_version", "allowonlinecreditcardpayment"})

# What a field contains, by its name.
PERSONAL_FIELDS: Mapping[str, str] = {
    **dict.fromkeys(
        ("displayname", "givenname", "middlename", "familyname", "companyname", "printoncheckname", "contactname",
         "altcontactname", "legalname", "fullname", "username", "firstname", "lastname"),
        "name",
    ),
    **dict.fromkeys(
        ("primaryemailaddr", "billemail", "billemailcc", "billemailbcc", "email", "emailaddress", "emailaddr"),
        "e-mail",
    ),
    **dict.fromkeys(
        ("primaryphone", "alternatephone", "mobile", "fax", "phone", "freeformnumber", "othercontactinfo"), "phone"
    ),
    **dict.fromkeys(
        ("billaddr", "shipaddr", "shipfromaddr", "remittoaddr", "companyaddr", "legaladdr", "primaryaddr",
         "customercommunicationaddr", "line1", "line2", "line3", "line4", "line5", "city", "postalcode",
         "postalcodesuffix", "lat", "long", "webaddr"),
        "address",
    ),
    **dict.fromkeys(
        ("primarytaxidentifier", "secondarytaxidentifier", "resalenum", "taxidentifier", "ssn", "gstin",
         "businessnumber", "birthdate"),
        "identifier",
    ),
    **dict.fromkeys(
        ("customermemo", "memo", "description", "privatenote", "notes", "note", "statementmemo", "stringvalue"),
        "text",
    ),
}  # fmt: skip
# What stays in an address or a contact: it names nobody, and tax depends on it.
KEPT_INSIDE = frozenset({"id", "country", "countrysubdivisioncode", "countrycode", "synctoken", "type", "definitionid"})
PEOPLE = frozenset({"customer", "vendor", "employee"})
REFERENCES_TO_PEOPLE = frozenset(
    {"customerref", "vendorref", "employeeref", "entityref", "parentref", "lastmodifiedbyref", "salesrepref"}
)
NAMES_OF_PEOPLE = frozenset({"name", "fullyqualifiedname", "title", "suffix"})
# The line by which we, and support, recognize our own invoice.
MARK = re.compile(r"Run a Call invoice #\S{1,40} \(ref \d+-\d+\)")

ASSIGNED_SECRET = re.compile(
    r"((?:access|refresh|id|bearer)[_ -]?token|client[_ -]?secret|password|api[_-]?key)"
    r"([\"'\\]*\s*[=:]\s*[\"'\\]*)[^\s\"'\\&,;}<]+",
    re.IGNORECASE,
)
PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:Bearer\s+[\w.~+/=-]{6,}|Basic\s+[\w+/=-]{16,})", re.IGNORECASE), SECRET),
    (re.compile(r"eyJ[\w-]{4,}(?:\.[\w-]*){0,4}"), SECRET),
    # Long, with small and capital letters and digits: a token. Our request ids and Intuit's tids have no capitals.
    (re.compile(r"(?<![\w+-])(?=[\w+-]*[a-z])(?=[\w+-]*[A-Z])(?=[\w+-]*\d)[\w+-]{28,}=*"), SECRET),
    (re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<![\w.])(?:\d{4}[ -]){3}\d{4}(?![\w-])"), "[card]"),
    (re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), "[identifier]"),
    (re.compile(r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<!\w)\+\d[\d ().-]{7,17}\d"), "[phone]"),
)
# Intuit's sentences that contain a person's name (codes 5010 and 6240).
NAMED = re.compile(r"(?<=You and ).+?(?= ?were working)|(?<=must restore ).+?(?= \(deleted\))", re.IGNORECASE | re.S)

_FIELDS = "|".join(sorted([*PERSONAL_FIELDS, "fullyqualifiedname"], key=len, reverse=True))
QUOTED_FIELD = re.compile(rf"(\\*[\"'](?:{_FIELDS}|name)\\*[\"']\s*:\s*\\*\")((?:[^\"\\]|\\.)*)", re.IGNORECASE | re.S)
XML_FIELD = re.compile(rf"(<(?:\w+:)?({_FIELDS})(?:\s[^<>]*)?>)(.*?)(?=</(?:\w+:)?\2>|$)", re.IGNORECASE | re.S)
XML_NAME = re.compile(r"(<(?:\w+:)?\w+Ref\s[^<>]*?\bname\s*=\s*[\"'])[^\"'<>]*", re.IGNORECASE)


class Redactor:
    """Hides values by field, by pattern, and any other known texts.

    `known`: placeholder -> texts to remove, such as "customer-17" -> names. `kept`: texts that look
    like secrets or people but are neither, such as the realm ID.
    """

    def __init__(self, known: Mapping[str, Iterable[str]] | None = None, *, kept: Iterable[str] = ()) -> None:
        self._known = KnownTexts(known or {})
        self._kept = frozenset(kept)

    def document(self, text: str) -> object:
        """A body as a redacted JSON value, or as text if it is not JSON."""
        try:
            return self.value(json.loads(text, parse_float=Decimal, parse_constant=str))
        except (ValueError, RecursionError):
            return self.text(text)

    def value(self, value: Any) -> Any:
        return self._value(value, inside="", person=False, depth=0)

    def text(self, text: str) -> str:
        """Redacts free text, or a body that is not valid JSON: HTML, XML, cut off."""
        plain = unescaped(text)
        if plain != text and self._scrubbed(plain) != plain:
            return self._scrubbed(plain)
        return self._scrubbed(text)

    # --- structure --------------------------------------------------------------------------------------------

    def _value(self, value: object, *, inside: str, person: bool, depth: int) -> object:
        """`inside`: what an enclosing field holds ("address", ...), or ""; `person`: whether this is somebody's row."""
        if depth > DEEPEST:
            return "[too deep]"
        if isinstance(value, Mapping):
            person = person or any(str(key).casefold() == "displayname" for key in value)
            return {
                self.text(str(key)): self._field(str(key).casefold(), one, inside=inside, person=person, depth=depth)
                for key, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._value(one, inside=inside, person=person, depth=depth + 1) for one in value]
        if inside:
            return self._hidden(value, inside)
        return self._leaf(value)

    def _field(self, key: str, value: object, *, inside: str, person: bool, depth: int) -> object:
        if SECRET_FIELDS.search(key) and key not in NO_SECRETS:
            return None if value is None else SECRET
        if inside and key in KEPT_INSIDE:
            return self._value(value, inside="", person=False, depth=depth + 1)
        holds = inside or PERSONAL_FIELDS.get(key, "")
        if person and key in NAMES_OF_PEOPLE:
            holds = "name"
        is_person = key in PEOPLE or key in REFERENCES_TO_PEOPLE
        return self._value(value, inside=holds, person=is_person, depth=depth + 1)

    def _leaf(self, value: object) -> object:
        if isinstance(value, str):
            return self._nested(value)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            text = str(value)
            return value if len(text) < SHORTEST_NUMBER or self._scrubbed(text) == text else self._scrubbed(text)
        return value

    def _nested(self, text: str) -> str:
        """JSON inside a string is redacted too."""
        if text.lstrip()[:1] in ("{", "["):
            document = self.document(text)
            return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False, default=str)
        return self.text(text)

    def _hidden(self, value: object, holds: str) -> object:
        """What replaces a personal value: whose it is if known, otherwise its kind and length."""
        if value is None or isinstance(value, bool) or value == "":
            return value
        text = str(value)
        if holds == "text":
            return " ".join([*MARK.findall(text), placeholder(holds, MARK.sub("", text))]).strip()
        return self._known.whose(text) or placeholder(holds, text)

    # --- text -------------------------------------------------------------------------------------------------

    def _scrubbed(self, text: str) -> str:
        if text in self._kept:
            return text
        text = QUOTED_FIELD.sub(lambda match: match[1] + placeholder("text", match[2]), text)
        text = XML_FIELD.sub(lambda match: match[1] + placeholder("text", match[3]), text)
        text = XML_NAME.sub(r"\1[name]", text)
        text = ASSIGNED_SECRET.sub(rf"\1\2{SECRET}", text)
        for name in {match.strip() for match in NAMED.findall(text)} - {""}:
            text = text.replace(name, "[name]")
        text = self._known.hide(text)
        for pattern, shown in PATTERNS:
            text = pattern.sub(partial(self._unless_kept, shown), text)
        return text

    def _unless_kept(self, shown: str, match: re.Match[str]) -> str:
        return match[0] if match[0] in self._kept else shown


def placeholder(holds: str, text: str) -> str:
    return f"[{holds}, {len(text)} characters]" if text else ""
