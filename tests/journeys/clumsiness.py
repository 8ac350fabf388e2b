"""Walks over every address and form as an Owner, with what clumsy or hostile hands put in; nothing it does stays."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urljoin, urlsplit

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.html import Form, form_of, parse

# In the place of an id or a word of an address.
IDS = (
    "0", "-1", "word", "1.5", "1e5", "٣", "9223372036854775807", "9223372036854775808", "9" * 40, "\x00", "1\x00",
    "' OR 1=1", "😀", "x" * 3000,
)  # fmt: skip
# In the place of what a field holds.
VALUES = (
    "", " ", "0", "-1", "word", "\x00", "a\x00b", "0001-01-01", "9999-12-31", "0001-13-40", "2026-02-30", "00:00:99",
    "99999999999999999999", "9" * 400, "1e500", "NaN", "Infinity", "-Infinity", "0.00000000001", "1,5", "٣", "😀",
    "<b>", "' OR 1=1", "x" * 20_000,
)  # fmt: skip
# What the query string of any page may carry.
PARAMETERS = (
    "status", "cause", "entity", "direction", "after", "before", "search", "company", "o", "p", "q", "e", "id", "all",
    "next", "attempt", "code", "state", "realmId", "error", "shown", "start_date", "term", "app_label", "model_name",
    "field_name", "again", "_popup", "_to_field", "customer", "invoice_date", "invoice_date__gte", "is_active",
    "_changelist_filters", "page",
)  # fmt: skip
# Leaves the walk, or this machine.
ELSEWHERE = ("/logout/", "/jsi18n/")


@dataclass
class Walk:
    """`client` is logged in. `broken`: what answered 500 or raised, each kind once, with its innermost lines."""

    client: Client
    person: User
    # How many of VALUES each field and parameter gets; they take turns, so that all of them come up.
    share: int = len(VALUES)
    turn: int = 0
    # How many of IDS each address gets, by turns too.
    ids: int = len(IDS)
    tried: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    requests: int = 0

    def visit(self, method: str, url: str, fields: dict[str, list[str]] | None = None) -> tuple[int, str]:
        """Status and body; whatever happened in the database is taken back."""
        self.requests += 1
        if not self.client.cookies:
            self.client.force_login(self.person)
        cookies = self.client.cookies.output(header="")
        with transaction.atomic():
            try:
                answer = self.client.generic(
                    method,
                    url,
                    urlencode(fields or {}, doseq=True) if method == "POST" else "",
                    content_type="application/x-www-form-urlencoded",
                )
                status = answer.status_code
                body = "" if answer.streaming else answer.content.decode(errors="replace")
            except Exception as mistake:
                self._note(method, url, fields, mistake)
                status, body = 500, ""
            else:
                if status >= 500 and "healthz" not in url and "ready" not in url:
                    self.broken.setdefault(f"{status} {urlsplit(url).path}", f"{method} {url[:200]}")
            transaction.set_rollback(True)
        self.client.cookies.clear()
        self.client.cookies.load(cookies)
        return status, body

    def some(self) -> list[str]:
        """The next few of VALUES."""
        self.turn += self.share
        return [VALUES[n % len(VALUES)] for n in range(self.turn - self.share, self.turn)]

    def _note(self, method: str, url: str, fields: object, mistake: Exception) -> None:
        frames = [one for one in traceback.extract_tb(mistake.__traceback__) if "site-packages" not in one.filename]
        where = frames[-1] if frames else None
        place = f"{where.filename}:{where.lineno} {where.name}" if where else "?"
        key = f"{type(mistake).__name__} at {place} for {_shape(url)}"
        self.broken.setdefault(key, f"{method} {url[:160]} {str(fields)[:300]}: {str(mistake)[:200]}")

    def addresses(self) -> None:
        """Every address of the resolver, with every kind of id or some, by GET and by POST."""
        for number, (route, names) in enumerate(routes()):
            # Where there is none in the address, one in what is posted: each of them comes up.
            first, count = (number * self.ids, self.ids) if names else (number, 1)
            for value in [IDS[n % len(IDS)] for n in range(first, first + count)]:
                path = "/" + fill(route, dict.fromkeys(names, value))
                self.visit("GET", path)
                self.visit("POST", path, {"id": [value], "_selected_action": [value], "action": ["retry"]})

    def queries(self, pages: list[str], *, every: int = 1) -> None:
        """Each parameter of each page; of each `every`-th page, by turns."""
        for number, page in enumerate(pages):
            for name in PARAMETERS[number % every :: every]:
                for value in self.some():
                    self.visit("GET", f"{page}?{urlencode({name: value})}")

    def forms(self, pages: list[str]) -> None:
        """Every form of these pages; each field with a few values, the others as they are, and all at once."""
        for page in pages:
            _, body = self.visit("GET", page)
            for form in forms_of(body):
                if not any(part in form.action for part in ELSEWHERE):
                    self._try(page, form)

    def _try(self, page: str, form: Form) -> None:
        url = urljoin(page, form.action or page)
        known = (_shape(url), tuple(form.fields))
        if urlsplit(url).netloc or known in self.tried:
            return  # another machine's, or a form that stands on every page
        self.tried.add(known)
        method = form.method.upper()
        for name in form.fields:
            if name == "csrfmiddlewaretoken":
                continue
            for value in self.some():
                self._send(method, url, form.fields | {name: [value]})
        for value in (*self.some(), *self.some()):
            self._send(method, url, {name: [value] for name in form.fields})
        self._send(method, url, {})

    def _send(self, method: str, url: str, fields: dict[str, list[str]]) -> None:
        if method == "GET":
            self.visit("GET", f"{url.partition('?')[0]}?{urlencode(fields, doseq=True)}")
        else:
            self.visit(method, url, fields)


def _shape(url: str) -> str:
    return "/".join(
        "…" if any(c.isdigit() or c == "%" for c in part) else part for part in urlsplit(url).path.split("/")
    )


def forms_of(body: str) -> Iterator[Form]:
    root = parse(body)
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for node in root.all("form"):
        form = form_of(root, node)
        key = (form.action, tuple(form.fields))
        if key not in seen:
            seen.add(key)
            yield form


def routes() -> list[tuple[str, tuple[str, ...]]]:
    """Every route of the resolver as a template, and the names of its variable parts."""
    return [
        (route, tuple(names))
        for route, names in _routes(get_resolver(), "")
        if not any(part in f"/{route}" for part in ELSEWHERE)
    ]


def _routes(resolver: URLResolver, before: str) -> Iterator[tuple[str, list[str]]]:
    for pattern in resolver.url_patterns:
        here = before + getattr(pattern.pattern, "_route", "")
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, here)
        elif isinstance(pattern, URLPattern):
            yield here, list(pattern.pattern.converters)


def fill(route: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        before, _, rest = route.partition("<")
        while rest:
            inside, _, after = rest.partition(">")
            if inside.rpartition(":")[2] == name:
                route = before + quote(value, safe="") + after
                break
            more, _, rest = after.partition("<")
            before += f"<{inside}>{more}"
    return route
