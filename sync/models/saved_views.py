"""Filters of a list that people kept under a name; it does not know what the filters mean."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models import Q

from runacall.organizations.models import Organization

LONGEST_NAME = 60


class ListName(models.TextChoices):
    """The lists whose filters can be kept."""

    LOG = "log"
    INVOICES = "invoices"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def of_list(self, name: str) -> SavedViewQuerySet:
        return self.filter(list_name=name)

    def seen_by(self, organization: Organization | None, user: AbstractBaseUser) -> SavedViewQuerySet:
        """The person's own and the shop's, by name."""
        if organization is None:
            return self.none()
        mine = self.filter(Q(owner=user.pk) | Q(owner=None), organization=organization)
        return mine.order_by("name", "pk")


class SavedView(models.Model):
    """`filters`: the values of each filter by its name. Without an owner it is the whole shop's."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    list_name = models.CharField(max_length=16, choices=ListName.choices, default=ListName.LOG, db_default=ListName.LOG)
    name = models.CharField(max_length=LONGEST_NAME)
    filters = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "owner", "list_name", "name"],
                condition=Q(owner__isnull=False),
                name="sync_view_own_name",
            ),
            models.UniqueConstraint(
                fields=["organization", "list_name", "name"], condition=Q(owner=None), name="sync_view_shared_name"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="sync_view_has_name"),
            models.CheckConstraint(condition=Q(list_name__in=ListName.values), name="sync_view_list_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        """Whether the whole shop has it."""
        return self.owner_id is None

    @classmethod
    def keep(
        cls,
        organization: Organization,
        list_name: str,
        name: str,
        filters: dict[str, list[str]],
        *,
        owner: AbstractBaseUser | None,
        at: datetime,
    ) -> tuple[SavedView, bool]:
        """Save `filters` under `name`, over the view that has it already; also returns whether it is new."""
        return cls.objects.update_or_create(
            organization=organization,
            owner=owner,
            list_name=list_name,
            name=name,
            defaults={"filters": filters, "saved_at": at},
        )
