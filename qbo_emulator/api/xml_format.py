"""The XML form of an answer, from its JSON value; knows no rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

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


def document(content: dict[str, Any], time: str) -> str:
    inner = "".join(element(name, value) for name, value in content.items())
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<IntuitResponse xmlns="{NAMESPACE}" time={quoteattr(time)}>{inner}</IntuitResponse>'


def fault(entries: list[dict[str, str]], fault_type: str, time: str) -> str:
    """A fault as Intuit's gateway and services write it."""
    inner = "".join(_fault_entry(entry) for entry in entries)
    return document_of(f"<Fault type={quoteattr(fault_type)}>{inner}</Fault>", time)


def document_of(inner: str, time: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<IntuitResponse xmlns="{NAMESPACE}" time={quoteattr(time)}>{inner}</IntuitResponse>'


def _fault_entry(entry: dict[str, str]) -> str:
    where = f" element={quoteattr(entry['element'])}" if "element" in entry else ""
    words = f"<Message>{escape(entry['Message'])}</Message><Detail>{escape(entry['Detail'])}</Detail>"
    return f"<Error code={quoteattr(entry['code'])}{where}>{words}</Error>"


def element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(element(name, one) for one in value)
    if isinstance(value, dict):
        return _object(name, value)
    return f"<{name}>{escape(text_of(value))}</{name}>"


def _object(name: str, value: dict[str, Any]) -> str:
    if name == "Fault":
        inner = "".join(_fault_entry(entry) for entry in value["Error"])
        return f"<Fault type={quoteattr(value['type'])}>{inner}</Fault>"
    attributes = "".join(f" {key}={quoteattr(text_of(value[key]))}" for key in ATTRIBUTES if is_attribute(key, value))
    if "value" in value and name.endswith(("Ref", "Memo")):
        return f"<{name}{attributes}>{escape(text_of(value['value']))}</{name}>"
    inner = "".join(element(key, one) for key, one in value.items() if not is_attribute(key, value))
    return f"<{name}{attributes}>{inner}</{name}>"


def is_attribute(key: str, value: dict[str, Any]) -> bool:
    return key in ATTRIBUTES and key in value and not isinstance(value[key], (dict, list))


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)
