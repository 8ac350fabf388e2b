"""What actions of the log ask for besides a yes, as forms of the page that asks."""

from __future__ import annotations

from django import forms

WIDE = {"class": "rac-input"}


class AskAccountantForm(forms.Form):
    to_name = forms.CharField(
        label="Name of the accountant", max_length=100, widget=forms.TextInput(attrs={**WIDE, "autocomplete": "off"})
    )
    note = forms.CharField(
        label="A word to the accountant (optional)",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={**WIDE, "rows": 3}),
    )

    def clean_to_name(self) -> str:
        return " ".join(str(self.cleaned_data["to_name"]).split())
