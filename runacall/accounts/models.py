"""What we store about log-ins in addition to Django: sign-ins, passwords that others knew, and invitations."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from runacall.organizations.models import Organization
from runacall.organizations.roles import Role
from runacall.organizations.scope import ScopedModel, ScopedQuerySet


class SignInQuerySet(models.QuerySet["SignIn"]):
    def for_organization(self, organization: Organization | None) -> SignInQuerySet:
        """What its members did; a name that does not exist belongs to no organization."""
        return self.filter(person__memberships__organization=organization) if organization else self.none()


class SignIn(models.Model):
    """A sign-in, a sign-out, or a failed attempt."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGNED_OUT = "signed_out", "Signed out"
        FAILED = "failed", "Wrong password"
        LOCKED_OUT = "locked_out", "Locked out"
        RESET_ASKED = "reset_asked", "Asked to reset the password"
        RESET = "reset", "Reset the password"

    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # As typed; `person` is the person with that name, if there is one.
    name = models.CharField(max_length=254)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True)
    # The same event within an hour is counted here and makes no new row.
    times = models.PositiveIntegerField(default=1)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "sign-in"
        indexes = [
            models.Index(fields=["person", "-at"], name="accounts_signin_of_person"),
            models.Index(fields=["address", "kind", "-at"], name="accounts_signin_of_address"),
            models.Index(fields=["-at", "-id"], name="accounts_signin_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"


class LogInState(models.Model):
    """What we know about a log-in's password and address. No row: nothing is known."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="log_in_state")
    # Somebody else chose or saw the password, so its owner has to choose a new one before doing anything else.
    must_change = models.BooleanField(default=False)
    # When a link that went to the address by e-mail alone was last used to choose the password.
    proven_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"State of {self.user}"


class InvitationQuerySet(ScopedQuerySet):
    def unanswered(self) -> Self:
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(ScopedModel):
    """An offer of a place in an organization to the person with an e-mail address; it says nothing about log-ins."""

    email = models.EmailField("e-mail", max_length=150)
    role = models.CharField(max_length=16, choices=Role.choices)
    # Part of each link; sending again makes a new one, and older links stop working.
    key = models.CharField(max_length=32, editable=False)
    # None: the command line.
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_unanswered_invitation",
                violation_error_message="This address already has an invitation: send that one again.",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None), name="invitation_ends_one_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display()}"

    def is_open(self, *, at: dt.datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at

    def state(self, *, at: dt.datetime) -> str:
        """Open, Expired, Accepted or Revoked, as staff read it."""
        if self.accepted_at:
            return "Accepted"
        if self.revoked_at:
            return "Revoked"
        return "Open" if self.is_open(at=at) else "Expired"
