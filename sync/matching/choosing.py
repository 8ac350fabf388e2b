"""A person's choices about which QuickBooks record one of ours is; each is stored and can be undone until used.

A choice sends nothing. Failed events that need it are retried when a person presses Retry, as after mapping a tax rate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from qbo.connection.client import decode, encode
from qbo.json_objects import JsonMapping, Row
from qbo.mapping.base import Base, kept_part
from qbo.mapping.list_planning import carried_over, said_of_customer, said_of_item
from qbo.mapping.loading import load_book
from qbo.models import Connection, Link, MatchChoice
from runacall.invoices.document_loading import load_customers, load_items
from runacall.invoices.models import Invoice, InvoiceLine
from runacall.invoices.refusals import Refused
from sync.matching.kinds import MatchKind
from sync.matching.listing import holders, there_of
from sync.models import SyncEvent
from sync.models.events import EntityType
from sync.operations.recording import Report, keep_drains_out
from sync.outbox.enqueueing import item_name, open_event
from sync.worker.wake import wake

User = AbstractBaseUser | None
Kind = MatchChoice.Kind
# The columns of a link to restore when a choice is undone.
KEPT = ("qbo_id", "sync_token", "active", "created_here", "base", "theirs")
TIMES = ("synced_at", "accepted_at")
# Choices that are not about which record it is.
PRICES = (Kind.SEND_PRICE, Kind.KEEP_PRICE)


@dataclass(frozen=True)
class Subject:
    """The record that a choice is about, and its organization."""

    kind: MatchKind
    connection: Connection
    record_id: int

    @property
    def which(self) -> dict[str, Any]:
        connection, kind = self.connection, self.kind
        return {
            "connection": connection,
            "realm_id": connection.realm_id,
            "record_type": kind.record_type,
            "record_id": self.record_id,
        }

    @property
    def link(self) -> Link | None:
        return Link.objects.filter(**self.which).first()


def choose(subject: Subject, row: Row, *, by: User, at: datetime) -> MatchChoice:
    """Match the record to `row` of QuickBooks, whatever it was matched to. Raises Refused."""
    qbo_id, name = str(row["Id"]), _name_of(row)
    if not row.get("Active", True):
        raise Refused(f"{name} is inactive in QuickBooks. Make it active there first, or choose a different one.")
    if row.get("Type") == "Category":
        raise Refused(f"{name} is a category in QuickBooks. Choose a product or service.")

    def link_it() -> MatchChoice:
        holder, called = holders(subject.kind, subject.connection, [qbo_id]).get(qbo_id, (subject.record_id, ""))
        if holder != subject.record_id:
            raise Refused(f"{name} is already matched to {called}. Change that match first.")
        before = subject.link
        if before and before.active and before.qbo_id == qbo_id:
            raise Refused(f"It is already matched to {name}.")
        entity = "Customer" if subject.kind.is_customers else "Item"
        columns = carried_over(before.base if before else "", _said(subject), row, entity)
        _put_link(subject, row, columns, at=at)
        return _keep(subject, Kind.THIS_ONE, qbo_id, name, before, by=by, at=at)

    return _carefully(subject, link_it, at=at)


def refuse(subject: Subject, qbo_id: str, name: str, *, by: User, at: datetime) -> MatchChoice:
    """The record is not that one: do not guess it or link it by name. Raises Refused."""

    def note() -> MatchChoice:
        link = subject.link
        if link and link.active and link.qbo_id == qbo_id:
            raise Refused("It is matched to that one. Press Unlink instead.")
        return _keep(subject, Kind.NOT_THIS_ONE, qbo_id, name, None, by=by, at=at)

    return _carefully(subject, note, at=at)


def create(subject: Subject, *, by: User, at: datetime) -> MatchChoice:
    """Have the record created in QuickBooks with the next event that needs it, whatever is there. Raises Refused."""

    def note() -> MatchChoice:
        link = subject.link
        if link and link.active:
            raise Refused("It is already matched. Press Unlink first.")
        return _keep(subject, Kind.CREATE, "", "", None, by=by, at=at)

    return _carefully(subject, note, at=at)


def unlink(subject: Subject, *, by: User, at: datetime) -> MatchChoice:
    """Unlink the record. What is in QuickBooks stays as it is. Raises Refused."""

    def forget() -> MatchChoice:
        link = subject.link
        if link is None:
            raise Refused("It is not matched.")
        known = there_of(subject.kind, link)
        name = known.name if known else f"Id {link.qbo_id}"
        kept = _keep(subject, Kind.UNLINK, link.qbo_id, name, link, by=by, at=at)
        link.delete()
        return kept

    return _carefully(subject, forget, at=at)


def send_price(subject: Subject, row: Row, *, by: User, at: datetime) -> MatchChoice:
    """Send our price to the matched product in QuickBooks; `row`: the product as it is there. Raises Refused."""

    def owe() -> MatchChoice:
        link = _matched(subject, row)
        base = Base.from_text(link.base) or Base()
        kept = _keep(subject, Kind.SEND_PRICE, link.qbo_id, _name_of(row), link, by=by, at=at)
        link.base = base.send_ours({**base.row, **kept_part("Item", row)}, ("price",)).as_text()
        link.theirs, link.accepted_at = "", None
        link.sync_token = str(row.get("SyncToken") or link.sync_token)
        link.save(update_fields=["base", "theirs", "accepted_at", "sync_token"])
        item = load_items([subject.record_id])[subject.record_id]
        open_event(subject.connection, item_name(item), at=at)
        wake(subject.connection)
        return kept

    return _carefully(subject, owe, at=at)


def keep_price(subject: Subject, row: Row, *, by: User, at: datetime) -> MatchChoice:
    """Both prices are right; ask again only when one of them changes. Raises Refused."""

    def accept() -> MatchChoice:
        link = _matched(subject, row)
        base = Base.from_text(link.base) or Base()
        kept = _keep(subject, Kind.KEEP_PRICE, link.qbo_id, _name_of(row), link, by=by, at=at)
        said = {**base.said, "price": _said(subject)["price"]}
        link.base = base.keep_theirs({**base.row, **kept_part("Item", row)}, said).as_text()
        link.theirs, link.accepted_at = "", at
        link.save(update_fields=["base", "theirs", "accepted_at"])
        return kept

    return _carefully(subject, accept, at=at)


def _matched(subject: Subject, row: Row) -> Link:
    link = subject.link
    if link is None or not link.active or link.qbo_id != str(row.get("Id")):
        raise Refused("It is no longer matched to that product.")
    return link


def undo(choice: MatchChoice, kind: MatchKind, *, by: User, at: datetime) -> None:
    """Undo a choice and restore the match before it. Raises Refused if it has been used since."""
    subject = Subject(kind, choice.connection, choice.record_id)

    def take_back() -> MatchChoice:
        choice.refresh_from_db()
        why = why_not_undone(choice, kind)
        if why:
            raise Refused(why)
        if choice.kind not in (Kind.NOT_THIS_ONE, Kind.CREATE):
            Link.objects.filter(**subject.which).delete()
            if choice.former:
                _put_back(subject, decode(choice.former))
        choice.undone_at, choice.undone_by = at, by if by is not None and by.pk else None  # type: ignore[assignment]
        choice.save(update_fields=["undone_at", "undone_by"])
        return choice

    _carefully(subject, take_back, at=at)


def why_not_undone(choice: MatchChoice, kind: MatchKind) -> str:
    """Why a choice can no longer be undone, for staff; "" if it can."""
    subject = Subject(kind, choice.connection, choice.record_id)
    if choice.undone_at is not None:
        return "It was already undone."
    later = MatchChoice.objects.filter(**subject.which, pk__gt=choice.pk).standing()
    if later.exclude(kind=Kind.NOT_THIS_ONE).exists():
        return "Undo the later choice first."
    used = used_since(subject, choice.at, invoices=choice.kind not in PRICES)
    if used:
        return f"It has been used: {used}."
    if choice.former and _held_by_another(subject, decode(choice.former)["qbo_id"]):
        return "The record it was matched to before is now matched to another one."
    return ""


def used_since(subject: Subject, since: datetime, *, invoices: bool = True) -> str:
    """What was sent to QuickBooks with this match, in words; "" if nothing.

    `invoices`: whether invoices with the record count too.
    """
    link = subject.link
    if link and link.synced_at > since:
        return "it was created in QuickBooks" if link.created_here else "it was sent to QuickBooks"
    if not invoices:
        return ""
    sent = Link.objects.of(subject.connection, EntityType.INVOICE).filter(synced_at__gte=since)
    first = sent.filter(record_id__in=_invoices_of(subject)).order_by("synced_at").first()
    if first is None:
        return ""
    number = Invoice.objects.filter(pk=first.record_id).values_list("number", flat=True).first()
    return f"invoice #{number} was sent with it"


def _invoices_of(subject: Subject) -> Any:
    if subject.kind.is_customers:
        return Invoice.objects.filter(customer=subject.record_id).values("pk")
    return InvoiceLine.objects.filter(item=subject.record_id).values("invoice")


def _carefully(subject: Subject, do: Callable[[], MatchChoice], *, at: datetime) -> MatchChoice:
    """Run in one transaction that no drain writes into, while nothing of the record is being sent."""
    with transaction.atomic():
        keep_drains_out([subject.connection.pk])
        now = Connection.objects.get(pk=subject.connection.pk)
        if now.realm_id != subject.connection.realm_id:
            raise Refused("QuickBooks was connected to another company in the meantime. Open the page again.")
        rows = SyncEvent.objects.of(now).in_flight()
        own = rows.of_record(subject.kind.record_type, subject.record_id)
        if own.exists() or rows.filter(record_type=EntityType.INVOICE, record_id__in=_invoices_of(subject)).exists():
            raise Refused("It is being sent or checked right now. Try again in a minute.")
        done = do()
    return done


def _put_link(subject: Subject, row: Row, columns: Mapping[str, str], *, at: datetime) -> None:
    Link.objects.update_or_create(
        **subject.which,
        defaults={
            "qbo_id": str(row["Id"]),
            "sync_token": str(row.get("SyncToken", "")),
            "active": True,
            "created_here": False,
            # Existing differences stay: what is sent is what was owed, and what changes from now on.
            **columns,
            "accepted_at": None,
            "synced_at": at,
        },
    )


def _put_back(subject: Subject, former: JsonMapping) -> None:
    times = {name: datetime.fromisoformat(former[name]) if former[name] else None for name in TIMES}
    Link.objects.create(**subject.which, **{name: former[name] for name in KEPT}, **times)


def _as_text(link: Link) -> str:
    times: dict[str, datetime | None] = {name: getattr(link, name) for name in TIMES}
    return encode(
        {name: getattr(link, name) for name in KEPT}
        | {name: moment.isoformat() if moment else "" for name, moment in times.items()}
    )


def _held_by_another(subject: Subject, qbo_id: str) -> bool:
    rows = Link.objects.of(subject.connection, subject.kind.record_type).filter(qbo_id=qbo_id)
    return rows.exclude(record_id=subject.record_id).exists()


def _said(subject: Subject) -> Mapping[str, object]:
    if subject.kind.is_customers:
        return said_of_customer(load_customers([subject.record_id])[subject.record_id])
    item = load_items([subject.record_id])[subject.record_id]
    return said_of_item(item, load_book(subject.connection, items=[item]).chosen_account(item))


def _name_of(row: Row) -> str:
    return str(row.get("DisplayName") or row.get("Name") or f"Id {row['Id']}")[:500]


def _keep(
    subject: Subject, kind: str, qbo_id: str, name: str, before: Link | None, *, by: User, at: datetime
) -> MatchChoice:
    known = there_of(subject.kind, before) if before else None
    return MatchChoice.objects.create(
        **subject.which,
        kind=kind,
        qbo_id=qbo_id,
        there_name=name[:500],
        former=_as_text(before) if before else "",
        former_name=(known.name if known else f"Id {before.qbo_id}")[:500] if before else "",
        at=at,
        by=by if by is not None and by.pk else None,  # type: ignore[misc]
    )


def accept_all(picked: Iterable[tuple[Subject, Row]], *, by: User, at: datetime) -> Report:
    """Choose each of these; refused ones are left alone and counted by reason."""
    done, left = 0, Counter[str]()
    for subject, row in picked:
        try:
            choose(subject, row, by=by, at=at)
        except Refused as refusal:
            left[str(refusal)] += 1
        else:
            done += 1
    return Report(done, dict(left))
