"""One row of the table of rules: conditions and the failure they mean; knows none of the rows."""

from collections.abc import Callable
from dataclasses import dataclass

from qbo.faults.evidence import Evidence
from qbo.faults.expressions import is_in

Words = str | tuple[str, ...]
"""A regular expression, or several of which one has to be found, in lower case."""


@dataclass(frozen=True)
class Rule:
    """A failure's code and the conditions that must all be true; a missing condition is always true."""

    failure: str
    codes: frozenset[str] = frozenset()
    text: str = ""
    about: str = ""  # searched in the element and the text
    not_text: str = ""
    status: Callable[[int], bool] | None = None
    operations: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    where: Callable[[Evidence], bool] | None = None
    headline: bool = False

    def matches(self, evidence: Evidence) -> bool:
        return (
            (not self.codes or evidence.code in self.codes)
            and (not self.operations or evidence.operation in self.operations)
            and (not self.entities or evidence.request_entity in self.entities)
            and (not self.headline or evidence.is_headline)
            and (self.status is None or self.status(evidence.status))
            and (self.where is None or self.where(evidence))
            and (not self.text or is_in(self.text, evidence.text))
            and (not self.about or is_in(self.about, evidence.about))
            and (not self.not_text or not is_in(self.not_text, evidence.text))
        )


def rule(
    failure: str,
    *,
    codes: str = "",
    text: Words = "",
    about: Words = "",
    not_text: Words = "",
    status: Callable[[int], bool] | None = None,
    operations: str = "",
    entities: str = "",
    where: Callable[[Evidence], bool] | None = None,
    headline: bool = False,
) -> Rule:
    """One row of the table; codes, operations and entities are separated by blanks.

    A headline is a few words without a code: a noun and a state are enough, without a sentence.
    """
    return Rule(
        failure,
        codes=frozenset(codes.split()),
        text=joined(text),
        about=joined(about),
        not_text=joined(not_text),
        status=status,
        operations=frozenset(operations.split()),
        entities=frozenset(entities.split()),
        where=where,
        headline=headline,
    )


def joined(words: Words) -> str:
    return words if isinstance(words, str) else "|".join(words)


def broken(status: int) -> bool:
    """A status of a server error."""
    return status >= 500


REQUEST_TIMEOUT = 408


def no_answer(status: int) -> bool:
    """No status at all, or the one for a request that took too long."""
    return status in (0, REQUEST_TIMEOUT)
