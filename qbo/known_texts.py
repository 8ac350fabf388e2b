"""Finds known texts inside other texts, however they are spelled or escaped there; pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

# A text with at least this many letters is also found inside a longer word; a shorter one only as whole words.
DISTINCTIVE = 6
# Shorter texts, and short numbers, would be found everywhere.
SHORTEST = 2
SHORTEST_NUMBER = 5
ROUNDS = 4

ESCAPED_UNIT = re.compile(r"\\+u([0-9a-fA-F]{4})")
ESCAPED_CHARACTER = re.compile(r"\\+([\"'\\/bfnrt])")
CONTROLS = {"b": " ", "f": " ", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Known:
    """A text to find: its letters, and what to write in its place."""

    letters: str
    placeholder: str

    @property
    def whole_words(self) -> bool:
        return len(self.letters) < DISTINCTIVE and all(ord(letter) < 0x2E80 for letter in self.letters)


class KnownTexts:
    """Texts by placeholder, ready to be found: case, accents, punctuation and spaces make no difference."""

    def __init__(self, texts: Mapping[str, Iterable[str]]) -> None:
        found = {letters_of(text): holder for holder, many in texts.items() for text in many if letters_of(text)}
        self._whole = found
        self._by_start: dict[str, list[Known]] = {}
        for letters in sorted(filter(is_searchable, found), key=len, reverse=True):
            self._by_start.setdefault(letters[:SHORTEST], []).append(Known(letters, found[letters]))

    def whose(self, text: str) -> str:
        """The placeholder of a text that is exactly a known one; "" for others."""
        return self._whole.get(letters_of(text), "")

    def hide(self, text: str) -> str:
        """`text` with every known one in it replaced by its placeholder."""
        parts, last = [], 0
        for start, end, known in self._spans(text):
            parts += [text[last:start], known.placeholder]
            last = end
        return "".join([*parts, text[last:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int, Known]]:
        letters, places = spelled(text)
        position = 0
        while position < len(letters):
            known = self._at(letters, places, position, text)
            if known is None:
                position += 1
                continue
            position += len(known.letters)
            yield places[position - len(known.letters)], places[position - 1] + 1, known

    def _at(self, letters: str, places: list[int], position: int, text: str) -> Known | None:
        for known in self._by_start.get(letters[position : position + SHORTEST], ()):
            if not letters.startswith(known.letters, position):
                continue
            start, end = places[position], places[position + len(known.letters) - 1] + 1
            if not known.whole_words or _stands_alone(text, start, end):
                return known
        return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or after.isalnum())


def letters_of(text: str) -> str:
    return spelled(text)[0]


def is_searchable(letters: str) -> bool:
    return len(letters) >= (SHORTEST_NUMBER if letters.isdecimal() else SHORTEST)


def spelled(text: str) -> tuple[str, list[int]]:
    """The letters and digits of `text` as they are compared, with the index of each."""
    letters: list[str] = []
    places: list[int] = []
    for index, character in enumerate(text):
        for letter in _compared(character):
            letters.append(letter)
            places.append(index)
    return "".join(letters), places


@lru_cache(maxsize=4096)
def _compared(character: str) -> str:
    """Lower case, without accents; "" if it is neither letter nor digit."""
    return "".join(one for one in unicodedata.normalize("NFKD", character).casefold() if one.isalnum())


def unescaped(text: str) -> str:
    """`text` without the escapes of JSON, HTML and URLs, even if it was escaped several times."""
    for _ in range(ROUNDS):
        plain = ESCAPED_UNIT.sub(lambda match: chr(int(match[1], 16)), text)
        plain = ESCAPED_CHARACTER.sub(lambda match: CONTROLS.get(match[1], match[1]), plain)
        plain = unquote(html.unescape(plain))
        if plain == text:
            break
        text = plain
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
