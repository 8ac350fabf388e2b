"""The words of faults when QuickBooks or a computer uses a language other than English.

A single word proves nothing: rules look for a thing and its state in one sentence. Sources: the languages that
QuickBooks Online and Windows are sold in, and how Intuit's help pages in them call things.
"""

import re
from functools import lru_cache

from qbo.faults.expressions import is_in
from qbo.faults.tongues.dutch import DUTCH
from qbo.faults.tongues.french import FRENCH
from qbo.faults.tongues.german import GERMAN
from qbo.faults.tongues.italian import ITALIAN
from qbo.faults.tongues.japanese import JAPANESE
from qbo.faults.tongues.portuguese import PORTUGUESE
from qbo.faults.tongues.spanish import SPANISH
from qbo.faults.tongues.tongue import Tongue

TONGUES: tuple[Tongue, ...] = (FRENCH, SPANISH, GERMAN, PORTUGUESE, DUTCH, ITALIAN, JAPANESE)

STATES = (
    *("gone", "missing", "found", "taken", "closed", "ended", "needed", "invalid", "unset", "lacking"),
    *("unlinked", "outdated"),
)
# For a number that is too large or too small: then a different number is needed.
BOUNDS = re.compile(
    r"\b(entre|zwischen|tussen|tra|fra) \d|\b(mayor|menor|maior|superieure?|inferieure?|depasser|positi[fv]\w*"
    r"|exceder|maggiore|minore|superiore|inferiore|superare"
    r"|groter|kleiner|gro(e)?sser|ho(e)?her|hoger|lager|niedriger)\b|(?<![つ件行個])以上|以下"
)
SAYINGS = (
    *(
        "closing_date",
        "tax_off",
        "tax_calculation",
        "sign_in",
        "unconnected",
        "to_connect",
        "somebody_else",
        "denied",
        "refused_company",
        "no_customer",
        "no_period",
        "too_many",
        "later",
    ),
    *("other_user", "unreached", "socket", "refused"),
)
HINTS = {tongue: "|".join(getattr(tongue, word) for word in ("tax_code", *STATES, *SAYINGS)) for tongue in TONGUES}


@lru_cache(maxsize=256)
def languages_in(text: str) -> tuple[Tongue, ...]:
    """The languages of which a state or a phrase is in the text; none for English, at little cost."""
    tongues = TONGUES[:-1] if text.isascii() else TONGUES
    return tuple(tongue for tongue in tongues if is_in(HINTS[tongue], text))
