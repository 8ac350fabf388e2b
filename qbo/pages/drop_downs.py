"""Drop-downs of the settings pages, and what they offer from the lists of the connected company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from qbo.mapping.base import DELETED
from qbo.mapping.payments import DEPOSIT_TYPES
from qbo.models import Connection, ListEntry

Choices = list[tuple[str, str]]
# An option as HTML: its value, whether it is chosen, and what it says.
OPTION, SELECTED = '<option value="{}"{}>{}</option>', mark_safe(" selected")
# The types of what a line can be of, and how many of these are offered.
SELLABLE = ("Service", "NonInventory", "Inventory")
MOST_OFFERED = 2_000


def choice_field(
    choices: Choices, *, empty: str, label: str = "", current: str = "", names: Mapping[str, str] | None = None
) -> forms.ChoiceField:
    """A drop-down that also offers no choice, and the current choice even if it is inactive in QuickBooks.

    `names`: the names of such choices, by Id.
    """
    offered = [("", empty), *choices]
    if current and current not in {value for value, _ in offered}:
        name = (names or {}).get(current, current).removesuffix(DELETED)
        offered.append((current, f"{name} (inactive in QuickBooks)"))
    field = forms.ChoiceField(choices=offered, required=False, label=label, widget=PlainSelect)
    field.widget.attrs["class"] = "rac-input"
    return field


class PlainSelect(forms.Select):
    """A drop-down without groups. Django renders each option by a template, which took three quarters of the time of a
    page that offers 2,000 products twice.
    """

    def shown(self, chosen: str) -> Iterable[tuple[object, object]]:
        """The options that the page comes with."""
        return self.choices

    def render(
        self, name: str, value: object, attrs: dict[str, object] | None = None, renderer: object = None
    ) -> SafeString:
        chosen = str(value or "")
        options = format_html_join(
            "",
            OPTION,
            ((key, SELECTED if str(key) == chosen else "", label) for key, label in self.shown(chosen)),
        )
        found = {"name": name, **self.build_attrs(self.attrs, attrs)}
        return format_html("<select{}>{}</select>", flatatt(found), options)


# Above this, a drop-down in each of many rows would make the page megabytes long: they share one list of choices.
FEW = 50
EMPTY = "Choose a code…"


class SharedSelect(PlainSelect):
    """A drop-down that comes with its current choice only; the script adds the others when it is opened."""

    labels: Mapping[str, str] = {}

    def shown(self, chosen: str) -> Iterable[tuple[object, object]]:
        return [(key, self.labels[key]) for key in dict.fromkeys(("", chosen)) if key in self.labels]

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**super().build_attrs(base_attrs, extra_attrs), "data-shared-options": "codes"}


class SharedChoice(forms.CharField):
    """One of `labels` (by value; "" is none), which many fields share without a copy each."""

    widget = SharedSelect
    default_error_messages = forms.ChoiceField.default_error_messages

    def __init__(self, labels: Mapping[str, str], *, label: str) -> None:
        super().__init__(required=False, label=label)
        self.choices = labels.items()
        self.labels = self.widget.labels = labels
        self.widget.attrs["class"] = "rac-input"

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and value not in self.labels:
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})


def words_of(field: forms.Field, value: object) -> str:
    """A value of a setting as a person reads it: On, Off, or what the drop-down calls it."""
    if isinstance(field, forms.BooleanField):
        return "On" if value else "Off"
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return labels.get(str(value or ""), str(value or ""))


def accounts(connection: Connection, account_type: str = "") -> Choices:
    """Active accounts by name; of one type if given, otherwise those that a discount can post to."""
    wanted = (account_type,) if account_type else ("Income", "Other Income", "Expense", "Other Expense")
    rows = ListEntry.objects.of(connection, "Account").active().filter(data__AccountType__in=wanted)
    return list(rows.order_by("name_key").values_list("qbo_id", "name"))


def deposit_accounts(connection: Connection) -> Choices:
    """Active accounts that money can be deposited to, by name."""
    rows = ListEntry.objects.of(connection, "Account").active().filter(data__AccountType__in=DEPOSIT_TYPES)
    return list(rows.order_by("name_key").values_list("qbo_id", "name"))


def inactive_names(connection: Connection, entity: str = "Account") -> dict[str, str]:
    """The names of what is inactive in a list, by Id."""
    rows = ListEntry.objects.of(connection, entity).filter(active=False)
    return dict(rows.values_list("qbo_id", "name"))


def sellable_items(connection: Connection) -> Choices:
    """Active products and services that a line can use."""
    # Nearly all of them are: asked for the type, PostgreSQL would read 50,000 to sort out a few.
    rows = ListEntry.objects.of(connection, "Item").active().order_by("name_key", "qbo_id")
    typed, found, start = rows.values_list("qbo_id", "name", "data__Type"), Choices(), 0
    while len(found) < MOST_OFFERED and (some := list(typed[start : start + MOST_OFFERED])):
        found += [(qbo_id, name) for qbo_id, name, kind in some if kind in SELLABLE]
        start += MOST_OFFERED
    return found[:MOST_OFFERED]
