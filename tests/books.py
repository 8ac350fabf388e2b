"""A shop connected to an emulated QuickBooks company: what journeys and engine tests work with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import requests
from django.utils import timezone

from qbo.connection.connecting import Grant, connect, use_other_company
from qbo.connection.turn import client_for
from qbo.lists.mirrors import refresh_lists
from qbo.mapping.comparing import Comparison
from qbo.mapping.first_choices import choose_defaults
from qbo.models import Connection, ConnectionSettings, Link, ListState, TaxMapping
from qbo_emulator.router import Emulator
from qbo_emulator.server import Server
from qbo_emulator.transport import EmulatorAdapter
from runacall.invoices.models import Customer, Invoice, Payment, PricebookItem, TaxRate
from runacall.organizations.models import Organization
from sync.engine.drain import Result, drain
from sync.inbound.hearing import Hearing
from sync.inbound.listening import hear
from sync.inbound.reconciling import reconcile
from sync.models import Attempt, SyncEvent
from sync.models.events import SyncEventQuerySet
from sync.operations import recording, retrying
from sync.operations.releasing import release_stopped
from tests import builders, moments
from tests.founding import found

Record = Invoice | Payment | Customer | PricebookItem

# Companies beside the first one of the emulator: no two shops hold the same.
NEIGHBOURS = tuple(str(9341457000000101 + number) for number in range(5))
STANDING_TOKEN = "the-bookkeepers-standing-token"
# Intuit's limits have tests of their own; elsewhere they would only make drains end early.
NO_LIMITS = {"REQUESTS_A_MINUTE": 10**6, "REQUESTS_A_SECOND": 10**6, "BATCHES_A_MINUTE": 10**6}
REDIRECT = "http://127.0.0.1:9/callback"
# A time that a test has just asked for is as good as now, on a slow machine too.
A_MOMENT = dt.timedelta(seconds=5)


class Killed(BaseException):
    """A test's process ends here; nothing of ours catches it."""


@dataclass
class Books:
    """The bookkeeper's hand on the emulator at `url`, and a look into its lists."""

    url: str
    access_token: str = STANDING_TOKEN
    # Which company's; the emulator's first where it is left out.
    realm: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def _whose(self) -> dict[str, str]:
        return {"realm": self.realm} if self.realm else {}

    def do(self, command: str, /, **arguments: Any) -> dict[str, Any]:
        """One command of the emulator's control endpoint; fails loudly."""
        answer = self.session.post(
            f"{self.url}/emulator/control", json={"do": command, **self._whose, **arguments}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(self, path: str, body: dict[str, Any], **params: str) -> dict[str, Any]:
        """A write of the bookkeeper's own, over the API with the company's standing token."""
        state = self.state()
        answer = self.session.post(
            f"{self.url}/v3/company/{state['realm_id']}/{path}",
            params={"minorversion": "75", **params},
            json=body,
            headers={"Authorization": f"Bearer {self.access_token}", "Accept": "application/json"},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def delete(self, entity: str, row: dict[str, Any]) -> None:
        self.post(entity.lower(), {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="delete")

    def rows(self, entity: str) -> list[dict[str, Any]]:
        answer = self.session.get(f"{self.url}/emulator/entity/{entity}", params=self._whose, timeout=10)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return list(found if isinstance(found, list) else found[entity])

    def invoices(self) -> list[dict[str, Any]]:
        return self.rows("Invoice")

    def state(self) -> dict[str, Any]:
        return dict(self.session.get(f"{self.url}/emulator/state", params=self._whose, timeout=10).json())

    def requests(self) -> list[dict[str, Any]]:
        found = self.session.get(f"{self.url}/emulator/requests", timeout=10).json()
        every = list(found if isinstance(found, list) else found["requests"])
        return [one for one in every if not self.realm or f"/company/{self.realm}/" in one["path"]]

    def row(self, entity: str, qbo_id: str) -> dict[str, Any]:
        return next(row for row in self.rows(entity) if row["Id"] == qbo_id)

    def calls(self) -> int:
        """How many calls of any kind the company has seen."""
        return max((one["id"] for one in self.requests()), default=0)

    def writes(self) -> int:
        """How many calls with a write of an invoice in them, alone or in a batch, have reached the company."""
        calls = [one for one in self.requests() if one["method"] == "POST"]
        batches = [one for one in calls if "/batch" in one["path"] and '"Invoice"' in str(one["body"])]
        return len(batches) + sum("/invoice" in one["path"] for one in calls)

    def metered(self) -> int:
        """How many calls of those that Intuit meters: reads, queries and change data."""
        calls = [one for one in self.requests() if "/v3/" in one["path"]]
        return sum(one["method"] == "GET" or "/query" in one["path"] for one in calls)


@dataclass
class Shop:
    """An organization and its connection, with the verbs of a test."""

    organization: Organization
    connection: Connection
    books: Books
    rate: TaxRate

    def drain(self, at: dt.datetime | None = None) -> Result:
        self.connection.refresh_from_db()
        moment = at or timezone.now()
        return drain(self.connection, now=lambda: moment)

    def hear(self, at: dt.datetime | None = None, *, sooner: bool = True) -> Hearing | None:
        """Take in what changed in QuickBooks, now or when it is due."""
        self.connection.refresh_from_db()
        moment = at or timezone.now()
        heard = hear(self.connection, now=lambda: moment, sooner=sooner)
        if heard is not None:
            release_stopped(self.connection, heard.lists, at=moment)
        return heard

    def map_tax(self, *rates: TaxRate, code: str = "2") -> None:
        """Staff's choice on the Tax page for this set of rates; by default the emulator's "California"."""
        key = "+".join(str(rate.pk) for rate in sorted(rates or [self.rate], key=lambda rate: rate.pk))
        TaxMapping.objects.update_or_create(
            connection=self.connection,
            realm_id=self.connection.realm_id,
            rate_key=key,
            defaults={"tax_code_id": code},
        )

    def invoice(self, **fields: Any) -> Invoice:
        """One taxed line of a pricebook item over $100.00, unless told otherwise."""
        at = fields.pop("at", timezone.now())
        fields.setdefault("invoice_date", self.organization.today(at))
        if "lines" not in fields:
            item = fields.pop("item", None) or self.item("Labor")
            fields["lines"] = [builders.line(item=item, rates=[self.rate])]
        return builders.invoice(self.organization, at=at, **fields)

    def settled_invoice(self, **fields: Any) -> Invoice:
        """One that is in the books already, so that its customer and item are too.

        Often a copy (`tests/moments.py`): a test that watches how it gets there sends one itself.
        """
        now, at = timezone.now(), fields.get("at")
        if at is not None and abs(now - at) > A_MOMENT:
            return self._settled_invoice(**fields)
        what = {**fields, "at": at is not None, "made": "settled invoice", "today": self.organization.today(at or now)}
        invoice: Invoice = moments.again(self.books.url, what, partial(self._settled_invoice, **fields))
        self.connection.refresh_from_db()
        return invoice

    def _settled_invoice(self, **fields: Any) -> Invoice:
        invoice = self.invoice(**fields)
        self.drain(fields.get("at"))
        assert self.event(invoice).state == "synced", self.event(invoice).message
        return invoice

    def item(self, name: str) -> Any:
        existing = self.organization_items().filter(name=name).first()
        return existing or builders.item(self.organization, name, at=timezone.now())

    def organization_items(self) -> Any:
        from runacall.invoices.models import PricebookItem

        return PricebookItem.objects.filter(organization=self.organization)

    def event(self, record: Record) -> SyncEvent:
        """The latest event of the record, for the company that is connected now."""
        return self.log().of_record(self.kind(record), record.pk).latest("id")

    def events(self) -> dict[str, str]:
        return {event.label: event.state for event in SyncEvent.objects.filter(organization=self.organization)}

    def log(self, realm_id: str = "") -> SyncEventQuerySet:
        """The log of the company that is connected now, or of another one."""
        return SyncEvent.objects.for_organization(self.organization, realm_id=realm_id)

    def failed(self) -> SyncEventQuerySet:
        return self.log().failed()

    def attempts(self, record: Record) -> list[Attempt]:
        return list(Attempt.objects.filter(event__in=self.log().of_record(self.kind(record), record.pk)))

    def sent(self, record: Record) -> list[Attempt]:
        """The tries of which QuickBooks gave an answer."""
        return [attempt for attempt in self.attempts(record) if attempt.kind == Attempt.Kind.SENT]

    @staticmethod
    def kind(record: Record) -> str:
        kinds = {Invoice: "invoice", Payment: "payment", Customer: "customer", PricebookItem: "item"}
        return kinds[type(record)]

    def qbo_id(self, record: Record) -> str:
        """The Id under which QuickBooks holds the record; fails where it is not linked."""
        return Link.objects.of(self.connection, self.kind(record)).get(record_id=record.pk).qbo_id

    def there(self, invoice: Invoice) -> dict[str, Any]:
        """The invoice as the company holds it."""
        return self.books.row("Invoice", self.qbo_id(invoice))

    def pay_there(self, *invoices: Invoice, amount: float | str | None = None, **fields: Any) -> dict[str, Any]:
        """The bookkeeper takes a payment in QuickBooks that pays these invoices in full, or the first in part."""
        there = [self.there(invoice) for invoice in invoices]
        parts = [float(row["Balance"] if amount is None else amount) for row in there]
        lines = [
            {"Amount": part, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
            for part, row in zip(parts, there, strict=True)
        ]
        body = {"CustomerRef": there[0]["CustomerRef"], "TotalAmt": sum(parts), "Line": lines, **fields}
        return dict(self.books.post("payment", body)["Payment"])

    def choose(self, **choices: Any) -> None:
        """Staff's choices under Settings → QuickBooks."""
        assert ConnectionSettings.objects.filter(connection=self.connection).update(**choices)

    def read_lists(self, *names: str, at: dt.datetime | None = None) -> Self:
        """Bring our mirror of the company up to date."""
        moment = at or timezone.now()
        refresh_lists(self.connection, client_for(self.connection), names or ListState.LISTS, lease=None, at=moment)
        return self

    def retry(self, *invoices: Invoice, at: dt.datetime | None = None) -> recording.Report:
        """A person's Retry of these invoices, or of all that failed."""
        chosen = self.log().filter(pk__in=[self.event(one).pk for one in invoices]) if invoices else self.failed()
        return retrying.retry(chosen, by=None, at=at or timezone.now())

    def reconnect(self, at: dt.datetime | None = None) -> None:
        moment, url = at or timezone.now(), self.books.url
        connect(self.organization, grant(url), environment="emulator", emulator_url=url, at=moment)
        self.connection.refresh_from_db()

    def move_to(self, realm: str, *, at: dt.datetime | None = None, start_date: dt.date | None = None) -> None:
        """Connect another company of the same emulator, and use it from `start_date` on."""
        moment, url = at or timezone.now(), self.books.url
        connection = connect(self.organization, grant(url, realm), environment="emulator", emulator_url=url, at=moment)
        day = start_date or self.organization.today(moment)
        use_other_company(connection, realm_id=realm, start_date=day, at=moment)
        self.connection.refresh_from_db()

    def assert_in_books(self, *invoices: Invoice) -> None:
        """All of them are synced, nothing failed, and the books agree."""
        for invoice in invoices:
            event = self.event(invoice)
            assert event.state == "synced", (event.state, event.message)
        assert list(self.failed()) == []
        assert self.reconciles()

    def reconciles(self) -> bool:
        """Whether the books hold every invoice once, to the cent and the day."""
        return self.compared().agrees

    def compared(self) -> Comparison:
        self.connection.refresh_from_db()
        return reconcile(self.connection, sleep=lambda seconds: None)


def grant(url: str, realm: str = "") -> Grant:
    """Say yes on the emulator's consent page, as a browser would; to its first company unless told otherwise."""
    query = {
        "client_id": "emulator-client",
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": REDIRECT,
        "state": "s",
    }
    answer = requests.post(
        f"{url}/connect/oauth2",
        params=query,
        data={"decision": "allow", **({"realm_id": realm} if realm else {})},
        allow_redirects=False,
        timeout=10,
    )
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    return Grant(back["code"][0], back["realmId"][0], REDIRECT)


def _free_company(url: str) -> str:
    """A company of the emulator that no shop is connected to; "" for its first."""
    held = Connection.objects.filter(emulator_url=url).exclude(status="disconnected")
    taken = list(held.values_list("realm_id", flat=True))
    return next(realm for realm in NEIGHBOURS if realm not in taken) if taken else ""


def connected_shop(url: str, *, auto_create_items: bool = True, slug: str = "", country: str = "US") -> Shop:
    what = {"made": "connected shop", "slug": slug, "country": country, "auto_create_items": auto_create_items}
    shop: Shop = moments.again(url, what, lambda: _connected_shop(url, slug, country, auto_create_items))
    shop.connection.emulator_url = shop.books.url = url
    return shop


def _connected_shop(url: str, slug: str, country: str, auto_create_items: bool) -> Shop:
    organization = builders.organization(slug, country=country)
    at = timezone.now()
    realm = _free_company(url)
    with _without_sockets(url):
        connection = connect(organization, grant(url, realm), environment="emulator", emulator_url=url, at=at)
        found(connection, client_for(connection), at=at)
    choose_defaults(connection, auto_create_items=auto_create_items)
    shop = Shop(organization, connection, Books(url, realm=realm), builders.rate(organization, "California 8", "8"))
    shop.map_tax()
    return shop


# Those that run in this process, by their addresses.
EMULATORS: dict[str, Emulator] = {}


@contextmanager
def _without_sockets(base: str) -> Iterator[None]:
    """Calls of the emulator at `base` go straight into it if it runs in this process and is well.

    A call that may be broken or late goes over HTTP, since what our side makes of it is the library's to say.
    """
    if base not in EMULATORS:
        yield
        return
    there, outside = EMULATORS[base], requests.Session.get_adapter
    inside = EmulatorAdapter(there)

    def adapter(session: requests.Session, url: str) -> Any:
        is_well = not there.breakages.active and not there.latency_ms
        return inside if is_well and url.startswith(f"{base}/") else outside(session, url)

    with patch.object(requests.Session, "get_adapter", adapter):
        yield


@contextmanager
def emulator(*, over_sockets: bool = False, **options: Any) -> Iterator[str]:
    """A QuickBooks company on a port of its own, in this process; yields its URL.

    `over_sockets`: every call goes over HTTP, for what is about connections.
    """
    defaults = {"has_limits": False, "access_token": STANDING_TOKEN, "companies": dict.fromkeys(NEIGHBOURS, "us")}
    ours = Emulator(**{**defaults, **options})
    server = Server(ours.handle).start()
    EMULATORS[server.url] = ours
    if not over_sockets:
        moments.HERE[server.url] = moments.Here(ours, repr(sorted(options.items())))
    try:
        with nullcontext() if over_sockets else _without_sockets(server.url):
            yield server.url
    finally:
        del EMULATORS[server.url]
        moments.HERE.pop(server.url, None)
        server.stop()
