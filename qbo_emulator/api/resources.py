"""What each path of the data API does in a company, as the inside of an answer; knows no token and no limit."""

from __future__ import annotations

from collections.abc import Callable, Collection

from qbo_emulator import faults
from qbo_emulator.api import batch, breaking, changes, files, forms, tax_classifications, tax_service, xml_input
from qbo_emulator.api.calls import Call
from qbo_emulator.api.showing import member, with_extras
from qbo_emulator.books.clock import stamp
from qbo_emulator.books.company import Company, Put
from qbo_emulator.books.encoding import dumps, loads
from qbo_emulator.entities import operations
from qbo_emulator.entities.currencies import rate_on
from qbo_emulator.entities.registry import BY_PATH
from qbo_emulator.faults import QboFault
from qbo_emulator.messages import Request, base_url
from qbo_emulator.world.world import World

DEEPEST = 100  # levels of a body; Intuit's own go no deeper than ten
# path of a form that can be sent by e-mail -> the field with its address
SENT_BY_EMAIL = {
    **dict.fromkeys(("invoice", "estimate", "salesreceipt", "creditmemo", "refundreceipt", "payment"), "BillEmail"),
    "purchaseorder": "POEmail",
}


def inside(world: World, company: Company, call: Call) -> str:
    """The members of the answer. Raises QboFault."""
    if call.resource == "query":
        return queried(company, call)
    if call.resource == "taxclassification" and call.request.method == "GET":
        return tax_classifications.answer(call)
    if call.resource == "batch" and call.is_write:
        return batched(world, company, call)
    special = SPECIAL.get((call.request.method, "/".join([call.resource, *call.rest]).lower()))
    if special:
        return special(company, call)
    if call.request.method == "POST" and call.resource in SENT_BY_EMAIL and call.rest[1:] == ["send"]:
        return sent_by_email(company, call)
    return of_entity(world, company, call)


def queried(company: Company, call: Call) -> str:
    text = call.request.query.get("query") or text_of(call.request.body).strip()
    if call.request.method == "POST" and text.startswith("query="):
        text = call.request.form["query"]
    found = batch.query_response(company, text, included(call), base_url(call.request))
    top = company.switch("preferences_query") == "top" and found.startswith('{"Preferences"')
    if top:
        return f'"Preferences":{dumps(company.preferences)}'
    return f'"QueryResponse":{found}'


def batched(world: World, company: Company, call: Call) -> str:
    world.log.count("batches")
    body = body_of(call.request)

    def breaker(entity: str, operation: str) -> QboFault | None:
        world.log.count("batch items", f"item:{entity}.{operation}")
        struck = world.breakages.strike("batch", frozenset((entity.lower(),)), operation, item=True)
        return breaking.item_fault(struck) if struck else None

    shown = batch.run(company, body, at=call.at, breaker=breaker, base=base_url(call.request))
    return f'"BatchItemResponse":[{",".join(shown)}]'


def of_entity(world: World, company: Company, call: Call) -> str:
    kind = BY_PATH.get(call.resource)
    if kind is None or len(call.rest) > 1:
        raise no_resource(call)
    if call.request.method == "GET":
        if not call.rest and not kind.is_single:
            raise faults.unsupported(no_method(kind.name), None)
        row = operations.read(company, kind, call.rest[0] if call.rest else "1")
        row = with_extras(company, kind, row, included(call), base_url(call.request))
        return member(company, kind, row)
    if call.request.method != "POST" or call.rest:
        raise no_resource(call)
    if struck := world.breakages.strike(call.resource, frozenset((kind.name.lower(),)), call.operation, item=True):
        raise breaking.item_fault(struck)
    body = body_of(call.request, {kind.name, kind.member})
    row = operations.write(company, kind, call.operation, body, at=call.at, options=included(call))
    row = with_extras(company, kind, row, included(call), base_url(call.request))
    return member(company, kind, row, forms.how_written(body))


def included(call: Call) -> frozenset[str]:
    """What the call asks for on top, or lets pass."""
    return frozenset(call.request.query.get("include", "").lower().split(","))


def no_method(entity: str) -> str:
    """What is said of a read without an id: two generations of Intuit's service have different words (recorded)."""
    if entity in ("Bill", "Purchase", "Vendor"):
        return f"operation could not find resource for entity {entity.lower()}"
    return "No resource method found for GET, return 405 with Allow header"


def no_resource(call: Call) -> QboFault:
    path = call.request.path
    words = f"Could not find resource for relative : {path} of full path: https://localhost{path}"
    return faults.unsupported(words, None)


def text_of(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise faults.unsupported("with bytes that are not UTF-8") from None


def body_of(request: Request, roots: Collection[str] = ()) -> object:
    """The content of the body, JSON, or XML with one of `roots`. Raises QboFault if it is neither or too deep."""
    text = text_of(request.body)
    kind = "xml" if text.lstrip("\ufeff \t\r\n").startswith("<") else "json"
    try:
        value = xml_input.read(text.lstrip("\ufeff \t\r\n"), roots) if kind == "xml" else loads(text)
    except (ValueError, RecursionError):
        raise faults.unreadable_body(kind) from None
    if text.count("{") + text.count("[") + text.count("</") > DEEPEST and is_deep(value):
        raise faults.unreadable_body(kind)
    return value


def is_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        nested = [one for one in level if isinstance(one, (dict, list))]
        level = [inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


def changed(company: Company, call: Call) -> str:
    query = call.request.query
    found = changes.answer(company, query.get("entities", ""), query.get("changedSince", ""), at=call.at)
    return f'"CDCResponse":{found}'


def tax_code(company: Company, call: Call) -> str:
    operations.check_writable(company)
    return dumps(tax_service.create_code(company, body_of(call.request), at=call.at))[1:-1]


def sent_by_email(company: Company, call: Call) -> str:
    """The form with its e-mail marked as sent; no e-mail is sent.

    A purchase order takes no address from its own field (seen by a developer).
    """
    kind = BY_PATH[call.resource]
    row = operations.read(company, kind, call.rest[0])
    field = SENT_BY_EMAIL[call.resource]
    address = call.request.query.get("sendTo") or row.get("BillEmail", {}).get("Address")
    if not address:
        raise faults.business("Email Address is required to send email")
    delivered = {"DeliveryType": "Email", "DeliveryTime": stamp(call.at)}
    marked = {**row, "EmailStatus": "EmailSent", field: {"Address": address}, "DeliveryInfo": delivered}
    company.commit([Put(kind.name, marked)])
    return f'"{kind.name}":{company.encoded(kind.name, marked)}'


def upload(company: Company, call: Call) -> str:
    return files.uploaded(company, call.request, at=call.at)


def exchange_rate(company: Company, call: Call) -> str:
    """The rate of a currency as of the day that the address names."""
    asked = {name.lower(): value for name, value in call.request.query.items()}
    code = asked.get("sourcecurrencycode", "")
    if not code:
        raise faults.missing_parameter("sourcecurrencycode")
    row = operations.read(company, BY_PATH["exchangerate"], code.upper())
    return member(company, BY_PATH["exchangerate"], rate_on(row, asked.get("asofdate", "")))


SPECIAL: dict[tuple[str, str], Callable[[Company, Call], str]] = {
    ("GET", "cdc"): changed,
    ("POST", "taxservice/taxcode"): tax_code,
    ("POST", "upload"): upload,
    ("GET", "exchangerate"): exchange_rate,
}
