"""The list of our customers or items with their matches in QuickBooks, in a fixed number of queries."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.paginator import Page
from django.db import connection as database
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.http import urlencode

from qbo.connection.client import decode
from qbo.json_objects import Row
from qbo.mapping.base import Base, number
from qbo.mapping.guessing import (
    Guess,
    Known,
    guess_customers,
    guess_items,
    our_customer,
    our_item,
    their_customer,
    their_item,
    words_in,
)
from qbo.mapping.loading import load_ruled, price_in, ref_of
from qbo.mapping.loose_ends import without_link
from qbo.mapping.matching import Ruled
from qbo.mapping.names import name_key
from qbo.models import AccountMapping, Connection, ConnectionSettings, Link, ListEntry, MatchChoice
from runacall.invoices.document_loading import customer_document, item_document
from runacall.invoices.models import Customer, PricebookItem
from runacall.organizations.paging import BoundedPaginator, Counted, SearchPaginator, count_up_to
from sync.log.causes import Cause, causes
from sync.matching.kinds import MatchKind
from sync.models import State, SyncEvent

ROWS = 50
# The most guesses for one record.
SHOWN = 5
# The most records listed that need a choice, and the most products compared with the items of a page.
MOST = 10_000
COMPARED = 500
# The database looks for so many words in each name in less time than the names take to be read.
FEW_WORDS = 8
# How many of a state are counted, for the number next to its name.
MOST_COUNTED = 1_000
# The most products with a common word that are compared with an item.
NEAR = 30
WORD = re.compile(r"\w{3,}")
LOG = "admin:sync_syncevent_changelist"

STATES = {
    "choose": "Needs a choice",
    "unmatched": "Not matched",
    "matched": "Matched",
    "created": "Created by Run a Call",
    "differs": "Price differs",
    "all": "All",
}


@dataclass(frozen=True)
class Stopped:
    """Failed events of one record and one reason, and where to retry them."""

    message: str
    count: int
    cause_key: str

    @property
    def query(self) -> str:
        return urlencode({"status": State.FAILED, "cause": self.cause_key})

    @property
    def retry_url(self) -> str:
        return f"{reverse('admin:sync_syncevent_retry_all')}?{self.query}"

    @property
    def show_url(self) -> str:
        return f"{reverse(LOG)}?{self.query}"


@dataclass(frozen=True)
class MatchRow:
    """One of our records with its match, or possible matches, there."""

    ours: Known
    url: str
    link: Link | None = None
    there: Known | None = None
    stopped: Sequence[Stopped] = ()
    guesses: Sequence[Guess] = ()
    ruled: Ruled = field(default_factory=Ruled)
    # Their records that are matched to another of ours: Id -> its name.
    held: Mapping[str, str] = field(default_factory=dict)
    accepted: bool = False

    @property
    def guess(self) -> Guess | None:
        """The best guess that is neither refused nor matched to another of ours."""
        free = (one for one in self.guesses if one.there.id not in self.ruled.refused and one.there.id not in self.held)
        return next(free, None)

    @property
    def is_linked(self) -> bool:
        return self.link is not None and self.link.active

    @property
    def has_other_price(self) -> bool:
        """A matched item whose price differs there."""
        known = self.is_linked and self.there is not None and self.there.price is not None
        return bool(known and self.there and self.ours.price != self.there.price)

    @property
    def price_differs(self) -> bool:
        """A matched item whose price differs there, unless somebody has said that both are right."""
        return self.has_other_price and not self.accepted

    @property
    def waiting(self) -> int:
        return sum(one.count for one in self.stopped)


@dataclass(frozen=True)
class Chip:
    name: str
    label: str
    count: Counted | str
    url: str
    is_on: bool


class Survey:
    """What has to be looked for among all records of a kind: at most once for a page, and only if it is asked for."""

    def __init__(self, kind: MatchKind, connection: Connection) -> None:
        self.kind, self.connection = kind, connection

    @cached_property
    def causes(self) -> list[Cause]:
        """What is wrong with records of this kind, as far as it makes events fail."""
        rows = SyncEvent.objects.failed_of(self.connection)
        found, kind = causes(rows.held_by_any(self.kind.codes), limit=MOST), str(self.kind.record_type)
        return [one for one in found if one.failure.code in self.kind.codes and one.failure.subject.kind == kind]

    @property
    def waiting_ids(self) -> list[int]:
        """Our records that failed events need, first or besides something else."""
        keys = dict.fromkeys(cause.failure.subject.key for cause in self.causes)
        return [int(key) for key in keys if key.isdecimal() and len(key) < 19]

    @cached_property
    def differing(self) -> list[int]:
        return differing_ids(self.connection)


def rows_in(
    kind: MatchKind, connection: Connection, state: str, search: str, survey: Survey | None = None
) -> QuerySet[Any]:
    """Our records in one of STATES that `search` finds."""
    records, survey = kind.records(connection), survey or Survey(kind, connection)
    links = Link.objects.of(connection, kind.record_type)
    if state == "choose":
        records = records.filter(pk__in=survey.waiting_ids)
    elif state == "unmatched":
        records = without_link(records, connection, kind.record_type)
    elif state in ("matched", "created"):
        there = links.filter(active=True, created_here=state == "created")
        records = records.filter(pk__in=there.values("record_id"))
    elif state == "differs":
        records = records.filter(pk__in=survey.differing)
    return records.filter(kind.matching(search)) if search else records


def stopped(survey: Survey, record_ids: Iterable[int]) -> dict[int, list[Stopped]]:
    """By record, the failed events that need it, by cause."""
    wanted = {str(pk) for pk in record_ids}
    found: dict[int, list[Stopped]] = {}
    for cause in sorted(survey.causes, key=lambda cause: cause.key):
        if cause.failure.subject.key in wanted:
            one = Stopped(cause.failure.message, cause.count, cause.key)
            found.setdefault(int(cause.failure.subject.key), []).append(one)
    return found


def differing_ids(connection: Connection) -> list[int]:
    """Matched items whose price in QuickBooks differs, unless somebody has said that both are right."""
    some = _may_differ(connection)
    links = Link.objects.of(connection, Link.RecordType.ITEM).for_records(some)
    there = ListEntry.objects.of(connection, "Item").filter(qbo_id__in=links.values("qbo_id"))
    prices = {entry.qbo_id: price_in(entry.data) for entry in there}
    ours = dict(PricebookItem.objects.filter(pk__in=some).values_list("pk", "unit_price"))
    return [
        link.record_id
        for link in links
        if prices.get(link.qbo_id) is not None
        and prices[link.qbo_id] != ours[link.record_id]
        and not _accepted(link, ours[link.record_id], prices[link.qbo_id])
    ]


def _may_differ(connection: Connection) -> list[int]:
    """All of them, up to MOST, and few others: prices that are written in another form."""
    theirs, ours = _PRICES[database.vendor]
    params: list[Any] = [connection.pk, connection.realm_id, connection.organization_id, MOST]
    with database.cursor() as cursor:
        cursor.execute(_DIFFERING.format(theirs=theirs, ours=ours), params)
        return [pk for (pk,) in cursor.fetchall()]


_PRICES = {
    "postgresql": ("entry.data -> 'UnitPrice'", "to_jsonb(item.unit_price)"),
    "sqlite": ("json_extract(entry.data, '$.UnitPrice')", "item.unit_price"),
}
# Of those whose prices are not known to agree: all, where a shop has just been matched, and then one join in the
# database takes a tenth of comparing 50,000 prices here. Only names of our own are inserted.
_DIFFERING = f"""
SELECT item.id FROM {PricebookItem._meta.db_table} AS item
JOIN {Link._meta.db_table} AS link ON link.record_type = 'item' AND link.record_id = item.id AND link.active
JOIN {ListEntry._meta.db_table} AS entry ON entry.entity = 'Item' AND entry.qbo_id = link.qbo_id AND entry.active
    AND entry.connection_id = link.connection_id AND entry.realm_id = link.realm_id
WHERE link.connection_id = %s AND link.realm_id = %s AND item.organization_id = %s AND item.is_active
    AND (link.same_price IS NULL OR NOT link.same_price) AND {{theirs}} <> {{ours}} LIMIT %s
"""


def _accepted(link: Link, ours: object, theirs: object) -> bool:
    """Whether somebody said that both prices are right, and neither has changed since."""
    if link.accepted_at is None:
        return False
    base = Base.from_text(link.base)
    if base is None:
        return False
    return base.said.get("price") == number(ours) and number(base.row.get("UnitPrice")) == number(theirs)


def chips(
    kind: MatchKind,
    connection: Connection,
    chosen: str,
    search: str,
    survey: Survey | None = None,
    counted: Counted | None = None,
) -> list[Chip]:
    """The states with the number of records in each; the search is kept. `counted`: those of the chosen state, where
    that is known already.
    """
    survey = survey or Survey(kind, connection)
    counts: dict[str, Counted | str] = {
        name: count_up_to(rows_in(kind, connection, name, "", survey), MOST_COUNTED)
        for name in STATES
        if name != "differs" and not (name == chosen and counted)
    }
    if not kind.is_customers:
        # All prices are compared for it: in a big shop only where somebody asks for them.
        is_big = count_up_to(kind.records(connection), MOST_COUNTED).is_more
        counts["differs"] = Counted(len(survey.differing)) if chosen == "differs" or not is_big else ""
    if counted:
        counts[chosen] = counted
    found = []
    for name, label in STATES.items():
        if name in counts:
            query = urlencode({"state": name, **({"q": search} if search else {})})
            found.append(Chip(name, label, counts[name], f"{reverse(kind.list_url)}?{query}", name == chosen))
    return found


def page_of(records: QuerySet[Any], number: str, *, is_search: bool) -> tuple[Page[Any], Counted]:
    """The page, and how many there are on all pages."""
    paginator = (SearchPaginator if is_search else BoundedPaginator)(records, ROWS)
    return paginator.get_page(number), paginator.counted


def match_rows(
    kind: MatchKind,
    connection: Connection,
    records: Sequence[Customer | PricebookItem],
    looked: Sequence[Row] | None = None,
    survey: Survey | None = None,
) -> list[MatchRow]:
    """`looked`: customers of QuickBooks that were read on request; products come from the mirror."""
    ids = [record.pk for record in records]
    links = {one.record_id: one for one in Link.objects.of(connection, kind.record_type).for_records(ids)}
    waiting, ruled = stopped(survey or Survey(kind, connection), ids), load_ruled(connection, kind.record_type, ids)
    theirs = _customers_there(looked) if kind.is_customers else products_there(connection, records, links, is_free=True)
    held = holders(kind, connection, theirs)
    ours = known_here(kind, connection, records)
    named = [(words_in(one.name), name_key(one.name), one) for one in theirs.values() if one.type != "Category"]
    rows = []
    for record in records:
        link, mine = links.get(record.pk), ours[record.pk]
        is_linked = link is not None and link.active
        guess = guess_customers if kind.is_customers else guess_items
        guesses = [] if is_linked else guess(mine, _near(mine, named))[:SHOWN]
        there = _linked_to(kind, link, theirs) if link else None
        rows.append(
            MatchRow(
                ours=mine,
                url=reverse(kind.record_url, args=[record.pk]),
                link=link,
                there=there,
                stopped=waiting.get(record.pk, ()),
                guesses=guesses,
                ruled=ruled.get(record.pk, Ruled()),
                held={key: name for key, (holder, name) in held.items() if holder != record.pk},
                accepted=bool(link and there and _accepted(link, mine.price, there.price)),
            )
        )
    return rows


def _near(ours: Known, named: Sequence[tuple[frozenset[str], str, Known]]) -> list[Known]:
    """The records to compare: those with a common name, or most words of one; all customers.

    `named`: theirs, each with the words and the key of its name.
    """
    if ours.price is None:
        return [there for *_, there in named]
    key, words = name_key(ours.name), words_in(ours.name)
    near = [(their_key != key, -len(words & theirs), there.id, there) for theirs, their_key, there in named]
    worth = [one for one in near if one[1] or not one[0]]
    return [one[3] for one in heapq.nsmallest(NEAR, worth, key=lambda one: one[:3])]


def known_here(kind: MatchKind, connection: Connection, records: Iterable[Any]) -> dict[int, Known]:
    """Our records, as they are compared and shown."""
    if kind.is_customers:
        return {one.pk: our_customer(customer_document(one)) for one in records}
    accounts = account_names(connection)
    return {
        one.pk: our_item(item_document(one), account=accounts.get(one.category_id, accounts.get("default", "")))
        for one in records
    }


def account_names(connection: Connection) -> dict[int | str, str]:
    """The name of each category's income account; under "default", that of items without a choice."""
    chosen = AccountMapping.objects.filter(connection=connection, realm_id=connection.realm_id, item=None)
    mapped: dict[int | str, str] = {**dict(chosen.values_list("category_id", "account_id"))}
    settings = ConnectionSettings.objects.filter(connection=connection).first()
    if settings and settings.default_income_account_id:
        mapped["default"] = settings.default_income_account_id
    entries = ListEntry.objects.of(connection, "Account").filter(qbo_id__in=set(mapped.values()))
    names = dict(entries.values_list("qbo_id", "name"))
    return {key: names[account_id] for key, account_id in mapped.items() if account_id in names}


def products_there(
    connection: Connection,
    records: Sequence[Customer | PricebookItem],
    links: Mapping[int, Link],
    *,
    search: str = "",
    is_free: bool = False,
) -> dict[str, Known]:
    """Active products that these items may be, and those they are linked to, by Id.

    `is_free`: only those that no item is matched to, where no other is shown.
    """
    entries = ListEntry.objects.of(connection, "Item")
    unlinked = [one for one in records if one.pk not in links or not links[one.pk].active]
    words = {word for one in unlinked for word in words_in(one.name)}
    wanted = {link.qbo_id for link in links.values()}
    found = {entry.qbo_id: entry for entry in entries.filter(qbo_id__in=wanted)}
    if words or search:
        keys = {name_key(one.name) for one in unlinked}
        near = entries.active()
        if is_free:
            matched = Link.objects.of(connection, Link.RecordType.ITEM).filter(active=True, qbo_id=OuterRef("qbo_id"))
            near = near.exclude(Exists(matched))
        ids = _nearest(near, words, keys, search)
        found |= {entry.qbo_id: entry for entry in entries.filter(qbo_id__in=ids)}
    accounts = {one.qbo_id: ref_of(one) for one in ListEntry.objects.of(connection, "Account")}
    return {
        qbo_id: their_item(ref_of(entry), accounts=accounts, full_name=_full_name(entry))
        for qbo_id, entry in found.items()
    }


def _nearest(entries: QuerySet[ListEntry], words: set[str], keys: set[str], search: str) -> list[str]:
    """The Ids of up to COMPARED: of the same name or found by the search, otherwise with most words in common."""
    if len(words) <= FEW_WORDS:
        has = [Case(When(name_key__contains=word, then=1), default=0) for word in words]
        is_found = Q(name_key__in=keys) | (Q(name_key__contains=search) if search else Q())
        ranked = entries.annotate(shared=sum(has, Value(0)), is_found=Case(When(is_found, then=1), default=0))
        ranked = ranked.filter(Q(is_found=1) | Q(shared__gt=0)).order_by("-is_found", "-shared", "qbo_id")
        return list(ranked.values_list("qbo_id", flat=True)[:COMPARED])
    # By whether they are of the same name or found, and by the number of words in common: 50,000 need not be sorted.
    by_rank: defaultdict[tuple[bool, int], list[str]] = defaultdict(list)
    words_of, common = WORD.findall, words.intersection
    # Not by a cursor: PostgreSQL plans for the first rows of one, and asks for the link of each.
    for qbo_id, key in entries.values_list("qbo_id", "name_key"):
        shared, is_one = len(common(words_of(key))), key in keys or bool(search and search in key)
        if shared or is_one:
            by_rank[is_one, shared].append(qbo_id)
    near: list[str] = []
    for rank in sorted(by_rank, reverse=True):
        near += heapq.nsmallest(COMPARED - len(near), by_rank[rank])
    return near


def _full_name(entry: ListEntry) -> str:
    full = entry.data.get("FullyQualifiedName") if isinstance(entry.data, dict) else None
    return str(full or entry.name)


def _customers_there(looked: Sequence[Row] | None) -> dict[str, Known]:
    return {str(row["Id"]): their_customer(row) for row in looked or () if row.get("Active", True)}


def holders(kind: MatchKind, connection: Connection, theirs: Iterable[str]) -> dict[str, tuple[int, str]]:
    """For each of these Ids, the record of ours that it is matched to: id and name."""
    links = Link.objects.of(connection, kind.record_type).filter(qbo_id__in=list(theirs))
    by_id = dict(links.values_list("qbo_id", "record_id"))
    model: Any = Customer if kind.is_customers else PricebookItem
    names = {one.pk: str(one) for one in model.objects.filter(pk__in=by_id.values())}
    return {qbo_id: (record_id, names.get(record_id, "")) for qbo_id, record_id in by_id.items()}


def _linked_to(kind: MatchKind, link: Link, theirs: Mapping[str, Known]) -> Known | None:
    """The record of a link: from the mirror, or as QuickBooks last returned it."""
    if link.qbo_id in theirs:
        return theirs[link.qbo_id]
    return there_of(kind, link)


def there_of(kind: MatchKind, link: Link) -> Known | None:
    """The record there as it was last read or written."""
    base = Base.from_text(link.base)
    row: Row = decode(link.theirs) if link.theirs else (base.row if base else {})
    if not row:
        return None
    if kind.is_customers:
        return their_customer({**row, "Id": link.qbo_id})
    return Known(link.qbo_id, str(row.get("Name") or ""))


def choices_of(kind: MatchKind, connection: Connection, record_id: int) -> QuerySet[MatchChoice]:
    rows = MatchChoice.objects.of(connection, kind.record_type).of_record(record_id)
    return rows.select_related("by", "undone_by")
