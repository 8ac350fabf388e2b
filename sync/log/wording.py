"""What a row of the log says: a message and a second line, the same on every page; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Protocol

from qbo.failures import Failure, FailureKind, Who
from runacall.invoices.money import dollars
from sync.log.holding import Books, Holding, InBooks
from sync.retry_policy import Policy, describe

# The pause that staff turned on themselves, under Settings → QuickBooks → Invoices.
SYNC_IS_OFF = "sync is off"


class EventLike(Protocol):
    """The parts of a sync event that are used here."""

    @property
    def state(self) -> str: ...
    @property
    def record_type(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def retries(self) -> int: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def failure(self) -> Failure | None: ...
    @property
    def further_failures(self) -> Sequence[Failure]: ...


@dataclass(frozen=True)
class Standing:
    """The status of the connection, for all its rows at once.

    `pause`: why nothing is sent, in lower case ("token expired"), or "". `waiting`: how many events it holds up.
    """

    now: datetime
    zone: tzinfo
    policy: Policy
    pause: str = ""
    quiet_until: datetime | None = None
    waiting: int = 0

    def clock(self, at: datetime) -> str:
        """`at` in the shop's time zone; with the date if it is not today."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone).date()
        return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"

    @property
    def is_quiet(self) -> bool:
        return self.quiet_until is not None and self.quiet_until > self.now


@dataclass(frozen=True)
class RowText:
    """Two lines of text, and a link into QuickBooks if there is one."""

    message: str
    second: str = ""
    url: str = ""


# Who has to act on a failure.
NEEDS: Mapping[Who, str] = {
    Who.OFFICE: "Needs you",
    Who.SYSTEM: "Needs you",
    Who.ACCOUNTANT: "Needs you or the accountant",
    Who.QUICKBOOKS_ADMIN: "Needs a QuickBooks admin",
    Who.SUPPORT: "Needs Run a Call support",
}


def row_text(
    event: EventLike, standing: Standing, *, in_books: InBooks | None = None, held: Holding | None = None
) -> RowText:
    """What the row of `event` says. `held`: the state of the books, if the event is about a record."""
    if event.state == "synced":
        return _synced(event, in_books)
    text = _state_text(event, standing)
    url = in_books.url if in_books and not in_books.gone else ""
    if held is None or event.state in ("sending", "checking", "superseded"):
        return replace(text, url=url)
    if event.state == "queued" and held.books in (Books.NOT_THERE, Books.UNKNOWN):
        return text
    return replace(text, second=" · ".join(filter(None, (held.lead, text.second))), url=url)


def _state_text(event: EventLike, standing: Standing) -> RowText:
    tell: Callable[[EventLike, Standing], RowText] = {
        "failed": _failed,
        "held": lambda event, standing: RowText(event.message, _held_until(event)),
        "queued": _queued,
        "sending": lambda event, standing: RowText("Being sent to QuickBooks"),
        "checking": _checking,
        "dismissed": lambda event, standing: RowText(event.message, _dismissed(event.reason)),
        "superseded": lambda event, standing: RowText(event.message or "Replaced by a later change"),
    }[event.state]
    return tell(event, standing)


def _held_until(event: EventLike) -> str:
    also = also_in_the_way(event.further_failures)
    # With something else in its way it would only be tried.
    return f"Held: {'tried again' if also else 'sent'} automatically when the closing date in QuickBooks moves{also}"


def other_company_text(event: EventLike, company: str) -> RowText:
    """What the row of an event says if it is for a company that is not connected now."""
    there = event.state == "synced"
    waits = event.state in ("queued", "sending", "checking")
    message = event.message or ("In QuickBooks" if there else "Waiting" if waits else "")
    return RowText(message, f"For {company}, which is not connected now")


def _dismissed(reason: str) -> str:
    return f"Dismissed{f': {reason}' if reason else ''} · not sent unless you take it back"


def _failed(event: EventLike, standing: Standing) -> RowText:
    failure = event.failure
    if failure is None:
        return RowText(event.message)
    if event.record_type == "connection":
        return RowText(event.message, paused_line(failure, waiting=standing.waiting))
    if event.record_type == "list":
        again = f" · read again at {standing.clock(event.due_at)}" if event.due_at else ""
        return RowText(event.message, f"Everything else continues{again}")
    needs = NEEDS[failure.entry.who]
    if failure.kind is FailureKind.TRANSIENT:
        return RowText(event.message, f"{needs} · all {len(standing.policy.delays)} retries failed")
    if failure.entry.who is Who.SYSTEM:
        return RowText(event.message, f"{needs} · it could not be fixed automatically")
    return RowText(event.message, f"{needs} · not retried automatically{also_in_the_way(event.further_failures)}")


def also_in_the_way(failures: Sequence[Failure]) -> str:
    """E.g. " · also: Item 'Labor' not found in QBO"; of several only how many, since the opened row lists them."""
    if len(failures) > 1:
        return f" · {len(failures)} more in the way"
    return f" · also: {failures[0].message}" if failures else ""


def paused_line(failure: Failure, *, waiting: int) -> str:
    """E.g. "Paused: token expired, 14 waiting, reconnect to send them"."""
    held = f", {waiting:,} waiting" if waiting else ""
    release = ", reconnect to send them" if failure.code in RECONNECT_HELPS else ""
    return f"Paused: {lower_first(failure.title)}{held}{release}"


RECONNECT_HELPS = frozenset({"token_expired", "permission_denied", "wrong_environment"})


def _queued(event: EventLike, standing: Standing) -> RowText:
    if standing.pause:
        goes = "once Sync invoices is turned on" if standing.pause == SYNC_IS_OFF else "once the connection works again"
        return RowText(f"Waiting: {standing.pause}", f"Sent automatically {goes}")
    if standing.is_quiet and standing.quiet_until:
        slow = f"QuickBooks asks us to slow down until {standing.clock(standing.quiet_until)}"
        return RowText(event.message, slow) if event.message else RowText(slow)
    failure = event.failure
    if failure is not None and failure.kind is FailureKind.WAIT:
        return RowText(event.message, "Sent automatically after that")
    if event.due_at is None or (event.due_at <= standing.now and not event.retries):
        return RowText(event.message or "Waiting to be sent", "Next in line" if event.message else "")
    return RowText(event.message or "Waiting to be sent", next_try(event, standing))


def next_try(event: EventLike, standing: Standing) -> str:
    """E.g. "Retry 2 of 3 at 14:32, in 18 min"; "" if none is planned."""
    if event.due_at is None:
        return ""
    return describe(
        retries=event.retries,
        due_at=event.due_at,
        now=standing.now,
        local=event.due_at.astimezone(standing.zone),
        policy=standing.policy,
    )


def _checking(event: EventLike, standing: Standing) -> RowText:
    second = ""
    if event.due_at and event.due_at > standing.now:
        second = f"Checking again at {standing.clock(event.due_at)}"
    return RowText("No answer came back; checking QuickBooks before sending again", second)


def _synced(event: EventLike, in_books: InBooks | None) -> RowText:
    if in_books is None:
        return RowText(event.message or "In QuickBooks")
    return RowText(books_line(in_books, ours=event.amount), event.message, in_books.url)


def books_line(there: InBooks, *, ours: Decimal | None) -> str:
    """E.g. "In QuickBooks as 1042 · $349.75 matches"."""
    said = f"In QuickBooks as {there.number}" if there.number else f"In QuickBooks (Id {there.qbo_id})"
    if there.voided:
        return f"{said} · voided"
    if there.total is None or ours is None:
        return said
    if there.total == ours:
        return f"{said} · {dollars(there.total)} matches"
    accepted = " (accepted)" if there.accepted else ""
    return f"{said} · {dollars(there.total)} there, {dollars(ours)} here{accepted}"


def attention(count: int) -> str:
    """The banner's sentence."""
    if count == 1:
        return "1 QBO sync error needs attention."
    return f"{count:,} QBO sync errors need attention."


def payments_following(payments: int, errors: int) -> str:
    """E.g. "10 payments wait for them."; "" if none does."""
    if not payments:
        return ""
    return (
        f"{counted(payments, 'payment')} {'waits' if payments == 1 else 'wait'} for {'it' if errors == 1 else 'them'}."
    )


def payments_in_failed(payments: int) -> str:
    """What makes the difference between all that failed and the banner's count; "" if nothing does."""
    if not payments:
        return ""
    one = payments == 1
    return (
        f"Failed includes {counted(payments, 'payment')} that only {'waits' if one else 'wait'} for an invoice;"
        f" the banner does not count {'it' if one else 'them'} as {'an error' if one else 'errors'}."
    )


def age(since: datetime, now: datetime) -> str:
    """E.g. "6 days", "3 h", "4 min"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min" if minutes else "under a minute"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h"
    return f"{hours // 24} days"


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def lower_first(title: str) -> str:
    """A title for use inside a sentence; a name keeps its capital."""
    return title if title.startswith(("QuickBooks", "Run a Call")) else title[:1].lower() + title[1:]
