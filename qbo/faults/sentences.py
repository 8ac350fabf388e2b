"""Reads an English sentence by its parts: which thing is in which state; knows no failure.

"We couldn't sync it because its customer was deleted" has the pair (customer, gone), whatever stands around. It is for
sentences that no rule knows; rules for whole phrases come first, because they tell more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from qbo.faults.sentence_things import THINGS
from qbo.faults.sentence_words import BEFORE, BEHIND, FRAME

LONGEST = 700
"""A longer text is a page or a log: things and states stand in it without belonging together."""
MOST_WORDS_BEHIND = 9
MOST_WORDS_BEFORE = 4

QUOTED = re.compile(r"\"[^\"]{1,120}\"|(?<![\w])'[^']{1,120}'(?!\w)|\[[^\]]{1,80}\]")
SAID = re.compile(r"(?:[:=]|\b(?:said|says|reported|returned|answered|replied|responded|told us|with))\s*$")
"""What stands before a quotation of what somebody said, which is no name."""
FEWEST_WORDS_SAID = 4
CLAUSE = re.compile(
    r"(?<!\bno)[.;!?:](?=\s|$)|[()|]|\s-+\s|—|,? ?\b(?:because|since|so|but|therefore|until|unless|after|while|when"
    r"|if|due to)\b"
    r"|, (?=(?:please|and|which|then)\b)"
)
REASON = frozenset((":", "because", "since", "due to", "-", "—"))
"""What stands between the sentence that it did not go there, and the reason."""
MAPPING = re.compile(r"\bmappings?$")
"""Who speaks of a mapping has something to complain about it."""
BETWEEN = re.compile(r"(?<!\blink) between ")
ADVICE = re.compile(
    r" ?(?:please|run|sync|create|map|add|select|choose|push|export|go|check|open|click|re-?connect|link|see|fix|try"
    r"|needs?|requires?|must)\b"
)
"""How a clause begins that says what to do, and gives no reason."""
RESULT = frozenset(("so", "therefore"))
PREPOSITION = r"(?:on|for|of|in|from|behind|to|with|under|at|by)"
BELONGS = re.compile(
    rf"^(?: \S+)?(?: (?:assigned|linked|used|associated|attached|applied))? {PREPOSITION}(?: \S+){{0,2}} $"
)
OF = re.compile(r"\bof (?:(?:the|this|that|an?|your|its|each) )?$")
OTHER = re.compile(r"\b(?:another|different|other|two|shorter|one|more|new)\b")
NAMED = frozenset(("tax_code", "customer", "item", "account", "record"))
FRAMED = frozenset(
    ("tax", "numbered", "customer", "item", "account", "document", "record", "line", "company", "program")
)
"""Kinds of things that a sentence names which only says that something failed."""
NOT_OF_A_THING = re.compile(r"^ ?(?:because|by|from|in|on|for|when|while|and|or|if|as|at|to|with|of)\b")


@dataclass(frozen=True)
class Mention:
    """A kind of thing, and where in its clause it is named."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Clause:
    """A part of a sentence, and what stands between it and the parts beside it."""

    text: str
    before: str
    after: str

    @property
    def is_result(self) -> bool:
        return self.before in RESULT or self.after in REASON

    @property
    def is_cause(self) -> bool:
        return self.after in RESULT or self.before in REASON


Pair = tuple[str, str]


@lru_cache(maxsize=256)
def pairs_in(text: str) -> frozenset[Pair]:
    """Which thing is said to be in which state; the text is tidied and in lower case."""
    if len(text) > LONGEST:
        return frozenset()
    return frozenset(pair for clause in clauses(text) for pair in pairs_of(clause))


def clauses(text: str) -> Iterator[Clause]:
    plain, start, before = without_names(text, "§").replace("_", " "), 0, ""
    for match in CLAUSE.finditer(plain):
        word = "" if ADVICE.match(plain, match.end()) else match[0].strip(" ,")
        yield Clause(plain[start : match.start()].strip(), before, word)
        start, before = match.end(), word
    yield Clause(plain[start:].strip(), before, "")


def pairs_of(clause: Clause) -> Iterator[Pair]:
    """The pairs in one clause. That something did not go there is no reason where the reason is told beside it."""
    for kind, state in all_pairs(clause.text):
        if state in ("unsent", "awaited") and clause.is_result:
            continue
        if state in ("blocked", "unsent") and clause.is_cause:
            yield kind, "awaited"
        if state != "blocked":
            yield kind, state


def all_pairs(clause: str) -> Iterator[Pair]:
    mentions = [Mention(str(match.lastgroup), match.start(), match.end()) for match in things().finditer(clause)]
    if not mentions or BETWEEN.search(clause):
        return
    for mention in mentions:
        if MAPPING.search(clause, mention.start, mention.end) and "not match" not in clause:
            yield mention.kind, "unmapped"
    for behind, named in ((True, named_before), (False, named_behind)):
        for state, expression in states(behind).items():
            for match in expression.finditer(clause):
                for mention in named(clause, mentions, match.start() if behind else match.end()):
                    yield mention.kind, state


def named_before(clause: str, mentions: list[Mention], position: int) -> Iterator[Mention]:
    """What a state behind it is said of: the last thing before it, or what that one belongs to."""
    before = [mention for mention in mentions if mention.end <= position and not is_owner(clause, mention)]
    if before and before[-1].kind in ("program", "account_there", "company") and not is_in_it(clause, before):
        yield before[-1]
    while before and before[-1].kind == "program":
        before.pop()
    while len(before) > 1 and BELONGS.match(clause[before[-2].end : before[-1].start]):
        before.pop()
    if not before or OF.search(clause[: before[-1].start]):
        return
    if words(clause[before[-1].end : position]) <= MOST_WORDS_BEHIND:
        yield before[-1]


def is_in_it(clause: str, mentions: list[Mention]) -> bool:
    """Whether the last thing is only where the record before it is: "the item in your account"."""
    if len(mentions) == 1 or mentions[-2].kind not in NAMED:
        return False
    return bool(BELONGS.match(clause[mentions[-2].end : mentions[-1].start]))


def named_behind(clause: str, mentions: list[Mention], position: int) -> Iterator[Mention]:
    """What a state before it is said of: the next thing."""
    if NOT_OF_A_THING.match(clause[position:]):
        return
    behind = [mention for mention in mentions if mention.start >= position and not is_owner(clause, mention)]
    for mention in behind:
        between = clause[position : mention.start]
        if words(between) > MOST_WORDS_BEFORE or OTHER.search(between):
            return
        yield mention
        if mention.kind != "program":
            return


def only_thing(text: str) -> str:
    """The one kind of record that the text names; "" if it names several, or none."""
    if len(text) > LONGEST:
        return ""
    plain = without_names(text, "§").replace("_", " ")
    kinds = {str(match.lastgroup) for match in things().finditer(plain)} & NAMED
    return kinds.pop() if len(kinds) == 1 else ""


def tells_no_reason(text: str) -> bool:
    """Whether the text says only that something failed: "There was an error syncing your invoice to QuickBooks"."""
    if not 0 < len(text) <= LONGEST:
        return False
    rest = things().sub(lambda match: " " if match.lastgroup in FRAMED else match[0], without_names(text, " "))
    return not re.search(r"[^\W\d_]", frame().sub(" ", rest))


def without_names(text: str, mark: str) -> str:
    """The text with a mark in the place of what is quoted, which people chose; a quoted sentence stays."""

    def shown(match: re.Match[str]) -> str:
        inside = match[0][1:-1]
        is_said = words(inside) >= FEWEST_WORDS_SAID and SAID.search(text, 0, match.start())
        return f" {inside} " if is_said else mark

    return QUOTED.sub(shown, text)


def is_owner(clause: str, mention: Mention) -> bool:
    return clause[mention.end : mention.end + 2] in ("'s", "s'")


def words(text: str) -> int:
    return len(text.split())


@cache
def things() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w-])(?:" + "|".join(f"(?P<{kind}>{noun})" for kind, noun in THINGS.items()) + r")(?![\w-])"
    )


@cache
def states(behind: bool) -> dict[str, re.Pattern[str]]:
    return {state: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for state, words in (BEHIND if behind else BEFORE).items()}


@cache
def frame() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{FRAME})(?!\w)")
