"""A sync event: the task of making QuickBooks agree with one record. It says that the record changed, never what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import connections, models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Cast, Substr

from qbo.failures import Failure, Subject
from qbo.models import Connection
from runacall.organizations.models import Organization


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    CHECKING = "checking", "Checking"
    SYNCED = "synced", "Synced"
    FAILED = "failed", "Failed"
    # A person decided that it waits until the closing date in QuickBooks moves.
    HELD = "held", "Held"
    SUPERSEDED = "superseded", "Superseded"
    DISMISSED = "dismissed", "Dismissed"


# A dismissed event is closed: the person decided about that change, not about the record.
UNSENT = (State.QUEUED, State.FAILED, State.HELD)
IN_FLIGHT = (State.SENDING, State.CHECKING)
# What has a due time.
WAITING = (State.QUEUED, State.CHECKING)
# What is due is sent within minutes if nothing holds it up.
OVERDUE_AFTER = timedelta(minutes=15)


class EntityType(models.TextChoices):
    CONNECTION = "connection", "QuickBooks connection"
    LIST = "list", "QuickBooks list"
    CUSTOMER = "customer", "Customer"
    ITEM = "item", "Item"
    INVOICE = "invoice", "Invoice"
    PAYMENT = "payment", "Payment"


# The order in which records depend on each other; a lower rank is sent first.
RANKS = {
    EntityType.CONNECTION: 0,
    EntityType.LIST: 0,
    EntityType.CUSTOMER: 1,
    EntityType.ITEM: 2,
    EntityType.INVOICE: 3,
    EntityType.PAYMENT: 4,
}
# Those with an amount and a date in the books; the others are names in lists.
TRANSACTIONS = (EntityType.INVOICE, EntityType.PAYMENT)
# How `blocked_by` of an event that shares an invoice's failure begins.
OF_INVOICE = f"{EntityType.INVOICE}:"
# A void invoice comes after the payments, because these have to be taken off it first.
RANK_OF_UNDOING = 5


class Direction(models.TextChoices):
    OUT = "out", "Run a Call → QBO"
    IN = "in", "QBO → Run a Call"


@dataclass(frozen=True)
class Further:
    """Another failure of an event besides the first; `blocked_by`: the record, as type:id, that it belongs to."""

    failure: Failure
    blocked_by: str = ""


class SyncEventQuerySet(models.QuerySet["SyncEvent"]):
    def for_organization(self, organization: Organization | None, *, realm_id: str = "") -> SyncEventQuerySet:
        """The organization's, of the company that is connected now, or of `realm_id`."""
        if organization is None:
            return self.none()
        now = Connection.objects.filter(organization=organization).values("realm_id")[:1]
        return self.filter(organization=organization, realm_id=realm_id or models.Subquery(now))

    def of_every_company(self, organization: Organization | None) -> SyncEventQuerySet:
        """The organization's events, including those of earlier companies: only for reading, not for actions."""
        return self.filter(organization=organization) if organization else self.none()

    def of(self, connection: Connection) -> SyncEventQuerySet:
        """The events of the company that `connection` is for."""
        return self.filter(connection=connection, realm_id=connection.realm_id)

    def by_state_of(self, connection: Connection) -> SyncEventQuerySet:
        """As `of`, to be asked for what is not sent or being sent. PostgreSQL has an index of either. SQLite uses one
        of some rows for a single state only; it finds several by the organization, which has no other connection.
        """
        if connections[self.db].vendor == "sqlite":
            return self.for_organization(connection.organization, realm_id=connection.realm_id)
        return self.of(connection)

    def failed_of(self, connection: Connection) -> SyncEventQuerySet:
        """What failed of it. The organization is in it because the indexes of failures begin with that."""
        return self.of(connection).filter(organization=connection.organization_id, state=State.FAILED)

    def of_connected_companies(self) -> SyncEventQuerySet:
        """As `of`, for all connections."""
        return self.filter(realm_id=models.F("connection__realm_id"))

    def allowed_out(self) -> SyncEventQuerySet:
        """Without the events of shops that have turned Sync invoices off, and the payments of those that have turned
        Sync payments off.
        """
        rows = self.exclude(connection__settings__sync_invoices=False)
        return rows.exclude(record_type=EntityType.PAYMENT, connection__settings__sync_payments=False)

    def of_record(self, record_type: str, record_id: int | OuterRef) -> SyncEventQuerySet:
        return self.filter(record_type=record_type, record_id=record_id)

    def failed(self) -> SyncEventQuerySet:
        return self.filter(state=State.FAILED)

    def held_by(self, cause: str) -> SyncEventQuerySet:
        """The events that a cause stops, first or not; `cause`: its key, or a code of the catalogue."""
        if ":" not in cause:
            return self.held_by_any([cause])
        first = Q(failure_code=cause.partition(":")[0], cause_key=cause)
        return self.failing().filter(first | Q(has_further=True, further_keys__contains=f"\n{_line(cause)}\n"))

    def held_by_any(self, codes: Iterable[str]) -> SyncEventQuerySet:
        """As `held_by`, for several codes of the catalogue."""
        return self.failing().filter(held_by_code(*codes))

    def failing(self) -> SyncEventQuerySet:
        """The few that have a failure, whatever their state; an index serves it."""
        return self.filter(~Q(failure_code=""))

    def waiting_for_record(self, record_type: str, record_id: int) -> SyncEventQuerySet:
        """The events that another record's failure or absence stops."""
        key = f"{record_type}:{record_id}"
        further = Q(further_keys__contains=f":{key}\n") | Q(further_keys__contains=f"\n{key}\n")
        return self.filter(Q(blocked_by=key) | Q(cause_key__endswith=f":{key}") | further)

    def held(self) -> SyncEventQuerySet:
        """What waits until the closing date moves."""
        return self.filter(state=State.HELD)

    def needing_attention(self) -> SyncEventQuerySet:
        """What the banner counts: what failed, without the payments that only wait for their invoice."""
        return self.failed().exclude(pk__in=self.waiting_payments().values("pk"))

    def waiting_payments(self) -> SyncEventQuerySet:
        """Failed payments that go by themselves once their invoice does, which failed or is held itself.

        One whose invoice was dismissed is not among them: a person has to decide about it.
        """
        invoices = SyncEvent.objects.filter(
            connection=OuterRef("connection"),
            realm_id=OuterRef("realm_id"),
            record_type=EntityType.INVOICE,
            record_id=OuterRef("waits_for"),
            state__in=(State.FAILED, State.HELD),
        )
        named = Cast(Substr("blocked_by", len(OF_INVOICE) + 1), models.BigIntegerField())
        # CASE, since the database may cast before it filters, and the rest are no numbers.
        waits_for = Case(When(blocked_by__startswith=OF_INVOICE, then=named))
        payments = self.failed().filter(record_type=EntityType.PAYMENT, blocked_by__startswith=OF_INVOICE)
        return payments.alias(waits_for=waits_for).filter(Exists(invoices))

    def unsent(self) -> SyncEventQuerySet:
        return self.filter(state__in=UNSENT)

    def in_flight(self) -> SyncEventQuerySet:
        return self.filter(state__in=IN_FLIGHT)

    def open(self) -> SyncEventQuerySet:
        return self.filter(state__in=(*UNSENT, *IN_FLIGHT))

    def in_doubt(self) -> SyncEventQuerySet:
        """What may have arrived without our knowing: on its way, or to be looked for before it is sent again."""
        return self.filter(models.Q(state__in=IN_FLIGHT) | models.Q(state__in=UNSENT, look_first=True))

    def left_behind(self, *, by_fence: int, at: datetime) -> SyncEventQuerySet:
        """What holders up to this fence were sending when they died. What may have arrived is Checking from now on;
        returned is the rest, which nobody has sent.
        """
        left = self.filter(state=State.SENDING, fence__lte=by_fence)
        sent = left.filter(submission__isnull=False, submission__settled_at=None)
        sent.update(state=State.CHECKING, due_at=at, look_first=True)
        return left

    def due(self, *, at: datetime) -> SyncEventQuerySet:
        """Queued events that are due and whose record is not being sent."""
        busy = SyncEvent.objects.in_flight().filter(
            connection=models.OuterRef("connection"),
            realm_id=models.OuterRef("realm_id"),
            record_type=models.OuterRef("record_type"),
            record_id=models.OuterRef("record_id"),
        )
        return self.filter(state=State.QUEUED, due_at__lte=at).exclude(models.Exists(busy))


class SyncEvent(models.Model):
    """One row of the sync log, and of the outbox while it is not sent."""

    State = State
    Direction = Direction
    EntityType = EntityType

    # No indexes of their own: those below start with them, and every index costs time for each row of a Retry all.
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="events", db_index=False)
    # The company that it is for; it is never sent to another one.
    realm_id = models.CharField("realm ID", max_length=32)
    record_type = models.CharField("entity", max_length=16, choices=EntityType.choices)
    record_id = models.BigIntegerField()
    rank = models.PositiveSmallIntegerField()
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    # The name of the record when it last changed, so that the log needs no joins.
    label = models.CharField(max_length=200)
    party = models.CharField(max_length=300, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    state = models.CharField("status", max_length=12, choices=State.choices, default=State.QUEUED)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField("timestamp")
    due_at = models.DateTimeField(null=True, blank=True)
    # How many of the automatic retries are used up; a person's retry sets it to 0 again.
    retries = models.PositiveSmallIntegerField(default=0)
    # How often it was fixed automatically since a person last acted on it.
    heals = models.PositiveSmallIntegerField(default=0)
    # Set if the last try may have reached QuickBooks: look there before sending again.
    look_first = models.BooleanField(default=False)
    message = models.CharField(max_length=500, blank=True)
    # Why a person dismissed it.
    reason = models.CharField(max_length=500, blank=True)
    failure_code = models.CharField(max_length=40, blank=True)
    cause_key = models.CharField(max_length=200, blank=True)
    subject_kind = models.CharField(max_length=16, blank=True)
    subject_key = models.CharField(max_length=200, blank=True)
    subject_name = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    # The record, as type:id, whose failure this event shares; it is sent automatically once that one is synced.
    blocked_by = models.CharField(max_length=40, blank=True)
    # The other failures, after the failure above, in order.
    further = models.JSONField(default=list, blank=True)
    # The cause keys of those, and the records whose failures they share, one a line: to be found by.
    further_keys = models.TextField(blank=True)
    # Few have any: an index of those alone spares a scan of everything that failed.
    has_further = models.BooleanField(default=False)

    # The last action of a person that queued it, so that the action's result can be shown; a later
    # change of the record removes it. No index: the log reads the events that changed since the action.
    action = models.ForeignKey(
        "sync.ActionRecord", on_delete=models.SET_NULL, null=True, blank=True, related_name="events", db_index=False
    )

    # The lease holder that claimed it (by fence), and the write it was sent with.
    fence = models.PositiveBigIntegerField(default=0)
    submission = models.ForeignKey(
        "sync.Submission",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="current_events",
        db_index=False,
    )

    objects = SyncEventQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                # The number comes first: it distinguishes rows best, and comparing text costs more.
                fields=["connection", "record_id", "record_type", "realm_id"],
                condition=Q(state__in=["queued", "failed", "held"]),
                name="sync_event_one_unsent",
            ),
            models.UniqueConstraint(
                fields=["connection", "record_id", "record_type", "realm_id"],
                condition=Q(state__in=["sending", "checking"]),
                name="sync_event_one_in_flight",
            ),
            models.CheckConstraint(condition=~Q(realm_id=""), name="sync_event_has_realm"),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure_code=""), name="sync_event_failed_has_code"
            ),
            models.CheckConstraint(condition=~Q(state="held") | ~Q(failure_code=""), name="sync_event_held_has_code"),
            models.CheckConstraint(
                condition=Q(further_keys="") | ~Q(failure_code=""), name="sync_event_further_has_first"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["queued", "checking"]) | Q(due_at__isnull=False),
                name="sync_event_waiting_has_due_time",
            ),
            models.CheckConstraint(condition=~Q(state="sending") | Q(fence__gt=0), name="sync_event_sending_has_fence"),
        ]
        indexes = [
            models.Index(fields=["organization", "realm_id", "-changed_at", "-id"], name="sync_log_page"),
            models.Index(fields=["organization", "realm_id", "state", "-changed_at", "-id"], name="sync_log_state"),
            models.Index(
                fields=["connection", "realm_id", "rank", "due_at"], condition=Q(state="queued"), name="sync_due"
            ),
            # One index per state, because SQLite uses a partial index only for a plain equality.
            models.Index(fields=["connection", "due_at"], condition=Q(state="checking"), name="sync_checking"),
            models.Index(fields=["connection"], condition=Q(state="sending"), name="sync_sending"),
            # With what is counted and added up by cause: what failed is few, but lies all over the table.
            models.Index(
                fields=["organization", "realm_id", "cause_key"],
                include=["record_type", "record_id", "amount", "opened_at", "changed_at", "id"],
                condition=Q(state="failed"),
                name="sync_causes",
            ),
            models.Index(
                fields=["organization", "realm_id"],
                condition=Q(state="failed") & Q(has_further=True),
                name="sync_further",
            ),
            models.Index(
                fields=["organization", "realm_id", "failure_code"],
                condition=~Q(failure_code=""),
                name="sync_failing_code",
            ),
            # Few: whether any of them waits for an invoice is asked on every page.
            models.Index(
                fields=["organization", "realm_id"],
                condition=Q(state="failed") & Q(record_type="payment"),
                name="sync_failed_payments",
            ),
            # The log of one kind. Most rows are about invoices, and sync_log_page finds those soon enough.
            models.Index(
                fields=["organization", "realm_id", "record_type", "-changed_at", "-id"],
                condition=~Q(record_type="invoice"),
                name="sync_log_others",
            ),
            models.Index(fields=["connection", "record_id", "record_type"], name="sync_record"),
            models.Index(fields=["connection", "realm_id"], condition=Q(state="held"), name="sync_held"),
            # For deleting submissions: without it, each delete would search the whole log.
            models.Index(fields=["submission"], condition=Q(submission__isnull=False), name="sync_event_submission"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def failure(self) -> Failure | None:
        """Its failure, in the form that the catalogue can word; None if there is none."""
        if not self.failure_code:
            return None
        subject = Subject(self.subject_kind, self.subject_key, self.subject_name)
        return Failure(self.failure_code, subject, facts=self.facts if isinstance(self.facts, dict) else {})

    @property
    def further_failures(self) -> tuple[Failure, ...]:
        """The other failures, in order; empty if there is no first one."""
        if not self.failure_code or not isinstance(self.further, list):
            return ()
        return tuple(
            Failure(one["code"], Subject(one["kind"], one["key"], one["name"]), facts=one["facts"])
            for one in self.further
        )

    @property
    def failures(self) -> tuple[Failure, ...]:
        """All that blocks it, in order."""
        return (self.failure, *self.further_failures) if self.failure else ()


# The columns of an event that store a failure, when there is none.
NO_FAILURE: Mapping[str, object] = {
    **dict.fromkeys(("failure_code", "cause_key", "subject_kind", "subject_key", "subject_name", "message"), ""),
    "facts": {},
    "blocked_by": "",
    "further": [],
    "further_keys": "",
    "has_further": False,
}


def failure_columns(failure: Failure | None, further: Sequence[Further] = ()) -> Mapping[str, object]:
    """The columns of an event that store a failure, and what else blocks it; for `update(**…)`."""
    if failure is None:
        return NO_FAILURE
    others = {one.failure.cause_key: one for one in further if one.failure.cause_key != failure.cause_key}
    keys = [key for one in others.values() for key in (one.failure.cause_key, one.blocked_by) if key]
    return {
        "failure_code": failure.code,
        "cause_key": failure.cause_key[:200],
        "subject_kind": failure.subject.kind,
        "subject_key": failure.subject.key[:200],
        "subject_name": failure.subject.name[:300],
        "message": failure.message[:500],
        "facts": dict(failure.facts),
        "blocked_by": "",
        "further": [_as_json(one.failure) for one in others.values()],
        "has_further": bool(others),
        "further_keys": "".join(f"\n{_line(key)}" for key in keys) + "\n" if keys else "",
    }


def _as_json(failure: Failure) -> dict[str, object]:
    subject = {"kind": failure.subject.kind, "key": failure.subject.key, "name": failure.subject.name}
    return {"code": failure.code, **subject, "facts": dict(failure.facts)}


def held_by_code(*codes: str) -> Q:
    """That one of these codes of the catalogue stops an event, first or not."""
    further = [Q(further_keys__contains=f"\n{code}{end}") for code in codes for end in (":", "\n")]
    # Either side names the columns of an index, so that not all that failed is read.
    return Q(failure_code__in=list(codes)) | Q(reduce(or_, further, Q(pk__in=[])), has_further=True)


def _line(key: str) -> str:
    return " ".join(key[:200].splitlines())
