"""Which page answers which address, and what a form does."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from urllib.parse import urlencode

from qbo_emulator.books.encoding import JsonObject
from qbo_emulator.books.switches import SWITCHES
from qbo_emulator.control import hand
from qbo_emulator.control.arguments import Refused
from qbo_emulator.messages import HTML, Request, Response, redirect
from qbo_emulator.pages import home, invoice, record
from qbo_emulator.pages.html import document
from qbo_emulator.world.world import World

# QuickBooks' pages of one customer or vendor, or a list; here they are all on the company's page.
LISTS = frozenset(
    f"/app/{name}" for name in ("customerdetail", "vendordetail", "employees", "items", "chartofaccounts", "homepage")
)
SAME_ORIGIN = ("same-origin", "none", "")


class Said(TypedDict):
    said: str
    is_problem: bool


def handle(world: World, request: Request, at: datetime) -> Response:
    if request.path == "/":
        return home_page(world, request)
    if request.path == "/app/invoice":
        return invoice_page(world, request)
    if request.path == "/record":
        return record_page(world, request)
    if request.path in LISTS:
        return home_page(world, request)
    if request.path == "/do" and request.method == "POST":
        return do(world, request, at)
    return Response(404, document("Nothing here", '<p><a href="/">← The company</a></p>'), HTML)


def home_page(world: World, request: Request) -> Response:
    company = world.companies.get(request.query.get("realm", ""), world.company)
    return Response(200, home.page(world, company, **said_in(request)), HTML)


def invoice_page(world: World, request: Request) -> Response:
    """The invoice with that id, of any company if the address names none."""
    realm, key = request.query.get("realm", ""), request.query.get("txnId", "")
    named = world.companies.get(realm)
    for company in [named] if named else world.companies.values():
        with company.lock:
            row = company.get("Invoice", key)
            if row:
                return Response(200, invoice.page(company, row, **said_in(request)), HTML)
    return Response(404, record.missing(named or world.company, "invoice", key, request.query.get("said", "")), HTML)


def record_page(world: World, request: Request) -> Response:
    company = world.companies.get(request.query.get("realm", ""), world.company)
    entity, key = request.query.get("entity", ""), request.query.get("id", "")
    with company.lock:
        row = company.get(entity, key) if entity in record.WITH_PAGE else None
        if row:
            return Response(200, record.page(company, entity, row, **said_in(request)), HTML)
    return Response(404, record.missing(company, entity, key, request.query.get("said", "")), HTML)


def said_in(request: Request) -> Said:
    return {"said": request.query.get("said", ""), "is_problem": "problem" in request.query}


def do(world: World, request: Request, at: datetime) -> Response:
    """Carries out a form's command and leads back to the page, which says what happened."""
    if request.headers.get("sec-fetch-site", "") not in SAME_ORIGIN:
        return Response(403, document("Only from this page", ""), HTML)
    form = {name: value for name, value in request.form.items() if value != ""}
    there = form.pop("page", "")
    try:
        hand.do(world, typed(form), at)
    except Refused as refused:
        return back(form, there, said=str(refused), problem="1")
    return back(form, there, said=f"Done: {form.get('do', '').replace('_', ' ')}.")


def back(form: dict[str, str], there: str, **words: str) -> Response:
    """To the page of the form: the company's, or that of the record."""
    realm = {"realm": form["realm"]} if "realm" in form else {}
    if there != "record":
        return redirect("/?" + urlencode({**realm, **words}))
    entity, key = form.get("entity", ""), form.get("id", "")
    if entity == "Invoice":
        return redirect("/app/invoice?" + urlencode({"txnId": key, **realm, **words}))
    return redirect("/record?" + urlencode({**realm, "entity": entity, "id": key, **words}))


def typed(form: dict[str, str]) -> JsonObject:
    """A form's texts in the types that the command takes."""
    given: JsonObject = dict(form)
    if form.get("do") == "switch" and form.get("name") in SWITCHES:
        given["value"] = switch_value(form["name"], form.get("value", ""))
    if "after_commit" in given:
        given["after_commit"] = given["after_commit"] == "true"
    return given


def switch_value(name: str, value: str) -> object:
    for choice in SWITCHES[name].choices:
        if home.as_text(choice) == value:
            return choice
    return int(value) if value.isdigit() else value
