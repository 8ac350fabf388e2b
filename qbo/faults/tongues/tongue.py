"""What one language has words for: things, their states and fixed phrases; knows no language.

Each word is a regular expression for text in lower case and without accents (`qbo.faults.evidence.tidy`).
"""

from dataclasses import dataclass

PROGRAM = r"(quickbooks|qbo|intuit)( online)?"


@dataclass(frozen=True)
class Tongue:
    """One language's words for things and their states, and its fixed phrases."""

    # things
    tax: str
    tax_code: str  # a rate or a code, not the tax nor its amount
    amount: str
    customer: str
    item: str
    account: str
    number: str  # of a document
    name: str
    period: str
    record: str  # an invoice, a vendor and what else there is
    thing: str  # an object of no named kind
    access: str  # token, session, connection
    subscription: str
    # states
    gone: str  # inactive or deleted; not: cannot be deleted
    missing: str
    none: str  # before the thing, and found behind it: "aucun client trouvé"
    found: str
    taken: str
    closed: str
    ended: str
    needed: str  # choose, must, without
    invalid: str
    unset: str  # not set up, not entered
    lacking: str
    unlinked: str  # to a record of QuickBooks
    outdated: str
    chosen: str  # behind "no": none was selected
    # sayings
    closing_date: str
    tax_off: str
    tax_calculation: str
    sign_in: str
    unconnected: str  # to QuickBooks; or a token that is refused
    to_connect: str  # nobody has connected QuickBooks, or somebody is told to
    somebody_else: str  # has already connected the app
    denied: str
    refused_company: str
    no_customer: str
    no_period: str
    too_many: str
    later: str
    other_user: str
    account_type: str
    unreached: str
    socket: str  # errors of the system and of its resolver, as glibc translates them
    refused: str  # any check of QuickBooks
    frame: str  # words of a sentence that tells only that something failed
