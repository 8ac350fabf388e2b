"""What support wants to know besides the events: connection, lists, settings, queue, versions, actions."""

from __future__ import annotations

import platform
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from django.conf import settings
from django.db import connection as database
from django.forms.models import model_to_dict

from qbo.connection.client import MINOR_VERSION
from qbo.models import CompanyFacts, Connection, ConnectionSettings, Link, ListState
from runacall.organizations.models import Organization
from sync.models import ActionRecord, Heartbeat
from sync.worker.status import sync_status

PACKAGES = ("Django", "django-q2", "requests", "django-unfold")
LAST_ACTIONS = 50


def facts_around(organization: Organization, connection: Connection | None, *, at: datetime) -> dict[str, object]:
    """The sections of a bundle by name; the only personal data in them are the reasons that people gave."""
    return {
        "organization": {
            "slug": organization.slug,
            "name": organization.name,
            "time_zone": organization.time_zone,
            "country": organization.country,
        },
        "connection": _connection(connection) if connection else None,
        "queue": asdict(sync_status([organization], at=at).queues[0]),
        "heartbeats": dict(Heartbeat.objects.order_by("name").values_list("name", "at")),
        "schedule": dict(settings.SYNC),
        "actions": _actions(organization),
        "versions": versions(),
    }


def _connection(connection: Connection) -> dict[str, object]:
    """Everything except the tokens; of those only how long they are valid."""
    facts = CompanyFacts.objects.filter(connection=connection).first()
    chosen = ConnectionSettings.objects.filter(connection=connection).first()
    return {
        "realm_id": connection.realm_id,
        "company": connection.company_name,
        "environment": connection.environment,
        "status": connection.get_status_display(),
        "pause_code": connection.pause_code,
        "pause_detail": connection.pause_detail,
        "paused_at": connection.paused_at,
        "connected_at": connection.connected_at,
        "access_expires_at": connection.access_expires_at,
        "refresh_expires_at": connection.refresh_expires_at,
        "hard_expires_at": connection.hard_expires_at,
        "renew_at": connection.renew_at,
        "token_version": connection.token_version,
        "facts": model_to_dict(facts, exclude=["id", "connection"]) if facts else None,
        "settings": model_to_dict(chosen, exclude=["id", "connection"]) if chosen else None,
        "lists": list(ListState.objects.filter(connection=connection).values("name", "refreshed_at", "wanted_at")),
        "links": Link.objects.filter(connection=connection).count(),
    }


def _actions(organization: Organization) -> list[dict[str, object]]:
    """The latest actions; people are only numbers here."""
    rows = ActionRecord.objects.filter(organization=organization)[:LAST_ACTIONS]
    return [
        {
            "at": row.at,
            "by": f"user-{row.by_id}" if row.by_id else None,
            "action": row.action,
            "done": row.done,
            "left": row.left,
            "filters": row.filters,
            "note": row.reason,
        }
        for row in rows
    ]


def versions() -> dict[str, str]:
    known = {
        "python": platform.python_version(),
        "database": database.vendor,
        "quickbooks_minor_version": MINOR_VERSION,
    }
    return known | {package: _version(package) for package in PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
