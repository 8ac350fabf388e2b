"""A settings page that stood open while somebody else saved: what a person did not touch keeps its newer value.

The page tells with its form what it showed. What was changed there since is asked about once more; which settings there
are, it does not know.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

SHOWN = "shown"


class NewerForm(forms.BaseForm):
    """`shown` goes into the template. `by_whom`: who changed a setting last, as people read it."""

    def shown(self) -> SafeString:
        values = json.dumps({name: self._value(name) for name in self.fields})
        return format_html('<input type="hidden" name="{}" value="{}">', SHOWN, values)

    def by_whom(self, name: str) -> str:
        raise NotImplementedError

    def in_words(self, name: str) -> str:
        """What a setting is now, as people read it."""
        raise NotImplementedError

    def full_clean(self) -> None:
        clashes = self._keep_newer() if self.is_bound else []
        super().full_clean()
        for name in clashes:
            label, now = self.fields[name].label, self.in_words(name) or "nothing"
            self.add_error(
                None,
                f"{label}: {self.by_whom(name)} changed this to “{now}” while the page was open. Nothing is saved yet:"
                " choose again, then save.",
            )

    def _keep_newer(self) -> list[str]:
        """The fields that were changed both on the page and by somebody else, to different values."""
        before = _read(self.data.get(SHOWN))
        if not before:
            return []
        # `data` of a request cannot be changed.
        self.data, clashes = self.data.copy(), []  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            now, was = self._value(name), before.get(name)
            if name in before and was == now:
                continue
            key = self.add_prefix(name)
            chosen = field.widget.value_from_datadict(self.data, self.files, key)
            # What is new on the page was not on the one that stood open.
            if name not in before or not field.has_changed(was, chosen):
                self._put(key, field, now)
            elif field.has_changed(now, chosen):
                clashes.append(name)
        return clashes

    def _put(self, key: str, field: forms.Field, value: Any) -> None:
        data: Any = self.data
        data.pop(key, None)
        if value and isinstance(field, forms.BooleanField):
            data[key] = "on"
        elif not isinstance(field, forms.BooleanField):
            data[key] = value

    def _value(self, name: str) -> Any:
        value = self.get_initial_for_field(self.fields[name], name)
        return value if isinstance(value, bool) else str(value or "")


def _read(given: str | None) -> dict[str, Any]:
    try:
        read = json.loads(given or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
