"""An exchange without what is secret or personal; knows no file and no network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

KEPT_HEADERS = frozenset(("accept", "content-type", "retry-after", "www-authenticate", "cache-control"))
SECRET_FIELDS = frozenset(
    ("access_token", "refresh_token", "id_token", "token", "code", "client_id", "client_secret", "state", "assertion")
)
# Values that tell of people; they are replaced by others of their kind, the same for the same value.
PERSONAL = {
    **dict.fromkeys(("GivenName", "MiddleName", "FamilyName", "Suffix", "Title"), "name"),
    **dict.fromkeys(("DisplayName", "FullyQualifiedName", "CompanyName", "LegalName", "PrintOnCheckName"), "name"),
    **dict.fromkeys(("Line1", "Line2", "Line3", "Line4", "Line5", "City", "PostalCode"), "place"),
    **dict.fromkeys(
        ("FreeFormNumber", "TaxIdentifier", "SSN", "BusinessNumber", "AcctNum", "PrimaryTaxIdentifier"), "number"
    ),
    **dict.fromkeys(("Address", "URI"), "address"),
    **dict.fromkeys(("PrivateNote", "Description", "Memo", "Notes", "Note"), "words"),
    **dict.fromkeys(("Lat", "Long", "V4IDPseudonym", "BirthDate", "HiredDate"), "number"),
}
NAMED = frozenset(("CustomerRef", "VendorRef", "EmployeeRef", "EntityRef", "ParentRef", "NameOf"))
XML_ELEMENT = re.compile(r"<(\w+)((?:\s[^<>]*)?)>([^<>]+)</\1>")
BEARER = re.compile(r"(?i)(bearer|basic)\s+[\w.~+/=-]+")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
QUOTED = re.compile(r"'((?:\\.|[^'\\])*)'")
EXPOSING = re.compile(
    r"(?i)\b(displayname|givenname|familyname|companyname|fullyqualifiedname|primaryemailaddr)\b[^']*'"
)


class Redaction:
    """Replaces by a hash that nobody can turn back: the `salt` is made for one recording and written nowhere."""

    def __init__(self, salt: bytes, realm: str) -> None:
        self.salt, self.realm = salt, realm

    def text(self, value: str, kind: str) -> str:
        digest = hashlib.blake2b(value.encode(), key=self.salt, digest_size=4).hexdigest()
        if kind == "address":
            return f"{digest}@example.com"
        return str(int(digest, 16))[:10] if kind == "number" else f"{kind} {digest}"

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

    def value(self, value: Any, name: str = "", holder: str = "") -> Any:
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
        return self.words(value)

    def words(self, text: str) -> str:
        """Text that may quote people: faults name them."""
        text = EMAIL.sub(lambda found: self.text(found[0], "address"), text)
        return self.path(BEARER.sub(r"\1 REDACTED", text))

    def xml(self, text: str) -> str:
        def element(found: re.Match[str]) -> str:
            name, attributes, inner = found.groups()
            if name in NAMED:
                attributes = re.sub(r'name="[^"]*"', lambda one: f'name="{self.text(one[0], "name")}"', attributes)
            shown = self.text(inner, PERSONAL[name]) if name in PERSONAL else self.words(inner)
            return f"<{name}{attributes}>{shown}</{name}>"

        return self.path(XML_ELEMENT.sub(element, text))
