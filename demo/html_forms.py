"""The forms of a page, filled in and sent as a browser without scripts would; knows no Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """`values`: what would be sent. `options`: for each drop-down, text -> value. `labels`: text -> field name."""

    action: str = ""
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def choose(self, label: str, option: str) -> None:
        """Pick the option that begins with `option` in the drop-down whose label ends with `label`. Raises KeyError."""
        name = next((name for text, name in self.labels.items() if text.endswith(label)), None)
        offered = self.options[name or label]
        found = next((value for text, value in offered.items() if text.startswith(option)), None)
        if name is None or found is None:
            raise KeyError(f"“{option}” is not offered for “{label}”: {', '.join(offered)}")
        self.values[name] = found

    def tick(self, name: str, on: bool) -> None:
        if on:
            self.values[name] = "on"
        else:
            self.values.pop(name, None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = self.label_for = self.textarea = ""
        self.option: str | None = None
        self.words = ""
        self.names: dict[str, str] = {}
        self.label_texts: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.form)
        elif tag == "label":
            self.label_for, self.words = given.get("for", ""), ""
        elif tag in ("input", "select", "textarea") and self.form and given.get("name"):
            self._field(self.form, tag, given)
        elif tag == "option" and self.form and self.select:
            self._option(self.form, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given["name"]
        self.names[given.get("id", "")] = name
        if tag == "select":
            self.select = name
            form.options[name] = {}
        elif tag == "textarea":
            self.textarea, self.words = name, ""
        elif given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                form.values[name] = given.get("value") or "on"
        elif given.get("type") not in ("submit", "button", "file"):
            form.values[name] = given.get("value", "")

    def _option(self, form: Form, given: dict[str, str]) -> None:
        self.option, self.words = given.get("value", ""), ""
        if "selected" in given or self.select not in form.values:
            form.values[self.select] = self.option

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_endtag(self, tag: str) -> None:
        said = " ".join(self.words.split())
        if tag == "form":
            self.form = None
        elif tag == "label" and self.label_for:
            self.label_texts[self.label_for], self.label_for = said, ""
        elif tag == "option" and self.form and self.select and self.option is not None:
            self.form.options[self.select][said], self.option = self.option, None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.form and self.textarea:
            self.form.values[self.textarea], self.textarea = self.words.strip(), ""


def forms_of(html: str) -> list[Form]:
    """The page's forms in their order, with their labels resolved."""
    reader = _Reader()
    reader.feed(html)
    labels = {text: reader.names[key] for key, text in reader.label_texts.items() if key in reader.names}
    for form in reader.forms:
        form.labels = labels
    return reader.forms
