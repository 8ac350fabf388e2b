"""The filters of the sync log: the page, the command line and exports all use them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import django_filters
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.datastructures import MultiValueDict

from qbo.connection.connecting import REALM_ID
from runacall.organizations.days import plausible_day
from runacall.organizations.models import Organization
from sync.models import State, SyncEvent
from sync.models.events import Direction, EntityType, SyncEventQuerySet


class SyncEventFilter(django_filters.FilterSet):
    """`after` and `before` are days in the organization's time zone, both included.

    Every filter uses only the event's own columns, so no row appears twice and DISTINCT is not needed.
    """

    status = django_filters.MultipleChoiceFilter(
        field_name="state", choices=State.choices, label="Status", distinct=False
    )
    cause = django_filters.CharFilter(method="with_cause", label="Cause")
    entity = django_filters.MultipleChoiceFilter(
        field_name="record_type", choices=EntityType.choices, label="Entity", distinct=False
    )
    direction = django_filters.ChoiceFilter(choices=Direction.choices, label="Direction")
    after = django_filters.DateFilter(method="from_day", label="From", validators=[plausible_day])
    before = django_filters.DateFilter(method="until_day", label="Until", validators=[plausible_day])
    company = django_filters.CharFilter(field_name="realm_id", label="Company")
    search = django_filters.CharFilter(method="matching", label="Search")
    # Filters to the events of one action; the link in its result uses it.
    action = django_filters.CharFilter(method="of_action", label="Action", validators=[RegexValidator(r"^\d{1,18}$")])

    class Meta:
        model = SyncEvent
        fields: list[str] = []

    def __init__(self, data: Mapping[str, object] | None = None, *args: object, **kwargs: object) -> None:
        super().__init__(given(data or {}), *args, **kwargs)

    def with_cause(self, events: SyncEventQuerySet, name: str, value: str) -> SyncEventQuerySet:
        """The key of a cause, or only the code of the catalogue."""
        return events.held_by(value)

    def of_action(self, events: SyncEventQuerySet, name: str, value: str) -> SyncEventQuerySet:
        return events.filter(action_id=int(value))

    def from_day(self, events: SyncEventQuerySet, name: str, value: dt.date) -> SyncEventQuerySet:
        return events.filter(changed_at__gte=self._midnight(value))

    def until_day(self, events: SyncEventQuerySet, name: str, value: dt.date) -> SyncEventQuerySet:
        return events.filter(changed_at__lt=self._midnight(value + dt.timedelta(days=1)))

    def matching(self, events: SyncEventQuerySet, name: str, value: str) -> SyncEventQuerySet:
        """Searches number, customer and message; every word has to be found."""
        for word in value.split():
            word = word.removeprefix("#")
            events = events.filter(Q(label__icontains=word) | Q(party__icontains=word) | Q(message__icontains=word))
        return events

    def _midnight(self, day: dt.date) -> dt.datetime:
        organization = getattr(self.request, "organization", None) or getattr(self, "organization", None)
        zone = organization.zone if organization else dt.UTC
        return dt.datetime.combine(day, dt.time(), tzinfo=zone)


def given(params: Mapping[str, Any]) -> MultiValueDict[str, str]:
    """The filters that `params` (a query string or options) actually set.

    A drop-down left at "Any" arrives as an empty value, because a form submits every field. It
    means the same as a missing field.
    """
    lists = params.lists() if isinstance(params, MultiValueDict) else params.items()
    kept = {
        name: [str(value).strip() for value in ([values] if isinstance(values, str) else values) if str(value).strip()]
        for name, values in lists
        if name in SyncEventFilter.base_filters
    }
    return MultiValueDict({name: values for name, values in kept.items() if values})


def log_of(organization: Organization | None, params: Mapping[str, str]) -> SyncEventQuerySet:
    """The log of the connected company, or of the earlier one that `params` name, which is read only."""
    realm_id = str(params.get("company") or "")
    known = REALM_ID.fullmatch(realm_id)
    return SyncEvent.objects.for_organization(organization, realm_id=realm_id if known else "")
