"""The last calls, with bodies and answers, and the faults on order; knows no company."""

from __future__ import annotations

import json

from qbo_emulator.pages.html import tag, text
from qbo_emulator.world.breakage import NAMES, Breakages
from qbo_emulator.world.requestlog import Entry, RequestLog

SHOWN = 40


def calls(log: RequestLog) -> str:
    entries = list(log.entries)[-SHOWN:][::-1]
    rows = "".join(call(entry) for entry in entries) or "<p class=soft>No calls yet.</p>"
    return f"<section><h2>Last calls</h2>{rows}</section>"


def call(entry: Entry) -> str:
    good = entry.status == 200 and '"Fault"' not in entry.answer
    when = entry.at.astimezone().strftime("%H:%M:%S")
    state = tag(str(entry.status), "ok" if good else "bad")
    head = f"{state} {text(when)} <b>{text(entry.method)}</b> {text(short(entry.path))}"
    asked = f"<p class=soft>{text(entry.query)}</p>" if entry.query else ""
    body = f"<pre>{text(pretty(entry.body.decode('utf-8', 'replace')))}</pre>" if entry.body else ""
    tid = f"<p class=soft>intuit_tid {text(entry.intuit_tid)}</p>"
    return f"<details><summary>{head}</summary>{asked}{tid}{body}<pre>{text(pretty(entry.answer))}</pre></details>"


def short(path: str) -> str:
    return "/" + path.split("/", 4)[4] if path.startswith("/v3/company/") and path.count("/") > 3 else path


def pretty(content: str) -> str:
    try:
        return json.dumps(json.loads(content), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return content


def faults(breakages: Breakages) -> str:
    active = "".join(
        f"<li>{tag(one.fault, 'bad')} {text(one.path or 'any call')} {text(one.entity)}, "
        f"{'always' if one.times is None else f'{one.times} times more'}, "
        f"{'after' if one.after_commit else 'before'} the work is done, used {one.struck} times</li>"
        for one in breakages.active
    )
    options = "".join(f"<option>{text(name)}</option>" for name in NAMES)
    return (
        "<section><h2>Ordered faults</h2>"
        f"<ul>{active or '<li class=soft>none</li>'}</ul>"
        "<form method=post action='/do' class=row><input type=hidden name=do value=fault>"
        f"<label>Fault<select name=fault>{options}</select></label>"
        "<label>How often<input name=times value=1 size=4></label>"
        "<label>Only on (batch, query, invoice, token)<input name=path></label>"
        "<label>HTTP status<input name=status value=503 size=4></label>"
        "<label>When<select name=after_commit><option value=''>before the work</option>"
        "<option value=true>after the work is done</option></select></label>"
        "<label>&nbsp;<button class=stop>Order</button></label></form>"
        "<form method=post action='/do'><input type=hidden name=do value=clear_faults>"
        "<button>Clear all faults</button></form>"
        "</section>"
    )
