"""Pieces of HTML and the frame around them; knows no company."""

from __future__ import annotations

from html import escape

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6676;--paper:#f5f6f8;--card:#fff;--line:#dfe3e9;--go:#1f7a3d;--stop:#b3261e;--warn:#8a5a00}
@media(prefers-color-scheme:dark){:root{--ink:#e7ebf0;--soft:#9aa6b5;--paper:#12161c;--card:#1b2129;--line:#2e3742;--go:#5fc583;--stop:#ff8a80;--warn:#e6b450}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header{padding:1rem 1.25rem;border-bottom:1px solid var(--line);background:var(--card)}header h1{margin:0;font-size:1.2rem}
header p{margin:.1rem 0 0;color:var(--soft)}main{max-width:1180px;margin:0 auto;padding:1rem;display:grid;gap:1rem}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(270px,1fr))}
section,.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem;min-width:0}
h2{font-size:1rem;margin:0 0 .6rem}h3{font-size:.95rem;margin:0 0 .4rem}p{margin:.2rem 0 .6rem}.soft{color:var(--soft)}
label{display:block;font-size:.85rem;color:var(--soft);margin-bottom:.5rem}
input,select{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:.4rem .5rem}
button{font:inherit;border:1px solid var(--line);background:var(--paper);color:inherit;border-radius:6px;padding:.4rem .8rem;cursor:pointer}
button.go{background:var(--go);border-color:var(--go);color:var(--card);font-weight:600}button.stop{color:var(--stop);border-color:var(--stop)}
button:focus-visible,input:focus-visible,select:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--go);outline-offset:2px}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:500}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tr.off td{color:var(--soft)}
.tag{display:inline-block;border:1px solid currentColor;border-radius:99px;padding:0 .5rem;font-size:.78rem}.ok{color:var(--go)}.bad{color:var(--stop)}.warn{color:var(--warn)}
pre{white-space:pre-wrap;word-break:break-word;background:var(--paper);border-radius:6px;padding:.5rem;font-size:.8rem;max-height:24rem;overflow:auto;margin:.3rem 0}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem .8rem;margin:0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.card form{margin-bottom:.6rem}.card form.brief{display:inline-block;margin-right:.4rem}
summary{cursor:pointer}a{color:inherit}.row{display:flex;gap:.5rem;flex-wrap:wrap}.note{border-left:4px solid var(--go);padding:.6rem 1rem}.note.bad{border-color:var(--stop)}
"""


def document(title: str, content: str, *, subtitle: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
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
