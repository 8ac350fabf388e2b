"""E-mails about causes that are new, one for each person; a cause that stands is not told again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from qbo.models import Connection
from runacall.invoices.money import dollars
from runacall.isolation import isolated
from runacall.organizations.models import Membership, Organization
from sync.log.causes import Cause, causes
from sync.log.wording import counted
from sync.models import Letter, SyncEvent, ToldCause
from sync.models.events import EntityType
from sync.telling.people import address, stop_link, who_wants

# A cause that comes back within this time after a retry is the same one.
SAME_FOR = timedelta(hours=2)
# So many causes in one e-mail; of more, only how many.
MOST = 10
LOG = "admin:sync_syncevent_changelist"


def tell_all(*, at: datetime) -> int:
    """Write the e-mails of every shop that has errors or had some; returns how many."""
    failing = SyncEvent.objects.of_connected_companies().failed().order_by().values("organization")
    told = ToldCause.objects.order_by().values("organization")
    written = 0
    for organization in Organization.objects.filter(Q(pk__in=failing) | Q(pk__in=told)).order_by("pk"):
        with isolated("Telling of new errors", organization=organization.pk):
            written += tell(organization, at=at)
    return written


def tell(organization: Organization, *, at: datetime) -> int:
    """Write to who wants it about the causes that nobody was told of; returns how many e-mails."""
    connection = Connection.objects.for_organization(organization).first()
    if connection is None:
        return 0
    standing = {cause.key: cause for cause in causes(SyncEvent.objects.for_organization(organization))}
    known = ToldCause.objects.filter(organization=organization, realm_id=connection.realm_id)
    with transaction.atomic():
        _forget_the_gone(organization, connection.realm_id, set(standing), at=at)
        before = set(known.values_list("cause_key", flat=True))
        new = [cause for key, cause in standing.items() if key not in before]
        if not new:
            return 0
        ToldCause.objects.bulk_create(
            [
                ToldCause(organization=organization, realm_id=connection.realm_id, cause_key=cause.key, told_at=at)
                for cause in new
            ],
            ignore_conflicts=True,
        )
        key = hashlib.sha256(f"{at.isoformat()}{sorted(one.key for one in new)}".encode()).hexdigest()
        people = who_wants(organization, "at_once", at=at)
        letters = [letter(member, new, key=key, at=at) for member in people]
        Letter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)


def _forget_the_gone(organization: Organization, realm_id: str, standing: set[str], *, at: datetime) -> None:
    rows = ToldCause.objects.filter(organization=organization, realm_id=realm_id)
    rows.filter(cause_key__in=standing).exclude(gone_since=None).update(gone_since=None)
    gone = rows.exclude(cause_key__in=standing)
    gone.filter(gone_since__lte=at - SAME_FOR).delete()
    gone.filter(gone_since=None).update(gone_since=at)


def letter(member: Membership, new: Sequence[Cause], *, key: str, at: datetime) -> Letter:
    organization = member.organization
    told = [
        {
            "title": cause.title,
            "count": _count(cause),
            "steps": cause.failure.remedy[:2],
            "link": address(f"{reverse(LOG)}?{urlencode({'status': 'failed', 'cause': cause.key})}"),
        }
        for cause in new[:MOST]
    ]
    if len(new) == 1:
        subject = f"{organization.name}: {new[0].title}"
    else:
        subject = f"{organization.name}: {counted(len(new), 'QuickBooks error')} need you"
    context = {
        "organization": organization,
        "causes": told,
        "more": max(len(new) - MOST, 0),
        "log": address(f"{reverse(LOG)}?status=failed"),
        "settings": address(reverse("sync:notifications")),
        "stop": stop_link(organization, member.user_id),
    }
    return write(member, key, subject, "causes", context, at=at)


def write(
    member: Membership, key: str, subject: str, template: str, context: dict[str, object], *, at: datetime
) -> Letter:
    """One e-mail as text and HTML, to be sent at once."""
    return Letter(
        organization=member.organization,
        user=member.user,
        key=key,
        subject=" ".join(subject.split())[:200],
        text=render_to_string(f"sync/mail/{template}.txt", context).strip() + "\n",
        html=render_to_string(f"sync/mail/{template}.html", context),
        made_at=at,
        next_at=at,
    )


def _count(cause: Cause) -> str:
    """E.g. "27 invoices, $41,310.00"."""
    if cause.sample.record_type == EntityType.CONNECTION:
        return "Nothing is sent until this is fixed"
    if not cause.invoices:
        return counted(cause.count, "record")
    return f"{counted(cause.invoices, 'invoice')}, {dollars(cause.money)}"
