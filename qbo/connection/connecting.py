"""Connecting, reconnecting and disconnecting a QuickBooks company; it does not know what is sent."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from qbo.connection.client import Client
from qbo.connection.endpoints import Endpoints, endpoints
from qbo.connection.oauth import Tokens
from qbo.connection.queries import ReadFailed, read_rows
from qbo.connection.tokens import oauth_client, token_columns
from qbo.encryption import UnreadableSecret
from qbo.failures import Failure
from qbo.models import CompanyFacts, Connection, ConnectionSettings, FormerCompany, Lease, ListState, OtherCompany
from qbo.models.connection import OTHER_COMPANY
from qbo.signals import company_chosen, connection_changed
from runacall import clock
from runacall.organizations.models import Organization

# The form of Intuit's realm IDs; today they have 15 to 19 digits.
REALM_ID = re.compile(r"[0-9]{1,32}", re.ASCII)


class RealmTaken(Exception):
    """The QuickBooks company is already connected to another organization."""


class CompanyUnread(Exception):
    """The new tokens do not work for the company that the callback named; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class NothingToChoose(Exception):
    """There is no other company to choose, or it is not the one that the person saw."""


@dataclass(frozen=True)
class Grant:
    """What Intuit's callback brought: a code for tokens, and the company it is for. Neither is verified yet."""

    code: str
    realm_id: str
    redirect_uri: str


@dataclass(frozen=True)
class Opened:
    """A company that our new tokens work for: its name and where it is."""

    realm_id: str
    name: str
    environment: str
    emulator_url: str
    tokens: Tokens


def endpoints_of(connection: Connection) -> Endpoints:
    return endpoints(connection.environment, connection.emulator_url)


def connect(
    organization: Organization,
    grant: Grant,
    *,
    environment: str,
    emulator_url: str = "",
    at: datetime,
    by: User | None = None,
    on_hold: bool = False,
) -> Connection:
    """Connect, or reconnect, `organization` to the company that the grant is for.

    `on_hold`: a shop that was never connected sends nothing until a person says Go on the Status page.

    Nothing is stored before the new token has read that company's CompanyInfo. If it is a different company than the
    last one, it is not connected: it is stored separately and nothing is sent (`Connection.is_held`) until a person
    chooses by `keep_company` or `use_other_company`.

    Raises OAuthFailed, CompanyUnread or RealmTaken; then nothing is stored, and the tokens are revoked.
    """
    if not REALM_ID.fullmatch(grant.realm_id):
        raise CompanyUnread(Failure("wrong_environment"))
    oauth = oauth_client(environment, emulator_url)
    tokens = oauth.exchange_code(grant.code, redirect_uri=grant.redirect_uri, at=at)
    try:
        opened = _open(grant.realm_id, tokens, environment, emulator_url)
        connection, idle = _store(organization, opened, read_at=clock.now(), at=at, by=by, on_hold=on_hold)
    except Exception:
        # Not for the company that we are connected to: Intuit may end that connection too.
        if not Connection.objects.filter(organization=organization, realm_id=grant.realm_id).exists():
            oauth.revoke(tokens.refresh)
        raise
    if idle:
        oauth.revoke(idle)
    return connection


def _open(realm_id: str, tokens: Tokens, environment: str, emulator_url: str) -> Opened:
    """Read the company's name with the new token, which proves that the token is for it. Raises CompanyUnread."""
    client = Client(
        base_url=endpoints(environment, emulator_url).api,
        realm_id=realm_id,
        access_token=tokens.access,
        timeout=oauth_client(environment, emulator_url).timeout,
        most=settings.SYNC["LARGEST_ANSWER"],
        until=time.monotonic() + settings.SYNC["PAGE_SECONDS"],
    )
    try:
        # The realm ID is from the address of the callback, which anybody can write; only the token's own company
        # answers.
        rows = read_rows(client, "CompanyInfo")
    except ReadFailed as error:
        raise CompanyUnread(error.failure) from error
    finally:
        client.session.close()
    if not rows:
        raise CompanyUnread(Failure("answer_unreadable"))
    name = rows[0].get("CompanyName")
    plain = name.replace("\x00", "").strip()[:255] if isinstance(name, str) else ""
    return Opened(realm_id, plain, environment, emulator_url, tokens)


def _store(
    organization: Organization, opened: Opened, *, read_at: datetime, at: datetime, by: User | None, on_hold: bool
) -> tuple[Connection, str]:
    """The connection, and a refresh token that is no longer needed, or "". Raises RealmTaken.

    `read_at`: when the company's name was read, by the database's clock.
    """
    try:
        with transaction.atomic():
            # Locked first, before the lease: everything that changes a connection locks in this order. `no_key` lets
            # events be written that refer to it.
            connection = Connection.objects.select_for_update(no_key=True).filter(organization=organization).first()
            connection = connection or Connection(organization=organization)
            _refuse_taken(connection, opened)
            idle = _forget_other(connection, but=opened.realm_id)
            if connection.realm_id and connection.realm_id != opened.realm_id:
                _hold(connection, opened, at=at, by=by)
            else:
                _lead_to(connection, opened, at=at)
                ConnectionSettings.objects.get_or_create(connection=connection, defaults={"sync_invoices": not on_hold})
                # All lists: while it was disconnected anything may have changed there.
                ListState.want(connection, ListState.LISTS, at=at)
                # The first drain starts at once, and QuickBooks counts what was read a moment ago.
                Lease.count_call(connection, at=read_at)
            connection_changed.send(sender=Connection, connection=connection, at=at)
    except IntegrityError as error:
        # Somebody else connected it at the same moment.
        raise _taken(opened.realm_id) from error
    return connection, idle


def _lead_to(connection: Connection, opened: Opened, *, at: datetime) -> None:
    connection.realm_id, connection.company_name = opened.realm_id, opened.name
    connection.environment, connection.emulator_url = opened.environment, opened.emulator_url
    for column, value in token_columns(opened.tokens, version=connection.token_version + 1).items():
        setattr(connection, column, value)
    connection.status, connection.pause_code, connection.pause_detail = Connection.Status.ACTIVE, "", ""
    connection.paused_at = connection.probe_at = connection.disconnected_at = None
    connection.connected_at = at
    connection.save()


def _refuse_taken(connection: Connection, opened: Opened) -> None:
    """A company belongs to one organization; for emulators, the address counts too."""
    same = {"realm_id": opened.realm_id, "emulator_url": opened.emulator_url}
    held = Connection.objects.exclude(pk=connection.pk).exclude(status=Connection.Status.DISCONNECTED).filter(**same)
    beside = OtherCompany.objects.exclude(connection=connection.pk).filter(**same)
    if held.exists() or beside.exists():
        raise _taken(opened.realm_id)


def _taken(realm_id: str) -> RealmTaken:
    return RealmTaken(f"The company {realm_id} is connected to another organization.")


# --- another company than the last one --------------------------------------------------------------------------


def _hold(connection: Connection, opened: Opened, *, at: datetime, by: User | None) -> None:
    """Store the new company next to the old one, and send nothing to either."""
    other = OtherCompany(
        connection=connection,
        realm_id=opened.realm_id,
        company_name=opened.name,
        environment=opened.environment,
        emulator_url=opened.emulator_url,
        access_expires_at=opened.tokens.access_expires_at,
        refresh_expires_at=opened.tokens.refresh_expires_at,
        hard_expires_at=opened.tokens.hard_expires_at,
        connected_at=at,
        connected_by=by,
        former_pause_code=connection.pause_code,
        former_pause_detail=connection.pause_detail,
        former_paused_at=connection.paused_at,
    )
    other.access_token, other.refresh_token = opened.tokens.access, opened.tokens.refresh
    other.save(force_insert=True)
    connection.pause(OTHER_COMPANY, at=at)


def _forget_other(connection: Connection, *, but: str = "") -> str:
    """Restore the connection to its state before the other company; returns the refresh token that is no longer needed.

    `but`: the company that has just been connected (again); revoking one of its tokens may end all of them.
    """
    other = OtherCompany.objects.filter(connection=connection.pk).first()
    if other is None:
        return ""
    if connection.is_held:
        connection.pause_code, connection.pause_detail = other.former_pause_code, other.former_pause_detail
        connection.paused_at = other.former_paused_at
        connection.save(update_fields=["pause_code", "pause_detail", "paused_at"])
    other.delete()
    return "" if other.realm_id == but else _readable(other)


def _readable(row: Connection | OtherCompany) -> str:
    """The refresh token; "" if none of TOKEN_KEYS can decrypt it, so that it cannot be revoked."""
    try:
        return str(row.refresh_token)
    except UnreadableSecret:
        return ""


def keep_company(connection: Connection, *, at: datetime, by: User | None = None) -> Connection:
    """Go back: the connection keeps its company, and the access to the other one is revoked.

    Raises NothingToChoose.
    """
    with transaction.atomic():
        connection, other = _both(connection)
        idle = _forget_other(connection)
        connection_changed.send(sender=Connection, connection=connection, at=at)
        company_chosen.send(sender=Connection, connection=connection, start_date=None, at=at, by=by)
    if idle:
        oauth_client(other.environment, other.emulator_url).revoke(idle)
    return connection


def use_other_company(
    connection: Connection, *, realm_id: str, start_date: date, at: datetime, by: User | None = None
) -> Connection:
    """Switch to the other company; nothing dated before `start_date` is sent there.

    What belongs to the previous company stays with it: links, mappings, choices and waiting events.
    `realm_id`: the company that the person saw. Raises NothingToChoose, or RealmTaken if another organization has
    connected it.
    """
    try:
        with transaction.atomic():
            connection, other = _both(connection, realm_id=realm_id)
            former = (connection.environment, connection.emulator_url, _readable(connection))
            # Kept and not deleted: a shop that comes back to this company finds its links and choices again.
            _set_aside(connection, at=at)
            other.delete()
            tokens = Tokens(
                other.access_token,
                other.refresh_token,
                other.access_expires_at,
                other.refresh_expires_at,
                given_at=other.connected_at,
                hard_expires_at=other.hard_expires_at,
            )
            opened = Opened(other.realm_id, other.company_name, other.environment, other.emulator_url, tokens)
            _lead_to(connection, opened, at=at)
            _take_up(connection, start_date)
            _read_everything_again(connection, at=at)
            connection_changed.send(sender=Connection, connection=connection, at=at)
            company_chosen.send(sender=Connection, connection=connection, start_date=start_date, at=at, by=by)
    except IntegrityError as error:
        raise _taken(realm_id) from error
    environment, emulator_url, token = former
    if token:
        oauth_client(environment, emulator_url).revoke(token)
    return connection


def _both(connection: Connection, *, realm_id: str = "") -> tuple[Connection, OtherCompany]:
    """The connection, locked, and the other company. Raises NothingToChoose."""
    connection = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    other = OtherCompany.objects.filter(connection=connection).first()
    if other is None or (realm_id and other.realm_id != realm_id):
        raise NothingToChoose("There is no other company left to choose.")
    if realm_id and not _readable(other):
        raise NothingToChoose("Run a Call can no longer read the access to that company. Connect it again.")
    return connection, other


def _set_aside(connection: Connection, *, at: datetime) -> None:
    chosen = ConnectionSettings.objects.filter(connection=connection).first()
    FormerCompany.objects.update_or_create(
        connection=connection,
        realm_id=connection.realm_id,
        defaults={
            "company_name": connection.company_name,
            "choices": chosen.of_company() if chosen else {},
            "left_at": at,
        },
    )


def _take_up(connection: Connection, start_date: date) -> None:
    """Restore what was chosen for this company when it was connected before."""
    before = FormerCompany.objects.filter(connection=connection, realm_id=connection.realm_id).first()
    choices, _ = ConnectionSettings.objects.get_or_create(connection=connection)
    choices.take_up(before.choices if before else {})
    choices.start_date = start_date
    choices.save()


def _read_everything_again(connection: Connection, *, at: datetime) -> None:
    CompanyFacts.objects.filter(connection=connection).delete()
    ListState.objects.filter(connection=connection).update(refreshed_at=None, problem="", retry_at=None)
    ListState.want(connection, ListState.LISTS, at=at)


def disconnect(connection: Connection, *, at: datetime) -> None:
    """Stop sending and revoke the tokens; history, mappings, settings and the queue stay."""
    token = _readable(connection)
    with transaction.atomic():
        other = OtherCompany.objects.filter(connection=connection).first()
        OtherCompany.objects.filter(connection=connection).delete()
        Connection.objects.filter(pk=connection.pk).update(
            status=Connection.Status.DISCONNECTED,
            access_token="",
            refresh_token="",
            # So that a refresh that is under way does not store its new pair after all.
            token_version=F("token_version") + 1,
            pause_code="",
            pause_detail="",
            disconnected_at=at,
        )
        connection.refresh_from_db()
        connection_changed.send(sender=Connection, connection=connection, at=at)
    # After the commit: an Intuit that is down must not keep a shop from disconnecting.
    if token:
        oauth_client(connection.environment, connection.emulator_url).revoke(token)
    if other and _readable(other):
        oauth_client(other.environment, other.emulator_url).revoke(other.refresh_token)
