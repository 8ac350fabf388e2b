"""Connecting, reconnecting and disconnecting a QuickBooks company; it does not know what is sent over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import requests
from django.conf import settings
from django.db import transaction
from django.db.models import F

from qbo.connection.bounds import new_session
from qbo.connection.client import Client
from qbo.connection.endpoints import Endpoints, endpoints
from qbo.connection.oauth import Tokens
from qbo.connection.tokens import oauth_client, token_columns
from qbo.models import Connection, ConnectionSettings, ListState
from qbo.signals import connection_changed
from runacall.organizations.models import Organization


class RealmTaken(Exception):
    """The QuickBooks company is connected to another organization already."""


@dataclass(frozen=True)
class Grant:
    """What Intuit's callback brought: a code for tokens, and the company that it is for."""

    code: str
    realm_id: str
    redirect_uri: str


def endpoints_of(connection: Connection) -> Endpoints:
    return endpoints(connection.environment, connection.emulator_url)


def client_for(
    connection: Connection, *, session: requests.Session | None = None, until: float | None = None
) -> Client:
    """A client with the connection's current access token; `until`, by time.monotonic, all calls have to be over."""
    return Client(
        base_url=endpoints_of(connection).api,
        realm_id=connection.realm_id,
        access_token=connection.access_token,
        timeout=(settings.SYNC["HTTP_CONNECT_TIMEOUT"], settings.SYNC["HTTP_READ_TIMEOUT"]),
        session=session or new_session(),
        most=settings.SYNC["LARGEST_ANSWER"],
        until=until,
    )


def connect(
    organization: Organization, grant: Grant, *, environment: str, emulator_url: str = "", at: datetime
) -> Connection:
    """Connect, or reconnect, `organization` to the company that the grant is for.

    Mappings re-apply when it is the company of before; ids of another company are forgotten in the settings
    and stand idle, under their own realm ID, elsewhere. Raises OAuthFailed or RealmTaken.
    """
    tokens = oauth_client(environment, emulator_url).exchange_code(grant.code, redirect_uri=grant.redirect_uri, at=at)
    with transaction.atomic():
        connection = _store(organization, grant, tokens, environment, emulator_url, at)
        ListState.want(connection, ListState.LISTS, at=at)
        connection_changed.send(sender=Connection, connection=connection, at=at)
    return connection


def _store(
    organization: Organization,
    grant: Grant,
    tokens: Tokens,
    environment: str,
    emulator_url: str,
    at: datetime,
) -> Connection:
    connection = Connection.objects.select_for_update(no_key=True).filter(organization=organization).first()
    connection = connection or Connection(organization=organization)
    _refuse_taken(connection, grant.realm_id, environment)
    other_company = bool(connection.realm_id) and connection.realm_id != grant.realm_id
    connection.realm_id = grant.realm_id
    connection.environment, connection.emulator_url = environment, emulator_url
    for column, value in token_columns(tokens, version=connection.token_version + 1).items():
        setattr(connection, column, value)
    connection.status, connection.pause_code, connection.pause_detail = Connection.Status.ACTIVE, "", ""
    connection.paused_at = connection.probe_at = connection.disconnected_at = None
    connection.connected_at = at
    connection.save()
    choices, _ = ConnectionSettings.objects.get_or_create(connection=connection)
    if other_company:
        choices.forget_company()
        choices.save()
    return connection


def _refuse_taken(connection: Connection, realm_id: str, environment: str) -> None:
    if environment == Connection.Environment.EMULATOR:
        return
    others = Connection.objects.exclude(pk=connection.pk).exclude(status=Connection.Status.DISCONNECTED)
    if others.filter(realm_id=realm_id).exists():
        raise RealmTaken(f"The company {realm_id} is connected to another organization.")


def disconnect(connection: Connection, *, at: datetime) -> None:
    """Stop sending and give the tokens back; history, mappings, settings and the queue stay."""
    token = connection.refresh_token if connection.has_readable_tokens else ""
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            status=Connection.Status.DISCONNECTED,
            access_token="",
            refresh_token="",
            token_version=F("token_version") + 1,
            pause_code="",
            pause_detail="",
            disconnected_at=at,
        )
        connection.refresh_from_db()
        connection_changed.send(sender=Connection, connection=connection, at=at)
    if token:
        oauth_client(connection.environment, connection.emulator_url).revoke(token)
