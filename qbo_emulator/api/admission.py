"""The data API: who may call, how often, and what a repeated request id gets; knows nothing about single resources."""

from __future__ import annotations

import hashlib
from datetime import datetime

from qbo_emulator import faults
from qbo_emulator.api import answers, breaking, files, pdf, xml_format
from qbo_emulator.api.calls import Call, parsed
from qbo_emulator.api.resources import inside
from qbo_emulator.books.company import Company
from qbo_emulator.books.encoding import dumps
from qbo_emulator.books.remembered import Remembered, packed
from qbo_emulator.entities.registry import BY_PATH
from qbo_emulator.faults import QboFault
from qbo_emulator.messages import JSON_UTF8, Request, Response
from qbo_emulator.reports.making import report
from qbo_emulator.world.limits import LIMITS
from qbo_emulator.world.world import World

LONGEST_REQUEST_ID, LONGEST_BATCH_REQUEST_ID = 50, 36


def entities_of(call: Call) -> frozenset[str]:
    """The entities that a call is about, in lower case, for ordered faults."""
    if call.resource == "query":
        text = f"{call.request.query.get('query', '')} {call.request.body.decode('utf-8', 'replace')}".lower()
        return frozenset(text.split())
    if call.resource == "batch":
        body = call.request.body.decode("utf-8", "replace")
        return frozenset(kind.element for kind in BY_PATH.values() if f'"{kind.name}"' in body)
    return frozenset((call.resource,))


def handle(world: World, request: Request, at: datetime) -> Response:
    call = parsed(request, at)
    world.log.count("api", f"path:{call.resource}", f"operation:{call.operation}")
    ordered = None
    if world.breakages.active:
        ordered = world.breakages.strike(call.resource, entities_of(call), call.operation)
    if ordered and not ordered.after_commit:
        return breaking.answer(ordered, at=at, wants_json=call.wants_json)
    answer = admit(world, call) or without_envelope(world, call) or perform(world, call)
    return breaking.answer(ordered, at=at, wants_json=call.wants_json, instead_of=answer) if ordered else answer


def admit(world: World, call: Call) -> Response | None:
    """The answer that refuses the call: no token, a wrong one, or too many calls."""
    token = call.request.headers.get("authorization", "").partition(" ")[2].strip()
    state, grant = world.tokens.check(token, at=call.at)
    if state == "disconnected" and world.switch(call.realm, "disconnected_answer") == "403":
        return answers.disconnected(at=call.at)
    if state != "ok" or grant is None:
        how = world.switch(call.realm, "unauthenticated_format") if call.wants_json else "xml"
        return answers.not_authenticated(token, how="json" if how == "as_asked" else how, at=call.at)
    if grant.realm != call.realm or call.realm not in world.companies:
        return answers.wrong_realm(world.switch(grant.realm, "wrong_realm_answer"), at=call.at)
    return throttle(world, call)


def throttle(world: World, call: Call) -> Response | None:
    if not world.has_limits:
        return None
    company = world.companies[call.realm]
    limits = {name: company.switch(name) for name in LIMITS}
    if world.limiter.admits(call.realm, at=call.at.timestamp(), limits=limits, resource=call.resource):
        return None
    world.log.count("throttled")
    world.tell_of_limits()
    how, status = company.switch("throttle_format"), company.switch("throttle_status")
    return answers.throttled(how, status=status, retry_after=company.switch("throttle_retry_after"), at=call.at)


def without_envelope(world: World, call: Call) -> Response | None:
    """The answer without an envelope: a PDF, the address of a file, a report."""
    if call.request.method != "GET":
        return None
    if call.rest[1:] == ["pdf"]:
        return as_pdf(world, call)
    company = world.companies[call.realm]
    if call.resource in ("download", "attachable-thumbnail") and len(call.rest) == 1:
        found = files.address(company, call.request, call.rest[0])
        return found or answers.fault(faults.object_not_found(), at=call.at, wants_json=call.wants_json)
    return as_report(company, call) if call.resource == "reports" and len(call.rest) == 1 else None


def as_report(company: Company, call: Call) -> Response:
    try:
        made = report(company, call.rest[0], dict(call.request.query), at=call.at)
    except QboFault as raised:
        return refused(company, call, raised)
    if call.wants_json:
        return Response(200, dumps(made), JSON_UTF8, dict(answers.RECORDED))
    return Response(200, xml_format.report(made), answers.XML_UTF8, dict(answers.RECORDED))


def as_pdf(world: World, call: Call) -> Response | None:
    """A sales form as a PDF of one line, if it was requested and exists."""
    kind = BY_PATH.get(call.resource)
    if kind is None:
        return None
    company = world.companies[call.realm]
    with company.lock:
        row = company.get(kind.name, call.rest[0])
    if row is None or "TotalAmt" not in row:
        return answers.fault(faults.object_not_found(), at=call.at, wants_json=call.wants_json)
    number = str(row.get("DocNumber", row["Id"]))
    return Response(200, pdf.one_line(f"{kind.name} {number}: {row['TotalAmt']}"), pdf.CONTENT_TYPE)


def perform(world: World, call: Call) -> Response:
    company = world.companies[call.realm]
    with company.work():
        known = recall(company, call) if call.request_id else None
        if known:
            world.log.count("replayed")
            return known
        answer = answered(world, company, call)
        if call.is_write and answer.status == 200:
            world.log.count("writes")
        if call.request_id:
            remember(company, call, answer)
        return answer


def answered(world: World, company: Company, call: Call) -> Response:
    try:
        check_request_id(call)
        return answers.success(inside(world, company, call), at=call.at, wants_json=call.wants_json)
    except QboFault as raised:
        return refused(company, call, raised)


def refused(company: Company, call: Call, raised: QboFault) -> Response:
    if call.wants_json and company.switch("fault_format") == "json_lower":
        return answers.lower_case_fault(raised, at=call.at)
    return answers.fault(raised, at=call.at, wants_json=call.wants_json)


def check_request_id(call: Call) -> None:
    longest = LONGEST_BATCH_REQUEST_ID if call.resource == "batch" else LONGEST_REQUEST_ID
    if len(call.request_id) > longest:
        raise faults.invalid_request_id()


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
    stored = Remembered(answer.status, answer.content_type, packed(answer.body), fingerprint(call), call.at.timestamp())
    company.remember(call.request_id, stored)


def fingerprint(call: Call) -> str:
    return hashlib.blake2b(
        f"{call.resource}?{call.operation}\n".encode() + call.request.body, digest_size=12
    ).hexdigest()
