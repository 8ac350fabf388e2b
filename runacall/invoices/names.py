"""When two names mean one customer or item: the one key by which names are compared everywhere; pure."""

import re
import unicodedata

# Besides what Unicode calls white space: blanks that are seen as one or not at all, as spreadsheets leave them behind.
_BLANKS = re.compile("[\\s\u00ad\u115f\u1160\u180e\u200b\u2060\u2800\ufeff]+")


def name_key(name: str) -> str:
    """What two names have in common that mean one record.

    Unicode NFKC (so that a no-break space is a blank and a ligature its letters), every run of blanks one blank,
    none at the ends, and case folded.
    """
    if name.isascii():
        return " ".join(name.casefold().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _BLANKS.sub(" ", folded).strip()


# One address, as a field may hold it; stricter ones belong to whoever sends mail.
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")


def addresses_in(email: str) -> frozenset[str]:
    """The e-mail addresses of a field that may hold several, with commas or semicolons between them; compared so."""
    return frozenset(part.strip().casefold() for part in re.split(r"[,;]", email) if part.strip())


def are_addresses(email: str) -> bool:
    """Whether the field holds one e-mail address or several with commas between them, as QuickBooks takes them."""
    return all(_ADDRESS.fullmatch(part.strip()) for part in email.split(","))
