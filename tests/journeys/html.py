"""HTML as a person without a mouse uses it: text, links, and forms that can be filled in and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style", "head", "template"}
CONTROLS = {"input", "select", "textarea", "button"}


@dataclass
class Node:
    """One element; `children` are elements and pieces of text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, *tags: str, **attributes: str) -> Iterator[Node]:
        """Every element below, in order, of these tags and with these attributes (class_: one of its classes)."""
        for child in self.children:
            if isinstance(child, Node):
                if (not tags or child.tag in tags) and all(child.has(*pair) for pair in attributes.items()):
                    yield child
                yield from child.all(*tags, **attributes)

    def one(self, *tags: str, **attributes: str) -> Node:
        found = list(self.all(*tags, **attributes))
        assert found, f"nothing on the page is {tags} {attributes}: {self.text[:2000]}"
        return found[0]

    def has(self, name: str, value: str) -> bool:
        if name == "class_":
            return value in self["class"].split()
        return self[name.rstrip("_")] == value

    @property
    def text(self) -> str:
        """What can be read, with single blanks."""
        return " ".join("".join(self._texts()).split())

    @property
    def raw(self) -> str:
        """All text as it stands, e.g. of a <pre>."""
        return "".join(child.raw if isinstance(child, Node) else child for child in self.children)

    @property
    def own_text(self) -> str:
        """What stands in the element itself, before any element within."""
        first = next((n for n, child in enumerate(self.children) if isinstance(child, Node)), len(self.children))
        return " ".join("".join(str(child) for child in self.children[:first]).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in UNSEEN:
                inline = child.tag in ("span", "b", "i", "em", "strong", "a", "small")
                yield "" if inline else " "
                yield from child._texts()
                yield " " if child.tag in ("br", "small") or not inline else ""


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("document")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        depth = next((n for n in range(len(self.open) - 1, 0, -1) if self.open[n].tag == tag), 0)
        if depth:
            del self.open[depth:]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(text: str) -> Node:
    builder = _Builder()
    builder.feed(text)
    return builder.root


@dataclass
class Form:
    """A form as it would be sent: `fields` holds what is filled in, and may be changed."""

    action: str
    method: str
    fields: dict[str, list[str]]

    def fill(self, **values: str | bool) -> Form:
        """Type or choose; True and False tick and untick. Names are those of the form."""
        for name, value in values.items():
            if value is False:
                self.fields.pop(name, None)
            else:
                self.fields[name] = ["on" if value is True else str(value)]
        return self


def form_of(root: Node, node: Node) -> Form:
    inside = [control for control in node.all(*CONTROLS) if not control["form"]]
    named = [control for control in root.all(*CONTROLS) if node["id"] and control["form"] == node["id"]]
    fields: dict[str, list[str]] = {}
    for control in [*inside, *named]:
        for value in _values(control):
            fields.setdefault(control["name"], []).append(value)
    return Form(node["action"], node["method"].lower() or "get", fields)


def _values(control: Node) -> list[str]:
    """What an untouched control would send."""
    if not control["name"] or "disabled" in control.attributes or control.tag == "button":
        return []
    if control.tag == "textarea":
        return ["".join(str(child) for child in control.children)]
    if control.tag == "select":
        options = list(control.all("option"))
        chosen = [option for option in options if "selected" in option.attributes]
        return [option["value"] for option in (chosen or ([] if "multiple" in control.attributes else options[:1]))]
    if control["type"] in ("checkbox", "radio"):
        return [control["value"] or "on"] if "checked" in control.attributes else []
    return [] if control["type"] in ("submit", "button", "file", "image") else [control["value"]]
