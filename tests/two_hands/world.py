"""What both hands work on, and what has to hold after every drain, whatever they did before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from qbo.mapping.loading import transaction_ref
from qbo.models import ConnectionSettings, Link, TaxMapping
from qbo_emulator.router import Emulator
from runacall.invoices.models import Customer, Invoice, PricebookItem
from sync.log.holding import Books
from sync.log.rows import log_row
from sync.models import State, SyncEvent
from sync.models.events import Direction
from tests import builders
from tests.books import Shop
from tests.two_hands import words
from tests.two_hands.inside import Bookkeeper, Row
from tests.two_hands.words import Fields

FIRST, OTHER = "4620816365010101", "9341457000000042"
REALMS = (FIRST, OTHER)
ENTITIES = {"invoice": "Invoice", "customer": "Customer", "item": "Item"}
MODELS: dict[str, Any] = {"invoice": Invoice, "customer": Customer, "item": PricebookItem}
HELD = {"invoice": words.held_invoice, "customer": words.held_customer, "item": words.held_item}
SAID = {"invoice": words.said_invoice, "customer": words.said_customer, "item": words.said_item}
CONFLICTS = ("changed_in_quickbooks", "paid_in_quickbooks")
COMPARED = {"void", "customer", "total", "tax", "date", "due date", "number"}
# What lives on as another one after a merge.
SURVIVORS = ("customer", "item")
NOT_MONEY = {"due date", "terms", "number", "e-mail", "billing address", "service address", "message", "memo", "date"}


@dataclass(frozen=True)
class Wish:
    """What the office said of a record when it was sent, its total, and by which event."""

    event: int
    said: Fields
    total: Decimal


@dataclass
class Known:
    """How one of our records and its row there stood when Run a Call last wrote it, or a person decided.

    `seen`: the row when a drain last compared it. `ours_wins`: fields that a person decided to send. `licences`: how
    often it may be created: once, and again after each decision of a person. `touched`: changed here since.
    `undecided`: `held` before a person decided, until our next write: Run a Call may not have read yet what that person
    saw. `passed`: how the row stood since, each time when a drain had compared it. `is_another`: a person said that it
    is none of those of its name that are there. `sent_to`: of an invoice, the Id of its customer when Run a Call last
    wrote it. `in_doubt`: what was sent and has no answer; the same bytes may go once more. `sent_for`: the version of
    the row that the last of them was sent for, which may have been an old one. `asked`: what a drain could tell of when
    it asked a person; that stays told until it is tried again, although a merge may have made the two customers one.
    `unanswered`: which fields we have changed there without an answer since the last one; `lost`: those of them that
    Run a Call no longer finds out about, since a merge has put another row in the place of that one.
    """

    said: Fields | None = None
    held: Fields | None = None
    seen: Fields | None = None
    undecided: Fields | None = None
    passed: list[Fields] = field(default_factory=list)
    total: Decimal = Decimal(0)
    ours_wins: set[str] = field(default_factory=set)
    licences: int = 1
    creates: int = 0
    touched: bool = False
    is_another: bool = False
    sent_to: str = ""
    in_doubt: Wish | None = None
    sent_for: int | None = None
    asked: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    arrived: dict[str, tuple[Fields, Fields]] = field(default_factory=dict)


@dataclass
class Snapshot:
    """One company at one moment: all rows of ours and of the bookkeeper, and which record each of our links names."""

    rows: dict[str, dict[str, Row]]
    versions: dict[tuple[str, str], str]
    links: dict[str, dict[int, str]]

    def row(self, kind: str, record_id: int) -> Row | None:
        return self.rows[ENTITIES[kind]].get(self.links[kind].get(record_id, ""))


class World:
    """The shop, its companies, and what is known to hold."""

    def __init__(self, shop: Shop, emulator: Emulator) -> None:
        self.shop, self.emulator = shop, emulator
        self.books = {realm: Bookkeeper(emulator, realm) for realm in REALMS}
        self.at = timezone.now()
        self.is_canadian = shop.organization.country == "CA"
        self.taxes = {"TAX": "6", "NON": "5"} if self.is_canadian else {"TAX": "TAX", "NON": "NON"}
        # By how much QuickBooks may round otherwise: a cent for each of the two taxes.
        self.cents = Decimal("0.02") if self.is_canadian else Decimal(0)
        self.rates = [shop.rate]
        if self.is_canadian:
            percents = {"GST": "5", "QST": "9.975"}
            self.rates = [builders.rate(shop.organization, name, percent) for name, percent in percents.items()]
            self.map_tax()
        self.known: dict[tuple[str, str, int], Known] = defaultdict(Known)
        self.tokens = 0

    def map_tax(self) -> None:
        """As staff would on the Tax page of the company that is connected now."""
        if not self.is_canadian:
            self.shop.map_tax()
            return
        self.shop.map_tax(*self.rates, code=self.taxes["TAX"])
        where = {"connection": self.shop.connection, "realm_id": self.shop.connection.realm_id, "rate_key": ""}
        TaxMapping.objects.update_or_create(**where, defaults={"tax_code_id": self.taxes["NON"]})

    # --- what there is ---------------------------------------------------------------------------------------

    @property
    def connection(self) -> Any:
        self.shop.connection.refresh_from_db()
        return self.shop.connection

    @property
    def realm(self) -> str:
        return str(self.shop.connection.realm_id)

    @property
    def choices(self) -> ConnectionSettings:
        return ConnectionSettings.objects.get(connection=self.shop.connection)

    def records(self, kind: str) -> list[Any]:
        rows = MODELS[kind].objects.filter(organization=self.shop.organization).order_by("pk")
        return list(rows.select_related("customer") if kind == "invoice" else rows)

    def record(self, kind: str, record_id: int) -> Any:
        return next(one for one in self.records(kind) if one.pk == record_id)

    def pick(self, kind: str, number: int) -> Any:
        """One that can still change, if there is one: nothing happens to what is void here."""
        rows = self.records(kind)
        if kind == "invoice":
            rows = [row for row in rows if row.status != Invoice.Status.VOID] or rows
        return rows[number % len(rows)] if rows else None

    def invoices(self) -> list[Invoice]:
        return self.records("invoice")

    def token(self) -> str:
        """The first word of a new line, by which it is known on both sides."""
        self.tokens += 1
        return f"L{self.tokens}"

    def links(self, realm: str, kind: str) -> dict[int, str]:
        found = Link.objects.filter(connection=self.shop.connection, realm_id=realm, record_type=kind)
        return dict(found.values_list("record_id", "qbo_id"))

    def snapshot(self, realm: str) -> Snapshot:
        books = self.books[realm]
        return Snapshot(
            {entity: books.rows(entity) for entity in ENTITIES.values()},
            books.versions(),
            {kind: self.links(realm, kind) for kind in ENTITIES},
        )

    def latest(self, kind: str, record_id: int, realm: str = "") -> SyncEvent | None:
        """Of a customer or product the latest one that sends: a row tells as well what it has become by a merge."""
        rows = SyncEvent.objects.filter(connection=self.shop.connection, realm_id=realm or self.realm)
        rows = rows.of_record(kind, record_id).order_by("pk")
        return (rows.filter(direction=Direction.OUT).last() if kind in SURVIVORS else None) or rows.last()

    def touch(self, kind: str, record_id: int) -> None:
        """It was changed here: every company that has it, or is to get it, is owed that."""
        for realm in REALMS:
            event = self.latest(kind, record_id, realm)
            if event is not None and event.state not in (State.SYNCED, State.SUPERSEDED, State.DISMISSED):
                self.known[realm, kind, record_id].touched = True

    def check_owed(self, kind: str, record_id: int) -> None:
        """It was changed here: the company that has it is owed that, whatever was dismissed before."""
        if record_id not in self.links(self.realm, kind):
            return
        event = self.latest(kind, record_id)
        owed = event is not None and event.state not in (State.SYNCED, State.SUPERSEDED, State.DISMISSED)
        assert owed, f"{kind} {record_id} was changed, and nothing is owed: {event and event.state}"

    # --- a drain, and what has to hold after it ---------------------------------------------------------------

    def drain(self, minutes: int) -> None:
        """What Run a Call does by itself in these minutes."""
        self.at += timedelta(minutes=minutes)
        self.emulator.clock.advance(minutes * 60)
        realm = self.realm
        other = next(one for one in REALMS if one != realm)
        elsewhere = self.books[other].versions()
        before = self.snapshot(realm)
        may_send = self.connection.is_live and self.choices.sync_invoices
        settled = self.shop.drain(self.at).settled
        if settled:
            self.shop.drain(self.at)
        assert self.books[other].versions() == elsewhere, "a write reached another company"
        after = self.snapshot(realm)
        if not may_send:
            assert after.versions == before.versions, "something was sent while nothing may be"
        # What was linked by name, and broke off there, changed nothing else.
        if settled or (after.versions, after.links) != (before.versions, before.links):
            self.check(realm, before, after)
        self.note_doubts(realm)

    def check(self, realm: str, before: Snapshot, after: Snapshot) -> None:
        self.check_strangers(before, after)
        self.check_numbers(before, after)
        self.check_merges(before, after)
        for kind in ("item", "customer", "invoice"):
            for record in self.records(kind):
                self.check_record(realm, kind, record, before, after)
        self.check_events()

    def note_doubts(self, realm: str) -> None:
        """Whose answer nobody has seen, and what was said then."""
        waiting = SyncEvent.objects.filter(connection=self.shop.connection, realm_id=realm, state=State.CHECKING)
        in_doubt = {(one.record_type, one.record_id): one.pk for one in waiting}
        unsure = SyncEvent.objects.filter(connection=self.shop.connection, realm_id=realm).in_doubt()
        still = set(unsure.values_list("record_type", "record_id"))
        for kind in ENTITIES:
            for record in self.records(kind):
                known, event = self.known[realm, kind, record.pk], in_doubt.get((kind, record.pk))
                if (kind, record.pk) not in still:
                    known.unanswered = set()
                if event is None:
                    known.in_doubt = None
                elif known.in_doubt is None or known.in_doubt.event != event:
                    known.in_doubt = Wish(event, SAID[kind](record), self.total_of(record))
                    links = Link.objects.filter(connection=self.shop.connection, realm_id=realm, record_type=kind)
                    link = links.filter(record_id=record.pk).first()
                    known.sent_for = int(transaction_ref(link).current_token) if link else None

    @staticmethod
    def total_of(record: Any) -> Decimal:
        return record.total if isinstance(record, Invoice) else Decimal(0)

    def sent_now(self, kind: str, record: Any, known: Known, before: Snapshot, after: Snapshot) -> Wish:
        """What the office said in what this drain may have sent: now, or when the answer to it was lost before."""
        wish = Wish(0, SAID[kind](record), self.total_of(record))
        row = after.row(kind, record.pk)
        then = before.rows[ENTITIES[kind]].get(row["Id"]) if row else None
        if known.in_doubt is None or row is None or then is None:
            return wish
        was, now = HELD[kind](then), HELD[kind](row)
        changed = {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}

        def fits(one: Wish) -> bool:
            wanted = self.wanted(one.said, after) if kind == "invoice" else one.said
            return all(now.get(name) == wanted.get(name) for name in changed)

        return known.in_doubt if fits(known.in_doubt) and not fits(wish) else wish

    def check_numbers(self, before: Snapshot, after: Snapshot) -> None:
        """No number of ours is on two invoices because of us; a void one keeps its number when it is sent again."""
        then, now = before.rows["Invoice"], after.rows["Invoice"]
        for key, row in now.items():
            number = row.get("DocNumber")
            if not number or (key in then and then[key].get("DocNumber") == number):
                continue
            same = [other for other, one in then.items() if other != key and one.get("DocNumber") == number]
            same = [one for one in same if one in now and now[one].get("DocNumber") == number]
            same = [one for one in same if not words.is_void(now[one])]
            assert not same, f"{key} got the number {number}, which {same} had"

    def check_strangers(self, before: Snapshot, after: Snapshot) -> None:
        """What is not ours is as the bookkeeper left it, and nothing of hers or ours is gone."""
        ours = {
            (ENTITIES[kind], qbo_id)
            for kind in ENTITIES
            for links in (before.links, after.links)
            for qbo_id in links[kind].values()
        }
        for key, version in before.versions.items():
            assert key in after.versions, f"we deleted {key}"
            row = before.rows.get(key[0], {}).get(key[1]) or {}
            lost = key[0] == "Invoice" and words.record_of(row) is not None
            assert after.versions[key] == version or key in ours or lost, f"we changed {key}, which is not ours"
        for key in after.versions.keys() - before.versions.keys():
            assert key[0] in ENTITIES.values(), f"we made {key}"

    def check_record(self, realm: str, kind: str, record: Any, before: Snapshot, after: Snapshot) -> None:
        known = self.known[realm, kind, record.pk]
        wish = self.sent_now(kind, record, known, before, after)
        said = wish.said
        self.check_creations(realm, kind, record, known, said, before, after)
        row, now = after.row(kind, record.pk), None
        qbo_id = after.links[kind].get(record.pk, "")
        then = before.rows[ENTITIES[kind]].get(qbo_id)
        event = self.latest(kind, record.pk, realm)
        if row is None or then is None:
            self.note_settled(known, event, said)
            return
        now = HELD[kind](row)
        if list(after.links[kind].values()).count(qbo_id) > 1:
            # Two customers of ours that were merged there: each is one more hand on the row of the other.
            known.said, known.held, known.touched, known.ours_wins = said, now, False, set()
            return
        if qbo_id in known.arrived:
            (known.said, known.held), known.ours_wins = known.arrived.pop(qbo_id), set()
        if before.links[kind].get(record.pk) != qbo_id and kind != "invoice":
            # Linked, by name or as the survivor of a merge: what differs was so before. What was changed here and is
            # not there yet is still owed; where the row says something else than it did, a person decides.
            was, before_it = HELD[kind](then), known.said or said
            owed = {name for name in said if known.held is not None and said[name] != before_it.get(name)}
            known.held = {name: (known.held or {})[name] if name in owed and was[name] else was[name] for name in was}
            known.said = {name: before_it[name] if name in owed else said[name] for name in said}
            known.ours_wins, known.lost = set(), known.lost | known.unanswered
            if not owed or (kind == "customer" and not self.choices.sync_customer_updates):
                assert (was, then["SyncToken"]) == (now, row["SyncToken"]) or known.creates, (
                    f"{kind} {record.pk}: linking changed its row: {then} -> {row}"
                )
                known.touched = False
                return
        assert known.said is not None, f"{kind} {record.pk} is linked to {qbo_id}, and nobody knows why"
        held = known.held
        self.check_changes(kind, record, known, wish, then, row, event, after)
        if kind == "invoice" and record.pk not in before.links[kind] and then["SyncToken"] == row["SyncToken"]:
            # Found after its answer was lost: what is different from what we wrote is hers.
            known.held = held

    def check_creations(
        self, realm: str, kind: str, record: Any, known: Known, said: Fields, before: Snapshot, after: Snapshot
    ) -> None:
        """Made there no more often than a person wished, and as it is here."""
        entity = ENTITIES[kind]
        new = {key: row for key, row in after.rows[entity].items() if key not in before.rows[entity]}
        for key, row in new.items():
            if kind == "invoice":
                mine = words.record_of(row) == record.pk
            else:
                mine = after.links[kind].get(record.pk) == key or (
                    key not in after.links[kind].values() and record.pk in self.makers(realm, kind, row)
                )
            if not mine:
                continue
            known.creates += 1
            if kind in SURVIVORS:
                survivor = self.survivor_of(kind, record.pk, before)
                assert survivor is None, f"{kind} {record.pk} was made again, and it is {survivor} since the merge"
            assert known.creates <= known.licences, (
                f"{kind} {record.pk} was made {known.creates} times of {known.licences}: {self.latest(kind, record.pk)}"
                f" {before.links[kind]} -> {after.links[kind]}"
                f" {[(key, tuple(HELD[kind](one).values())) for key, one in after.rows[entity].items()]}"
            )
            held = HELD[kind](row)
            if kind == "invoice":
                # Where the answer was lost and the office has voided it since, it is looked for and not sent again.
                assert not words.is_void(row), f"invoice {record.pk} was made only to be voided"
                wanted = self.wanted(said, after)
                for name in self.sendable(said.keys(), said):
                    # QuickBooks fills in what was left out.
                    assert wanted[name] in ("", held.get(name)), (name, held.get(name), wanted[name])
                assert abs(Decimal(str(row["TotalAmt"])) - record.total) <= self.cents
                self.check_cent(record, row, self.latest(kind, record.pk))
                known.total = record.total
            elif held["name"] != said["name"] and not known.is_another:
                self.check_suffix(realm, kind, record, said["name"], before, after)
            if kind in SURVIVORS and after.links[kind].get(record.pk, key) != key:
                known.arrived[key] = said, held
                continue
            known.said, known.held, known.ours_wins = said, held, set()
            self.note_sent_to(known, kind, said, after)

    def makers(self, realm: str, kind: str, row: Row) -> set[int]:
        """Which customers or products of ours a row that none is linked to may have been made for: those whose answer
        was lost; if it was nobody's, all of that name.
        """
        name = HELD[kind](row)["name"]
        names = {one.pk: SAID[kind](one)["name"] for one in self.records(kind)}
        alike = {pk for pk, ours in names.items() if name in (ours, f"{ours} ({pk})")}
        return alike & self.in_doubt(realm, kind) or alike

    def in_doubt(self, realm: str, kind: str) -> set[int]:
        """Of which records something may have arrived without an answer."""
        events = SyncEvent.objects.filter(connection=self.shop.connection, realm_id=realm, record_type=kind)
        return set(events.in_doubt().values_list("record_id", flat=True))

    def survivor_of(self, kind: str, record_id: int, there: Snapshot) -> str | None:
        """The customer or product to which everything of one that is gone there has moved, if it is nobody else's.

        Two of our customers may be one there; each product is one of ours.
        """
        gone = there.row(kind, record_id)
        if gone is None or gone.get("Active", True):
            return None
        survivor = self.moved_to(kind, record_id, there)
        row = there.rows[ENTITIES[kind]].get(survivor or "", {})
        if survivor in (None, gone["Id"]) or not row.get("Active", True):
            return None
        others = {one.pk for one in self.records(kind)} - {record_id}
        if kind == "item" and any(self.moved_to(kind, pk, there) == survivor for pk in others):
            return None
        return None if kind == "item" and survivor in there.links[kind].values() else survivor

    def moved_to(self, kind: str, record_id: int, there: Snapshot) -> str | None:
        """The one that all invoices of ours with this customer or product name there; None if they disagree."""
        ids = set[str]()
        for invoice in self.invoices():
            row = there.row("invoice", invoice.pk)
            if row is None:
                continue
            if kind == "customer":
                ids |= {words.ref(row, "CustomerRef")} if invoice.customer_id == record_id else set()
            elif not words.is_void(row):
                ours = {
                    words.TOKEN.match(line.description)[0] for line in invoice.lines.all() if line.item_id == record_id
                }
                lines = words.lines_of(row)
                if ours - words.ids_by_token(row).keys() and not all(map(words.token_of, lines)):
                    # One of hers may stand in the place of ours, under the same Id.
                    return None
                lines = [line for line in lines if words.token_of(line) in ours]
                ids |= {words.ref(line["SalesItemLineDetail"], "ItemRef") for line in lines}
        return ids.pop() if len(ids) == 1 else None

    def check_merges(self, before: Snapshot, after: Snapshot) -> None:
        """Nothing stops because of a product that lives on as another one."""
        events = SyncEvent.objects.filter(connection=self.shop.connection, realm_id=self.realm, changed_at=self.at)
        for event in events.filter(state=State.FAILED):
            for failure in event.failures:
                if failure.code != "item_inactive":
                    continue
                survivor = self.survivor_of("item", int(failure.subject.key), before)
                row, pk = after.rows["Item"].get(survivor or ""), int(failure.subject.key)
                # One that was made for another item of ours, or may have been, is that one's.
                is_anothers = survivor in {qbo_id for other, qbo_id in after.links["item"].items() if other != pk}
                if row is not None and not is_anothers:
                    makers = self.makers(self.realm, "item", row) & self.in_doubt(self.realm, "item")
                    is_anothers = bool(makers - after.links["item"].keys() - {pk})
                is_left = row is not None and row["Active"] and not is_anothers
                assert not is_left, (
                    f"{event}: item {failure.subject.key} is {survivor} since the merge: {event.message}"
                )

    def check_cent(self, record: Invoice, row: Row, event: SyncEvent | None) -> None:
        """A cent that QuickBooks rounds otherwise is a remark, or stops the invoice where the shop wants that."""
        if Decimal(str(row["TotalAmt"])) == record.total or event is None:
            return
        if event.state == State.SYNCED:
            assert not self.choices.stop_on_rounding, f"{event}: a cent off, to be stopped, and Synced"
            assert "rounds by" in event.message, f"{event}: a cent off without a remark"
        elif event.failure_code == "total_differs":
            assert self.choices.stop_on_rounding, f"{event}: stopped by a cent"

    def check_suffix(self, realm: str, kind: str, record: Any, name: str, before: Snapshot, after: Snapshot) -> None:
        """Two of ours may have one name, or a vendor may; a second record beside one of QuickBooks' own is a twin."""
        holders = {pk for pk, key in after.links[kind].items() if pk != record.pk}
        names = {SAID[kind](one)["name"].casefold() for one in self.records(kind) if one.pk in holders}
        # Also a name that one of ours had there until it was renamed in the same drain.
        held = {
            HELD[kind](there.rows[ENTITIES[kind]][there.links[kind][pk]])["name"].casefold()
            for there in (before, after)
            for pk in holders & there.links[kind].keys()
            if there.links[kind][pk] in there.rows[ENTITIES[kind]]
        }
        # Or that it had when Run a Call last wrote it: nothing may have been read since.
        last = [self.known[realm, kind, pk].held for pk in holders]
        held |= {row["name"].casefold() for row in last if row}
        others = self.books[realm].rows("Vendor").values() if kind == "customer" else ()
        held |= {str(row["DisplayName"]).casefold() for row in others}
        assert name.casefold() in names | held, f"a second {kind} was made for {name}"

    def wanted(self, said: Fields, there: Snapshot) -> Fields:
        return words.wanted_invoice(said, there.links["customer"], there.links["item"], self.taxes)

    def sendable(self, names: Any, said: Fields) -> set[str]:
        """The fields that an invoice can say: no number where QuickBooks numbers, no due date where there is none."""
        out = set() if self.choices.send_numbers else {"number"}
        out |= set() if said.get("due date", "x") else {"due date"}
        out |= set() if said.get("terms", "x") in words.TERMS or "terms" not in said else {"terms"}
        return set(names) - out

    def check_changes(
        self, kind: str, record: Any, known: Known, wish: Wish, then: Row, row: Row, event: Any, after: Snapshot
    ) -> None:
        """Of two versions of one row: we changed what the office had changed, and nothing else."""
        said = wish.said
        assert known.said is not None, f"{kind} {record.pk}: nobody knows what was last said"
        assert known.held is not None, f"{kind} {record.pk}: nobody knows what was there"
        was, now = HELD[kind](then), HELD[kind](row)
        wanted = self.wanted(said, after) if kind == "invoice" else said
        ours = {name for name in said.keys() | known.said.keys() if said.get(name) != known.said.get(name)}
        for name in (ours - known.ours_wins) & wanted.keys() if kind == "invoice" else ():
            wanted[name] = words.reworded(known.said.get(name), wanted.get(name), said.get(name), was.get(name))
        ours = self.sendable(ours | known.ours_wins, said) if kind == "invoice" else ours | known.ours_wins
        theirs = {name for name in was.keys() | known.held.keys() if was.get(name) != known.held.get(name)}
        both = ours & theirs
        clashes = {one for one in both if words.is_clash(known.held.get(one), wanted.get(one), was.get(one))}
        collisions = clashes - known.ours_wins
        # As they stand against what Run a Call had read when a person decided.
        held = known.undecided or known.held
        unread = {one for one in ours if words.is_clash(held.get(one), wanted.get(one), was.get(one))}
        unread |= {one for one in ours & held.keys() if one not in was}
        changed = {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
        if "account" in changed and not self.is_open(was["account"]):
            # An account that earns no more is replaced by the one that the office chose.
            changed -= {"account"}
        label = f"{kind} {record.pk} ({row['Id']})"
        # Ours may have arrived without an answer and been taken back there: then nobody but a person can say.
        may_be_undone = known.sent_for is not None and int(then["SyncToken"]) >= known.sent_for + 2
        written = then["SyncToken"] != row["SyncToken"]
        if kind == "invoice":
            self.check_invoice(record, then, row, ours, written, label)
            for line in words.hers_of_invoice(then)["words"]:
                assert line in row["PrivateNote"], f"{label}: her words {then['PrivateNote']} -> {row['PrivateNote']}"
            if record.status == Invoice.Status.VOID:
                self.note_settled(known, event, said)
                return
        follows = {"customer"} if kind == "invoice" else set()  # a customer that was made again
        assert changed <= ours | follows, f"{label}: we changed {changed - ours}: {was} -> {now}; ours {ours}"
        for name in changed:
            assert now.get(name) == wanted.get(name), f"{label}: {name} is {now.get(name)}, ours is {wanted.get(name)}"
        if collisions:
            assert not written, f"{label}: written although both changed {collisions}"
            if known.touched and not may_be_undone:
                lines = [{name for name in side if name.startswith("line ")} for side in (ours, theirs)]
                # A line that replaces one which she took off as well is that line for Run a Call: it asks.
                may_name = ({"line"} if all(lines) else set()) | unread | known.lost
                # What a person decided about may have been read before the row was changed once more.
                may_name |= {
                    one
                    for read in known.passed
                    for one in ours
                    if words.is_clash(read.get(one), wanted.get(one), was.get(one))
                }
                if event is not None and event.changed_at == self.at:
                    known.asked = collisions | may_name
                self.check_conflict_is_told(event, collisions, label, may_name=may_name | known.asked)
        if kind == "invoice" and not may_be_undone:
            gone = {name for name in theirs if name not in was}
            # The row that a person is asked about is read again when that person retries, or a refusal tells of it.
            unread |= {
                one
                for read in known.passed
                for one in ours
                if words.is_clash(known.held.get(one), wanted.get(one), read.get(one))
            }
            self.check_no_conflict_is_invented(event, both | unread, clashes | gone | unread, label)
        if written:
            if kind == "invoice":
                self.check_total(wish, known, then, row, ours, theirs, label)
            events = SyncEvent.objects.filter(connection=self.shop.connection, realm_id=self.realm)
            if events.of_record(kind, record.pk).filter(state=State.CHECKING).exists():
                # Without an answer, what she had changed before is still news to Run a Call.
                held = known.held
                names = (held.keys() - changed) | (changed & now.keys())
                known.held = {name: now[name] if name in changed else held[name] for name in names}
                known.unanswered |= changed
            else:
                known.held = now
                known.unanswered, known.lost = set(), set()
            known.said, known.ours_wins, known.undecided = said, set(), None
            known.passed, known.sent_for, known.asked = [], None, set()
            self.note_sent_to(known, kind, said, after)
        if event is None:
            return
        if event.state == State.FAILED:
            known.seen = now
            known.passed.append(now)
        if event.state == State.SYNCED and known.touched:
            for name in ours:
                assert now.get(name) == wanted.get(name), (
                    f"{label}: Synced, and {name} is {now.get(name)}, ours is {wanted.get(name)}; {event.message};"
                    f" known {known}; then {was}"
                )
            # Where nothing of ours was to be sent, nobody looked at what she has changed.
            known.held = now if ours or written else known.held
            known.said, known.touched, known.ours_wins, known.undecided = said, False, set(), None
            known.passed, known.sent_for, known.asked = [], None, set()
            known.unanswered, known.lost = set(), set()
            known.total = wish.total if kind == "invoice" else known.total

    @staticmethod
    def note_sent_to(known: Known, kind: str, said: Fields, after: Snapshot) -> None:
        if kind == "invoice":
            known.sent_to = after.links["customer"].get(said["customer"], "")

    def is_open(self, account_id: str) -> bool:
        return bool(self.books[self.realm].rows("Account").get(account_id, {}).get("Active", True))

    def check_total(
        self, wish: Wish, known: Known, then: Row, row: Row, ours: set[str], theirs: set[str], label: str
    ) -> None:
        """It moves by what ours moved, where it was ours."""
        money = {name for name in theirs if name.startswith(("line ", "discount"))}
        if (
            abs(Decimal(str(then["TotalAmt"])) - known.total) <= self.cents
            and not money
            and not words.hers_of_invoice(then)["lines"]
        ):
            wanted = wish.total if ours - NOT_MONEY - {"customer"} else known.total
            assert abs(Decimal(str(row["TotalAmt"])) - wanted) <= 2 * self.cents, (
                f"{label}: {row['TotalAmt']} in place of {wanted}"
            )
        known.total = wish.total

    def check_invoice(self, record: Invoice, then: Row, row: Row, ours: set[str], written: bool, label: str) -> None:
        if words.is_void(then):
            assert not written, f"{label}: void, and written again"
            return
        if words.is_void(row):
            assert record.status == Invoice.Status.VOID, f"{label}: we voided it"
            assert not words.is_paid(then), f"{label}: void although paid"
            return
        paid = Decimal(str(then["TotalAmt"])) - Decimal(str(then["Balance"]))
        # What the office has taken as well is no news to it, whether all of it is there yet or not.
        is_news = paid not in (record.amount_paid, self.paid_by_us(then))
        if words.is_paid(then) and ours - NOT_MONEY and ("customer" in ours or is_news):
            assert then["TotalAmt"] == row["TotalAmt"], f"{label}: paid, and its amount was changed"
            assert words.ref(then, "CustomerRef") == words.ref(row, "CustomerRef"), f"{label}: paid, and moved"
        was_there, is_there = words.ids_by_token(then), words.ids_by_token(row)
        moved = {token for token in was_there.keys() & is_there.keys() if was_there[token] != is_there[token]}
        assert not moved, f"{label}: the lines {moved} are other lines now: {was_there} -> {is_there}"
        hers, kept = words.hers_of_invoice(then), words.hers_of_invoice(row)
        ids = {line["Id"] for line in words.lines_of(row)}
        hers["put on lines"] = {key: put for key, put in hers["put on lines"].items() if key in ids}
        assert kept == hers, f"{label}: what is hers was changed: {hers} -> {kept}"

    def paid_by_us(self, invoice: Row) -> Decimal:
        """What our payments pay of an invoice there."""
        linked = {one["TxnId"] for one in invoice.get("LinkedTxn") or ()}
        payments = self.books[self.realm].rows("Payment")
        ours = [payments[key] for key in linked & payments.keys() if words.payment_of(payments[key]) is not None]
        return sum((Decimal(words.applied(one).get(invoice["Id"], "0")) for one in ours), Decimal(0))

    def check_conflict_is_told(self, event: Any, collisions: set[str], label: str, *, may_name: set[str]) -> None:
        assert event is not None, f"{label}: both changed {collisions}, and the log has no word of it"
        assert event.state != State.SYNCED, f"{label}: both changed {collisions}, and the log says Synced"
        if event.failure_code != "changed_in_quickbooks" or event.blocked_by:
            return
        told = {side["field"] for side in event.facts["sides"]}
        named = {"line" if name.startswith("line ") else name for name in collisions | may_name}
        # What she changed after the row was read is told after the next look.
        assert named >= {"line" if name.startswith("line ") else name for name in told - {"tax"}}, (
            f"{label}: both changed {collisions}, the log tells of {told}"
        )
        assert all(side["ours"] != side["theirs"] for side in event.facts["sides"])

    def check_no_conflict_is_invented(self, event: Any, both: set[str], clashes: set[str], label: str) -> None:
        """What a person has decided, or only one changed, is not asked again.

        A line is told by its place alone; one that replaces a line which she took off as well is that line for Run a
        Call. `clashes`: what both changed to something else, and what she took off.
        """
        if event is None or event.state != State.FAILED or event.changed_at != self.at:
            return
        if event.failure_code == "changed_in_quickbooks" and not event.blocked_by:
            told = {side["field"] for side in event.facts["sides"]}
            lines = {name for name in told if name.startswith("line")}
            assert told - lines - {"tax", "total"} <= both, (
                f"{label}: the log tells of {told}, both changed only {both}"
            )
            is_line = any(name.startswith("line ") for name in clashes)
            assert not lines or is_line, f"{label}: the log tells of {lines}, and both changed no line: {event.facts}"

    def note_settled(self, known: Known, event: Any, said: Fields) -> None:
        if event is not None and event.state in (State.SYNCED, State.SUPERSEDED):
            known.touched = False

    # --- what the log says -------------------------------------------------------------------------------------

    def check_events(self) -> None:
        events = SyncEvent.objects.filter(connection=self.shop.connection)
        assert not events.filter(failure_code="internal_error").exists(), events.filter(
            failure_code="internal_error"
        ).values_list("facts", flat=True)
        assert not events.filter(state=State.SENDING).exists(), "something is being sent for ever"
        for invoice in self.invoices():
            event = self.latest("invoice", invoice.pk)
            if event is not None and event.state in (State.QUEUED, State.FAILED, State.DISMISSED):
                self.check_words(event)

    def check_words(self, event: SyncEvent) -> None:
        """Of the three states that a page claims, the one that is true."""
        held = log_row(event, self.shop.organization, at=self.at).held
        assert held is not None, f"{event}: the log claims nothing of the books"
        link = Link.objects.of(self.shop.connection, "invoice").filter(record_id=event.record_id).first()
        row = self.books[self.realm].rows("Invoice").get(link.qbo_id) if link else None
        if held.books is Books.NOT_THERE:
            assert row is None, f"{event}: the log says {held.lead}, and it is there as {row and row['Id']}"
        elif held.books is not Books.UNKNOWN:
            assert link is not None, f"{event}: the log says {held.lead}, and nobody knows where"
        assert not (event.blocked_by and held.books is Books.DIFFERENT), f"{event}: the log says {held.lead} of another"
        if event.failure_code == "record_deleted_there":
            assert held.books is Books.NOT_THERE, f"{event}: deleted there, and the log says {held.lead}"

    # --- the books as a whole ----------------------------------------------------------------------------------

    def check_books(self) -> None:
        """`reconcile` and a comparison made here name the same differences."""
        compared = self.shop.compared()
        told: dict[int, set[str]] = {pk: set() for pk in compared.matched}
        for group in (compared.different, compared.accepted, compared.rounded, compared.paid_otherwise):
            told |= {one.invoice.id: set(one.fields) & COMPARED for one in group}
        missing = {one.id for one in compared.missing}
        assert not compared.twice, compared.twice
        assert not (compared.rounded and self.choices.stop_on_rounding), (
            "a cent is to be stopped, and passes for rounding"
        )
        rows, links = self.books[self.realm].rows("Invoice"), self.links(self.realm, "invoice")
        customers = self.links(self.realm, "customer")
        for invoice in self.invoices():
            row = rows.get(links.get(invoice.pk, ""))
            # One that is to be sent as new still has the row that was voided, and a copy of that may be there.
            marked = [one for one in rows.values() if words.record_of(one) == invoice.pk]
            row = row or next(iter(sorted(marked, key=words.is_void, reverse=True)), None)
            if invoice.pk not in told and invoice.pk not in missing:
                assert row is None or invoice.status == Invoice.Status.VOID, f"{invoice} is passed over by reconcile"
                continue
            if links.get(invoice.pk) not in rows and invoice.pk in links and invoice.pk in missing:
                # A copy of it may have its mark.
                continue
            if row is None:
                assert invoice.pk in missing or invoice.status == Invoice.Status.VOID, f"{invoice} is not there"
                continue
            expected = self.differences(invoice, row, customers)
            assert told.get(invoice.pk) == expected, (
                f"{invoice}: reconcile says {told.get(invoice.pk)}, it is {expected}"
            )

    def differences(self, invoice: Invoice, row: Row, customers: dict[int, str]) -> set[str]:
        is_void = invoice.status == Invoice.Status.VOID
        if is_void != words.is_void(row):
            return {"void"}
        total, tax = (Decimal(0), Decimal(0)) if is_void else (invoice.total, invoice.tax_total)
        customer, named = words.ref(row, "CustomerRef"), (row.get("CustomerRef") or {}).get("name", "")
        # Sent before its customer was made again there, and moved by nobody.
        as_sent = customer == self.known[self.realm, "invoice", invoice.pk].sent_to
        as_sent = as_sent and named.removesuffix(" (deleted)") == invoice.customer.display_name
        found = {
            "customer": is_void or customer == customers.get(invoice.customer_id) or as_sent,
            "total": Decimal(str(row["TotalAmt"])) == total,
            "tax": Decimal(str((row.get("TxnTaxDetail") or {}).get("TotalTax") or 0)) == tax,
            # A void overtakes what was changed before it: only that it is void is sent.
            "date": is_void or row["TxnDate"] == invoice.books_date.isoformat(),
            "due date": is_void or invoice.due_date is None or row.get("DueDate") == invoice.due_date.isoformat(),
            # Where QuickBooks numbers, its numbers are its own.
            "number": is_void or not self.choices.send_numbers or row.get("DocNumber", "") == invoice.number,
        }
        return {name for name, is_same in found.items() if not is_same}
