"""The data API: who may call, how often, what a path means, and the answer in its envelope; knows no single entity."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from qbo.emulator import answers, batch, breaking, changes, faults, operations, tax_service, xml_input
from qbo.emulator.clock import stamp
from qbo.emulator.company import Company, Put, Remembered
from qbo.emulator.encoding import dumps, loads
from qbo.emulator.entities.registry import BY_PATH
from qbo.emulator.faults import QboFault
from qbo.emulator.messages import Request, Response

if TYPE_CHECKING:
    from qbo.emulator.emulator import Emulator

PREFIX = "/v3/company/"
SENT_BY_EMAIL = ("invoice", "estimate", "salesreceipt", "creditmemo", "refundreceipt", "payment")
LIMITS = ("requests_per_minute", "requests_per_second", "batches_per_minute")
LONGEST_REQUEST_ID, LONGEST_BATCH_REQUEST_ID = 50, 36


@dataclass(slots=True)
class Call:
    """One call of the data API, taken apart."""

    request: Request
    realm: str
    resource: str
    rest: list[str]
    operation: str
    at: datetime

    @property
    def is_write(self) -> bool:
        return self.request.method == "POST" and self.resource not in ("query", "cdc")

    @property
    def wants_json(self) -> bool:
        return self.request.wants_json

    @property
    def request_id(self) -> str:
        return self.request.query.get("requestid", "") if self.is_write else ""


def taken_apart(request: Request, at: datetime) -> Call:
    realm, _, path = request.path[len(PREFIX) :].partition("/")
    resource, *rest = [part for part in path.split("/") if part] or [""]
    call = Call(request, realm, resource.lower(), rest, "read", at)
    if call.is_write:
        named = request.query.get("operation", "").lower()
        voids = named == "update" and request.query.get("include", "").lower() == "void"
        call.operation = "void" if voids else named or "create"
    return call


def entities_of(call: Call) -> frozenset[str]:
    """The entities that a call is about, in lower case, for faults on order."""
    if call.resource == "query":
        text = f"{call.request.query.get('query', '')} {call.request.body.decode('utf-8', 'replace')}".lower()
        return frozenset(text.split())
    if call.resource == "batch":
        body = call.request.body.decode("utf-8", "replace")
        return frozenset(kind.element for kind in BY_PATH.values() if f'"{kind.name}"' in body)
    return frozenset((call.resource,))


def handle(emulator: Emulator, request: Request, at: datetime) -> Response:
    call = taken_apart(request, at)
    emulator.log.count("api", f"path:{call.resource}", f"operation:{call.operation}")
    ordered = None
    if emulator.breakages.active:
        ordered = emulator.breakages.strike(call.resource, entities_of(call), call.operation)
    if ordered and not ordered.after_commit:
        return breaking.answer(ordered, at=at, wants_json=call.wants_json)
    answer = admit(emulator, call) or perform(emulator, call)
    return breaking.answer(ordered, at=at, wants_json=call.wants_json, instead_of=answer) if ordered else answer


def admit(emulator: Emulator, call: Call) -> Response | None:
    """The answer that turns the call away: no token, a wrong one, or too many calls."""
    token = call.request.headers.get("authorization", "").partition(" ")[2].strip()
    state, grant = emulator.oauth.check(token, at=call.at)
    if state == "disconnected" and emulator.switch(call.realm, "disconnected_answer") == "403":
        return answers.disconnected(at=call.at)
    if state != "ok" or grant is None:
        return answers.not_authenticated(token, at=call.at)
    if grant.realm != call.realm or call.realm not in emulator.companies:
        return answers.wrong_realm(emulator.switch(grant.realm, "wrong_realm_answer"), at=call.at)
    return throttle(emulator, call)


def throttle(emulator: Emulator, call: Call) -> Response | None:
    if not emulator.has_limits:
        return None
    company = emulator.companies[call.realm]
    limits = {name: company.switch(name) for name in LIMITS}
    is_batch = call.resource == "batch"
    if emulator.limiter.admits(call.realm, at=call.at.timestamp(), limits=limits, is_batch=is_batch):
        return None
    emulator.log.count("throttled")
    how, status = company.switch("throttle_format"), company.switch("throttle_status")
    return answers.throttled(how, status=status, retry_after=company.switch("throttle_retry_after"), at=call.at)


# doing it


def perform(emulator: Emulator, call: Call) -> Response:
    company = emulator.companies[call.realm]
    with company.work():
        known = recall(company, call) if call.request_id else None
        if known:
            emulator.log.count("replayed")
            return known
        answer = answered(emulator, company, call)
        if call.is_write and answer.status == 200:
            emulator.log.count("writes")
        if call.request_id:
            remember(company, call, answer)
        return answer


def answered(emulator: Emulator, company: Company, call: Call) -> Response:
    try:
        check_request_id(call)
        return answers.success(inside(emulator, company, call), at=call.at, wants_json=call.wants_json)
    except QboFault as raised:
        return answers.fault(raised, at=call.at, wants_json=call.wants_json)


def check_request_id(call: Call) -> None:
    longest = LONGEST_BATCH_REQUEST_ID if call.resource == "batch" else LONGEST_REQUEST_ID
    if len(call.request_id) > longest:
        raise faults.invalid_request_id()


def inside(emulator: Emulator, company: Company, call: Call) -> str:
    """The members of the answer. Raises QboFault."""
    if call.resource == "query":
        return queried(company, call)
    if call.resource == "batch" and call.is_write:
        return batched(emulator, company, call)
    special = SPECIAL.get((call.request.method, "/".join([call.resource, *call.rest]).lower()))
    if special:
        return special(company, call)
    if call.request.method == "POST" and call.resource in SENT_BY_EMAIL and call.rest[1:] == ["send"]:
        return sent_by_email(company, call)
    return of_entity(company, call)


def queried(company: Company, call: Call) -> str:
    text = call.request.query.get("query") or text_of(call.request.body).strip()
    if call.request.method == "POST" and text.startswith("query="):
        text = call.request.form["query"]
    found = batch.query_response(company, text)
    top = company.switch("preferences_query") == "top" and found.startswith('{"Preferences"')
    if top:
        return f'"Preferences":{dumps(company.preferences)}'
    return f'"QueryResponse":{found}'


def batched(emulator: Emulator, company: Company, call: Call) -> str:
    emulator.log.count("batches")
    body = body_of(call.request)

    def breaker(entity: str, operation: str) -> QboFault | None:
        emulator.log.count("batch items", f"item:{entity}.{operation}")
        struck = emulator.breakages.strike("batch", frozenset((entity.lower(),)), operation, item=True)
        return breaking.item_fault(struck) if struck else None

    shown = batch.run(company, body, at=call.at, breaker=breaker)
    return f'"BatchItemResponse":[{",".join(shown)}]'


def of_entity(company: Company, call: Call) -> str:
    kind = BY_PATH.get(call.resource)
    if kind is None or len(call.rest) > 1:
        raise no_resource(call)
    if call.request.method == "GET":
        if not call.rest and not kind.is_single:
            raise no_resource(call)
        row = operations.read(company, kind, call.rest[0] if call.rest else "1")
        return f'"{kind.name}":{company.encoded(kind.name, row)}'
    if call.request.method != "POST" or call.rest:
        raise no_resource(call)
    options = frozenset(call.request.query.get("include", "").lower().split(","))
    row = operations.write(company, kind, call.operation, body_of(call.request), at=call.at, options=options)
    return f'"{kind.name}":{batch.shown_row(company, kind.name, row)}'


def no_resource(call: Call) -> QboFault:
    path = call.request.path
    words = f"Could not find resource for relative : {path} of full path: https://localhost{path}"
    return faults.unsupported(words, None)


def text_of(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise faults.unsupported("with bytes that are not UTF-8") from None


def body_of(request: Request) -> Any:
    text = text_of(request.body)
    if text.lstrip().startswith("<"):
        return xml_input.read(text)
    try:
        return loads(text)
    except (ValueError, RecursionError):
        raise faults.unreadable_body() from None


# request ids


def recall(company: Company, call: Call) -> Response | None:
    known = company.remembered.get(call.request_id)
    if known is None or forgotten(company, known, call.at):
        return None
    if known.fingerprint != fingerprint(call):
        how = company.switch("requestid_other_body")
        if how == "600":
            return answers.fault(faults.duplicate_request_id(), at=call.at, wants_json=call.wants_json)
        if how == "execute":
            return None
    return Response(known.status, known.body, known.content_type)


def forgotten(company: Company, known: Remembered, at: datetime) -> bool:
    seconds = company.switch("requestid_seconds")
    return bool(seconds) and at.timestamp() >= known.at + seconds


def remember(company: Company, call: Call, answer: Response) -> None:
    if answer.status != 200 and not company.switch("requestid_replays_faults"):
        return
    stored = Remembered(answer.status, answer.content_type, answer.body, fingerprint(call), call.at.timestamp())
    company.remember(call.request_id, stored)


def fingerprint(call: Call) -> str:
    return hashlib.blake2b(
        f"{call.resource}?{call.operation}\n".encode() + call.request.body, digest_size=12
    ).hexdigest()


# other resources


def changed(company: Company, call: Call) -> str:
    query = call.request.query
    found = changes.answer(company, query.get("entities", ""), query.get("changedSince", ""), at=call.at)
    return f'"CDCResponse":{found}'


def tax_code(company: Company, call: Call) -> str:
    operations.check_writable(company)
    return dumps(tax_service.create_code(company, body_of(call.request), at=call.at))[1:-1]


def sent_by_email(company: Company, call: Call) -> str:
    """The form with its e-mail marked as sent; no mail leaves."""
    kind = BY_PATH[call.resource]
    row = operations.read(company, kind, call.rest[0])
    address = call.request.query.get("sendTo") or row.get("BillEmail", {}).get("Address")
    if not address:
        raise faults.missing_parameter("BillEmail")
    delivered = {"DeliveryType": "Email", "DeliveryTime": stamp(call.at)}
    marked = {**row, "EmailStatus": "EmailSent", "BillEmail": {"Address": address}, "DeliveryInfo": delivered}
    company.commit([Put(kind.name, marked)])
    return f'"{kind.name}":{company.encoded(kind.name, marked)}'


SPECIAL: dict[tuple[str, str], Callable[[Company, Call], str]] = {
    ("GET", "cdc"): changed,
    ("POST", "taxservice/taxcode"): tax_code,
}
