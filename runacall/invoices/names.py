"""The key by which customer and item names are compared everywhere; pure."""

import re
import unicodedata

# In addition to Unicode white space: invisible characters that look like a space or like nothing, as spreadsheets
# leave them.
_BLANKS = re.compile("[\\s\u00ad\u115f\u1160\u180e\u200b\u2060\u2800\ufeff]+")


def name_key(name: str) -> str:
    """The key of a name; two names with the same key mean the same record.

    Unicode NFKC (a no-break space becomes a space, a ligature its letters), every run of spaces becomes one,
    none at the ends, and case is ignored.
    """
    if name.isascii():
        return " ".join(name.casefold().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _BLANKS.sub(" ", folded).strip()


# One address as a field may contain it; stricter checks are up to the mail server.
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")


def addresses_in(email: str) -> frozenset[str]:
    """The e-mail addresses of a field (separated by commas or semicolons), in the form for comparing."""
    return frozenset(part.strip().casefold() for part in re.split(r"[,;]", email) if part.strip())


def are_addresses(email: str) -> bool:
    """Whether the field has one e-mail address, or several separated by commas, as QuickBooks accepts them."""
    return all(_ADDRESS.fullmatch(part.strip()) for part in email.split(","))
