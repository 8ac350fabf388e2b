"""What we store about a QuickBooks company: the connection and its lease, its lists, the mappings and the links."""

from qbo.models.choices import MatchChoice
from qbo.models.companies import FormerCompany, OtherCompany
from qbo.models.connection import Connection
from qbo.models.consents import Consent
from qbo.models.history import SettingChange
from qbo.models.leases import Lease
from qbo.models.links import Link
from qbo.models.lists import CompanyFacts, ListEntry, ListState
from qbo.models.loose_ends import Gathered, LooseEnd
from qbo.models.mappings import AccountMapping, PaymentMapping, TaxMapping
from qbo.models.settings import ConnectionSettings

__all__ = [
    "AccountMapping",
    "CompanyFacts",
    "Connection",
    "ConnectionSettings",
    "Consent",
    "FormerCompany",
    "Gathered",
    "Lease",
    "Link",
    "ListEntry",
    "ListState",
    "LooseEnd",
    "MatchChoice",
    "OtherCompany",
    "PaymentMapping",
    "SettingChange",
    "TaxMapping",
]
