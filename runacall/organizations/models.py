"""Organizations (shops) and who belongs to them; knows nothing about what a shop sells or where it keeps its books."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from runacall.organizations.currencies import CURRENCY_OF
from runacall.organizations.roles import ABILITIES, Ability, Role

__all__ = ["Ability", "Membership", "Organization", "Role"]


def validate_time_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA time zone, such as America/New_York."""
    if name not in available_timezones():
        raise ValidationError(
            "“%(name)s” is not a time zone. Use a name such as America/New_York.", params={"name": name}
        )


class Organization(models.Model):
    """One shop. Every other row belongs to exactly one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(
        max_length=64,
        validators=[validate_time_zone],
        help_text="An IANA name, such as America/New_York. Dates and times are shown in it.",
    )
    country = models.CharField(
        max_length=2,
        default="US",
        validators=[RegexValidator(r"^[A-Z]{2}\Z", "Use a two-letter country code, such as US or CA.")],
        help_text="Two letters (ISO 3166), such as US or CA.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(slug=""), name="organization_has_slug"),
            models.CheckConstraint(condition=~models.Q(name=""), name="organization_has_name"),
            models.CheckConstraint(condition=~models.Q(time_zone=""), name="organization_has_time_zone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def currency(self) -> str:
        """The currency of its invoices, by its country; "" if not known."""
        return CURRENCY_OF.get(self.country, "")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, at: dt.datetime) -> dt.datetime:
        return at.astimezone(self.zone)

    def today(self, at: dt.datetime) -> dt.date:
        return self.local(at).date()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def for_organization(self, organization: Organization | None) -> MembershipQuerySet:
        return self.filter(organization=organization) if organization else self.none()

    def usable_by(self, user: User) -> MembershipQuerySet:
        """This person's memberships, in the order of the switcher."""
        return self.filter(user=user).select_related("organization").order_by("organization__name", "pk")


class Membership(models.Model):
    """A person's place in an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organization", "pk"]
        verbose_name = "team member"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                name="one_membership_a_person",
                violation_error_message="This person is already on the team.",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    def clean(self) -> None:
        super().clean()
        if self.user_id and self.user.is_superuser:
            # They can read every organization's log, and each visit is recorded because they are not members.
            raise ValidationError("This log-in belongs to Run a Call's support and cannot be a member.")

    def can(self, ability: Ability) -> bool:
        return ability in ABILITIES[self.role]

    @property
    def manages_quickbooks(self) -> bool:
        return self.can(Ability.MANAGE_QUICKBOOKS)

    def is_last_owner(self) -> bool:
        owners = Membership.objects.filter(organization_id=self.organization_id, role=Role.OWNER)
        return bool(self.pk) and owners.filter(pk=self.pk).exists() and not owners.exclude(pk=self.pk).exists()
