"""The bookkeeper's page: the company, its tools, its lists, the calls; knows no HTTP."""

from __future__ import annotations

from qbo_emulator.books.company import Company
from qbo_emulator.books.switches import SWITCHES
from qbo_emulator.pages import lists, log, tools
from qbo_emulator.pages.html import document, facts, note, tag, text
from qbo_emulator.world.world import World


def page(world: World, company: Company, *, said: str = "", is_problem: bool = False) -> str:
    with company.lock:
        content = (
            f"{note(said, is_problem)}{others(world, company)}{company_facts(world, company)}"
            f"<h2>What the bookkeeper does</h2>{tools.cards(company)}"
            f"{lists.tables(company)}{log.faults(world.breakages)}{switches(company)}{log.calls(world.log)}"
        )
    info = company.get("CompanyInfo", "1") or {}
    return document(
        str(info.get("CompanyName")),
        content,
        subtitle="QuickBooks Online emulator · nothing leaves this machine",
    )


def others(world: World, company: Company) -> str:
    if len(world.companies) == 1:
        return ""
    links = [
        f"<b>{text(realm)}</b>" if one is company else f'<a href="/?realm={text(realm)}">{text(realm)}</a>'
        for realm, one in world.companies.items()
    ]
    return f"<nav class=row>Companies: {' · '.join(links)}</nav>"


def company_facts(world: World, company: Company) -> str:
    tax = company.preference("TaxPrefs", "UsingSalesTax")
    automated = company.preference("TaxPrefs", "PartnerTaxEnabled") is True
    custom = company.preference("SalesFormsPrefs", "CustomTxnNumbers")
    checks = company.setting("duplicate_number_check", True)
    calls = world.log.calls
    shown = {
        "Realm id": text(company.realm_id),
        "Country": text(company.setting("country")),
        "Closing date": text(
            company.preference("AccountingInfoPrefs", "BookCloseDate") or "none: all periods are open"
        ),
        "Sales tax": tag("on", "ok") + (" automated" if automated else "") if tax else tag("off", "bad"),
        "Numbers": ("by hand" if custom else "automatic") + (", duplicates are refused" if custom and checks else ""),
        "Subscription": text(company.setting("subscription")),
        "Calls": text(
            f"{calls['api']} to the API, {calls['batches']} batches, {calls['writes']} writes, "
            f"{calls['throttled']} throttled"
        ),
        "Speed": text(f"{world.latency_ms} ms latency, limits {'on' if world.has_limits else 'off'}"),
    }
    return f"<section>{facts(shown)}</section>"


def switches(company: Company) -> str:
    rows = "".join(switch(company, name) for name in SWITCHES)
    return (
        "<section><details><summary><b>Switches</b> "
        "<span class=soft>where Intuit's behavior is not certain</span></summary>"
        f"{rows}</details></section>"
    )


def switch(company: Company, name: str) -> str:
    known, value = SWITCHES[name], company.switch(name)
    if known.choices:
        options = "".join(
            f"<option value='{text(as_text(one))}'{' selected' if one == value else ''}>{text(as_text(one))}</option>"
            for one in known.choices
        )
        field = f"<select name=value aria-label='{text(name)}'>{options}</select>"
    else:
        field = f"<input name=value value='{text(value)}' aria-label='{text(name)}'>"
    changed = tag("changed", "warn") if value != known.default else ""
    return (
        f"<form method=post action='/do' style='margin:.6rem 0'><input type=hidden name=do value=switch>"
        f"<input type=hidden name=realm value='{text(company.realm_id)}'>"
        f"<input type=hidden name=name value='{text(name)}'><b>{text(name)}</b> {changed}"
        f"<p class=soft>{text(known.meaning)}</p>"
        f"<div class=row style='max-width:26rem;flex-wrap:nowrap'>{field}<button>Set</button></div></form>"
    )


def as_text(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
