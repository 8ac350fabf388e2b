"""The Owner using the pages of Run a Call, over HTTP only; knows no Django."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urlencode, urljoin

import requests

from demo.html_forms import Form, forms_of

_TAGS = re.compile(r"<[^>]+>")
_BANNER = re.compile(r"(\d+) QBO sync errors? needs? attention\.")


class PageRefused(Exception):
    """A page gave an unexpected answer."""


class Office:
    """One person with one browser session."""

    def __init__(self, url: str, *, email: str, password: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.submit("/admin/login/", _login(email, password), has="password")

    def open(self, path: str) -> str:
        """The page. Raises PageRefused."""
        return self._text(self.session.get(urljoin(self.url, path), timeout=30))

    def submit(
        self, path: str, fill: Callable[[Form], None] = lambda form: None, *, has: str = "", leads_to: str = ""
    ) -> str:
        """Fill in a form of the page and send it; the page after that.

        The form is the one with a field `has`, or the one that `leads_to` an address, otherwise the page's own.
        Raises PageRefused.
        """
        page = urljoin(self.url, path)
        form = _wanted(forms_of(self.open(path)), has=has, leads_to=leads_to)
        if form is None:
            raise PageRefused(f"{path} has no such form.")
        fill(form)
        action = urljoin(page, form.action) if form.action else page
        return self._text(self.session.post(action, data=form.values, headers={"Referer": page}, timeout=60))

    def switch_to(self, organization: str) -> None:
        def choose(form: Form) -> None:
            form.values["organization"] = form.options["organization"][organization]

        self.submit("/admin/", choose, has="organization")

    def errors(self) -> int:
        """The number in the banner on the first page; 0 if there is none."""
        found = _BANNER.search(self.open("/admin/"))
        return int(found[1]) if found else 0

    def for_all(self, action: str, **filters: str) -> str:
        """Filter the log and do `action` to everything it shows, through the page that says how many."""
        query = urlencode({"status": "failed", **filters})
        return self.submit(f"/admin/sync/syncevent/{action}/?{query}", leads_to="")

    def for_these(self, action: str, ids: list[int]) -> str:
        query = urlencode([("id", pk) for pk in ids])
        return self.submit(f"/admin/sync/syncevent/{action}/?{query}", leads_to="")

    def reconnect(self, realm_id: str) -> str:
        """Status → Reconnect → Intuit's page → back to us."""
        consent = urljoin(self.url, "/quickbooks/status/")
        form = _wanted(forms_of(self.open("/quickbooks/status/")), leads_to="/quickbooks/connect/")
        if form is None:
            raise PageRefused("The Status page offers no Reconnect.")
        asked = self.session.post(urljoin(consent, form.action), data=form.values, timeout=30)
        allowed = {"decision": "allow", "realm_id": realm_id}
        return self._text(self.session.post(asked.url, data=allowed, timeout=30))

    def _text(self, answer: requests.Response) -> str:
        if answer.status_code != 200:
            raise PageRefused(f"{answer.url} answered {answer.status_code}: {plain(answer.text)[:300]}")
        return answer.text


def _login(email: str, password: str) -> Callable[[Form], None]:
    def fill(form: Form) -> None:
        form.values |= {"username": email, "password": password}

    return fill


def _wanted(forms: list[Form], *, has: str = "", leads_to: str = "") -> Form | None:
    """The form with that field or action; otherwise the last one that posts to its own page,
    because ours come after the frame's.
    """
    if has:
        return next((form for form in forms if has in form.values or has in form.options), None)
    fitting = [form for form in forms if form.method == "post" and form.action.startswith(leads_to)]
    own = [form for form in fitting if bool(form.action) == bool(leads_to)]
    return own[-1] if own else None


def plain(page: str) -> str:
    """The words of a page."""
    return " ".join(html.unescape(_TAGS.sub(" ", page)).split())
