"""The operator's log: one structured line for each event that a person on call may have to trace.

A line says what happened, with named facts. Facts are ids, codes, counts and durations from a fixed list, never
a name, an address, an amount or a token. This module does not know where lines go; `LOGGING` in the settings does.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime

logger = logging.getLogger("runacall.operations")

# The facts a line may have. Any other is refused, so that nobody adds a customer's name by accident.
FACTS = frozenset(
    {
        *(
            "organization",
            "connection",
            "realm",
            "request_id",
            "intuit_tid",
            "event",
            "holder",
            "code",
            "ended",
            "kind",
        ),
        *("events", "settled", "synced", "failed", "queued", "checking", "sends", "http_status", "rows", "taken"),
        *("milliseconds", "seconds", "version"),
    }
)
LONGEST = 100
Fact = str | int | float | None


# Links that sign a person in, set a password, answer a question or stop e-mails.
TOKENS = re.compile(r"(/invitation/|/accountant/|/notifications/stop/|/password-reset/[^/\s]+/)[^/\s]+")


def without_tokens(text: str) -> str:
    """`text` without the tokens of links: Django logs the address of every request that it refuses."""
    return TOKENS.sub(r"\1…", text)


class NotForTheLog(TypeError):
    """A fact that the operator's log does not accept."""


def note(what: str, *, level: int = logging.INFO, **facts: Fact) -> None:
    """Write one line: `what` happened, e.g. "drain", and its facts. Raises NotForTheLog for a fact it does not know."""
    strangers = set(facts) - FACTS
    if strangers:
        raise NotForTheLog(f"The operator's log does not accept {', '.join(sorted(strangers))}.")
    kept = {
        name: value[:LONGEST] if isinstance(value, str) else value
        for name, value in facts.items()
        if value not in (None, "")
    }
    logger.log(level, what, extra={"facts": kept})


def warn(what: str, **facts: Fact) -> None:
    """As `note`, for events that somebody may have to act on."""
    note(what, level=logging.WARNING, **facts)


class JsonLines(logging.Formatter):
    """Formats every record as one line of JSON, ours with their facts.

    Of an exception it keeps only the type and where it was raised: the text may quote a customer's data.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "what": without_tokens(record.getMessage()),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
        return json.dumps(line, default=str, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """The same for a terminal: time, level, what happened, then facts as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={value}" for name, value in getattr(record, "facts", {}).items())
        return without_tokens(super().format(record)) + facts
