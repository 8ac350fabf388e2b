"""Rules for English sentences that are read by their parts; they come after every rule that knows whole phrases."""

from collections.abc import Callable

from qbo.faults import record_words, sentence_words
from qbo.faults.evidence import Evidence
from qbo.faults.rule import Rule, rule
from qbo.faults.sentences import only_thing, pairs_in

OPEN = frozenset((0, 200, 400, 404, 409, 422, 500))
"""Statuses that leave open what is wrong."""
PASSED_ON = OPEN | {412, 423, 424, 502, 503}
"""The same for a record that a program did not find in QuickBooks: it calls what is behind it a gateway's trouble."""


def said(things: str, states: str, *, under: frozenset[int] = OPEN) -> Callable[[Evidence], bool]:
    """Whether one of the things is said to be in one of the states, both separated by blanks."""
    wanted = frozenset((thing, state) for thing in things.split() for state in states.split())

    def is_said(evidence: Evidence) -> bool:
        return not evidence.is_intuits and evidence.status in under and not wanted.isdisjoint(pairs_in(evidence.text))

    return is_said


def named_alone(thing: str) -> Callable[[Evidence], bool]:
    return lambda evidence: not evidence.is_intuits and only_thing(evidence.text) == thing


def said_of_access(evidence: Evidence) -> bool:
    """Whether what gives access has ended or was lost; payments have authorizations of their own."""
    return evidence.request_entity != "payment" and ACCESS_ENDED(evidence)


ACCESS_ENDED = said("access", "ended lost disconnected")


def sentence(failure: str, things: str, states: str) -> Rule:
    return rule(failure, where=said(things, states))


def record(failure: str, things: str, states: str) -> Rule:
    return rule(failure, where=said(things, states, under=PASSED_ON))


RECORDS: tuple[Rule, ...] = (
    record("tax_code_not_mapped", "tax_code", "gone absent ambiguous unmapped unchosen unusable"),
    record("item_inactive", "item", "gone"),
    record("customer_not_found", "customer", "gone absent ambiguous unmapped unchosen"),
    record("item_not_found", "item", "absent ambiguous unmapped unchosen"),
    record("account_inactive", "account", "gone"),
    record("income_account_missing", "account", "absent ambiguous unmapped unchosen"),
    record("income_account_missing", "account_there", "absent unmapped unchosen"),
    record("not_found_other", "record", "gone absent unmapped"),
    record("not_found_other", "document numbered", "gone absent"),
    record("not_found_other", "entry", "gone absent"),
    # What is gone may be named elsewhere: "Made inactive: customer Acme", "It is inactive, choose another account".
    *(
        rule(failure, text=record_words.GONE, where=condition)
        for failure, thing in (
            ("tax_code_not_mapped", "tax_code"),
            ("customer_not_found", "customer"),
            ("item_inactive", "item"),
            ("account_inactive", "account"),
        )
        for condition in (said(thing, "replaced"), named_alone(thing))
    ),
)
"""Before the rules for what is gone or missing and has no name."""

SENTENCES: tuple[Rule, ...] = (
    sentence("closed_period", "period", "closed"),
    rule("token_expired", where=said_of_access),
    sentence("token_expired", "program account_there login", "disconnected"),
    sentence("subscription_inactive", "subscription", "ended gone lost"),
    sentence("subscription_inactive", "company account_there", "ended"),
    sentence("subscription_inactive", "program account_there", "unpaid"),
    sentence("app_already_connected", "company account_there", "others"),
    sentence("permission_denied", "permission scope", "lacking refused wanted reduced"),
    sentence("permission_denied", "login", "refused"),
    sentence("permission_denied", "user role", "lacking refused"),
    sentence("wrong_environment", "company", "different"),
    sentence("not_found_other", "document numbered", "awaited"),
    sentence("duplicate_doc_number", "number numbered document", "taken"),
    sentence("duplicate_name", "name customer item record entry", "taken"),
    sentence("tax_not_enabled", "tax", "off"),
    sentence("tax_code_not_mapped", "tax", "absent unmapped unchosen"),
    sentence("tax_code_not_mapped", "tax_code", "unsent"),
    sentence("customer_not_found", "customer", "unsent awaited"),
    sentence("item_not_found", "item", "unsent awaited"),
    sentence("income_account_missing", "account", "unsent awaited"),
    sentence("account_inactive", "account", "closed doubted"),
    sentence("account_inactive", "account_there", "doubted"),
    sentence("tax_code_not_mapped", "tax_code", "doubted"),
    sentence("not_found_other", "record", "unsent awaited"),
    # What an app has under a name of its own: "Loan 5 has not been synced to QuickBooks yet".
    rule(
        "not_found_other",
        headline=True,
        text=rf"\b{sentence_words.NOT} {sentence_words.SENT} to (quickbooks|qbo) yet\b",
    ),
)
