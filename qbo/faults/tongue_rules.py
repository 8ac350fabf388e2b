"""Rules for languages other than English: the same as the English ones, built from the table of words.

They come after the English rules and after every code with only one meaning, so they decide only what the code leaves
open: mostly 6000, references, and words without a code.
"""

import re
from collections.abc import Callable
from functools import cache

from qbo.faults.evidence import Evidence
from qbo.faults.expressions import is_in
from qbo.faults.record_words import of_a_reference
from qbo.faults.rule import Rule, no_answer, rule
from qbo.faults.sentences import without_names
from qbo.faults.tongues import BOUNDS, TONGUES, languages_in
from qbo.faults.tongues.japanese import JAPANESE
from qbo.faults.tongues.tongue import PROGRAM, Tongue

Words = Callable[[Tongue], str]
Condition = Callable[[Evidence], bool]


def says(*sayings: Words) -> Condition:
    """Whether the text has one of these phrases of a language that is found in it."""
    return found({tongue: "|".join(saying(tongue) for saying in sayings) for tongue in TONGUES})


def tells(thing: Words, *states: Words) -> Condition:
    """Whether a thing and one of its states are in one sentence of one language, in either order."""
    return found({tongue: together(thing(tongue), "|".join(s(tongue) for s in states)) for tongue in TONGUES})


def together(thing: str, states: str) -> str:
    return rf"(?:{thing}){WITHIN}{{0,60}}?(?:{states})|(?:{states}){WITHIN}{{0,40}}?(?:{thing})"


WITHIN = r"(?:[^.;!?。]|(?<=\d)\.(?=\d)|(?<=\bref)\.)"
"""A letter of the same sentence; the dots in a date, an amount or "ref." end none."""

API_NAMES = (
    r"\b(invoice|estimate|bill|payment|deposit|purchase|vendor|employee|transfer|journalentry|salesreceipt|creditmemo"
    r"|billpayment|purchaseorder|vendorcredit|refundreceipt)\b"
)
"""What programs in every language call the API's records."""

CONNECTING = (
    r"\b(connexion|conexion|conexao|ligacao|connessione|verbinding|koppeling|verbindung) (a|ao?|con?|com|met|zu|mit)"
    r" (o )?(quickbooks|intuit|qbo)"
)
CALLED_OFF = r"\b(annulee?|cancelad[oa]|anulad[oa]|annullat[oa]|geannuleerd)\b|\b(vom benutzer|von ihnen) abgebrochen"
"""That somebody who was to connect QuickBooks called it off."""

DOCUMENT_NAMES = (
    r"\b(invoice|estimate|bill|payment|deposit|purchase|transfer|journalentry|salesreceipt|creditmemo|billpayment"
    r"|purchaseorder|vendorcredit|refundreceipt)\b|\bdoc?kument\w*|\bdocumen(to?s?|ti)\b|\bbeleg\b|伝票|書類"
)
"""What has a number, as programs in every language call it."""


def lacks(thing: Words, *states: Words) -> Condition:
    """The same for what is missing, also in the order "no customer found"."""
    none_found = {
        tongue: rf"(?:{tongue.none}) ?(?:\w+ ){{0,2}}?(?:{thing(tongue)})[^.;!?。]{{0,20}}?(?:{tongue.found})"
        for tongue in TONGUES
    }
    return either(tells(thing, lambda t: t.missing, *states), found(none_found))


def unchosen(thing: Words) -> Condition:
    """Whether none was selected, in either order: "aucun client n'a été sélectionné"."""

    def both_ways(tongue: Tongue) -> str:
        none = rf"(?:{tongue.none}) ?(?:\w+ ){{0,2}}?(?:{thing(tongue)})"
        return rf"{none}{WITHIN}{{0,20}}?(?:{tongue.chosen})|(?:{tongue.chosen}){WITHIN}{{0,12}}?{none}"

    return found({tongue: both_ways(tongue) for tongue in TONGUES})


def found(expressions: dict[Tongue, str]) -> Condition:
    return lambda evidence: any(is_in(expressions[tongue], evidence.text) for tongue in languages_in(evidence.text))


def either(first: Condition, second: Condition) -> Condition:
    return lambda evidence: first(evidence) or second(evidence)


def both(first: Condition, second: Condition) -> Condition:
    return lambda evidence: first(evidence) and second(evidence)


def not_answered(evidence: Evidence) -> bool:
    return not evidence.is_intuits and no_answer(evidence.status)


def of_another_program(evidence: Evidence) -> bool:
    return not evidence.is_intuits


def needs_a_tax_code(evidence: Evidence) -> bool:
    """A rate or code has to be chosen; one that has to be larger or smaller is something else.

    With the code of business rules, it is enough that a rate or code is named, or a tax that is needed (not its
    amount).
    """
    if BOUNDS.search(evidence.text):
        return False
    if evidence.code == "6000":
        return TAX_CODE(evidence) or (NEEDS_TAX(evidence) and not AMOUNT(evidence))
    return NEEDS_TAX_CODE(evidence)


TAX_CODE = says(lambda t: t.tax_code)
NEEDS_TAX_CODE = tells(lambda t: t.tax_code, lambda t: t.needed)
NEEDS_TAX = tells(lambda t: t.tax, lambda t: t.needed)
BAD_REFERENCE = tells(lambda t: t.thing, lambda t: t.invalid, lambda t: t.missing)
AMOUNT = says(lambda t: t.amount)

CLOSED = either(tells(lambda t: t.period, lambda t: t.closed), says(lambda t: t.closing_date, lambda t: t.no_period))


def closed_under_another_name(evidence: Evidence) -> bool:
    """Closed books that are reported with the code of a stale object, or as something forbidden."""
    return (evidence.code == "5010" or (evidence.status == 403 and not evidence.is_intuits)) and CLOSED(evidence)


CLOSED_UNDER_ANOTHER_NAME: tuple[Rule, ...] = (rule("closed_period", where=closed_under_another_name),)

CLIENT_KEYS = r"client[ _](id|secret)\b"

UNREACHED: tuple[Rule, ...] = (
    rule(
        "app_refused",
        where=tells(lambda t: CLIENT_KEYS, lambda t: t.unset, lambda t: t.missing, lambda t: t.lacking),
    ),
    # Before the network: a connection that nobody has made is none that broke.
    rule("token_expired", where=both(of_another_program, says(lambda t: t.to_connect))),
    rule("network", where=both(not_answered, says(lambda t: t.unreached, lambda t: t.socket))),
)

RECORDS: tuple[Rule, ...] = (
    rule("closed_period", where=CLOSED),
    rule("rate_limited", where=says(lambda t: t.too_many)),
    rule("stale_object", where=says(lambda t: t.other_user)),
    rule("stale_object", where=tells(lambda t: f"{t.thing}|{t.record}", lambda t: t.outdated)),
    rule("duplicate_doc_number", where=tells(lambda t: t.number, lambda t: t.taken)),
    rule("duplicate_name", where=tells(lambda t: t.name, lambda t: t.taken)),
    rule("tax_calculation_failed", where=says(lambda t: t.tax_calculation)),
    rule(
        "tax_code_not_mapped",
        where=tells(
            lambda t: t.tax_code,
            *(lambda t: t.missing, lambda t: t.gone, lambda t: t.invalid, lambda t: t.unset, lambda t: t.lacking),
            lambda t: t.unlinked,
        ),
    ),
    rule("tax_code_not_mapped", where=both(either(of_a_reference, BAD_REFERENCE), says(lambda t: t.tax_code))),
    rule("tax_not_enabled", where=says(lambda t: t.tax_off)),
    rule("tax_code_not_mapped", where=needs_a_tax_code),
    rule(
        "account_wrong_type",
        where=tells(lambda t: t.account_type, lambda t: t.invalid, lambda t: t.gone, lambda t: t.needed),
    ),
    rule("customer_not_found", where=says(lambda t: t.no_customer)),
    rule("customer_not_found", where=lacks(lambda t: t.customer, lambda t: t.gone, lambda t: t.unlinked)),
    rule("customer_not_found", where=unchosen(lambda t: t.customer)),
    rule("customer_not_found", headline=True, where=tells(lambda t: t.customer, lambda t: t.invalid)),
    rule("item_inactive", where=tells(lambda t: t.item, lambda t: t.gone)),
    rule("item_not_found", where=either(lacks(lambda t: t.item, lambda t: t.unlinked), unchosen(lambda t: t.item))),
    rule("income_account_missing", where=unchosen(lambda t: t.account)),
    rule(
        "account_inactive",
        where=lacks(lambda t: t.account, lambda t: t.gone, lambda t: t.closed, lambda t: t.unlinked),
    ),
    rule("duplicate_name", headline=True, where=tells(lambda t: f"{t.customer}|{t.item}", lambda t: t.taken)),
    rule("duplicate_doc_number", where=tells(lambda t: DOCUMENT_NAMES, lambda t: t.taken)),
    rule("not_found_other", where=lacks(lambda t: f"{t.record}|{API_NAMES}|{DOCUMENT_NAMES}", lambda t: t.gone)),
    rule("not_found_other", where=lacks(lambda t: t.number)),
)

CONNECTION: tuple[Rule, ...] = (
    rule("app_already_connected", where=says(lambda t: t.somebody_else)),
    rule("subscription_inactive", where=tells(lambda t: t.subscription, lambda t: t.ended, lambda t: t.gone)),
    rule("subscription_inactive", where=says(lambda t: t.refused_company)),
    rule("access_refused_by_user", where=tells(lambda t: CONNECTING, lambda t: CALLED_OFF)),
    rule("token_expired", where=tells(lambda t: t.access, lambda t: t.ended, lambda t: t.lacking, lambda t: t.invalid)),
    rule("token_expired", where=says(lambda t: t.sign_in, lambda t: t.unconnected)),
    rule("permission_denied", where=says(lambda t: t.denied)),
    rule("server_error", where=says(lambda t: t.later)),
)

LONGEST_FRAME = 200


def tells_only_that_it_failed(evidence: Evidence) -> bool:
    """Whether nothing is left in one of the languages without names of records and words of failing."""
    text = evidence.text
    if evidence.is_intuits or evidence.is_a_part or not 0 < len(text) <= LONGEST_FRAME or evidence.status:
        return False
    named = without_names(text, " ")
    return any(not LETTER.search(framed(tongue).sub(" ", named)) for tongue in TONGUES)


LETTER = re.compile(r"[^\W\d_]")


@cache
def framed(tongue: Tongue) -> re.Pattern[str]:
    words = "|".join((tongue.frame, tongue.customer, tongue.item, tongue.record, PROGRAM, "api|erp"))
    # Japanese has no blanks between words.
    return re.compile(rf"(?:{words})" if tongue is JAPANESE else rf"(?<!\w)(?:{words})(?!\w)")


REFUSED: tuple[Rule, ...] = (
    rule("unknown", where=tells_only_that_it_failed),
    rule(
        "reference_not_found",
        where=tells(lambda t: t.thing, lambda t: t.missing, lambda t: t.gone, lambda t: t.invalid),
    ),
    rule("validation", where=says(lambda t: t.refused)),
    rule(
        "validation",
        where=says(lambda t: t.needed, lambda t: t.invalid, lambda t: t.taken),
        status=lambda status: status in (0, 400, 422),
    ),
)
