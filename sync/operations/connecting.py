"""Connecting a shop to an emulator from the command line, and queuing what it sent before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qbo.connection.connecting import connect
from qbo.connection.headless_consent import consent
from qbo.connection.turn import visit
from qbo.lists.mirrors import refresh_lists
from qbo.mapping.first_choices import choose_defaults
from qbo.models import Connection, ListState
from runacall.organizations.models import Organization
from sync.outbox.enqueueing import enqueue_earlier
from sync.worker.wake import wake

# Seconds to wait for a worker that holds the lease.
PATIENCE = 200.0


class CompanyUndecided(Exception):
    """A different company than before: nothing is sent until somebody chooses one of the two."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(f"{connection.other_company} is a different company than {connection}.")
        self.connection = connection


@dataclass(frozen=True)
class Connected:
    """`queued`: how many earlier invoices were queued."""

    connection: Connection
    queued: int


def connect_to_emulator(
    organization: Organization,
    emulator_url: str,
    *,
    at: datetime,
    realm_id: str = "",
    auto_create: bool = True,
    earlier: bool = True,
) -> Connected:
    """Connect or reconnect, choose defaults that staff have not set, and queue what was sent before.

    Raises NotLoopback, ConsentFailed, OAuthFailed, CompanyUnread, RealmTaken; CompanyUndecided if it is a different
    company than before; and after connecting ReadFailed or NotNow.
    """
    before = Connection.objects.for_organization(organization).first()
    grant = consent(emulator_url, realm_id=realm_id)
    connection = connect(organization, grant, environment="emulator", emulator_url=emulator_url, at=at)
    if connection.is_held:
        raise CompanyUndecided(connection)
    with visit(connection, patience=PATIENCE) as mine:
        refresh_lists(connection, mine.client, ListState.LISTS, lease=mine.turn.lease, at=at, pace=mine.pace)
    is_new = before is None or before.realm_id != connection.realm_id
    # A setting that staff chose survives a reconnection; an explicit option applies immediately.
    choose_defaults(connection, auto_create_items=auto_create if is_new or not auto_create else None)
    queued = enqueue_earlier(connection, at=at) if earlier else 0
    wake(connection)
    return Connected(connection, queued)
