"""The XML form of an answer, from its JSON value; knows no rule."""

from __future__ import annotations

from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from qbo_emulator.books.encoding import JsonObject
from qbo_emulator.entities.fields import TABLE

WITH_TEXT = frozenset(kind for kind, fields in TABLE.items() if "value" in fields)  # references and memos
NAMESPACE = "http://schema.intuit.com/finance/v3"
ATTRIBUTES = (
    "domain",
    "sparse",
    "status",
    "bId",
    "startPosition",
    "maxResults",
    "totalCount",
    "name",
    "type",
)


XSI = "http://www.w3.org/2001/XMLSchema-instance"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def document(content: JsonObject, time: str) -> str:
    return document_of("".join(element(name, value) for name, value in content.items()), time)


def report(content: JsonObject) -> str:
    """A report, which is its own root."""
    inner = "".join(report_part(name, value) for name, value in content.items())
    return f'{HEAD}<Report xmlns="{NAMESPACE}">{inner}</Report>'


def report_part(name: str, value: object) -> str:
    """Groups and types of rows are attributes; everything else is an element."""
    if isinstance(value, list):
        return "".join(report_part(name, one) for one in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(text_of(value))}</{name}>"
    outside = [key for key in ("type", "group") if name == "Row" and key in value]
    if name == "ColData":
        outside = [key for key in ("value", "id") if key in value]
    attributes = "".join(f" {key}={quoteattr(text_of(value[key]))}" for key in outside)
    inner = "".join(report_part(key, one) for key, one in value.items() if key not in outside)
    return f"<{name}{attributes}>{inner}</{name}>"


def fault(entries: list[dict[str, str]], fault_type: str, time: str) -> str:
    """A fault as Intuit's gateway and services write it."""
    inner = "".join(_fault_entry(entry) for entry in entries)
    return document_of(f"<Fault type={quoteattr(fault_type)}>{inner}</Fault>", time)


def document_of(inner: str, time: str) -> str:
    return f'{HEAD}<IntuitResponse xmlns="{NAMESPACE}" time={quoteattr(time)}>{inner}</IntuitResponse>'


def _fault_entry(entry: dict[str, str]) -> str:
    where = f" element={quoteattr(entry['element'])}" if "element" in entry else ""
    words = f"<Message>{escape(entry['Message'])}</Message><Detail>{escape(entry['Detail'])}</Detail>"
    return f"<Error code={quoteattr(entry['code'])}{where}>{words}</Error>"


def element(name: str, value: object, kind: str = "") -> str:
    """`value` as the element `name`; `kind` is its type in the field table, which says what is a reference."""
    if isinstance(value, list):
        return "".join(element(name, one, kind) for one in value)
    if isinstance(value, dict):
        return _object(name, value, kind or (name if name in TABLE else ""))
    return f"<{name}>{escape(text_of(value))}</{name}>"


def _object(name: str, value: JsonObject, kind: str) -> str:
    if name == "Fault":
        inner = "".join(_fault_entry(entry) for entry in value["Error"])
        return f"<Fault type={quoteattr(value['type'])}>{inner}</Fault>"
    if "any" in value:
        inner = "".join(element(one["name"].rpartition("}")[2], one["value"]) for one in value["any"])
        return f"<{name}>{inner}</{name}>"
    attributes = "".join(f" {key}={quoteattr(text_of(value[key]))}" for key in ATTRIBUTES if is_attribute(key, value))
    if "value" in value and (kind in WITH_TEXT or (not kind and name.endswith(("Ref", "Memo")))):
        return f"<{name}{attributes}>{escape(text_of(value['value']))}</{name}>"
    if kind == "CustomFieldDefinition":
        attributes += _type_of_custom_field(value)
    table = TABLE.get(kind, {})
    inner = "".join(
        element(key, one, table[key].type if key in table else "")
        for key, one in value.items()
        if not is_attribute(key, value)
    )
    return f"<{name}{attributes}>{inner}</{name}>"


def _type_of_custom_field(value: JsonObject) -> str:
    """The schema's type of a custom field of Preferences, which has no type of its own (Intuit's XML example)."""
    kinds = [str(one.get("Type", "")) for one in value.get("CustomField", ())]
    return f' xmlns:xsi="{XSI}" xsi:type="{kinds[0]}CustomFieldDefinition"' if kinds else ""


def is_attribute(key: str, value: dict[str, object]) -> bool:
    return key in ATTRIBUTES and key in value and not isinstance(value[key], (dict, list))


def text_of(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)
