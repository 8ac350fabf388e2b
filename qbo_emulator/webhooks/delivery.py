"""Delivery of webhooks: sent in order, and again if nobody answers; knows no rule."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from qbo_emulator.books.company import Change, Company
from qbo_emulator.webhooks.bodies import payload, signed
from qbo_emulator.webhooks.events import Event, event_of

# Seconds after a failed delivery (Intuit's best practices); then every six hours.
RETRIES = (10, 20, 30, 300, 1200, 7200, 14400, 21600)
ANSWER_WITHIN = 3.0
MOST_EVENTS = 100
LOOPBACK = ("localhost", "127.0.0.1", "::1")
OF_A_CONTAINER = (
    "host.docker.internal",
    "host.containers.internal",
)  # the machine that runs it, as Docker and Podman say

Post = Callable[[str, dict[str, str], bytes], int]  # (url, headers, body) -> HTTP status, 0 where nobody answers


@dataclass
class Queue:
    """What one company still has to send. The first failed delivery holds the later ones back."""

    waiting: list[Event] = field(default_factory=list)
    failures: int = 0
    next_at: float = 0.0


class Webhooks:
    def __init__(self, post: Post | None = None) -> None:
        self.post = post or post_over_http
        self.queues: dict[str, Queue] = {}
        self.delivered = 0
        self._lock = threading.Lock()

    def notice(self, company: Company, changes: Iterable[Change], at: datetime) -> None:
        """Adds what was just written (your own writes too) if the company has an endpoint."""
        if not company.setting("webhook"):
            return
        events = [event for change in changes if (event := event_of(company, change, at))]
        with self._lock:
            self.queues.setdefault(company.realm_id, Queue()).waiting += events
        if events:
            company.hold([event.kept() for event in events])

    def wake(self, company: Company) -> None:
        """Continues with what was waiting when the emulator stopped."""
        if company.waiting:
            self.queues[company.realm_id] = Queue([Event.again(one) for one in company.waiting])

    def deliver(self, companies: Iterable[Company], at: datetime) -> int:
        """Sends what is due, one POST per company, and returns how many succeeded."""
        return sum(self._deliver_one(company, at) for company in companies)

    def _deliver_one(self, company: Company, at: datetime) -> bool:
        queue, endpoint = self.queues.get(company.realm_id), company.setting("webhook")
        if not queue or not endpoint or not queue.waiting or at.timestamp() < queue.next_at:
            return False
        events = queue.waiting[:MOST_EVENTS]
        body = payload(company, events).encode()
        status = self.post(endpoint["url"], signed(company, endpoint["verifier"], body), body)
        if not 200 <= status < 300:
            queue.next_at = at.timestamp() + RETRIES[min(queue.failures, len(RETRIES) - 1)]
            queue.failures += 1
            return False
        if company.switch("webhook_duplicates"):
            self.post(endpoint["url"], signed(company, endpoint["verifier"], body), body)
        with self._lock:
            del queue.waiting[: len(events)]
        with company.work():
            company.told(len(events))
        queue.failures, queue.next_at, self.delivered = 0, 0.0, self.delivered + 1
        return True


def may_be_told(url: str) -> bool:
    """Webhooks are sent only to this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname in (*LOOPBACK, *OF_A_CONTAINER)


def post_over_http(url: str, headers: dict[str, str], body: bytes) -> int:
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  see may_be_told
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as answer:  # noqa: S310  see may_be_told
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


def listening(hooks: Webhooks, companies: Callable[[], Iterable[Company]], now: Callable[[], datetime]) -> None:
    """Delivers until the process ends."""
    pause = threading.Event()
    while not pause.wait(0.2):
        hooks.deliver(list(companies()), now())
