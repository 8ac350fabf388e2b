"""Drop-downs of the settings pages are what Django's are, made without a template for each option."""

import pytest
from django import forms
from django.test.html import parse_html

from qbo.pages.drop_downs import PlainSelect, SharedChoice, choice_field

CHOICES = [("", "None"), ("1", "Services"), ("2", "Parts & <b>labor</b>"), ('3"', "5' pipe")]


@pytest.mark.parametrize("chosen", [None, "", "1", "2", '3"', "gone"])
def test_it_is_the_same_as_djangos(chosen: str | None) -> None:
    attrs = {"class": "rac-input", "aria-invalid": True, "disabled": False, "title": 'the "usual"'}
    plain, djangos = (
        kind(attrs=attrs, choices=CHOICES).render("account", chosen, {"id": "id_account"})
        for kind in (PlainSelect, forms.Select)
    )
    assert parse_html(plain) == parse_html(djangos)


def test_a_choice_that_is_inactive_there_stays_chosen() -> None:
    class Form(forms.Form):
        account = choice_field([("1", "Services")], empty="None", current="7", names={"7": "Old & gone"})

    page = str(Form(initial={"account": "7"})["account"])
    assert '<option value="7" selected>Old &amp; gone (inactive in QuickBooks)</option>' in page


def test_one_that_shares_its_choices_comes_with_its_own_only() -> None:
    class Form(forms.Form):
        code = SharedChoice({"": "Choose", "1": "One", "2": "Two"}, label="Code")

    page = str(Form(initial={"code": "2"})["code"])
    assert 'data-shared-options="codes"' in page
    assert ('value="2" selected' in page, 'value="1"' in page) == (True, False)
