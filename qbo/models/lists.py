"""Mirrors of a QuickBooks company's lists and preferences, and how fresh each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When

from qbo.models.connection import Connection

A_MOMENT = timedelta(microseconds=1)
# How soon an unreadable list is read again.
READ_AGAIN_AFTER = timedelta(minutes=15)


class ListEntryQuerySet(models.QuerySet["ListEntry"]):
    def of(self, connection: Connection, entity: str) -> ListEntryQuerySet:
        """Rows of one list of the connected company."""
        return self.filter(connection=connection, realm_id=connection.realm_id, entity=entity)

    def active(self) -> ListEntryQuerySet:
        return self.filter(active=True)


class ListEntry(models.Model):
    """One row of a QuickBooks list: TaxCode, TaxAgency, Item, Account, Term or PaymentMethod."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="list_entries")
    realm_id = models.CharField(max_length=32)
    entity = models.CharField(max_length=16)
    qbo_id = models.CharField(max_length=32)
    name = models.CharField(max_length=500)
    # The key by which names are compared (runacall.invoices.names).
    name_key = models.CharField(max_length=500)
    active = models.BooleanField(default=True)
    sync_token = models.CharField(max_length=32, blank=True)
    data = models.JSONField(default=dict)
    refreshed_at = models.DateTimeField()

    objects = ListEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id", "entity", "qbo_id"], name="qbo_list_entry_once"),
        ]
        indexes = [
            # With what a search for similar names reads of all of them.
            models.Index(
                fields=["connection", "realm_id", "entity", "name_key"],
                include=["qbo_id", "active"],
                name="qbo_list_names",
            ),
            models.Index(
                fields=["connection", "realm_id", "entity"], condition=Q(active=False), name="qbo_list_inactive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListStateQuerySet(models.QuerySet["ListState"]):
    def stale(self, *, at: datetime) -> ListStateQuerySet:
        """Lists that must be read again before they are used; unreadable ones only after a while."""
        is_due = Q(retry_at=None) | Q(retry_at__lte=at)
        return self.filter(is_due, Q(refreshed_at=None) | Q(wanted_at__gt=F("refreshed_at")))

    def older_than(self, age: timedelta, *, at: datetime) -> ListStateQuerySet:
        """Lists last read more than `age` before `at`, except those that were unreadable just now."""
        return self.filter(Q(retry_at=None) | Q(retry_at__lte=at), refreshed_at__lt=at - age)


class ListState(models.Model):
    """How fresh one mirrored list is, and whether it should be read again."""

    # In the order in which they are read, each with its name for staff.
    TITLES: ClassVar[Mapping[str, str]] = {
        "Preferences": "Company settings",
        "Account": "Accounts",
        "TaxCode": "Tax codes",
        "Item": "Products and services",
        "Term": "Terms",
        "PaymentMethod": "Payment methods",
        "Customer": "Deleted customers",
    }
    LISTS = tuple(TITLES)

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="list_states")
    name = models.CharField(max_length=16)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    wanted_at = models.DateTimeField(null=True, blank=True)
    # What is wrong with the last answer, and when the list is read again; empty if nothing is wrong.
    problem = models.TextField(blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)

    objects = ListStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="qbo_list_state_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.connection}"

    @classmethod
    def want(cls, connection: Connection, names: Iterable[str], *, at: datetime) -> None:
        """Have `names` read again before the next send; names that are not mirrored lists are ignored."""
        wanted = sorted(set(names) & set(cls.LISTS))
        if not wanted:
            return
        states = [ListState(connection=connection, name=name) for name in wanted]
        ListState.objects.bulk_create(states, ignore_conflicts=True)
        # Later than the last read, whatever the clock of the host that did it.
        wanted_at = Case(When(refreshed_at__gte=at, then=F("refreshed_at") + A_MOMENT), default=Value(at))
        ListState.objects.filter(connection=connection, name__in=wanted).update(wanted_at=wanted_at, retry_at=None)

    @property
    def title(self) -> str:
        return self.TITLES.get(self.name, self.name)

    @classmethod
    def have_read(
        cls, connection: Connection, name: str, *, as_of: datetime, problem: str = "", at: datetime
    ) -> ListState:
        """Record that the list was read, or what is wrong with it: then it is read again after a while."""
        state, _ = cls.objects.get_or_create(connection=connection, name=name)
        state.problem = problem
        if problem:
            state.retry_at = at + READ_AGAIN_AFTER
            # It stays marked to be read again.
            state.wanted_at = max(filter(None, (state.wanted_at, as_of)))
            if state.refreshed_at and state.wanted_at <= state.refreshed_at:
                state.wanted_at = state.refreshed_at + A_MOMENT
        else:
            state.refreshed_at, state.retry_at = as_of, None
        changed = "wanted_at" if problem else "refreshed_at"
        state.save(update_fields=["problem", "retry_at", changed])
        return state

    @classmethod
    def begin_reading(cls, connection: Connection, name: str, *, at: datetime) -> datetime:
        """The time from which a read that begins now counts: it covers every request made before it."""
        wish = cls.objects.filter(connection=connection, name=name).values_list("wanted_at", flat=True).first()
        return max(at, wish) if wish else at


class CompanyFacts(models.Model):
    """The parts of a company's Preferences and CompanyInfo that decide whether an invoice can post."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="facts")
    realm_id = models.CharField(max_length=32)
    country = models.CharField(max_length=2, default="US")
    home_currency = models.CharField(max_length=3, default="USD")
    book_close_date = models.DateField(null=True, blank=True)
    using_sales_tax = models.BooleanField(default=True)
    # True: automated sales tax; False: automated but not set up; None: the older manual sales tax.
    partner_tax_enabled = models.BooleanField(null=True, blank=True)
    custom_numbers = models.BooleanField(default=False)
    allow_discount = models.BooleanField(default=True)
    multicurrency = models.BooleanField(default=False)
    refreshed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "company facts"

    def __str__(self) -> str:
        return f"Facts of {self.connection}"
