"""Finds fault entries in XML, complete, quoted or cut off; does not know what a code means and expands no entity."""

import html
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from qbo.failures import FaultEntry
from qbo.faults.json_shapes import plain_code

OPENING = re.compile(r"<(?:\w+:)?(IntuitResponse|BatchItemResponse|Fault|Error|ReconnectResponse)\b")
DECLARES_ENTITIES = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
ERROR = re.compile(
    r"<(?:\w+:)?Error\b(?P<attributes>[^>]{0,400})>(?P<inside>.*?)(?=</(?:\w+:)?Error\b|<(?:\w+:)?Error\b|\Z)",
    re.S,
)
# In a string of JSON, the quotes of attributes are escaped.
ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*\\*["']([^"'\\]*)\\*["']""")
FAULT_TYPE = re.compile(r"""<(?:\w+:)?Fault\b[^>]{0,200}\btype\s*=\s*\\*["']([^"'\\]*)\\*["']""")
OLD_CODE = re.compile(r"<ErrorCode>\s*(\d+)")
OLD_MESSAGE = re.compile(r"<ErrorMessage>([^<]*)")


def entries(text: str) -> tuple[FaultEntry, ...]:
    """The entries of the XML fault in the text, even if it is escaped again or cut off."""
    if "&lt;" in text and "<Error" not in text:
        text = html.unescape(text)
    opening = OPENING.search(text)
    if opening is None:
        return ()
    fragment = text[opening.start() :]
    return tuple(parsed(fragment)) or tuple(scanned(fragment)) or tuple(old_style(fragment))


def parsed(fragment: str) -> Iterator[FaultEntry]:
    """Read by a real parser; None if the fragment is not well-formed XML or has entities."""
    end = fragment.rfind(">") + 1
    if DECLARES_ENTITIES.search(fragment):
        return
    try:
        root = ElementTree.fromstring(fragment[:end])  # noqa: S314 - documents with entities were refused above
    except (ElementTree.ParseError, ValueError, RecursionError):
        return
    fault_type = ""
    for node in root.iter():
        name = local(node.tag)
        if name == "Fault":
            fault_type = node.get("type", "")
        elif name == "Error":
            yield from_node(node, fault_type)


def from_node(node: ElementTree.Element, fault_type: str) -> FaultEntry:
    texts = {local(child.tag): "".join(child.itertext()) for child in node}
    return FaultEntry(
        code=plain_code(node.get("code", "")),
        message=texts.get("Message", "" if texts else node.text or ""),
        detail=texts.get("Detail", ""),
        element=node.get("element", ""),
        fault_type=fault_type,
    )


def scanned(fragment: str) -> Iterator[FaultEntry]:
    """Read by pattern: for what a parser refuses, such as an answer that was cut off."""
    fault = FAULT_TYPE.search(fragment)
    for match in ERROR.finditer(fragment):
        attributes = dict(ATTRIBUTE.findall(match["attributes"]))
        yield FaultEntry(
            code=plain_code(attributes.get("code", "")),
            message=inside(match["inside"], "Message"),
            detail=inside(match["inside"], "Detail"),
            element=attributes.get("element", ""),
            fault_type=fault[1] if fault else "",
        )


def inside(text: str, name: str) -> str:
    match = re.search(rf"<(?:\w+:)?{name}>(.*?)(?:</|\Z)", text, re.S)
    return html.unescape(match[1]) if match else ""


def old_style(fragment: str) -> Iterator[FaultEntry]:
    """The flat answer of Intuit's old platform service."""
    code, message = OLD_CODE.search(fragment), OLD_MESSAGE.search(fragment)
    if code and code[1].strip("0"):
        yield FaultEntry(code=plain_code(code[1]), message=message[1] if message else "")


def local(tag: object) -> str:
    """The tag's name without its namespace."""
    return str(tag).rpartition("}")[2]
