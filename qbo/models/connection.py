"""The connection of one organization to one QuickBooks company; it does not know what is sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from qbo.encryption import EncryptedTextField, UnreadableSecret
from runacall.organizations.models import Organization


class Status(models.TextChoices):
    ACTIVE = "active", "Active"
    TOKEN_EXPIRED = "token_expired", "Token expired"
    DISCONNECTED = "disconnected", "Disconnected"


class Environment(models.TextChoices):
    PRODUCTION = "production", "QuickBooks Online"
    SANDBOX = "sandbox", "Intuit's sandbox"
    EMULATOR = "emulator", "Local emulator"


# The access token is renewed this long before its end, so that no call starts with one about to end.
EARLY = timedelta(seconds=120)
# Why nothing is sent: see `Connection.is_held`.
OTHER_COMPANY = "other_company"


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def live(self) -> ConnectionQuerySet:
        """Connections over which something may be sent now."""
        return self.filter(status=Status.ACTIVE, pause_code="")

    def to_be_renewed(self, *, at: datetime) -> ConnectionQuerySet:
        """Connections whose tokens have not been used for about a week, the longest first; paused ones too."""
        due = Q(renew_at=None) | Q(renew_at__lte=at)
        return self.filter(due, status=Status.ACTIVE).order_by(F("renew_at").asc(nulls_first=True), "pk")

    def for_organization(self, organization: Organization | None) -> ConnectionQuerySet:
        return self.filter(organization=organization) if organization else self.none()


class Connection(models.Model):
    """An OAuth connection. The row stays after disconnecting, because history, mappings and settings belong to it."""

    Status = Status
    Environment = Environment

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="qbo_connection")
    realm_id = models.CharField("realm ID", max_length=32)
    company_name = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    # Why nothing is sent although QuickBooks is connected: a code of the catalogue, or empty.
    pause_code = models.CharField(max_length=40, blank=True)
    pause_detail = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    # When a pause that can end on its own (an expired subscription) is checked again.
    probe_at = models.DateTimeField(null=True, blank=True)
    environment = models.CharField(max_length=16, choices=Environment.choices, default=Environment.PRODUCTION)
    emulator_url = models.CharField(max_length=200, blank=True)
    access_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    # The refresh token's end moves with every renewal; Intuit's absolute end only with a reconnection.
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    hard_expires_at = models.DateTimeField(null=True, blank=True)
    # When the tokens are renewed although nothing is sent; None: soon.
    renew_at = models.DateTimeField(null=True, blank=True)
    # Increases with every new pair, so that a stale pair can never overwrite a newer one.
    token_version = models.PositiveIntegerField(default=0)
    # Until when only one process may ask Intuit for the next pair.
    refreshing_until = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="active") | (~Q(realm_id="") & ~Q(refresh_token="")),
                name="qbo_connection_active_has_realm_and_token",
                violation_error_message="An active connection has a realm ID and a refresh token.",
            ),
            models.CheckConstraint(
                condition=~Q(environment="emulator") | ~Q(emulator_url=""),
                name="qbo_connection_emulator_has_url",
            ),
            models.UniqueConstraint(
                # Two emulators may have companies with the same ID; Intuit never has.
                "realm_id",
                "emulator_url",
                condition=~Q(status="disconnected"),
                name="qbo_connection_realm_once",
                violation_error_message="This QuickBooks company is connected to another organization.",
            ),
        ]

    def __str__(self) -> str:
        return self.company_name or self.realm_id

    def become(self, read: Connection) -> None:
        """Take over the columns of the same connection, as it was `read` just now."""
        for column in self._meta.concrete_fields:
            setattr(self, column.attname, getattr(read, column.attname))

    @property
    def is_live(self) -> bool:
        return self.status == Status.ACTIVE and not self.pause_code

    @property
    def expires_at(self) -> datetime | None:
        """When the connection ends unless somebody reconnects; None if not known."""
        return min(filter(None, (self.refresh_expires_at, self.hard_expires_at)), default=None)

    @property
    def has_readable_tokens(self) -> bool:
        """False if a key that this row needs was removed from TOKEN_KEYS: only reconnecting helps."""
        try:
            return bool(self.access_token and self.refresh_token)
        except UnreadableSecret:
            return False

    def needs_new_token(self, *, at: datetime) -> bool:
        """True if the access token is about to expire or cannot be read."""
        ends = self.access_expires_at
        if not ends or ends - EARLY <= at:
            return True
        try:
            return not self.access_token
        except UnreadableSecret:
            return True

    @property
    def is_held(self) -> bool:
        """True while a different company was chosen and nobody has decided yet between the two."""
        return self.pause_code == OTHER_COMPANY

    @property
    def waits_for_person(self) -> bool:
        """True while nothing is sent until somebody reconnects or fixes the subscription."""
        return not self.is_live and self.status != Status.DISCONNECTED

    def pause(self, code: str, *, detail: str = "", at: datetime, probe_at: datetime | None = None) -> None:
        """Pause the whole queue with `code` of the catalogue, without changing its rows."""
        self.pause_code, self.pause_detail, self.paused_at, self.probe_at = code, detail, at, probe_at
        if code == "token_expired":
            self.status = Status.TOKEN_EXPIRED
        self.save(update_fields=["pause_code", "pause_detail", "paused_at", "probe_at", "status"])
