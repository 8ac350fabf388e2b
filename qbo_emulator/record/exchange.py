"""One call and its answer as a line of a recording; knows no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from qbo_emulator.books.encoding import dumps, loads
from qbo_emulator.messages import Request, Response
from qbo_emulator.record.redaction import Redaction

LEFT_OUT = re.compile(r"\[\d+ letters left out\]")


@dataclass
class Exchange:
    """What was asked and what was answered; `body` and `answer` are JSON values, or text where they are none."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: object = None

    @property
    def is_whole(self) -> bool:
        """Whether the body is there: files are left out of recordings."""
        return not (isinstance(self.body, str) and LEFT_OUT.fullmatch(self.body))

    def line(self) -> str:
        return dumps(asdict(self)) + "\n"


def exchange(request: Request, query: str, answer: Response, redaction: Redaction) -> Exchange:
    """The exchange without secrets and personal data."""
    return Exchange(
        request.method,
        redaction.path(request.path),
        redaction.query(query),
        redaction.headers(request.headers),
        content(request.body.decode("utf-8", "replace"), redaction),
        answer.status,
        redaction.headers({**answer.headers, "content-type": answer.content_type}),
        content(answer.data.decode("utf-8", "replace"), redaction),
    )


def content(text: str, redaction: Redaction) -> Any:
    if not text.strip():
        return None
    if text.lstrip().startswith("<"):
        return redaction.xml(text)
    try:
        return redaction.value(loads(text))
    except (ValueError, RecursionError):
        return redaction.statement(text) if text.lower().startswith("select") else f"[{len(text)} letters left out]"


def read(path: Path) -> Iterator[Exchange]:
    """The exchanges of a recording. Raises ValueError for a file that is none."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield Exchange(**loads(line))
            except (ValueError, TypeError):
                raise ValueError(f"{path}, line {number}: not an exchange") from None
