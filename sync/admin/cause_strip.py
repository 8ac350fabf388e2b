"""Which causes have a card above the log: the first ones at once, the others when somebody unfolds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Min, Q, Sum

from runacall.invoices.money import dollars
from runacall.organizations.middleware import StaffRequest
from sync.admin.cause_cards import Card, card_id, cards_of, is_pause
from sync.fixing.applying import why_not_undone
from sync.log.causes import Cause, causes
from sync.log.results import Result, fixes_for
from sync.log.wording import age, counted
from sync.models import SyncEvent
from sync.models.events import EntityType

# How many cards are shown at once; the others unfold.
AT_FIRST = 9
# What a page or a poll with all of them has in its address.
UNFOLDED = {"causes": "all"}


@dataclass(frozen=True)
class Strip:
    """The cards that are shown at once, those that hold back the most money first.

    `more`: how many others there are; `folded`: their cards, which are made only for somebody who has unfolded them;
    `head`: what all causes come to together.
    """

    cards: Sequence[Card]
    more: int
    folded: Sequence[Card]
    is_unfolded: bool
    causes: Sequence[Cause]
    results: Sequence[Result]
    head: str


@dataclass(frozen=True)
class Place:
    """What a card is to be about: a cause, what came of a fix of it, or both."""

    key: str
    cause: Cause | None
    result: Result | None

    @property
    def is_first(self) -> bool:
        return self.cause is not None and is_pause(self.cause)

    @property
    def worth(self) -> Decimal:
        held_back = self.cause.money if self.cause else Decimal(0)
        return max(held_back, Decimal(self.result.action.fix["money"])) if self.result else held_back

    def card(self, of_cause: Card | None) -> Card | None:
        """The card; None where that of the cause could not be made."""
        if self.result is None:
            return of_cause
        kept = self.result.action.fix
        card = of_cause if self.cause else Card(card_id(self.key), kept["title"])
        why_not = why_not_undone(self.result.action)
        return replace(card, result=self.result, why_not_undone=why_not) if card else None


def take_unfolded(request: StaffRequest) -> bool:
    """Whether all cards are asked for. The request no longer says so then, and no link of its page does."""
    query = request.GET.copy()
    asked = {name: query.pop(name, [""])[-1] for name in UNFOLDED}
    request.GET = query  # type: ignore[assignment]
    return asked == UNFOLDED


def strip_of(request: StaffRequest, *, at: datetime, is_unfolded: bool) -> Strip:
    """The causes of everything that failed, whatever filters the list has, with what was fixed a while ago.

    The one that the list is filtered by is shown at once. So is what came of a fix, for its Undo, unless all are
    unfolded: there it stays where somebody has just pressed the button.
    """
    found = causes(SyncEvent.objects.for_organization(request.organization))
    results = fixes_for(request.organization, request.user, at=at)
    chosen = request.GET.get("cause", "")
    shown, folded = list[Place](), list[Place]()
    for number, one in enumerate(_places(found, results)):
        is_told = one.result is not None and not is_unfolded
        (shown if number < AT_FIRST or one.key == chosen or is_told else folded).append(one)
    made = [*shown, *folded] if is_unfolded else shown
    cards = cards_of(request, [one.cause for one in made if one.cause], at=at)
    return Strip(
        cards=[card for one in shown if (card := one.card(cards.get(one.key)))],
        more=len(folded),
        folded=[card for one in folded if (card := one.card(cards.get(one.key)))] if is_unfolded else [],
        is_unfolded=is_unfolded,
        causes=found,
        results=results,
        head=_head(request, len(found), at),
    )


def _places(found: Sequence[Cause], results: Sequence[Result]) -> list[Place]:
    """A paused connection first, then what holds back the most money."""
    by_cause = {result.action.fix["cause"]: result for result in results}
    places = [Place(cause.key, cause, by_cause.pop(cause.key, None)) for cause in found]
    places += [Place(key, None, result) for key, result in by_cause.items()]
    return sorted(places, key=lambda one: (not one.is_first, -one.worth))


def _head(request: StaffRequest, count: int, at: datetime) -> str:
    """E.g. "7 causes · 87 invoices · $58,214.10 · oldest 6 days"; "" for none."""
    if not count:
        return ""
    of_invoices = Q(record_type=EntityType.INVOICE)
    failed = SyncEvent.objects.for_organization(request.organization).failed().order_by()
    total = failed.aggregate(
        invoices=Count("pk", filter=of_invoices), money=Sum("amount", filter=of_invoices), oldest=Min("opened_at")
    )
    said = [counted(count, "cause")]
    said += [counted(total["invoices"], "invoice"), dollars(total["money"])] if total["invoices"] else []
    return " · ".join([*said, *([f"oldest {age(total['oldest'], at)}"] if total["oldest"] else [])])
