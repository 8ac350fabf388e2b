"""Turns an answer, or one item of a batch, into a Failure; knows the order of steps, not the rules."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qbo.failures import Answer, Failure, FaultEntry
from qbo.faults import json_shapes
from qbo.faults.entries import bounded, read_entries, storable, structured_entries
from qbo.faults.evidence import gather
from qbo.faults.headlines import with_headlines
from qbo.faults.rule import REQUEST_TIMEOUT
from qbo.faults.rules import first_match
from qbo.faults.subjects import facts_of, subject_of

LONGEST_WAIT = 24 * 3600


def read_fault(answer: Answer, *, request_entity: str = "", operation: str = "") -> Failure | None:
    """What went wrong according to this answer; None if it is a success.

    The body is read before the status, because QuickBooks also sends faults with HTTP 200. Never raises.
    """
    entries = structured_entries(answer.body)
    if not entries and is_success(answer, operation=operation):
        return None
    return failure_from(
        entries or read_entries(answer.body, answer.content_type),
        answer=answer,
        request_entity=request_entity,
        operation=operation,
    )


def read_item_fault(fault: object, *, request_entity: str = "", operation: str = "") -> Failure:
    """What went wrong with one item of a batch; takes the item's `Fault`, or the item that contains it."""
    held = fault if isinstance(fault, Mapping) and "Fault" in fault else {"Fault": fault}
    return failure_from(
        tuple(json_shapes.in_document(dict(held))),
        answer=Answer(200, "application/json"),
        request_entity=request_entity,
        operation=operation,
        in_batch=True,
    )


def failure_from(
    entries: Sequence[FaultEntry],
    *,
    answer: Answer,
    request_entity: str,
    operation: str,
    in_batch: bool = False,
) -> Failure:
    entries = tuple(storable(entry) for entry in entries)
    evidences = gather(
        entries,
        http_status=answer.http_status,
        content_type=answer.content_type,
        request_entity=request_entity or "",
        operation=operation or "",
    )
    code, evidence = first_match(with_headlines(evidences))
    if in_batch and code == "answer_unreadable":
        code = "unknown"
    facts = facts_of(evidence.entry)
    failure = Failure(
        code=code,
        subject=subject_of(code, evidence, facts),
        entries=entries,
        # The status of a batch says nothing about one item.
        http_status=None if in_batch else answer.http_status,
        retry_after_seconds=seconds(answer.retry_after),
        facts=facts,
    )
    return replace(failure, facts=facts | kept_words(failure))


def kept_words(failure: Failure) -> dict[str, str]:
    """Facts that are stored with the failure although its entries are not: Intuit's words and the status, if any."""
    words = {name: failure.words[name] for name in ("intuit_words", "http_status")}
    return {name: value for name, value in words.items() if value}


def is_success(answer: Answer, *, operation: str) -> bool:
    """A 2xx answer that is QuickBooks' own and has no fault."""
    if answer.http_status is None or not 200 <= answer.http_status < 300:
        return False
    body = bounded(answer.body)
    if not body:
        return operation == "revoke"
    return is_json_object(answer.body) or is_whole_xml(body) or answer.content_type.startswith("application/pdf")


def is_refusal(answer: Answer) -> bool:
    """Whether a write with this answer certainly did not happen.

    It was refused before it was processed, or answered with a complete fault of QuickBooks' own. A
    gateway's page, or a fault in a cut-off answer, says nothing about the write.
    """
    status = answer.http_status or 0
    if 300 <= status < 500 and status != REQUEST_TIMEOUT:
        return True
    body = bounded(answer.body)
    return status > 0 and (_is_fault(body) or (is_whole_xml(body) and "<Fault" in body))


def _is_fault(body: str) -> bool:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and any(key.lower() == "fault" for key in document)


def is_json_object(body: str) -> bool:
    try:
        return isinstance(json.loads(body.lstrip("\ufeff")), dict)
    except (ValueError, RecursionError):
        return False


def is_whole_xml(body: str) -> bool:
    return "<IntuitResponse" in body and body.endswith("</IntuitResponse>")


def seconds(retry_after: str) -> int | None:
    """The Retry-After header if it is a number of seconds; None for a date or anything else."""
    value = (retry_after or "").strip()
    return min(int(value), LONGEST_WAIT) if value.isdecimal() and len(value) < 10 else None
