"""Pieces of HTML and the frame around them; knows no company."""

from __future__ import annotations

from html import escape
from importlib.resources import files

STYLE = files("qbo_emulator.pages").joinpath("style.css").read_text("utf-8")


def document(title: str, content: str, *, subtitle: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><link rel=icon href='data:,'><style>{STYLE}</style></head><body>"
        f"<header><h1>{escape(title)}</h1><p>{escape(subtitle)}</p></header><main>{content}</main></body></html>"
    )


def text(value: object) -> str:
    return escape(str(value))


def facts(pairs: dict[str, str]) -> str:
    """A list of facts; the values are HTML."""
    return "<dl>" + "".join(f"<dt>{text(name)}</dt><dd>{value}</dd>" for name, value in pairs.items()) + "</dl>"


def table(heads: list[str], rows: list[tuple[str, list[str]]], *, numbers: tuple[int, ...] = ()) -> str:
    """A table; rows are (class, cells), cells are HTML."""
    head = "".join(f"<th{' class=n' if index in numbers else ''}>{text(one)}</th>" for index, one in enumerate(heads))
    body = "".join(f"<tr class='{kind}'>{_cells(cells, numbers)}</tr>" for kind, cells in rows)
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _cells(cells: list[str], numbers: tuple[int, ...]) -> str:
    return "".join(f"<td{' class=n' if index in numbers else ''}>{cell}</td>" for index, cell in enumerate(cells))


def tag(words: str, kind: str) -> str:
    return f'<span class="tag {kind}">{text(words)}</span>'


def note(said: str, is_problem: bool) -> str:
    """What came of the last form; "" if nothing did."""
    return f'<section class="note{" bad" if is_problem else ""}" role=status>{text(said)}</section>' if said else ""
