"""What a person can do to events of the sync log: one entry for each action, which every page and the audit log read.

A new action is one entry here and the operation that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from runacall.organizations.models import Ability
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.posting import CLOSED_BY, NOT_CLOSED, Moved, cannot_post_today, is_in_closed_period, moved_back

# Why an event is left alone: said after a count, "3 already in QuickBooks". "" if it is not.
Refusal = Callable[[SyncEvent, datetime], str]


@dataclass(frozen=True)
class Many:
    """The action on many events at once: a page says first on how many, and which are left alone.

    `question` and `submit` take {what}, "12 events"; {count}, "12"; and {s}, the ending of the plural.
    """

    title: str
    question: str
    explanation: str
    submit: str
    noun: str = "event"
    # The button in the list, where something failed with one of the action's codes; the same on a card of a cause.
    in_list: str = ""
    on_card: str = ""
    is_main_on_card: bool = False
    # What else the page shows: a function (action, organization, events) -> context.
    shows: str = ""
    # The page of what it made, by the name of its address; the list of the log if empty.
    leads_to: str = ""
    # For more events than `most` a page does not wait: a worker carries the action out by `later`, (id, *, at).
    later: str = ""
    most: int = 10_000

    def fill(self, text: str, count: int, *, noun: str = "") -> str:
        """`text` with the count in it; `noun`: of what it is the count, if not of the usual."""
        ending = "" if count == 1 else "s"
        return text.format(what=f"{count:,} {noun or self.noun}{ending}", count=f"{count:,}", s=ending)


@dataclass(frozen=True)
class Action:
    """`name`: in addresses and in the audit log. `title`: for people. `verb`: of the report, "Retried 12 events.".

    `operation`: where the function is, (events, *, by, at) -> Report; with `reason` if it asks for one, and with
    `filters` and `dry_run` if it can be done to many. `codes`: of the failures that it is for; empty: any.
    """

    name: str
    title: str
    verb: str = ""
    noun: str = "event"
    operation: str = ""
    codes: tuple[str, ...] = ()
    # Why it is not offered for an event; where it is left out, `codes` say for which it is.
    refusal: Refusal | None = None
    otherwise: str = "with nothing to choose"
    # The text of its button on the row of an event, and on the invoice's page ("": no button there).
    button: str | Callable[[SyncEvent], str] = ""
    on_invoice: str | Callable[[SyncEvent], str] = ""
    is_main: bool = False
    # A person has to choose between it and others: a retry alone settles nothing.
    is_decision: bool = False
    # Its button leads to the page for many, which asks first.
    asks_first: bool = False
    # What is said if the reason that it needs is missing.
    asks_reason: str = ""
    # What else it is told: the form on the page that asks, by its path; the operation takes its fields.
    form: str = ""
    # Whether pages tell afterwards what became of its events.
    is_followed: bool = False
    many: Many | None = None
    # Who may do it.
    ability: Ability = Ability.MANAGE_QUICKBOOKS

    def refuses(self, event: SyncEvent, at: datetime) -> str:
        """Why it cannot be done to `event` now; "" if it can."""
        if self.refusal is not None:
            return self.refusal(event, at)
        return "" if _failed_with(event, *self.codes) else self.otherwise

    def label(self, event: SyncEvent, *, on_invoice: bool = False) -> str:
        """The text of its button for `event`."""
        text = self.on_invoice if on_invoice else self.button
        return (text if isinstance(text, str) else text(event)) or self.title


def offered(event: SyncEvent, *, at: datetime) -> list[Action]:
    """The actions that can be done to `event` now, in the order of their buttons."""
    return [action for action in ACTIONS.values() if action.operation and not action.refuses(event, at)]


def to_decide(actions: Iterable[Action]) -> bool:
    """Whether a person has to choose one of them first."""
    return any(action.is_decision for action in actions)


def followed() -> list[str]:
    """The names of the actions of which pages tell afterwards what became of them."""
    return [name for name, action in ACTIONS.items() if action.is_followed]


def title_of(name: str) -> str:
    """The action for people; its bare name if it is no action of this version."""
    return ACTIONS[name].title if name in ACTIONS else name.replace("_", " ").capitalize()


# --- which events each accepts ------------------------------------------------------------------------------------

# Why Retry leaves an event alone, by its state.
NOT_RETRIED = {
    State.SENDING: "being sent right now",
    State.CHECKING: "being checked in QuickBooks",
    State.SYNCED: "already in QuickBooks",
    State.SUPERSEDED: "superseded by a later change",
    State.DISMISSED: "dismissed; take them back first",
    State.HELD: "held until the closing date moves; release them first",
}
# The same for the row of a connection, by what stopped it.
PAUSED = "a paused connection: Reconnect it (Settings → QuickBooks → Status)"
LEFT_PAUSED = {
    "sending_interrupted": "interrupted sending: Run a Call tries again every minute",
    "other_company": "held until you choose the company (Settings → QuickBooks → Status)",
}


def _not_retried(event: SyncEvent, at: datetime) -> str:
    if event.record_type == EntityType.CONNECTION:
        return LEFT_PAUSED.get(event.failure_code, PAUSED)
    if _failed_with(event, *ARRIVED):
        return DECIDED
    return NOT_RETRIED.get(State(event.state), "")


def _not_dismissed(event: SyncEvent, at: datetime) -> str:
    can = event.state in (State.FAILED, State.HELD) and event.record_type != EntityType.CONNECTION
    return "" if can else "not failed"


def _not_undone(event: SyncEvent, at: datetime) -> str:
    moved = moved_back(event)
    return "" if isinstance(moved, Moved) else moved


def _is_closed(event: SyncEvent, *states: State) -> bool:
    return event.state in states and is_in_closed_period(event)


NOTHING = "with nothing to choose"
# What a person decides about, and a retry would only decide again.
ARRIVED = ("edited_in_quickbooks", "payment_not_taken_over", "payment_twin", "same_payment_gone")
DECIDED = "changed in QuickBooks: open them and decide"


def _failed_with(event: SyncEvent, *codes: str) -> bool:
    """Whether it failed with one of these itself: what only waits for another record is decided with that one."""
    return event.state == State.FAILED and event.failure_code in codes and not event.blocked_by


def _not_sent_over(event: SyncEvent, at: datetime) -> str:
    """A total that differs only by lines of the bookkeeper's own stays: nothing of ours would change it."""
    if _failed_with(event, "edited_in_quickbooks"):
        sides = event.facts.get("sides") or ()
        return NOTHING if all(side.get("field") == "total" for side in sides) else ""
    return "" if _failed_with(event, "changed_in_quickbooks") else NOTHING


def _not_voided_here(event: SyncEvent, at: datetime) -> str:
    is_invoice = event.record_type == EntityType.INVOICE
    return "" if is_invoice and _failed_with(event, "voided_in_quickbooks", "record_deleted_there") else NOTHING


def _undo_words(event: SyncEvent) -> str:
    """E.g. "Undo: date it 2026-05-01 again"."""
    moved = moved_back(event)
    if isinstance(moved, str):
        return ""
    return f"Undo: date it {moved.becomes.posting_date or moved.becomes.invoice_date:%Y-%m-%d} again"


# --- the table ----------------------------------------------------------------------------------------------------

ACTIONS: dict[str, Action] = {
    one.name: one
    for one in (
        Action(
            "retry",
            "Retry",
            "Retried",
            operation="sync.operations.retrying.retry",
            refusal=_not_retried,
            button="Retry single event",
            on_invoice="Retry sync",
            is_main=True,
            is_followed=True,
            many=Many(
                "Retry all",
                "Retry {what}?",
                "Run a Call first reads again from QuickBooks what their failures are about, then sends them. Their"
                " history is kept.",
                "Retry {count}",
                in_list="Retry",
                on_card="Retry {count}",
                shows="sync.admin.bulk.forecast_of_retry",
                later="sync.operations.retrying.carry_out",
            ),
        ),
        Action(
            "keep_quickbooks",
            "Keep QuickBooks'",
            "Kept QuickBooks' version of",
            operation="sync.operations.deciding.keep_quickbooks",
            codes=("changed_in_quickbooks", "edited_in_quickbooks", "paid_in_quickbooks"),
            on_invoice="Keep QuickBooks'",
            is_decision=True,
            is_followed=True,
            many=Many(
                "Keep QuickBooks'",
                "Keep QuickBooks' version of {what}?",
                "Nothing is sent. QuickBooks keeps what it has, and the difference is recorded as accepted.",
                "Keep QuickBooks' for {count}",
                in_list="Keep QuickBooks'…",
                on_card="Keep QuickBooks' for {count}…",
                shows="sync.admin.bulk.money_of",
                later="sync.operations.deciding.carry_out",
                most=500,
                noun="record",
            ),
        ),
        Action(
            "send_ours",
            "Send ours",
            "Sending our version of",
            operation="sync.operations.deciding.send_ours",
            codes=("changed_in_quickbooks", "edited_in_quickbooks"),
            refusal=_not_sent_over,
            on_invoice="Send ours",
            is_decision=True,
            is_followed=True,
            many=Many(
                "Send ours",
                "Send our version of {what}?",
                "Our values replace those in QuickBooks, only in the fields that both changed.",
                "Send ours for {count}",
                in_list="Send ours…",
                on_card="Send ours for {count}…",
                shows="sync.admin.bulk.money_of",
                later="sync.operations.deciding.carry_out",
                most=500,
                noun="record",
            ),
        ),
        Action(
            "void_here_too",
            "Void it here too",
            "Voided here too:",
            operation="sync.operations.deciding.void_here_too",
            codes=("voided_in_quickbooks", "record_deleted_there"),
            refusal=_not_voided_here,
            on_invoice="Void it here too",
            is_decision=True,
            is_followed=True,
            many=Many(
                "Void here too",
                "Void {what} here too?",
                "They were voided or deleted in QuickBooks and become void in Run a Call, too. This cannot be undone.",
                "Void {count} here too",
                in_list="Void here too…",
                on_card="Void {count} here too…",
                shows="sync.admin.bulk.money_of",
                later="sync.operations.deciding.carry_out",
                most=500,
                noun="invoice",
            ),
        ),
        Action(
            "send_as_new",
            "Send it again as a new invoice",
            "Sending again as new:",
            operation="sync.operations.deciding.send_as_new",
            codes=("voided_in_quickbooks",),
            on_invoice="Send it again as a new invoice",
            is_decision=True,
            is_followed=True,
            many=Many(
                "Send again as new invoices",
                "Send {what} again as new invoices?",
                "QuickBooks gets a new invoice for each, with the number that it has here. The void ones stay there as"
                " they are.",
                "Send {count} as new",
                in_list="Send again as new invoices…",
                on_card="Send {count} as new…",
                shows="sync.admin.bulk.money_of",
                later="sync.operations.deciding.carry_out",
                most=500,
                noun="invoice",
            ),
        ),
        Action(
            "same_payment",
            "It is the same",
            "The same in QuickBooks:",
            operation="sync.operations.deciding.same_payment",
            codes=("payment_twin",),
            is_decision=True,
            is_followed=True,
            many=Many(
                "It is the same",
                "Count {what} only once?",
                "QuickBooks' payments stay and are recorded here. Ours are voided, also in QuickBooks where they are"
                " there already, so that the money counts once.",
                "The same: {count}",
                in_list="They are the same…",
                on_card="They are the same…",
                shows="sync.admin.bulk.money_of",
                later="sync.operations.deciding.carry_out",
                most=500,
                noun="payment",
            ),
        ),
        Action(
            "record_both",
            "Record both",
            "Recording both:",
            operation="sync.operations.deciding.record_both",
            codes=("payment_twin",),
            is_decision=True,
            is_followed=True,
            many=Many(
                "Record both",
                "Record {what} in addition to QuickBooks'?",
                "The customer paid twice: QuickBooks' payments stay and are recorded here, and ours are in QuickBooks"
                " as well.",
                "Record both for {count}",
                in_list="Record both…",
                on_card="Record both…",
                shows="sync.admin.bulk.money_of",
                later="sync.operations.deciding.carry_out",
                most=500,
                noun="payment",
            ),
        ),
        Action(
            "post_to_current_period",
            "Post to current period",
            "Posted to the current period:",
            operation="sync.operations.dating.post_to_current_period",
            codes=tuple(CLOSED_BY.values()),
            refusal=lambda event, at: cannot_post_today(event, at=at),
            button="Post to current period…",
            on_invoice="Post to current period…",
            asks_first=True,
            is_followed=True,
            many=Many(
                "Post to current period",
                "Post {what} to the current period?",
                "The invoice date becomes today, the due date moves with it, and they are sent again. On a payment, or"
                " an invoice with one, only the date used in QuickBooks changes. You can undo this until they are sent."
                " You can also move the closing date in QuickBooks instead: talk to your accountant first.",
                "Post {count} to today",
                in_list="Post to current period…",
                on_card="Post to current period…",
                is_main_on_card=True,
                shows="sync.admin.bulk.dates_of_posting",
                later="sync.operations.dating.carry_out_dating",
                most=200,
                noun="invoice",
            ),
        ),
        Action(
            "hold",
            "Hold",
            "Held",
            operation="sync.closed_period.hold.hold",
            codes=tuple(CLOSED_BY.values()),
            refusal=lambda event, at: "" if _is_closed(event, State.FAILED) else NOT_CLOSED,
            button="Hold until the closing date moves",
            on_invoice="Hold until the closing date moves",
            many=Many(
                "Hold",
                "Hold {what} until the closing date moves?",
                "Nothing is sent and nothing is changed. Run a Call reads the closing date in QuickBooks every hour,"
                " and sends them as soon as their dates are after it. Until then they do not count as errors. You can"
                " release them at any time.",
                "Hold {count}",
                in_list="Hold…",
                on_card="Hold {count}…",
                shows="sync.admin.bulk.money_of",
            ),
        ),
        Action(
            "release",
            "Release",
            "Released",
            operation="sync.closed_period.hold.release",
            refusal=lambda event, at: "" if event.state == State.HELD else "not held",
            button="Release: try again now",
            on_invoice="Release: try again now",
            is_followed=True,
            many=Many(
                "Release",
                "Release {what}?",
                "Run a Call reads the closing date in QuickBooks and tries them again now. What the closing date still"
                " stops fails again.",
                "Release {count}",
                in_list="Release…",
            ),
        ),
        Action(
            "ask_accountant",
            "Ask the accountant",
            "Made a link about",
            operation="sync.closed_period.asking.ask",
            codes=tuple(CLOSED_BY.values()),
            refusal=lambda event, at: "" if _is_closed(event, State.FAILED, State.HELD) else NOT_CLOSED,
            button="Ask the accountant…",
            on_invoice="Ask the accountant…",
            asks_first=True,
            form="sync.admin.forms.AskAccountantForm",
            many=Many(
                "Ask the accountant",
                "Ask the accountant about {what}?",
                "You get a link to pass on. It needs no log-in, shows exactly these, and lets the accountant"
                " choose once: “I have moved the closing date”, “Post them in the current period” or “Leave them out”."
                " The answer takes effect at once. The link is valid for two weeks, and you can revoke it.",
                "Make the link",
                noun="invoice",
                in_list="Ask the accountant…",
                on_card="Ask the accountant…",
                shows="sync.admin.bulk.money_of",
                leads_to="sync:question",
            ),
        ),
        Action(
            "undo_posting",
            "Undo Post to current period",
            "Undid Post to current period for",
            operation="sync.operations.dating.undo_posting",
            refusal=_not_undone,
            button=_undo_words,
            on_invoice=_undo_words,
            many=Many(
                "Undo Post to current period",
                "Undo Post to current period for {what}?",
                "They get the dates back that they had before. Invoices that have been sent since then are left alone.",
                "Undo for {count}",
                shows="sync.admin.bulk.dates_of_undoing",
                later="sync.operations.dating.carry_out_dating",
                most=200,
                noun="invoice",
            ),
        ),
        Action(
            "accept",
            "Accept difference",
            "Accepted",
            operation="sync.operations.dismissing.accept",
            codes=("total_differs",),
            otherwise="with no difference to accept",
            button="Accept the difference",
        ),
        Action(
            "take_back",
            "Take back",
            "Took back",
            operation="sync.operations.dismissing.take_back",
            refusal=lambda event, at: "" if event.state == State.DISMISSED else "not dismissed",
            is_main=True,
        ),
        Action(
            "dismiss",
            "Dismiss",
            "Dismissed",
            operation="sync.operations.dismissing.dismiss",
            refusal=_not_dismissed,
            asks_reason="Enter a reason why it does not have to go to QuickBooks. Nothing was dismissed.",
            many=Many(
                "Dismiss",
                "Dismiss {count} failed event{s}?",
                "They will not go to QuickBooks and no longer count as errors, unless somebody takes them back.",
                "Dismiss {count}",
                in_list="Dismiss…",
            ),
        ),
        # Done elsewhere, and kept in the audit log beside the others.
        Action("fix", "Fix and send", "Sending", is_followed=True),
        Action("fix_ahead", "Fix before sending"),
        Action("undo_fix", "Undo a fix"),
        Action("keep_company", "Go back to the previous company"),
        Action("use_company", "Use a different company"),
        Action("send_earlier", "Send earlier invoices", "Sent", "earlier invoice", is_followed=True),
        Action("send_earlier_payments", "Send earlier payments", "Sent", "earlier payment", is_followed=True),
    )
}
