"""The card of a cause: what is wrong, what fixes it there, and what came of a fix; knows nothing of its place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from qbo.models import Connection
from qbo.pages.drop_downs import OPTION, SELECTED
from qbo.pages.places import Place, help_place, settings_place
from runacall import clock
from runacall.invoices.money import dollars
from runacall.isolation import isolated
from runacall.organizations.middleware import StaffRequest
from sync.actions import ACTIONS, Action
from sync.admin.change_list import without_page
from sync.fixing.ahead import WAITING
from sync.fixing.fix import SAVE, Case, Fix, Group, Offer
from sync.fixing.lists import Lists
from sync.fixing.table import BY_CODE
from sync.log.causes import Cause
from sync.log.details import record_place
from sync.log.results import Result
from sync.log.wording import RECONNECT_HELPS, age, counted
from sync.models import State, SyncEvent
from sync.models.events import EntityType

LOG = "admin:sync_syncevent_changelist"


@dataclass(frozen=True)
class FixForm:
    """The form of a card: what can be chosen, and what its button says."""

    fix: Fix
    offer: Offer
    seen: str
    submit: str
    cause: str
    shown_at: str
    # Changes when the forecast may have changed.
    version: str
    # Of what would fail: which invoices it is about, and what saving does.
    scope: str = ""
    note: str = ""
    # On the page of an invoice: its event.
    event_id: int = 0

    @property
    def options(self) -> SafeString:
        """What its drop-down offers, in place of a template: a log with sixty causes has hundreds of them."""
        groups = [(group.label, self._options_of(group)) for group in self.offer.groups]
        return format_html_join(
            "", "{}", ((format_html(GROUP, label, html) if label else html,) for label, html in groups)
        )

    def _options_of(self, group: Group) -> SafeString:
        chosen = self.offer.chosen
        rows = ((one.value, SELECTED if one.value == chosen else "", one.label) for one in group.options)
        return format_html_join("", OPTION, rows)


GROUP = '<optgroup label="{}">{}</optgroup>'


@dataclass(frozen=True)
class Card:
    """A cause as a card shows it, and the fix of it that somebody made; one of the two may be missing."""

    id: str
    title: str
    cause: Cause | None = None
    counts: str = ""
    money: str = ""
    oldest: str = ""
    fix: Place | None = None
    help: Place | None = None
    show_url: str = ""
    is_on: bool = False
    # What can be done to all of them at once: the action, what its button says, and the page that asks.
    actions: Sequence[tuple[Action, str, str]] = ()
    form: FixForm | None = None
    result: Result | None = None
    why_not_undone: str = ""

    @property
    def reconnects(self) -> bool:
        """Whether signing in to Intuit again releases it."""
        return self.is_pause and self.cause is not None and self.cause.failure.code in RECONNECT_HELPS

    @property
    def others(self) -> list[tuple[Action, str, str]]:
        """What else can be done about exactly this cause, beside its fix."""
        return [one for one in self.actions if one[0].codes]

    @property
    def is_pause(self) -> bool:
        return self.cause is not None and is_pause(self.cause)


def card_id(key: str) -> str:
    """The id of a card on the page; a key may hold anything."""
    return f"cause-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def cards_of(
    request: StaffRequest, causes: Sequence[Cause], *, at: datetime, has_forms: bool = True
) -> dict[str, Card]:
    """The cards of these causes, by key; where they are only listed, without the forms that fix them."""
    events, chosen = SyncEvent.objects.for_organization(request.organization), request.GET.get("cause", "")
    connection = Connection.objects.for_organization(request.organization).first() if has_forms else None
    lists = Lists(connection, [cause.failure for cause in causes]) if connection else None
    # The card of a paused connection says how many events it holds back.
    waiting = events.filter(state=State.QUEUED).count() if any(map(is_pause, causes)) else 0
    found = {}
    for cause in causes:
        with isolated("Showing a card", event=cause.sample.pk, cause=cause.key):
            found[cause.key] = _card(cause, at, chosen, waiting, lists)
    return found


def is_pause(cause: Cause) -> bool:
    return cause.sample.record_type == EntityType.CONNECTION


def _card(cause: Cause, at: datetime, chosen: str, waiting: int, lists: Lists | None) -> Card:
    filters = without_page(QueryDict(), status=State.FAILED, cause=cause.key)
    what = counted(cause.invoices, "invoice") if cause.invoices == cause.count else counted(cause.count, "event")
    form = form_for(cause, lists) if lists else None
    of_record = cause.count == 1 and cause.failure.entry.where in ("invoice", "customer")
    return Card(
        id=card_id(cause.key),
        title=cause.title,
        cause=cause,
        counts=f"{waiting:,} waiting" if is_pause(cause) else what,
        money=dollars(cause.money) if cause.invoices else "",
        oldest=age(cause.oldest_at, at),
        fix=settings_place(cause.failure) or (record_place(cause.sample) if of_record else None),
        help=help_place(cause.failure.code),
        show_url=reverse(LOG) + filters,
        is_on=chosen == cause.key,
        actions=[] if is_pause(cause) else _on_card(cause, filters, form),
        form=form,
    )


def form_for(cause: Cause, lists: Lists) -> FixForm | None:
    """The form that fixes a cause of failed events; None if nothing here does."""
    with isolated("Offering a fix", event=cause.sample.pk, cause=cause.key):
        case = Case(lists.connection, cause.failure, lists.failed.held_by(cause.key), lists)
        return form_of(case, cause.count, shown_at=cause.newest_at)
    return None


# What saving does, beside its button.
NOTES = {WAITING: "What is queued goes by itself once nothing is in the way."}
NOTE = "Saving sends nothing by itself."


def form_ahead(case: Case, scope: str, *, shown_at: datetime) -> FixForm | None:
    """The form that fixes what would stop the invoices of `scope`; it saves and sends nothing."""
    form = form_of(case, len(case.ahead), shown_at=shown_at)
    return replace(form, submit=SAVE, scope=scope, note=NOTES.get(scope, NOTE)) if form else None


def form_now(case: Case) -> FixForm | None:
    """As `form_of`, for the events that the case has now."""
    newest = case.events.order_by("-changed_at").values_list("changed_at", flat=True).first()
    return form_of(case, case.events.count(), shown_at=newest or clock.now())


def form_of(case: Case, count: int, *, shown_at: datetime) -> FixForm | None:
    """The form that fixes a cause which stops `count` events, the last since `shown_at`; None if nothing here does."""
    fix = BY_CODE.get(case.failure.code)
    offer = fix.offer(case) if fix else None
    if fix is None or offer is None:
        return None
    seen = fix.seen(case)
    return FixForm(
        fix=fix,
        offer=offer,
        seen=seen,
        submit=fix.said(count, is_done=offer.is_done),
        cause=case.key,
        shown_at=shown_at.isoformat(),
        version=f"{count} {seen}",
        event_id=case.event.pk if case.event else 0,
    )


def _on_card(cause: Cause, filters: str, form: FixForm | None) -> list[tuple[Action, str, str]]:
    """The main way out first, and Retry last; without what the card's form does as well."""
    done_there = form.fix.replaces if form else ()
    code, found = cause.failure.code, list[tuple[Action, str, str]]()
    for action in sorted(ACTIONS.values(), key=lambda one: one.is_main):
        many = action.many
        if action.name in done_there:
            continue
        if many and many.on_card and (not action.codes or code in action.codes):
            url = reverse(f"admin:sync_syncevent_{action.name}_all") + filters
            found.append((action, many.fill(many.on_card, cause.count), url))
    return found
