"""Forms are read from a page as a browser would read them."""

import pytest

from demo.html_forms import forms_of
from demo.office import plain

PAGE = """
<form method="post" action="/logout/"><input type="hidden" name="token" value="a"></form>
<form method="post">
  <input type="hidden" name="token" value="b">
  <label for="id_code">QuickBooks code of   Combined 7.25</label>
  <select name="code" id="id_code"><option value="">Choose…</option><option value="4" selected>Lake &amp; Co</option>
    <option value="5">Cuyahoga</option></select>
  <select name="first"><option value="x">X</option><option value="y">Y</option></select>
  <input type="checkbox" name="on" checked><input type="checkbox" name="off">
  <textarea name="note">Two
lines</textarea>
  <button type="submit" name="save">Save</button>
</form>
"""


def test_what_would_be_sent() -> None:
    first, second = forms_of(PAGE)
    assert (first.action, first.method, first.values) == ("/logout/", "post", {"token": "a"})
    assert second.values == {"token": "b", "code": "4", "first": "x", "on": "on", "note": "Two\nlines"}


def test_filling_in() -> None:
    form = forms_of(PAGE)[1]
    form.choose("Combined 7.25", "Cuyahoga")
    form.tick("on", False)
    form.tick("off", True)
    assert (form.values["code"], form.values["off"], "on" in form.values) == ("5", "on", False)


def test_what_is_not_offered_cannot_be_chosen() -> None:
    with pytest.raises(KeyError, match="Cuyahoga"):
        forms_of(PAGE)[1].choose("Combined 7.25", "Summit")


def test_words_of_a_page() -> None:
    assert plain("<p>Left <b>3</b> alone &amp; well.</p>") == "Left 3 alone & well."
