"""HTTP to one QuickBooks company: requests in, replies out; knows no database and does not interpret answers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import requests

from qbo.connection.bounds import AnswerTooLong, Deadline, new_session, read_body
from qbo.failures import Answer
from qbo.json_objects import JsonObject

MINOR_VERSION = "75"
_JSON = "application/json"
# The default maximum size of an answer, in bytes: a full page of the longest list is a tenth of it.
LARGEST_ANSWER = 20_000_000
# QuickBooks never sends a number with more digits than this before or after the decimal point.
LONGEST_NUMBER = 40


def encode(payload: object) -> str:
    """`payload` as the exact text to send; Decimals become JSON numbers, which `requests(json=…)` refuses.

    Raises ValueError for a Decimal that is not finite.
    """
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=_plain_number)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character, which can only be written as an escape
        return json.dumps(payload, separators=(",", ":"), default=_plain_number)
    return text


def _plain_number(value: object) -> int | float:
    """A Decimal as the JSON number of the same value; up to 15 digits a float is written digit for digit."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} cannot be sent in a payload")
    is_sane = value.is_finite() and abs(value.adjusted()) <= LONGEST_NUMBER
    if not is_sane or len(value.normalize().as_tuple().digits) > 15:
        raise ValueError(f"{value} cannot be sent in a payload")
    return int(value) if value == value.to_integral_value() else float(value)


def decode(text: str) -> Any:
    """Parse JSON text, with numbers as Decimal. Raises ValueError (json.JSONDecodeError) if it is not JSON."""
    return json.loads(text, parse_float=Decimal)


def moment(given: object) -> datetime | None:
    """A time as Intuit writes it, in UTC; its nanoseconds are cut. None for anything else."""
    if not isinstance(given, str):
        return None
    head, dot, rest = given.partition(".")
    if dot:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        given = f"{head}.{rest[: min(digits, 6)]}{rest[digits:]}"
    if len(given) > 5 and given[-5] in "+-" and given[-4:].isdecimal():  # -0700, as older webhooks have
        given = f"{given[:-2]}:{given[-2:]}"
    try:
        at = datetime.fromisoformat(given)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Reply:
    """What came back, or that nothing did (`status` None: `body` is then the transport's error message)."""

    status: int | None
    body: str
    content_type: str = ""
    retry_after: str = ""
    intuit_tid: str = ""
    duration_ms: int = 0
    # False only if the request certainly never left, so QuickBooks cannot have acted on it.
    left: bool = True
    # Why the answer was not read to its end (too long or too slow); "" if it was.
    cut: str = ""
    # The access token that the call was made with: another may have been renewed by the time it is answered.
    token: str = field(default="", repr=False)

    @property
    def answer(self) -> Answer:
        return Answer(self.status, self.content_type, self.body, self.retry_after)

    @property
    def json(self) -> JsonObject:
        """The body as a JSON object; empty if it is not one."""
        try:
            decoded = decode(self.body)
        except (ValueError, RecursionError):
            return {}
        return decoded if isinstance(decoded, dict) else {}


@dataclass
class Client:
    """Calls under `{base_url}/v3/company/{realm_id}`; one session, so one thread at a time."""

    base_url: str
    realm_id: str
    access_token: str
    timeout: tuple[float, float]
    session: requests.Session = field(default_factory=new_session)
    # The maximum size of an answer, in bytes.
    most: int = LARGEST_ANSWER
    # When (by time.monotonic) the caller gives up waiting, for example a page; None: never.
    until: float | None = None
    # When (by stopwatch.seconds) the bytes of a call have left, or never do; None: whenever they are ready.
    leaves_by: float | None = None

    @property
    def time_is_up(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Reply:
        return self._call("GET", path, params or {}, None)

    def post(self, path: str, body: str, params: Mapping[str, str] | None = None) -> Reply:
        return self._call("POST", path, params or {}, body)

    def query(self, statement: str) -> Reply:
        """Run a query; by POST, because thirty names do not fit into an address."""
        return self._call("POST", "query", {}, statement, content_type="application/text")

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: str | None,
        *,
        content_type: str = _JSON,
    ) -> Reply:
        reply = exchange(
            self.session,
            method,
            f"{self.base_url}/v3/company/{self.realm_id}/{path}",
            params={**params, "minorversion": MINOR_VERSION},
            data=None if body is None else body.encode(),
            headers={
                "Authorization": f"Bearer {self.access_token}",
                "Accept": _JSON,
                "Content-Type": content_type,
            },
            timeout=self.timeout,
            most=self.most,
            within=None if self.until is None else self.until - time.monotonic(),
            leaves_by=self.leaves_by,
        )
        # The token of this call, because a refusal only counts against that one.
        return replace(reply, token=self.access_token)


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    *,
    timeout: tuple[float, float],
    most: int = LARGEST_ANSWER,
    within: float | None = None,
    leaves_by: float | None = None,
    **how: Any,
) -> Reply:
    """One HTTP exchange; every outcome is a Reply, even a broken connection. Redirects are not followed.

    It ends after `within` seconds, at the latest after the two time-outs together, and reads at most `most` bytes.
    `leaves_by`: when, by `stopwatch.seconds`, the request has left, or never does.
    """
    began = time.monotonic()
    seconds = min(sum(timeout), sum(timeout) if within is None else within)
    if seconds <= 0:
        return Reply(None, "Timeout: there was no time left for the call", left=False, cut="there was no time left")
    with Deadline(seconds, leaves_by=leaves_by) as deadline:
        try:
            response = session.request(method, url, allow_redirects=False, stream=True, timeout=timeout, **how)
            try:
                content = read_body(response, most=most)
            finally:
                response.close()
        # Every error, also one of our own libraries: the request may have left, and whoever called must write that
        # down.
        except Exception as error:
            return _broken(error, deadline, began)
        if deadline.has_passed:
            # A connection that is closed in the middle of the headers looks like an answer with an empty body.
            return _broken(TimeoutError(), deadline, began)
    return Reply(
        status=response.status_code,
        # Databases do not accept NUL in a text.
        body=content.decode("utf-8", errors="replace").replace("\x00", "\ufffd"),
        content_type=response.headers.get("Content-Type", ""),
        retry_after=response.headers.get("Retry-After", ""),
        intuit_tid=response.headers.get("intuit_tid", ""),
        duration_ms=_since(began),
    )


def _broken(error: Exception, deadline: Deadline, began: float) -> Reply:
    """The reply if no complete answer came."""
    words, cut = f"{type(error).__name__}: {error}", ""
    if isinstance(error, AnswerTooLong):
        words, cut = f"Connection broken: {error}", str(error)
    elif deadline.has_passed:
        cut = f"no whole answer came within {deadline.seconds:.3g} s"
        words = f"Timeout: {cut}"
    return Reply(None, words, duration_ms=_since(began), left=_left(error), cut=cut)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _left(error: Exception) -> bool:
    """Without a connection nothing was sent; after any later error the request may have arrived."""
    refused = isinstance(error, requests.ConnectionError) and "NewConnectionError" in repr(error)
    return not (refused or isinstance(error, requests.ConnectTimeout))
