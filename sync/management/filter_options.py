"""The filters of the sync log as options of a command, the same words on every command that takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.datastructures import MultiValueDict

from runacall.organizations.models import Organization
from sync.log.filters import SyncEventFilter, given
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet

MANY = ("status", "entity")
ONE = ("cause", "direction", "after", "before", "search")


def add_filter_options(parser: CommandParser) -> None:
    parser.add_argument("--status", action="append", help="e.g. failed; may be given several times")
    parser.add_argument("--entity", action="append", help="invoice, customer, item; may be given several times")
    parser.add_argument("--cause", help="a code such as tax_code_not_mapped, or the key of one cause")
    parser.add_argument("--direction", help="out or in")
    parser.add_argument("--after", metavar="DAY", help="changed on or after this day, YYYY-MM-DD, of the shop")
    parser.add_argument("--before", metavar="DAY", help="changed on or before this day")
    parser.add_argument("--search", help="words of the number, the customer or the message")


def filters_given(options: Mapping[str, Any]) -> MultiValueDict[str, str]:
    """The options of `add_filter_options` as the filters of the log take them; an empty one was not given."""
    many = {name: [value.lower() for value in options[name]] for name in MANY if options[name]}
    return given(MultiValueDict(many | {name: [options[name]] for name in ONE if options[name]}))


def events_chosen(organization: Organization, filters: MultiValueDict[str, str]) -> SyncEventQuerySet:
    """The organization's events that match. Raises CommandError for values that the filters do not know."""
    filterset = SyncEventFilter(filters, queryset=SyncEvent.objects.for_organization(organization))
    filterset.organization = organization
    if not filterset.is_valid():
        wrong = [f"--{name}: {' '.join(texts)}" for name, texts in filterset.errors.items()]
        raise CommandError("\n".join(wrong))
    events: SyncEventQuerySet = filterset.qs
    return events
