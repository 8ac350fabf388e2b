"""What is kept of a QuickBooks company: the connection and its lease, its lists, the mappings and the links."""

from qbo.models.connection import Connection
from qbo.models.leases import Lease
from qbo.models.links import Link
from qbo.models.lists import CompanyFacts, ListEntry, ListState
from qbo.models.mappings import AccountMapping, TaxMapping
from qbo.models.settings import ConnectionSettings

__all__ = [
    "AccountMapping",
    "CompanyFacts",
    "Connection",
    "ConnectionSettings",
    "Lease",
    "Link",
    "ListEntry",
    "ListState",
    "TaxMapping",
]
