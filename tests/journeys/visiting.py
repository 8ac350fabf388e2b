"""Walking from page to page as a person does, over Django's test client or over HTTP; knows no particular page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from django.contrib.auth.models import User
from django.test import Client

from tests.journeys.html import Form, Node, form_of, parse

HOST = "http://localhost"


@dataclass
class Page:
    """What came back, where it came from, and the way on."""

    url: str
    status: int
    body: str

    @cached_property
    def root(self) -> Node:
        return parse(self.body)

    @property
    def text(self) -> str:
        return self.root.text

    def part(self, element_id: str) -> Node:
        return self.root.one(id=element_id)

    def forms(self) -> list[Form]:
        return [form_of(self.root, node) for node in self.root.all("form")]

    def form(self, *, action: str = "", field: str = "") -> Form:
        """The first form whose action ends so, and that has the field."""
        found = [
            form
            for form in self.forms()
            if urlsplit(form.action).path.endswith(action) and (not field or field in form.fields)
        ]
        assert found, f"{self.url} has no form to {action or 'itself'} with {field or 'any field'}"
        return found[0]

    def offers(self, action: str) -> bool:
        return any(urlsplit(form.action).path.endswith(action) for form in self.forms())

    def link(self, text: str) -> str:
        """Where the link of that text leads."""
        found = [node["href"] for node in self.root.all("a") if node.text == text]
        assert found, f"{self.url} has no link “{text}”"
        return urljoin(self.url, found[0])


class Visitor(Protocol):
    """A person with a browser; redirects are followed."""

    def get(self, url: str) -> Page: ...
    def post(self, url: str, fields: dict[str, list[str]]) -> Page: ...


def send(visitor: Visitor, page: Page, form: Form, **more: str) -> Page:
    """Press a button of the form: `more` is what the button itself says."""
    fields = form.fields | {name: [value] for name, value in more.items()}
    return visitor.post(urljoin(page.url, form.action or page.url), fields)


class ClientVisitor:
    """In this process. What lies elsewhere, as Intuit's pages do, is visited over HTTP."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.session = requests.Session()

    def get(self, url: str) -> Page:
        return self._go("GET", url, {})

    def post(self, url: str, fields: dict[str, list[str]]) -> Page:
        return self._go("POST", url, fields)

    def _go(self, method: str, url: str, fields: dict[str, list[str]]) -> Page:
        for _ in range(10):
            url = urljoin(HOST, url)
            status, location, body = self._one(method, url, fields)
            if not location:
                return Page(url, status, body)
            method, url, fields = "GET", urljoin(url, location), {}
        raise AssertionError(f"{url} redirects for ever")

    def _one(self, method: str, url: str, fields: dict[str, list[str]]) -> tuple[int, str, str]:
        if not url.startswith(f"{HOST}/"):
            there = self.session.request(method, url, data=fields, allow_redirects=False, timeout=10)
            return there.status_code, there.headers.get("Location", ""), there.text
        here = self.client.generic(
            method,
            url.removeprefix(HOST),
            urlencode(fields, doseq=True) if method == "POST" else "",
            content_type="application/x-www-form-urlencoded",
            headers={"host": "localhost"},
        )
        return here.status_code, here.headers.get("Location", ""), here.content.decode()


def visitor_of(person: User) -> ClientVisitor:
    """That person, logged in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    return ClientVisitor(client)


def visitor_in(session: str) -> ClientVisitor:
    """Whoever has logged in there."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = session
    return ClientVisitor(client)


class HttpVisitor:
    """Over HTTP to a server that runs as a process."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def get(self, url: str) -> Page:
        return self._page(self.session.get(url, timeout=30))

    def post(self, url: str, fields: dict[str, list[str]]) -> Page:
        return self._page(self.session.post(url, data=fields, headers={"Referer": url}, timeout=30))

    def _page(self, answer: requests.Response) -> Page:
        return Page(answer.url, answer.status_code, answer.text)
