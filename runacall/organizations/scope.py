"""The scope of every query that a person can reach: one organization's rows and no others."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models

from runacall.organizations.models import Organization


class ScopedQuerySet(models.QuerySet[Any]):
    def for_organization(self, organization: Organization | None) -> Self:
        """Rows of `organization`; none if it is None, so that a forgotten organization shows nothing."""
        return self.filter(organization=organization) if organization else self.none()


class ScopedModel(models.Model):
    """A row of exactly one organization, which never changes."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )

    # Foreign keys whose rows must belong to the same organization; SQL has no constraint for that.
    same_organization: tuple[str, ...] = ()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        given = [name for name in self.same_organization if getattr(self, f"{name}_id") is not None]
        refuse_strangers(self.organization_id, {name: getattr(self, name) for name in given})


def refuse_strangers(organization_id: int, records: dict[str, ScopedModel | None]) -> None:
    """Raises ValidationError for each record (by field name) that belongs to another organization."""
    strangers = {
        name: f"This {record._meta.verbose_name} belongs to another organization."
        for name, record in records.items()
        if record is not None and record.organization_id != organization_id
    }
    if strangers:
        raise ValidationError(strangers)
