"""The ids of the lines of a transaction; knows no kind of line."""

from __future__ import annotations

from qbo_emulator.books.company import Row


class LineNumbers:
    """Ids of lines: an existing one keeps its Id, any other is new (Intuit's API reference, Invoice).

    Those of lines that are gone are not given again (recorded for sales forms, bills, deposits and journal entries).
    """

    def __init__(self, known: set[str], *, first: int = 1) -> None:
        self.known = known
        self.last = max((int(key) for key in known if key.isdigit()), default=first - 1)

    @classmethod
    def after(cls, before: Row | None, *, first: int = 1) -> LineNumbers:
        """The numbers that follow on those of the standing transaction, if there is one."""
        return cls({line["Id"] for line in (before or {}).get("Line", ()) if "Id" in line}, first=first)

    def id_for(self, sent: object) -> str:
        if str(sent) in self.known:
            self.known.discard(str(sent))
            return str(sent)
        self.last += 1
        return str(self.last)
