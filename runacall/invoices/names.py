"""The key by which customer and item names are compared everywhere; pure."""

import re
import unicodedata

# In addition to Unicode white space: invisible characters that look like a space.
_BLANKS = re.compile("[\\s\u115f\u1160\u2800\u3164]+")
# Those that look like nothing, as phones, spreadsheets and web pages leave them: joiners, marks of direction, byte
# order marks, soft hyphens, and the selectors that make a sign an emoji.
_NOTHING = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
# Phones and word processors write these where a keyboard writes ' " and -.
_SAME = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u0060\u00b4\ua78c", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
# Both letters I of Turkish are the same letter to people who write names in English.
_TURKISH = re.compile("i\u0307|\u0131")


def name_key(name: str) -> str:
    """The key of a name; two names with the same key mean the same record.

    Unicode NFKC (a no-break space becomes a space, a ligature its letters), typographic apostrophes, quotation marks
    and dashes as on a keyboard, every run of spaces becomes one, none at the ends, and case is ignored. Invisible
    characters do not count.
    """
    if name.isascii():
        return " ".join(name.replace("`", "'").casefold().split())
    # Before NFKC, which makes a space and a combining accent of an acute accent that stands alone.
    plain = _NOTHING.sub("", name.translate(_SAME))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold()).translate(_SAME)
    return _BLANKS.sub(" ", _TURKISH.sub("i", _NOTHING.sub("", folded))).strip()


def full_name_key(name: str) -> str:
    """The key of a name as QuickBooks spells one with its parents: "Parent:Child", "Category:Item"."""
    return ":".join(name_key(part) for part in name.split(":"))


def as_typed(name: str) -> str:
    """The name as a person would type it: no invisible characters, each letter and its accent as one, single spaces."""
    return _BLANKS.sub(" ", _NOTHING.sub("", unicodedata.normalize("NFC", name))).strip()


# One address as a field may contain it; stricter checks are up to the mail server.
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")


def addresses_in(email: str) -> frozenset[str]:
    """The e-mail addresses of a field (separated by commas or semicolons), in the form for comparing."""
    return frozenset(part.strip().casefold() for part in re.split(r"[,;]", email) if part.strip())


def are_addresses(email: str) -> bool:
    """Whether the field has one e-mail address, or several separated by commas, as QuickBooks accepts them."""
    return all(_ADDRESS.fullmatch(part.strip()) for part in email.split(","))
