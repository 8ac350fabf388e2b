"""Which answer means which failure: an ordered table, first match wins; knows nothing about the form of a body.

The order matters. Codes with only one meaning come first, throttling before 403, closed books
before the codes they share, a named reference before the generic "made inactive", the text before
the range of a code.
"""

from collections.abc import Sequence

from qbo.faults import access_rules as access
from qbo.faults import concurrent_rules as concurrent
from qbo.faults import connection_rules as connection
from qbo.faults import general_rules as general
from qbo.faults import grant_rules as grant
from qbo.faults import limit_rules as limit
from qbo.faults import passing_rules as passing
from qbo.faults import record_rules as record
from qbo.faults import reference_rules as reference
from qbo.faults import sentence_rules as sentence
from qbo.faults import tax_rules as tax
from qbo.faults import tongue_rules as tongue
from qbo.faults.evidence import Evidence
from qbo.faults.rule import Rule

RULES: tuple[Rule, ...] = (
    *connection.RAISED,
    *record.DECIDED,
    *limit.THROTTLED,
    *limit.GATEWAYS,
    *grant.GRANTS,
    *record.CLOSED_BOOKS,
    *connection.SUBSCRIPTION,
    *connection.UNREACHED,
    *tongue.UNREACHED,
    *tongue.CLOSED_UNDER_ANOTHER_NAME,
    *access.ACCESS,
    *concurrent.CONCURRENT,
    *record.DUPLICATES,
    *record.PAYMENTS,
    *record.FIELDS,
    *tax.TAX,
    *reference.REFERENCES,
    *reference.HEADLINES,
    *tongue.RECORDS,
    *tongue.CONNECTION,
    *reference.LINKS,
    *sentence.RECORDS,
    *reference.INACTIVE,
    *reference.UNNAMED,
    *passing.TROUBLES,
    *general.BUSINESS,
    *general.BROKEN,
    *sentence.SENTENCES,
    *general.MISDIRECTED,
    *tongue.REFUSED,
    *general.ASKED_TO_TRY_AGAIN,
    *general.NAMED,
)


def first_match(evidences: Sequence[Evidence]) -> tuple[str, Evidence]:
    """The code of the first rule that matches any entry, and that entry: the most specific one wins."""
    for candidate in RULES:
        for evidence in evidences:
            if candidate.matches(evidence) and not (
                candidate.failure in passing.PASSES and passing.forbids_a_retry(evidence)
            ):
                return candidate.failure, evidence
    return "unknown", evidences[0]
