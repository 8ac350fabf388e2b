"""A request body in XML, as the JSON value it means; knows no rule."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from xml.etree import ElementTree

from qbo_emulator import faults
from qbo_emulator.books.encoding import JsonObject
from qbo_emulator.entities.fields import TABLE, WELL_KNOWN

BATCH = "IntuitBatchRequest"
TOLERANT = frozenset(("Line", *(name for name in TABLE if name.endswith("LineDetail"))))  # clients in use rely on it
BATCH_ATTRIBUTES = ("bId", "operation", "optionsData")
DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")  # as Ruby writes a time; reported to work as a date


def read(text: str, roots: Collection[str] = ()) -> Any:
    """The body under the root element; for a batch, the object that its JSON form would be.

    `roots` are the names that the root may have, none for any. Raises QboFault 2010.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise faults.unreadable_body("xml")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  no document type passes, so nothing expands
    except (ElementTree.ParseError, ValueError):
        raise faults.unreadable_body("xml") from None
    if tag(root) == BATCH:
        return {"BatchItemRequest": [batch_item(one) for one in root]}
    if roots and tag(root) not in roots:
        raise faults.unknown_element(tag(root), roots)
    return value_of(root, tag(root))


def tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def batch_item(element: ElementTree.Element) -> dict[str, object]:
    item: JsonObject = {name: element.attrib[name] for name in BATCH_ATTRIBUTES if name in element.attrib}
    for child in element:
        name = tag(child)
        item[name] = child.text or "" if name == "Query" else value_of(child, name)
    return item


def value_of(element: ElementTree.Element, kind: str) -> dict[str, object]:
    """An object of type `kind`; attributes count as fields, and a reference's text is its value."""
    table = TABLE.get(kind, {})
    made: dict[str, object] = {name: text for name, text in element.attrib.items() if not name.startswith("{")}
    for child in element:
        name = tag(child)
        if table and name not in table and kind in TOLERANT:
            continue
        spec = table.get(name) or (None if table else WELL_KNOWN.get(name))
        read_value = field_value(child, spec.type if spec else name if name in TABLE else "")
        if (spec and spec.many) or name in made:
            made[name] = [*as_list(made.get(name)), read_value]
        else:
            made[name] = read_value
    if "value" in table and element.text and element.text.strip():
        made["value"] = element.text.strip()
    return made


def field_value(element: ElementTree.Element, kind: str) -> object:
    if kind in TABLE or len(element):
        return value_of(element, kind)
    if element.attrib and not kind:
        return {**element.attrib, "value": element.text or ""}
    text = element.text or ""
    return text[:10] if kind == "date" and DATE_AND_TIME.match(text) else text


def as_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
