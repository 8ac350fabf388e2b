"""Removes secrets and personal data from an exchange; knows no file and no network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

from qbo_emulator.founding.sample_facts import CUSTOMERS, VENDORS

KEPT_HEADERS = frozenset(("accept", "content-type", "retry-after", "www-authenticate", "cache-control"))
SECRET_FIELDS = frozenset(
    ("access_token", "refresh_token", "id_token", "token", "code", "client_id", "client_secret", "state", "assertion")
)


def full_names() -> Iterator[str]:
    """The customers of the sample company, those below others under both of their names."""
    names = {key: name for key, name, *_ in CUSTOMERS}
    for _, name, _, _, parent in CUSTOMERS:
        yield name
        if parent:
            yield f"{names[parent]}:{name}"


# Values about people; they are replaced by others of the same kind, the same for the same value.
PERSONAL = {
    **dict.fromkeys(("GivenName", "MiddleName", "FamilyName", "Suffix", "Title"), "name"),
    **dict.fromkeys(("DisplayName", "FullyQualifiedName", "CompanyName", "LegalName", "PrintOnCheckName"), "name"),
    **dict.fromkeys(("Line1", "Line2", "Line3", "Line4", "Line5", "City", "PostalCode"), "place"),
    **dict.fromkeys(
        ("FreeFormNumber", "TaxIdentifier", "SSN", "BusinessNumber", "AcctNum", "PrimaryTaxIdentifier"), "number"
    ),
    **dict.fromkeys(("Address", "URI"), "address"),
    **dict.fromkeys(("PrivateNote", "Description", "Memo", "Notes", "Note"), "words"),
    **dict.fromkeys(("Lat", "Long", "V4IDPseudonym"), "number"),
    **dict.fromkeys(("BirthDate", "HiredDate", "ReleasedDate"), "day"),
}
# Who is in Intuit's own sample company is no secret, and their names lead a recording to the same rows here.
PUBLISHED = frozenset(("Amy's Bird Sanctuary", *full_names(), *(name for _, name in VENDORS)))
SHORTEST = 3
NAMING = re.compile(r"(You and |same time\. |must restore )(.+?)( were working| finished before|\.$)")
SOME_DAY = "2000-01-01"
LONG = 40
TELLING = re.compile(r"[:\t\r\n]")
NAMED = frozenset(("CustomerRef", "VendorRef", "EmployeeRef", "EntityRef", "ParentRef", "NameOf"))
XML_ELEMENT = re.compile(r"<(\w+)((?:\s[^<>]*)?)>([^<>]+)</\1>")
BEARER = re.compile(r"(?i)(bearer|basic)\s+[\w.~+/=-]+")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
QUOTED = re.compile(r"'((?:\\.|[^'\\])*)'")
EXPOSING = re.compile(
    r"(?i)\b(displayname|givenname|familyname|companyname|fullyqualifiedname|primaryemailaddr)\b[^']*'"
)


class Redaction:
    """Replaces values by a hash that cannot be reversed: the `salt` is made for one recording and never stored."""

    def __init__(self, salt: bytes, realm: str, seen: dict[str, str] | None = None) -> None:
        self.salt, self.realm = salt, realm
        self.seen = {} if seen is None else seen  # what was replaced by what, since faults quote it

    def text(self, value: str, kind: str) -> str:
        """The replacement for `value`: as long if it is long, and with the characters that QuickBooks checks."""
        if kind == "name" and value.replace("\\'", "'") in PUBLISHED:
            return value
        digest = hashlib.blake2b(value.encode(), key=self.salt, digest_size=4).hexdigest()
        if kind == "day":
            return SOME_DAY
        if kind == "number":
            return str(int(digest, 16))[:10]
        shown = f"{digest}@example.com" if kind == "address" and "@" in value else f"{kind} {digest}"
        signs = "".join(sorted(set(TELLING.findall(value))))
        self.seen[value] = made = f"{shown}{signs}".ljust(len(value) if len(value) > LONG else 0, "x")
        return made

    def path(self, path: str) -> str:
        return path.replace(self.realm, "REALM") if self.realm else path

    def query(self, query: str) -> str:
        pairs = parse_qsl(query, keep_blank_values=True)
        return urlencode([(name, self._parameter(name, value)) for name, value in pairs])

    def _parameter(self, name: str, value: str) -> str:
        if name.lower() in SECRET_FIELDS:
            return "REDACTED"
        if name.lower() == "sendto":
            return self.text(value, "address")
        return self.statement(value) if name == "query" else value

    def statement(self, text: str) -> str:
        """A query with the names and addresses in it replaced as they are in answers."""
        if not EXPOSING.search(text):
            return EMAIL.sub(lambda found: self.text(found[0], "address"), text)
        return QUOTED.sub(lambda found: f"'{self.text(found[1], 'name')}'", text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        kept = {name.lower(): value for name, value in headers.items() if name.lower() in KEPT_HEADERS}
        return {name: BEARER.sub(r"\1 REDACTED", value) for name, value in kept.items()}

    def value(self, value: object, name: str = "", holder: str = "") -> object:
        """A JSON value, `name` being the property that it stands under and `holder` the one above."""
        if isinstance(value, dict):
            return {key: self.value(one, key, name) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, name, holder) for one in value]
        if not isinstance(value, str) or not value:
            return value
        if name.lower() in SECRET_FIELDS and name != "code":
            return "REDACTED"
        if name == "name" and holder in NAMED:
            return self.text(value, "name")
        if name in PERSONAL:
            return self.text(value, PERSONAL[name])
        return self.quotes(value) if name.lower() in ("detail", "message") else self.words(value)

    def quotes(self, text: str) -> str:
        """The text of a fault, without the people and values that it quotes."""
        text = NAMING.sub(lambda found: f"{found[1]}{self.text(found[2], 'name')}{found[3]}", text)
        for value in sorted(self.seen, key=len, reverse=True):
            if len(value) >= SHORTEST and value in text:
                text = text.replace(value, self.seen[value])
        return self.words(text)

    def words(self, text: str) -> str:
        """Text that may quote people: faults name them."""
        text = EMAIL.sub(lambda found: self.text(found[0], "address"), text)
        return self.path(BEARER.sub(r"\1 REDACTED", text))

    def xml(self, text: str) -> str:
        def element(found: re.Match[str]) -> str:
            name, attributes, inner = found.groups()
            if name in NAMED:
                attributes = re.sub(r'name="[^"]*"', lambda one: f'name="{self.text(one[0], "name")}"', attributes)
            if name in ("Detail", "Message"):
                return f"<{name}{attributes}>{self.quotes(inner)}</{name}>"
            shown = self.text(inner, PERSONAL[name]) if name in PERSONAL else self.words(inner)
            return f"<{name}{attributes}>{shown}</{name}>"

        return self.path(XML_ELEMENT.sub(element, text))
