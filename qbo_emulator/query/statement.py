"""A statement of the query language, parsed; knows no company."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from qbo_emulator import faults

TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:\\.|[^'\\])*')|(?P<number>-?\d+(?:\.\d+)?(?![\d.]))|(?P<word>[A-Za-z_][\w.]*)"
    r"|(?P<mark><=|>=|!=|[=<>(),*]))",
    re.S,
)


KEYWORDS = frozenset(
    (
        "select",
        "from",
        "where",
        "and",
        "orderby",
        "order",
        "by",
        "startposition",
        "maxresults",
        "in",
        "like",
        "asc",
        "desc",
    )
)


LATIN_1 = 0xFF
COMPARISON_MARKS = ("=", "<", ">", "<=", ">=", "!=")


# words of the language that its parser names by themselves, and those that it names in capitals (recorded)
LITERALS = frozenset(("false", "iterator", "maxresults", "null", "order", "orderby", "startposition", "true"))
CONNECTIVES = frozenset(("and", "or"))
TOKEN_NAMES = {"string": "STRING", "number": "INTEGER", "word": "IDENTIFIER", "mark": "MARK"}


STRANGE = "strange"
UNCLOSED = "unclosed"
END = 'Encountered "<EOF>" at line 1, column {}.'
SHOWN = str.maketrans({"\\": "\\\\", '"': '\\"', "'": "\\'"})


def expecting(*words: str) -> str:
    return "\nWas expecting one of:\n" + "".join(f"    {word}\n" for word in words) + "    "


# recorded after FROM, after an equals sign, and after a condition
A_NAME = "\nWas expecting:\n    <IDENTIFIER> ...\n    "
A_VALUE = expecting('"false" ...', '"true" ...')
AN_END = expecting(
    "<EOF> ",
    "<AND> ...",
    '"iterator" ...',
    '"maxresults" ...',
    "<OR> ...",
    '"order" ...',
    '"orderby" ...',
    '"startposition" ...',
)


class Token(NamedTuple):
    kind: str
    text: str
    column: int

    def __str__(self) -> str:
        """How Intuit's parser names it in a refusal (recorded)."""
        if self.kind in (STRANGE, UNCLOSED):
            shown = self.text.translate(SHOWN)
            met = f'Encountered: "{shown}" ({ord(self.text[0])}), after : ""'
            if self.kind == UNCLOSED:
                met = f'Encountered: <EOF> after : "{shown}"'
            return f"Invalid content. Lexical error at line 1, column {self.column}.  {met}"
        return f'Encountered " {self.type_name()} "{self.text} "" at line 1, column {self.column}.'

    def type_name(self) -> str:
        word = self.text.lower() if self.kind == "word" else ""
        if word in LITERALS:
            return f'"{word}"'
        return f"<{word.upper() if word in CONNECTIVES else TOKEN_NAMES[self.kind]}>"


@dataclass
class Condition:
    property: str
    operator: str
    values: list[Any]


@dataclass
class Statement:
    entity: str = ""
    columns: list[str] = field(default_factory=list)
    counts: bool = False
    where: list[Condition] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)  # (property, descending)
    start: int = 1
    limit: int | None = None


def tokens(text: str) -> list[Token]:
    """The words of the statement, up to a letter that begins none: that one is only met if all before it is right."""
    found: list[Token] = []
    position = 0
    text = text.rstrip().rstrip(";").rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match or match.lastgroup is None:
            rest = text[position:].lstrip()
            if rest.startswith("'"):
                return [*found, Token(UNCLOSED, rest, len(text) + 1)]
            return [*found, Token(STRANGE, rest[0], len(text) - len(rest) + 1)]
        found.append(Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup) + 1))
        position = match.end()
    return found


def check_letters(text: str) -> None:
    """Raises QboFault 4000 that names the first letter that Intuit's lexer does not know (reported)."""
    for position, letter in enumerate(text):
        if ord(letter) > LATIN_1:
            unit = int.from_bytes(letter.encode("utf-16-be")[:2], "big")  # as Java counts letters
            shown = f'"\\u{unit:04x}" ({unit}), after : "{text[:position].rsplit(" ", 1)[-1]}"'
            raise faults.query_parse(f"Lexical error at line 1, column {position + 1}.  Encountered: {shown}")


class Parser:
    def __init__(self, text: str, *, two_words: bool = True, unequal: bool = True) -> None:
        self.tokens, self.at, self.length = tokens(text), 0, len(text.rstrip())
        self.two_words, self.unequal = two_words, unequal

    # the stream

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def next(self) -> Token:
        token = self.peek()
        if token is None:
            self.fail()
        self.at += 1
        return token

    def takes(self, *words: str) -> bool:
        """Steps over `words` if they come next."""
        ahead = [token.text.lower() for token in self.tokens[self.at : self.at + len(words)] if token.kind != "string"]
        if ahead != list(words):
            return False
        self.at += len(words)
        return True

    def expect(self, word: str) -> None:
        if not self.takes(word):
            self.fail()

    def fail(self, expected: str = "") -> NoReturn:
        token = self.peek()
        told = expected if token and token.kind == "word" else ""
        raise faults.query_parse(str(token or END.format(self.length)) + told)

    # the grammar

    def statement(self) -> Statement:
        made = Statement()
        self.expect("select")
        self.projection(made)
        self.expect("from")
        entity = self.peek()
        if entity and entity.kind == "word" and entity.text.lower() in LITERALS:
            self.fail(A_NAME)
        made.entity = self.word()
        if self.takes("where"):
            made.where = self.conditions()
        last = self.at
        self.tail(made)
        if self.peek():
            self.fail(AN_END if made.where and self.at == last else "")
        return made

    def projection(self, made: Statement) -> None:
        if self.takes("count", "(", "*", ")"):
            made.counts = True
            return
        while True:
            made.columns.append("*" if self.takes("*") else self.column())
            if not self.takes(","):
                return

    def column(self) -> str:
        """A property, or all of one that has others in it (Line.*), as Intuit's SDKs and samples ask for lines."""
        name = self.word()
        return name[:-1] if name.endswith(".") and self.takes("*") else name

    def word(self) -> str:
        token = self.peek()
        if token is None or token.kind != "word" or token.text.lower() in KEYWORDS - {"order", "by"}:
            self.fail()
        return self.next().text

    def conditions(self) -> list[Condition]:
        found = [self.condition()]
        while self.takes("and"):
            found.append(self.condition())
        return found

    def condition(self) -> Condition:
        name = self.word()
        if self.takes("in"):
            return Condition(name, "in", self.values())
        if self.takes("like"):
            return Condition(name, "like", [self.value()])
        token = self.peek()
        if token is None or token.text not in COMPARISON_MARKS or (token.text == "!=" and not self.unequal):
            self.fail()
        return Condition(name, self.next().text, [self.value()])

    def values(self) -> list[Any]:
        self.expect("(")
        found = [self.value()]
        while self.takes(","):
            found.append(self.value())
        self.expect(")")
        return found

    def value(self) -> Any:
        token = self.peek()
        if token and token.kind == "string":
            return re.sub(r"\\(.)", r"\1", self.next().text[1:-1], flags=re.S)
        if token and token.kind == "number":
            return self.next().text
        if token and token.text.lower() in ("true", "false"):
            return self.next().text.lower() == "true"
        self.fail(A_VALUE)

    def tail(self, made: Statement) -> None:
        while True:
            if self.takes("orderby") or (self.two_words and self.takes("order", "by")):
                made.order = self.orders()
            elif self.takes("startposition"):
                made.start = self.count()
            elif self.takes("maxresults"):
                made.limit = self.count()
            else:
                return

    def orders(self) -> list[tuple[str, bool]]:
        found = []
        while True:
            name = self.word()
            descending = self.takes("desc")
            if not descending:
                self.takes("asc")
            found.append((name, descending))
            if not self.takes(","):
                return found

    def count(self) -> int:
        token = self.peek()
        if token is None or token.kind != "number" or "." in token.text or len(token.text) > 9:
            self.fail()
        return int(self.next().text)
