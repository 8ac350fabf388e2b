"""A safeguard as data: its line, the same line broken, and the tests that must then fail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class LineIsGone(Exception):
    """The snippet of a safeguard is not in its file exactly once, so nobody knows what would be broken."""


@dataclass(frozen=True)
class Safeguard:
    """`name` says in words what is kept safe. `line` occurs once in `file`; with `broken` in its place, each of
    `tests` (pytest's names; without parameters any case will do) has to fail. `more`: further lines of the file
    that go with it, each with what takes its place. `quick`: cheap enough for each run of the gate.
    """

    name: str
    file: str
    line: str
    broken: str
    tests: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()
    quick: bool = False

    def break_in(self, tree: Path) -> None:
        """Put the broken line into the copy at `tree`. Raises LineIsGone."""
        path = tree / self.file
        path.write_text(self.broken_source(tree))

    def broken_source(self, tree: Path) -> str:
        """The file with the broken line in it. Raises LineIsGone."""
        path = tree / self.file
        if not path.exists():
            raise LineIsGone(f"{self.name}: there is no {self.file} any more; point the entry at where the line went.")
        source = path.read_text()
        for line, broken in ((self.line, self.broken), *self.more):
            count = source.count(line)
            if count != 1:
                raise LineIsGone(f"{self.name}: in {self.file} this is there {count} times, not once:\n{line}")
            source = source.replace(line, broken)
        return source
