"""The control endpoint: the bookkeeper's commands, the state, the request log and the rows as JSON; knows no rule."""

from __future__ import annotations

from datetime import datetime

from qbo_emulator.api import files
from qbo_emulator.books.clock import stamp
from qbo_emulator.books.company import Row
from qbo_emulator.books.encoding import dumps, loads
from qbo_emulator.books.switches import SWITCHES
from qbo_emulator.control.arguments import Refused, entity_named
from qbo_emulator.control.hand import do
from qbo_emulator.entities.registry import KINDS
from qbo_emulator.messages import JSON_UTF8, Request, Response
from qbo_emulator.world.world import World


def handle(world: World, request: Request, at: datetime) -> Response:
    path = request.path.removeprefix("/emulator/")
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return Response(403, dumps({"ok": False, "error": "Not from another site."}))
    if path == "control" and request.method == "POST":
        return controlled(world, request, at)
    if path == "state":
        return answer(state(world, request))
    if path == "requests":
        after = request.query.get("after", "0")
        return answer([one.shown() for one in world.log.after(int(after) if after.isdigit() else 0)])
    if path.startswith("files/"):
        return file(world, path.removeprefix("files/"))
    if path.startswith("entity/"):
        return entity_rows(world, request, path.removeprefix("entity/"))
    return Response(404, dumps({"ok": False, "error": f"There is no {request.path}."}))


def answer(value: object) -> Response:
    return Response(200, dumps(value), JSON_UTF8)


def controlled(world: World, request: Request, at: datetime) -> Response:
    try:
        given = loads(request.body.decode("utf-8"))
        if not isinstance(given, dict):
            raise Refused("The body must be a JSON object.")
        return answer({"ok": True, **do(world, given, at)})
    except (Refused, ValueError) as refused:
        return Response(400, dumps({"ok": False, "error": str(refused)}), JSON_UTF8)


def entity_rows(world: World, request: Request, name: str) -> Response:
    company = world.companies.get(request.query.get("realm", world.realm_id))
    try:
        entity = entity_named(name)
    except Refused as refused:
        return Response(404, dumps({"ok": False, "error": str(refused)}))
    if company is None:
        return Response(404, dumps({"ok": False, "error": "There is no such company here."}))
    with company.lock:
        rows = list(company.rows(entity))
        shown = ",".join(company.encoded(entity, row) for row in rows)
    return Response(200, f'{{"{entity}":[{shown}],"count":{len(rows)}}}', JSON_UTF8)


def file(world: World, path: str) -> Response:
    realm, _, key = path.partition("/")
    company = world.companies.get(realm)
    if company is None:
        return Response(404, "No such company.\n", "text/plain")
    with company.lock:
        return files.content(company, key)


def state(world: World, request: Request) -> Row:
    realm = request.query.get("realm", world.realm_id)
    company = world.companies.get(realm, world.company)
    info = company.get("CompanyInfo", "1") or {}
    calls = dict(world.log.calls)
    return {
        "realm_id": company.realm_id,
        "realms": list(world.companies),
        "company_name": info.get("CompanyName"),
        "country": company.setting("country"),
        "now": stamp(world.clock.now()),
        "closing_date": company.preference("AccountingInfoPrefs", "BookCloseDate"),
        "sales_tax": bool(company.preference("TaxPrefs", "UsingSalesTax")),
        "automated_sales_tax": company.preference("TaxPrefs", "PartnerTaxEnabled"),
        "custom_numbers": company.preference("SalesFormsPrefs", "CustomTxnNumbers"),
        "duplicate_number_check": company.setting("duplicate_number_check", True),
        "subscription": company.setting("subscription"),
        "counts": {name: len(company.tables[name].rows) for name in KINDS},
        "deleted": {name: len(table.deleted) for name, table in company.tables.items() if table.deleted},
        "requests": calls.get("requests", 0),
        "api_calls": calls.get("api", 0),
        "by_path": {name[5:]: count for name, count in calls.items() if name.startswith("path:")},
        "by_operation": {name[10:]: count for name, count in calls.items() if name.startswith("operation:")},
        "by_item": {name[5:]: count for name, count in calls.items() if name.startswith("item:")},
        "writes": calls.get("writes", 0),
        "batches": calls.get("batches", 0),
        "batch_items": calls.get("batch items", 0),
        "replayed": calls.get("replayed", 0),
        "throttled": calls.get("throttled", 0),
        "token_calls": calls.get("token", 0),
        "mistakes": calls.get("mistakes", 0),
        "webhook": company.setting("webhook"),
        "webhooks_delivered": world.webhooks.delivered,
        "webhooks_waiting": sum(len(queue.waiting) for queue in world.webhooks.queues.values()),
        "latency_ms": world.latency_ms,
        "limits": world.has_limits,
        "faults": [one.shown() for one in world.breakages.active],
        "switches": {name: company.switch(name) for name in SWITCHES},
    }
